"""The chapter of the bank: an account, runs, a statement, and everything that its lines turn out to be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from award_ledger.domain.bank_account import posted_positions
from award_ledger.domain.bank_answers import StatusRow
from award_ledger.domain.bank_events import Allocation, IssuedVoucher, LineMatch, StatementLine
from award_ledger.domain.fact import Commitment, EvidenceRef, PayeeCommitments
from award_ledger.domain.identity import enterprise_id
from award_ledger.domain.terms import LocalizedText
from award_ledger.server.commands.bank_accounts import ImportStatement, OpenBankAccount
from award_ledger.server.commands.close_fund_year import CloseFundYear
from award_ledger.server.commands.create_fund import CreateFund
from award_ledger.server.commands.issue_vouchers import IssueVouchers
from award_ledger.server.commands.match_lines import MatchLine, PostMatches
from award_ledger.server.commands.order_clawback import OrderClawback
from award_ledger.server.commands.payment_runs import (
    ApprovePaymentRun,
    CancelPaymentRun,
    DraftPaymentRun,
    RecordRunSent,
    RunRow,
)
from award_ledger.server.commands.record_evidence import EvidenceFile, RecordAnswers, RecordReport
from award_ledger.server.commands.record_rejection import RecordRejection
from award_ledger.server.commands.revoke_award import RevokeAward
from award_ledger.server.commands.unmatch_line import UnmatchLine
from award_ledger.server.commands.write_off_receivable import WriteOffReceivable

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
    for person in ("qian@czt", "wu@czt"):
        t.do(RecordRejection(*firm, rows[3].award_id, 1, 0, "AC04"), person, on)
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


def answers_of_the_bank(t: Telling, firm: tuple[str, str], on: Any) -> None:
    """One payment is accepted and seen, one waits, one is rejected; a report of the running day has two lines."""
    rows = [_row(t, firm, amount) for amount in (110, 120, 130)]
    seen, waiting, refused = _run(t, "R-2025-3", rows, on, answer_by=on + timedelta(days=5))
    report = EvidenceFile("status_report", "P-1", "1" * 64, "2" * 64, "pain.002.001.10", "MB-1")
    statuses = [("ACCP", seen, ""), ("PDNG", waiting, ""), ("RJCT", refused, "AC04 账户已销")]
    said = tuple(StatusRow(level="transaction", status=s, end_to_end_id=e, reason=r) for s, e, r in statuses)
    t.do(RecordAnswers(report, "R-2025-3", said), "qian@czt", on)
    debit = StatementLine(key="serial:9", amount_minor=-110, booked_on=on, end_to_end_id=seen, serial="9")
    strange = StatementLine(key="serial:10", amount_minor=7, booked_on=on, serial="10")
    notice = EvidenceFile("notification", "N-1", "3" * 64, "4" * 64, "camt.054.001.08", "MB-2")
    t.do(RecordReport(notice, OURS, "CNY", (debit,)), "qian@czt", on)
    so_far = EvidenceFile("report", "N-2", "5" * 64, "6" * 64, "camt.052.001.08", "MB-3")
    t.do(RecordReport(so_far, OURS, "CNY", (debit, strange)), "qian@czt", on)


def receipts_of_the_treasury(t: Telling) -> None:
    """An account of the treasury's vouchers, whose receipts prove no balance."""
    on, zero = date(2025, 11, 3), "37001616808050000000"
    t.do(OpenBankAccount(zero, "零余额账户", "某银行济南分行", "CNY"), "qian@czt", on)
    paid = StatementLine(key="serial:ZF-1", amount_minor=-70, booked_on=on, serial="ZF-1", voucher="ZF2025000009")
    about = ("treasury-vouchers", "", "")
    hashes = ("1a" * 32, "2b" * 32, "3c" * 32)
    t.do(ImportStatement(zero, "CNY", *hashes, *about, on, on, 0, -70, (paid,), receipts=True), "qian@czt", on)


def owed_and_vouchers(t: Telling, firm: tuple[str, str], on: Any) -> None:
    """A line names a payment by its voucher alone; a second debit comes back in part, and the rest is written off."""
    rows = [_row(t, firm, amount) for amount in (140, 150)]
    t.do(DraftPaymentRun("R-2025-4", OURS, on, tuple(rows)), "qian@czt", on)
    t.do(ApprovePaymentRun("R-2025-4"), "sun@czt", on)
    first, second = (payment.end_to_end_id for payment in t.ledger.payment_run("R-2025-4").payments)
    numbers = ((first, "ZF2025000001"), (second, "ZF2025000002"))
    vouchers = tuple(IssuedVoucher(end_to_end_id=paid, number=number) for paid, number in numbers)
    t.do(IssueVouchers(OURS, vouchers), "qian@czt", on)
    t.do(RecordRunSent("R-2025-4", "e" * 64, "counter.csv"), "qian@czt", on)
    told = (("by-voucher", -140, "ZF2025000001"), ("once-more", -140, ""), ("part", 100, ""))
    lines = tuple(StatementLine(key=key, amount_minor=n, booked_on=on, voucher=v) for key, n, v in told)
    about = ("spdb", "", "")
    t.do(ImportStatement(OURS, "CNY", "7" * 64, "8" * 64, "9" * 64, *about, on, on, 500, 320, lines), "qian@czt", on)
    by_voucher = LineMatch(line="by-voucher", allocations=(_part("settlement", 140, first),), basis="reference")
    t.do(PostMatches(OURS, (by_voucher,)), "sun@czt", on)
    _match(t, on, "once-more", _part("receivable", 140))
    owed = list(t.ledger.bank_account(OURS).receivables)[-1]
    _match(t, on, "part", _part("receivable_receipt", 100, owed))
    for person in TELLERS:
        t.do(WriteOffReceivable(OURS, owed, 40, "收款人注销"), person, on)


def _row(t: Telling, firm: tuple[str, str], amount: int) -> RunRow:
    evidence = (EvidenceRef(kind="contract", reference=f"B-{amount}"),)
    award: UUID = t.award(firm, "G-NET", amount, evidence=evidence, payee=PAYEE)
    return RunRow(*firm, enterprise_id(*firm), award, 1)


def _run(t: Telling, code: str, rows: list[RunRow], on: Any, answer_by: Any = None) -> list[str]:
    t.do(DraftPaymentRun(code, OURS, on, tuple(rows)), "qian@czt", on)
    t.do(ApprovePaymentRun(code), "sun@czt", on)
    t.do(RecordRunSent(code, "d" * 64, "pain.001.001.09", answer_by), "qian@czt", on)
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
