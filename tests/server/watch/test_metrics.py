"""What Prometheus finds: numbers that are true, and nothing about anybody."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import grpc
import pytest
from eventsourcing.persistence import OperationalError
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from award_ledger.server.rpc import store_health
from award_ledger.server.rpc.serving import SERVICES, ServingLimits
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.transparency.published import Sizes
from award_ledger.server.watch.log_sizes import LogSizes
from award_ledger.server.watch.metrics import Metrics
from award_ledger.server.watch.metrics_http import MetricsHttp
from award_ledger.v1.enterprises_pb2 import BatchRegisterEnterprisesRequest, GetEnterpriseRequest
from award_ledger.v1.history_pb2 import FollowEventsRequest, GetHeadRequest
from tests import samples
from tests.faults.processes import wait_until
from tests.served import OFFICER, Served, serving
from tests.server.transparency.logs import HeldLog, record

THREADS, PLACES = 2, 5


@pytest.fixture
def metrics() -> Metrics:
    return Metrics({"version": "1.2.3", "database": "sqlite"})


@pytest.fixture
def watched(sqlite_url: str, metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A ledger with a fund, a measure and an enterprise: three events. Its head is looked at again and again."""
    monkeypatch.setattr(store_health, "LOOK_EVERY_S", 0.01)
    with serving(sqlite_url, watch=metrics.watch()) as served:
        metrics.observe(served.ledger, lambda: None)
        samples.prepare(served.officer)
        yield served


def value(metrics: Metrics, name: str, **labels: str) -> float:
    """Of one sample; 0 before there is one."""
    return metrics.registry.get_sample_value(f"award_ledger_{name}", labels) or 0


def called(metrics: Metrics, method: str, code: str = "OK", reason: str = "") -> float:
    return value(metrics, "calls_total", method=method, code=code, reason=reason)


def labels(registry: CollectorRegistry) -> set[tuple[str, str]]:
    """Every label of every sample, the bounds of buckets not among them."""
    return {
        label
        for family in registry.collect()
        for sample in family.samples
        for label in sample.labels.items()
        if label[0] != "le"
    }


def test_calls_are_counted_by_method_code_and_reason(watched: Served, metrics: Metrics) -> None:
    for _ in range(2):
        watched.officer.refused(GetEnterpriseRequest(number=samples.number(7)))
    # The answer may arrive before the call's end is noted.
    not_found = ("EnterpriseService/GetEnterprise", "NOT_FOUND", "ENTERPRISE_NOT_FOUND")
    wait_until(lambda: called(metrics, *not_found) == 2, "two refusals")
    assert called(metrics, "EnterpriseService/RegisterEnterprise") == 1
    assert value(metrics, "call_seconds_count", method="EnterpriseService/GetEnterprise") == 2
    assert 0 < value(metrics, "call_seconds_sum", method="EnterpriseService/RegisterEnterprise") < 20


def test_rows_of_a_batch_are_counted_each_by_its_own_end(watched: Served, metrics: Metrics) -> None:
    rows = [samples.register(serial) for serial in (2, 3, 3)]
    for number, row in enumerate(rows):
        row.request_id = f"00000000-0000-4000-8000-{number:012}"
    watched.officer.do(BatchRegisterEnterprisesRequest(requests=rows))
    method = "EnterpriseService/BatchRegisterEnterprises"
    wait_until(lambda: called(metrics, method) == 1, "the call")
    assert value(metrics, "batch_rows_total", method=method, code="OK", reason="") == 2
    refused = {"method": method, "code": "ALREADY_EXISTS", "reason": "ENTERPRISE_EXISTS"}
    assert value(metrics, "batch_rows_total", **refused) == 1


def test_the_writer_tells_of_its_batches_and_what_each_phase_took(watched: Served, metrics: Metrics) -> None:
    assert value(metrics, "events_appended_total") == watched.head() == 3
    assert value(metrics, "writer_batch_commands_sum") == 3
    batches = value(metrics, "writer_batch_commands_count")
    for phase in ("head", "decide", "insert", "commit"):
        assert value(metrics, "writer_seconds_count", phase=phase) == batches
        assert 0 < value(metrics, "writer_seconds_sum", phase=phase) < 20


def test_a_batch_that_the_database_does_not_take_is_counted(
    watched: Served, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: LogRecorder) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(LogRecorder, "writing", fail)
    assert watched.officer.refused(samples.register(2)).code is grpc.StatusCode.UNAVAILABLE
    assert value(metrics, "writer_failures_total") == 1
    unavailable = ("EnterpriseService/RegisterEnterprise", "UNAVAILABLE", "STORE_UNAVAILABLE")
    wait_until(lambda: called(metrics, *unavailable) == 1, "the failed call")


