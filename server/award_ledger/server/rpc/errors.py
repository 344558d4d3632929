"""Every way in which a call fails, as a google.rpc.Status, or as the error of one row of a batch.

The only place that knows which refusal has which gRPC code. docs/errors.md says what each reason means; a test
keeps both equal to the contract.
"""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import grpc
from eventsourcing.persistence import InterfaceError, OperationalError
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

from award_ledger.domain import refusals
from award_ledger.domain.assessment import Assessment
from award_ledger.domain.encoding import UnreadableEvent
from award_ledger.domain.explanation import remedy
from award_ledger.server.identity.refusals import IssuerUnreachable, NotProven
from award_ledger.server.rpc.mapping.assessments import assessment_message, reason_number
from award_ledger.server.rpc.refusals import AnswerOverdue, CallerLimitReached, Exhausted, ExplainedRefusal
from award_ledger.server.rpc.trailers import LONGEST_MESSAGE, MOST_UNMET, MOST_VIOLATIONS, cut, fitting
from award_ledger.server.writer import failures
from award_ledger.v1 import common_pb2

DOMAIN = "award-ledger"

_LOG = logging.getLogger(__name__)
_CODE = grpc.StatusCode

FAMILIES: Mapping[type[refusals.Refused], grpc.StatusCode] = {
    refusals.Invalid: _CODE.INVALID_ARGUMENT,
    refusals.NotFound: _CODE.NOT_FOUND,
    refusals.Exists: _CODE.ALREADY_EXISTS,
    refusals.Precondition: _CODE.FAILED_PRECONDITION,
    refusals.Denied: _CODE.PERMISSION_DENIED,
    refusals.Conflict: _CODE.ABORTED,
    refusals.Unanswerable: _CODE.OUT_OF_RANGE,
    NotProven: _CODE.UNAUTHENTICATED,
    Exhausted: _CODE.RESOURCE_EXHAUSTED,
}


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What the server could not do: code, reason, and after how many milliseconds to try again (0: not by itself)."""

    code: grpc.StatusCode
    reason: str
    retry_ms: int
    message: str


_STORE_UNAVAILABLE = _Trouble(_CODE.UNAVAILABLE, "STORE_UNAVAILABLE", 500, "the database cannot be reached or written")
_OVERDUE = _Trouble(_CODE.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", 0, "the deadline passed before there was an answer")

TROUBLES: Mapping[type[Exception], _Trouble] = {
    failures.Overloaded: _Trouble(_CODE.RESOURCE_EXHAUSTED, "OVERLOADED", 1_000, "too much is waiting already"),
    failures.StoreUnavailable: _STORE_UNAVAILABLE,
    failures.ShuttingDown: _Trouble(_CODE.UNAVAILABLE, "SHUTTING_DOWN", 1_000, "the server is shutting down"),
    failures.Abandoned: _OVERDUE,
    AnswerOverdue: _OVERDUE,
    IssuerUnreachable: _Trouble(
        _CODE.UNAVAILABLE, "ISSUER_UNREACHABLE", 5_000, "the keys that verify this token cannot be had now"
    ),
    # A server of a later release may answer; until then nobody does.
    UnreadableEvent: _Trouble(
        _CODE.UNAVAILABLE, "EVENT_UNREADABLE", 5_000, "this server cannot read what a later release has recorded"
    ),
    OperationalError: _STORE_UNAVAILABLE,  # of a read
    InterfaceError: _STORE_UNAVAILABLE,
}


class Unmet(NamedTuple):
    """One thing that stands against the call: its reason, what it is about, and what would have to change."""

    reason: str
    subject: str
    description: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed call or row, before it takes the form in which it travels."""

    code: grpc.StatusCode
    reason: str
    message: str
    numbers: Mapping[str, str] = field(default_factory=dict)
    violations: tuple[refusals.Violation, ...] = ()
    preconditions: tuple[Unmet, ...] = ()
    assessment: common_pb2.Assessment | None = None
    position: int = 0
    repeated: bool = False
    retry_ms: int = 0


def failure(error: Exception) -> Failure:
    """What a caller may know of an exception. One that is nobody's answer is logged under an incident's id."""
    if isinstance(error, refusals.ApprovalRefused):
        return _refused_approval(error)
    if isinstance(error, refusals.Refused):
        return _refused(error)
    for kind, trouble in TROUBLES.items():
        if isinstance(error, kind):
            if kind is UnreadableEvent:
                _LOG.error("%s", error)  # which event, and what of it: nothing that is the caller's to know
            numbers = {"waiting": str(error.waiting)} if isinstance(error, failures.Overloaded) else {}
            return Failure(trouble.code, trouble.reason, trouble.message, numbers, retry_ms=trouble.retry_ms)
    incident = uuid.uuid4().hex
    _LOG.error("incident %s", incident, exc_info=error)
    return Failure(_CODE.INTERNAL, "", f"internal error; the log has it as incident {incident}", {"incident": incident})


