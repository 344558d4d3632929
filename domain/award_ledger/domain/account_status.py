"""How a bank account stands: control totals, exceptions by kind and age, and what is missing."""

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from award_ledger.domain.absences import Absence, absences, latest
from award_ledger.domain.award import Instalment
from award_ledger.domain.bank_account import BankAccount, Statement
from award_ledger.domain.expected_payment import Expected
from award_ledger.domain.reported import unseen
from award_ledger.domain.windows import fiscal_year
from award_ledger.domain.working_set import WorkingSet

AGES_DAYS = (1, 5, 30)
"""Upper ends of the classes of age; what is older is in a class of its own."""

Item = tuple[date, int]
"""Since when, and minor units without sign."""


class Ageing(Struct, frozen=True):
    """Exceptions of one kind. `counts` by age, as `AGES_DAYS` divides it; `earlier_year` began before this one."""

    kind: str
    counts: tuple[int, int, int, int]
    earlier_year: int
    amount_minor: int


class AccountStatus(Struct, frozen=True):
    """Minor units. `ledger_minor` is what the earliest statement opens with and all lines; it is the bank's closing
    balance, or something is `missing`. Of an account that the treasury's receipts tell both are the sum of the lines.
    """

    closing_minor: int
    closing_on: date | None
    ledger_minor: int
    explained_in_minor: int
    explained_out_minor: int
    ageing: tuple[Ageing, ...]
    missing: tuple[Absence, ...]


def account_status(account: BankAccount, on: date, ledger: WorkingSet) -> AccountStatus:
    """As of a day; what is owed still, and what is owed back, the awards themselves say."""
    statements = in_order(account.statements.values())
    lines = account.lines.values()
    explained = [line.said.amount_minor for line in lines if not line.open]
    ledger_minor = sum(line.said.amount_minor for line in lines) + (statements[0].opening_minor if statements else 0)
    last = latest(statements) if statements else None
    kinds: dict[str, Iterable[Item]] = {
        "in_transit": _in_transit(account, ledger),
        "unanswered": _unanswered(account, on),
        "unknown": _unknown(account, on),
        "contradicted": _contradicted(account),
        "reported": ((told.booked_on, abs(told.amount_minor)) for _, told in unseen(account)),
        "unexplained": ((line.said.booked_on, abs(line.said.amount_minor)) for line in lines if not line.explained),
        "suspense": ((line.said.booked_on, line.suspense_minor) for line in lines if line.suspense_minor),
        "awaiting_reissue": _awaiting_reissue(account, ledger),
        "receivable": (
            (owed.opened_on, owed.outstanding_minor) for owed in account.receivables.values() if owed.outstanding_minor
        ),
        "clawback": _orders(account, ledger),
    }
    return AccountStatus(
        closing_minor=0 if last is None else ledger_minor if last.receipts else last.closing_minor,
        closing_on=None if last is None else last.period_to,
        ledger_minor=ledger_minor,
        explained_in_minor=sum(amount for amount in explained if amount > 0),
        explained_out_minor=-sum(amount for amount in explained if amount < 0),
        ageing=tuple(_aged(kind, items, on) for kind, items in kinds.items()),
        missing=tuple(absences(account, statements, on)),
    )


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """By period, and within a day so that each opens where the one before it closed, as far as that goes: it begins
    with one that opens where none of the others closed."""
    ordered: list[Statement] = []
    waiting = sorted(statements, key=lambda s: (s.period_from, s.period_to, s.sequence.zfill(20), s.key))
    while waiting:
        rest = [s for s in waiting if s.period_from == waiting[0].period_from]
        chained = (s for s in rest if ordered and s.opening_minor == ordered[-1].closing_minor)
        first = (s for s in rest if all(s.opening_minor != other.closing_minor for other in rest if other is not s))
        following = next(chained, None) or next(first, waiting[0])
        waiting.remove(following)
        ordered.append(following)
    return ordered


def _in_transit(account: BankAccount, ledger: WorkingSet) -> Iterator[Item]:
    """Instructed, and neither seen on a statement nor rejected. What a short payment left is on its way while it is
    owed and no later attempt pays it."""
    for payment in account.payments.values():
        amount = payment.open_minor
        if amount and payment.settled_minor:
            instalment = _instalment(payment, ledger)
            amount = min(amount, instalment.open_minor) if payment.attempt == len(instalment.payments) else 0
        if amount:
            yield payment.instructed_on, amount


def _unanswered(account: BankAccount, on: date) -> Iterator[Item]:
    """Sent, and the bank may still answer in time; since it was sent."""
    for payment in account.payments.values():
        if payment.sent_on is not None and payment.waits and payment.state(on) == "sent":
            yield payment.sent_on, payment.open_minor


def _unknown(account: BankAccount, on: date) -> Iterator[Item]:
    """Sent, and not answered in time; since the day by which it should have been."""
    for payment in account.payments.values():
        if payment.answer_by is not None and payment.state(on) == "unknown":
            yield payment.answer_by, payment.open_minor


def _contradicted(account: BankAccount) -> Iterator[Item]:
    """Rejected, and yet its money is shown."""
    for payment in account.payments.values():
        if payment.contradicted:
            yield payment.instructed_on, payment.amount_minor


def _awaiting_reissue(account: BankAccount, ledger: WorkingSet) -> Iterator[Item]:
    """Came back or was rejected, is owed still, and no later attempt took its place, through whatever account; since it
    did."""
    for payment in account.payments.values():
        if payment.ended_on is None:
            continue
        instalment = _instalment(payment, ledger)
        gone = payment.amount_minor if payment.failed else payment.returned_minor
        amount = min(gone, instalment.open_minor)
        if amount and payment.attempt == len(instalment.payments):
            yield payment.ended_on, amount


def _instalment(payment: Expected, ledger: WorkingSet) -> Instalment:
    award = ledger.enterprise(payment.enterprise_id).awards[payment.award_id]
    return award.instalments[payment.instalment - 1]


def _orders(account: BankAccount, ledger: WorkingSet) -> Iterator[Item]:
    """What is outstanding under orders on awards that were paid from the account."""
    paid = {payment.award_id: payment.enterprise_id for payment in account.payments.values()}
    for award_id, enterprise_id in paid.items():
        for order in ledger.enterprise(enterprise_id).awards[award_id].clawbacks:
            if order.outstanding_minor:
                yield order.ordered_on, order.outstanding_minor


def _aged(kind: str, items: Iterable[Item], on: date) -> Ageing:
    counts = [0, 0, 0, 0]
    earlier, amount = 0, 0
    for since, minor in items:
        counts[sum((on - since).days > most for most in AGES_DAYS)] += 1
        earlier += fiscal_year(since) < fiscal_year(on)
        amount += minor
    return Ageing(kind, (counts[0], counts[1], counts[2], counts[3]), earlier, amount)
