"""Record that the applicant took an application back."""

from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain.events import ApplicationWithdrawn
from award_ledger.domain.fact import Act
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, open_application, short


@dataclass(frozen=True, slots=True)
class WithdrawApplication(EnterpriseKey):
    """Final for this application."""

    scheme: str
    number: str
    application_id: UUID
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> ApplicationWithdrawn:
        """Raises EnterpriseNotFound, ApplicationNotFound or ApplicationNotOpen."""
        reason = short(self.reason, "reason")
        application = open_application(self.enterprise(ledger), self.application_id)
        return ApplicationWithdrawn(
            act=act, application_id=application.application_id, measure=application.measure, reason=reason
        )