def test_the_head_and_whether_the_store_can_be_read_are_told(
    watched: Served, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_until(lambda: value(metrics, "head_position") == 3, "the next look at the head")
    assert value(metrics, "store_reachable") == 1

    def fail(_: LogRecorder) -> int:
        raise OperationalError("away")

    monkeypatch.setattr(LogRecorder, "max_notification_id", fail)
    wait_until(lambda: value(metrics, "store_reachable") == 0, "the next look")
    assert value(metrics, "head_position") == 3


def test_memory_and_connections_are_told_with_their_bounds(watched: Served, metrics: Metrics) -> None:
    assert 3 <= value(metrics, "aggregates_in_memory") <= value(metrics, "aggregates_most") == 100_000
    loaded, found = value(metrics, "aggregates_loaded_total"), value(metrics, "aggregates_found_total")
    watched.officer.do(samples.register(2))
    watched.officer.do(samples.submit())
    assert value(metrics, "aggregates_found_total") > found
    assert value(metrics, "aggregates_loaded_total") > loaded
    assert value(metrics, "database_connections_most") == 20
    with watched.recorder.reading():
        assert value(metrics, "database_connections_in_use") >= 1


def test_what_waits_what_runs_and_what_is_turned_away_are_told_apart(sqlite_url: str, metrics: Metrics) -> None:
    limits = ServingLimits(threads=THREADS, followers=1, calls=PLACES, turn_away_s=0)
    with serving(sqlite_url, serving=limits, watch=metrics.watch()) as served:
        metrics.observe(served.ledger, lambda: None)
        head = GetHeadRequest(min_position=1)  # waits, as long as there is no event
        follower = served.officer.send(FollowEventsRequest(wait=True))
        wait_until(lambda: value(metrics, "followers") == 1, "the follower")
        callers = [served.caller(OFFICER) for _ in range(PLACES)]
        waiting = [caller.channel for caller in callers]
        calls: list[Any] = [
            channel.unary_unary(
                "/award_ledger.v1.HistoryService/GetHead", request_serializer=GetHeadRequest.SerializeToString
            ).future(head, timeout=20, metadata=served.officer.metadata)
            for channel in waiting
        ]
        wait_until(lambda: called(metrics, "HistoryService/GetHead", "RESOURCE_EXHAUSTED", "OVERLOADED") >= 1, "no")
        assert value(metrics, "calls_under_way") == THREADS
        assert value(metrics, "calls_queued") == PLACES - THREADS
        for call in (*calls, follower):
            call.cancel()


def test_how_far_the_log_is_sealed_and_cosigned_is_told(
    sqlite_url: str, tmp_path: Path, metrics: Metrics, watched: Served
) -> None:
    held = HeldLog(sqlite_url, tmp_path)
    try:
        held.seal()
        record(held.recorder, 10)
        sizes = LogSizes(held.published)
        sizes.look()
        assert sizes.newest == Sizes(signed=3, cosigned=0)
        held.store.put_cosignature(3, "witness.example", b"a line\n")
        sizes.look()
        told = Metrics({})
        told.observe(watched.ledger, lambda: sizes.newest)
        wait_until(lambda: value(told, "sealed_lag_events") == 10, "the next look at the head")
        assert (value(told, "sealed_size"), value(told, "cosigned_size")) == (3, 3)
    finally:
        held.close()


def test_a_look_at_a_log_that_is_away_keeps_what_was_known(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = HeldLog(sqlite_url, tmp_path)
    try:
        record(held.recorder, 2)
        held.seal()
        sizes = LogSizes(held.published)
        sizes.look()

        def fail() -> None:
            raise OperationalError("away")

        monkeypatch.setattr(held.published, "sizes", fail)
        sizes.look()
        assert sizes.newest == Sizes(signed=2)
    finally:
        held.close()


def test_no_label_names_a_principal_an_enterprise_or_anything_else_from_a_request(
    watched: Served, metrics: Metrics
) -> None:
    samples.awarded(watched.officer)
    watched.caller("eve@nowhere").refused(GetEnterpriseRequest(number=samples.number(9)))
    wait_until(
        lambda: called(metrics, "EnterpriseService/GetEnterprise", "NOT_FOUND", "ENTERPRISE_NOT_FOUND"), "the last call"
    )
    found = labels(metrics.registry)
    assert {name for name, _ in found} == {"method", "code", "reason", "phase", "version", "database"}
    known = {service.rpartition(".")[2] for service in SERVICES}
    assert {text.partition("/")[0] for name, text in found if name == "method"} <= known
    assert {text for name, text in found if name == "code"} <= {code.name for code in grpc.StatusCode}
    assert {text for name, text in found if name == "reason"} == {"", "ENTERPRISE_NOT_FOUND"}


def test_a_method_that_nobody_knows_makes_no_label(watched: Served, metrics: Metrics) -> None:
    before = labels(metrics.registry)
    call: Any = watched.officer.channel.unary_unary("/award_ledger.v1.EnterpriseService/Made_Up")
    with pytest.raises(grpc.RpcError):
        call(b"", timeout=20, metadata=watched.officer.metadata)
    assert labels(metrics.registry) == before


@pytest.fixture
def page(watched: Served, metrics: Metrics) -> Iterator[MetricsHttp]:
    http = MetricsHttp(metrics.registry, "127.0.0.1", 0)
    http.start()
    yield http
    http.stop()


def ask(http: MetricsHttp, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", http.port, timeout=10)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def test_prometheus_reads_the_page(page: MetricsHttp) -> None:
    response, body = ask(page, "/metrics")
    assert response.status == 200
    families = {family.name: family for family in text_string_to_metric_families(body.decode())}
    assert families["award_ledger_server_info"].samples[0].labels == {"version": "1.2.3", "database": "sqlite"}
    assert "process_resident_memory_bytes" in families
    assert all(family.documentation for family in families.values())


def test_the_page_is_the_only_thing_there(page: MetricsHttp) -> None:
    response, body = ask(page, "/metrics", "HEAD")
    assert (response.status, body) == (200, b"")
    assert ask(page, "/")[0].status == 404
    assert ask(page, "/metrics", "POST")[0].status == 501
    openmetrics, body = ask(page, "/metrics", Accept="application/openmetrics-text")
    assert openmetrics.headers["Content-Type"].startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")
