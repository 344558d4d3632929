"""Cancel what is not yet paid of an award."""

from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain.award_refusals import (
    AwardState,
)
from award_ledger.domain.events import AwardRevoked
from award_ledger.domain.fact import Act
from award_ledger.domain.giving_back import shrinkage
from award_ledger.domain.terms import Ground
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, award_of, needed, terms_of


@dataclass(frozen=True, slots=True)
class RevokeAward(EnterpriseKey):
    """What was paid is not touched: a clawback orders that back."""

    scheme: str
    number: str
    award_id: UUID
    ground: Ground
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> AwardRevoked:
        """Raises EnterpriseNotFound, AwardNotFound or AwardState."""
        reason = needed(self.reason, "reason")
        award = award_of(self.enterprise(ledger), self.award_id)
        if award.revoked and not award.open_minor:
            raise AwardState(str(award.award_id), "it is revoked already")
        if award.void:
            raise AwardState(str(award.award_id), "it is void: it should not have been recorded")
        if award.under_way:
            raise AwardState(str(award.award_id), "an attempt to pay is under way")
        fund = ledger.fund(award.fund)
        returned = shrinkage(
            award, terms_of(ledger, award), fund, self.ground, act.effective_on, cancelled_minor=award.open_minor
        )
        return AwardRevoked(act=act, ground=self.ground, reason=reason, **returned)
