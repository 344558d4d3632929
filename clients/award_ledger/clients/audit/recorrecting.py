"""What a correction of money becomes where the award is another than the one on record.

The right amount of an award is decided again, on what the other history has left. A correction of what was paid,
ordered or received says what the bank did with the award on record; with another award it did something else.
"""

from __future__ import annotations

from award_ledger.domain.correcting import corrected_award
from award_ledger.domain.corrections import AwardCorrected, AwardCorrectionProposed, AwardEntryCorrected
from award_ledger.domain.fact import Event
from award_ledger.domain.refusals import Refused
from award_ledger.domain.working_set import Ledger

Correction = AwardEntryCorrected | AwardCorrectionProposed


def recorrected(
    fact: Correction, approval: Event | None, ledger: Ledger
) -> AwardCorrected | AwardCorrectionProposed | None:
    """The correction in the other history, or None if nothing comes of it; `approval` is that of the award there."""
    if approval is None or not isinstance(fact, AwardCorrected | AwardCorrectionProposed):
        return None
    enterprise = ledger.enterprise(approval.originator_id)
    try:
        return corrected_award(enterprise, approval, ledger, fact.act, fact.amount_minor, fact.reason)
    except Refused:
        return None
