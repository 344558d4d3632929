"""Deciding a correction of money again, on the ledger of the log or on that of a history which went otherwise.

There the right amount of an award is decided again, on what that history has left, and a result or a revocation that
was right instead of another does what it does. What was wrong of a payment, an order or a receipt was wrong there too:
what never came never came, and no more went or came than that history has of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec

from award_ledger.domain import events as ev
from award_ledger.domain.correcting import corrected_appropriation, corrected_award
from award_ledger.domain.correcting_money import (
    corrected_order,
    corrected_receipt,
    corrected_return,
    corrected_set_off,
    corrected_settlement,
    corrected_write_off,
)
from award_ledger.domain.correcting_rulings import corrected_ruling
from award_ledger.domain.corrections import (
    AppropriationCorrected,
    AwardCorrected,
    AwardCorrectionProposed,
    AwardEntryCorrected,
    RulingCorrected,
)
from award_ledger.domain.fact import Event, Fact
from award_ledger.domain.fund import Fund
from award_ledger.domain.refusals import Refused
from award_ledger.domain.working_set import Ledger

Correction = AwardEntryCorrected | AwardCorrectionProposed

_CORRECT: dict[type[Fact], Callable[..., Fact]] = {
    ev.AwardApproved: corrected_award,
    ev.PaymentSettled: corrected_settlement,
    ev.PaymentReturned: corrected_return,
    ev.PaymentReturnedAndCancelled: corrected_return,
    ev.ClawbackOrdered: corrected_order,
    ev.ClawbackReceived: corrected_receipt,
    ev.ClawbackSetOff: corrected_set_off,
    ev.ClawbackWrittenOff: corrected_write_off,
}


def corrected(
    fact: Correction | AppropriationCorrected, stream: UUID, entry: Event | None, ledger: Ledger
) -> Fact | None:
    """The same correction as this ledger makes it; None where that stream has no such entry. Raises Refused."""
    if isinstance(fact, RulingCorrected):
        enterprise = ledger.enterprise(stream)
        award = enterprise.awards[fact.award_id]
        if all(ruling.position != fact.corrects for ruling in award.rulings):
            return None
        return corrected_ruling(enterprise, award, fact.corrects, ledger, fact.act, fact.said, fact.reason)
    if entry is None or entry.originator_id != stream:
        return None
    if isinstance(fact, AppropriationCorrected):
        return corrected_appropriation(ledger.find(Fund, stream), entry, fact.act, fact.amount_minor, fact.reason)
    correct = _CORRECT.get(type(entry.fact))
    if correct is None:
        return None
    return correct(ledger.enterprise(stream), entry, ledger, fact.act, fact.amount_minor, fact.reason)


def recorrected(fact: Correction, stream: UUID, entry: Event | None, ledger: Ledger) -> Fact | None:
    """The correction in a history which went otherwise, or None if nothing comes of it; `entry` is the one there."""
    there: Any = fact
    if entry is not None and not isinstance(fact, AwardCorrected | AwardCorrectionProposed | RulingCorrected):
        there = msgspec.structs.replace(fact, amount_minor=min(fact.amount_minor, entry.fact.amount_minor))
    try:
        return corrected(there, stream, entry, ledger)
    except Refused:
        return None