def code_of(kind: type[refusals.Refused]) -> grpc.StatusCode:
    """The code of a class of refusals. Raises LookupError for one that belongs to no family."""
    for family, code in FAMILIES.items():
        if issubclass(kind, family):
            return code
    raise LookupError(f"{kind.__name__} belongs to no family of refusals")


def status_of(failed: Failure) -> status_pb2.Status:
    """The status of a failed call, small enough to travel in trailers; the longest texts in it are cut."""
    status = status_pb2.Status(code=failed.code.value[0], message=cut(failed.message, LONGEST_MESSAGE))
    details: list[error_details_pb2.ErrorInfo | error_details_pb2.BadRequest | error_details_pb2.RetryInfo] = []
    numbers = {name: cut(value) for name, value in failed.numbers.items()}
    if failed.repeated:
        numbers["repeated"] = "true"
    details.append(error_details_pb2.ErrorInfo(reason=failed.reason, domain=DOMAIN, metadata=numbers))
    if failed.violations:
        details.append(_bad_request(failed.violations))
    if failed.retry_ms:
        details.append(error_details_pb2.RetryInfo(retry_delay=_duration(failed.retry_ms)))
    for detail in details:
        status.details.add().Pack(detail)
    if failed.preconditions:
        status.details.add().Pack(_precondition_failure(failed))
    if failed.assessment is not None:
        status.details.add().Pack(fitting(failed.assessment, status.ByteSize()))
    return status


def row_error(failed: Failure) -> common_pb2.RowError:
    """The same for one row of a batch, in full."""
    return common_pb2.RowError(
        code=failed.code.value[0],
        reason=reason_number(failed.reason),
        message=failed.message,
        metadata=failed.numbers,
        violations=[f"{wrong.field}: {wrong.problem}" for wrong in failed.violations],
        assessment=failed.assessment,
        position=failed.position,
        repeated=failed.repeated,
    )


def _refused(error: refusals.Refused) -> Failure:
    code, message = code_of(type(error)), str(error)
    return Failure(
        code,
        error.reason,
        message,
        error.numbers(),
        violations=error.violations if isinstance(error, refusals.InvalidFields) else (),
        preconditions=_state(error, message) if code is _CODE.FAILED_PRECONDITION else (),
        retry_ms=error.retry_ms if isinstance(error, CallerLimitReached) else 0,
    )


def _state(error: refusals.Refused, message: str) -> tuple[Unmet, ...]:
    subject = next(iter(error.numbers().values()), "")
    return (Unmet(error.reason, subject, message),)


def _refused_approval(error: refusals.ApprovalRefused) -> Failure:
    return Failure(
        code_of(type(error)),
        error.reason,
        str(error),
        error.numbers(),
        preconditions=_failing_checks(error.assessment),
        assessment=assessment_message(error.assessment, error.terms),
        position=error.position,
        repeated=isinstance(error, ExplainedRefusal) and error.repeated,
    )


def _failing_checks(assessment: Assessment) -> tuple[Unmet, ...]:
    return tuple(Unmet(check.reason, check.id, remedy(check.reason).en) for check in assessment.checks if check.refuses)


def _bad_request(violations: tuple[refusals.Violation, ...]) -> error_details_pb2.BadRequest:
    wrong = error_details_pb2.BadRequest.FieldViolation
    return error_details_pb2.BadRequest(
        field_violations=[
            wrong(field=cut(violation.field), description=cut(violation.problem))
            for violation in violations[:MOST_VIOLATIONS]
        ]
    )


def _precondition_failure(failed: Failure) -> error_details_pb2.PreconditionFailure:
    violation = error_details_pb2.PreconditionFailure.Violation
    return error_details_pb2.PreconditionFailure(
        violations=[
            violation(type=unmet.reason, subject=cut(unmet.subject), description=cut(unmet.description))
            for unmet in failed.preconditions[:MOST_UNMET]
        ]
    )


def _duration(milliseconds: int) -> Duration:
    duration = Duration()
    duration.FromMilliseconds(milliseconds)
    return duration
