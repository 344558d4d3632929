"""Facts of the roster: who may do what in the ledger, since when, and who said so."""

from datetime import date
from typing import Literal

from award_ledger.domain.fact import Fact
from award_ledger.domain.terms import Terms

Role = Literal["officer", "reviewer", "finance", "auditor", "administrator", "witness"]


class RosterOpened(Fact, frozen=True, kw_only=True):
    """From now on the ledger itself says who may do what, beginning with its first `administrators`, by principal.

    `terms_need_two`: Terms are published by one person after another has consented to them.
    """

    TOPIC = "roster.opened.v1"
    administrators: tuple[str, ...]
    reason: str
    terms_need_two: bool


class RoleGranted(Fact, frozen=True, kw_only=True):
    """`holder`, a principal, may act in a role from the day of effect on, to `until` inclusive where one is given.

    `department` is the code by which Terms name their lead departments; empty for roles that know no department.
    """

    TOPIC = "roster.role_granted.v1"
    holder: str
    role: Role
    reason: str
    department: str = ""
    until: date | None = None
    document: str = ""


class RoleRevoked(Fact, frozen=True, kw_only=True):
    """From the day of effect on the role is held no more; a right that was to begin later never does."""

    TOPIC = "roster.role_revoked.v1"
    holder: str
    role: Role
    reason: str
    department: str = ""
    document: str = ""


class TermsReviewed(Fact, frozen=True, kw_only=True):
    """A person's consent to Terms that another is to publish as this version of the measure."""

    TOPIC = "roster.terms_reviewed.v1"
    version: int
    terms: Terms
    reason: str


class TermsByTwoProposed(Fact, frozen=True, kw_only=True):
    """An administrator's word that Terms should need two people; another one's same word makes it so."""

    TOPIC = "roster.terms_by_two_proposed.v1"
    reason: str
    document: str = ""


class TermsByTwoRequired(Fact, frozen=True, kw_only=True):
    """From here on Terms need two people; `act.second` proposed it. No fact lowers that again."""

    TOPIC = "roster.terms_by_two_required.v1"
    reason: str
    document: str = ""


ROSTER_EVENTS: tuple[type[Fact], ...] = (
    RosterOpened,
    RoleGranted,
    RoleRevoked,
    TermsReviewed,
    TermsByTwoProposed,
    TermsByTwoRequired,
)
