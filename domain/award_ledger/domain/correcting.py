"""Correcting the amount of an award: what it should have been, on its own day and under its own Terms.

A lower amount frees what was never rightly promised; a higher one must pass the same assessment as the decision, with
the award's own use left out.
"""

from datetime import timedelta

import msgspec

from award_ledger.domain.assessment import Assessment
from award_ledger.domain.award import Award
from award_ledger.domain.award_refusals import (
    AwardState,
    CorrectionImpossible,
    EntryNotCorrectable,
)
from award_ledger.domain.corrections import AppropriationCorrected, AwardCorrected, AwardCorrectionProposed
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Act, Event, InstalmentOwed
from award_ledger.domain.fund import Fund
from award_ledger.domain.giving_back import ended
from award_ledger.domain.money import bounded, not_negative
from award_ledger.domain.policy_events import FundCreated
from award_ledger.domain.refusals import (
    AppropriationTooLow,
    ApprovalRefused,
    FundYearOver,
    SecondPersonRequired,
    SegregationOfDuties,
)
from award_ledger.domain.terms import MAX_AMOUNT_MINOR, Ground, Terms
from award_ledger.domain.weighing import raised_assessment, terms_of
from award_ledger.domain.working_set import WorkingSet


def corrected_award(
    enterprise: Enterprise, entry: Event, ledger: WorkingSet, act: Act, amount_minor: int, reason: str
) -> AwardCorrected | AwardCorrectionProposed:
    """The correction of an approval, or the proposal of one that needs two people. 0: it should not have been recorded.

    Raises AwardState, EntryNotCorrectable, CorrectionImpossible, ApprovalRefused for a higher amount that the Terms
    refuse, SecondPersonRequired or SegregationOfDuties.
    """
    award = enterprise.awards[entry.fact.award_id]
    terms = terms_of(ledger, award)
    _check_state(award)
    if not terms.moves_money and (amount_minor or award.void):
        raise EntryNotCorrectable(entry.position, entry.fact.TOPIC, "it grants no money; only 0 (void) can be right")
    stood = award.approved_minor
    if amount_minor > stood:
        return _raised(enterprise, award, entry, ledger, act, amount_minor, reason)
    least = stood - (award.encumbered_minor if award.fund else award.open_minor)
    unchanged = amount_minor == stood and (award.void or terms.moves_money)
    if amount_minor < least or unchanged:
        because = (
            "it says so already"
            if unchanged
            else ("so much is paid, under order or cancelled; order a clawback for an overpayment")
        )
        raise CorrectionImpossible(entry.position, amount_minor, stood, least, MAX_AMOUNT_MINOR, because)
    return _correction(award, entry, terms, act, amount_minor, reason)


def corrected_appropriation(
    fund: Fund, entry: Event, act: Act, amount_minor: int, reason: str
) -> AppropriationCorrected:
    """The correction of what a new fund was given, or of a change of it.

    Raises CorrectionImpossible, AmountNotPositive, AmountTooLarge, FundYearOver where a closed year would get more, or
    AppropriationTooLow where more is committed.
    """
    created = isinstance(entry.fact, FundCreated)
    amount = (not_negative if created else bounded)(amount_minor)
    itself = entry.fact.appropriated_minor if created else entry.fact.change_minor
    stood = fund.corrected[entry.position].amount_minor if entry.position in fund.corrected else itself
    check_between(entry, amount, stood, (-MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR), "")
    if fund.closed_on is not None and amount > stood:
        raise FundYearOver(fund.code, fund.fiscal_year, fund.closed_on.isoformat())
    appropriated = bounded(fund.appropriated_minor + amount - stood)
    if appropriated < fund.committed_minor:
        raise AppropriationTooLow(appropriated, fund.committed_minor)
    return AppropriationCorrected(
        act=act, corrects=entry.position, reason=reason, amount_minor=amount, stood_minor=stood
    )


def check_between(entry: Event, amount_minor: int, stood_minor: int, bounds: tuple[int, int], because: str) -> None:
    """Raises CorrectionImpossible for an amount out of bounds, or that says what stands already."""
    least, most = bounds
    if amount_minor == stood_minor:
        because = "it says so already"
    elif least <= amount_minor <= most:
        return
    raise CorrectionImpossible(entry.position, amount_minor, stood_minor, least, most, because)


def place_change(award: Award, terms: Terms, open_minor: int, recovered_minor: int, ground: Ground) -> int:
    """1 if the award holds its place again, -1 if it is free: a place is held as long as anything is left.

    What freed it before, a revocation after the receipt perhaps, frees it again.
    """
    if open_minor or award.paid_minor > recovered_minor:
        return int(not award.holds_place)
    return -int(award.holds_place and (award.freed_place or terms.give_back(ground).place))


