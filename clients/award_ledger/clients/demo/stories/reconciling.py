"""What the bank says: a run that two people make, its statement, every line explained, the day closed."""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from award_ledger.clients.demo.bank_statement import Entry, camt053
from award_ledger.clients.demo.enterprises import RECONCILED, RETURNED, SHORT_PAID, Firm
from award_ledger.clients.demo.narration import shown, yuan
from award_ledger.clients.demo.stage import CASHIER, PAYER, Stage
from award_ledger.clients.demo.stories.amounts import OFFICER, papers, settled
from award_ledger.clients.finance.account_day import account_day
from award_ledger.clients.finance.certificate import written
from award_ledger.clients.finance.certificate_check import findings
from award_ledger.clients.finance.files import open_bank_file
from award_ledger.clients.finance.files.pain001 import MESSAGE, pain001
from award_ledger.clients.finance.run_file import instruction_of
from award_ledger.clients.finance.sending import statement_messages
from award_ledger.v1 import bank_lines_pb2 as pb
from award_ledger.v1.awards_pb2 import Award
from award_ledger.v1.bank_answers_pb2 import (
    ATTEMPT_STATE_ACCEPTED,
    EVIDENCE_KIND_STATUS_REPORT,
    STATUS_LEVEL_FILE,
    BankEvidence,
    PaymentStatusRow,
    RecordEvidenceRequest,
)
from award_ledger.v1.common_pb2 import Payee
from award_ledger.v1.finance_pb2 import LineMatch, Proposal

ACCOUNT, RUN = "37001616808050009999", "R-2025-1"
_TELLERS = "zhou@czt", "wu@czt"
_BEFORE, _AMOUNT = yuan("1000000"), yuan("50000")
_SHORT, _UNKNOWN, _FEE = yuan("30"), yuan("12345.67"), yuan("5")
"""What of the third payment the bank did not pay; what nobody expected; what the bank takes."""


def run_and_statement(stage: Stage) -> None:
    """Three payments go out in a run: one arrives, one comes back, one is paid short; and a stranger pays in."""
    awards = [_awarded(stage, firm, place) for place, firm in enumerate((RECONCILED, RETURNED, SHORT_PAID), start=120)]
    stage.on = max(stage.on, *(date.fromisoformat(award.instalments[0].due_on) for award in awards))
    stage.kept(stage.by(PAYER).open_bank_account(ACCOUNT, name="示例财政专户", bank="102451000013"))
    with TemporaryDirectory(prefix="award-ledger-demo-") as folder:
        arrived, returned, short = _paid(stage, awards, Path(folder) / f"{RUN}.xml")
        first, second = Path(folder) / "first.xml", Path(folder) / "second.xml"
        entries = [
            Entry(-_AMOUNT, arrived, RECONCILED.name.zh),
            Entry(-_AMOUNT, returned, RETURNED.name.zh),
            Entry(_SHORT - _AMOUNT, short, SHORT_PAID.name.zh),
            Entry(_UNKNOWN, name="陌生公司", text="来款"),
            Entry(-_FEE, text="手续费"),
        ]
        first.write_text(camt053(ACCOUNT, stage.on, 1, _BEFORE, entries), "utf-8")
        _imported(stage, first, 5)
        _posted(stage, 2)
        _explained(stage, short)
        _closed(stage, first, Path(folder) / "day.json")
        closing = _BEFORE + sum(entry.amount_minor for entry in entries)
        stage.on += timedelta(days=1)
        back = Entry(_AMOUNT, returned, RETURNED.name.zh, "账户已销，退回")
        second.write_text(camt053(ACCOUNT, stage.on, 2, closing, [back]), "utf-8")
        _imported(stage, second, 1)
        _posted(stage, 1)
        _stands(stage)


def _awarded(stage: Stage, firm: Firm, place: int) -> Award:
    payee = Payee(account_name=firm.name.zh, account_number=f"6222021602000000{place}", bank="102451000013")
    stage.register(firm)
    case = stage.apply(
        firm,
        "A06-1",
        _AMOUNT,
        officer=OFFICER,
        facts=settled("1000000"),
        evidence=papers(f"2025-{place}"),
        payee=payee,
    )
    return stage.approve(case).award


def _paid(stage: Stage, awards: list[Award], file: Path) -> list[str]:
    """The run, from its draft to the bank's word that it will pay; the ids of its payments."""
    payer, day = stage.by(PAYER), stage.on
    pays = [(award.enterprise.number, award.award_id, 1) for award in awards]
    stage.kept(payer.draft_payment_run(RUN, ACCOUNT, pays, execute_on=day, effective_on=day))
    stage.denied("SEGREGATION_OF_DUTIES", lambda: payer.approve_payment_run(RUN, effective_on=day))
    stage.kept(stage.by(CASHIER).approve_payment_run(RUN, effective_on=day))
    run = payer.get_payment_run(RUN, with_payees=True).run
    content = pain001(instruction_of(run))
    file.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    stage.kept(payer.record_run_sent(RUN, file_sha256=digest, file_format=MESSAGE, effective_on=day))
    amount = shown(run.amount_minor)
    stage.done(
        f"Run {RUN}: {len(run.payments)} payments, {amount}; drafted by {PAYER}, approved by {CASHIER}; {MESSAGE}",
        f"付款批次 {RUN}：{len(run.payments)} 笔，{amount}；{PAYER} 拟定，{CASHIER} 批准；{MESSAGE}",
    )
    stage.kept(payer.record_evidence(lambda: iter((_acceptance(),))))
    attempts = stage.auditor.list_attempts(ACCOUNT, on=day).attempts
    stage.expect("states", {attempt.state for attempt in attempts}, {ATTEMPT_STATE_ACCEPTED})
    stage.done("The bank says that it will pay; only a statement settles", "银行答复已受理；仅对账单可作到账依据")
    award = awards[0]
    stage.denied(
        "STATEMENT_REQUIRED",
        lambda: stage.by(CASHIER).record_settlement(
            award.enterprise, award.award_id, 1, amount_minor=_AMOUNT, effective_on=day
        ),
    )
    return [payment.end_to_end_id for payment in run.payments]


