"""Correcting a stage result or a revocation: what it did is undone, and what is right done on the entry's own day.

All of it is worked out on a copy of the award; the correction carries the differences. Where an award has ended, the
corrections of what was paid and came back go the same way: as if it stood, and then it ends again.
"""

from copy import deepcopy
from typing import Any, TypedDict, cast

import msgspec

from award_ledger.domain.award import Award
from award_ledger.domain.award_refusals import AwardState, StageUnknown
from award_ledger.domain.corrections import RevocationCorrected, StageResultCorrected
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Act
from award_ledger.domain.fund import Fund
from award_ledger.domain.giving_back import ended, shrinkage
from award_ledger.domain.refusals import AppropriationTooLow, invalid_field
from award_ledger.domain.ruling import InstalmentRestated, OrderMade, OrderRestated, Restated, Ruling, with_more
from award_ledger.domain.terms import Ground, StageEffect, Terms
from award_ledger.domain.weighing import check_standing, terms_of
from award_ledger.domain.working_set import WorkingSet


def corrected_ruling(
    enterprise: Enterprise, award: Award, position: int, ledger: WorkingSet, act: Act, said: str, reason: str
) -> StageResultCorrected | RevocationCorrected:
    """The right result, or the right ground, of the ruling at a position; empty: it should not have been recorded.

    Raises AwardState, StageUnknown, InvalidFields, or what `check_room` raises.
    """
    terms, fund = terms_of(ledger, award), ledger.fund(award.fund)
    stood = next(ruling for ruling in award.rulings if ruling.position == position)
    _check_last(award, stood)
    if said and not stood.revokes:
        effect_of(terms, said)
    if said == stood.said:
        raise invalid_field("right", "is what the entry says already")
    after = deepcopy(award)
    lift(after, stood)
    _withdraw(after, stood, terms, said)
    ruling = Ruling(position=position, said=said, on=stood.on, until=stood.until, revokes=stood.revokes)
    if _effect(terms, ruling) == _effect(terms, stood) == "recover_all":
        ruling = msgspec.structs.replace(ruling, order=stood.order)
    _impose(after, terms, fund, ruling, stood)
    end_again(after, terms, fund)
    right = next(ruling for ruling in after.rulings if ruling.position == position)
    kind = RevocationCorrected if stood.revokes else StageResultCorrected
    return kind(
        act=act,
        corrects=position,
        reason=reason,
        award_id=award.award_id,
        measure=award.measure,
        decided_year=award.decided_on.year,
        amount_minor=sum(right.cancelled_minor),
        stood_minor=sum(stood.cancelled_minor),
        fund=award.fund,
        said=said,
        stood=stood.said,
        **differences(enterprise, award, after, ledger),
    )


def lift(award: Award, ruling: Ruling) -> None:
    """Undoes what a ruling has cancelled, released and given back. What it ordered back stays."""
    for part, cancelled in zip(award.instalments, ruling.cancelled_minor, strict=False):
        part.cancelled_minor -= cancelled
    for number in ruling.stopped:
        award.instalments[number - 1].waiting = True
    if ruling.released and ruling.was_due_on is not None:
        part = award.instalments[ruling.released - 1]
        part.waiting, part.due_on = True, ruling.was_due_on
    award.cancelled_minor -= sum(ruling.cancelled_minor)
    award.counted_minor += ruling.headroom_minor
    award.encumbered_minor += ruling.released_minor + ruling.lapsed_minor
    if ruling.freed_place:
        award.holds_place, award.freed_place = True, False
    elif _anything_left(award):
        award.holds_place = True
    award.rule(
        Ruling(
            position=ruling.position,
            said=ruling.said,
            on=ruling.on,
            until=ruling.until,
            revokes=ruling.revokes,
            order=ruling.order,
        )
    )


def end_again(award: Award, terms: Terms, fund: Fund) -> None:
    """Where nothing of the award is owed any more, what is open is cancelled on account of the ruling that says so."""
    ground, ruling = ended(award, terms), award.ruling
    if ground is not None and ruling is not None and award.open_minor:
        _cancel(award, terms, fund, ruling, ground, award.open_minor)
    elif not _anything_left(award) and award.freed_place:
        award.holds_place = False


