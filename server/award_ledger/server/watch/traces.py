"""One span for each call, with children for what its command went through: waiting, assessing, inserting, committing.

A caller's `traceparent` (W3C Trace Context) is followed, so that the span belongs to the trace of whoever called. A
span says method, outcome and position; never a principal or any other value out of a request.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import grpc
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, format_trace_id, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from award_ledger.server.clock import Clock, SystemClock
from award_ledger.server.rpc.call import Call, current_call
from award_ledger.server.rpc.interceptors.around import Around
from award_ledger.server.writer.timing import Passage

_CARRIED = ("traceparent", "tracestate")
_SERVERS_FAULT = frozenset({"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"})
"""Codes that make a server's span an error, by OpenTelemetry's conventions for gRPC."""


class Traces(Around):
    """Directly inside the log of calls, which begins the call, and outside all that decides how it ends."""

    def __init__(self, tracer: Tracer, clock: Clock) -> None:
        self._tracer, self._clock, self._propagator = tracer, clock, TraceContextTextMapPropagator()

    @contextmanager
    def around(self, method: str, context: grpc.ServicerContext) -> Iterator[None]:
        call = current_call()
        service, _, name = method[1:].partition("/")
        carried = {key: str(value) for key, value in context.invocation_metadata() if key in _CARRIED}
        span = self._tracer.start_span(
            method[1:],
            context=self._propagator.extract(carried),
            kind=SpanKind.SERVER,
            attributes={"rpc.system": "grpc", "rpc.service": service, "rpc.method": name},
        )
        if not span.is_recording():
            yield
            return
        call.trace = format_trace_id(span.get_span_context().trace_id)
        call.passage = Passage()
        gone = False
        try:
            yield
        except GeneratorExit:  # the caller of a stream has gone
            gone = True
            raise
        finally:
            self._tell_passage(span, call.passage)
            _end(span, call, "CANCELLED" if gone else call.code)

    def _tell_passage(self, parent: Span, passage: Passage) -> None:
        batch = passage.batch
        if batch is None:
            return
        # Spans are stamped by the wall clock, and what happened is known by the monotonic one.
        since_ns = self._clock.now_us() * 1_000 - time.monotonic_ns()
        context = set_span_in_context(parent)
        for name, begun_ns, ended_ns in (
            ("wait", passage.queued_ns, batch.held_ns),
            ("assess", passage.assessed_from_ns, passage.assessed_to_ns),
            ("insert", batch.decided_ns, batch.appended_ns),
            ("commit", batch.appended_ns, batch.committed_ns),
        ):
            child = self._tracer.start_span(name, context, start_time=since_ns + begun_ns)
            if name == "commit":
                child.set_attributes({"award_ledger.commands": batch.commands, "award_ledger.events": batch.events})
            child.end(since_ns + ended_ns)


def _end(span: Span, call: Call, code: str) -> None:
    span.set_attribute("rpc.grpc.status_code", grpc.StatusCode[code].value[0])
    if call.reason:
        span.set_attribute("award_ledger.reason", call.reason)
    if call.position:
        span.set_attribute("award_ledger.position", call.position)
    if code in _SERVERS_FAULT:
        span.set_status(Status(StatusCode.ERROR, call.reason))
    span.end()


class Tracing:
    """Where spans go. Stop once: what waits is sent then."""

    def __init__(self, processor: SpanProcessor, version: str, clock: Clock | None = None) -> None:
        resource = Resource.create({"service.name": "award-ledger", "service.version": version})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self.around = Traces(self._provider.get_tracer("award_ledger.server", version), clock or SystemClock())

    def stop(self) -> None:
        """Sends what waits, as far as that can be done in a moment."""
        self._provider.shutdown()


def tracing_to(endpoint: str, version: str) -> Tracing:
    """Spans go to a collector by OTLP over gRPC. `http://HOST:PORT` is in plain text, `https://HOST:PORT` is not.

    How many calls are traced, headers, certificates and limits are the variables of OpenTelemetry's SDK
    (`OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`, …).
    """
    return Tracing(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=5)), version)
