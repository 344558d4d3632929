"""Record when an enterprise joins and leaves a group of linked enterprises; dates go forward only."""

from dataclasses import dataclass

from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import EnterpriseLinked, EnterpriseUnlinked
from award_ledger.domain.fact import Act
from award_ledger.domain.refusals import EnterpriseStatusUnchanged, invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, needed, short


@dataclass(frozen=True, slots=True)
class LinkEnterprise(EnterpriseKey):
    """An award counts to the group to which its enterprise belonged on the day of the decision."""

    scheme: str
    number: str
    group: str
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> EnterpriseLinked:
        """Raises EnterpriseNotFound, EnterpriseStatusUnchanged or InvalidFields."""
        group = needed(self.group, "group")
        enterprise = self.enterprise(ledger)
        if enterprise.group:
            raise EnterpriseStatusUnchanged(f"a member of group {enterprise.group!r}")
        _forward(enterprise, act)
        return EnterpriseLinked(act=act, group=group, reason=short(self.reason, "reason"))


@dataclass(frozen=True, slots=True)
class UnlinkEnterprise(EnterpriseKey):
    """Ends the membership in force."""

    scheme: str
    number: str
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> EnterpriseUnlinked:
        """Raises EnterpriseNotFound, EnterpriseStatusUnchanged or InvalidFields."""
        reason = short(self.reason, "reason")
        enterprise = self.enterprise(ledger)
        if not enterprise.group:
            raise EnterpriseStatusUnchanged("in no group")
        _forward(enterprise, act)
        return EnterpriseUnlinked(act=act, group=enterprise.group, reason=reason)


def _forward(enterprise: Enterprise, act: Act) -> None:
    """A change of membership never reaches back behind a decision that was taken without it."""
    decided = max((award.decided_on for award in enterprise.awards.values()), default=None)
    if decided is not None and act.effective_on <= decided:
        raise invalid_field("effective_on", f"must be after {decided}, the day of the last award")
    if enterprise.memberships and act.effective_on < enterprise.memberships[-1][0]:
        raise invalid_field("effective_on", f"must not be before {enterprise.memberships[-1][0]}, the last change")
