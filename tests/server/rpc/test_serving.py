"""The server around the services: health, reflection, limits, and a stop that loses nothing."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from award_ledger.server.rpc.serving import SERVICES, ServingLimits
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.values import RecordedEvent
from award_ledger.v1.applications_pb2 import BatchSubmitApplicationsRequest
from award_ledger.v1.history_pb2 import FollowEventsRequest, GetHeadRequest
from tests import samples
from tests.served import Served, read_refusal


def test_health_is_answered_without_a_principal(served: Served) -> None:
    stub: Any = health_pb2_grpc.HealthStub(served.officer.channel)
    for service in ("", *SERVICES):
        answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_reflection_lists_every_service(served: Served) -> None:
    listed = set(ProtoReflectionDescriptorDatabase(served.officer.channel).get_services())
    assert listed == {*SERVICES, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
    assert len(SERVICES) == 16


def test_a_message_over_the_limit_is_refused_by_grpc_itself(served: Served) -> None:
    row = samples.submit(facts={"text": "x" * 4_500_000})
    refusal = served.officer.refused(BatchSubmitApplicationsRequest(requests=[row]))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "")
    assert "larger than max" in refusal.message
    assert served.officer.do(GetHeadRequest()).position == 0


def test_an_unknown_method_is_unimplemented(served: Served) -> None:
    call: Any = served.officer.channel.unary_unary("/award_ledger.v1.FundService/DeleteFund")
    with pytest.raises(grpc.RpcError) as caught:
        call(b"", timeout=5)
    assert read_refusal(caught.value).code is grpc.StatusCode.UNIMPLEMENTED


def test_two_servers_cannot_share_a_port(served: Served, sqlite_url: str) -> None:
    with pytest.raises(RuntimeError):
        Served(sqlite_url, address=f"127.0.0.1:{served.port}")


def test_calls_under_way_end_before_the_server_does(sqlite_url: str) -> None:
    served = Served(sqlite_url, serving=ServingLimits(threads=16))

    def register_until_refused(serials: range) -> tuple[list[int], grpc.StatusCode]:
        recorded: list[int] = []
        for serial in serials:
            try:
                recorded.append(served.officer.do(samples.register(serial)).receipt.position)
            except grpc.RpcError as error:
                return recorded, read_refusal(error).code
        raise AssertionError("the server outlived the test")

    with ThreadPoolExecutor(8) as callers:
        busy = [callers.submit(register_until_refused, range(first, 10_000, 8)) for first in range(8)]
        while served.head() < 20:
            time.sleep(0.005)
        served.stop_serving()
        ended = [caller.result() for caller in busy]
    served.close_channels()
    assert {code for _, code in ended} == {grpc.StatusCode.UNAVAILABLE}
    recorder = open_ledger(sqlite_url)
    # Whoever was answered is in the log, and whoever was not is not.
    answered = sorted(position for recorded, _ in ended for position in recorded)
    assert answered == list(range(1, (recorder.max_notification_id() or 0) + 1))
    recorder.close()


def test_a_stop_ends_followers_with_a_reason_to_come_back(sqlite_url: str) -> None:
    served = Served(sqlite_url)
    served.officer.do(samples.create_fund())
    stream = served.officer.do(FollowEventsRequest(wait=True))
    next(stream)
    begun = time.monotonic()
    served.stop_serving()
    with pytest.raises(grpc.RpcError) as caught:
        next(stream)
    refusal = read_refusal(caught.value)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
    assert time.monotonic() - begun < 4
    served.close_channels()


def test_a_call_that_its_caller_left_still_ends_before_the_store_is_closed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served(database_url)
    reading, left, closed = Event(), Event(), Event()
    read, found_open = LogReader.parcel_after, []

    def read_slowly(reader: LogReader, *bounds: int) -> list[RecordedEvent]:
        reading.set()
        left.wait(10)
        found_open.append(not closed.is_set())
        return read(reader, *bounds)

    monkeypatch.setattr(LogReader, "parcel_after", read_slowly)
    close = served.recorder.close

    def note_and_close() -> None:
        closed.set()
        close()

    monkeypatch.setattr(served.recorder, "close", note_and_close)
    stream = served.officer.do(FollowEventsRequest())
    assert reading.wait(10)
    assert stream.cancel()
    stopping = Thread(target=served.stop_serving)
    stopping.start()
    assert not closed.wait(0.2)
    left.set()
    stopping.join(10)
    assert (closed.is_set(), found_open) == (True, [True])
    served.close_channels()
