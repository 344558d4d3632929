"""Corrections as departments and finance see them, on each database: both entries stay, every point is right."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import grpc
import pytest

from award_ledger.server.writer.verification import verify
from award_ledger.v1.awards_pb2 import AWARD_STATUS_VOID, GetAwardRequest
from award_ledger.v1.common_pb2 import AsOf, Evidence
from award_ledger.v1.corrections_pb2 import CorrectEntryRequest, RightApplication
from award_ledger.v1.enterprises_pb2 import GetEnterpriseRequest, GetHeadroomRequest
from award_ledger.v1.funds_pb2 import GetFundRequest
from award_ledger.v1.history_pb2 import Event, GetEventRequest, ListEventsRequest, Subject
from award_ledger.v1.measures_pb2 import GetMeasureRequest
from award_ledger.v1.payments_pb2 import InstructPaymentRequest, PaymentRef, RecordSettlementRequest
from tests import samples
from tests.served import Served

REASON = "录入有误"


def wrong(position: int, **right: Any) -> CorrectEntryRequest:
    return CorrectEntryRequest(position=position, reason=REASON, **right)


def fund(served: Served, **more: Any) -> tuple[int, int, int, int]:
    found = served.finance.do(GetFundRequest(code=samples.FUND, **more)).fund
    return found.appropriated_minor, found.available_minor, found.encumbered_minor, found.expended_minor


def year(served: Served, **more: Any) -> tuple[int, int]:
    (found,) = served.officer.do(GetMeasureRequest(code=samples.MEASURE, **more)).measure.years
    return found.awards, found.approved_minor


def entries(served: Served, **more: Any) -> dict[int, Event]:
    request = ListEventsRequest(subject=Subject(enterprise=samples.number()), **more)
    return {event.position: event for event in served.officer.do(request).events}


@pytest.fixture
def number(prepared: Served) -> int:
    """The position of an award of 400; it is corrected in the year after."""
    award_id = samples.awarded(prepared.officer)
    prepared.award_id = award_id
    prepared.clock.advance_s(200 * 24 * 3600)
    return int(award(prepared).number)


def award(served: Served, **more: Any) -> Any:
    request = GetAwardRequest(enterprise=samples.number(), award_id=served.award_id, **more)
    return served.officer.do(request).award


def test_every_point_of_the_log_shows_what_was_right_then(prepared: Served, number: int) -> None:
    answer = prepared.officer.do(wrong(number, amount_minor=300))
    assert (answer.award.approved_minor, answer.receipt.position) == (300, number + 1)
    before, after = AsOf(position=number), AsOf(position=number + 1)
    assert (award(prepared, as_of=before).approved_minor, award(prepared, as_of=after).approved_minor) == (400, 300)
    assert (fund(prepared, as_of=before), fund(prepared)) == ((10_000, 9_600, 400, 0), (10_000, 9_700, 300, 0))
    assert (year(prepared, as_of=before), year(prepared)) == ((1, 400), (1, 300))
    room = GetHeadroomRequest(number=samples.number(), measure_code=samples.MEASURE, on="2025-09-01")
    assert prepared.officer.do(room).assessment.admissible_minor == 200
    assert verify(prepared.recorder).findings == []


def test_history_shows_both_entries_and_what_corrects_what(prepared: Served, number: int) -> None:
    stored = prepared.officer.do(GetEventRequest(position=number)).event
    prepared.officer.do(wrong(number, amount_minor=300))
    prepared.officer.do(wrong(number, amount_minor=350))
    found = entries(prepared)
    assert (found[number].corrects, found[number].corrected_by) == (0, number + 2)
    assert [found[number + n].corrects for n in (1, 2)] == [number, number]
    assert [found[number + n].corrected_by for n in (1, 2)] == [0, 0]
    assert found[number].state == stored.state
    assert found[number].event_hash == stored.event_hash
    earlier = {at: entries(prepared, as_of=AsOf(position=number + at))[number].corrected_by for at in (0, 1, 2)}
    assert earlier == {0: 0, 1: number + 1, 2: number + 2}
    read = prepared.officer.do(GetEventRequest(position=number))
    assert (read.event.corrected_by, read.currency) == (number + 2, "CNY")


def test_an_award_that_should_not_have_been_recorded_is_void(prepared: Served, number: int) -> None:
    answer = prepared.officer.do(wrong(number, amount_minor=0))
    assert (answer.award.status, answer.award.counted_minor) == (AWARD_STATUS_VOID, 0)
    assert (fund(prepared), year(prepared)) == ((10_000, 10_000, 0, 0), (0, 0))


def test_a_higher_amount_that_the_terms_refuse_is_answered_with_the_assessment_and_not_recorded(
    prepared: Served, number: int
) -> None:
    samples.awarded(prepared.officer, asked_minor=100)
    prepared.officer.do(wrong(number, amount_minor=100))
    head = prepared.head()
    refused = prepared.officer.refused(wrong(number, amount_minor=401))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CEILING_EXCEEDED")
    assert refused.assessment is not None
    assert (refused.assessment.admissible_minor, refused.numbers["position"]) == (400, "0")
    assert refused.assessment.currency == "CNY"
    [ceiling] = [check for check in refused.assessment.checks if check.id == "up_to"]
    assert "鲁政办字〔2025〕49号" in ceiling.words
    assert prepared.head() == head
    answer = prepared.officer.do(wrong(number, amount_minor=400))
    assert answer.assessment.granted_minor == 400
    assert [check.used for check in answer.assessment.checks if check.id == "cap.lifetime"] == [100]


def test_a_payment_and_an_appropriation_are_corrected(prepared: Served, number: int) -> None:
    on = "2025-12-30"
    named: dict[str, Any] = {"enterprise": samples.number(), "award_id": prepared.award_id}
    prepared.finance.do(InstructPaymentRequest(**named, instalment=1, effective_on=on))
    paid = PaymentRef(**named, instalment=1)
    settled = prepared.finance.do(RecordSettlementRequest(payment=paid, amount_minor=400, effective_on=on))
    prepared.finance.do(wrong(settled.receipt.position, amount_minor=250))
    assert (fund(prepared), award(prepared).paid_minor) == ((10_000, 9_600, 150, 250), 250)
    refused = prepared.officer.refused(wrong(number, amount_minor=249))
    assert refused.reason == "CORRECTION_IMPOSSIBLE"
    assert (refused.numbers["least_minor"], refused.numbers["stood_minor"]) == ("250", "400")
    answer = prepared.finance.do(wrong(1, amount_minor=400))
    assert (answer.fund.appropriated_minor, answer.fund.available_minor) == (400, 0)
    assert prepared.finance.refused(wrong(1, amount_minor=399)).reason == "APPROPRIATION_TOO_LOW"
    assert verify(prepared.recorder).findings == []


def test_a_name_and_an_open_application_are_corrected(prepared: Served) -> None:
    registered = prepared.officer.do(wrong(3, name="示例企业（正名）")).enterprise
    assert (registered.name, list(registered.former_names)) == ("示例企业（正名）", [])
    application_id = samples.applied(prepared.officer)
    position = prepared.head()
    evidence = [Evidence(kind="contract", reference="C-1")]
    right = RightApplication(asked_minor=200, facts={"field": "chips"}, evidence=evidence)
    application = prepared.officer.do(wrong(position, application=right)).application
    assert (application.asked_minor, dict(application.facts)) == (200, {"field": "chips"})
    assert prepared.officer.do(samples.approve(application_id)).award.approved_minor == 200
    assert prepared.officer.refused(wrong(position, application=right)).reason == "APPLICATION_NOT_OPEN"


def test_the_facts_of_a_corrected_application_are_stored_in_one_order_however_they_come(prepared: Served) -> None:
    samples.applied(prepared.officer)
    position = prepared.head()
    facts = dict.fromkeys(("tier", "field", "cluster", "base", "standard", "count", "sales"), "x")
    evidence = [Evidence(kind="contract", reference="C-1")]
    right = RightApplication(asked_minor=200, facts=facts, evidence=evidence)
    prepared.officer.do(wrong(position, application=right))
    stored = prepared.officer.do(GetEventRequest(position=position + 1)).event.state
    assert list(json.loads(stored)["facts"]) == sorted(facts)


def test_bad_corrections_are_refused_with_what_to_do_instead(prepared: Served, number: int) -> None:
    assert prepared.officer.refused(wrong(99, amount_minor=1)).reason == "EVENT_NOT_FOUND"
    assert prepared.officer.refused(wrong(0, amount_minor=1)).reason == "EVENT_NOT_FOUND"
    assert prepared.officer.refused(wrong(number)).fields == {"right": "must be set"}
    assert "reason" in prepared.officer.refused(CorrectEntryRequest(position=number, amount_minor=1)).fields
    assert "right" in prepared.officer.refused(wrong(number, name="x")).fields
    assert prepared.officer.refused(wrong(number, amount_minor=-1)).reason == "AMOUNT_NOT_POSITIVE"
    refused = prepared.officer.refused(wrong(2, amount_minor=1))
    assert (refused.reason, refused.numbers["topic"]) == ("ENTRY_NOT_CORRECTABLE", "measure.terms_published.v1")
    assert refused.numbers["instead"] == "publish a new version of the Terms"
    assert prepared.officer.refused(wrong(number, amount_minor=1, etag="1")).reason == "ETAG_MISMATCH"


def test_a_dry_run_corrects_nothing_and_a_repeat_corrects_once(prepared: Served, number: int) -> None:
    tried = prepared.officer.do(wrong(number, amount_minor=300, validate_only=True))
    assert (tried.award.approved_minor, tried.receipt.position) == (300, 0)
    assert award(prepared).approved_minor == 400
    request = wrong(number, amount_minor=300, request_id=str(uuid4()))
    first, again = prepared.officer.do(request), prepared.officer.do(request)
    assert (again.receipt.position, again.receipt.repeated) == (first.receipt.position, True)
    assert again.award == first.award
    enterprise = prepared.officer.do(GetEnterpriseRequest(number=samples.number())).enterprise
    assert enterprise.etag == first.award.etag
