"""The assessment: every check is there, in the documented order; what it says is admissible is, and no more is."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from award_ledger.domain.application import Review
from award_ledger.domain.assess import assess
from award_ledger.domain.assessment import Assessment
from award_ledger.domain.case import Case, Usage, quota_pool
from award_ledger.domain.claim import Claim, Holder
from award_ledger.domain.fact import EvidenceRef
from award_ledger.domain.fund import Fund
from award_ledger.domain.terms import (
    MAX_AMOUNT_MINOR,
    Cap,
    EvidenceRule,
    Fixed,
    PerUnit,
    Quota,
    RateOf,
    Requirement,
    Terms,
    Threshold,
    Uniqueness,
    UpTo,
    Validity,
    Window,
)
from tests.domain import arbitrary
from tests.domain.desk import terms

DAY = date(2025, 6, 1)
US, THEM = UUID(int=1), UUID(int=2)
ORDER = (
    *("status", "validity", "enterprise", "clawbacks", "requirement", "threshold", "evidence", "unique"),
    *("amount", "cap", "quota", "fund", "second_person"),
)
"""The documented order; a floor stands with the quotas, a decided rate with the amounts."""
RULES = ("fixed", "up_to", "rate_of", "per_unit", "tiered", "staged", "case_by_case", "non_monetary", "decided_rate")

uses = st.lists(st.tuples(arbitrary.days, st.integers(0, 120)), max_size=4)
funds = st.none() | st.builds(
    lambda appropriated, part: Fund(
        id=UUID(int=9), currency="CNY", appropriated_minor=appropriated, encumbered_minor=appropriated * part // 4
    ),
    st.integers(0, 400),
    st.integers(0, 4),
)


def holder(number: int, on: date, enterprise: UUID = THEM, measure: str = "M-1") -> Holder:
    award = UUID(int=number)
    return Holder(award, enterprise, measure, on, 0, award)


def claim(*holders: Holder) -> Claim:
    days = Counter(one.decided_on for one in holders)
    held = {one.award_id: one for one in holders}
    return Claim(UUID(int=8), holders=held, standing_in=dict.fromkeys(held, 1), days=dict(days))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Terms, Case, Usage, date]:
    """Terms of every kind, a case with all that they ask for, and anything standing before it."""
    chosen, on = draw(arbitrary.terms()), draw(arbitrary.days)
    facts = dict(draw(arbitrary.facts))
    refs = tuple(EvidenceRef(kind=kind, reference=ref) for kind, ref in draw(arbitrary.evidence))
    reviews = tuple(Review("bob", up_to, (), "") for up_to in draw(st.lists(st.integers(0, 200), max_size=2)))
    case = Case(
        enterprise="other:E",
        enterprise_id=US,
        principal="ann",
        asked_minor=draw(st.integers(1, 300)),
        facts=facts,
        evidence=refs,
        applied_on=on,
        reviews=reviews,
    )
    held = st.lists(st.builds(holder, st.integers(10, 99), arbitrary.days, st.sampled_from((US, THEM))), max_size=2)
    usage = Usage(
        status="needs_rule" if chosen.needs_rule else draw(st.sampled_from(("open", "open", "open", "suspended"))),
        caps={cap.id: draw(uses) for cap in chosen.caps if case.key(cap.key_facts) is not None},
        quotas={quota_pool(quota, chosen): claim(*draw(held)) for quota in chosen.quotas},
        keys={rule.id: draw(held) for rule in chosen.uniqueness if case.key(rule.key_facts) is not None},
        evidence={ref: draw(held) for ref in refs[:1] if not chosen.shareable(ref.kind)},
        lineage=draw(uses),
        outstanding=draw(st.sampled_from(({}, {}, {"CNY": 7}, {"CNY": 7, "EUR": 1}))),
        fund=draw(funds) if chosen.funds else None,
    )
    return chosen, case, usage, on


def asking(amount: int | None, situation: tuple[Terms, Case, Usage, date]) -> Assessment:
    chosen, case, usage, on = situation
    return assess(chosen, replace(case, asked_minor=amount), usage, on)


@given(situations())
@settings(max_examples=100)
def test_the_largest_admissible_amount_is_granted_and_no_other_amount_gets_more(situation: Any) -> None:
    chosen = situation[0]
    most = asking(situation[1].asked_minor, situation).admissible_minor
    exact = next((rule.amount_minor for rule in chosen.amounts if isinstance(rule, Fixed)), None)
    if most:
        best = asking(most if exact is None else exact, situation)
        assert (best.accepted, best.granted_minor) == (True, most)
    for more in (most + 1, most + 2, 2 * most + 1, MAX_AMOUNT_MINOR, exact or 1):
        assert asking(min(more, MAX_AMOUNT_MINOR), situation).granted_minor <= most
    if most and exact is None:
        over = asking(most + 1, situation)
        assert not over.accepted or any(check.verdict == "cut" for check in over.checks) or not chosen.moves_money


@given(situations())
@settings(max_examples=70)
def test_what_is_admissible_does_not_hang_on_what_is_asked(situation: Any) -> None:
    found = {asking(amount, situation).admissible_minor for amount in (1, 40, 250, MAX_AMOUNT_MINOR)}
    assert len(found) == 1


@given(situations())
@settings(max_examples=70)
def test_every_check_is_listed_whatever_fails_and_in_the_documented_order(situation: Any) -> None:
    chosen = situation[0]
    listed = [[check.id for check in asking(amount, situation).checks] for amount in (1, 77, MAX_AMOUNT_MINOR)]
    assert listed[0] == listed[1] == listed[2]
    ranks = [ORDER.index(_family(check_id)) for check_id in listed[0]]
    assert ranks == sorted(ranks)
    expected = {
        *("status", "validity", "enterprise"),
        *(["clawbacks"] if chosen.outstanding_clawbacks else []),
        *(f"requirement.{rule.fact}" for rule in chosen.requirements),
        *(f"threshold.{rule.fact}" for rule in chosen.thresholds),
        *(f"evidence.{rule.kind}" for rule in chosen.evidence),
        *(f"evidence.{ref.kind}:{ref.reference}" for ref in situation[2].evidence),
        *(f"unique.{rule.id}" for rule in chosen.uniqueness),
        *(f"cap.{cap.id}" for cap in chosen.caps),
        *(f"quota.{quota_pool(quota, chosen)}" for quota in chosen.quotas),
        *(f"floor.{quota_pool(quota, chosen)}" for quota in chosen.quotas if quota.floor),
        *(["fund"] if chosen.funds and chosen.moves_money else []),
        *(["second_person"] if chosen.second_person else []),
    }
    assert {check_id for check_id in listed[0] if check_id not in RULES} == expected
    assert len([check_id for check_id in listed[0] if check_id in RULES]) == len(chosen.amounts)


def _family(check_id: str) -> str:
    family = check_id.partition(".")[0]
    return "amount" if family in RULES else "quota" if family == "floor" else family


@given(situations())
@settings(max_examples=70)
def test_what_binds_is_all_that_leaves_the_least_or_all_that_admits_nothing(situation: Any) -> None:
    found = asking(situation[1].asked_minor, situation)
    lefts = {check.id: check.left for check in found.checks if check.left is not None and _amount_limit(check.id)}
    closed = [check.id for check in found.checks if check.refuses and check.id not in lefts]
    if situation[0].second_person:
        return  # what others consented to is a limit too, and its number stands in their reviews
    if closed:
        assert (found.admissible_minor, found.binding) == (0, tuple(closed))
    elif found.admissible_minor:
        assert set(found.binding) == {check_id for check_id, left in lefts.items() if left == found.admissible_minor}


def _amount_limit(check_id: str) -> bool:
    return check_id in RULES or check_id == "fund" or check_id.startswith("cap.")


@given(situations())
@settings(max_examples=70)
def test_numbers_of_a_check_add_up(situation: Any) -> None:
    for check in asking(situation[1].asked_minor, situation).checks:
        if check.limit is not None and check.used is not None and check.left is not None:
            assert check.left == max(0, check.limit - check.used)
            if check.asked is not None and check.verdict == "passed":
                assert check.asked <= check.left or check.id.startswith("quota.")


@given(situations())
@settings(max_examples=70)
def test_the_headroom_is_what_an_application_with_all_facts_could_get(situation: Any) -> None:
    asked = asking(situation[1].asked_minor, situation)
    room = asking(None, situation)
    missing = [check for check in asked.checks if check.reason in ("FACT_MISSING", "EVIDENCE_MISSING")]
    # Without any evidence the question leaves open how many pieces there will be; an application has none.
    chosen, case = situation[:2]
    uncounted = any(isinstance(rule, PerUnit) and rule.count_evidence for rule in chosen.amounts) and not case.evidence
    if not missing and not uncounted and not chosen.second_person:
        assert room.admissible_minor == asked.admissible_minor


EVERYTHING = terms(
    validity=Validity(valid_from=date(2025, 1, 1), valid_to=date(2025, 5, 31)),
    requirements=(Requirement(fact="kind", allowed=("firm",)),),
    thresholds=(Threshold(fact="sales", comparison="greater", value="50"),),
    evidence=(EvidenceRule(kind="contract", at_least=2),),
    uniqueness=(Uniqueness(id="field", key_facts=("kind",), window=Window(kind="lifetime")),),
    amounts=(RateOf(rate="0.05", base_fact="base"), UpTo(ceiling_minor=5)),
    caps=(Cap(id="life", limit_minor=5, scope="enterprise", window=Window(kind="lifetime")),),
    quotas=(Quota(count=1, window=Window(kind="lifetime"), hard=True),),
    second_person=True,
    outstanding_clawbacks="block",
)
REF = EvidenceRef(kind="contract", reference="C-1")
EVERYTHING_FAILS = Usage(
    status="suspended",
    barred=True,
    caps={"life": [(DAY, 5)]},
    quotas={"M": claim(holder(11, DAY))},
    keys={"field": [holder(11, DAY)]},
    evidence={REF: [holder(11, DAY)]},
    outstanding={"CNY": 7},
    fund=Fund(id=UUID(int=9), currency="CNY"),
)
NOTHING_DECLARED = Case(
    enterprise="other:E",
    enterprise_id=US,
    principal="ann",
    decided_rate="0.06",
    facts={"kind": "person", "sales": "50", "base": "1000"},
    evidence=(REF,),
    applied_on=DAY,
)
OK_TERMS = replace(EVERYTHING, validity=replace(EVERYTHING.validity, valid_to=DAY))
MENDED: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("MEASURE_SUSPENDED", {}, {}, {}),
    ("OUTSIDE_VALIDITY", {}, {}, {"status": "open"}),
    ("ENTERPRISE_BARRED", {"validity": OK_TERMS.validity}, {}, {}),
    ("CLAWBACK_OUTSTANDING", {}, {}, {"barred": False}),
    ("REQUIREMENT_NOT_MET", {}, {}, {"outstanding": {}}),
    ("THRESHOLD_NOT_MET", {}, {"facts": {"kind": "firm", "sales": "50", "base": "1000"}}, {}),
    ("EVIDENCE_MISSING", {}, {"facts": {"kind": "firm", "sales": "50.01", "base": "1000"}}, {}),
    ("EVIDENCE_IN_USE", {"evidence": (EvidenceRule(kind="contract", at_least=1),)}, {}, {}),
    ("KEY_IN_USE", {}, {}, {"evidence": {REF: []}}),
    ("RATE_EXCEEDED", {}, {}, {"keys": {"field": []}}),
    ("CEILING_EXCEEDED", {}, {"decided_rate": "0.05"}, {}),
    ("CAP_EXCEEDED", {"amounts": (RateOf(rate="0.05", base_fact="base"), UpTo(ceiling_minor=50))}, {}, {}),
    ("QUOTA_EXCEEDED", {"caps": ()}, {}, {}),
    ("FUND_EXHAUSTED", {}, {}, {"quotas": {"M": claim()}}),
    ("FUND_NOT_SET", {}, {}, {"fund": None}),
    ("SECOND_PERSON_REQUIRED", {}, {}, {"fund": Fund(id=UUID(int=9), appropriated_minor=50)}),
    ("", {}, {"reviews": (Review("bob", 50, (), ""),)}, {}),
]


def test_reasons_come_in_the_documented_order_as_one_after_another_is_mended() -> None:
    chosen, case, usage, seen = EVERYTHING, NOTHING_DECLARED, EVERYTHING_FAILS, []
    for _, of_terms, of_case, of_usage in MENDED:
        chosen, case, usage = replace(chosen, **of_terms), replace(case, **of_case), replace(usage, **of_usage)
        found = assess(chosen, case, usage, DAY)
        seen.append("" if found.accepted else found.first_failure().reason)
    assert seen == [reason for reason, *_ in MENDED]


CAPS = {
    "cutting": Cap(id="a", limit_minor=100, scope="enterprise", window=Window(kind="lifetime"), mode="grant_what_fits"),
    "refusing": Cap(id="b", limit_minor=60, scope="enterprise", window=Window(kind="lifetime")),
}


@pytest.mark.parametrize(
    ("asked", "used", "granted", "verdicts", "admissible", "binding"),
    [
        (50, 0, 50, ["passed", "passed"], 60, ("cap.b",)),
        (61, 0, 0, ["passed", "failed"], 60, ("cap.b",)),
        (120, 50, 0, ["cut", "failed"], 10, ("cap.b",)),
        (10, 50, 10, ["passed", "passed"], 10, ("cap.b",)),
        (10, 60, 0, ["passed", "failed"], 0, ("cap.b",)),
        (10, 100, 0, ["failed", "passed"], 0, ("cap.a", "cap.b")),
    ],
)
def test_one_cap_cuts_and_another_tests_what_is_left(
    asked: int, used: int, granted: int, verdicts: list[str], admissible: int, binding: tuple[str, ...]
) -> None:
    chosen = terms(caps=(CAPS["cutting"], CAPS["refusing"]), funds=())
    usage = Usage(status="open", caps={"a": [(DAY, used)], "b": [(DAY, used)]})
    found = assess(chosen, Case(enterprise="other:E", enterprise_id=US, asked_minor=asked), usage, DAY)
    assert [check.verdict for check in found.checks if check.id.startswith("cap.")] == verdicts
    assert (found.granted_minor, found.admissible_minor, found.binding) == (granted, admissible, binding)


@pytest.mark.parametrize(
    ("asked", "overrides", "reviews", "reason", "granted", "admissible"),
    [
        (1000, (), (), "", 1000, 1000),
        (999, (), (), "AMOUNT_NOT_FIXED", 0, 1000),
        (1001, (), (), "AMOUNT_NOT_FIXED", 0, 1000),
        (999, ("fixed",), (), "SECOND_PERSON_REQUIRED", 0, 0),
        (999, ("fixed",), (Review("bob", 999, ("fixed",), ""),), "", 999, 999),
        (1500, ("fixed",), (Review("bob", 1200, ("fixed",), ""),), "SECOND_PERSON_REQUIRED", 0, 1200),
        (999, ("fixed",), (Review("ann", 999, ("fixed",), ""),), "SECOND_PERSON_REQUIRED", 0, 0),
        (999, ("fixed",), (Review("bob", 999, (), ""),), "SECOND_PERSON_REQUIRED", 0, 0),
        (
            999,
            ("fixed",),
            (Review("bob", 999, ("fixed",), ""), Review("bob", 0, (), "")),
            "SECOND_PERSON_REQUIRED",
            0,
            0,
        ),
        (999, ("fixed",), (Review("bob", 0, (), ""), Review("bob", 999, ("fixed",), "")), "", 999, 999),
        (999, ("fixed",), (Review("bob", 999, ("fixed",), ""), Review("eve", 0, ("fixed",), "")), "", 999, 999),
        (1000, ("fixed",), (), "", 1000, 1000),
    ],
)
def test_a_fixed_amount_is_granted_exactly_or_by_two_people(
    asked: int, overrides: tuple[str, ...], reviews: tuple[Review, ...], reason: str, granted: int, admissible: int
) -> None:
    case = Case(
        enterprise="other:E",
        enterprise_id=US,
        principal="ann",
        asked_minor=asked,
        overrides=frozenset(overrides),
        reviews=reviews,
    )
    found = assess(terms(amounts=(Fixed(amount_minor=1000),), funds=()), case, Usage(status="open"), DAY)
    assert ("" if found.accepted else found.first_failure().reason) == reason
    assert (found.granted_minor, found.admissible_minor) == (granted, admissible)


@pytest.mark.parametrize(("mode", "admissible"), [("all_or_nothing", 0), ("grant_what_fits", 600)])
def test_where_a_cap_leaves_less_than_the_fixed_amount_only_a_cut_can_be_had(mode: Any, admissible: int) -> None:
    cap = Cap(id="year", limit_minor=600, scope="enterprise", window=Window(kind="lifetime"), mode=mode)
    chosen = terms(amounts=(Fixed(amount_minor=1000),), caps=(cap,), funds=())
    usage, case = Usage(status="open", caps={"year": []}), Case(enterprise="other:E", enterprise_id=US)
    for asked in (None, 600, 1000):
        found = assess(chosen, replace(case, asked_minor=asked), usage, DAY)
        assert (found.admissible_minor, found.binding) == (admissible, ("cap.year",))


@pytest.mark.parametrize(
    ("comparison", "accepted"),
    [
        ("greater", ["50.01", "1e1"]),
        ("at_least", ["50", "50.00", "100/2", "50.01"]),
        ("less", ["49.99", "0", "-51"]),
        ("at_most", ["50", "50.00", "100/2", "49.99", "0", "-51"]),
    ],
)
def test_a_threshold_is_exact_at_its_boundary(comparison: Any, accepted: list[str]) -> None:
    chosen = terms(thresholds=(Threshold(fact="sales", comparison=comparison, value="50.00"),), funds=())
    passed = []
    for value in ("50", "50.00", "100/2", "50.01", "49.99", "0", "-51", "1e1", "", "fifty", "1/0"):
        facts = {"sales": value} if value else {}
        case = Case(enterprise="other:E", enterprise_id=US, asked_minor=1, facts=facts)
        if assess(chosen, case, Usage(status="open"), DAY).accepted:
            passed.append(value)
    assert passed == [value for value in accepted if value != "1e1"]  # an exponent is no exact decimal


def test_a_cap_whose_key_is_not_declared_refuses_and_leaves_no_way_round() -> None:
    cap = Cap(id="site", limit_minor=60, scope="key", key_facts=("site",), window=Window(kind="lifetime"))
    chosen = terms(caps=(cap,), funds=())
    for facts in ({}, {"site": "\u200b"}, {"place": "A"}):
        case = Case(enterprise="other:E", enterprise_id=US, asked_minor=10, facts=facts)
        found = assess(chosen, case, Usage(status="open"), DAY)
        assert (found.first_failure().id, found.first_failure().reason) == ("cap.site", "FACT_MISSING")
        assert (found.admissible_minor, found.binding) == (0, ("cap.site",))


def test_numbers_of_a_huge_case_stay_within_what_the_ledger_and_the_contract_can_hold() -> None:
    chosen = terms(amounts=(PerUnit(amount_minor=10**15, count_fact="n"),), funds=())
    case = Case(enterprise="other:E", enterprise_id=US, asked_minor=1, facts={"n": "9" * 18})
    found = assess(chosen, case, Usage(status="open"), DAY)
    assert found.admissible_minor == MAX_AMOUNT_MINOR
    assert all(number <= 2**63 - 1 for check in found.checks for number in (check.limit or 0, check.left or 0))
