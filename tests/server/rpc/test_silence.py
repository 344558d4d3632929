"""Callers who open a call or a connection and say nothing: nobody else waits for them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event
from typing import Any

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from award_ledger.server.rpc import serving as serving_module
from award_ledger.server.rpc.interceptors.allowances import CallerLimits
from award_ledger.server.rpc.interceptors.patience import Longest
from award_ledger.server.rpc.serving import ServingLimits
from award_ledger.v1.history_pb2 import GetHeadRequest
from tests.rights import NamedIdentity
from tests.served import OFFICER, Served, read_refusal, serving

THREADS = 2
SMALL = ServingLimits(
    threads=THREADS, followers=1, turn_away_s=0, caller=CallerLimits(100, 1, 1), longest=Longest(request_s=1)
)
CALL, STREAM = "/award_ledger.v1.HistoryService/GetHead", "/award_ledger.v1.HistoryService/FollowEvents"
UPLOAD = "/award_ledger.v1.FinanceService/ImportStatement"
WATCH, CHECK = "/grpc.health.v1.Health/Watch", "/grpc.health.v1.Health/Check"
WHO = "x-award-ledger-principal"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    url = f"sqlite:///{tmp_path_factory.mktemp('silence') / 'ledger.sqlite3'}"
    with serving(url, authenticator=NamedIdentity(), serving=SMALL) as running:
        yield running


def raw(channel: grpc.Channel, method: str) -> Any:
    """A method by its bytes, whatever it takes and answers."""
    made: Any = channel.stream_stream(method)
    return made


@contextmanager
def silent(served: Served, method: str, principal: str = "") -> Iterator[Any]:
    """A call whose request never comes."""
    said = Event()

    def nothing() -> Iterator[bytes]:
        said.wait()
        yield from ()

    with grpc.insecure_channel(f"127.0.0.1:{served.port}") as channel:
        call = raw(channel, method)(nothing(), metadata=((WHO, principal),) if principal else ())
        try:
            yield call
        finally:
            call.cancel()
            said.set()


@pytest.mark.parametrize("method", [CALL, STREAM, UPLOAD])
def test_a_stranger_who_says_nothing_is_refused_at_once_and_keeps_no_thread(served: Served, method: str) -> None:
    with ExitStack() as calls:
        strangers = [calls.enter_context(silent(served, method)) for _ in range(2 * THREADS)]
        assert {read_refusal(call).reason for call in strangers if call.code()} == {"UNAUTHENTICATED"}
        served.officer.do(GetHeadRequest(), timeout_s=5)


def test_strangers_who_ask_half_a_question_about_health_keep_no_caller_waiting(served: Served) -> None:
    with ExitStack() as calls:
        strangers = [calls.enter_context(silent(served, method)) for method in (WATCH, CHECK) * THREADS]
        served.officer.do(GetHeadRequest(), timeout_s=5)
        assert {call.code() for call in strangers} == {grpc.StatusCode.CANCELLED}


def test_a_caller_who_says_nothing_has_one_of_their_own_calls_and_a_while(served: Served) -> None:
    with silent(served, CALL, "silent@kjt") as first, silent(served, UPLOAD, "mute@kjt") as second:
        assert {first.code(), second.code()} == {grpc.StatusCode.CANCELLED}
    served.caller("silent@kjt").do(GetHeadRequest(), timeout_s=5)


@pytest.mark.parametrize("method", [CALL, STREAM])
def test_a_call_that_ends_without_a_request_is_refused(served: Served, method: str) -> None:
    call = raw(served.officer.channel, method)(iter(()), metadata=((WHO, OFFICER),))
    assert call.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "exactly one" in read_refusal(call).fields["request"]


def test_health_is_told_and_watched_as_before(served: Served) -> None:
    stub: Any = HealthStub(served.officer.channel)
    assert stub.Check(HealthCheckRequest(), timeout=5).status == HealthCheckResponse.SERVING
    watching = stub.Watch(HealthCheckRequest(), timeout=5)
    assert next(watching).status == HealthCheckResponse.SERVING
    watching.cancel()
    for question in (b"\xff", None):
        asked = raw(served.officer.channel, CHECK)(iter([question] if question else ()))
        assert asked.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_connection_that_says_nothing_is_closed(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_module, "HANDSHAKE_S", 1)
    with serving(sqlite_url) as served, socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        while connection.recv(1_024):
            pass
