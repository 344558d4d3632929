"""Correcting the amount of an award: what it should have been, on its own day and under its own Terms.

A lower amount frees what was never rightly promised; a higher one must pass the same assessment as the decision, with
the award's own use left out. Corrections of receipts share the question whether what they take back is still free.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import msgspec

from award_ledger.domain.application import Review
from award_ledger.domain.assess import assess
from award_ledger.domain.assessment import Assessment, Check
from award_ledger.domain.award import Award
from award_ledger.domain.award_refusals import (
    AwardState,
    CorrectionImpossible,
    EntryNotCorrectable,
)
from award_ledger.domain.case import Case, case_of, usage_of
from award_ledger.domain.claim import Claim
from award_ledger.domain.corrections import AwardCorrected, AwardCorrectionProposed
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Act, Event, InstalmentOwed
from award_ledger.domain.fund import Fund
from award_ledger.domain.giving_back import ended
from award_ledger.domain.refusals import (
    ApprovalRefused,
    SecondPersonRequired,
    SegregationOfDuties,
)
from award_ledger.domain.terms import MAX_AMOUNT_MINOR, Ground, Terms
from award_ledger.domain.working_set import T, WorkingSet

_TAKEN = ("CAP_EXCEEDED", "QUOTA_EXCEEDED", "KEY_IN_USE", "EVIDENCE_IN_USE")
"""Reasons of checks that ask whether something is still free."""


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


def raised_assessment(
    enterprise: Enterprise, award: Award, ledger: WorkingSet, principal: str, amount_minor: int
) -> Assessment:
    """The assessment of a higher amount on the award's own day, under its own Terms, its own use left out, uncut."""
    case = _case(enterprise, award, principal, amount_minor)
    return _uncut(_assessed(enterprise, award, case, ledger))


def check_standing(
    enterprise: Enterprise, award: Award, ledger: WorkingSet, counted_minor: int, *, place: bool
) -> None:
    """May the award count so much again, and hold its place again? Raises ApprovalRefused if others have taken it."""
    case = _case(enterprise, award, award.principal, counted_minor)
    assessment = _uncut(_assessed(enterprise, award, case, ledger))
    wanted = _TAKEN if place else _TAKEN[:1]
    against = tuple(check for check in assessment.checks if check.refuses and check.reason in wanted)
    if against:
        standing = msgspec.structs.replace(assessment, checks=against, granted_minor=0)
        raise ApprovalRefused(standing, terms=terms_of(ledger, award))


def place_change(award: Award, terms: Terms, open_minor: int, recovered_minor: int, ground: Ground) -> int:
    """1 if the award holds its place again, -1 if it is free: a place is held as long as anything is left.

    What freed it before, a revocation after the receipt perhaps, frees it again.
    """
    if open_minor or award.paid_minor > recovered_minor:
        return int(not award.holds_place)
    return -int(award.holds_place and (award.freed_place or terms.give_back(ground).place))


def terms_of(ledger: WorkingSet, award: Award) -> Terms:
    """The Terms under which an award was decided."""
    return ledger.measure(award.measure).versions[award.terms_version - 1]


def _check_state(award: Award) -> None:
    if award.revoked:
        raise AwardState(str(award.award_id), "it is revoked")
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


def _case(enterprise: Enterprise, award: Award, principal: str, amount_minor: int) -> Case:
    overrides = tuple(taken.check_id for taken in award.overrides)
    application = enterprise.applications[award.application_id]
    proposed = Review(award.raise_proposed_by, award.raise_proposed_minor, overrides, "")
    consents = (*application.reviews, proposed) if award.raise_proposed_minor else application.reviews
    return msgspec.structs.replace(
        case_of(enterprise, application),
        principal=principal,
        asked_minor=amount_minor,
        overrides=frozenset(overrides),
        reviews=consents,
    )


def _assessed(enterprise: Enterprise, award: Award, case: Case, ledger: WorkingSet) -> Assessment:
    terms, measure = terms_of(ledger, award), ledger.measure(award.measure)
    without = Without(ledger, award)
    own = without.of(enterprise)
    usage = usage_of(terms, case, own, measure, without, award.decided_on)
    # What the measure and the enterprise have become since does not matter: on that day they passed.
    usage = msgspec.structs.replace(usage, status="open", barred=False)
    return assess(terms, case, usage, award.decided_on, award.terms_version)


def _uncut(assessment: Assessment) -> Assessment:
    """The same, where a cut refuses: an amount is right as a whole or it is not."""
    checks = tuple(_failed(check) for check in assessment.checks)
    granted = 0 if any(check.refuses for check in checks) else assessment.granted_minor
    return msgspec.structs.replace(assessment, checks=checks, granted_minor=granted)


def _failed(check: Check) -> Check:
    return msgspec.structs.replace(check, verdict="failed") if check.verdict == "cut" else check


class Without(WorkingSet):
    """The ledger as it would stand without one award: it counts nothing, holds no place and draws on no fund."""

    def __init__(self, ledger: WorkingSet, award: Award) -> None:
        self._ledger, self._award = ledger, award

    def find(self, kind: type[T], aggregate_id: UUID) -> T:
        """A copy, where the award shows in it."""
        found: Any = self._ledger.find(kind, aggregate_id)
        if isinstance(found, Claim) and self._award.award_id in found.holders:
            found = found.without(self._award.award_id)
        elif isinstance(found, Fund) and found.code == self._award.fund:
            found = self._fund(found)
        return cast(T, found)

    def of(self, enterprise: Enterprise) -> Enterprise:
        """A copy of the award's own enterprise."""
        award = msgspec.structs.replace(self._award, counted_minor=0)
        return msgspec.structs.replace(enterprise, awards={**enterprise.awards, award.award_id: award})

    def awarded(self, measure: str) -> Iterable[UUID]:
        """Those of the ledger."""
        return self._ledger.awarded(measure)

    def _fund(self, fund: Fund) -> Fund:
        award = self._award
        return msgspec.structs.replace(
            fund,
            encumbered_minor=fund.encumbered_minor - award.encumbered_minor,
            expended_minor=fund.expended_minor - award.expended_minor,
            available_minor=fund.available_minor + award.encumbered_minor + award.expended_minor,
        )
