"""Refusals that only the API knows: of a caller, of a page token, of a position not reached, and of a deadline."""

from dataclasses import dataclass

from award_ledger.domain import refusals
from award_ledger.server.identity.refusals import NotProven


@dataclass(eq=False)
class Unauthenticated(NotProven):
    """Nothing came that could prove anybody."""

    method: str
    why: str
    reason = "UNAUTHENTICATED"
    template = "{why}"


class Exhausted(refusals.Refused):
    """The caller has had what one caller may have."""


@dataclass(eq=False)
class CallerLimitReached(Exhausted):
    """`limit` is a field of CallerLimits; after `retry_ms` milliseconds there may be room."""

    limit: str
    allowed: int
    retry_ms: int
    reason = "CALLER_LIMIT_REACHED"
    template = "one caller may have {limit} of {allowed}; try again after {retry_ms} ms"


@dataclass(eq=False)
class PageTokenInvalid(refusals.Invalid):
    page_token: str
    reason = "PAGE_TOKEN_INVALID"
    template = "{page_token!r} is no page of this list with these filters; start at the first page"


@dataclass(eq=False)
class PositionNotReached(refusals.Unanswerable):
    min_position: int
    head: int
    reason = "POSITION_NOT_REACHED"
    template = "the log has not reached position {min_position} in time; it ends at {head}"


@dataclass(eq=False)
class NotYetEffective(refusals.Unanswerable):
    subject: str
    about: str
    as_of: int
    reason = "NOT_YET_EFFECTIVE"
    template = "{subject} was known at position {as_of}, but nothing about it has effect by {about}"


@dataclass(eq=False)
class NotYetPublished(refusals.Unanswerable):
    asked: str
    size: int
    reason = "NOT_PUBLISHED"
    template = "{asked} is not published; the newest checkpoint covers {size} events"


@dataclass(eq=False)
class TransparencyOff(refusals.Precondition):
    method: str
    reason = "TRANSPARENCY_OFF"
    template = "this server publishes no transparency log; it was started without one"


@dataclass(eq=False)
class ExplainedRefusal(refusals.ApprovalRefused):
    """A recorded refusal. `repeated`: the answer to an earlier request, given again."""

    repeated: bool = False


class AnswerOverdue(Exception):
    """The call's deadline passed while its command waited; whether it was decided is unknown to the caller."""
