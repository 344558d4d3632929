"""Order money back, or withdraw the order."""

from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain.award_refusals import (
    AmountExceedsOutstanding,
    ClawbackState,
)
from award_ledger.domain.events import ClawbackCancelled, ClawbackOrdered
from award_ledger.domain.fact import Act
from award_ledger.domain.money import positive
from award_ledger.domain.refusals import (
    invalid_field,
)
from award_ledger.domain.terms import Ground
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, award_of, clawback_of, needed


@dataclass(frozen=True, slots=True)
class OrderClawback(EnterpriseKey):
    """At most what was paid and is not yet ordered back."""

    scheme: str
    number: str
    award_id: UUID
    amount_minor: int
    ground: Ground
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> ClawbackOrdered:
        """Raises EnterpriseNotFound, AwardNotFound or AmountExceedsOutstanding."""
        amount = positive(self.amount_minor)
        reason = needed(self.reason, "reason")
        if self.ground not in ("overpayment", "breach"):
            raise invalid_field("ground", "must be overpayment or breach")
        award = award_of(self.enterprise(ledger), self.award_id)
        if amount > award.recoverable_minor:
            raise AmountExceedsOutstanding(amount, award.recoverable_minor)
        return ClawbackOrdered(
            act=act,
            award_id=award.award_id,
            clawback=len(award.clawbacks) + 1,
            amount_minor=amount,
            ground=self.ground,
            reason=reason,
        )


@dataclass(frozen=True, slots=True)
class CancelClawback(EnterpriseKey):
    """Only an order under which nothing was received or written off can be withdrawn."""

    scheme: str
    number: str
    award_id: UUID
    clawback: int
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> ClawbackCancelled:
        """Raises not-found refusals or ClawbackState."""
        reason = needed(self.reason, "reason")
        award = award_of(self.enterprise(ledger), self.award_id)
        clawback = clawback_of(award, self.clawback)
        if clawback.state != "ordered" or clawback.received_minor or clawback.written_off_minor:
            raise ClawbackState(clawback.number, f"{clawback.state}, {clawback.received_minor} received")
        return ClawbackCancelled(act=act, award_id=award.award_id, clawback=clawback.number, reason=reason)
