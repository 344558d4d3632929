"""The chapter of the bank: an account, runs, a statement, and everything that its lines turn out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from award_ledger.domain.bank_account import posted_positions
from award_ledger.domain.bank_events import Allocation, StatementLine
from award_ledger.domain.fact import Commitment, EvidenceRef, PayeeCommitments
from award_ledger.domain.identity import enterprise_id
from award_ledger.domain.terms import LocalizedText
from award_ledger.server.commands.bank_accounts import ImportStatement, OpenBankAccount
from award_ledger.server.commands.close_fund_year import CloseFundYear
from award_ledger.server.commands.create_fund import CreateFund
from award_ledger.server.commands.match_lines import MatchLine
from award_ledger.server.commands.order_clawback import OrderClawback
from award_ledger.server.commands.payment_runs import (
    ApprovePaymentRun,
    CancelPaymentRun,
    DraftPaymentRun,
    RecordRunSent,
    RunRow,
)
from award_ledger.server.commands.record_rejection import RecordRejection
from award_ledger.server.commands.revoke_award import RevokeAward
from award_ledger.server.commands.unmatch_line import UnmatchLine

if TYPE_CHECKING:
    from tests.golden.story import Telling

OURS = "37001616808050009999"
PAYEE = PayeeCommitments(
    account_name=Commitment(c="1" * 64), account_number=Commitment(c="2" * 64), bank=Commitment(c="3" * 64)
)
TELLERS = ("zhou@czt", "wu@czt")


def the_bank(t: Telling, firm: tuple[str, str], on: Any) -> None:
    """Four payments, of which one is rejected; the others settle, come back, and are ordered back."""
    t.do(OpenBankAccount(OURS, "省级专户", "某银行济南分行", "CNY"), "qian@czt", on)
    rows = [_row(t, firm, amount) for amount in (100, 200, 300, 400)]
    first, second, third, fourth = _run(t, "R-2025-1", rows, on)
    t.do(RecordRejection(*firm, rows[3].award_id, 1, 0, "AC04"), "qian@czt", on)
    t.do(DraftPaymentRun("R-2025-2", OURS, on, (rows[3],)), "qian@czt", on)
    t.do(CancelPaymentRun("R-2025-2", "账户有误"), "qian@czt", on)
    full = StatementLine(
        key="full",
        amount_minor=-100,
        booked_on=on,
        value_on=on,
        end_to_end_id=first,
        serial="S-1",
        voucher=f"V {second}",
        payment_information_id="R-2025-1",
        batch_count=3,
        voucher_ids=(second,),
        found_ids=(third,),
        code="PMNT/ICDT/ESCT",
        reason="AC04",
        particulars=Commitment(c="4" * 64),
    )
    others = [("second", -200, second), ("third", -300, third), ("back", 50, third), ("twice", -200, second)]
    others += [("fee", -5, ""), ("moved", 1_000, ""), ("owed", 60, ""), ("returned", 150, ""), ("again", 300, fourth)]
    lines = (full, *(StatementLine(key=key, amount_minor=n, booked_on=on, end_to_end_id=e) for key, n, e in others))
    closing = 10_000 + sum(line.amount_minor for line in lines)
    hashes = ("a" * 64, "b" * 64, "c" * 64)
    about = ("camt.053.001.08", "2025-09-01", "17")
    t.do(ImportStatement(OURS, "CNY", *hashes, *about, on, on, 10_000, closing, lines), "qian@czt", on)
    _match(t, on, "full", _part("settlement", 100, first))
    _match(t, on, "second", _part("settlement", 200, second))
    _match(t, on, "twice", _part("receivable", 200))
    _match(t, on, "third", _part("settlement", 300, third))
    _match(t, on, "back", _part("return", 50, third))
    _match(t, on, "fee", _part("fee", 5))
    _match(t, on, "moved", _part("own_transfer", 1_000))
    [owed] = t.ledger.bank_account(OURS).receivables
    _match(t, on, "again", _part("receivable_receipt", 140, owed), _part("suspense", 160))
    t.do(OrderClawback(*firm, rows[0].award_id, 60, "breach", "违约"), on=on)
    ordered: dict[str, Any] = {"enterprise_id": enterprise_id(*firm), "award_id": rows[0].award_id, "clawback": 1}
    _match(t, on, "owed", Allocation(kind="recovery", amount_minor=60, **ordered))
    t.do(RevokeAward(*firm, rows[1].award_id, "revocation", "终止"), on=on)
    _match(t, on, "returned", _part("return", 150, second))
    _unmatch(t, on, "back")
    for year in (2024, 2025):
        t.do(CreateFund(f"G-YEAR/{year}", LocalizedText(zh="结转"), year, "CNY", 1_000, ""), "qian@czt", on)
    t.do(CloseFundYear("G-YEAR/2024", "G-YEAR/2025", "鲁财预〔2025〕3号"), "qian@czt", on)


def _row(t: Telling, firm: tuple[str, str], amount: int) -> RunRow:
    evidence = (EvidenceRef(kind="contract", reference=f"B-{amount}"),)
    award: UUID = t.award(firm, "G-NET", amount, evidence=evidence, payee=PAYEE)
    return RunRow(*firm, enterprise_id(*firm), award, 1)


def _run(t: Telling, code: str, rows: list[RunRow], on: Any) -> list[str]:
    t.do(DraftPaymentRun(code, OURS, on, tuple(rows)), "qian@czt", on)
    t.do(ApprovePaymentRun(code), "sun@czt", on)
    t.do(RecordRunSent(code, "d" * 64, "pain.001.001.09"), "qian@czt", on)
    return [payment.end_to_end_id for payment in t.ledger.payment_run(code).payments]


def _part(kind: Any, amount: int, reference: str = "") -> Allocation:
    return Allocation(kind=kind, amount_minor=amount, reference=reference)


def _match(t: Telling, on: Any, line: str, *parts: Allocation) -> None:
    for person in TELLERS:
        t.do(MatchLine(OURS, line, parts, "看过回单"), person, on)


def _unmatch(t: Telling, on: Any, line: str) -> None:
    for person in TELLERS:
        positions = posted_positions(t.ledger.bank_account(OURS).lines[line])
        entries = tuple(t.events[position - 1] for position in positions)
        t.do(UnmatchLine(OURS, line, "错配", entries), person, on)
