"""The decision on an application, once more: every check in the order that `assess` documents, and what it admits.

What is admissible is found by trying: each amount at which some limit lies is asked, and the largest grant is the
answer.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import NamedTuple

from award_ledger.domain.terms import MAX_AMOUNT_MINOR, Terms
from tests.model.case import Case, Holders, Line, Standing
from tests.model.checks import eligibility, gates_of, quotas_of
from tests.model.limits import Limit, asked_amount, limits_of, rule_of


class Outcome(NamedTuple):
    """What comes of a decision. `reason` is that of the first check that refuses; `overridden` holds check ids."""

    reason: str
    granted: int
    admissible: int
    binding: list[str]
    refusing: list[str]
    overridden: set[str]
    asked: int
    second: str


def decide(terms: Terms, case: Case, standing: Standing, on: date) -> Outcome:
    """The decision as it is asked for."""
    asked = asked_amount(terms, case)
    gates = [*gates_of(terms, case, standing, on), *eligibility(terms, case, standing, on)]
    quotas = quotas_of(terms, case, standing, on)
    limits = limits_of(terms, case, standing, on)
    lines, granted, overridden, second = _weigh(terms, case, gates, quotas, limits, asked, None)
    refusing = [line for line in lines if line.verdict == "refused"]
    consent = _consent(case, overridden) if overridden or terms.second_person else None
    lefts = {limit.id: limit.left for limit in limits if not limit.problem}
    free_fixed = "fixed" in overridden
    if free_fixed:
        del lefts["fixed"]
    if consent is not None and consent >= 0:
        lefts["second_person"] = consent
    admissible = 0
    for amount in {*lefts.values(), MAX_AMOUNT_MINOR}:
        tried, grant, _, _ = _weigh(terms, {**case, "rate": ""}, gates, quotas, limits, amount, overridden)
        if 0 < amount <= MAX_AMOUNT_MINOR and not any(line.verdict == "refused" for line in tried):
            admissible = max(admissible, grant)
    closed = [line.id for line in refusing if line.id not in lefts and line.id != "decided_rate"]
    least = min([*lefts.values(), MAX_AMOUNT_MINOR])
    return Outcome(
        reason=refusing[0].reason if refusing else "",
        granted=0 if refusing else granted,
        admissible=admissible if terms.moves_money else 0,
        binding=closed or [name for name, left in lefts.items() if left == least],
        refusing=[line.id for line in refusing],
        overridden=overridden,
        asked=asked,
        second=second,
    )


def _weigh(
    terms: Terms,
    case: Case,
    gates: list[Line],
    quotas: list[Line],
    limits: list[Limit],
    asked: int,
    settled: set[str] | None,
) -> tuple[list[Line], int, set[str], str]:
    """All lines for one amount, what is granted, the overrides taken, and who consents to them.

    `settled` are the overrides of the decision itself, when other amounts are tried in its place.
    """
    cut = min([asked, *(limit.left for limit in limits if limit.cuts and not limit.problem)])
    rules = [limit for limit in limits if limit.id != "fund" and not limit.id.startswith("cap.")]
    lines = [*gates]
    for limit in rules:
        if limit.id == "rate_of" and case["rate"] and Fraction(case["rate"]) > Fraction(rule_of(terms, "RateOf").rate):
            lines.append(Line("decided_rate", "refused", "RATE_EXCEEDED"))
        lines.append(_line(limit, asked, case["overrides"] if settled is None else settled))
    lines += [_line(limit, asked if limit.cuts else cut, set()) for limit in limits if limit.id.startswith("cap.")]
    lines += quotas
    lines += [_line(limit, cut, set()) for limit in limits if limit.id == "fund"]
    overridden = {line.id for line in lines if line.verdict == "overridden"} if settled is None else settled
    second = ""
    if overridden or terms.second_person:
        others = [review for review in _consents(case, overridden) if review["up_to"] >= cut]
        second = others[0]["by"] if others else ""
        lines.append(Line("second_person") if others else Line("second_person", "refused", "SECOND_PERSON_REQUIRED"))
    return lines, cut, overridden, second


def _line(limit: Limit, amount: int, overrides: set[str]) -> Line:
    if limit.problem:
        return Line(limit.id, "refused", limit.problem)
    if limit.exact and amount != limit.left:
        return Line(limit.id, *(("overridden", limit.reason) if limit.id in overrides else ("refused", limit.reason)))
    if amount <= limit.left:
        return Line(limit.id)
    return Line(limit.id, "cut" if limit.cuts and limit.left else "refused", limit.reason)


def _consents(case: Case, overridden: set[str]) -> Holders:
    return [
        review
        for place, review in enumerate(case["reviews"])
        if review["by"] != case["by"]
        and overridden <= set(review["overrides"])
        and review["by"] not in {later["by"] for later in case["reviews"][place + 1 :]}
    ]


def _consent(case: Case, overridden: set[str]) -> int:
    """Up to which amount another person consents; -1 if nobody does."""
    return max((review["up_to"] for review in _consents(case, overridden)), default=-1)
