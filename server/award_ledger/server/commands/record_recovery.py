"""Record money received under a clawback."""

from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain.award_refusals import (
    AmountExceedsOutstanding,
    ClawbackState,
)
from award_ledger.domain.events import ClawbackReceived
from award_ledger.domain.fact import Act
from award_ledger.domain.giving_back import shrinkage
from award_ledger.domain.money import positive
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, award_of, clawback_of, short, terms_of


@dataclass(frozen=True, slots=True)
class RecordRecovery(EnterpriseKey):
    """What it gives back is what the award's Terms say for the ground of the order."""

    scheme: str
    number: str
    award_id: UUID
    clawback: int
    amount_minor: int
    bank_reference: str

    def decide(self, ledger: WorkingSet, act: Act) -> ClawbackReceived:
        """Raises not-found refusals, ClawbackState or AmountExceedsOutstanding."""
        amount = positive(self.amount_minor)
        reference = short(self.bank_reference, "bank_reference")
        award = award_of(self.enterprise(ledger), self.award_id)
        clawback = clawback_of(award, self.clawback)
        if clawback.state != "ordered":
            raise ClawbackState(clawback.number, clawback.state)
        if amount > clawback.outstanding_minor:
            raise AmountExceedsOutstanding(amount, clawback.outstanding_minor)
        fund, terms = ledger.fund(award.fund), terms_of(ledger, award)
        return ClawbackReceived(
            act=act,
            clawback=clawback.number,
            amount_minor=amount,
            bank_reference=reference,
            **shrinkage(award, terms, fund, clawback.ground, act.effective_on, received_minor=amount),
        )
