"""Rights: may this principal do this, here, today? One rule a method; whatever no rule grants is denied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from award_ledger.domain.measure import Measure
from award_ledger.domain.refusals import Denied, Exists, Precondition
from award_ledger.domain.roster import RoleGrant, Roster
from award_ledger.domain.roster_events import Role

WITH_DEPARTMENT: frozenset[Role] = frozenset({"officer", "reviewer", "finance"})
"""Roles that are held in one department each; the others know none."""

WATCHING: frozenset[Role] = frozenset({"auditor", "witness"})
"""Roles of those who look on. An auditor holds none of the others, so that nobody audits what they did."""


@dataclass(eq=False)
class RoleRequired(Denied):
    principal: str
    method: str
    roles: str
    on: str
    reason = "ROLE_REQUIRED"
    template = "{principal} holds no role on {on} that may call {method}: {roles}"


@dataclass(eq=False)
class DepartmentNotLead(Denied):
    principal: str
    measure: str
    departments: str
    leads: str
    reason = "DEPARTMENT_NOT_LEAD"
    template = "{principal} acts for {departments}; measure {measure} is led by {leads}"


@dataclass(eq=False)
class RoleHeld(Exists):
    holder: str
    role: str
    department: str
    granted_at: int
    reason = "ROLE_HELD"
    template = "{holder} holds the role {role} {department} at that time already, by the entry at position {granted_at}"


@dataclass(eq=False)
class RoleNotHeld(Precondition):
    holder: str
    role: str
    department: str
    on: str
    reason = "ROLE_NOT_HELD"
    template = "{holder} holds no role {role} {department} on {on} or later"


@dataclass(eq=False)
class LastAdministrator(Precondition):
    holder: str
    reason = "LAST_ADMINISTRATOR"
    template = "without {holder} no administrator would be left, and nobody could grant a role"


@dataclass(eq=False)
class RosterAlreadyOpen(Exists):
    version: int
    reason = "ROSTER_OPEN"
    template = "the roster is open already, with {version} entries; its administrators grant roles"


@dataclass(eq=False)
class RosterNotOpen(Precondition):
    method: str
    reason = "ROSTER_NOT_OPEN"
    template = "{method} needs a roster, and it is not open: the operator opens it with its first administrators"


@dataclass(eq=False)
class TermsNeedTwo(Exists):
    version: int
    reason = "TERMS_NEED_TWO"
    template = "Terms need two people already, by version {version} of the roster or before"


class Rule(NamedTuple):
    """Who may call a method: holders of a role in whatever department, or of a role in one that leads the measure."""

    anywhere: frozenset[Role] = frozenset()
    leading: frozenset[Role] = frozenset()

    @property
    def roles(self) -> frozenset[Role]:
        """All that it names."""
        return self.anywhere | self.leading


class Authority(NamedTuple):
    """The rule of one method, by its short name."""

    method: str
    rule: Rule

    def narrowed(self, roles: frozenset[Role]) -> "Authority":
        """The same where only some of the roles will do."""
        return Authority(self.method, Rule(self.rule.anywhere & roles, self.rule.leading & roles))

    def require_role(self, roster: Roster, principal: str, on: date) -> list[RoleGrant]:
        """What the principal holds that the rule names, wherever. Raises RoleRequired where that is nothing."""
        held = [grant for grant in roster.held(principal, on) if grant.role in self.rule.roles]
        if not held:
            raise RoleRequired(principal, self.method, ", ".join(sorted(self.rule.roles)), on.isoformat())
        return held

    def require(self, roster: Roster, principal: str, measures: Sequence[Measure], on: date) -> None:
        """Raises RoleRequired; or DepartmentNotLead, where the role counts only in a department that leads each of
        the measures and is held in none. What is about no measure is led by nobody: the role suffices."""
        held = self.require_role(roster, principal, on)
        if any(grant.role in self.rule.anywhere for grant in held):
            return
        departments = {grant.department for grant in held}
        for measure in measures:
            leads = measure.terms.lead_departments
            if departments.isdisjoint(leads):
                raise DepartmentNotLead(principal, measure.code, ", ".join(sorted(departments)), ", ".join(leads))

    def holders(self, roster: Roster, leads: Sequence[str] | None, on: date) -> list[RoleGrant]:
        """Every grant by which somebody may call it on a day; `leads` None: for what is about no measure."""
        return [
            grant
            for grant in roster.every_grant()
            if grant.in_force(on)
            and (
                grant.role in self.rule.anywhere
                or (grant.role in self.rule.leading and (leads is None or grant.department in leads))
            )
        ]
