"""Register a legal person."""

from dataclasses import dataclass

from award_ledger.domain.events import EnterpriseRegistered
from award_ledger.domain.fact import Act
from award_ledger.domain.refusals import EnterpriseExists
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, needed


@dataclass(frozen=True, slots=True)
class RegisterEnterprise(EnterpriseKey):
    """Scheme and number are checked and in compact form."""

    scheme: str
    number: str
    name: str

    def decide(self, ledger: WorkingSet, act: Act) -> EnterpriseRegistered:
        """Raises EnterpriseExists."""
        name = needed(self.name, "name")
        if self.subject(ledger).version:
            raise EnterpriseExists(self.scheme, self.number)
        return EnterpriseRegistered(act=act, scheme=self.scheme, number=self.number, name=name)
