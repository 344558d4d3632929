"""Record a department's no, with the assessment of the day."""

from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain.approval import assessment_of
from award_ledger.domain.events import ApplicationRefused
from award_ledger.domain.fact import Act
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, needed, open_application, published


@dataclass(frozen=True, slots=True)
class RefuseApplication(EnterpriseKey):
    """Final for this application."""

    scheme: str
    number: str
    application_id: UUID
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> ApplicationRefused:
        """Raises EnterpriseNotFound, ApplicationNotFound or ApplicationNotOpen."""
        reason = needed(self.reason, "reason")
        enterprise = self.enterprise(ledger)
        application = open_application(enterprise, self.application_id)
        measure = published(ledger, application.measure)
        return ApplicationRefused(
            act=act,
            application_id=application.application_id,
            measure=application.measure,
            reason=reason,
            assessment=assessment_of(enterprise, application, measure, ledger, act.effective_on),
        )
