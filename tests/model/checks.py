"""The checks that do not weigh amounts, once more."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Any

from award_ledger.domain.terms import Terms
from tests.model.case import Case, Holders, Line, Standing, compared, key
from tests.model.windows import used


def gates_of(terms: Terms, case: Case, standing: Standing, on: date) -> list[Line]:
    """Status of the measure, validity of the Terms, status of the enterprise, and what it owes."""
    lines = [Line("status")]
    if standing.status != "open":
        lines = [Line("status", "refused", f"MEASURE_{standing.status.upper()}")]
    tested = {"decision": on, "application": case["applied_on"], "payment": None}[terms.validity.tested]
    if tested is not None and not terms.validity.valid_from <= tested <= terms.validity.valid_to:
        lines.append(Line("validity", "refused", "OUTSIDE_VALIDITY"))
    if standing.barred:
        lines.append(Line("enterprise", "refused", "ENTERPRISE_BARRED"))
    if terms.outstanding_clawbacks == "block" and standing.owed:
        lines.append(Line("clawbacks", "refused", "CLAWBACK_OUTSTANDING"))
    return lines


def eligibility(terms: Terms, case: Case, standing: Standing, on: date) -> list[Line]:
    """Requirements, thresholds, evidence given, evidence free, keys free."""
    facts, lines = case["facts"], []
    for rule in terms.requirements:
        value = facts.get(rule.fact, "")
        barred = any(compared(value) == compared(other) for other in rule.excluded)
        wrong = "REQUIREMENT_NOT_MET" if barred or (rule.allowed and value not in rule.allowed) else ""
        reason = wrong if facts.get(rule.fact) else "FACT_MISSING"
        lines.append(_if(f"requirement.{rule.fact}", reason))
    lines += [_if(f"threshold.{rule.fact}", _threshold(rule, facts.get(rule.fact, ""))) for rule in terms.thresholds]
    for given in terms.evidence:
        distinct = {compared(reference) for kind, reference in case["evidence"] if kind == given.kind}
        lines.append(_if(f"evidence.{given.kind}", "EVIDENCE_MISSING" if len(distinct) < given.at_least else ""))
    for kind, reference in dict.fromkeys(case["evidence"]):
        if not _shareable(terms, kind):
            taken = [a for a in standing.awards if a["place"] and (kind, compared(reference)) in a["evidence"]]
            lines.append(_free(f"evidence.{kind}:{reference}", "EVIDENCE_IN_USE", bool(taken), True, case))
    for unique in terms.uniqueness:
        holders = _key_holders(unique, terms, case, standing)
        if unique.reported:
            continue
        if holders is None:
            lines.append(Line(f"unique.{unique.id}", "refused", "FACT_MISSING"))
            continue
        rivals = [a for a in holders if used(unique.window, [(a["on"], 1)], on) and not _upgrades(unique, a, case)]
        lines.append(_free(f"unique.{unique.id}", "KEY_IN_USE", bool(rivals), unique.overridable, case))
    return lines


def _if(check_id: str, reason: str) -> Line:
    return Line(check_id, "refused", reason) if reason else Line(check_id)


def _free(check_id: str, reason: str, taken: bool, overridable: bool, case: Case) -> Line:
    if taken and overridable and check_id in case["overrides"]:
        return Line(check_id, "overridden", reason)
    return _if(check_id, reason if taken else "")


def _threshold(threshold: Any, text: str) -> str:
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?(/[0-9]+)?", text):
        return "FACT_MISSING"
    value, limit = Fraction(text), Fraction(threshold.value)
    holds = {"greater": value > limit, "at_least": value >= limit, "less": value < limit, "at_most": value <= limit}
    return "" if holds[threshold.comparison] else "THRESHOLD_NOT_MET"


def _shareable(terms: Terms, kind: str) -> bool:
    return any(rule.kind == kind and rule.shareable for rule in terms.evidence)


def _key_holders(unique: Any, terms: Terms, case: Case, standing: Standing) -> Holders | None:
    wanted = key(unique.key_facts, case)
    name = (unique.pool or terms.measure_code, unique.id, wanted)
    return None if wanted is None else [a for a in standing.awards if a["place"] and name in a["unique"]]


def _upgrades(unique: Any, held: dict[str, Any], case: Case) -> bool:
    return held["measure"] in unique.upgrades_from and held["enterprise"] == case["number"]


def upgraded(terms: Terms, case: Case, standing: Standing) -> dict[str, Any]:
    """The lower award of the same enterprise which the award would upgrade; empty if there is none."""
    holders = [(unique, a) for unique in terms.uniqueness for a in _key_holders(unique, terms, case, standing) or ()]
    return next((a for unique, a in holders if _upgrades(unique, a, case)), {})


def quotas_of(terms: Terms, case: Case, standing: Standing, on: date) -> list[Line]:
    """Numbers of awards; a floor is no limit. An award and its upgrades share a place in a pool, since the first."""
    lines, lower = [], upgraded(terms, case, standing)
    for quota in terms.quotas:
        pool = quota.pool or terms.measure_code
        under = {a["award"]: a for a in standing.awards if pool in a["pools"]}
        firsts = {_first(a, under)["award"]: _first(a, under)["on"] for a in under.values() if a["place"]}
        full = quota.count and used(quota.window, [(day, 1) for day in firsts.values()], on) >= quota.count
        over = bool(full) and lower.get("award") not in under
        lines.append(_free(f"quota.{pool}", "QUOTA_EXCEEDED", over, not quota.hard, case))
    return lines


def _first(held: dict[str, Any], under: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    while held["upgrades"] in under:
        held = under[held["upgrades"]]
    return held