def _check_state(award: Award) -> None:
    if award.revoked and award.ruling is not None:
        position = award.ruling.position
        raise AwardState(
            str(award.award_id), f"it is revoked: correct the entry at position {position} first, and again after"
        )
    if award.under_way:
        raise AwardState(str(award.award_id), "an attempt to pay is under way")


def _raised(
    enterprise: Enterprise,
    award: Award,
    entry: Event,
    ledger: WorkingSet,
    act: Act,
    amount_minor: int,
    reason: str,
) -> AwardCorrected | AwardCorrectionProposed:
    if award.cancelled_minor:
        raise AwardState(str(award.award_id), f"{award.cancelled_minor} of it is cancelled")
    if ended(award, terms_of(ledger, award)):
        raise AwardState(str(award.award_id), "its result ordered all of it back")
    assessment = raised_assessment(enterprise, award, ledger, act.principal, amount_minor)
    refusing = [check.id for check in assessment.checks if check.refuses]
    if refusing == ["second_person"]:
        if (award.raise_proposed_by, award.raise_proposed_minor) == (act.principal, amount_minor):
            raise SecondPersonRequired(act.principal, "a correction upwards")
        return AwardCorrectionProposed(
            act=act, corrects=entry.position, reason=reason, award_id=award.award_id, amount_minor=amount_minor
        )
    if refusing:
        raise ApprovalRefused(assessment, terms=terms_of(ledger, award))
    act = msgspec.structs.replace(act, second=_second(assessment))
    paid_by = {payment.principal for part in award.instalments for payment in part.payments}
    for person in (act.principal, act.second):
        if person in paid_by:
            raise SegregationOfDuties(person, "who pays does not approve")
    terms = terms_of(ledger, award)
    correction = _correction(award, entry, terms, act, amount_minor, reason)
    return msgspec.structs.replace(correction, assessment=assessment)


def _second(assessment: Assessment) -> str:
    return next((check.found for check in assessment.checks if check.id == "second_person"), "")


def _correction(award: Award, entry: Event, terms: Terms, act: Act, amount_minor: int, reason: str) -> AwardCorrected:
    change, void = amount_minor - award.approved_minor, amount_minor == 0
    places = place_change(award, terms, award.open_minor + change, award.recovered_minor, _last_ground(award))
    return AwardCorrected(
        act=act,
        corrects=entry.position,
        reason=reason,
        award_id=award.award_id,
        measure=award.measure,
        decided_year=award.decided_on.year,
        amount_minor=amount_minor,
        stood_minor=award.approved_minor,
        counted_minor=change,
        places=-int(award.holds_place) if void else places,
        fund=award.fund,
        encumbered_minor=change if award.fund else 0,
        claims=tuple(claim.id for claim in award.claims),
        instalments=_owed(award, entry.fact.instalments, terms, amount_minor),
        void=void,
    )


def _last_ground(award: Award) -> Ground:
    """The ground of what would leave nothing of the award: its last receipt, or else a cancelled stage."""
    return next((order.ground for order in reversed(award.clawbacks) if order.received_minor), "revocation")


def _owed(
    award: Award, decided: tuple[InstalmentOwed, ...], terms: Terms, amount_minor: int
) -> tuple[InstalmentOwed, ...]:
    """What the first decision would have made of the amount: filled from the first part on, none below what it has."""
    parts = [
        InstalmentOwed(
            amount_minor=part.amount_minor - part.open_minor, due_on=part.due_on, stage=part.stage, waiting=part.waiting
        )
        for part in award.instalments
    ]
    staged = terms.staged()
    if staged is None:
        room = [part.amount_minor for part in decided[:-1]] + [amount_minor]
    else:
        payable_on = award.decided_on + timedelta(days=terms.publicity_days)
        room = [stage.ceiling_minor for stage in staged.stages]
        parts += [
            InstalmentOwed(amount_minor=0, due_on=payable_on, stage=stage.name, waiting=index > 0)
            for index, stage in enumerate(staged.stages)
            if index >= len(parts)
        ]
    rest = amount_minor - sum(part.amount_minor for part in parts)
    owed = []
    for part, most in zip(parts, room, strict=False):
        added = min(rest, max(0, most - part.amount_minor))
        rest -= added
        owed.append(msgspec.structs.replace(part, amount_minor=part.amount_minor + added))
    if rest:  # parts that have more than they were planned with leave less room before them
        owed[-1] = msgspec.structs.replace(owed[-1], amount_minor=owed[-1].amount_minor + rest)
    there = len(award.instalments)
    return tuple(part for index, part in enumerate(owed) if index < there or part.amount_minor)
