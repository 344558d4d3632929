"""Calculations on the screen: explanations for the checks that decide, one line for what was assumed."""

from __future__ import annotations

import pytest

from award_ledger.v1.common_pb2 import Assessment, Check, CheckUnit, LocalizedText, Verdict
from award_ledger.v1.enterprises_pb2 import GetHeadroomResponse
from award_ledger.v1.errors_pb2 import ErrorReason
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger
from tests.clients.running import Run

HEADROOM = ("headroom", canned.USCC, "A06-1")

ASSUMED = [
    Check(
        id="requirement.field",
        verdict=Verdict.VERDICT_NOTED,
        reason=ErrorReason.ERROR_REASON_FACT_MISSING,
        words="the words",
        remedy=LocalizedText(zh="在申报中补充该事实", en="declare this fact"),
    ),
    Check(
        id="evidence.contract",
        verdict=Verdict.VERDICT_NOTED,
        reason=ErrorReason.ERROR_REASON_EVIDENCE_MISSING,
        unit=CheckUnit.CHECK_UNIT_COUNT,
        limit=1,
        asked=0,
    ),
    Check(
        id="floor.A06-1", verdict=Verdict.VERDICT_NOTED, unit=CheckUnit.CHECK_UNIT_COUNT, limit=150_000, used=12
    ),  # an aim, and nothing that was assumed
]


def headroom(ledger: FakeLedger, assessment: Assessment) -> None:
    ledger.answers["GetHeadroom"] = GetHeadroomResponse(assessment=assessment, currency="CNY")


@pytest.mark.parametrize(
    ("lang", "line"),
    [("en", "assumed: requirement field, evidence contract"), ("zh", "假定已满足：条件 field、凭证 contract")],
)
def test_what_is_only_noted_is_summed_up_in_one_line(ledger: FakeLedger, run: Run, lang: str, line: str) -> None:
    headroom(ledger, Assessment(measure_code="A06-1", admissible_minor=100, currency="CNY", checks=ASSUMED))
    told = run(*HEADROOM, lang=lang, width=120).out
    assert told.splitlines()[-1].strip() == line
    assert "the words" not in told
    assert "150,000" in told


def test_a_check_that_holds_is_not_explained_even_where_it_binds(ledger: FakeLedger, run: Run) -> None:
    binding = Check(
        id="cap.lifetime", verdict=Verdict.VERDICT_PASSED, words="the words", unit=CheckUnit.CHECK_UNIT_MINOR, limit=100
    )
    headroom(ledger, Assessment(admissible_minor=100, currency="CNY", checks=[binding], binding=["cap.lifetime"]))
    told = run(*HEADROOM).out
    assert "passed ◄" in told
    assert "the words" not in told


@pytest.mark.parametrize("verdict", ["FAILED", "NEEDS_OVERRIDE", "OVERRIDDEN", "CUT"])
def test_a_check_that_decides_is_explained(ledger: FakeLedger, run: Run, verdict: str) -> None:
    assessment = canned.refused_assessment()
    assessment.checks[2].verdict = Verdict.Value(f"VERDICT_{verdict}")
    headroom(ledger, assessment)
    told = run(*HEADROOM, width=120).out
    assert "rests on" in told
    assert "每个企业奖补总额最高500万元" in told


def test_amounts_and_counts_are_told_apart_by_their_unit(ledger: FakeLedger, run: Run) -> None:
    odd = Check(id="quota.money", verdict=Verdict.VERDICT_PASSED, unit=CheckUnit.CHECK_UNIT_MINOR, limit=123_456)
    plain = Check(id="cap.count", verdict=Verdict.VERDICT_PASSED, unit=CheckUnit.CHECK_UNIT_COUNT, limit=654_321)
    headroom(ledger, Assessment(admissible_minor=100, currency="CNY", checks=[odd, plain]))
    told = run(*HEADROOM).out
    assert "1,234.56" in told
    assert "654,321" in told


@pytest.mark.parametrize(("lang", "words"), [("en", "No limit is known"), ("zh", "没有已知的限额")])
def test_where_no_limit_is_known_no_amount_is_told(ledger: FakeLedger, run: Run, lang: str, words: str) -> None:
    headroom(ledger, Assessment(measure_code="A06-1", admissible_minor=10**15, unlimited=True, currency="CNY"))
    told = run(*HEADROOM, lang=lang).out
    assert words in told
    assert "CNY" not in told
