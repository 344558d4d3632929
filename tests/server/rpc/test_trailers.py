"""However much there is to say, a refusal arrives: receivers refuse trailers of more than 8 KiB."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.domain import refusals
from award_ledger.domain.assessment import Assessment, Check
from award_ledger.server.rpc.errors import failure, status_of
from award_ledger.server.rpc.mapping.assessments import assessment_message
from award_ledger.server.rpc.mapping.terms import terms_from_message
from award_ledger.server.rpc.refusals import ExplainedRefusal
from award_ledger.server.rpc.trailers import MOST_BYTES, cut, fitting
from award_ledger.v1.common_pb2 import Assessment as AssessmentMessage
from award_ledger.v1.common_pb2 import Evidence
from award_ledger.v1.terms_pb2 import Instrument
from tests import samples
from tests.served import Served

LONG = "第六条" * 200
TERMS = terms_from_message(samples.terms(instrument=Instrument(document="49号", article="6", quote=LONG)))


def assessment(checks: int, failing: int, text: str) -> Assessment:
    lines = tuple(
        Check(
            id=f"evidence.contract:{text}{i}",
            verdict="failed" if i < failing else "passed",
            reason="EVIDENCE_IN_USE" if i < failing else "",
            limit=1,
            used=i,
            found=text,
        )
        for i in range(checks)
    )
    return Assessment(
        measure_code="M-1",
        terms_version=1,
        asked_minor=10**15,
        admissible_minor=0,
        granted_minor=0,
        checks=lines,
        binding=tuple(check.id for check in lines[:failing]),
    )


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 600))
def test_no_status_is_too_large_for_trailers(checks: int, failing: int, words: int) -> None:
    refusal = ExplainedRefusal(assessment(checks, min(failing, checks), "文" * words), 10**9, TERMS)
    status = status_of(failure(refusal))
    assert status.ByteSize() <= MOST_BYTES
    assert any(packed.Is(AssessmentMessage.DESCRIPTOR) for packed in status.details)


@given(st.integers(1, 300), st.text(max_size=500))
def test_no_list_of_wrong_fields_is_too_large_for_trailers(count: int, text: str) -> None:
    wrong = refusals.InvalidFields(tuple(refusals.Violation(f"terms.caps[{i}].{text}", text) for i in range(count)))
    status = status_of(failure(wrong))
    assert status.ByteSize() <= MOST_BYTES


def test_a_short_assessment_is_whole() -> None:
    message = assessment_message(assessment(3, 1, "C-1"), TERMS)
    assert fitting(assessment_message(assessment(3, 1, "C-1"), None), 0).checks[0].found == "C-1"
    assert fitting(message, 0).checks[0].words == message.checks[0].words


def test_words_of_passed_checks_go_first() -> None:
    message = assessment_message(assessment(4, 1, "C-1"), TERMS)
    shorter = fitting(message, MOST_BYTES - 3_000)
    assert [bool(check.words) for check in shorter.checks] == [True, False, False, False]


def test_words_of_failing_checks_stay_longer_than_the_checks_that_passed() -> None:
    message = assessment_message(assessment(100, 1, "C-1"), TERMS)
    shorter = fitting(message, 0)
    assert [check.words for check in shorter.checks] == [message.checks[0].words]


def test_failing_checks_stay_longest() -> None:
    message = assessment_message(assessment(40, 2, "C-1"), TERMS)
    shorter = fitting(message, MOST_BYTES - 600)
    assert [check.used for check in shorter.checks] == [0, 1]
    assert list(shorter.binding) == list(message.binding)


@pytest.mark.parametrize("text", ["", "short", "长" * 500, "a长" * 300])
def test_a_cut_text_is_never_longer_than_allowed(text: str) -> None:
    assert len(cut(text, 100).encode()) <= 100
    assert text.startswith(cut(text, 100).removesuffix("…"))


def test_a_refusal_with_hundreds_of_checks_arrives_over_grpc(prepared: Served) -> None:
    contracts = [Evidence(kind="contract", reference=f"{LONG[:190]}{i}") for i in range(300)]
    first = samples.applied(prepared.officer, evidence=contracts)
    prepared.officer.do(samples.approve(first))
    again = samples.applied(prepared.officer, evidence=contracts)
    for _ in range(10):  # beyond the soft limit a receiver refuses by chance
        refusal = prepared.officer.refused(samples.approve(again))
        assert refusal.reason == "EVIDENCE_IN_USE"
        assert refusal.numbers["limit"] == "1"
        assert refusal.assessment is not None
        assert refusal.assessment.asked_minor == 400
