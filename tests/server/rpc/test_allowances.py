"""What one caller may have: a rate, calls and streams at once, and time; others are served all the while."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from award_ledger.server.rpc.call import begin_call
from award_ledger.server.rpc.interceptors.allowances import ROW_FIELDS, Allowances, CallerLimits
from award_ledger.server.rpc.interceptors.patience import Longest
from award_ledger.server.rpc.refusals import CallerLimitReached
from award_ledger.server.rpc.serving import STREAMS, ServingLimits
from award_ledger.v1.bank_lines_pb2 import BankLine
from award_ledger.v1.enterprises_pb2 import BatchRegisterEnterprisesRequest
from award_ledger.v1.finance_pb2 import ImportStatementRequest
from award_ledger.v1.history_pb2 import FollowEventsRequest, GetHeadRequest
from tests import samples
from tests.served import METHODS, OFFICER, REVIEWER, Served, read_refusal, serving

CALL, STREAM = "/award_ledger.v1.HistoryService/GetHead", "/award_ledger.v1.HistoryService/FollowEvents"
NOBODYS_CONTEXT: Any = None


class Ledger:
    """Allowances under a clock that a test moves."""

    def __init__(self, **limits: int) -> None:
        self.now_s = 0.0
        self.allowances = Allowances(CallerLimits(**limits), STREAMS, lambda: self.now_s)

    @contextmanager
    def call(self, principal: str = OFFICER, method: str = CALL) -> Iterator[None]:
        begin_call(method).principal = principal
        with self.allowances.around(method, NOBODYS_CONTEXT):
            yield

    def answered(self, calls: int, principal: str = OFFICER) -> int:
        """How many of so many calls are answered, one after another."""
        done = 0
        for _ in range(calls):
            try:
                with self.call(principal):
                    done += 1
            except CallerLimitReached:
                continue
        return done


def test_a_caller_has_a_rate_and_twice_as_much_for_a_moment() -> None:
    ledger = Ledger(calls_per_s=10)
    assert ledger.answered(100) == 20
    ledger.now_s += 1
    assert ledger.answered(100) == 10
    ledger.now_s += 3_600
    assert ledger.answered(100) == 20


def test_a_refused_call_says_after_how_long_there_is_room_and_then_there_is() -> None:
    ledger = Ledger(calls_per_s=4)
    ledger.answered(8)
    with pytest.raises(CallerLimitReached) as caught, ledger.call():
        pass
    assert (caught.value.allowed, caught.value.retry_ms) == (4, 250)
    ledger.now_s += caught.value.retry_ms / 1_000
    assert ledger.answered(2) == 1


def test_one_callers_flood_takes_nothing_from_another() -> None:
    ledger = Ledger(calls_per_s=10)
    ledger.answered(1_000)
    assert ledger.answered(20, REVIEWER) == 20


def test_calls_at_once_are_counted_until_they_end_however_they_end() -> None:
    ledger = Ledger(calls_at_once=2)
    for _ in range(5):
        with pytest.raises(KeyError), ledger.call():
            raise KeyError
    with ledger.call(), ledger.call():
        with pytest.raises(CallerLimitReached, match="calls_at_once"), ledger.call():
            pass
        with ledger.call(REVIEWER):
            pass
    with ledger.call():
        pass


def test_streams_are_counted_apart() -> None:
    ledger = Ledger(streams_at_once=1)
    with ledger.call(method=STREAM):
        with pytest.raises(CallerLimitReached, match="streams_at_once"), ledger.call(method=STREAM):
            pass
        with ledger.call():
            pass
    with ledger.call(method=STREAM):
        pass


def test_who_has_rested_is_forgotten_and_who_has_not_is_not() -> None:
    ledger = Ledger(calls_per_s=10)
    ledger.answered(5, "tired@kjt")
    for number in range(10_001):
        ledger.answered(2, f"caller-{number}@kjt")
    assert len(ledger.allowances._uses) > 10_000
    ledger.now_s += 2
    ledger.answered(1)
    assert len(ledger.allowances._uses) == 1


def asking(rows: int) -> BatchRegisterEnterprisesRequest:
    return BatchRegisterEnterprisesRequest(requests=[samples.register()] * rows)


def weighed(ledger: Ledger, request: Message, principal: str = OFFICER, **part: Any) -> int:
    """Milliseconds to wait before it is let in; 0 where it is."""
    with ledger.call(principal):
        try:
            ledger.allowances.weigh(request, **part)
        except CallerLimitReached as refusal:
            return refusal.retry_ms
    return 0


def test_the_rows_of_batches_have_a_rate_of_their_own() -> None:
    ledger = Ledger(rows_per_s=10)
    assert [weighed(ledger, asking(8)) for _ in range(3)] == [0, 0, 400]
    assert weighed(ledger, asking(8), REVIEWER) == 0
    assert weighed(ledger, asking(1)) == weighed(ledger, GetHeadRequest()) == 0
    ledger.now_s += 0.4
    assert [weighed(ledger, asking(8)) for _ in range(2)] == [0, 800]


def test_a_batch_that_is_larger_than_the_rate_is_let_in_and_the_next_one_waits_for_it() -> None:
    ledger = Ledger(rows_per_s=10)
    assert weighed(ledger, asking(50)) == 0
    assert weighed(ledger, asking(2)) == 3_200
    ledger.now_s += 3.2
    assert weighed(ledger, asking(2)) == 0


def test_an_upload_that_was_let_in_is_not_cut_off_and_is_paid_for() -> None:
    ledger, lines = Ledger(rows_per_s=10), ImportStatementRequest(lines=[BankLine()] * 15)
    assert [weighed(ledger, lines, begun=begun) for begun in (False, True, True)] == [0, 0, 0]
    assert weighed(ledger, asking(2)) == 2_700


def test_whoever_owes_rows_is_not_forgotten() -> None:
    ledger = Ledger(rows_per_s=10)
    weighed(ledger, asking(100))
    for number in range(10_001):
        ledger.answered(1, f"caller-{number}@kjt")
    ledger.now_s += 2
    ledger.answered(1, REVIEWER)
    assert weighed(ledger, asking(2)) > 0


def test_every_list_of_things_to_do_is_counted() -> None:
    """What else a request repeats says more of one thing."""
    lists = {
        (method.name, field.name)
        for method in METHODS.values()
        for field in method.input_type.fields
        if field.is_repeated and field.message_type
    }
    of_one_thing = {name for _, name in lists} - set(ROW_FIELDS)
    assert of_one_thing == {"allocations", "evidence", "facts", "instalments", "overrides"}
    scalars = [field for method in METHODS.values() for field in method.input_type.fields if not field.is_repeated]
    assert not {field.name for field in scalars} & set(ROW_FIELDS)


LIMITED = ServingLimits(threads=8, followers=4, turn_away_s=0, caller=CallerLimits(3, 8, 1))


@pytest.fixture
def limited(sqlite_url: str) -> Iterator[Served]:
    with serving(sqlite_url, serving=LIMITED) as running:
        yield running


def test_the_refusal_of_a_flood_says_when_to_try_again(limited: Served) -> None:
    refusals = []
    for _ in range(50):
        try:
            limited.officer.do(GetHeadRequest())
        except grpc.RpcError as error:
            refusals.append(read_refusal(error))
    assert refusals
    assert {(refusal.code, refusal.reason) for refusal in refusals} == {
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "CALLER_LIMIT_REACHED")
    }
    assert all(0 < refusal.retry_ms <= 334 for refusal in refusals)
    limited.reviewer.do(GetHeadRequest())


def test_the_refusal_of_many_rows_names_their_rate(sqlite_url: str) -> None:
    few = ServingLimits(threads=8, followers=2, turn_away_s=0, caller=CallerLimits(rows_per_s=1))
    with serving(sqlite_url, serving=few) as served:
        served.officer.do(asking(5))
        refusal = served.officer.refused(asking(2))
        assert (refusal.reason, refusal.numbers["limit"]) == ("CALLER_LIMIT_REACHED", "rows_per_s")
        assert 3_000 < refusal.retry_ms <= 5_000
        served.officer.do(GetHeadRequest())


def test_a_second_stream_of_one_caller_is_refused_and_anothers_is_not(limited: Served) -> None:
    limited.finance.do(samples.create_fund())
    first = limited.officer.do(FollowEventsRequest(wait=True))
    assert next(first)
    with pytest.raises(grpc.RpcError) as caught:
        list(limited.officer.do(FollowEventsRequest()))
    assert read_refusal(caught.value).numbers["limit"] == "streams_at_once"
    assert list(limited.reviewer.do(FollowEventsRequest()))
    first.cancel()


@pytest.mark.parametrize(
    "request_of",
    [lambda: FollowEventsRequest(wait=True), lambda: GetHeadRequest(min_position=10)],
    ids=["stream", "call"],
)
def test_a_deadline_further_away_than_the_servers_own_counts_as_that_one(
    sqlite_url: str, request_of: Callable[[], Any]
) -> None:
    limits = ServingLimits(threads=8, followers=4, turn_away_s=0, longest=Longest(call_s=1, stream_s=1))
    with serving(sqlite_url, serving=limits) as served:
        begun_s = time.monotonic()
        with pytest.raises(grpc.RpcError) as caught:
            list(served.officer.do(request_of(), timeout_s=1_000))
        assert read_refusal(caught.value).reason in {"DEADLINE_EXCEEDED", "POSITION_NOT_REACHED"}
        assert time.monotonic() - begun_s < 15


def test_a_write_that_waits_for_longer_than_the_server_admits_is_given_up(sqlite_url: str) -> None:
    limits = ServingLimits(threads=8, followers=4, turn_away_s=0, longest=Longest(call_s=1))
    with serving(sqlite_url, serving=limits) as served:
        blocker = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")  # the head is somebody else's for a while
        try:
            refusal = served.officer.refused(samples.create_fund(), timeout_s=1_000)
        finally:
            blocker.close()
    assert refusal.reason == "DEADLINE_EXCEEDED"


def test_a_caller_who_holds_all_that_it_may_leaves_threads_for_others(sqlite_url: str) -> None:
    limits = ServingLimits(threads=4, followers=4, turn_away_s=0, caller=CallerLimits(100, 2, 2))
    with serving(sqlite_url, serving=limits) as served, ThreadPoolExecutor(16) as threads:
        greedy = [
            threads.submit(served.officer.refused, GetHeadRequest(min_position=10), timeout_s=3) for _ in range(16)
        ]
        assert served.reviewer.do(GetHeadRequest(), timeout_s=3).position == 0
        reasons = [waiting.result().reason for waiting in greedy]
    assert reasons.count("CALLER_LIMIT_REACHED") >= 12
