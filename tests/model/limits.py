"""The limits on amounts, once more: the rules of the Terms, the caps across awards, the fund."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from award_ledger.domain.terms import MAX_AMOUNT_MINOR, Terms
from tests.model.case import Case, Standing, compared, key
from tests.model.windows import used, year


class Limit(NamedTuple):
    """A limit on the amount: what it leaves, or the reason why that cannot be said."""

    id: str
    reason: str
    left: int = 0
    cuts: bool = False
    exact: bool = False
    problem: str = ""


def asked_amount(terms: Terms, case: Case) -> int:
    """The amount asked, or the decided rate of the declared base, rounded down."""
    base = _whole(case, rule_of(terms, "RateOf").base_fact) if case["rate"] else None
    return int(case["asked"]) if base is None else int(base * Fraction(case["rate"]))


def rule_of(terms: Terms, kind: str) -> Any:
    """The amount rule of this kind, if there is one."""
    return next((rule for rule in terms.amounts if type(rule).__name__ == kind), None)


def _whole(case: Case, fact: str) -> int | None:
    text = case["facts"].get(fact, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def limits_of(terms: Terms, case: Case, standing: Standing, on: date) -> list[Limit]:
    """Every limit on the amount, in the order of the checks."""
    limits = [_amount(rule, case, terms, standing) for rule in terms.amounts]
    limits = [limit._replace(left=min(limit.left, MAX_AMOUNT_MINOR)) for limit in limits]
    for cap in sorted(terms.caps, key=lambda cap: key(cap.key_facts, case) is not None):
        measures, name = {terms.measure_code, *cap.measures}, key(cap.key_facts, case)
        mine = [a for a in standing.awards if a["measure"] in measures]
        if cap.scope == "group" and standing.group:
            # What the members got while they belonged to it, and what this member brings along.
            mine = [a for a in mine if compared(standing.group) == a["group"] or a["enterprise"] == case["number"]]
        elif cap.scope == "key":
            mine = [a for a in mine if name in a["keys"]]
        else:
            mine = [a for a in mine if a["enterprise"] == case["number"]]
        left = max(0, cap.limit_minor - used(cap.window, [(a["on"], a["counted"]) for a in mine], on))
        missing = "FACT_MISSING" if name is None else ""
        limits.append(Limit(f"cap.{cap.id}", "CAP_EXCEEDED", left, cap.mode == "grant_what_fits", problem=missing))
    if terms.moves_money and terms.funds:
        fund = standing.fund
        if fund is None or fund["currency"] != terms.currency or fund["fiscal_year"] != year(on):
            limits.append(Limit("fund", "", problem="FUND_NOT_SET"))
        else:
            limits.append(Limit("fund", "FUND_EXHAUSTED", fund["available"]))
    return limits


def _amount(rule: Any, case: Case, terms: Terms, standing: Standing) -> Limit:
    kind, missing = type(rule).__name__, "FACT_MISSING"
    if kind == "Fixed":
        return Limit("fixed", "AMOUNT_NOT_FIXED", rule.amount_minor, exact=True)
    if kind == "UpTo":
        return Limit("up_to", "CEILING_EXCEEDED", rule.ceiling_minor)
    if kind == "NonMonetary":
        return Limit("non_monetary", "CEILING_EXCEEDED", 0)
    if kind == "Staged":
        return Limit("staged", "CEILING_EXCEEDED", sum(stage.ceiling_minor for stage in rule.stages))
    if kind == "RateOf":
        base = _whole(case, rule.base_fact)
        left, problem = (0, missing) if base is None else (int(base * Fraction(rule.rate)), "")
        return Limit("rate_of", "CEILING_EXCEEDED", left, problem=problem)
    if kind == "PerUnit":
        count = _whole(case, rule.count_fact)
        if rule.count_evidence:
            count = len({compared(ref) for kind, ref in case["evidence"] if kind == rule.count_evidence})
        problem = missing if count is None else ""
        return Limit("per_unit", "CEILING_EXCEEDED", rule.amount_minor * (count or 0), problem=problem)
    if kind == "CaseByCase":
        if not any(kind == rule.document_evidence for kind, _ in case["evidence"]):
            return Limit("case_by_case", "", problem="EVIDENCE_MISSING")
        amount = _whole(case, rule.amount_fact)
        return Limit("case_by_case", "CEILING_EXCEEDED", amount or 0, problem=missing if amount is None else "")
    return _tier(rule, case, terms, standing)


def _tier(rule: Any, case: Case, terms: Terms, standing: Standing) -> Limit:
    name = case["facts"].get(rule.tier_fact)
    ceilings = {tier.name: tier.ceiling_minor for tier in rule.tiers}
    if name not in ceilings:
        return Limit("tiered", "", problem="REQUIREMENT_NOT_MET" if name else "FACT_MISSING")
    had, lineage = 0, key(rule.lineage_facts, case)
    if lineage is None:
        return Limit("tiered", "", problem="FACT_MISSING")
    if rule.upgrade == "difference":
        same = [a for a in standing.awards if a["measure"] == terms.measure_code and not a.get("came_after")]
        mine = [a for a in same if (lineage in a["keys"] if lineage else a["enterprise"] == case["number"])]
        had = sum(a["counted"] for a in mine)
    return Limit("tiered", "CEILING_EXCEEDED", max(0, ceilings[name] - had))
