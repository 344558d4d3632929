"""Deadlines, retries and the habits of every call, on real gRPC with a clock that nobody waits for."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo

from award_ledger.clients.connection import Backoff, Connection
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.department.calling import as_of, enterprise_number, iso, pages
from award_ledger.clients.department.history import subject
from award_ledger.clients.errors import DeadlineExceeded, LedgerError, NotFound, Unavailable
from award_ledger.v1.common_pb2 import EnterpriseNumber
from award_ledger.v1.enterprises_pb2 import (
    BatchRegisterEnterprisesResponse,
    RegisterEnterpriseRequest,
    RegisterEnterpriseResponse,
    RegisterEnterpriseResult,
)
from award_ledger.v1.funds_pb2 import Fund, ListFundsResponse
from award_ledger.v1.history_pb2 import Event, FollowEventsResponse, GetHeadResponse
from tests.clients import canned
from tests.clients.conftest import FakeTime
from tests.clients.fake_ledger import FakeLedger, in_turn, refusing

DOWN = refusing(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")


def test_a_write_makes_its_request_id_and_says_who_calls(ledger: FakeLedger, client: LedgerClient) -> None:
    ledger.answers["RegisterEnterprise"] = RegisterEnterpriseResponse()
    client.register_enterprise(canned.USCC, canned.NAME, effective_on=date(2025, 6, 1))
    call = ledger.calls[0]
    assert uuid.UUID(call.request.request_id).version == 4
    assert call.metadata["x-award-ledger-principal"] == "zhang@kjt"
    assert call.request.effective_on == "2025-06-01"
    assert call.request.number == EnterpriseNumber(number=canned.USCC)


def test_every_call_has_a_deadline(ledger: FakeLedger, client: LedgerClient) -> None:
    ledger.answers["GetHead"] = GetHeadResponse(position=1)
    client.get_head()
    client.get_head(timeout_s=3)
    first, second = (call.deadline_s for call in ledger.calls)
    assert first is not None
    assert 5 < first < 11
    assert second is not None
    assert second < 4


def test_unavailable_is_tried_again_with_the_same_request_id(
    ledger: FakeLedger, client: LedgerClient, time: FakeTime
) -> None:
    ledger.answers["RegisterEnterprise"] = in_turn(DOWN, DOWN, DOWN, RegisterEnterpriseResponse())
    client.register_enterprise(canned.USCC, canned.NAME)
    assert len({request.request_id for request in ledger.asked("RegisterEnterprise")}) == 1
    assert len(ledger.calls) == 4
    assert time.slept_s == pytest.approx([0.075, 0.15, 0.3])  # half, and half of the other half by chance


def test_a_given_request_id_is_kept(ledger: FakeLedger, client: LedgerClient) -> None:
    ledger.answers["RegisterEnterprise"] = RegisterEnterpriseResponse()
    client.register_enterprise(canned.USCC, canned.NAME, request_id="5b0d3a3e-58d5-4f0a-9d0e-6a5a5c0f6b8d")
    assert ledger.asked("RegisterEnterprise")[0].request_id == "5b0d3a3e-58d5-4f0a-9d0e-6a5a5c0f6b8d"


def test_retries_end_before_the_deadline(ledger: FakeLedger, client: LedgerClient, time: FakeTime) -> None:
    ledger.answers["GetHead"] = DOWN
    with pytest.raises(Unavailable) as caught:
        client.get_head(timeout_s=2)
    assert caught.value.reason == "STORE_UNAVAILABLE"
    assert sum(time.slept_s) < 2
    assert len(ledger.calls) == len(time.slept_s) + 1


def test_nothing_but_unavailable_is_tried_again(ledger: FakeLedger, client: LedgerClient) -> None:
    ledger.answers["GetFund"] = refusing(grpc.StatusCode.NOT_FOUND, "FUND_NOT_FOUND")
    with pytest.raises(NotFound):
        client.get_fund("X")
    ledger.answers["GetFund"] = refusing(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")
    with pytest.raises(Unavailable):
        client.get_fund("X")
    assert len(ledger.calls) == 2


def test_a_batch_waits_as_long_as_a_server_asks_whose_rate_it_has_reached(
    ledger: FakeLedger, client: LedgerClient, time: FakeTime
) -> None:
    in_a_moment = RetryInfo()
    in_a_moment.retry_delay.FromMilliseconds(700)
    too_fast = refusing(grpc.StatusCode.RESOURCE_EXHAUSTED, "CALLER_LIMIT_REACHED", details=(in_a_moment,))
    ledger.answers["BatchRegisterEnterprises"] = in_turn(too_fast, BatchRegisterEnterprisesResponse())
    client.batch_register_enterprises([])
    assert time.slept_s == pytest.approx([0.7])
    ledger.answers["RegisterEnterprise"] = too_fast
    with pytest.raises(Unavailable):
        client.register_enterprise(canned.USCC, canned.NAME)  # whoever calls once decides for themselves


def test_an_upload_says_who_calls_as_every_call_does(time: FakeTime) -> None:
    given: dict[str, Any] = {}

    def method(_: Any, **options: Any) -> GetHeadResponse:
        given.update(options)
        return GetHeadResponse()

    with Connection("localhost:1", token=lambda: "the-token", clock=lambda: 0.0) as connection:
        upload: Any = connection.upload
        upload(method, lambda: iter(()), 5)
    assert ("authorization", "Bearer the-token") in given["metadata"]


def test_an_answer_that_never_comes_ends_at_the_deadline(ledger: FakeLedger, client: LedgerClient) -> None:
    def hang(_: Any, context: grpc.ServicerContext) -> None:
        refuse = refusing(grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED")
        refuse(_, context)

    ledger.answers["RegisterEnterprise"] = hang
    with pytest.raises(DeadlineExceeded) as caught:
        client.register_enterprise(canned.USCC, canned.NAME)
    assert caught.value.request_id == ledger.asked("RegisterEnterprise")[0].request_id
    assert isinstance(caught.value, Unavailable)


def test_nobody_there_is_unavailable(time: FakeTime) -> None:
    with (
        LedgerClient("127.0.0.1:1", sleep=time.sleep, clock=time.clock, chance=time.chance) as client,
        pytest.raises(Unavailable) as caught,
    ):
        client.get_head(timeout_s=0.5)
    assert caught.value.reason == ""


@pytest.mark.parametrize("principal", ["zhang", "张三@科技厅", "zhang@kjt\n", "a b@c", "@kjt", "zhang@"])
def test_a_principal_that_metadata_cannot_carry_is_refused_at_once(principal: str) -> None:
    with pytest.raises(ValueError, match="principal"):
        Connection("localhost:1", principal=principal)


def test_a_call_needs_time() -> None:
    with pytest.raises(ValueError, match="timeout_s"):
        Connection("localhost:1", timeout_s=0)


def test_backoff_grows_to_its_bound() -> None:
    backoff = Backoff(first_s=1, factor=2, longest_s=5)
    assert [backoff.wait_s(attempt, 0) for attempt in (0, 1, 2, 3, 1000)] == [0.5, 1, 2, 2.5, 2.5]
    assert backoff.wait_s(3, 0.999) < 5


def test_rows_of_a_batch_without_a_request_id_get_one(ledger: FakeLedger, client: LedgerClient) -> None:
    results = [RegisterEnterpriseResult(response=RegisterEnterpriseResponse())] * 2
    ledger.answers["BatchRegisterEnterprises"] = BatchRegisterEnterprisesResponse(results=results)
    rows = [RegisterEnterpriseRequest(request_id="mine"), RegisterEnterpriseRequest(name="x")]
    client.batch_register_enterprises(rows)
    sent = ledger.asked("BatchRegisterEnterprises")[0].requests
    assert sent[0].request_id == "mine"
    assert uuid.UUID(sent[1].request_id).version == 4
    assert rows[1].request_id == ""  # the caller's own message is left alone


def test_pages_are_read_to_the_end(ledger: FakeLedger, client: LedgerClient) -> None:
    ledger.answers["ListFunds"] = in_turn(
        ListFundsResponse(funds=[Fund(code="a")], next_page_token="t"), ListFundsResponse(funds=[Fund(code="b")])
    )
    codes = [fund.code for page in pages(client.list_funds, fiscal_year=2025) for fund in page.funds]
    assert codes == ["a", "b"]
    assert [request.page_token for request in ledger.asked("ListFunds")] == ["", "t"]
    assert {request.fiscal_year for request in ledger.asked("ListFunds")} == {2025}


def test_a_follow_that_breaks_goes_on_after_the_last_event(
    ledger: FakeLedger, client: LedgerClient, time: FakeTime
) -> None:
    def first(_: Any, context: grpc.ServicerContext) -> Iterator[FollowEventsResponse]:
        yield FollowEventsResponse(events=[Event(position=6), Event(position=7)])
        context.abort(grpc.StatusCode.UNAVAILABLE, "restarting")

    def second(_: Any, context: grpc.ServicerContext) -> Iterator[FollowEventsResponse]:
        yield FollowEventsResponse(events=[Event(position=8)])
        context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "renew")

    def third(_: Any, context: grpc.ServicerContext) -> Iterator[FollowEventsResponse]:
        yield FollowEventsResponse(events=[Event(position=9), Event(position=10)])

    ledger.answers["FollowEvents"] = in_turn(first, second, third)
    positions = [event.position for event in client.follow_events(5, to_position=9, wait=True)]
    assert positions == [6, 7, 8, 9]
    assert [request.after_position for request in ledger.asked("FollowEvents")] == [5, 7, 8]
    assert len(time.slept_s) == 1


def test_a_follow_gives_up_when_nobody_answers(ledger: FakeLedger, client: LedgerClient, time: FakeTime) -> None:
    ledger.answers["FollowEvents"] = refusing(grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
    with pytest.raises(Unavailable):
        list(client.follow_events())
    assert sum(time.slept_s) < 10


def test_a_follow_that_is_refused_says_so(ledger: FakeLedger, client: LedgerClient) -> None:
    ledger.answers["FollowEvents"] = refusing(grpc.StatusCode.OUT_OF_RANGE, "POINT_NOT_AVAILABLE")
    with pytest.raises(LedgerError, match="POINT_NOT_AVAILABLE"):
        list(client.follow_events(10**6))


def test_plain_values_become_messages() -> None:
    assert enterprise_number("pt.nif:501964843") == EnterpriseNumber(scheme="pt.nif", number="501964843")
    assert iso(datetime(2025, 6, 30, 12, tzinfo=UTC)) == "2025-06-30"
    assert as_of(7).position == 7
    assert as_of(datetime(2025, 6, 30, tzinfo=UTC)).instant.seconds == 1_751_241_600
    with pytest.raises(ValueError, match="time zone"):
        as_of(datetime(2025, 6, 30))  # noqa: DTZ001


def test_a_history_has_one_subject() -> None:
    assert subject(evidence=("contract", "X")).evidence.reference == "X"
    assert subject(group="g").group == "g"
    with pytest.raises(ValueError, match="one subject, not 2"):
        subject(measure_code="A", fund_code="B")


def test_an_approval_decides_one_thing(client: LedgerClient) -> None:
    with pytest.raises(ValueError, match="not both"):
        client.approve_award("x", "y", amount_minor=1, decided_rate="0.1")


def test_a_department_needs_grpc_and_protobuf_alone() -> None:
    program = "import sys, award_ledger.clients.department; print(*{n.partition('.')[0] for n in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    others = {"typer", "rich", "yaml", "iso4217", "msgspec", "sqlalchemy", "eventsourcing", "cryptography", "stdnum"}
    assert others.isdisjoint(done.stdout.split())
