"""Start an attempt to pay an instalment."""

from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain import identity
from award_ledger.domain.award import Award, Instalment
from award_ledger.domain.award_refusals import (
    ClawbackOutstanding,
    PaymentState,
    SetOffRequired,
)
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import PaymentInstructed
from award_ledger.domain.fact import Act
from award_ledger.domain.outstanding import in_words, outstanding
from award_ledger.domain.terms import Terms
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, award_of, instalment_of, terms_of
from award_ledger.server.commands.payable import check_payable


@dataclass(frozen=True, slots=True)
class InstructPayment(EnterpriseKey):
    """The whole open amount of the instalment is paid in one attempt.

    What the enterprise owes under orders to return money holds it or is set off first, where the award's Terms say so.
    What an own account paid in part, or what came back to it, is paid again by a run, which two people approve.
    """

    scheme: str
    number: str
    award_id: UUID
    instalment: int

    def decide(self, ledger: WorkingSet, act: Act) -> PaymentInstructed:
        """Raises not-found refusals, PaymentState, or what `instruction` raises."""
        enterprise = self.enterprise(ledger)
        for payment in instalment_of(award_of(enterprise, self.award_id), self.instalment).payments:
            if payment.account:
                raise PaymentState(payment.end_to_end_id, f"from account {payment.account}; a run pays what is left")
        return instruction(enterprise, self.award_id, self.instalment, ledger, act)


def instruction(
    enterprise: Enterprise,
    award_id: UUID,
    instalment_number: int,
    ledger: WorkingSet,
    act: Act,
    *,
    account: str = "",
    run: str = "",
) -> PaymentInstructed:
    """The whole open amount of an instalment, perhaps from an own account and in a run. Raises not-found
    refusals, what `check_payable` raises, ClawbackOutstanding or SetOffRequired.
    """
    award = award_of(enterprise, award_id)
    instalment = instalment_of(award, instalment_number)
    check_instruction(enterprise, award, instalment, ledger, act)
    attempt = len(instalment.payments) + 1
    return PaymentInstructed(
        act=act,
        award_id=award.award_id,
        instalment=instalment.number,
        attempt=attempt,
        end_to_end_id=identity.end_to_end_id(award.number, award.decided_on, instalment.number, attempt),
        amount_minor=instalment.open_minor,
        account=account,
        run=run,
    )


def check_instruction(
    enterprise: Enterprise, award: Award, instalment: Instalment, ledger: WorkingSet, act: Act
) -> None:
    """May it be instructed now? Raises what `check_payable` raises, ClawbackOutstanding or SetOffRequired."""
    terms = terms_of(ledger, award)
    check_payable(award, instalment, terms, act)
    _check_clawbacks(award, instalment.number, terms, enterprise, ledger)


def _check_clawbacks(award: Award, instalment: int, terms: Terms, enterprise: Enterprise, ledger: WorkingSet) -> None:
    if terms.outstanding_clawbacks not in ("hold", "net"):
        return
    sums = outstanding(enterprise, ledger)
    if sums and terms.outstanding_clawbacks == "hold":
        raise ClawbackOutstanding(str(award.award_id), in_words(sums))
    if terms.currency in sums:
        raise SetOffRequired(str(award.award_id), instalment, sums[terms.currency])
