"""Record that an attempt to pay was settled, in full or in part."""

from dataclasses import dataclass, field
from uuid import UUID

from award_ledger.domain.award_refusals import (
    AmountExceedsOutstanding,
    PaymentState,
)
from award_ledger.domain.events import PaymentSettled
from award_ledger.domain.fact import Act
from award_ledger.domain.money import positive
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import (
    EnterpriseKey,
    award_of,
    check_evidence,
    instalment_of,
    payment_of,
    short,
)


@dataclass(frozen=True, slots=True)
class RecordSettlement(EnterpriseKey):
    """Only the latest attempt can be settled: an earlier one that was given up must not pay twice.

    What is paid from an own account is settled `by_statement`, by what a line of it was said to be; never by hand.
    """

    scheme: str
    number: str
    award_id: UUID
    instalment: int
    attempt: int
    amount_minor: int
    bank_reference: str
    by_statement: bool = field(default=False, repr=False)  # found by the server, no part of what was asked

    def decide(self, ledger: WorkingSet, act: Act) -> PaymentSettled:
        """Raises not-found refusals, StatementRequired, PaymentState or AmountExceedsOutstanding."""
        amount = positive(self.amount_minor)
        reference = short(self.bank_reference, "bank_reference")
        award = award_of(self.enterprise(ledger), self.award_id)
        payment = payment_of(award, self.instalment, self.attempt)
        check_evidence(payment, by_statement=self.by_statement)
        if payment.state not in ("instructed", "partly_settled"):
            raise PaymentState(payment.end_to_end_id, payment.state)
        if payment.attempt != len(instalment_of(award, self.instalment).payments):
            raise PaymentState(payment.end_to_end_id, "superseded by a later attempt")
        # What was cancelled after a part had been settled is not owed any more.
        owed = instalment_of(award, self.instalment).open_minor
        outstanding = min(payment.amount_minor - payment.settled_minor, owed)
        if amount > outstanding:
            raise AmountExceedsOutstanding(amount, outstanding)
        return PaymentSettled(
            act=act,
            award_id=award.award_id,
            instalment=self.instalment,
            attempt=payment.attempt,
            amount_minor=amount,
            bank_reference=reference,
            fund=award.fund,
            expended_minor=max(0, amount - award.expended_before_minor),
            account=payment.account,
        )
