"""Correcting what was paid, returned, ordered back, received or written off.

Each function weighs the right amount against what has followed, and gives the differences: what an entry moved
between the balances of its fund is reckoned as on the entry's own day.
"""

from copy import deepcopy
from typing import Any

from award_ledger.domain.award import Award, Clawback, Instalment, Payment
from award_ledger.domain.award_refusals import (
    AwardState,
    ClawbackState,
    PaymentState,
)
from award_ledger.domain.correcting import check_between, place_change
from award_ledger.domain.correcting_rulings import differences, end_again, follow_paid, lift
from award_ledger.domain.corrections import ClawbackCorrected, PaymentCorrected, SetOffCorrected
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import ClawbackSetOff, PaymentSettled
from award_ledger.domain.fact import Act, Corrected, Event
from award_ledger.domain.fund import Fund
from award_ledger.domain.giving_back import ended
from award_ledger.domain.refusals import (
    AppropriationTooLow,
)
from award_ledger.domain.ruling import Ruling
from award_ledger.domain.terms import Ground, Terms
from award_ledger.domain.weighing import check_standing, terms_of
from award_ledger.domain.windows import fiscal_year
from award_ledger.domain.working_set import WorkingSet


def corrected_settlement(
    enterprise: Enterprise, entry: Event, ledger: WorkingSet, act: Act, amount_minor: int, reason: str
) -> PaymentCorrected:
    """At least what was returned or is ordered back, at most what was instructed and is owed.

    Raises CorrectionImpossible, PaymentState, AwardState, or what `check_room` raises.
    """
    award = enterprise.awards[entry.fact.award_id]
    after, ruling = _as_if_standing(award, terms_of(ledger, award))
    instalment, payment = _payment(after, entry)
    now = _now(enterprise, entry, moved_minor=entry.fact.expended_minor)
    least = now.amount_minor - min(payment.paid_minor, after.recoverable_minor + _falling(after, ruling))
    most = now.amount_minor + min(payment.amount_minor - payment.settled_minor, instalment.open_minor)
    because = "it must cover what was returned or is ordered back, and not exceed what was instructed and is owed"
    check_between(entry, amount_minor, now.amount_minor, (max(0, least), most), because)
    change = amount_minor - now.amount_minor
    if change > 0:
        if payment.failed:
            raise PaymentState(payment.end_to_end_id, payment.state)
        _check_no_other_under_way(after, instalment, payment)
    moved = _expended(after, entry, now, amount_minor)
    payment.settled_minor += change
    payment.superseded = payment.settled_minor == 0 and payment.attempt != len(instalment.payments)
    _expend(after, moved - now.moved_minor)
    return PaymentCorrected(
        entry="settlement",
        instalment=instalment.number,
        attempt=payment.attempt,
        moved_minor=moved,
        superseded=payment.superseded,
        account=payment.account,
        **_base(award, entry, act, now, amount_minor, reason),
        **_followed(enterprise, award, after, ruling, ledger, change),
    )


def corrected_return(
    enterprise: Enterprise, entry: Event, ledger: WorkingSet, act: Act, amount_minor: int, reason: str
) -> PaymentCorrected:
    """At most what is paid and not ordered back; less only by what has not been paid again or cancelled since.

    Raises CorrectionImpossible, AwardState, or what `check_room` raises.
    """
    fact, award = entry.fact, enterprise.awards[entry.fact.award_id]
    after, ruling = _as_if_standing(award, terms_of(ledger, award))
    instalment, payment = _payment(after, entry)
    now = _now(enterprise, entry, moved_minor=fact.encumbered_minor)
    same_year = _same_year(entry, ledger.fund(award.fund))
    owed_again = after.encumbered_minor if same_year else after.expended_before_minor
    least = now.amount_minor - min(instalment.open_minor, owed_again)
    most = now.amount_minor + min(payment.paid_minor, after.recoverable_minor + _falling(after, ruling))
    because = "it must cover what was paid again or cancelled since, and not exceed what is paid and not ordered back"
    check_between(entry, amount_minor, now.amount_minor, (max(0, least), most), because)
    if amount_minor < now.amount_minor:
        _check_no_other_under_way(after, instalment, payment)
    moved = min(amount_minor, after.expended_minor + now.moved_minor) if same_year else 0
    change = amount_minor - now.amount_minor
    payment.returned_minor += change
    _expend(after, now.moved_minor - moved)
    return PaymentCorrected(
        entry="return",
        instalment=instalment.number,
        attempt=payment.attempt,
        moved_minor=moved,
        superseded=payment.superseded,
        account=payment.account,
        **_base(award, entry, act, now, amount_minor, reason),
        **_followed(enterprise, award, after, ruling, ledger, -change),
    )


def _as_if_standing(award: Award, terms: Terms) -> tuple[Award, Ruling | None]:
    """A copy of the award; where it has ended, without what the ruling did by which it has."""
    after, ruling = deepcopy(award), award.ruling
    if ruling is None or ended(award, terms) is None:
        return after, None
    lift(after, ruling)
    return after, ruling


