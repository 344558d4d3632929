"""Bar an enterprise from approvals, and lift the bar."""

from dataclasses import dataclass

from award_ledger.domain.events import EnterpriseBarred, EnterpriseReinstated
from award_ledger.domain.fact import Act
from award_ledger.domain.refusals import EnterpriseStatusUnchanged
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, needed


@dataclass(frozen=True, slots=True)
class BarEnterprise(EnterpriseKey):
    """No approval passes until it is reinstated."""

    scheme: str
    number: str
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> EnterpriseBarred:
        """Raises EnterpriseNotFound or EnterpriseStatusUnchanged."""
        reason = needed(self.reason, "reason")
        if self.enterprise(ledger).barred:
            raise EnterpriseStatusUnchanged("barred")
        return EnterpriseBarred(act=act, reason=reason)


@dataclass(frozen=True, slots=True)
class ReinstateEnterprise(EnterpriseKey):
    """Lifts a bar."""

    scheme: str
    number: str
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> EnterpriseReinstated:
        """Raises EnterpriseNotFound or EnterpriseStatusUnchanged."""
        reason = needed(self.reason, "reason")
        if not self.enterprise(ledger).barred:
            raise EnterpriseStatusUnchanged("active")
        return EnterpriseReinstated(act=act, reason=reason)
