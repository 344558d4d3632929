"""Record a change of name."""

from dataclasses import dataclass

from award_ledger.domain.events import EnterpriseRenamed
from award_ledger.domain.fact import Act
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, needed


@dataclass(frozen=True, slots=True)
class RenameEnterprise(EnterpriseKey):
    """The former name stays in the history."""

    scheme: str
    number: str
    name: str

    def decide(self, ledger: WorkingSet, act: Act) -> EnterpriseRenamed:
        """Raises EnterpriseNotFound."""
        name = needed(self.name, "name")
        self.enterprise(ledger)
        return EnterpriseRenamed(act=act, name=name)
