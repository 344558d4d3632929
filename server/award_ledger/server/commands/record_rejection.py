"""Record that an attempt to pay was rejected and no money moved."""

from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain.award_refusals import (
    PaymentState,
)
from award_ledger.domain.events import PaymentRejected
from award_ledger.domain.fact import Act
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, award_of, payment_of, short


@dataclass(frozen=True, slots=True)
class RecordRejection(EnterpriseKey):
    """The instalment is due again."""

    scheme: str
    number: str
    award_id: UUID
    instalment: int
    attempt: int
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> PaymentRejected:
        """Raises not-found refusals or PaymentState."""
        reason = short(self.reason, "reason")
        award = award_of(self.enterprise(ledger), self.award_id)
        payment = payment_of(award, self.instalment, self.attempt)
        if not payment.under_way:
            raise PaymentState(payment.end_to_end_id, payment.state)
        return PaymentRejected(
            act=act,
            award_id=award.award_id,
            instalment=self.instalment,
            attempt=payment.attempt,
            reason=reason,
            account=payment.account,
        )
