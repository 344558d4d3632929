"""Application: what an enterprise asked for, and what others said of it."""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct, field

from award_ledger.domain.fact import EvidenceRef, PayeeCommitments
from award_ledger.domain.personal_data import PersonalData, Subject

ApplicationStatus = Literal["open", "approved", "refused", "withdrawn"]


class Review(Struct, frozen=True):
    """A second person's consent up to an amount, and to named overrides."""

    principal: str
    up_to_minor: int
    overrides: tuple[str, ...]
    reason: str


class Application(Struct, gc=False):
    """What the enterprise asked for. `number`, by which people know it, is the position of its submission.

    `payee_at` is the position of the entry that names the payee; another that waits for a second person was named at
    `payee_proposed_at`.
    """

    application_id: UUID
    number: int
    measure: str
    asked_minor: int
    applied_on: date
    facts: dict[str, str]
    evidence: tuple[EvidenceRef, ...]
    payee: PayeeCommitments | None
    status: ApplicationStatus = "open"
    reviews: tuple[Review, ...] = ()
    refused_approvals: int = 0
    personal_data: dict[Subject, PersonalData] = field(default_factory=dict)
    payee_at: int = 0
    payee_proposed_by: str = ""
    payee_proposed_at: int = 0
