"""What a correction of money becomes where the award is another than the one on record.

The right amount of an award is decided again, on what the other history has left, and a result or a revocation that was
right instead of another does there what it does. A correction of what was paid, ordered or received says what the bank
did with the award on record; with another award it did something else.
"""

from __future__ import annotations

from award_ledger.domain.correcting import corrected_award
from award_ledger.domain.correcting_rulings import corrected_ruling
from award_ledger.domain.corrections import (
    AwardCorrected,
    AwardCorrectionProposed,
    AwardEntryCorrected,
    RulingCorrected,
)
from award_ledger.domain.fact import Event
from award_ledger.domain.refusals import Refused
from award_ledger.domain.working_set import Ledger

Correction = AwardEntryCorrected | AwardCorrectionProposed


def recorrected(fact: Correction, approval: Event | None, ledger: Ledger) -> Correction | None:
    """The correction in the other history, or None if nothing comes of it; `approval` is that of the award there."""
    if approval is None or not isinstance(fact, AwardCorrected | AwardCorrectionProposed | RulingCorrected):
        return None
    enterprise = ledger.enterprise(approval.originator_id)
    try:
        if isinstance(fact, RulingCorrected):
            award = enterprise.awards[fact.award_id]
            if all(ruling.position != fact.corrects for ruling in award.rulings):
                return None
            return corrected_ruling(enterprise, award, fact.corrects, ledger, fact.act, fact.said, fact.reason)
        return corrected_award(enterprise, approval, ledger, fact.act, fact.amount_minor, fact.reason)
    except Refused:
        return None
