"""Record that settled money came back."""

from copy import deepcopy
from dataclasses import dataclass, field
from uuid import UUID

from award_ledger.domain.award_refusals import (
    AmountExceedsOutstanding,
    PaymentState,
)
from award_ledger.domain.events import PaymentReturned, PaymentReturnedAndCancelled
from award_ledger.domain.fact import Act
from award_ledger.domain.giving_back import ended, shrinkage
from award_ledger.domain.money import positive
from award_ledger.domain.windows import fiscal_year
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import (
    EnterpriseKey,
    award_of,
    check_evidence,
    payment_of,
    short,
    terms_of,
)


@dataclass(frozen=True, slots=True)
class RecordReturn(EnterpriseKey):
    """The instalment is due again by what came back. Where the award has ended (it was revoked, or its result ordered
    all back) nothing is owed any more: what came back is cancelled as it comes, on the ground on which it ended.

    What is ordered back by a clawback cannot be returned as well: withdraw the order first. What was paid from an own
    account comes back `by_statement`, by what a line of it was said to be; never by hand.
    """

    scheme: str
    number: str
    award_id: UUID
    instalment: int
    attempt: int
    amount_minor: int
    bank_reference: str
    by_statement: bool = field(default=False, repr=False)  # found by the server, no part of what was asked

    def decide(self, ledger: WorkingSet, act: Act) -> PaymentReturned | PaymentReturnedAndCancelled:
        """Raises not-found refusals, StatementRequired, PaymentState or AmountExceedsOutstanding."""
        amount = positive(self.amount_minor)
        reference = short(self.bank_reference, "bank_reference")
        award = award_of(self.enterprise(ledger), self.award_id)
        payment = payment_of(award, self.instalment, self.attempt)
        check_evidence(payment, by_statement=self.by_statement)
        if not payment.settled_minor:
            raise PaymentState(payment.end_to_end_id, payment.state)
        outstanding = min(payment.paid_minor, award.recoverable_minor)
        if amount > outstanding:
            raise AmountExceedsOutstanding(amount, outstanding)
        fund, terms = ledger.fund(award.fund), terms_of(ledger, award)
        same_year = fiscal_year(act.effective_on) == fund.fiscal_year
        encumbered = min(amount, award.expended_minor) if same_year else 0
        ground = ended(award, terms)
        if ground is not None:
            returned = deepcopy(award)
            returned.come_back(self.instalment, payment.attempt, amount, encumbered)
            return PaymentReturnedAndCancelled(
                act=act,
                instalment=self.instalment,
                attempt=payment.attempt,
                amount_minor=amount,
                bank_reference=reference,
                encumbered_minor=encumbered,
                account=payment.account,
                **shrinkage(returned, terms, fund, ground, act.effective_on, cancelled_minor=amount),
            )
        return PaymentReturned(
            act=act,
            award_id=award.award_id,
            instalment=self.instalment,
            attempt=payment.attempt,
            amount_minor=amount,
            bank_reference=reference,
            fund=award.fund,
            encumbered_minor=encumbered,
            account=payment.account,
        )
