"""What a bank file says before a statement does, as messages for the ledger: status reports, reports, notifications.

The other side's name and account, and what a free text says besides ids of payments, stay on this machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from uuid import NAMESPACE_URL, uuid5

import msgspec

from award_ledger.clients.finance.files.end_to_end_ids import found_in
from award_ledger.clients.finance.files.opening import BankFile
from award_ledger.clients.finance.files.statement import Kind, Line, Statement, Status
from award_ledger.clients.finance.files.status_report import StatusLevel, StatusReport, StatusRow
from award_ledger.clients.finance.sending import LINES_A_MESSAGE, line_message
from award_ledger.v1 import bank_answers_pb2 as pb
from award_ledger.v1 import bank_lines_pb2 as lines_pb

_REQUESTS = uuid5(NAMESPACE_URL, "https://award-ledger.invalid/evidence")
_KINDS = {
    Kind.REPORT: pb.EvidenceKind.EVIDENCE_KIND_REPORT,
    Kind.NOTIFICATION: pb.EvidenceKind.EVIDENCE_KIND_NOTIFICATION,
}
_LEVELS = {
    StatusLevel.FILE: pb.StatusLevel.STATUS_LEVEL_FILE,
    StatusLevel.PAYMENT_INFORMATION: pb.StatusLevel.STATUS_LEVEL_PAYMENT_INFORMATION,
    StatusLevel.TRANSACTION: pb.StatusLevel.STATUS_LEVEL_TRANSACTION,
}
_LONGEST_REASON = 200
_encode = msgspec.json.Encoder().encode


def foretells(statement: Statement) -> bool:
    """A report of a running day, or a notification."""
    return statement.kind in _KINDS


def report_messages(
    bank_file: BankFile, statement: Statement, account: str, *, validate_only: bool = False
) -> Iterator[pb.RecordEvidenceRequest]:
    """The booked lines of a report or a notification; what is pending is no news of money."""
    booked = (line for line in bank_file.lines(statement) if line.status is Status.BOOKED)
    lines = (_reported(line, statement) for line in booked)
    yield pb.RecordEvidenceRequest(
        request_id=_request_id(statement.source_sha256, f"{account} {statement.key}", validate_only),
        validate_only=validate_only,
        account=account,
        currency=statement.currency,
        evidence=pb.BankEvidence(
            kind=_KINDS[statement.kind],
            evidence_key=statement.key,
            content_sha256=statement.content_sha256,
            source_sha256=statement.source_sha256,
            format=statement.format,
            message_id=statement.statement_id or f"#{statement.place}",
        ),
        lines=islice(lines, LINES_A_MESSAGE),
    )
    while some := list(islice(lines, LINES_A_MESSAGE)):
        yield pb.RecordEvidenceRequest(lines=some)


def answers_message(report: StatusReport, *, validate_only: bool = False) -> pb.RecordEvidenceRequest:
    """A status report. It names no account of ours: the file that it answers is a run, and runs know theirs."""
    named = (report.message_id, report.original_message_id, report.created_at)
    key = hashlib.sha256(_encode(named)).hexdigest()
    return pb.RecordEvidenceRequest(
        request_id=_request_id(report.source_sha256, key, validate_only),
        validate_only=validate_only,
        evidence=pb.BankEvidence(
            kind=pb.EvidenceKind.EVIDENCE_KIND_STATUS_REPORT,
            evidence_key=key,
            content_sha256=hashlib.sha256(_encode(report.rows)).hexdigest(),
            source_sha256=report.source_sha256,
            format=report.format,
            message_id=report.message_id,
            run=report.original_message_id,
        ),
        statuses=(_status(row) for row in report.rows),
    )


def _request_id(source_sha256: str, key: str, validate_only: bool) -> str:
    return str(uuid5(_REQUESTS, f"{source_sha256} {key} {validate_only}"))


def _reported(line: Line, statement: Statement) -> lines_pb.BankLine:
    message = line_message(line)
    if not message.booked_on and statement.period_to is not None:
        message.booked_on = statement.period_to.isoformat()
    ids = " ".join(found_in(message.particulars.text))
    message.particulars.CopyFrom(lines_pb.LineParticulars(text=ids))
    return message


def _status(row: StatusRow) -> pb.PaymentStatusRow:
    reason = " ".join((*row.reasons, row.explanation)).strip()
    return pb.PaymentStatusRow(
        level=_LEVELS[row.level],
        status=row.status,
        payment_information_id=row.payment_information_id,
        end_to_end_id=row.end_to_end_id or row.instruction_id,
        amount_minor=row.amount_minor,
        currency=row.currency,
        reason=reason[:_LONGEST_REASON],
    )
