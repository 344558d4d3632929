"""Every way in which the ledger says no: one small class each, carrying its numbers.

`reason` is the name in errors.proto without its prefix; `server.rpc.errors` maps the families to gRPC codes.
"""

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from award_ledger.domain.assessment import Assessment
    from award_ledger.domain.terms import Terms


@dataclass(eq=False)
class Refused(Exception):
    """The ledger says no, and nothing but perhaps a record of that has changed."""

    reason: ClassVar[str]
    template: ClassVar[str]

    def __str__(self) -> str:
        return self.template.format(**self.numbers())

    def numbers(self) -> dict[str, str]:
        """What explains the refusal, by name."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}


class Invalid(Refused):
    """The request can never succeed as it is."""


class NotFound(Refused):
    """What the request names is not there."""


class Exists(Refused):
    """What the request would create is there."""


class Precondition(Refused):
    """The ledger's state does not admit it."""


class Denied(Refused):
    """This principal may not do it, or not alone."""


class Conflict(Refused):
    """The state has changed since the caller looked."""


class Unanswerable(Refused):
    """A read asks for a point that cannot be answered."""


@dataclass(frozen=True)
class Violation:
    """One wrong field: its path in the request, and what is wrong."""

    field: str
    problem: str


@dataclass(eq=False)
class InvalidFields(Invalid):
    """Fields are missing or malformed."""

    violations: tuple[Violation, ...]
    reason = "INVALID_FIELD"
    template = "{count} field(s) are wrong: {first}"

    def numbers(self) -> dict[str, str]:
        first = self.violations[0]
        return {"count": str(len(self.violations)), "first": f"{first.field}: {first.problem}"}


def invalid_field(field: str, problem: str) -> InvalidFields:
    """A refusal for one wrong field."""
    return InvalidFields((Violation(field, problem),))


@dataclass(eq=False)
class RequestIdRequired(Invalid):
    given: str
    reason = "REQUEST_ID_REQUIRED"
    template = "request_id must be a UUID, not {given!r}"


@dataclass(eq=False)
class RequestIdReused(Precondition):
    request_id: str
    position: int
    reason = "REQUEST_ID_REUSED"
    template = "request_id {request_id} was used with another body at position {position}"


@dataclass(eq=False)
class DeadlineRequired(Invalid):
    method: str
    reason = "DEADLINE_REQUIRED"
    template = "{method} writes, and a write needs a deadline"


@dataclass(eq=False)
class EtagMismatch(Conflict):
    etag: str
    current: str
    reason = "ETAG_MISMATCH"
    template = "the resource has changed: etag {etag} was read, {current} is current"


@dataclass(eq=False)
class BatchTooLarge(Invalid):
    rows: int
    limit: int
    reason = "BATCH_TOO_LARGE"
    template = "{rows} rows in one batch; at most {limit}"


@dataclass(eq=False)
class AmountNotPositive(Invalid):
    amount_minor: int
    reason = "AMOUNT_NOT_POSITIVE"
    template = "an amount must be greater than zero, not {amount_minor}"


@dataclass(eq=False)
class AmountTooLarge(Invalid):
    amount_minor: int
    limit_minor: int
    reason = "AMOUNT_TOO_LARGE"
    template = "{amount_minor} minor units is more than the ledger holds ({limit_minor})"


@dataclass(eq=False)
class EnterpriseNumberInvalid(Invalid):
    scheme: str
    number: str
    reason = "ENTERPRISE_NUMBER_INVALID"
    template = "{number!r} is not a valid number of scheme {scheme}"


@dataclass(eq=False)
class EnterpriseSchemeUnknown(Invalid):
    scheme: str
    reason = "ENTERPRISE_SCHEME_UNKNOWN"
    template = "no scheme {scheme!r} of legal persons; schemes are named as in python-stdnum, or 'other'"


@dataclass(eq=False)
class CurrencyMismatch(Invalid):
    currency: str
    expected: str
    reason = "CURRENCY_MISMATCH"
    template = "currency {currency!r}, expected {expected}"


@dataclass(eq=False)
class SecondPersonRequired(Denied):
    principal: str
    rule: str
    reason = "SECOND_PERSON_REQUIRED"
    template = "{rule} needs another person than {principal}"


@dataclass(eq=False)
class SegregationOfDuties(Denied):
    principal: str
    rule: str
    reason = "SEGREGATION_OF_DUTIES"
    template = "{rule}: {principal} may not do both"


@dataclass(eq=False)
class EnterpriseNotFound(NotFound):
    scheme: str
    number: str
    reason = "ENTERPRISE_NOT_FOUND"
    template = "no enterprise {scheme}:{number} is registered"


@dataclass(eq=False)
class EnterpriseExists(Exists):
    scheme: str
    number: str
    reason = "ENTERPRISE_EXISTS"
    template = "enterprise {scheme}:{number} is registered already"


@dataclass(eq=False)
class MeasureNotFound(NotFound):
    measure: str
    reason = "MEASURE_NOT_FOUND"
    template = "no measure {measure!r} is published"


@dataclass(eq=False)
class FundNotFound(NotFound):
    fund: str
    reason = "FUND_NOT_FOUND"
    template = "no fund {fund!r}"


@dataclass(eq=False)
class FundExists(Exists):
    fund: str
    reason = "FUND_EXISTS"
    template = "fund {fund!r} exists already"


@dataclass(eq=False)
class ApplicationNotFound(NotFound):
    application_id: str
    reason = "APPLICATION_NOT_FOUND"
    template = "the enterprise has no application {application_id}"


@dataclass(eq=False)
class AwardNotFound(NotFound):
    award_id: str
    reason = "AWARD_NOT_FOUND"
    template = "the enterprise has no award {award_id}"


