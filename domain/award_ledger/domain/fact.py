"""Fact and Event: what happened, by whom, and at which place of the log. The kinds of facts are in `events`."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from msgspec import Struct

from award_ledger.domain.identity import bank_account_id, fund_id, measure_id


class FactPart(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A part of a fact. Like all that a fact holds, it is read whole or not at all (`UnreadableEvent`)."""


class Act(FactPart, frozen=True, kw_only=True):
    """Who did it, at whose request, and from which day it has effect in law.

    `fingerprint` is the SHA-256 (hex) of the request's body; `second` is the second person where the rule
    needs two. The instant of recording is a column of the log.
    """

    principal: str
    request_id: UUID
    fingerprint: str
    effective_on: date
    second: str = ""


class EvidenceRef(FactPart, frozen=True, kw_only=True):
    """A reference as it was given."""

    kind: str
    reference: str


class Commitment(FactPart, frozen=True, kw_only=True):
    """A sensitive value's salted commitment: hex SHA-256; the opening lies in the vault."""

    c: str


class PayeeCommitments(FactPart, frozen=True, kw_only=True):
    """Where money goes, as commitments."""

    account_name: Commitment
    account_number: Commitment
    bank: Commitment


class ContactCommitments(FactPart, frozen=True, kw_only=True):
    """Whom to ask about an application, a natural person: known to the log by commitments alone."""

    name: Commitment
    telephone: Commitment | None = None
    email: Commitment | None = None


class ClaimRef(FactPart, frozen=True, kw_only=True):
    """A claim under which an award stands: `label` says in words what the id was derived from."""

    id: UUID
    kind: str
    label: str


class OverrideTaken(FactPart, frozen=True, kw_only=True):
    """A check that two people passed."""

    check_id: str
    reason: str


class InstalmentOwed(FactPart, frozen=True, kw_only=True):
    """One part of what is owed. `stage` names the stage; a waiting part is released by a result."""

    amount_minor: int
    due_on: date
    stage: str = ""
    waiting: bool = False


class ProRataShare(FactPart, frozen=True, kw_only=True):
    """One application of a batch, minor units: in full if the fund had sufficed, and its share.

    The `decided` fields and `overrides` are what the officer decided on it before the ratio.
    """

    enterprise_id: UUID
    application_id: UUID
    full_minor: int
    share_minor: int
    decided_minor: int | None = None
    decided_rate: str = ""
    overrides: tuple[OverrideTaken, ...] = ()


Touch = tuple[Literal["measure", "fund", "claim", "directory", "bank_account", "payment_run"], UUID]
"""Kind and id of an aggregate."""


class Fact(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """What happened. Subclasses set TOPIC; where MOVES_MONEY, the day of effect cannot lie ahead."""

    TOPIC: ClassVar[str] = ""
    MOVES_MONEY: ClassVar[bool] = False

    act: Act

    def touches(self) -> tuple[Touch, ...]:
        """The aggregates, beyond the one in whose stream it stands, that fold this fact."""
        return ()

    def marks(self) -> tuple[UUID, ...]:
        """Ids under which it is found, beyond the aggregates that fold it."""
        return ()


class Corrected(FactPart, frozen=True, kw_only=True):
    """What is right now about an entry that was corrected: `by` is the position of the latest correction.

    `moved_minor` of a settlement or a return moved between the balances of the fund; a receipt gave back
    `headroom_minor` and `refunded_minor`. All in minor units.
    """

    by: int
    amount_minor: int
    moved_minor: int = 0
    headroom_minor: int = 0
    refunded_minor: int = 0


def touched(measure: str = "", fund: str = "", claims: tuple[UUID, ...] = ()) -> tuple[Touch, ...]:
    """The aggregates that a fact touches, named by code or id."""
    touches: list[Touch] = [("claim", claim) for claim in claims]
    if measure:
        touches.append(("measure", measure_id(measure)))
    if fund:
        touches.append(("fund", fund_id(fund)))
    return tuple(touches)


def paid_from(account: str) -> tuple[Touch, ...]:
    """The own account that a fact about a payment touches; none for a payment that names none."""
    return (("bank_account", bank_account_id(account)),) if account else ()


def touched_measures(codes: Iterable[str]) -> tuple[Touch, ...]:
    """Several measures, by code."""
    return tuple(("measure", measure_id(code)) for code in codes)


class Event(Struct, frozen=True, gc=False):
    """A fact at its place: in one aggregate's stream and in the one log.

    `originator_id` and `originator_version` are the `eventsourcing` library's names for the aggregate and its
    version; both count from 1, and so does `position`.
    """

    originator_id: UUID
    originator_version: int
    position: int
    fact: Any