def _falling(award: Award, ruling: Ruling | None) -> int:
    """What is outstanding of the order that the ruling made: it asks for what was paid, so it falls with that."""
    return award.clawbacks[ruling.order - 1].outstanding_minor if ruling is not None and ruling.order else 0


def _expend(award: Award, amount_minor: int) -> None:
    award.encumbered_minor -= amount_minor
    award.expended_minor += amount_minor


def _followed(
    enterprise: Enterprise, award: Award, after: Award, ruling: Ruling | None, ledger: WorkingSet, more_paid_minor: int
) -> dict[str, Any]:
    """What follows from an entry where the award has ended: it ends again, and so much more is ordered back."""
    if ruling is None:
        return {
            "encumbered_minor": after.encumbered_minor - award.encumbered_minor,
            "expended_minor": after.expended_minor - award.expended_minor,
        }
    follow_paid(after, ruling, more_paid_minor)
    end_again(after, terms_of(ledger, award), ledger.fund(award.fund))
    return {**differences(enterprise, award, after, ledger)}


def corrected_order(
    enterprise: Enterprise, entry: Event, _: WorkingSet, act: Act, amount_minor: int, reason: str
) -> ClawbackCorrected:
    """At least what was received and written off, at most what is paid and not ordered back.

    Raises CorrectionImpossible or ClawbackState.
    """
    award = enterprise.awards[entry.fact.award_id]
    clawback, now = _clawback(award, entry), _now(enterprise, entry)
    bounds = (clawback.received_minor + clawback.written_off_minor, now.amount_minor + award.recoverable_minor)
    because = "it must cover what was received and written off, and not exceed what is paid and not ordered back"
    check_between(entry, amount_minor, now.amount_minor, bounds, because)
    base = _base(award, entry, act, now, amount_minor, reason)
    return ClawbackCorrected(entry="order", clawback=clawback.number, **{**base, "fund": ""})


def corrected_write_off(
    enterprise: Enterprise, entry: Event, _: WorkingSet, act: Act, amount_minor: int, reason: str
) -> ClawbackCorrected:
    """At most what two people agreed to; more takes a write-off of its own. Raises as `corrected_order` does."""
    award = enterprise.awards[entry.fact.award_id]
    clawback, now = _clawback(award, entry), _now(enterprise, entry)
    most = min(entry.fact.amount_minor, now.amount_minor + clawback.outstanding_minor)
    because = "it must not exceed what two people agreed to and what is outstanding; write off the rest by itself"
    check_between(entry, amount_minor, now.amount_minor, (0, most), because)
    base = _base(award, entry, act, now, amount_minor, reason)
    return ClawbackCorrected(entry="write_off", clawback=clawback.number, **{**base, "fund": ""})


def corrected_receipt(
    enterprise: Enterprise, entry: Event, ledger: WorkingSet, act: Act, amount_minor: int, reason: str
) -> ClawbackCorrected:
    """At most what is outstanding. What a receipt gave back and others have taken since cannot be taken back.

    Raises CorrectionImpossible, ClawbackState, AppropriationTooLow, or ApprovalRefused with the checks against it.
    """
    fact, award = entry.fact, enterprise.awards[entry.fact.award_id]
    clawback = _clawback(award, entry)
    now = _now(enterprise, entry, headroom_minor=fact.headroom_minor, refunded_minor=fact.refunded_minor)
    most = now.amount_minor + clawback.outstanding_minor
    check_between(entry, amount_minor, now.amount_minor, (0, most), "no more than is ordered can be received")
    received = _received(award, entry, ledger, now, amount_minor, clawback.ground)
    _check_received(enterprise, award, ledger, received)
    return ClawbackCorrected(
        entry="receipt",
        clawback=clawback.number,
        **received,
        **_base(award, entry, act, now, amount_minor, reason),
    )


def corrected_set_off(
    enterprise: Enterprise, entry: Event, ledger: WorkingSet, act: Act, amount_minor: int, reason: str
) -> SetOffCorrected:
    """A settlement of one award and a receipt of another at once: within what both still allow.

    Raises CorrectionImpossible, ClawbackState, AwardState, AppropriationTooLow, or ApprovalRefused with the checks.
    """
    fact = entry.fact
    award, paid = enterprise.awards[fact.award_id], enterprise.awards[fact.paid_award_id]
    if ended(paid, terms_of(ledger, paid)):
        raise AwardState(str(paid.award_id), "what was paid by it has ended: correct first the entry by which it has")
    clawback, instalment = _clawback(award, entry), paid.instalments[fact.instalment - 1]
    gave_back = {"headroom_minor": fact.headroom_minor, "refunded_minor": fact.refunded_minor}
    now = _now(enterprise, entry, moved_minor=fact.expended_minor, **gave_back)
    least = now.amount_minor - min(now.amount_minor, paid.recoverable_minor)
    most = now.amount_minor + min(clawback.outstanding_minor, instalment.open_minor)
    because = "it must cover what is ordered back since, and not exceed what is ordered and what is owed"
    check_between(entry, amount_minor, now.amount_minor, (least, most), because)
    change = amount_minor - now.amount_minor
    if change > 0 and instalment.under_way:
        raise AwardState(str(paid.award_id), "an attempt to pay is under way")
    moved = _expended(paid, entry, now, amount_minor)
    after = deepcopy(award)
    if award is paid:
        after.set_off(instalment.number, change, moved - now.moved_minor)
    received = _received(after, entry, ledger, now, amount_minor, clawback.ground)
    _check_received(enterprise, award, ledger, received)
    return SetOffCorrected(
        clawback=clawback.number,
        paid_award_id=paid.award_id,
        instalment=instalment.number,
        moved_minor=moved,
        paid_fund=paid.fund,
        paid_expended_minor=moved - now.moved_minor,
        **received,
        **_base(award, entry, act, now, amount_minor, reason),
    )


