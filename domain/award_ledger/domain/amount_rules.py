"""The amount rules of Terms: each gives the largest amount that it allows for one case."""

from collections.abc import Iterator
from typing import NamedTuple

from award_ledger.domain.assessment import Check, Verdict
from award_ledger.domain.case import Case, Usage
from award_ledger.domain.terms import (
    MAX_AMOUNT_MINOR,
    AmountRule,
    CaseByCase,
    Fixed,
    NonMonetary,
    PerUnit,
    RateOf,
    Staged,
    Terms,
    Tiered,
    UpTo,
    ratio,
)


class AmountLimit(NamedTuple):
    """What one rule allows, minor units; `limit` is None where a fact that it needs is missing or wrong.

    `used` is what the same lineage has already; `exact` demands the limit itself; `problem` is the reason why
    there is no limit.
    """

    id: str
    reason: str
    limit: int | None
    used: int = 0
    exact: bool = False
    problem: str = ""
    found: str = ""

    @property
    def left(self) -> int | None:
        """What the rule leaves, never negative."""
        return None if self.limit is None else max(0, self.limit - self.used)

    def check(self, asked: int, *, overridden: bool, hypothetical: bool) -> Check:
        """The rule compared with what is asked. Where that is a question, a missing fact only limits the answer."""
        if self.limit is None:
            verdict: Verdict = "noted" if hypothetical else "failed"
            return Check(id=self.id, verdict=verdict, reason=self.problem, found=self.found)
        left = max(0, self.limit - self.used)
        verdict = "passed"
        if self.exact and asked != left:
            verdict = "overridden" if overridden else "needs_override"
        elif asked > left:
            verdict = "failed"
        return Check(
            id=self.id,
            verdict=verdict,
            reason="" if verdict == "passed" else self.reason,
            limit=self.limit,
            used=self.used,
            asked=asked,
            left=left,
            found=self.found,
        )


def asked_amount(terms: Terms, case: Case) -> int | None:
    """What is asked: the amount itself, or the decided rate of the declared base rounded down; None if left open."""
    if not case.decided_rate:
        return case.asked_minor
    rate = next((rule for rule in terms.amounts if isinstance(rule, RateOf)), None)
    base = None if rate is None else _whole(case, rate.base_fact)
    return case.asked_minor or 0 if base is None else _share(base, case.decided_rate)


def amount_limits(terms: Terms, case: Case, usage: Usage) -> Iterator[AmountLimit]:
    """What each amount rule allows, in the order of the Terms; a decided rate comes before the amount it makes."""
    for rule in terms.amounts:
        if isinstance(rule, RateOf) and case.decided_rate and ratio(case.decided_rate) > ratio(rule.rate):
            yield AmountLimit("decided_rate", "", None, problem="RATE_EXCEEDED", found=case.decided_rate)
        limit = _limit(rule, case, usage)
        too_high = limit.limit is not None and limit.limit > MAX_AMOUNT_MINOR
        yield limit._replace(limit=MAX_AMOUNT_MINOR) if too_high else limit


def _limit(rule: AmountRule, case: Case, usage: Usage) -> AmountLimit:
    match rule:
        case Fixed(amount_minor=amount):
            return AmountLimit("fixed", "AMOUNT_NOT_FIXED", amount, exact=True)
        case UpTo(ceiling_minor=ceiling):
            return AmountLimit("up_to", "CEILING_EXCEEDED", ceiling)
        case NonMonetary():
            return AmountLimit("non_monetary", "CEILING_EXCEEDED", 0)
        case Staged(stages=stages):
            return AmountLimit("staged", "CEILING_EXCEEDED", sum(stage.ceiling_minor for stage in stages))
        case RateOf():
            return _rate_limit(rule, case)
        case PerUnit():
            return _unit_limit(rule, case)
        case Tiered():
            return _tier_limit(rule, case, usage)
        case CaseByCase():
            return _document_limit(rule, case)


def _rate_limit(rule: RateOf, case: Case) -> AmountLimit:
    base = _whole(case, rule.base_fact)
    if base is None:
        return AmountLimit("rate_of", "", None, problem="FACT_MISSING", found=rule.base_fact)
    limit = _share(base, rule.rate)
    return AmountLimit("rate_of", "CEILING_EXCEEDED", limit, found=f"{rule.rate} × {base}")


def _share(base: int, rate: str) -> int:
    """Rounded down."""
    exact = ratio(rate)
    return base * exact.numerator // exact.denominator


def _unit_limit(rule: PerUnit, case: Case) -> AmountLimit:
    if case.hypothetical and not case.evidence and rule.count_evidence:
        return AmountLimit("per_unit", "", None, problem="EVIDENCE_MISSING", found=rule.count_evidence)
    count = case.distinct(rule.count_evidence) if rule.count_evidence else _whole(case, rule.count_fact)
    if count is None:
        return AmountLimit("per_unit", "", None, problem="FACT_MISSING", found=rule.count_fact)
    return AmountLimit("per_unit", "CEILING_EXCEEDED", rule.amount_minor * count, found=f"{count}")


def _tier_limit(rule: Tiered, case: Case, usage: Usage) -> AmountLimit:
    name = case.facts.get(rule.tier_fact, "")
    tier = next((tier for tier in rule.tiers if tier.name == name), None)
    if tier is None:
        problem = "REQUIREMENT_NOT_MET" if name else "FACT_MISSING"
        return AmountLimit("tiered", "", None, problem=problem, found=name or rule.tier_fact)
    missing = case.undeclared(rule.lineage_facts)
    if missing:
        return AmountLimit("tiered", "", None, problem="FACT_MISSING", found=missing)
    had = sum(amount for _, amount in usage.lineage)
    return AmountLimit("tiered", "CEILING_EXCEEDED", tier.ceiling_minor, used=had, found=name)


def _document_limit(rule: CaseByCase, case: Case) -> AmountLimit:
    if not case.distinct(rule.document_evidence):
        return AmountLimit("case_by_case", "", None, problem="EVIDENCE_MISSING", found=rule.document_evidence)
    amount = _whole(case, rule.amount_fact)
    if amount is None:
        return AmountLimit("case_by_case", "", None, problem="FACT_MISSING", found=rule.amount_fact)
    return AmountLimit("case_by_case", "CEILING_EXCEEDED", amount)


def _whole(case: Case, fact: str) -> int | None:
    text = case.facts.get(fact, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