def follow_paid(award: Award, ruling: Ruling, more_paid_minor: int) -> None:
    """A result that ordered all back orders so much more, or less, as far as that is outstanding."""
    if ruling.revokes:
        return
    if not ruling.order:
        _order(award, "breach", min(more_paid_minor, award.recoverable_minor))
        return
    order = award.clawbacks[ruling.order - 1]
    if not order.cancelled:
        order.ordered_minor += max(more_paid_minor, -order.outstanding_minor)


def effect_of(terms: Terms, result: str) -> StageEffect:
    """What a result does. Raises StageUnknown."""
    staged = terms.staged()
    known = {} if staged is None else {item.result: item.effect for item in staged.results}
    if result not in known:
        raise StageUnknown(result, ", ".join(known))
    return known[result]


class Differences(TypedDict):
    """Fields of a correction that follow from an award before and after it."""

    counted_minor: int
    places: int
    encumbered_minor: int
    expended_minor: int
    claims: tuple[Any, ...]
    restated: Restated


def differences(enterprise: Enterprise, before: Award, after: Award, ledger: WorkingSet) -> Differences:
    """What a correction changes. Raises what `check_room` raises."""
    counted = after.counted_minor - before.counted_minor
    places = after.holds_place - before.holds_place
    check_room(enterprise, before, after, ledger)
    return Differences(
        counted_minor=counted,
        places=places,
        encumbered_minor=after.encumbered_minor - before.encumbered_minor,
        expended_minor=after.expended_minor - before.expended_minor,
        claims=tuple(claim.id for claim in before.claims) if counted or places else (),
        restated=_restated(before, after),
    )


def check_room(enterprise: Enterprise, before: Award, after: Award, ledger: WorkingSet) -> None:
    """May the award have back what it gave back? Raises AppropriationTooLow or ApprovalRefused if others took it."""
    fund = ledger.fund(before.fund)
    more = after.encumbered_minor + after.expended_minor - before.encumbered_minor - before.expended_minor
    lapsed = _lapsed(after) - _lapsed(before)
    if more + lapsed > fund.available_minor:
        raise AppropriationTooLow(fund.appropriated_minor - lapsed, fund.committed_minor + more)
    again = after.holds_place and not before.holds_place
    if after.counted_minor > before.counted_minor or again:
        check_standing(enterprise, before, ledger, after.counted_minor, place=again)


def _check_last(award: Award, ruling: Ruling) -> None:
    award_id = str(award.award_id)
    if award.void:
        raise AwardState(award_id, "it is void: it should not have been recorded")
    later = next((other for other in award.rulings if other.said and other.position > ruling.position), None)
    if later is not None:
        raise AwardState(award_id, f"position {later.position} rests on it: correct that entry first")
    if award.under_way:
        raise AwardState(award_id, "an attempt to pay is under way")


def _withdraw(award: Award, ruling: Ruling, terms: Terms, said: str) -> None:
    """The order that a result made falls with it, unless what is right orders the same."""
    order = award.clawbacks[ruling.order - 1] if ruling.order else None
    recovers = bool(said) and not ruling.revokes and effect_of(terms, said) == "recover_all"
    if order is None or order.cancelled or recovers:
        return
    followed = order.received_minor + order.written_off_minor
    if followed:
        raise AwardState(
            str(award.award_id),
            f"{followed} was received or written off under order {order.number}, which it made: correct that first",
        )
    order.cancelled = True


def _effect(terms: Terms, ruling: Ruling) -> StageEffect | None:
    return None if ruling.revokes or not ruling.said else effect_of(terms, ruling.said)


