"""Record a second person's consent to an amount and to named overrides."""

from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain.events import ApplicationReviewed
from award_ledger.domain.fact import Act
from award_ledger.domain.money import not_negative
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, needed, open_application


@dataclass(frozen=True, slots=True)
class ReviewApplication(EnterpriseKey):
    """Whoever decides must be somebody else; that is tested when it is decided."""

    scheme: str
    number: str
    application_id: UUID
    up_to_minor: int
    overrides: tuple[str, ...]
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> ApplicationReviewed:
        """Raises EnterpriseNotFound, ApplicationNotFound, ApplicationNotOpen, or what is wrong with the fields."""
        reason = needed(self.reason, "reason")
        for i, check_id in enumerate(self.overrides):
            needed(check_id, f"overrides[{i}]")
        application = open_application(self.enterprise(ledger), self.application_id)
        return ApplicationReviewed(
            act=act,
            application_id=application.application_id,
            measure=application.measure,
            up_to_minor=not_negative(self.up_to_minor),
            overrides=self.overrides,
            reason=reason,
        )
