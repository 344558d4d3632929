"""May this instalment be paid now? What instructing a payment and setting one off have in common."""

from award_ledger.domain.award import Award, Instalment
from award_ledger.domain.award_refusals import (
    AwardState,
    InstalmentNotPayable,
    ObjectionOpen,
)
from award_ledger.domain.fact import Act
from award_ledger.domain.refusals import (
    OutsideValidity,
    SegregationOfDuties,
)
from award_ledger.domain.terms import Terms


def check_payable(award: Award, instalment: Instalment, terms: Terms, act: Act) -> None:
    """Raises AwardState, InstalmentNotPayable, ObjectionOpen, OutsideValidity or SegregationOfDuties, in this order."""
    if award.revoked:
        raise AwardState(str(award.award_id), "it is revoked")
    if instalment.state != "due" or act.effective_on < instalment.due_on:
        raise InstalmentNotPayable(
            str(award.award_id), instalment.number, instalment.state, instalment.due_on.isoformat()
        )
    stopping = award.stopping()
    if stopping:
        upheld = sum(objection.state == "upheld" for objection in stopping)
        raise ObjectionOpen(str(award.award_id), len(stopping) - upheld, upheld, stopping[0].number)
    validity = terms.validity
    if validity.tested == "payment" and not validity.valid_from <= act.effective_on <= validity.valid_to:
        raise OutsideValidity(
            act.effective_on.isoformat(), validity.valid_from.isoformat(), validity.valid_to.isoformat()
        )
    if act.principal in (award.principal, award.second, *award.raised_by):
        raise SegregationOfDuties(act.principal, "who approves does not pay")