@dataclass(eq=False)
class PaymentNotFound(NotFound):
    award_id: str
    instalment: int
    attempt: int
    reason = "PAYMENT_NOT_FOUND"
    template = "award {award_id} has no instalment {instalment} with attempt {attempt}"


@dataclass(eq=False)
class ClawbackNotFound(NotFound):
    award_id: str
    clawback: int
    reason = "CLAWBACK_NOT_FOUND"
    template = "award {award_id} has no clawback {clawback}"


@dataclass(eq=False)
class ObjectionNotFound(NotFound):
    award_id: str
    objection: int
    reason = "OBJECTION_NOT_FOUND"
    template = "award {award_id} has no objection {objection}"


@dataclass(eq=False)
class EventNotFound(NotFound):
    position: int
    head: int
    reason = "EVENT_NOT_FOUND"
    template = "no event at position {position}; the log ends at {head}"


@dataclass(eq=False)
class MeasureClosed(Precondition):
    measure: str
    reason = "MEASURE_CLOSED"
    template = "measure {measure} is closed"


@dataclass(eq=False)
class MeasureStatusUnchanged(Precondition):
    measure: str
    status: str
    reason = "MEASURE_STATUS"
    template = "measure {measure} is {status}: this does not apply"


@dataclass(eq=False)
class EnterpriseStatusUnchanged(Precondition):
    status: str
    reason = "ENTERPRISE_STATUS"
    template = "the enterprise is {status}: this does not apply"


@dataclass(eq=False)
class OutsideValidity(Precondition):
    on: str
    valid_from: str
    valid_to: str
    reason = "OUTSIDE_VALIDITY"
    template = "{on} is outside the validity {valid_from} to {valid_to}"


@dataclass(eq=False)
class AppropriationTooLow(Precondition):
    appropriated_minor: int
    committed_minor: int
    reason = "APPROPRIATION_TOO_LOW"
    template = "an appropriation of {appropriated_minor} is below the {committed_minor} encumbered and expended"


@dataclass(eq=False)
class FundYearOpen(Precondition):
    code: str
    fiscal_year: int
    why: str
    reason = "FUND_YEAR_OPEN"
    template = "the fiscal year {fiscal_year} of fund {code} cannot be closed: {why}"


@dataclass(eq=False)
class FundYearOver(Precondition):
    code: str
    fiscal_year: int
    closed_on: str
    reason = "FUND_YEAR_OVER"
    template = "the fiscal year {fiscal_year} of fund {code} was closed on {closed_on}"


@dataclass(eq=False)
class ApprovalRefused(Precondition):
    """The Terms refuse. Of an approval the refusal is recorded with its assessment; of a correction nothing is.

    `terms` are those that refuse: their words are put beside the checks.
    """

    assessment: "Assessment"
    position: int = 0
    terms: "Terms | None" = field(default=None, repr=False)
    template = "refused by {check}: at most {admissible_minor} minor units are admissible"

    @property
    def reason(self) -> str:  # type: ignore[override]
        """The reason of the first failing check in order of precedence."""
        return self.assessment.first_failure().reason

    def numbers(self) -> dict[str, str]:
        failure = self.assessment.first_failure()
        given = {"limit": failure.limit, "used": failure.used, "asked": failure.asked, "left": failure.left}
        return {
            "check": failure.id,
            "measure": self.assessment.measure_code,
            "terms_version": str(self.assessment.terms_version),
            "admissible_minor": str(self.assessment.admissible_minor),
            "binding": ",".join(self.assessment.binding),
            "position": str(self.position),
            **({"found": failure.found} if failure.found else {}),
            **{name: str(value) for name, value in given.items() if value is not None},
        }


@dataclass(eq=False)
class ShareRefused(ApprovalRefused):
    """The Terms refuse an application of a batch that is decided as a whole; nothing is recorded."""

    application_id: str = ""
    template = "application {application_id} is refused by {check}, and with it the batch: nothing is recorded"

    def numbers(self) -> dict[str, str]:
        return {**super().numbers(), "application_id": self.application_id}


@dataclass(eq=False)
class FundNotSet(Precondition):
    measure: str
    fiscal_year: int
    reason = "FUND_NOT_SET"
    template = "measure {measure} has no fund of {fiscal_year} to be spread"


@dataclass(eq=False)
class PointNotAvailable(Unanswerable):
    asked: str
    head: int
    reason = "POINT_NOT_AVAILABLE"
    template = "the ledger cannot answer for {asked}; the log ends at {head}"


@dataclass(eq=False)
class PersonalDataNotHeld(Precondition):
    """Nothing was told of the subject, or it is erased already (`erased_at` is where; 0: never told)."""

    application_id: str
    subject: str
    erased_at: int
    reason = "PERSONAL_DATA_NOT_HELD"
    template = "application {application_id} holds no {subject}: never told, or erased at position {erased_at} (0: no)"


@dataclass(eq=False)
class PersonalDataNeeded(Precondition):
    """The money has not all gone where the payee says."""

    application_id: str
    subject: str
    status: str
    open_minor: int
    reason = "PERSONAL_DATA_NEEDED"
    template = "the {subject} of application {application_id} ({status}) is needed: {open_minor} minor units are unpaid"


@dataclass(eq=False)
class LogKeysNotCurrent(Precondition):
    current: str
    reason = "LOG_KEYS_NOT_CURRENT"
    template = "the keys of the log until now are {current}"


@dataclass(eq=False)
class LogKeyNotSigning(Precondition):
    key: str
    reason = "LOG_KEY_NOT_SIGNING"
    template = "the newest checkpoint is not signed by {key}: old and new keys must both sign before they change"
