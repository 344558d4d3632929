"""The metrics of one server. Labels hold names from the contract and from here; never a principal, a payee, an
enterprise or any other value out of a request: for privacy, and so that their number is bounded.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterator
from typing import cast

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import QueuePool

from award_ledger.server.rpc.call import Call
from award_ledger.server.rpc.watch import Watch
from award_ledger.server.running import RunningLedger
from award_ledger.server.transparency.published import Sizes
from award_ledger.server.writer.timing import BatchTimes

_NS = 1_000_000_000
_CALL_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_PHASE_BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
_BATCH_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Metrics:
    """Hears what happens, and makes one page of it. `info` are facts that stay, such as the version."""

    def __init__(self, info: dict[str, str]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._info = info
        self._calls = Counter(
            "award_ledger_calls", "Calls that have ended.", ["method", "code", "reason"], registry=self.registry
        )
        self._call_seconds = Histogram(
            "award_ledger_call_seconds",
            "How long calls took; streams from their beginning to their end.",
            ["method"],
            buckets=_CALL_BUCKETS_S,
            registry=self.registry,
        )
        self._rows = Counter(
            "award_ledger_batch_rows",
            "Rows of calls that carry many.",
            ["method", "code", "reason"],
            registry=self.registry,
        )
        self._commands = Histogram(
            "award_ledger_writer_batch_commands",
            "Commands that were decided and committed together.",
            buckets=_BATCH_BUCKETS,
            registry=self.registry,
        )
        self._phases = Histogram(
            "award_ledger_writer_seconds",
            "What the writer spent on a batch: waiting for the head, deciding, inserting, committing.",
            ["phase"],
            buckets=_PHASE_BUCKETS_S,
            registry=self.registry,
        )
        self._events = Counter(
            "award_ledger_events_appended", "Events that this server has committed.", registry=self.registry
        )
        self._failures = Counter(
            "award_ledger_writer_failures", "Batches that the database did not take.", registry=self.registry
        )

    def watch(self) -> Watch:
        """What a ledger is to be given, so that these are told."""
        return Watch(call=self._hear_call, batch=self._hear_batch)

    def observe(self, ledger: RunningLedger, sizes: Callable[[], Sizes | None]) -> None:
        """From now on the page says how busy this ledger is. `sizes` is what is known of the transparency log."""
        self.registry.register(_Gauges(ledger, sizes, self._info))

    def _hear_call(self, call: Call, took_ns: int) -> None:
        method = _method(call)
        self._calls.labels(method, call.code, call.reason).inc()
        self._call_seconds.labels(method).observe(took_ns / _NS)
        for (code, reason), count in Tally((row.code, row.reason) for row in call.rows).items():
            self._rows.labels(method, code, reason).inc(count)

    def _hear_batch(self, times: BatchTimes | None) -> None:
        if times is None:
            self._failures.inc()
            return
        self._commands.observe(times.commands)
        self._events.inc(times.events)
        ends = (times.held_ns, times.decided_ns, times.appended_ns, times.committed_ns)
        for phase, begun_ns, ended_ns in zip(
            ("head", "decide", "insert", "commit"), (times.begun_ns, *ends), ends, strict=False
        ):
            self._phases.labels(phase).observe((ended_ns - begun_ns) / _NS)


class _Gauges(Collector):
    """Asked at each look at the page; asks nothing of the database, so that a look never waits for it."""

    def __init__(self, ledger: RunningLedger, sizes: Callable[[], Sizes | None], info: dict[str, str]) -> None:
        self._ledger, self._sizes, self._info = ledger, sizes, info

    def collect(self) -> Iterator[Metric]:
        about = GaugeMetricFamily("award_ledger_server_info", "What runs here.", labels=list(self._info))
        about.add_metric(list(self._info.values()), 1)
        yield about
        yield from self._occupancy()
        yield from self._log()
        yield from self._memory()
        pool = cast(QueuePool, self._ledger.recorder.engine.pool)
        yield _gauge("database_connections_in_use", "Database connections that are being used.", pool.checkedout())
        yield _gauge("database_connections_most", "Database connections that this server may have.", pool.size())

    def _occupancy(self) -> Iterator[Metric]:
        now = self._ledger.occupancy()
        yield _gauge("calls_under_way", "Calls on a thread; streams among them.", now.calls)
        yield _gauge("calls_queued", "Calls that wait for a thread.", now.calls_queued)
        yield _gauge("commands_waiting", "Commands that wait for the writer.", self._ledger.writer.waiting)
        yield _gauge("followers", "Streams of events that are open.", now.followers)
        yield _gauge("log_streams", "Streams of the transparency log that are open.", now.streams)
        yield _gauge("head_position", "Position of the last event, looked at once a second.", now.head)
        yield _gauge("store_reachable", "1 while the database can be read.", now.reachable)
        if now.sealing is not None:
            yield _gauge("sealing_well", "1 while this server can seal.", now.sealing)

    def _log(self) -> Iterator[Metric]:
        sizes = self._sizes()
        if sizes is None:
            return
        head = self._ledger.occupancy().head
        yield _gauge("sealed_size", "Events that a signed checkpoint covers.", sizes.signed)
        yield _gauge("sealed_lag_events", "Events that no checkpoint covers yet.", max(0, head - sizes.signed))
        yield _gauge("cosigned_size", "Events that a checkpoint with enough cosignatures covers.", sizes.cosigned)

    def _memory(self) -> Iterator[Metric]:
        use = self._ledger.writer.memory
        yield _gauge("aggregates_in_memory", "Aggregates that the writer holds.", use.held)
        yield _gauge("aggregates_most", "Aggregates that it may hold between batches.", use.capacity)
        yield _counter("aggregates_found", "Look-ups of an aggregate that was in memory.", use.found)
        yield _counter("aggregates_loaded", "Aggregates that were read from the database.", use.loaded)


def _method(call: Call) -> str:
    return call.method.rpartition(".")[2]


def _gauge(name: str, text: str, value: int | bool) -> Metric:
    return GaugeMetricFamily(f"award_ledger_{name}", text, value=value)


def _counter(name: str, text: str, value: int) -> Metric:
    return CounterMetricFamily(f"award_ledger_{name}", text, value=value)
