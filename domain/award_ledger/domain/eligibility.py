"""The checks of an assessment that do not weigh amounts: may this enterprise be granted anything here at all?"""

from collections.abc import Iterator
from datetime import date

import msgspec

from award_ledger.domain import identity
from award_ledger.domain.assessment import Check, Verdict
from award_ledger.domain.case import Case, Usage
from award_ledger.domain.claim import Holder
from award_ledger.domain.outstanding import in_words
from award_ledger.domain.terms import Comparison, Requirement, Terms, Threshold, Uniqueness, ratio
from award_ledger.domain.windows import used_within

_STATUS_REASONS = {
    "needs_rule": "MEASURE_NEEDS_RULE",
    "suspended": "MEASURE_SUSPENDED",
    "closed": "MEASURE_CLOSED",
}


def status_checks(terms: Terms, case: Case, usage: Usage, on: date) -> Iterator[Check]:
    """Status of the measure, validity of the Terms, status of the enterprise, and what it owes under orders."""
    yield _check("status", _STATUS_REASONS.get(usage.status, ""), found=usage.status)
    validity = terms.validity
    tested = on if validity.tested != "application" or case.applied_on is None else case.applied_on
    inside = validity.tested == "payment" or validity.valid_from <= tested <= validity.valid_to
    yield _check("validity", "" if inside else "OUTSIDE_VALIDITY", found=tested.isoformat())
    yield _check("enterprise", "ENTERPRISE_BARRED" if usage.barred else "")
    if terms.outstanding_clawbacks:
        yield _clawbacks(terms, usage)


def eligibility_checks(terms: Terms, case: Case, usage: Usage, on: date) -> Iterator[Check]:
    """Requirements, thresholds, evidence, keys."""
    hypothetical = case.hypothetical
    for requirement in terms.requirements:
        yield _requirement(requirement, case, hypothetical)
    for threshold in terms.thresholds:
        yield _threshold(threshold, case, hypothetical)
    for rule in terms.evidence:
        given = case.distinct(rule.kind)
        short = given < rule.at_least
        verdict: Verdict = "noted" if short and hypothetical else "failed" if short else "passed"
        reason = "EVIDENCE_MISSING" if short else ""
        yield Check(id=f"evidence.{rule.kind}", verdict=verdict, reason=reason, limit=rule.at_least, asked=given)
    for ref, holders in usage.evidence.items():
        check_id = f"evidence.{ref.kind}:{ref.reference}"
        yield _in_use(check_id, "EVIDENCE_IN_USE", holders, overridable=True, case=case)
    for unique in terms.uniqueness:
        yield _key(unique, case, usage, on, hypothetical)


def upgraded(terms: Terms, case: Case, usage: Usage) -> Holder | None:
    """The lower award of the same enterprise, under a key of the Terms, that an award of this case would upgrade."""
    return next(
        (
            holder
            for rule in terms.uniqueness
            for holder in usage.keys.get(rule.id, [])
            if holder.measure in rule.upgrades_from and holder.enterprise_id == case.enterprise_id
        ),
        None,
    )


def _check(check_id: str, reason: str, found: str = "") -> Check:
    return Check(id=check_id, verdict="failed" if reason else "passed", reason=reason, found=found if reason else "")


def _clawbacks(terms: Terms, usage: Usage) -> Check:
    """What is owed in other currencies stands against an approval too; `found` says it."""
    verdict: Verdict = "passed"
    if usage.outstanding:
        verdict = "failed" if terms.outstanding_clawbacks == "block" else "noted"
    return Check(
        id="clawbacks",
        verdict=verdict,
        reason="CLAWBACK_OUTSTANDING" if verdict == "failed" else "",
        limit=0,
        used=usage.outstanding.get(terms.currency, 0),
        found=in_words(usage.outstanding),
    )


def _requirement(rule: Requirement, case: Case, hypothetical: bool) -> Check:
    check_id = f"requirement.{rule.fact}"
    value = case.facts.get(rule.fact, "")
    if not value:
        return Check(id=check_id, verdict="noted" if hypothetical else "failed", reason="FACT_MISSING")
    excluded = identity.normalised(value) in map(identity.normalised, rule.excluded)
    if excluded or (rule.allowed and value not in rule.allowed):
        return Check(id=check_id, verdict="failed", reason="REQUIREMENT_NOT_MET", found=value)
    return Check(id=check_id, found=value)


def _threshold(rule: Threshold, case: Case, hypothetical: bool) -> Check:
    check_id = f"threshold.{rule.fact}"
    text = case.facts.get(rule.fact, "")
    try:
        value = ratio(text)
    except ValueError:
        missing: Verdict = "noted" if hypothetical and not text else "failed"
        return Check(id=check_id, verdict=missing, reason="FACT_MISSING", found=text[:40])
    limit = ratio(rule.value)
    holds: dict[Comparison, bool] = {
        "greater": value > limit,
        "at_least": value >= limit,
        "less": value < limit,
        "at_most": value <= limit,
    }
    if holds[rule.comparison]:
        return Check(id=check_id, found=text)
    return Check(id=check_id, verdict="failed", reason="THRESHOLD_NOT_MET", found=text)


def _key(rule: Uniqueness, case: Case, usage: Usage, on: date, hypothetical: bool) -> Check:
    check_id = f"unique.{rule.id}"
    holders = usage.keys.get(rule.id)
    if holders is None:
        missing = case.undeclared(rule.key_facts)
        verdict: Verdict = "noted" if hypothetical or rule.reported else "failed"
        return Check(id=check_id, verdict=verdict, reason="FACT_MISSING", found=missing)
    standing = [
        holder
        for holder in holders
        if used_within(rule.window, [(holder.decided_on, 1)], on)
        and not (holder.measure in rule.upgrades_from and holder.enterprise_id == case.enterprise_id)
    ]
    check = _in_use(check_id, "KEY_IN_USE", standing, rule.overridable, case)
    return msgspec.structs.replace(check, verdict="noted") if rule.reported and standing else check


def _in_use(check_id: str, reason: str, holders: list[Holder], overridable: bool, case: Case) -> Check:
    if not holders:
        return Check(id=check_id, limit=1, used=0, asked=1, left=1)
    verdict: Verdict = "failed"
    if overridable:
        verdict = "overridden" if check_id in case.overrides else "needs_override"
    return Check(
        id=check_id,
        verdict=verdict,
        reason=reason,
        limit=1,
        used=len(holders),
        asked=1,
        left=0,
        found=f"award {holders[0].award_id} under {holders[0].measure}",
    )
