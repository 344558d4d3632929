"""Roster: which principals hold which roles, as the log says, and whose consent waits for the publication of Terms."""

import hashlib
from collections.abc import Iterator
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct, field

from award_ledger.domain.fact import Event
from award_ledger.domain.roster_events import (
    Role,
    RoleGranted,
    RoleRevoked,
    RosterOpened,
    TermsByTwoProposed,
    TermsByTwoRequired,
    TermsReviewed,
)
from award_ledger.domain.terms import Terms


class RoleGrant(Struct):
    """One role of one principal. `granted_at` and `revoked_at` are positions; `revoked_from` is the first day without.

    Days are days of law. The log's order counts besides: a grant means nothing before its position.
    """

    holder: str
    role: Role
    since: date
    granted_by: str
    granted_at: int
    reason: str
    department: str = ""
    until: date | None = None
    document: str = ""
    revoked_from: date | None = None
    revoked_by: str = ""
    revoked_at: int = 0
    revocation_reason: str = ""

    def in_force(self, on: date) -> bool:
        """Is it held on a day?"""
        return self.since <= on and self.reaches(on)

    def reaches(self, on: date) -> bool:
        """Does it end neither before a day nor on its eve, whenever it begins?"""
        if self.revoked_from is not None and (self.revoked_from <= on or self.revoked_from <= self.since):
            return False
        return self.until is None or on <= self.until

    @property
    def open_ended(self) -> bool:
        """Has it neither a last day nor a revocation?"""
        return self.until is None and self.revoked_from is None


class TermsConsent(Struct):
    """Who consented to which Terms (SHA-256 in hex) as which version of a measure."""

    version: int
    digest: str
    principal: str


class Roster(Struct):
    """There is one. Until it is opened nobody holds a role, and whoever the server lets in may do everything."""

    id: UUID
    version: int = 0
    position: int = 0
    opened: bool = False
    terms_need_two: bool = False
    grants: dict[str, list[RoleGrant]] = field(default_factory=dict)
    consents: dict[str, TermsConsent] = field(default_factory=dict)
    terms_by_two_proposed_by: str = ""

    def held(self, principal: str, on: date) -> list[RoleGrant]:
        """What a principal holds on a day."""
        return [grant for grant in self.grants.get(principal, ()) if grant.in_force(on)]

    def every_grant(self) -> Iterator[RoleGrant]:
        """All that were ever given, by principal, each one's in order of time."""
        for principal in sorted(self.grants):
            yield from self.grants[principal]

    def matching(self, holder: str, role: Role, department: str) -> list[RoleGrant]:
        """Grants of one role in one department to one principal, in order of time."""
        return [grant for grant in self.grants.get(holder, ()) if (grant.role, grant.department) == (role, department)]

    def apply(self, event: Event) -> None:
        """Folds one event; never checks a rule."""
        self.position, self.version = event.position, event.originator_version
        match event.fact:
            case RosterOpened() as fact:
                self.opened, self.terms_need_two = True, fact.terms_need_two
                for name in fact.administrators:
                    self._grant(event, fact, name, "administrator")
            case RoleGranted() as fact:
                self._grant(event, fact, fact.holder, fact.role)
            case RoleRevoked() as fact:
                for grant in self.matching(fact.holder, fact.role, fact.department):
                    if grant.reaches(max(fact.act.effective_on, grant.since)):
                        grant.revoked_from, grant.revoked_by = fact.act.effective_on, fact.act.principal
                        grant.revoked_at, grant.revocation_reason = event.position, fact.reason
            case TermsReviewed() as fact:
                self.consents[fact.terms.measure_code] = TermsConsent(
                    fact.version, terms_digest(fact.terms), fact.act.principal
                )
            case TermsByTwoProposed() as fact:
                self.terms_by_two_proposed_by = fact.act.principal
            case TermsByTwoRequired():
                self.terms_need_two, self.terms_by_two_proposed_by = True, ""

    def _grant(self, event: Event, fact: RosterOpened | RoleGranted, holder: str, role: Role) -> None:
        grant = RoleGrant(
            holder=holder,
            role=role,
            since=fact.act.effective_on,
            granted_by=fact.act.principal,
            granted_at=event.position,
            reason=fact.reason,
        )
        if isinstance(fact, RoleGranted):
            grant.department, grant.until, grant.document = fact.department, fact.until, fact.document
        self.grants.setdefault(holder, []).append(grant)


def terms_digest(terms: Terms) -> str:
    """SHA-256 (hex) of Terms as facts hold them: equal for equal Terms."""
    return hashlib.sha256(msgspec.json.encode(terms)).hexdigest()
