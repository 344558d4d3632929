"""Write off what will not be received: one person proposes, another completes."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from award_ledger.domain.award_refusals import (
    AmountExceedsOutstanding,
    ClawbackState,
)
from award_ledger.domain.events import ClawbackWriteOffProposed, ClawbackWrittenOff
from award_ledger.domain.fact import Act
from award_ledger.domain.money import positive
from award_ledger.domain.refusals import (
    SecondPersonRequired,
)
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, award_of, clawback_of, needed


@dataclass(frozen=True, slots=True)
class WriteOffClawback(EnterpriseKey):
    """The first call proposes. The same amount by another principal completes it; another amount proposes anew."""

    scheme: str
    number: str
    award_id: UUID
    clawback: int
    amount_minor: int
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> ClawbackWriteOffProposed | ClawbackWrittenOff:
        """Raises not-found refusals, ClawbackState, AmountExceedsOutstanding or SecondPersonRequired."""
        amount = positive(self.amount_minor)
        reason = needed(self.reason, "reason")
        award = award_of(self.enterprise(ledger), self.award_id)
        clawback = clawback_of(award, self.clawback)
        if clawback.state != "ordered":
            raise ClawbackState(clawback.number, clawback.state)
        if amount > clawback.outstanding_minor:
            raise AmountExceedsOutstanding(amount, clawback.outstanding_minor)
        if clawback.write_off_proposed_minor != amount:
            return ClawbackWriteOffProposed(
                act=act, award_id=award.award_id, clawback=clawback.number, amount_minor=amount, reason=reason
            )
        if clawback.write_off_proposed_by == act.principal:
            raise SecondPersonRequired(act.principal, "a write-off")
        return ClawbackWrittenOff(
            act=msgspec.structs.replace(act, second=clawback.write_off_proposed_by),
            award_id=award.award_id,
            clawback=clawback.number,
            amount_minor=amount,
            reason=reason,
        )
