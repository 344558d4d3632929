"""A desk with one bank account: awards are paid from it in runs, and its statements are told in a line each."""

from __future__ import annotations

from datetime import date
from typing import Any

from award_ledger.domain import identity
from award_ledger.domain.approval import Decided
from award_ledger.domain.award import Payment
from award_ledger.domain.bank_account import BankAccount, posted_positions
from award_ledger.domain.bank_answers import StatusRow
from award_ledger.domain.bank_events import Allocation, IssuedVoucher, LineMatch, StatementLine
from award_ledger.domain.fact import Commitment, PayeeCommitments
from award_ledger.server.commands.approve_award import ApproveAward
from award_ledger.server.commands.bank_accounts import ImportStatement, OpenBankAccount
from award_ledger.server.commands.issue_vouchers import IssueVouchers
from award_ledger.server.commands.match_lines import MatchLine, PostMatches
from award_ledger.server.commands.payment_runs import (
    ApprovePaymentRun,
    DraftPaymentRun,
    RecordRunSent,
    RunRow,
)
from award_ledger.server.commands.record_evidence import EvidenceFile, RecordAnswers, RecordReport
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from award_ledger.server.commands.submit_application import SubmitApplication
from award_ledger.server.commands.unmatch_line import UnmatchLine
from award_ledger.server.commands.write_off_receivable import WriteOffReceivable
from tests.domain.desk import DAY, Desk, terms

OURS = "37001616808050009999"
BOOKED = date(2025, 6, 20)
PAYEE = PayeeCommitments(
    account_name=Commitment(c="1" * 64), account_number=Commitment(c="2" * 64), bank=Commitment(c="3" * 64)
)


class FinanceDesk(Desk):
    """A desk with one bank account, and awards that are paid from it in runs."""

    def __init__(self) -> None:
        super().__init__(terms())
        self.do(OpenBankAccount(OURS, "专户", "某银行", "CNY"), by="qian")
        self.runs = 0
        self.imported = 0

    @property
    def account(self) -> BankAccount:
        return self.ledger.bank_account(OURS)

    def awarded(self, amount: int, number: str = "E", payee: PayeeCommitments | None = PAYEE) -> RunRow:
        enterprise = identity.enterprise_id("other", number)
        if not self.ledger.enterprise(enterprise).version:
            self.do(RegisterEnterprise("other", number, f"firm {number}"))
        command = SubmitApplication("other", number, "M", amount, {}, (), payee)
        application = self.do(command).fact.application_id
        award = self.do(ApproveAward("other", number, application, Decided())).fact.award_id
        return RunRow("other", number, enterprise, award, 1)

    def run(self, *rows: RunRow, send: bool = True) -> list[str]:
        """The ids of the payments of a new run."""
        self.runs += 1
        code = f"R{self.runs}"
        self.do(DraftPaymentRun(code, OURS, DAY, rows), by="qian")
        for person in ("feng", "sun"):
            self.do(ApprovePaymentRun(code), by=person)
        if send:
            self.do(RecordRunSent(code, "a" * 64, "pain.001.001.09"), by="qian")
        return [payment.end_to_end_id for payment in self.ledger.payment_run(code).payments]

    def statement(self, *lines: StatementLine, opening: int = 0, **more: Any) -> None:
        self.imported += 1
        self.do(statement(*lines, opening=opening, key=f"S{self.imported}", **more), by="qian")

    def post(self, line: str, *parts: Allocation, basis: str = "id", by: str = "qian") -> Any:
        return self.do(PostMatches(OURS, (LineMatch(line=line, allocations=parts, basis=basis),)), by=by)

    def match(self, line: str, *parts: Allocation, by: tuple[str, ...] = ("zhou", "wu")) -> None:
        for person in by:
            self.do(MatchLine(OURS, line, parts, "看过回单"), by=person)

    def unmatch(self, line: str, *, by: tuple[str, ...] = ("zhou", "wu")) -> None:
        for person in by:
            positions = posted_positions(self.account.lines[line])
            entries = tuple(self.events[position - 1] for position in positions)
            self.do(UnmatchLine(OURS, line, "错配", entries), by=person)

    def write_off(self, receivable: str, amount: int, *, by: tuple[str, ...] = ("zhou", "wu")) -> None:
        for person in by:
            self.do(WriteOffReceivable(OURS, receivable, amount, "收款人注销"), by=person)

    def vouchers(self, **numbers: str) -> Any:
        """Records numbers by the ids of payments."""
        issued = (IssuedVoucher(end_to_end_id=paid, number=number) for paid, number in numbers.items())
        return self.do(IssueVouchers(OURS, tuple(issued)), by="qian").fact

    def hears(self, run: str, *rows: StatusRow, key: str = "A", by: str = "qian", **more: Any) -> Any:
        """Records a status report of a run."""
        return self.do(RecordAnswers(evidence("status_report", key, **more), run, rows), by=by).fact

    def reported(self, *lines: StatementLine, key: str = "N", kind: Any = "notification", by: str = "qian") -> Any:
        """Records lines that no statement has yet."""
        return self.do(RecordReport(evidence(kind, key), OURS, "CNY", lines), by=by).fact

    def attempt(self, end_to_end_id: str) -> Payment:
        """As the award has it."""
        payment = self.account.payment(end_to_end_id)
        assert payment is not None
        award = self.ledger.enterprise(payment.enterprise_id).awards[payment.award_id]
        return award.instalments[payment.instalment - 1].payments[payment.attempt - 1]


def statement(*lines: StatementLine, opening: int = 0, key: str = "S", **more: Any) -> ImportStatement:
    kept: dict[str, Any] = {
        "account": OURS,
        "currency": "CNY",
        "statement_key": key,
        "content_sha256": "c" * 64,
        "source_sha256": "f" * 64,
        "format": "camt.053.001.08",
        "statement_id": "1",
        "sequence": "1",
        "period_from": BOOKED,
        "period_to": BOOKED,
        "opening_minor": opening,
        "closing_minor": opening + sum(line.amount_minor for line in lines),
        "lines": lines,
    }
    return ImportStatement(**{**kept, **more})


def evidence(kind: Any, key: str, content: str = "e" * 64) -> EvidenceFile:
    return EvidenceFile(kind, key, content, "9" * 64, "pain.002.001.10" if kind == "status_report" else "camt.054", key)


def said(status: str, end_to_end_id: str = "", **more: Any) -> StatusRow:
    """Of one payment, or of the whole file."""
    level: Any = "transaction" if end_to_end_id else "file"
    return StatusRow(level=level, status=status, end_to_end_id=end_to_end_id, **more)


def booked(key: str, amount: int, end_to_end_id: str = "", **more: Any) -> StatementLine:
    return StatementLine(key=key, amount_minor=amount, booked_on=BOOKED, end_to_end_id=end_to_end_id, **more)


def part(kind: Any, amount: int, reference: str = "", **more: Any) -> Allocation:
    return Allocation(kind=kind, amount_minor=amount, reference=reference, **more)
