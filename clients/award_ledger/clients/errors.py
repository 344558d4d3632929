"""The ledger's no, as exceptions that carry its reason, its numbers and the calculation behind it.

A caller catches the family that it can act on (`ApprovalRefused`, `NotFound`, `Unavailable`, …), or all of
them as `LedgerError`. A failed call and a failed row of a batch become the same exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from award_ledger.v1.common_pb2 import Assessment, RowError
from award_ledger.v1.errors_pb2 import ErrorReason

ERROR_DOMAIN = "award-ledger"
"""`ErrorInfo.domain` of everything the ledger itself decides; other domains are a proxy's or a library's."""

REASON_PREFIX = "ERROR_REASON_"

_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


@dataclass(eq=False)
class LedgerError(Exception):
    """A call that did not do what it asked for. Raised itself only where no family below fits.

    * `code`: canonical gRPC status.
    * `reason`: name in the enum `ErrorReason` without its prefix, for example `CAP_EXCEEDED`; empty where the
      answer did not come from the ledger (no connection, a proxy).
    * `message`: one sentence in English, for logs.
    * `metadata`: the numbers of the refusal by name; amounts named `…_minor` are minor units.
    * `violations`: fields that are wrong, as pairs of path and what is wrong.
    * `unmet`: what stands against the call, as pairs of what it is about and what would have to change.
    * `assessment`: the complete calculation, where Terms refused.
    * `position`: where in the log the refusal itself is recorded; 0 where nothing was recorded.
    * `repeated`: True where the request had been refused before, and this is that refusal again.
    * `request_id`: of the write that failed; empty for reads. Repeating with it never does a thing twice.
    * `retry_after_s`: how long the server asks to wait; 0 where it does not say.
    """

    code: grpc.StatusCode
    reason: str = ""
    message: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    violations: list[tuple[str, str]] = field(default_factory=list)
    unmet: list[tuple[str, str]] = field(default_factory=list)
    assessment: Assessment | None = None
    position: int = 0
    repeated: bool = False
    request_id: str = ""
    retry_after_s: float = 0.0

    def __str__(self) -> str:
        numbers = ", ".join(f"{name}={value}" for name, value in sorted(self.metadata.items()))
        wrong = "; ".join(f"{path}: {what}" for path, what in self.violations)
        tail = " ".join(part for part in (numbers and f"({numbers})", wrong and f"[{wrong}]") if part)
        return f"{self.reason or self.code.name}: {self.message}{tail and ' ' + tail}"


class InvalidRequest(LedgerError):
    """The request is malformed; the same one will never be taken. `violations` names the fields."""


class NotPermitted(LedgerError):
    """Nobody stands behind the call, or not the one (or the two) who may do this."""


class NotFound(LedgerError):
    """What the request names is not in the ledger."""


class Conflict(LedgerError):
    """It is there already, or has changed since it was read, or the request id stands for another request."""


class WrongState(LedgerError):
    """The act does not fit what has happened to the thing before: paid, revoked, closed, cancelled."""


class Refused(LedgerError):
    """The rules of the measure say no."""


class ApprovalRefused(Refused):
    """The rules say no to an approval. The refusal is recorded at `position`; the application stays open.

    Or they say no to a correction: then `position` is 0, and nothing is recorded.
    """

    @property
    def admissible_minor(self) -> int:
        """The largest amount that every check admits, in minor units; 0 where nothing would be granted."""
        return self.assessment.admissible_minor if self.assessment else 0

    @property
    def binding(self) -> tuple[str, ...]:
        """Names of all checks that allow exactly `admissible_minor`."""
        return tuple(self.assessment.binding) if self.assessment else ()


class PointNotAvailable(LedgerError):
    """The ledger cannot answer for that position or instant (yet)."""


class Unavailable(LedgerError):
    """No answer was had: repeat with the same `request_id`, and whatever became of this one happens once."""


class DeadlineExceeded(Unavailable):
    """The time for the answer ran out; a write may have been recorded. Repeat with the same `request_id`."""


_FAMILIES: dict[type[LedgerError], Sequence[str]] = {
    InvalidRequest: (
        "INVALID_FIELD",
        "REQUEST_ID_REQUIRED",
        "DEADLINE_REQUIRED",
        "MESSAGE_TOO_LARGE",
        "BATCH_TOO_LARGE",
        "AMOUNT_NOT_POSITIVE",
        "AMOUNT_TOO_LARGE",
        "ENTERPRISE_NUMBER_INVALID",
        "ENTERPRISE_SCHEME_UNKNOWN",
        "CURRENCY_MISMATCH",
        "PAGE_TOKEN_INVALID",
    ),
    Conflict: (
        "REQUEST_ID_REUSED",
        "ETAG_MISMATCH",
        "ENTERPRISE_EXISTS",
        "FUND_EXISTS",
        "ROLE_HELD",
        "ROSTER_OPEN",
        "TERMS_NEED_TWO",
        "BANK_ACCOUNT_EXISTS",
        "STATEMENT_EXISTS",
        "VOUCHERS_EXIST",
        "PAYMENT_RUN_EXISTS",
    ),
    NotPermitted: (
        "UNAUTHENTICATED",
        "TOKEN_EXPIRED",
        "TOKEN_REFUSED",
        "CERTIFICATE_REFUSED",
        "PRINCIPAL_UNKNOWN",
        "CREDENTIALS_DISAGREE",
        "SECOND_PERSON_REQUIRED",
        "SEGREGATION_OF_DUTIES",
        "ROLE_REQUIRED",
        "DEPARTMENT_NOT_LEAD",
    ),
    NotFound: (
        "ENTERPRISE_NOT_FOUND",
        "MEASURE_NOT_FOUND",
        "FUND_NOT_FOUND",
        "APPLICATION_NOT_FOUND",
        "AWARD_NOT_FOUND",
        "PAYMENT_NOT_FOUND",
        "CLAWBACK_NOT_FOUND",
        "OBJECTION_NOT_FOUND",
        "EVENT_NOT_FOUND",
        "BANK_ACCOUNT_NOT_FOUND",
        "BANK_LINE_NOT_FOUND",
        "RECEIVABLE_NOT_FOUND",
        "PAYMENT_RUN_NOT_FOUND",
    ),
    Refused: (
        "ENTERPRISE_BARRED",
        "MEASURE_NEEDS_RULE",
        "MEASURE_SUSPENDED",
        "MEASURE_CLOSED",
        "OUTSIDE_VALIDITY",
        "CLAWBACK_OUTSTANDING",
        "FACT_MISSING",
        "REQUIREMENT_NOT_MET",
        "THRESHOLD_NOT_MET",
        "EVIDENCE_MISSING",
        "EVIDENCE_IN_USE",
        "KEY_IN_USE",
        "AMOUNT_NOT_FIXED",
        "CEILING_EXCEEDED",
        "RATE_EXCEEDED",
        "CAP_EXCEEDED",
        "QUOTA_EXCEEDED",
        "FUND_EXHAUSTED",
        "FUND_NOT_SET",
    ),
    WrongState: (
        "APPLICATION_NOT_OPEN",
        "AWARD_STATE",
        "INSTALMENT_NOT_PAYABLE",
        "OBJECTION_OPEN",
        "SET_OFF_REQUIRED",
        "PAYMENT_STATE",
        "AMOUNT_EXCEEDS_OUTSTANDING",
        "CLAWBACK_STATE",
        "STAGE_UNKNOWN",
        "APPROPRIATION_TOO_LOW",
        "SHARE_TOO_SMALL",
        "MEASURE_STATUS",
        "ENTERPRISE_STATUS",
        "ENTRY_NOT_CORRECTABLE",
        "CORRECTION_IMPOSSIBLE",
        "TRANSPARENCY_OFF",
        "LOG_KEYS_NOT_CURRENT",
        "LOG_KEY_NOT_SIGNING",
        "FUND_YEAR_OPEN",
        "FUND_YEAR_OVER",
        "STATEMENT_CONFLICT",
        "STATEMENT_UNBALANCED",
        "BANK_LINE_STATE",
        "MATCH_NOT_EXACT",
        "PAYMENT_RUN_STATE",
        "STATUS_REPORT_MISMATCH",
        "STATEMENT_REQUIRED",
        "PAYEE_MISSING",
        "VOUCHER_CONFLICT",
        "PERSONAL_DATA_NOT_HELD",
        "PERSONAL_DATA_NEEDED",
        "ROLE_NOT_HELD",
        "LAST_ADMINISTRATOR",
        "ROSTER_NOT_OPEN",
    ),
    PointNotAvailable: ("POINT_NOT_AVAILABLE", "POSITION_NOT_REACHED", "NOT_YET_EFFECTIVE", "NOT_PUBLISHED"),
    Unavailable: (
        "OVERLOADED",
        "STORE_UNAVAILABLE",
        "SHUTTING_DOWN",
        "EVENT_UNREADABLE",
        "ISSUER_UNREACHABLE",
        "CALLER_LIMIT_REACHED",
    ),
    DeadlineExceeded: ("DEADLINE_EXCEEDED",),
}

_FAMILY_OF_REASON = {reason: family for family, reasons in _FAMILIES.items() for reason in reasons}

# For answers without a reason, or with one that a newer server added.
_FAMILY_OF_CODE: dict[grpc.StatusCode, type[LedgerError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequest,
    grpc.StatusCode.UNAUTHENTICATED: NotPermitted,
    grpc.StatusCode.PERMISSION_DENIED: NotPermitted,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: Conflict,
    grpc.StatusCode.ABORTED: Conflict,
    grpc.StatusCode.FAILED_PRECONDITION: WrongState,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
}


def family_of(code: grpc.StatusCode, reason: str, *, assessed: bool) -> type[LedgerError]:
    """The exception to raise: with an assessment a refused approval, else by reason, else by code."""
    if assessed:
        return ApprovalRefused
    return _FAMILY_OF_REASON.get(reason) or _FAMILY_OF_CODE.get(code, LedgerError)


def from_rpc_error(error: grpc.RpcError, request_id: str = "") -> LedgerError:
    """The exception for a failed call, from its status and the `google.rpc.Status` in its trailers."""
    call = cast("grpc.Call", error)
    details = _Details()
    try:
        status = rpc_status.from_call(call)
        for packed in status.details if status else ():
            details.read(packed)
    except (ValueError, DecodeError):
        details = _Details()  # trailers that contradict the status, or are damaged: the status itself still holds
    return details.to_error(call.code(), call.details() or "", request_id)


def from_row_error(row: RowError, request_id: str = "") -> LedgerError:
    """The exception for a failed row of a batch: the one that the single call would have raised."""
    code = _CODES.get(row.code or grpc.StatusCode.UNKNOWN.value[0], grpc.StatusCode.UNKNOWN)
    reason = reason_name(row.reason)
    assessment = row.assessment if row.HasField("assessment") else None
    violations = [(path, what) for path, _, what in (text.partition(": ") for text in row.violations)]
    family = family_of(code, reason, assessed=assessment is not None)
    return family(
        code,
        reason,
        row.message,
        dict(row.metadata),
        violations=violations,
        assessment=assessment,
        position=row.position,
        repeated=row.repeated,
        request_id=request_id,
    )


def reason_name(reason: ErrorReason.ValueType) -> str:
    """The reason as `ErrorInfo` carries it, without the prefix; empty if unset, the number if unknown."""
    if not reason:
        return ""
    known = reason in ErrorReason.values()
    return ErrorReason.Name(reason).removeprefix(REASON_PREFIX) if known else str(reason)


class _Details:
    """What the details of a status say, gathered one by one; kinds that are not known are passed over."""

    def __init__(self) -> None:
        self.info = error_details_pb2.ErrorInfo()
        self.violations: list[tuple[str, str]] = []
        self.unmet: list[tuple[str, str]] = []
        self.assessment: Assessment | None = None
        self.retry_after_s = 0.0

    def read(self, packed: Any) -> None:
        """Take one packed detail; raises DecodeError where its bytes are not what they claim."""
        bad_request, precondition = error_details_pb2.BadRequest(), error_details_pb2.PreconditionFailure()
        retry, info, assessment = error_details_pb2.RetryInfo(), error_details_pb2.ErrorInfo(), Assessment()
        if packed.Unpack(info):
            self.info = info if info.domain == ERROR_DOMAIN else self.info
        elif packed.Unpack(bad_request):
            self.violations += [(item.field, item.description) for item in bad_request.field_violations]
        elif packed.Unpack(precondition):
            self.unmet += [(item.subject, item.description) for item in precondition.violations]
        elif packed.Unpack(retry):
            self.retry_after_s = retry.retry_delay.ToTimedelta().total_seconds()
        elif packed.Unpack(assessment):
            self.assessment = assessment

    def to_error(self, code: grpc.StatusCode, message: str, request_id: str) -> LedgerError:
        """The exception for all that was read."""
        metadata = dict(self.info.metadata)
        repeated = metadata.pop("repeated", "") == "true"
        reason = self.info.reason.removeprefix(REASON_PREFIX)
        family = family_of(code, reason, assessed=self.assessment is not None)
        # Other errors name positions too: of an entry that is not there, of the request's first use.
        position = metadata.get("position", "") if issubclass(family, ApprovalRefused) else ""
        return family(
            code,
            reason,
            message,
            metadata,
            violations=self.violations,
            unmet=self.unmet,
            assessment=self.assessment,
            position=int(position) if position.isdecimal() else 0,
            repeated=repeated,
            request_id=request_id,
            retry_after_s=self.retry_after_s,
        )
