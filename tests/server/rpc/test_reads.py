"""Points of the log, waiting for them, and pages that are one view. No read answers with zeros."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from award_ledger.server.rpc.mapping import enterprises as mapping
from award_ledger.server.rpc.paging import LARGEST_PAGE, MOST_PAGE_BYTES, fill
from award_ledger.v1.applications_pb2 import (
    APPLICATION_STATUS_APPROVED,
    APPLICATION_STATUS_OPEN,
    GetApplicationRequest,
    ListApplicationsRequest,
)
from award_ledger.v1.awards_pb2 import GetAwardRequest, ListAwardsRequest
from award_ledger.v1.common_pb2 import CHECK_UNIT_COUNT, CHECK_UNIT_MINOR, CHECK_UNIT_UNSPECIFIED, AsOf
from award_ledger.v1.enterprises_pb2 import GetEnterpriseRequest, GetHeadroomRequest, RenameEnterpriseRequest
from award_ledger.v1.funds_pb2 import GetFundRequest, ListFundsRequest
from award_ledger.v1.history_pb2 import GetEventRequest, GetHeadRequest, ListEventsRequest, Subject
from award_ledger.v1.measures_pb2 import GetMeasureRequest, ListMeasuresRequest
from tests import samples
from tests.served import METHODS, Served

NOWHERE = "6f1d7a53-5b0e-4d0f-8d0c-2b6f4a1d9e10"


def at(position: int) -> AsOf:
    return AsOf(position=position)


def at_instant(us: int) -> AsOf:
    stamp = Timestamp()
    stamp.FromMicroseconds(us)
    return AsOf(instant=stamp)


def get_fund(**more: Any) -> GetFundRequest:
    return GetFundRequest(code=samples.FUND, **more)


def test_a_read_answers_for_a_position(prepared: Served) -> None:
    samples.awarded(prepared.officer)
    assert prepared.officer.do(get_fund()).fund.encumbered_minor == 400
    before = prepared.officer.do(get_fund(as_of=at(4)))
    assert (before.fund.encumbered_minor, before.position) == (0, 4)


def test_a_read_answers_for_an_instant(prepared: Served) -> None:
    noon = prepared.clock.us
    prepared.clock.advance_s(60)
    samples.awarded(prepared.officer)
    for instant, position in ((noon, 3), (noon + 59_999_999, 3), (prepared.clock.us, 5)):
        assert prepared.officer.do(get_fund(as_of=at_instant(instant))).position == position
    refusal = prepared.officer.refused(get_fund(as_of=at_instant(noon - 1)))
    assert refusal.reason == "FUND_NOT_FOUND"


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (get_fund(), "FUND_NOT_FOUND"),
        (GetMeasureRequest(code=samples.MEASURE), "MEASURE_NOT_FOUND"),
        (GetEnterpriseRequest(number=samples.number()), "ENTERPRISE_NOT_FOUND"),
        (GetHeadroomRequest(number=samples.number(), measure_code=samples.MEASURE), "ENTERPRISE_NOT_FOUND"),
        (GetApplicationRequest(enterprise=samples.number(), application_id=NOWHERE), "ENTERPRISE_NOT_FOUND"),
        (GetAwardRequest(enterprise=samples.number(), award_id=NOWHERE), "ENTERPRISE_NOT_FOUND"),
        (ListApplicationsRequest(measure_code=samples.MEASURE), "MEASURE_NOT_FOUND"),
        (ListAwardsRequest(measure_code=samples.MEASURE), "MEASURE_NOT_FOUND"),
        (ListEventsRequest(subject=Subject(measure_code=samples.MEASURE)), "MEASURE_NOT_FOUND"),
        (ListEventsRequest(subject=Subject(fund_code=samples.FUND)), "FUND_NOT_FOUND"),
        (ListEventsRequest(subject=Subject(enterprise=samples.number())), "ENTERPRISE_NOT_FOUND"),
    ],
    ids=lambda value: value.DESCRIPTOR.name if isinstance(value, Message) else value,
)
def test_before_it_existed_it_is_not_found(prepared: Served, request_: Any, reason: str) -> None:
    request_.as_of.CopyFrom(at(0))
    refusal = prepared.officer.refused(request_)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.NOT_FOUND, reason)


def test_what_never_existed_is_not_found(prepared: Served) -> None:
    for request, reason in (
        (GetApplicationRequest(enterprise=samples.number(), application_id=NOWHERE), "APPLICATION_NOT_FOUND"),
        (GetAwardRequest(enterprise=samples.number(), award_id=NOWHERE), "AWARD_NOT_FOUND"),
        (GetEventRequest(position=4), "EVENT_NOT_FOUND"),
        (GetEventRequest(), "EVENT_NOT_FOUND"),
    ):
        assert prepared.officer.refused(request).reason == reason


def test_a_point_beyond_the_log_is_not_available(prepared: Served) -> None:
    refusal = prepared.officer.refused(get_fund(as_of=at(4)))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.OUT_OF_RANGE, "POINT_NOT_AVAILABLE")
    assert refusal.numbers == {"asked": "position 4", "head": "3"}
    tomorrow = prepared.officer.refused(get_fund(as_of=at_instant(prepared.clock.us + 1)))
    assert tomorrow.numbers == {"asked": "2025-08-01T04:00:00.000001Z", "head": "3"}


def test_points_that_are_none_are_wrong_fields(prepared: Served) -> None:
    assert list(prepared.officer.refused(get_fund(as_of=at(-1))).fields) == ["as_of.position"]
    assert list(prepared.officer.refused(get_fund(min_position=-1)).fields) == ["min_position"]
    never = AsOf(instant=Timestamp(seconds=2**62))
    assert list(prepared.officer.refused(get_fund(as_of=never)).fields) == ["as_of.instant"]


def test_a_read_waits_for_its_own_write(prepared: Served) -> None:
    rename = RenameEnterpriseRequest(number=samples.number(), name="新名称")
    later = threading.Timer(0.3, lambda: prepared.officer.do(rename))
    later.start()
    enterprise = prepared.reviewer.do(GetEnterpriseRequest(number=samples.number(), min_position=4)).enterprise
    later.join()
    assert enterprise.name == "新名称"


def test_a_read_that_waits_in_vain_says_how_far_the_log_has_come(prepared: Served) -> None:
    begun = time.monotonic()
    refusal = prepared.officer.refused(get_fund(min_position=9), timeout_s=1)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.OUT_OF_RANGE, "POSITION_NOT_REACHED")
    assert refusal.numbers == {"min_position": "9", "head": "3"}
    assert time.monotonic() - begun < 1


def test_reads_that_wait_cannot_take_every_thread(prepared: Served) -> None:
    with ThreadPoolExecutor(3) as callers:
        asked = [callers.submit(prepared.officer.refused, get_fund(min_position=9), timeout_s=2) for _ in range(3)]
        reasons = sorted(answer.result().reason for answer in asked)
    assert reasons == ["OVERLOADED", "POSITION_NOT_REACHED", "POSITION_NOT_REACHED"]


def read_all(served: Served, request: Any, field: str) -> list[Any]:
    found: list[Any] = []
    while True:
        page = served.officer.do(request)
        found += getattr(page, field)
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


def test_pages_join_to_the_whole_list(prepared: Served) -> None:
    applications = [samples.applied(prepared.officer) for _ in range(7)]
    listed = read_all(prepared, ListApplicationsRequest(measure_code=samples.MEASURE, page_size=3), "applications")
    assert [item.application_id for item in listed] == applications


def test_pages_are_one_view_whatever_is_written_between_them(prepared: Served) -> None:
    applications = [samples.applied(prepared.officer, asked_minor=100) for _ in range(4)]
    request = ListApplicationsRequest(measure_code=samples.MEASURE, page_size=2)
    first = prepared.officer.do(request)
    for application in applications:
        prepared.officer.do(samples.approve(application))
    samples.applied(prepared.officer)
    request.page_token = first.next_page_token
    second = prepared.officer.do(request)
    assert first.position == second.position == 7
    assert [item.application_id for item in second.applications] == applications[2:]
    assert {item.status for item in second.applications} == {APPLICATION_STATUS_OPEN}
    assert not second.next_page_token


def test_a_list_may_be_of_one_status(prepared: Served) -> None:
    approved, left = samples.applied(prepared.officer), samples.applied(prepared.officer)
    prepared.officer.do(samples.approve(approved))
    for status, ids in ((APPLICATION_STATUS_OPEN, [left]), (APPLICATION_STATUS_APPROVED, [approved])):
        request = ListApplicationsRequest(measure_code=samples.MEASURE, status=status, page_size=1)
        assert [item.application_id for item in read_all(prepared, request, "applications")] == ids


def test_awards_are_listed_in_the_order_of_their_approval(prepared: Served) -> None:
    prepared.officer.do(samples.register(2))
    first, second = samples.applied(prepared.officer, 1), samples.applied(prepared.officer, 2)
    prepared.officer.do(samples.approve(second, 2))
    prepared.officer.do(samples.approve(first, 1))
    request = ListAwardsRequest(measure_code=samples.MEASURE, page_size=1)
    assert [award.application_id for award in read_all(prepared, request, "awards")] == [second, first]


def test_measures_and_funds_are_listed_by_code_and_filtered(prepared: Served) -> None:
    for code in ("M-3", "M-2"):
        prepared.officer.do(samples.publish(code=code, lead_departments=["gxt"]))
    prepared.officer.do(samples.create_fund("F/2024"))
    measures = read_all(prepared, ListMeasuresRequest(page_size=1), "measures")
    assert [measure.code for measure in measures] == ["M-1", "M-2", "M-3"]
    led = read_all(prepared, ListMeasuresRequest(department="gxt", page_size=1), "measures")
    assert [measure.code for measure in led] == ["M-2", "M-3"]
    assert [fund.code for fund in read_all(prepared, ListFundsRequest(page_size=1), "funds")] == ["F/2024", "F/2025"]
    assert read_all(prepared, ListFundsRequest(fiscal_year=2024), "funds") == []
    assert read_all(prepared, ListMeasuresRequest(as_of=at(1)), "measures") == []


def test_what_an_enterprise_has_is_listed_under_every_measure_or_under_one(prepared: Served) -> None:
    prepared.officer.do(samples.publish(code="M-2"))
    prepared.officer.do(samples.register(2))
    here = [samples.applied(prepared.officer, asked_minor=50, measure_code=code) for code in ("M-1", "M-2", "M-1")]
    samples.awarded(prepared.officer, 2)
    for application_id in here:
        prepared.officer.do(samples.approve(application_id))
    for measure, ids in (("", here), ("M-1", [here[0], here[2]]), ("M-2", [here[1]])):
        applications = ListApplicationsRequest(measure_code=measure, enterprise=samples.number(), page_size=1)
        found = read_all(prepared, applications, "applications")
        assert [item.application_id for item in found] == ids
        awards = read_all(
            prepared, ListAwardsRequest(measure_code=measure, enterprise=samples.number(), page_size=1), "awards"
        )
        assert [award.application_id for award in awards] == ids
    open_ones = ListApplicationsRequest(enterprise=samples.number(), status=APPLICATION_STATUS_OPEN)
    assert read_all(prepared, open_ones, "applications") == []
    then = ListApplicationsRequest(enterprise=samples.number(), as_of=at(6))
    assert len(read_all(prepared, then, "applications")) == 1


def test_a_list_is_of_somebody_that_exists(prepared: Served) -> None:
    for kind in (ListApplicationsRequest, ListAwardsRequest):
        assert list(prepared.officer.refused(kind()).fields) == ["measure_code"]
        assert prepared.officer.refused(kind(enterprise=samples.number(9))).reason == "ENTERPRISE_NOT_FOUND"
        both = kind(enterprise=samples.number(), measure_code="M-9")
        assert prepared.officer.refused(both).reason == "MEASURE_NOT_FOUND"


def test_an_enterprise_shows_the_newest_and_how_many_there_are(
    prepared: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "NEWEST", 2)
    awarded = [samples.awarded(prepared.officer, asked_minor=50) for _ in range(3)]
    last = samples.applied(prepared.officer)
    enterprise = prepared.officer.do(GetEnterpriseRequest(number=samples.number())).enterprise
    assert (enterprise.application_count, enterprise.award_count) == (4, 3)
    assert [award.award_id for award in enterprise.awards] == awarded[1:]
    assert (len(enterprise.applications), enterprise.applications[-1].application_id) == (2, last)


@pytest.mark.parametrize("token", ["!", "AAAA", "not base64 at all", "Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFy"])
def test_a_token_of_nobody_is_refused(prepared: Served, token: str) -> None:
    refusal = prepared.officer.refused(ListApplicationsRequest(measure_code=samples.MEASURE, page_token=token))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")


def test_a_token_is_bound_to_its_list_its_filters_and_its_point(prepared: Served) -> None:
    for _ in range(3):
        samples.awarded(prepared.officer, asked_minor=50)
    prepared.officer.do(samples.publish(code="M-2"))
    request = ListApplicationsRequest(measure_code=samples.MEASURE, page_size=1)
    token = prepared.officer.do(request).next_page_token
    wrong = [
        ListApplicationsRequest(measure_code="M-2", page_token=token),
        ListApplicationsRequest(measure_code=samples.MEASURE, status=APPLICATION_STATUS_OPEN, page_token=token),
        ListApplicationsRequest(measure_code=samples.MEASURE, as_of=at(5), page_token=token),
        ListAwardsRequest(measure_code=samples.MEASURE, page_token=token),
    ]
    assert [prepared.officer.refused(other).reason for other in wrong] == ["PAGE_TOKEN_INVALID"] * 4
    larger = ListApplicationsRequest(measure_code=samples.MEASURE, page_size=9, page_token=token, min_position=1)
    assert len(prepared.officer.do(larger).applications) == 2


def test_page_sizes_are_bounded(prepared: Served) -> None:
    assert list(prepared.officer.refused(ListFundsRequest(page_size=-1)).fields) == ["page_size"]
    assert len(prepared.officer.do(ListFundsRequest(page_size=2**31 - 1)).funds) == 1
    assert LARGEST_PAGE == 1_000


def test_a_page_ends_before_it_is_too_large_for_a_message() -> None:
    large = [(str(i), GetFundRequest(code="x" * (MOST_PAGE_BYTES // 3))) for i in range(5)]
    page, last = fill(large, 1_000)
    assert (len(page), last) == (2, "1")
    assert fill([("0", GetFundRequest(code="x" * MOST_PAGE_BYTES * 2))], 10)[1] == ""


def test_a_filter_that_finds_little_does_not_look_for_ever() -> None:
    looked: list[int] = []

    def entries() -> Any:
        for i in range(100_000):
            looked.append(i)
            yield str(i), None

    assert fill(entries(), 10) == ([], "4999")
    assert len(looked) == 5_000


def test_an_unknown_status_is_a_wrong_field(prepared: Served) -> None:
    for request in (
        ListMeasuresRequest(status=99),  # type: ignore[arg-type]
        ListApplicationsRequest(measure_code=samples.MEASURE, status=99),  # type: ignore[arg-type]
    ):
        refusal = prepared.officer.refused(request)
        assert (refusal.reason, list(refusal.fields)) == ("INVALID_FIELD", ["status"])


def test_headroom_says_what_could_still_be_had_and_what_binds(prepared: Served) -> None:
    samples.awarded(prepared.officer)
    request = GetHeadroomRequest(number=samples.number(), measure_code=samples.MEASURE, on=samples.DAY)
    answer = prepared.officer.do(request)
    assert (answer.currency, answer.assessment.admissible_minor) == ("CNY", 100)
    assert list(answer.assessment.binding) == ["cap.lifetime"]
    assert answer.assessment.currency == "CNY"
    units = {check.id: check.unit for check in answer.assessment.checks}
    assert (units["status"], units["cap.lifetime"]) == (CHECK_UNIT_UNSPECIFIED, CHECK_UNIT_MINOR)
    assert units["evidence.contract"] == CHECK_UNIT_COUNT
    request.as_of.CopyFrom(at(3))
    assert prepared.officer.do(request).assessment.admissible_minor == 400


def test_every_read_takes_a_point_and_waits_for_a_position() -> None:
    """Proofs are of a size of the log, which their requests name."""
    of_ledger = [method for method in METHODS.values() if method.containing_service.name != "TransparencyService"]
    reads = [method.input_type for method in of_ledger if method.name.startswith(("Get", "List"))]
    assert len(reads) >= 13
    for request in reads:
        fields = request.fields_by_name
        assert fields["as_of"].message_type is AsOf.DESCRIPTOR
        assert fields["min_position"].type == fields["min_position"].TYPE_INT64


def test_an_event_is_read_at_a_point_and_waited_for(prepared: Served) -> None:
    assert prepared.officer.do(GetEventRequest(position=2, as_of=at(2))).position == 2
    later = prepared.officer.refused(GetEventRequest(position=3, as_of=at(2)))
    assert (later.reason, later.numbers) == ("EVENT_NOT_FOUND", {"position": "3", "head": "2"})
    vain = prepared.officer.refused(GetEventRequest(position=4, min_position=4), timeout_s=0.5)
    assert vain.reason == "POSITION_NOT_REACHED"
    written = threading.Timer(0.2, lambda: prepared.officer.do(samples.register(2)))
    written.start()
    assert prepared.reviewer.do(GetEventRequest(position=4, min_position=4)).event.position == 4
    written.join()


def test_the_head_is_read_at_a_point_and_waited_for(prepared: Served) -> None:
    noon = prepared.clock.us
    prepared.clock.advance_s(60)
    prepared.officer.do(samples.register(2))
    for point in (at(3), at_instant(noon)):
        head = prepared.officer.do(GetHeadRequest(as_of=point))
        assert (head.position, head.recorded_at.ToMicroseconds()) == (3, noon)
    assert prepared.officer.do(GetHeadRequest(as_of=at(0))).position == 0
    assert prepared.officer.do(GetHeadRequest(min_position=4)).position == 4
    assert prepared.officer.refused(GetHeadRequest(min_position=5), timeout_s=0.5).reason == "POSITION_NOT_REACHED"
    assert prepared.officer.refused(GetHeadRequest(as_of=at(5))).reason == "POINT_NOT_AVAILABLE"


def test_the_head_is_where_the_log_ends(served: Served) -> None:
    empty = served.officer.do(GetHeadRequest())
    assert (empty.position, empty.HasField("recorded_at")) == (0, False)
    served.officer.do(samples.create_fund())
    head = served.officer.do(GetHeadRequest())
    assert (head.position, head.recorded_at.ToMicroseconds()) == (1, served.clock.us)
    assert head.ledger_id == empty.ledger_id
