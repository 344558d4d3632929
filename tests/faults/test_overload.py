"""A thousand callers at once: some are served, the others are told to come back, and nobody waits for nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sqlalchemy import make_url, text

from award_ledger.server.store.engine import EngineLimits, open_engine
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.writer.verification import verify
from award_ledger.v1.enterprises_pb2 import RegisterEnterpriseRequest, RegisterEnterpriseResponse
from award_ledger.v1.history_pb2 import FollowEventsRequest, GetHeadRequest
from tests import samples
from tests.faults.processes import Nursery, ServerProcess, servers, wait_until
from tests.served import OFFICER, Caller, read_refusal

CALLERS, PLACES, CONNECTIONS, FOLLOWERS = 1_000, 200, 10, 6
METHOD = "/award_ledger.v1.EnterpriseService/RegisterEnterprise"
ROUNDS = 20


class Crowd:
    """Requests over some connections, all at once."""

    def __init__(self, address: str, stack: ExitStack) -> None:
        # Each connection has its own; gRPC would share one among channels that look alike.
        options = [("grpc.use_local_subchannel_pool", 1)]
        self.channels = [
            stack.enter_context(grpc.insecure_channel(address, options=options)) for _ in range(CONNECTIONS)
        ]

    def ask(self, requests: Sequence[RegisterEnterpriseRequest]) -> list[Any]:
        """The calls, under way."""
        return [self._call(i % CONNECTIONS).future(request, **self._how()) for i, request in enumerate(requests)]

    def _call(self, connection: int) -> Any:
        return self.channels[connection].unary_unary(
            METHOD,
            request_serializer=RegisterEnterpriseRequest.SerializeToString,
            response_deserializer=RegisterEnterpriseResponse.FromString,
        )

    @staticmethod
    def _how() -> dict[str, Any]:
        return {"timeout": 60, "metadata": (("x-award-ledger-principal", OFFICER),)}

    def health(self) -> int:
        """What the health service says."""
        stub: Any = health_pb2_grpc.HealthStub(self.channels[0])
        return int(stub.Check(health_pb2.HealthCheckRequest(), timeout=5).status)

    def follow_without_reading(self) -> None:
        """As many event streams as the server allows, of which nobody takes a message."""
        request = FollowEventsRequest(wait=True)
        self.followers = [Caller(channel, OFFICER).send(request, timeout_s=60) for channel in self.channels[:FOLLOWERS]]


@contextmanager
def head_held(url: str) -> Iterator[None]:
    """Another writer has the head: what is accepted meanwhile waits."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(str(make_url(url).database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.close()
        return
    engine = open_engine(url, EngineLimits(idle_in_transaction_s=60))
    with engine.connect() as connection:
        connection.execute(text("SELECT * FROM head FOR UPDATE"))
        yield
    engine.dispose()


def registrations() -> list[RegisterEnterpriseRequest]:
    requests = [samples.register(serial) for serial in range(1, CALLERS + 1)]
    for request in requests:
        request.request_id = str(uuid4())
    return requests


def turned_away(calls: Sequence[Any]) -> list[int]:
    """Which calls have failed, each as OVERLOADED with a delay; any other failure is an AssertionError."""
    failed = [number for number, call in enumerate(calls) if call.done() and call.exception() is not None]
    for number in failed:
        refusal = read_refusal(calls[number])
        assert (refusal.code, refusal.reason, refusal.retry_ms) == (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "OVERLOADED",
            1_000,
        ), refusal
    return failed


def ask_until_done(crowd: Crowd, requests: Sequence[RegisterEnterpriseRequest]) -> None:
    """Who is turned away asks again, with the same request id."""
    while requests:
        calls = crowd.ask(requests)
        wait_until(lambda calls=calls: all(call.done() for call in calls), "every answer")  # type: ignore[misc]
        requests = [requests[number] for number in turned_away(calls)]


def test_a_thousand_callers_are_served_or_told_to_come_back(
    nursery: Nursery, durable_database_url: str, tmp_path: Path
) -> None:
    with servers(nursery, durable_database_url, tmp_path, 1, calls=PLACES) as [server], ExitStack() as stack:
        wait_until(server.answers, f"its start {server.said()}")
        crowd, requests = Crowd(server.address, stack), registrations()
        crowd.follow_without_reading()
        with head_held(durable_database_url):
            calls = crowd.ask(requests)
            wait_until(lambda: len(turned_away(calls)) >= CALLERS - PLACES, "the answer to those who have no place")
            assert crowd.health() == health_pb2.HealthCheckResponse.SERVING
            assert not any(call.done() and call.exception() is None for call in calls)
        wait_until(lambda: all(call.done() for call in calls), "the answer to those who have one")
        assert CALLERS - PLACES <= len(turned_away(calls)) <= CALLERS - PLACES + FOLLOWERS
        ask_until_done(crowd, requests)
        assert Caller(crowd.channels[0], OFFICER).do(GetHeadRequest()).position == CALLERS
    recorder = open_ledger(durable_database_url)
    assert verify(recorder).agrees
    recorder.close()


@pytest.mark.soak
def test_memory_does_not_grow_with_what_is_turned_away(nursery: Nursery, sqlite_url: str, tmp_path: Path) -> None:
    with servers(nursery, sqlite_url, tmp_path, 1, calls=PLACES) as [server], ExitStack() as stack:
        wait_until(server.answers, f"its start {server.said()}")
        crowd, requests = Crowd(server.address, stack), registrations()
        resident_kb = []
        for _ in range(ROUNDS):
            ask_until_done(crowd, requests)  # all but the first time answered from the log
            resident_kb.append(_resident_kb(server))
        assert resident_kb[-1] < 1.1 * resident_kb[ROUNDS // 4], resident_kb


def _resident_kb(server: ServerProcess) -> int:
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])
