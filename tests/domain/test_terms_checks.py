"""Faults of Terms: each one that is planted is found, under exactly the path of its field, and several all at once."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from award_ledger.clients.package_files import catalogue_path, load_package
from award_ledger.domain.terms import MAX_AMOUNT_MINOR, Terms
from award_ledger.domain.terms_checks import violations
from award_ledger.server.rpc.mapping.terms import terms_from_message
from tests.domain.arbitrary import terms as arbitrary_terms
from tests.golden import rules

SOUND = msgspec.structs.replace(
    rules.VOUCHER,
    amounts=tuple(
        rule
        for terms in (rules.VOUCHER, rules.FIXED, rules.STAGED, rules.TIER_FULL, rules.PER_UNIT, rules.CASE_BY_CASE)
        for rule in terms.amounts
    ),
    quotas=(*rules.VOUCHER.quotas, *rules.STAGED.quotas),
    uniqueness=(*rules.VOUCHER.uniqueness, *rules.TIER.uniqueness),
)
"""Every kind of rule for money, and every kind of limit, without a fault."""

RATE, UP_TO, FIXED, STAGED, TIERED, PER_UNIT, CASE = (f"amounts[{i}]" for i in range(7))
NEW_RULE = "amounts[7]"

TOO_LITTLE_OR_MUCH = (0, -1, MAX_AMOUNT_MINOR + 1)
NO_NAME = ("", "Upper", "1st", "a b", "x" * 41, "enterprise")
NO_RATE = ("", "0", "-0.1", "1.01", "5%", "1e-2", "1/0")
NO_CODE = ("", "a b", "-a", "码", "x" * 41)

# (what is changed, to each of these values, the path that is reported)
SINGLE: tuple[tuple[str, tuple[Any, ...], str], ...] = (
    ("measure_code", NO_CODE, "measure_code"),
    ("name", ({},), "name"),
    ("instrument.document", ("",), "instrument.document"),
    ("currency", ("", "cny", "ABC"), "currency"),
    ("validity.valid_to", ("2024-12-31",), "validity.valid_to"),
    ("publicity_days", (-1, 3661), "publicity_days"),
    ("funds[0].fiscal_year", (1899, 10_000), "funds[0].fiscal_year"),
    ("funds[1].fund_code", NO_CODE, "funds[1].fund_code"),
    (f"{RATE}.rate", NO_RATE, f"{RATE}.rate_of.rate"),
    (f"{RATE}.base_fact", NO_NAME, f"{RATE}.rate_of.base_fact"),
    (f"{UP_TO}.ceiling_minor", TOO_LITTLE_OR_MUCH, f"{UP_TO}.up_to.ceiling_minor"),
    (f"{FIXED}.amount_minor", TOO_LITTLE_OR_MUCH, f"{FIXED}.fixed.amount_minor"),
    (f"{STAGED}.stages[1].ceiling_minor", TOO_LITTLE_OR_MUCH, f"{STAGED}.staged.stages[1].ceiling_minor"),
    (f"{STAGED}.stages", ([],), f"{STAGED}.staged.stages"),
    (f"{STAGED}.stages[0].name", ("", "proof"), f"{STAGED}.staged.stages"),
    (f"{STAGED}.results", ([],), f"{STAGED}.staged.results"),
    (f"{STAGED}.results[2].result", ("", "good"), f"{STAGED}.staged.results"),
    (f"{TIERED}.tiers[0].ceiling_minor", TOO_LITTLE_OR_MUCH, f"{TIERED}.tiered.tiers[0].ceiling_minor"),
    (f"{TIERED}.tiers", ([],), f"{TIERED}.tiered.tiers"),
    (f"{TIERED}.tiers[1].name", ("", "low"), f"{TIERED}.tiered.tiers"),
    (f"{TIERED}.tier_fact", NO_NAME, f"{TIERED}.tiered.tier_fact"),
    (f"{PER_UNIT}.amount_minor", TOO_LITTLE_OR_MUCH, f"{PER_UNIT}.per_unit.amount_minor"),
    (f"{TIERED}.lineage_facts[1]", NO_NAME[:-1], f"{TIERED}.tiered.lineage_facts[1]"),
    (f"{PER_UNIT}.count_fact", ("",), f"{PER_UNIT}.per_unit"),
    (f"{PER_UNIT}.count_fact", NO_NAME[1:], f"{PER_UNIT}.per_unit.count_fact"),
    (f"{PER_UNIT}.count_evidence", ("station",), f"{PER_UNIT}.per_unit"),
    (f"{CASE}.amount_fact", NO_NAME, f"{CASE}.case_by_case.amount_fact"),
    (f"{CASE}.document_evidence", NO_NAME, f"{CASE}.case_by_case.document_evidence"),
    (NEW_RULE, ({"kind": "up_to", "ceiling_minor": 5}, {"kind": "non_monetary"}), "amounts"),
    ("caps[0].id", ("", "Upper", "a b"), "caps[0].id"),
    ("caps[0].id", ("linked",), "caps"),
    ("caps[1].limit_minor", TOO_LITTLE_OR_MUCH, "caps[1].limit_minor"),
    ("caps[0].window.years", (0, 2, 101), "caps[0].window.years"),
    ("caps[1].window.years", (0, -1, 101), "caps[1].window.years"),
    ("caps[2].window.first_month", (0, 13), "caps[2].window.first_month"),
    ("caps[0].key_facts", (["project"],), "caps[0].key_facts"),
    ("caps[2].key_facts", ([],), "caps[2].key_facts"),
    ("caps[2].key_facts[1]", NO_NAME[:-1], "caps[2].key_facts[1]"),
    ("quotas[0].count", (-1,), "quotas[0].count"),
    ("quotas[1].count", (0, -1), "quotas[1].count"),
    ("quotas[0].floor", (-1,), "quotas[0].count"),
    ("quotas[0].window.first_month", (0, 13), "quotas[0].window.first_month"),
    ("quotas[1].pool", ("",), "quotas"),
    ("uniqueness[0].id", ("", "Upper"), "uniqueness[0].id"),
    ("uniqueness[0].id", ("title",), "uniqueness"),
    ("uniqueness[0].key_facts", ([],), "uniqueness[0].key_facts"),
    ("uniqueness[1].key_facts[0]", NO_NAME[:-1], "uniqueness[1].key_facts[0]"),
    ("uniqueness[1].window.years", (0, 3), "uniqueness[1].window.years"),
    ("thresholds[0].fact", NO_NAME, "thresholds[0].fact"),
    ("thresholds[3].value", ("", "ten", "1e3", "1/0"), "thresholds[3].value"),
    ("thresholds[4]", ({"fact": "age", "comparison": "at_most", "value": "3"},), "thresholds"),
    ("requirements[0].fact", NO_NAME, "requirements[0].fact"),
    ("requirements[0].fact", ("project",), "requirements"),
    ("evidence[0].kind", NO_NAME, "evidence[0].kind"),
    ("evidence[0].kind", ("licence",), "evidence"),
    ("evidence[1].at_least", (-1,), "evidence[1].at_least"),
    ("funds[0].fiscal_year", (2026,), "funds"),
    ("gives_back[1].ground", ("breach",), "gives_back"),
)
EACH = [(field, value, path) for field, changes, path in SINGLE for value in changes]


def planted(changes: dict[str, Any]) -> Terms:
    """The sound Terms with these fields changed; an index one past the end adds an entry."""
    whole = msgspec.json.decode(msgspec.json.encode(SOUND))
    for field, value in changes.items():
        *way, last = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", field)]
        place = whole
        for step in way:
            place = place[step]
        if isinstance(last, int) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return msgspec.convert(whole, Terms)


def paths(terms: Terms) -> list[str]:
    return sorted(violation.field for violation in violations(terms))


def test_the_sound_terms_have_no_fault() -> None:
    assert violations(SOUND) == ()
    assert planted({}) == SOUND


@pytest.mark.parametrize(("field", "value", "path"), EACH, ids=[f"{field}={value}"[:60] for field, value, _ in EACH])
def test_one_fault_is_reported_once_and_under_its_path(field: str, value: Any, path: str) -> None:
    found = violations(planted({field: value}))
    assert [violation.field for violation in found] == [f"terms.{path}"]
    assert found[0].problem


def test_a_pool_that_is_named_after_the_measure_is_its_own_pool() -> None:
    assert paths(planted({"quotas[1].pool": SOUND.measure_code})) == ["terms.quotas"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(EACH), min_size=2, max_size=12, unique_by=lambda fault: top(fault[0])))
def test_several_faults_are_all_reported_at_once(faults: list[tuple[str, Any, str]]) -> None:
    terms = planted({field: value for field, value, _ in faults})
    assert paths(terms) == sorted(f"terms.{path}" for _, _, path in faults)


def top(field: str) -> str:
    """The entry that a field is in: faults of different entries do not hide each other."""
    entry, _, _ = field.partition(".")
    return re.sub(r"\[[0-9]+\]", "", entry) if not field.startswith("amounts[") else entry


def test_a_fault_in_every_part_is_reported_at_once() -> None:
    first = {top(field): (field, value, path) for field, value, path in reversed(EACH)}
    terms = planted({field: value for field, value, _ in first.values()})
    assert paths(terms) == sorted(f"terms.{path}" for _, _, path in first.values())
    assert len(first) > 20


@settings(max_examples=40, deadline=None)
@given(arbitrary_terms())
def test_well_formed_terms_have_no_fault(terms: Terms) -> None:
    assert violations(terms) == ()


@pytest.mark.parametrize("terms", [*rules.ALL_TERMS, rules.VOUCHER_AGAIN], ids=lambda terms: terms.measure_code)
def test_the_terms_of_the_golden_log_have_no_fault(terms: Terms) -> None:
    assert violations(terms) == ()


def test_no_shipped_terms_have_a_fault() -> None:
    shipped = [terms_from_message(one.message) for one in load_package(catalogue_path("shandong-2025-49")).measures]
    assert len(shipped) == 57
    assert {terms.measure_code: paths(terms) for terms in shipped if violations(terms)} == {}
