"""One span for each call, in its caller's trace, with what its command went through; nothing about anybody."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

import grpc
import pytest
import structlog
from eventsourcing.persistence import OperationalError
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode, format_trace_id

from award_ledger.server.rpc.watch import Watch
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.watch.traces import Tracing, tracing_to
from award_ledger.v1.enterprises_pb2 import BatchRegisterEnterprisesRequest, GetEnterpriseRequest
from award_ledger.v1.history_pb2 import FollowEventsRequest
from tests import samples
from tests.faults.processes import wait_until
from tests.served import Caller, Served, serving

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
REGISTER = "award_ledger.v1.EnterpriseService/RegisterEnterprise"
STEPS = ["wait", "assess", "insert", "commit"]


class Spans:
    """Those that have ended; each test takes its own."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracing = Tracing(SimpleSpanProcessor(self.exporter), "1.2.3")

    def of_call(self) -> tuple[ReadableSpan, list[ReadableSpan]]:
        """The one call since the last time, and its children. A call's span is the last of it that ends."""
        wait_until(lambda: any(span.parent is None or span.parent.is_remote for span in self.ended()), "its span")
        spans = self.ended()
        self.exporter.clear()
        return spans[-1], list(spans[:-1])

    def ended(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()


@pytest.fixture(scope="module")
def spans() -> Iterator[Spans]:
    made = Spans()
    yield made
    made.tracing.stop()


@pytest.fixture
def traced(sqlite_url: str, spans: Spans) -> Iterator[Served]:
    with serving(sqlite_url, watch=Watch(traces=spans.tracing.around)) as served:
        served.officer.do(samples.create_fund())
        spans.of_call()
        yield served


def calling(served: Served, traceparent: str) -> Caller:
    """The officer, whose system traces what it does."""
    caller = served.caller("li@kjt")
    caller.metadata = (*caller.metadata, ("traceparent", traceparent))
    return caller


def test_a_write_is_a_span_with_what_its_command_went_through(traced: Served, spans: Spans) -> None:
    traced.officer.do(samples.register())
    call, steps = spans.of_call()
    assert call.name == REGISTER
    assert dict(call.attributes or {}) == {
        "rpc.system": "grpc",
        "rpc.service": "award_ledger.v1.EnterpriseService",
        "rpc.method": "RegisterEnterprise",
        "rpc.grpc.status_code": 0,
        "award_ledger.position": 2,
    }
    assert [step.name for step in steps] == STEPS
    assert all(step.parent is not None and step.parent.span_id == call.context.span_id for step in steps)
    assert dict(steps[-1].attributes or {}) == {"award_ledger.commands": 1, "award_ledger.events": 1}
    instants = [instant for step in steps for instant in (step.start_time, step.end_time)]
    assert instants == sorted(instants, key=lambda instant: instant or 0)


def test_the_trace_of_the_caller_is_followed(traced: Served, spans: Spans) -> None:
    calling(traced, f"00-{TRACE}-{PARENT}-01").do(samples.register())
    call, steps = spans.of_call()
    assert {format_trace_id(span.context.trace_id) for span in (call, *steps)} == {TRACE}
    assert call.parent is not None
    assert f"{call.parent.span_id:016x}" == PARENT


def test_a_caller_that_is_not_traced_leaves_no_span(traced: Served, spans: Spans) -> None:
    calling(traced, f"00-{TRACE}-{PARENT}-00").do(samples.register())
    traced.officer.do(samples.register(2))
    call, _ = spans.of_call()
    assert (call.attributes or {})["award_ledger.position"] == 3


def test_a_traceparent_that_is_none_begins_a_trace_of_its_own(traced: Served, spans: Spans) -> None:
    calling(traced, "00-nonsense").do(samples.register())
    call, _ = spans.of_call()
    assert call.parent is None


def test_a_refusal_is_told_and_is_no_error_of_the_server(traced: Served, spans: Spans) -> None:
    traced.officer.refused(GetEnterpriseRequest(number=samples.number(7)))
    call, steps = spans.of_call()
    assert (call.attributes or {})["award_ledger.reason"] == "ENTERPRISE_NOT_FOUND"
    assert (call.attributes or {})["rpc.grpc.status_code"] == grpc.StatusCode.NOT_FOUND.value[0]
    assert call.status.status_code is StatusCode.UNSET
    assert steps == []


def test_a_database_that_fails_is_an_error_of_the_server(
    traced: Served, spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: LogRecorder) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(LogRecorder, "writing", fail)
    traced.officer.refused(samples.register())
    call, steps = spans.of_call()
    assert (call.status.status_code, call.status.description) == (StatusCode.ERROR, "STORE_UNAVAILABLE")
    assert steps == []


def test_a_stream_that_its_caller_leaves_is_a_span_and_no_error(traced: Served, spans: Spans) -> None:
    stream = traced.officer.send(FollowEventsRequest(wait=True))
    next(iter(stream))
    stream.cancel()
    traced.officer.do(samples.register())  # wakes the stream, which finds nobody there
    wait_until(lambda: any(span.name.endswith("/FollowEvents") for span in spans.ended()), "the end of the stream")
    [followed] = [span for span in spans.ended() if span.name.endswith("/FollowEvents")]
    spans.exporter.clear()
    assert (followed.attributes or {})["rpc.grpc.status_code"] in (0, grpc.StatusCode.CANCELLED.value[0])
    assert followed.status.status_code is StatusCode.UNSET


def test_of_a_batch_the_first_row_stands_for_all(traced: Served, spans: Spans) -> None:
    rows = [samples.register(serial) for serial in (1, 2, 3)]
    for number, row in enumerate(rows):
        row.request_id = f"00000000-0000-4000-8000-{number:012}"
    traced.officer.do(BatchRegisterEnterprisesRequest(requests=rows))
    call, steps = spans.of_call()
    assert call.name.endswith("/BatchRegisterEnterprises")
    assert [step.name for step in steps] == STEPS
    assert dict(steps[-1].attributes or {}) == {"award_ledger.commands": 3, "award_ledger.events": 3}


def test_no_span_names_who_called_or_whom_it_was_about(traced: Served, spans: Spans) -> None:
    traced.caller("eve@nowhere").do(samples.register())
    call, steps = spans.of_call()
    told = " ".join(span.to_json() for span in (call, *steps))
    assert samples.number().number not in told
    assert "nowhere" not in told


def test_the_line_of_the_log_names_the_trace(traced: Served, spans: Spans) -> None:
    with structlog.testing.capture_logs() as lines:
        calling(traced, f"00-{TRACE}-{PARENT}-01").do(samples.register())
        spans.of_call()
        wait_until(lambda: lines, "the line")
    assert [line["trace"] for line in lines] == [TRACE]


def test_a_collector_hears_of_every_call(sqlite_url: str) -> None:
    heard: SimpleQueue[Any] = SimpleQueue()

    class Collector(trace_service_pb2_grpc.TraceServiceServicer):
        def Export(self, request: Any, context: grpc.ServicerContext) -> Any:
            heard.put(request)
            return trace_service_pb2.ExportTraceServiceResponse()

    server = grpc.server(ThreadPoolExecutor(1))
    add: Any = trace_service_pb2_grpc.add_TraceServiceServicer_to_server  # untyped there
    add(Collector(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    tracing = tracing_to(f"http://127.0.0.1:{port}", "1.2.3")
    with serving(sqlite_url, watch=Watch(traces=tracing.around)) as served:
        served.officer.do(samples.register())
    tracing.stop()
    [sent] = heard.get(timeout=20).resource_spans
    server.stop(None)
    about = {pair.key: pair.value.string_value for pair in sent.resource.attributes}
    assert about["service.name"] == "award-ledger"
    assert about["service.version"] == "1.2.3"
    assert [span.name for span in sent.scope_spans[0].spans] == [*STEPS, REGISTER]
