"""Rules for the amount of one award: each alone, exactly at its limit, and rounded down."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.domain.amount_rules import amount_limits, asked_amount
from award_ledger.domain.case import Case, Usage
from award_ledger.domain.fact import EvidenceRef
from award_ledger.domain.terms import (
    MAX_AMOUNT_MINOR,
    AmountRule,
    CaseByCase,
    Fixed,
    NonMonetary,
    PerUnit,
    RateOf,
    Stage,
    Staged,
    StageResult,
    Tier,
    Tiered,
    UpTo,
)
from tests.domain.desk import terms

DAY = date(2025, 6, 1)
TIERS = (Tier(name="province", ceiling_minor=500), Tier(name="nation", ceiling_minor=1000))
BY_LEVEL = Tiered(tier_fact="level", tiers=TIERS)
LETTER = CaseByCase(document_evidence="letter", amount_fact="approved")


def case(asked: int | None = 1, **more: Any) -> Case:
    evidence = tuple(EvidenceRef(kind=kind, reference=reference) for kind, reference in more.pop("evidence", ()))
    return Case(enterprise="other:E", enterprise_id=UUID(int=1), asked_minor=asked, evidence=evidence, **more)


def limit(rule: AmountRule, given_case: Case, lineage: int = 0) -> tuple[int | None, str]:
    """What the rule leaves, and the reason if that cannot be said."""
    used = [(DAY, lineage)] if lineage else []
    (found,) = amount_limits(terms(amounts=(rule,)), given_case, Usage(status="open", lineage=used))
    return found.left, found.problem


@given(
    numerator=st.integers(1, 10**6),
    denominator=st.integers(1, 10**6),
    base=st.integers(0, 10**15),
)
def test_a_rate_is_exact_and_rounds_down(numerator: int, denominator: int, base: int) -> None:
    rate = min(Fraction(1), Fraction(numerator, denominator))
    text = f"{rate.numerator}/{rate.denominator}"
    left, _ = limit(RateOf(rate=text, base_fact="base"), case(facts={"base": str(base)}))
    assert left is not None
    assert left <= rate * base < left + 1


@given(st.integers(1, 100), st.integers(0, 10**15))
def test_a_percentage_means_the_same_as_decimal_and_as_ratio(percent: int, base: int) -> None:
    facts = {"base": str(base)}
    decimal = limit(RateOf(rate=f"{percent // 100}.{percent % 100:02}", base_fact="base"), case(facts=facts))
    assert decimal == limit(RateOf(rate=f"{percent}/100", base_fact="base"), case(facts=facts))


def test_five_per_cent_of_nineteen_fen_is_nothing_and_of_twenty_is_one() -> None:
    rule = RateOf(rate="0.05", base_fact="base")
    assert [limit(rule, case(facts={"base": base}))[0] for base in ("19", "20", "39", "40")] == [0, 1, 1, 2]


@given(st.integers(0, 10**15), st.sampled_from(("0.05", "0.0333", "1/3", "1")))
def test_a_decided_rate_asks_for_what_it_makes_of_the_base(base: int, rate: str) -> None:
    rule = RateOf(rate="1", base_fact="base")
    asked = asked_amount(terms(amounts=(rule,)), case(asked=7, facts={"base": str(base)}, decided_rate=rate))
    assert asked is not None
    assert asked <= Fraction(rate) * base < asked + 1


@pytest.mark.parametrize("base", ["", "x", "-5", "1e9", "1.0", " 5", "５", "٥", "9" * 19])
def test_a_base_that_is_not_a_whole_number_is_missing(base: str) -> None:
    assert limit(RateOf(rate="0.05", base_fact="base"), case(facts={"base": base})) == (None, "FACT_MISSING")
    assert limit(PerUnit(amount_minor=5, count_fact="base"), case(facts={"base": base})) == (None, "FACT_MISSING")


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        (RateOf(rate="1", base_fact="base"), {"base": "9" * 18}),
        (PerUnit(amount_minor=10**15, count_fact="base"), {"base": "9" * 18}),
    ],
)
def test_no_rule_leaves_more_than_the_ledger_can_hold(rule: AmountRule, facts: dict[str, str]) -> None:
    assert limit(rule, case(facts=facts)) == (MAX_AMOUNT_MINOR, "")


def test_units_are_counted_by_a_fact_or_by_distinct_references() -> None:
    assert limit(PerUnit(amount_minor=5, count_fact="n"), case(facts={"n": "3"})) == (15, "")
    stations = PerUnit(amount_minor=5, count_evidence="station")
    listed = [("station", "A-1"), ("station", "a - 1"), ("station", "\uff21-2"), ("contract", "A-9")]
    assert limit(stations, case(evidence=listed)) == (10, "")
    assert limit(stations, case()) == (0, "")


@pytest.mark.parametrize(
    ("level", "had", "expected"),
    [
        ("province", 0, (500, "")),
        ("nation", 0, (1000, "")),
        ("nation", 500, (500, "")),
        ("nation", 1200, (0, "")),
        ("province", 500, (0, "")),
        ("county", 0, (None, "REQUIREMENT_NOT_MET")),
        ("", 0, (None, "FACT_MISSING")),
    ],
)
def test_a_tier_leaves_what_the_lineage_has_not_had(level: str, had: int, expected: tuple[int | None, str]) -> None:
    assert limit(BY_LEVEL, case(facts={"level": level}), lineage=had) == expected


def test_a_lineage_that_is_not_named_cannot_be_weighed() -> None:
    rule = Tiered(tier_fact="level", tiers=TIERS, lineage_facts=("enterprise", "cluster"))
    assert limit(rule, case(facts={"level": "nation"})) == (None, "FACT_MISSING")
    assert limit(rule, case(facts={"level": "nation", "cluster": "C"})) == (1000, "")


@pytest.mark.parametrize(
    ("rule", "given_case", "expected"),
    [
        (Fixed(amount_minor=50), case(), (50, "")),
        (UpTo(ceiling_minor=50), case(), (50, "")),
        (NonMonetary(), case(), (0, "")),
        (
            Staged(
                stages=(Stage(name="a", ceiling_minor=30), Stage(name="b", ceiling_minor=20)),
                results=(StageResult(result="good", effect="release"),),
            ),
            case(),
            (50, ""),
        ),
        (LETTER, case(evidence=[("letter", "L-1")], facts={"approved": "50"}), (50, "")),
        (LETTER, case(facts={"approved": "50"}), (None, "EVIDENCE_MISSING")),
        (LETTER, case(evidence=[("letter", "L-1")]), (None, "FACT_MISSING")),
    ],
)
def test_what_each_other_rule_leaves(rule: AmountRule, given_case: Case, expected: tuple[int | None, str]) -> None:
    assert limit(rule, given_case) == expected


@pytest.mark.parametrize("rule", [RateOf(rate="0.05", base_fact="base"), BY_LEVEL, LETTER])
def test_where_nothing_is_asked_what_is_not_declared_is_noted_and_does_not_refuse(rule: AmountRule) -> None:
    asked_nothing = case(asked=None)
    (found,) = amount_limits(terms(amounts=(rule,)), asked_nothing, Usage(status="open"))
    assert found.check(0, overridden=False, hypothetical=asked_nothing.hypothetical).verdict == "noted"
