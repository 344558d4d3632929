"""Refusals that only the API knows: of a caller, of a page token, of a position not reached, and of a deadline."""

from dataclasses import dataclass

from award_ledger.domain import refusals


@dataclass(eq=False)
class Unauthenticated(refusals.Refused):
    """Nobody stands behind the call."""

    method: str
    why: str
    reason = "UNAUTHENTICATED"
    template = "{why}"


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
