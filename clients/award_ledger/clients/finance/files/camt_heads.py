"""The head of a camt statement: account, currency, period, pages, balances and the bank's own totals."""

from __future__ import annotations

from award_ledger.clients.finance.files import camt_parties as read
from award_ledger.clients.finance.files.amounts import iso_day, minor_of, whole_number
from award_ledger.clients.finance.files.camt_parties import Node
from award_ledger.clients.finance.files.draft import Declared, Head
from award_ledger.clients.finance.files.quarantine import Quarantined, Reason
from award_ledger.clients.finance.files.statement import Account, Balance, Kind

_KINDS = {"camt.052": Kind.REPORT, "camt.053": Kind.STATEMENT, "camt.054": Kind.NOTIFICATION}
_PAGINATIONS = ("StmtPgntn", "RptPgntn", "NtfctnPgntn")


def balances_of(statement: Node, where: str) -> tuple[Balance, ...]:
    """All of them, in order, whatever they are called."""
    return tuple(_balance(balance, where) for balance in statement.all("Bal"))


def _balance(balance: Node, where: str) -> Balance:
    amount = balance.one("Amt")
    currency = "" if amount is None else str(amount.element.get("Ccy", ""))
    code = balance.text("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
    minor = minor_of(balance.text("Amt"), currency, f"{where}, balance {code}")
    on = iso_day(balance.text("Dt/Dt", "Dt/DtTm"), f"{where}, balance {code}")
    signed = read.signed(minor, read.direction_of(balance))
    return Balance(code=code, amount_minor=signed, currency=currency, on=on)


def opening_and_closing(balances: tuple[Balance, ...]) -> tuple[Balance | None, Balance | None]:
    """The booked ones. On a page between, two intermediate balances (ITBD) stand for them, in their order."""
    between = [balance for balance in balances if balance.code == "ITBD"]
    opening = next((balance for code in ("OPBD", "PRCD") for balance in balances if balance.code == code), None)
    closing = next((balance for balance in balances if balance.code == "CLBD"), None)
    if opening is None and (closing is not None or len(between) > 1) and between:
        opening = between.pop(0)
    if closing is None and opening is not None and between:
        closing = between[-1]
    return opening, closing


def head_of(statement: Node, group_page: Node | None, message: str, balances: tuple[Balance, ...], where: str) -> Head:
    """Raises Quarantined where no account or no currency can be told."""
    account = statement.one("Acct")
    own = read.own_account(account) if account else Account(number="")
    if not own.number:
        raise Quarantined(Reason.ACCOUNT, where, "it names no account")
    page = next((found for name in _PAGINATIONS if (found := statement.one(name))), group_page)
    first_entry = statement.one("Ntry/Amt")
    currency = (
        (account.text("Ccy") if account else "")
        or next((balance.currency for balance in balances), "")
        or ("" if first_entry is None else str(first_entry.element.get("Ccy", "")))
    )
    number = page.text("PgNb") if page else ""
    return Head(
        format=message,
        kind=_KINDS[message[:8]],
        account=own,
        currency=currency,
        statement_id=statement.text("Id"),
        sequence=statement.text("LglSeqNb", "ElctrncSeqNb"),
        page=whole_number(number) or 1,
        last_page=page is None or page.text("LastPgInd") in {"true", "1"},
        copy=statement.text("CpyDplctInd"),
        period_from=iso_day(statement.text("FrToDt/FrDtTm", "FrToDt/FrDt"), f"{where}, period"),
        period_to=iso_day(statement.text("FrToDt/ToDtTm", "FrToDt/ToDt"), f"{where}, period"),
    )


def declared_of(statement: Node, currency: str, where: str) -> Declared:
    """TxsSummry: counts and sums of all entries, of those in, of those out."""
    summary = statement.one("TxsSummry")
    if summary is None:
        return Declared()

    def count(path: str) -> int | None:
        return whole_number(summary.text(f"{path}/NbOfNtries"))

    def total(path: str) -> int | None:
        text = summary.text(f"{path}/Sum")
        return minor_of(text, currency, f"{where}, totals") if text else None

    return Declared(
        lines=count("TtlNtries"),
        lines_in=count("TtlCdtNtries"),
        lines_out=count("TtlDbtNtries"),
        sum_minor=total("TtlNtries"),
        sum_in_minor=total("TtlCdtNtries"),
        sum_out_minor=total("TtlDbtNtries"),
    )
