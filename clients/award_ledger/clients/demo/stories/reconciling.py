"""What the bank says: a run that two people make, its statement, and every line of it explained to the last fen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from award_ledger.clients.demo.enterprises import RECONCILED
from award_ledger.clients.demo.narration import shown, yuan
from award_ledger.clients.demo.stage import CASHIER, PAYER, Stage
from award_ledger.clients.demo.stories.amounts import OFFICER, papers, settled
from award_ledger.v1 import bank_lines_pb2 as pb
from award_ledger.v1.bank_answers_pb2 import (
    ATTEMPT_STATE_ACCEPTED,
    EVIDENCE_KIND_STATUS_REPORT,
    STATUS_LEVEL_TRANSACTION,
    BankEvidence,
    PaymentStatusRow,
    RecordEvidenceRequest,
)
from award_ledger.v1.common_pb2 import Payee
from award_ledger.v1.finance_pb2 import ImportStatementRequest, LineMatch

ACCOUNT = "37001616808050009999"
_TELLERS = "zhou@czt", "wu@czt"
_BEFORE, _FEE = yuan("1000000"), yuan("5")


def run_and_statement(stage: Stage) -> None:
    """Paid in a run, seen on the statement, matched by its id; the bank's charge is said by two people."""
    stage.register(RECONCILED)
    payee = Payee(account_name=RECONCILED.name.zh, account_number="6222021602000000014", bank="102451000013")
    case = stage.apply(
        RECONCILED,
        "A06-1",
        yuan("50000"),
        officer=OFFICER,
        facts=settled("1000000"),
        evidence=papers("2025-120"),
        payee=payee,
    )
    award = stage.approve(case).award
    stage.on = max(stage.on, date.fromisoformat(award.instalments[0].due_on))
    payer, day = stage.by(PAYER), stage.on
    stage.kept(payer.open_bank_account(ACCOUNT, name="示例财政专户", bank="102451000013"))
    pays = [(RECONCILED.number, award.award_id, 1)]
    stage.kept(payer.draft_payment_run("R-2025-1", ACCOUNT, pays, execute_on=day, effective_on=day))
    stage.denied("SEGREGATION_OF_DUTIES", lambda: payer.approve_payment_run("R-2025-1", effective_on=day))
    run = stage.kept(stage.by(CASHIER).approve_payment_run("R-2025-1", effective_on=day)).run
    paid = run.payments[0].end_to_end_id
    stage.kept(payer.record_run_sent("R-2025-1", file_sha256="a" * 64, file_format="pain.001.001.09", effective_on=day))
    amount = shown(run.amount_minor)
    stage.done(f"Run R-2025-1: {amount}, {paid}", f"付款批次 R-2025-1：{amount}，{paid}")
    stage.kept(payer.record_evidence(lambda: iter((_acceptance(paid),))))
    [attempt] = stage.auditor.list_attempts(ACCOUNT, on=day).attempts
    stage.expect("state", attempt.state, ATTEMPT_STATE_ACCEPTED)
    stage.done("The bank says that it will pay; only a statement settles", "银行答复已受理；仅对账单可作到账依据")
    answer = stage.kept(payer.import_statement(lambda: _statement(day, paid, run.amount_minor)))
    counted = answer.statement.line_count
    stage.done(f"Statement imported: {counted} lines", f"导入对账单：明细 {counted} 笔")
    _explain(stage)


def _acceptance(paid: str) -> RecordEvidenceRequest:
    return RecordEvidenceRequest(
        request_id="5d0a5e9e-2f0b-4c6e-8f7c-3b1d2a4c6e81",
        evidence=BankEvidence(
            kind=EVIDENCE_KIND_STATUS_REPORT,
            evidence_key="demo",
            content_sha256="d" * 64,
            source_sha256="e" * 64,
            format="pain.002.001.10",
            message_id="1",
            run="R-2025-1",
        ),
        statuses=[PaymentStatusRow(level=STATUS_LEVEL_TRANSACTION, status="ACCP", end_to_end_id=paid)],
    )


def _statement(day: date, paid: str, amount_minor: int) -> Iterator[ImportStatementRequest]:
    lines = [("1", -amount_minor, paid), ("2", -_FEE, "")]
    yield ImportStatementRequest(
        request_id="5d0a5e9e-2f0b-4c6e-8f7c-3b1d2a4c6e80",
        account=ACCOUNT,
        currency="CNY",
        statement=pb.Statement(
            statement_key="demo",
            content_sha256="b" * 64,
            source_sha256="c" * 64,
            format="camt.053.001.08",
            statement_id="1",
            sequence="1",
            period_from=day.isoformat(),
            period_to=day.isoformat(),
            opening_minor=_BEFORE,
            closing_minor=_BEFORE - amount_minor - _FEE,
        ),
        lines=[
            pb.BankLine(
                key=f"serial:{serial}",
                serial=serial,
                amount_minor=minor,
                booked_on=day.isoformat(),
                end_to_end_id=identity,
            )
            for serial, minor, identity in lines
        ],
    )


def _explain(stage: Stage) -> None:
    payer = stage.by(PAYER)
    proposals = {proposal.line.key: proposal for proposal in payer.propose_matches(ACCOUNT)}
    stage.expect("automatic", [proposals[f"serial:{n}"].automatic for n in (1, 2)], [True, False])
    [explanation] = proposals["serial:1"].explanations
    match = LineMatch(line="serial:1", allocations=explanation.allocations, basis=explanation.step)
    stage.kept(payer.post_matches(ACCOUNT, [match]))
    stage.done("1 line exact and without rival: settled", "1 笔分毫不差且无其他可能：已到账")
    fee = pb.Allocation(kind=pb.ALLOCATION_KIND_FEE, amount_minor=_FEE)
    for person in _TELLERS:
        stage.kept(stage.by(person).match_line(ACCOUNT, "serial:2", [fee], reason="手续费"))
    stage.done(
        f"{shown(_FEE)} is a charge: said by {_TELLERS[0]}, then by {_TELLERS[1]}",
        f"{shown(_FEE)} 为手续费：{_TELLERS[0]} 提请，{_TELLERS[1]} 确认",
    )
    status = stage.auditor.get_account_status(ACCOUNT, on=stage.on).status
    stage.expect("balance by the lines", status.ledger_minor, status.closing_minor)
    stage.expect("exceptions", [aged.kind for aged in status.ageing if aged.amount_minor], [])
