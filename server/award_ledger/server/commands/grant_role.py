"""Grant a role to a principal, or revoke it."""

from dataclasses import dataclass
from datetime import date

from award_ledger.domain.fact import Act
from award_ledger.domain.refusals import SegregationOfDuties, invalid_field
from award_ledger.domain.rights import (
    WITH_DEPARTMENT,
    LastAdministrator,
    RoleHeld,
    RoleNotHeld,
    RosterNotOpen,
)
from award_ledger.domain.roster import RoleGrant, Roster
from award_ledger.domain.roster_events import Role, RoleGranted, RoleRevoked
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import needed, short

MAX_NAME = 200
"""Characters of a principal's name, as whoever authenticates bounds it."""

_MAX_DEPARTMENT = 40
_MOST_GRANTS = 200
"""Of one principal, revoked ones among them: every decision walks those of who decides."""


class RosterKey:
    """Mixin of commands whose fact joins the roster's stream."""

    def subject(self, ledger: WorkingSet) -> Roster:
        """The roster. Raises RosterNotOpen."""
        roster = ledger.roster()
        if not roster.opened:
            raise RosterNotOpen(type(self).__name__)
        return roster


@dataclass(frozen=True, slots=True)
class GrantRole(RosterKey):
    """From the day of effect on. Nobody grants to themselves, and who audits holds no role in what is audited."""

    holder: str
    role: Role
    department: str
    until: date | None
    reason: str
    document: str

    def decide(self, ledger: WorkingSet, act: Act) -> RoleGranted:
        """Raises InvalidFields, RosterNotOpen, SegregationOfDuties or RoleHeld."""
        reason, document = needed(self.reason, "reason"), short(self.document, "document")
        _check_names(self.holder, self.role, self.department)
        if self.until is not None and self.until < act.effective_on:
            raise invalid_field("effective_to", "must not be before the day of effect")
        roster = self.subject(ledger)
        if self.holder == act.principal:
            raise SegregationOfDuties(act.principal, "nobody grants a role to themselves")
        grants = roster.grants.get(self.holder, [])
        if len(grants) >= _MOST_GRANTS:
            raise invalid_field("principal", f"has been given {_MOST_GRANTS} roles already")
        meeting = [grant for grant in grants if _meet(grant, act.effective_on, self.until)]
        if any("auditor" in {grant.role, self.role} and grant.role != self.role for grant in meeting):
            raise SegregationOfDuties(self.holder, "who audits holds no other role")
        for grant in meeting:
            if (grant.role, grant.department) == (self.role, self.department):
                raise RoleHeld(self.holder, self.role, self.department, grant.granted_at)
        return RoleGranted(
            act=act,
            holder=self.holder,
            role=self.role,
            department=self.department,
            until=self.until,
            reason=reason,
            document=document,
        )


@dataclass(frozen=True, slots=True)
class RevokeRole(RosterKey):
    """From the day of effect on, which may lie ahead. An administrator may resign, unless nobody else would be left."""

    holder: str
    role: Role
    department: str
    reason: str
    document: str

    def decide(self, ledger: WorkingSet, act: Act) -> RoleRevoked:
        """Raises InvalidFields, RosterNotOpen, RoleNotHeld or LastAdministrator."""
        reason, document = needed(self.reason, "reason"), short(self.document, "document")
        _check_names(self.holder, self.role, self.department)
        roster = self.subject(ledger)
        granted = roster.matching(self.holder, self.role, self.department)
        if not any(grant.reaches(max(act.effective_on, grant.since)) for grant in granted):
            raise RoleNotHeld(self.holder, self.role, self.department, act.effective_on.isoformat())
        if self.role == "administrator" and not _another_administrator(roster, self.holder, act.effective_on):
            raise LastAdministrator(self.holder)
        return RoleRevoked(
            act=act, holder=self.holder, role=self.role, department=self.department, reason=reason, document=document
        )


def check_principal(name: str, path: str) -> None:
    """Could somebody be called so? Raises InvalidFields."""
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise invalid_field(path, f"must be a printable name of at most {MAX_NAME} characters")


def _check_names(holder: str, role: Role, department: str) -> None:
    check_principal(holder, "principal")
    if len(department) > _MAX_DEPARTMENT or not department.isprintable() or department != department.strip():
        raise invalid_field("department", f"must be a code of at most {_MAX_DEPARTMENT} characters")
    if role in WITH_DEPARTMENT and not department:
        raise invalid_field("department", f"must name the department for which somebody is {role}")
    if role not in WITH_DEPARTMENT and department:
        raise invalid_field("department", f"must be empty: the role {role} is held for the whole ledger")


def _meet(grant: RoleGrant, since: date, until: date | None) -> bool:
    """Is there a day on which both are in force?"""
    first = max(grant.since, since)
    return (until is None or first <= until) and grant.reaches(first)


def _another_administrator(roster: Roster, holder: str, on: date) -> bool:
    return any(
        grant.role == "administrator" and grant.holder != holder and grant.open_ended and grant.since <= on
        for grant in roster.every_grant()
    )
