"""Weighing an award that stands once more: on its own day, under its own Terms, its own use left out, uncut.

What upgraded it came later and rests on it. So the award is weighed without its upgrades, as it was then, and each of
them with what the award counts now: together they may have no more than the upgrade was allowed.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast
from uuid import UUID

import msgspec

from award_ledger.domain import identity
from award_ledger.domain.application import Review
from award_ledger.domain.assess import assess
from award_ledger.domain.assessment import Assessment, Check
from award_ledger.domain.award import Award
from award_ledger.domain.case import Case, case_of, lineage_of, usage_of
from award_ledger.domain.claim import Claim
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fund import Fund
from award_ledger.domain.refusals import ApprovalRefused
from award_ledger.domain.terms import Terms, Tiered
from award_ledger.domain.working_set import T, WorkingSet

_LINE = ("CAP_EXCEEDED", "CEILING_EXCEEDED")
_PLACES = ("QUOTA_EXCEEDED", "KEY_IN_USE", "EVIDENCE_IN_USE")
"""Reasons of checks that ask whether something is still free."""


def terms_of(ledger: WorkingSet, award: Award) -> Terms:
    """The Terms under which an award was decided."""
    return ledger.measure(award.measure).versions[award.terms_version - 1]


def raised_assessment(
    enterprise: Enterprise, award: Award, ledger: WorkingSet, principal: str, amount_minor: int
) -> Assessment:
    """The assessment of a higher amount. Raises ApprovalRefused where what upgraded the award leaves no room."""
    case = _case(enterprise, award, principal, amount_minor)
    assessment = _uncut(_assessed(enterprise, award, case, ledger))
    if {check.id for check in assessment.checks if check.refuses} <= {"second_person"}:
        _check_upgrades(enterprise, award, ledger, award.counted_minor + amount_minor - award.approved_minor)
    return assessment


def check_standing(
    enterprise: Enterprise, award: Award, ledger: WorkingSet, counted_minor: int, *, place: bool
) -> None:
    """May the award count so much again, and hold its place again? Raises ApprovalRefused if others have taken it."""
    _check(enterprise, award, ledger, counted_minor, (*_LINE, *_PLACES) if place else _LINE)
    if counted_minor > award.counted_minor:
        _check_upgrades(enterprise, award, ledger, counted_minor)


def _check_upgrades(enterprise: Enterprise, award: Award, ledger: WorkingSet, counted_minor: int) -> None:
    """Raises ApprovalRefused with the assessment of an upgrade that had more than is left for it now."""
    otherwise = Otherwise(ledger, {award.award_id: counted_minor})
    later = {upgrade.award_id: (enterprise, upgrade) for upgrade in _upgrades(enterprise, award)}
    later |= {other.award_id: (owner, other) for owner, other in _of_lineage(enterprise, award, ledger)}
    for owner, upgrade in later.values():
        if upgrade.counted_minor:
            _check(otherwise.of(owner), upgrade, otherwise, upgrade.counted_minor, _LINE)


def _check(enterprise: Enterprise, award: Award, ledger: WorkingSet, counted_minor: int, wanted: Iterable[str]) -> None:
    case = _case(enterprise, award, award.principal, counted_minor)
    assessment = _uncut(_assessed(enterprise, award, case, ledger))
    against = tuple(check for check in assessment.checks if check.refuses and _is_taken(check, wanted))
    if against:
        standing = msgspec.structs.replace(assessment, checks=against, granted_minor=0)
        raise ApprovalRefused(standing, terms=terms_of(ledger, award))


def _is_taken(check: Check, wanted: Iterable[str]) -> bool:
    """Of the rules on the amount only a tier looks at what others have."""
    return check.reason in wanted and (check.reason != "CEILING_EXCEEDED" or check.id == "tiered")


def _upgrades(enterprise: Enterprise, award: Award) -> list[Award]:
    """What upgraded it, and what upgraded that, in the order of the log."""
    line, found = {award.award_id}, []
    for other in enterprise.awards.values():
        if other.upgrades in line:
            line.add(other.award_id)
            found.append(other)
    return found


def _of_lineage(enterprise: Enterprise, award: Award, ledger: WorkingSet) -> Iterator[tuple[Enterprise, Award]]:
    """Later awards under the same tiers, whosever they are, that got the difference to what the lineage had."""
    terms = terms_of(ledger, award)
    rule = next((rule for rule in terms.amounts if isinstance(rule, Tiered)), None)
    if rule is None or rule.upgrade == "full":
        return
    key = case_of(enterprise, enterprise.applications[award.application_id]).key(rule.lineage_facts)
    if not rule.lineage_facts:
        awards = [(enterprise, other) for other in enterprise.awards.values()]
    elif key is None:
        return
    else:
        holders = ledger.claim(identity.key_claim_id("", key)).holders.values()
        owners = ((ledger.enterprise(holder.enterprise_id), holder.award_id) for holder in holders)
        awards = [(owner, owner.awards[award_id]) for owner, award_id in owners]
    for owner, other in awards:
        if other.measure == award.measure and other.number > award.number:
            yield owner, other


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
    left_out = dict.fromkeys([award.award_id, *(upgrade.award_id for upgrade in _upgrades(enterprise, award))], 0)
    then = Otherwise(ledger, left_out, undrawn=award)
    usage = usage_of(terms, case, then.of(enterprise), measure, then, award.decided_on)
    tiers = Otherwise(then, {other.award_id: 0 for _, other in _of_lineage(enterprise, award, ledger)})
    lineage = lineage_of(terms, case, tiers.of(then.of(enterprise)), tiers)
    # What the measure and the enterprise have become since does not matter: on that day they passed.
    usage = msgspec.structs.replace(usage, lineage=lineage, status="open", barred=False)
    return assess(terms, case, usage, award.decided_on, award.terms_version)


def _uncut(assessment: Assessment) -> Assessment:
    """The same, where a cut refuses: an amount is right as a whole or it is not."""
    checks = tuple(_failed(check) for check in assessment.checks)
    granted = 0 if any(check.refuses for check in checks) else assessment.granted_minor
    return msgspec.structs.replace(assessment, checks=checks, granted_minor=granted)


def _failed(check: Check) -> Check:
    return msgspec.structs.replace(check, verdict="failed") if check.verdict == "cut" else check


class Otherwise(WorkingSet):
    """The ledger if some awards counted other amounts, minor units; one that counts nothing holds no place.

    `undrawn` is an award that draws on no fund.
    """

    def __init__(self, ledger: WorkingSet, counting: Mapping[UUID, int], undrawn: Award | None = None) -> None:
        self._ledger, self._counting, self._undrawn = ledger, counting, undrawn

    def find(self, kind: type[T], aggregate_id: UUID) -> T:
        """A copy, where such an award shows in it."""
        found: Any = self._ledger.find(kind, aggregate_id)
        if isinstance(found, Claim) and not self._counting.keys().isdisjoint(found.holders):
            found = found.counting(self._counting)
        elif isinstance(found, Fund) and self._undrawn is not None and found.code == self._undrawn.fund:
            found = _undrawn(found, self._undrawn)
        return cast(T, found)

    def of(self, enterprise: Enterprise) -> Enterprise:
        """A copy of an enterprise."""
        awards = {
            award_id: msgspec.structs.replace(award, counted_minor=self._counting.get(award_id, award.counted_minor))
            for award_id, award in enterprise.awards.items()
        }
        return msgspec.structs.replace(enterprise, awards=awards)

    def awarded(self, measure: str) -> Iterable[UUID]:
        """Those of the ledger."""
        return self._ledger.awarded(measure)


def _undrawn(fund: Fund, award: Award) -> Fund:
    return msgspec.structs.replace(
        fund,
        encumbered_minor=fund.encumbered_minor - award.encumbered_minor,
        expended_minor=fund.expended_minor - award.expended_minor,
        available_minor=fund.available_minor + award.encumbered_minor + award.expended_minor,
    )
