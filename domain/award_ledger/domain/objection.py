"""Objection: what is said against an award during publicity or later, and what was found. Its facts, and its state.

Who said it never enters the ledger: the file that an objection names has that, and is kept elsewhere.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from award_ledger.domain.fact import Fact

ObjectionKind = Literal["objection", "tip_off", "complaint"]
ObjectionOutcome = Literal["dismissed", "upheld"]
ObjectionState = Literal["open", "dismissed", "upheld"]


class ObjectionRaised(Fact, frozen=True, kw_only=True):
    """Neither the reference nor the subject may say who raised it."""

    TOPIC = "enterprise.objection_raised.v1"
    award_id: UUID
    objection: int
    kind: ObjectionKind
    file_reference: str
    subject: str


class ObjectionAnswered(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.objection_answered.v1"
    award_id: UUID
    objection: int
    outcome: ObjectionOutcome
    reason: str


class ObjectionAnswer(Struct, frozen=True):
    """What was found; a later answer of the same objection takes its place, and both stay."""

    outcome: ObjectionOutcome
    reason: str
    answered_on: date
    principal: str


class Objection(Struct):
    """One objection. `principal` is who took it in, not who raised it."""

    number: int
    kind: ObjectionKind
    file_reference: str
    subject: str
    raised_on: date
    principal: str
    answers: list[ObjectionAnswer] = []

    @property
    def state(self) -> ObjectionState:
        """As it was answered last; open until it is."""
        return self.answers[-1].outcome if self.answers else "open"