def _impose(award: Award, terms: Terms, fund: Fund, ruling: Ruling, stood: Ruling) -> None:
    """The right ruling, on the award without the wrong one."""
    effect = _effect(terms, ruling)
    paid_minor = award.instalments[stood.released - 1].paid_minor if stood.released else 0
    if paid_minor and not ruling.said:
        raise AwardState(str(award.award_id), f"{paid_minor} of the stage that it released is paid: say what is right")
    award.rule(ruling)
    waiting = [part for part in award.instalments if part.waiting]
    if effect == "release" and waiting:
        released = waiting[0]
        award.rule(msgspec.structs.replace(ruling, released=released.number, was_due_on=released.due_on))
        released.waiting, released.due_on = False, max(released.due_on, ruling.on)
    if effect == "cancel_rest":
        _cancel(award, terms, fund, ruling, "revocation", sum(part.open_minor for part in waiting))
        if paid_minor:
            award.instalments[stood.released - 1].waiting = False
            _order(award, "overpayment", min(paid_minor, award.recoverable_minor))
    if effect == "recover_all" or ruling.revokes:
        ground = cast(Ground, ruling.said) if ruling.revokes else "breach"
        if ruling.said:
            _cancel(award, terms, fund, ruling, ground, award.open_minor)
    if effect == "recover_all" and not ruling.order:
        _order(award, "breach", award.recoverable_minor)


def _order(award: Award, ground: Ground, amount_minor: int) -> None:
    ruling = award.ruling
    if amount_minor <= 0 or ruling is None:
        return
    award.order(ground, amount_minor, ruling.on, ruling.said)
    award.rule(msgspec.structs.replace(ruling, order=len(award.clawbacks)))


def _cancel(award: Award, terms: Terms, fund: Fund, ruling: Ruling, ground: Ground, amount_minor: int) -> None:
    """Cancels this much on account of a ruling, on its day."""
    given = shrinkage(award, terms, fund, ground, ruling.on, cancelled_minor=amount_minor)
    cancelled, stopped = award.cancel(amount_minor)
    award.cancelled_minor += amount_minor
    award.counted_minor -= given["headroom_minor"]
    award.encumbered_minor -= given["released_minor"] + given["lapsed_minor"]
    nothing_left = not _anything_left(award)
    award.holds_place = award.holds_place and not given["frees_place"] and not (nothing_left and award.freed_place)
    award.freed_place = award.freed_place or given["frees_place"]
    more = with_more(
        ruling,
        cancelled,
        ruling.on,
        headroom_minor=given["headroom_minor"],
        released_minor=given["released_minor"],
        lapsed_minor=given["lapsed_minor"],
        frees_place=given["frees_place"],
    )
    award.rule(msgspec.structs.replace(more, stopped=tuple(sorted({*ruling.stopped, *stopped}))))


def _anything_left(award: Award) -> bool:
    return bool(award.open_minor) or award.paid_minor > award.recovered_minor


def _lapsed(award: Award) -> int:
    return sum(ruling.lapsed_minor for ruling in award.rulings)


def _restated(before: Award, after: Award) -> Restated:
    """What differs beyond amounts paid and received."""
    were = {ruling.position: ruling for ruling in before.rulings}
    rulings = tuple(ruling for ruling in after.rulings if were[ruling.position] != ruling)
    instalments = tuple(
        InstalmentRestated(
            number=now.number,
            due_on=now.due_on,
            cancelled_minor=now.cancelled_minor - was.cancelled_minor,
            waiting=now.waiting,
        )
        for was, now in zip(before.instalments, after.instalments, strict=True)
        if (was.cancelled_minor, was.waiting, was.due_on) != (now.cancelled_minor, now.waiting, now.due_on)
    )
    orders = tuple(
        OrderRestated(
            clawback=now.number,
            ordered_minor=now.ordered_minor - was.ordered_minor,
            withdrawn=now.cancelled and not was.cancelled,
        )
        for was, now in zip(before.clawbacks, after.clawbacks, strict=False)
        if (was.ordered_minor, was.cancelled) != (now.ordered_minor, now.cancelled)
    )
    made = next(
        (
            OrderMade(
                clawback=new.number,
                amount_minor=new.ordered_minor,
                ground=new.ground,
                on=new.ordered_on,
                reason=new.reason,
            )
            for new in after.clawbacks[len(before.clawbacks) :]
        ),
        None,
    )
    since = max(ruling.until for ruling in (*rulings, *(were[ruling.position] for ruling in rulings)))
    return Restated(
        since=since,
        rulings=rulings,
        instalments=instalments,
        orders=orders,
        made=made,
        lapsed_minor=_lapsed(after) - _lapsed(before),
        freed_place=after.freed_place,
    )
