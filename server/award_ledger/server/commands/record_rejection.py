"""Record that an attempt to pay was rejected and no money moved."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from award_ledger.domain.award import Payment
from award_ledger.domain.award_refusals import PaymentState
from award_ledger.domain.bank_events import PaymentRejectionProposed
from award_ledger.domain.events import PaymentRejected
from award_ledger.domain.fact import Act
from award_ledger.domain.refusals import SecondPersonRequired
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, award_of, needed, payment_of, short


@dataclass(frozen=True, slots=True)
class RecordRejection(EnterpriseKey):
    """The instalment is due again.

    An attempt that went to the bank in a file may have been paid, whatever people believe: where no file of the bank
    says that it was rejected, one person proposes it and another's word completes it.
    """

    scheme: str
    number: str
    award_id: UUID
    instalment: int
    attempt: int
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> PaymentRejectionProposed | PaymentRejected:
        """Raises not-found refusals, PaymentState, InvalidFields or SecondPersonRequired."""
        reason = short(self.reason, "reason")
        award = award_of(self.enterprise(ledger), self.award_id)
        payment = payment_of(award, self.instalment, self.attempt)
        if not payment.under_way:
            raise PaymentState(payment.end_to_end_id, payment.state)
        if _sent(payment, ledger):
            needed(self.reason, "reason")
            if not payment.rejection_proposed_by:
                return PaymentRejectionProposed(
                    act=act,
                    award_id=award.award_id,
                    instalment=self.instalment,
                    attempt=payment.attempt,
                    reason=reason,
                )
            if payment.rejection_proposed_by == act.principal:
                raise SecondPersonRequired(act.principal, "a rejection without the bank's file")
            act = msgspec.structs.replace(act, second=payment.rejection_proposed_by)
        return PaymentRejected(
            act=act,
            award_id=award.award_id,
            instalment=self.instalment,
            attempt=payment.attempt,
            reason=reason,
            account=payment.account,
        )


def _sent(payment: Payment, ledger: WorkingSet) -> bool:
    """Is it in a file that went to the bank?"""
    expected = ledger.bank_account(payment.account).payment(payment.end_to_end_id) if payment.account else None
    return expected is not None and expected.sent_on is not None
