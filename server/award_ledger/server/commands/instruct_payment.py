"""Start an attempt to pay an instalment."""

from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain import identity
from award_ledger.domain.award import Award, Instalment
from award_ledger.domain.events import PaymentInstructed
from award_ledger.domain.fact import Act
from award_ledger.domain.refusals import AwardState, InstalmentNotPayable, OutsideValidity, SegregationOfDuties
from award_ledger.domain.terms import Terms
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, award_of, instalment_of, terms_of


@dataclass(frozen=True, slots=True)
class InstructPayment(EnterpriseKey):
    """The whole open amount of the instalment is paid in one attempt."""

    scheme: str
    number: str
    award_id: UUID
    instalment: int

    def decide(self, ledger: WorkingSet, act: Act) -> PaymentInstructed:
        """Raises not-found refusals, AwardState, InstalmentNotPayable, OutsideValidity or SegregationOfDuties."""
        award = award_of(self.enterprise(ledger), self.award_id)
        instalment = instalment_of(award, self.instalment)
        _check_payable(award, instalment, terms_of(ledger, award), act)
        attempt = len(instalment.payments) + 1
        return PaymentInstructed(
            act=act,
            award_id=award.award_id,
            instalment=instalment.number,
            attempt=attempt,
            end_to_end_id=identity.end_to_end_id(award.number, award.decided_on, instalment.number, attempt),
            amount_minor=instalment.open_minor,
        )


def _check_payable(award: Award, instalment: Instalment, terms: Terms, act: Act) -> None:
    if award.revoked:
        raise AwardState(str(award.award_id), "it is revoked")
    if instalment.state != "due" or act.effective_on < instalment.due_on:
        raise InstalmentNotPayable(instalment.number, instalment.state, instalment.due_on.isoformat())
    validity = terms.validity
    if validity.tested == "payment" and not validity.valid_from <= act.effective_on <= validity.valid_to:
        raise OutsideValidity(
            act.effective_on.isoformat(), validity.valid_from.isoformat(), validity.valid_to.isoformat()
        )
    if act.principal in (award.principal, award.second, *award.raised_by):
        raise SegregationOfDuties(act.principal, "who approves does not pay")
