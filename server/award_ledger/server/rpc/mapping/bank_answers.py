"""What a bank says before a statement does, and attempts to pay: between the contract and the domain."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from award_ledger.domain import bank_account as domain
from award_ledger.domain.bank_answers import StatusLevel, StatusRow
from award_ledger.domain.bank_events import EvidenceKind
from award_ledger.domain.expected_payment import Expected
from award_ledger.domain.money import bounded
from award_ledger.domain.refusals import invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.record_evidence import EvidenceFile, RecordAnswers, RecordReport
from award_ledger.server.rpc.fields import required_choice
from award_ledger.server.rpc.mapping.enums import number_of
from award_ledger.server.rpc.mapping.finance import said_line
from award_ledger.v1 import bank_answers_pb2 as pb
from award_ledger.v1.common_pb2 import EnterpriseNumber
from award_ledger.v1.payments_pb2 import PaymentRef

_KIND, _LEVEL, STATE = pb.EvidenceKind.DESCRIPTOR, pb.StatusLevel.DESCRIPTOR, pb.AttemptState.DESCRIPTOR


def evidence_command(request: pb.RecordEvidenceRequest) -> RecordAnswers | RecordReport:
    """A status report has rows and names its run; the others have lines and name our account. Raises InvalidFields."""
    told = request.evidence
    evidence = EvidenceFile(
        kind=cast(EvidenceKind, required_choice(_KIND, told.kind, "evidence.kind")),
        evidence_key=told.evidence_key,
        content_sha256=told.content_sha256,
        source_sha256=told.source_sha256,
        format=told.format,
        message_id=told.message_id,
    )
    if evidence.kind == "status_report":
        if request.lines:
            raise invalid_field("lines", "a status report has none")
        return RecordAnswers(evidence, told.run, tuple(_rows(request.statuses)))
    if request.statuses:
        raise invalid_field("statuses", f"a {evidence.kind} has none")
    lines = (said_line(line, f"lines[{place}]", None) for place, line in enumerate(request.lines))
    return RecordReport(evidence, request.account, request.currency, tuple(lines))


def _rows(messages: Sequence[pb.PaymentStatusRow]) -> list[StatusRow]:
    return [
        StatusRow(
            level=cast(StatusLevel, required_choice(_LEVEL, row.level, f"statuses[{place}].level")),
            status=row.status,
            payment_information_id=row.payment_information_id,
            end_to_end_id=row.end_to_end_id,
            amount_minor=bounded(row.amount_minor) if row.HasField("amount_minor") else None,
            currency=row.currency,
            reason=row.reason,
        )
        for place, row in enumerate(messages)
    ]


def evidence_message(evidence: domain.Evidence) -> pb.BankEvidence:
    """Evidence, without its lines and answers."""
    return pb.BankEvidence(
        kind=pb.EvidenceKind.ValueType(number_of(_KIND, evidence.kind)),
        evidence_key=evidence.key,
        content_sha256=evidence.content_sha256,
        source_sha256=evidence.source_sha256,
        format=evidence.format,
        message_id=evidence.message_id,
        run=evidence.run,
        line_count=evidence.lines,
        answer_count=evidence.answers,
        rejected=evidence.rejected,
        position=evidence.position,
    )


def attempt_message(payment: Expected, on: date, ledger: WorkingSet) -> pb.Attempt:
    """An attempt as it stands on a day."""
    enterprise = ledger.enterprise(payment.enterprise_id)
    return pb.Attempt(
        payment=PaymentRef(
            enterprise=EnterpriseNumber(scheme=enterprise.scheme, number=enterprise.number),
            award_id=str(payment.award_id),
            instalment=payment.instalment,
            attempt=payment.attempt,
        ),
        end_to_end_id=payment.end_to_end_id,
        amount_minor=payment.amount_minor,
        settled_minor=payment.settled_minor,
        returned_minor=payment.returned_minor,
        state=pb.AttemptState.ValueType(number_of(STATE, payment.state(on))),
        run=payment.run,
        instructed_on=payment.instructed_on.isoformat(),
        sent_on=payment.sent_on.isoformat() if payment.sent_on else "",
        answer_by=payment.answer_by.isoformat() if payment.answer_by else "",
        answer=f"{payment.answer} {payment.reason}".strip(),
        contradicted=payment.contradicted,
    )