def _acceptance() -> RecordEvidenceRequest:
    return RecordEvidenceRequest(
        request_id="5d0a5e9e-2f0b-4c6e-8f7c-3b1d2a4c6e81",
        evidence=BankEvidence(
            kind=EVIDENCE_KIND_STATUS_REPORT,
            evidence_key="demo",
            content_sha256="d" * 64,
            source_sha256="e" * 64,
            format="pain.002.001.10",
            message_id="1",
            run=RUN,
        ),
        statuses=[PaymentStatusRow(level=STATUS_LEVEL_FILE, status="ACCP")],
    )


def _imported(stage: Stage, file: Path, lines: int) -> None:
    with open_bank_file(file, account=ACCOUNT) as bank_file:
        [statement] = bank_file.statements
        answer = stage.kept(stage.by(PAYER).import_statement(lambda: statement_messages(bank_file, statement, ACCOUNT)))
    stage.expect("lines", answer.statement.line_count, lines)
    stage.done(f"Statement of {stage.on} imported: {lines} line(s)", f"导入 {stage.on} 对账单：明细 {lines} 笔")


def _posted(stage: Stage, lines: int) -> None:
    """What is exact and without rival, one person posts."""
    automatic = [_match(proposal) for proposal in _proposals(stage).values() if proposal.automatic]
    posted = stage.kept(stage.by(PAYER).post_matches(ACCOUNT, automatic)).posted
    stage.expect("exact and without rival", len(posted), lines)
    stage.done(f"{lines} line(s) exact and without rival: posted", f"{lines} 笔分毫不差且无其他可能：已过账")


def _explained(stage: Stage, short: str) -> None:
    """Two people say what the others are."""
    left = {proposal.line.amount_minor: key for key, proposal in _proposals(stage).items()}
    _said(stage, left[_SHORT - _AMOUNT], "银行少付", pb.ALLOCATION_KIND_SETTLEMENT, _AMOUNT - _SHORT, short)
    _said(stage, left[_UNKNOWN], "来款不明", pb.ALLOCATION_KIND_SUSPENSE, _UNKNOWN)
    _said(stage, left[-_FEE], "手续费", pb.ALLOCATION_KIND_FEE, _FEE)
    stage.done(
        f"{_TELLERS[0]} proposes, {_TELLERS[1]} completes: a payment {shown(_SHORT)} short, {shown(_UNKNOWN)} in"
        f" suspense, a charge of {shown(_FEE)}",
        f"{_TELLERS[0]} 提请，{_TELLERS[1]} 确认：少付 {shown(_SHORT)}，来款 {shown(_UNKNOWN)} 暂挂，"
        f"手续费 {shown(_FEE)}",
    )


def _proposals(stage: Stage) -> dict[str, Proposal]:
    return {proposal.line.key: proposal for proposal in stage.by(PAYER).propose_matches(ACCOUNT)}


def _match(proposal: Proposal) -> LineMatch:
    [explanation] = proposal.explanations
    return LineMatch(line=proposal.line.key, allocations=explanation.allocations, basis=explanation.step)


def _said(
    stage: Stage, line: str, reason: str, kind: pb.AllocationKind.ValueType, amount: int, reference: str = ""
) -> None:
    part = pb.Allocation(kind=kind, amount_minor=amount, reference=reference)
    for person in _TELLERS:
        stage.kept(stage.by(person).match_line(ACCOUNT, line, [part], reason=reason))


def _stands(stage: Stage) -> None:
    status = stage.auditor.get_account_status(ACCOUNT, on=stage.on).status
    stage.expect("balance by the lines", status.ledger_minor, status.closing_minor)
    exceptions = {aged.kind: aged.amount_minor for aged in status.ageing if aged.amount_minor}
    expected = {"in_transit": _SHORT, "suspense": _UNKNOWN, "awaiting_reissue": _AMOUNT}
    stage.expect("exceptions", exceptions, expected)
    stage.done(
        f"Left open: {shown(_SHORT)} in transit, {shown(_AMOUNT)} to be paid again, {shown(_UNKNOWN)} in suspense",
        f"未了事项：在途 {shown(_SHORT)}，待重付 {shown(_AMOUNT)}，暂挂 {shown(_UNKNOWN)}",
    )


def _closed(stage: Stage, statement: Path, certificate: Path) -> None:
    """The certificate of the day holds against the bank's own file, and a changed one does not."""
    certificate.write_text(written(account_day(stage.by(PAYER), ACCOUNT, stage.on).document), "utf-8")
    document: dict[str, Any] = json.loads(certificate.read_text("utf-8"))
    stage.expect("findings", findings(document, [statement]), [])
    changed = deepcopy(document)
    changed["lines"][0]["amount_minor"] += 1
    stage.expect("a changed certificate is found", bool(findings(changed, [statement])), True)
    lines, digest = len(document["lines"]), document["sha256"][:12]
    stage.done(
        f"{stage.on} closed: {lines} lines in one class each; certificate {digest}… holds against the bank's file",
        f"{stage.on} 日结：{lines} 笔各归一类，凭证 {digest}… 与银行文件核对一致",
    )