def _received(
    award: Award, entry: Event, ledger: WorkingSet, now: Corrected, amount_minor: int, ground: Ground
) -> dict[str, Any]:
    """What a receipt of this amount gives back in all, and the differences to what stood."""
    fund, terms = ledger.fund(award.fund), terms_of(ledger, award)
    rule = terms.give_back(ground)
    headroom = min(amount_minor, award.counted_minor + now.headroom_minor) if rule.headroom else 0
    money_goes_back = rule.fund_money and _same_year(entry, fund)
    refunded = min(amount_minor, award.expended_minor + now.refunded_minor) if money_goes_back else 0
    recovered = award.recovered_minor + amount_minor - now.amount_minor
    counted, places = now.headroom_minor - headroom, place_change(award, terms, award.open_minor, recovered, ground)
    return {
        "counted_minor": counted,
        "places": places,
        "expended_minor": now.refunded_minor - refunded,
        "headroom_minor": headroom,
        "refunded_minor": refunded,
        "claims": tuple(claim.id for claim in award.claims) if counted or places else (),
    }


def _check_received(enterprise: Enterprise, award: Award, ledger: WorkingSet, received: dict[str, Any]) -> None:
    """Have others taken what is taken back? Raises AppropriationTooLow or ApprovalRefused."""
    fund, counted, places = ledger.fund(award.fund), received["counted_minor"], received["places"]
    if received["expended_minor"] > fund.available_minor:
        raise AppropriationTooLow(fund.appropriated_minor, fund.committed_minor + received["expended_minor"])
    if counted > 0 or places > 0:
        check_standing(enterprise, award, ledger, award.counted_minor + counted, place=places > 0)


def _expended(award: Award, entry: Event, now: Corrected, amount_minor: int) -> int:
    """How much of a settlement of this amount was expended by it, and not before: as on its own day.

    An entry that expended anything had used up what had come back late by then, so all that it should have settled
    besides was encumbered. One that expended nothing left perhaps some of that, which comes first.
    """
    fact: PaymentSettled | ClawbackSetOff = entry.fact
    first, expended = fact.amount_minor, fact.expended_minor
    moved = max(0, amount_minor - (first - expended))
    if not expended and amount_minor > first:
        late = award.expended_before_minor + now.amount_minor - now.moved_minor - first
        moved = max(0, amount_minor - first - late)
    change = amount_minor - now.amount_minor
    least = max(change - award.expended_before_minor, 0) if change > 0 else max(change, -now.moved_minor)
    most = min(change, award.encumbered_minor) if change > 0 else 0
    return min(max(moved, now.moved_minor + least), now.moved_minor + most)


def _base(award: Award, entry: Event, act: Act, now: Corrected, amount_minor: int, reason: str) -> dict[str, Any]:
    return {
        "act": act,
        "corrects": entry.position,
        "reason": reason,
        "award_id": award.award_id,
        "measure": award.measure,
        "decided_year": award.decided_on.year,
        "fund": award.fund,
        "amount_minor": amount_minor,
        "stood_minor": now.amount_minor,
    }


def _now(enterprise: Enterprise, entry: Event, **parts: int) -> Corrected:
    """What stands of an entry: its latest correction, or what it says itself."""
    itself = Corrected(by=entry.position, amount_minor=entry.fact.amount_minor, **parts)
    return enterprise.corrected.get(entry.position, itself)


def _same_year(entry: Event, fund: Fund) -> bool:
    return fiscal_year(entry.fact.act.effective_on) == fund.fiscal_year


def _payment(award: Award, entry: Event) -> tuple[Instalment, Payment]:
    instalment = award.instalments[entry.fact.instalment - 1]
    return instalment, instalment.payments[entry.fact.attempt - 1]


def _check_no_other_under_way(award: Award, instalment: Instalment, payment: Payment) -> None:
    """Less would be owed than an attempt under way pays."""
    if any(other.under_way for other in instalment.payments if other is not payment):
        raise AwardState(str(award.award_id), "an attempt to pay is under way")


def _clawback(award: Award, entry: Event) -> Clawback:
    clawback: Clawback = award.clawbacks[entry.fact.clawback - 1]
    if clawback.cancelled:
        raise ClawbackState(clawback.number, clawback.state)
    return clawback
