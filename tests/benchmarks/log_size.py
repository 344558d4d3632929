"""What the size of the log costs: latency of an approval, start of a server, replay from zero, memory held."""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from itertools import count, islice

import grpc

from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.identity import enterprise_id
from award_ledger.domain.working_set import Ledger
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.writer.resident import Resident
from award_ledger.server.writer.writer import WriterLimits
from award_ledger.v1.transparency_pb2 import GetCheckpointRequest
from award_ledger.v1.transparency_pb2_grpc import TransparencyServiceStub
from tests.benchmarks.callers import Called, Supply, called, one_by_one
from tests.benchmarks.figures import Report
from tests.benchmarks.serving import Databases, Engine, server_process
from tests.benchmarks.workload import Filling, filling, number_of, spread

_SMALL = 1_000
_PROBED, _TIMES = 100, 5
_IN_HAND = 5_000
_SEALED_WITHIN_S = 600
_PAGE = 1_000


class Growing:
    """A log that grows by what a ledger mostly records: registrations first, then applications, each approved."""

    def __init__(self, enterprises: int) -> None:
        self._most = enterprises
        self.enterprises = self.events = 0
        self._serials = count()

    def grow(self, ledger: Filling, events: int) -> None:
        """To about so many events."""
        if not self.events:
            ledger.policies()
            self.events = 102
        known = min(self._most, events // 5)
        ledger.enterprises(range(self.enterprises, known))
        self.events += known - self.enterprises
        self.enterprises = known
        while self.events < events:
            cases = list(spread(islice(self._serials, min(_IN_HAND, (events - self.events) // 2 + 1)), known))
            ledger.applications(cases)
            ledger.approvals(cases)
            self.events += 2 * len(cases)

    def probes(self, ledger: Filling) -> list[Supply]:
        """Applications of a hundred enterprises, for the server that is measured: first ones, then others."""
        serials = list(islice(self._serials, _PROBED))
        found = []
        for turn in range(1 + _TIMES):
            begin = serials[0] if not turn else next(self._serials)
            cases = [
                case._replace(enterprise=n * (self.enterprises // _PROBED))
                for n, case in enumerate(spread(range(begin, begin + _PROBED), self.enterprises))
            ]
            self._serials = count(begin + _PROBED)
            ledger.applications(cases)
            self.events += 2 * _PROBED
            found.append(Supply(cases))
        return found


def measure(report: Report, engine: Engine, databases: Databases, *, events: int, enterprises: int) -> None:
    """At 1,000 events and at every tenfold up to `events`; the rest at the last of them."""
    name = databases.fresh()
    url = databases.url(name)
    growing = Growing(enterprises)
    for size in _tenfolds(events):
        with filling(url) as ledger:
            growing.grow(ledger, size)
            probes = growing.probes(ledger)
        _let_it_seal(engine, url)
        with report.part(f"latency at {size:,} events, {engine}"):
            _latency(report, engine, url, size, probes)
    with report.part(f"latency ratio, {engine}"):
        _ratio(report, engine, databases, url, growing)
    with report.part(f"replay, {engine}"):
        _replay(report, engine, url)
    databases.drop(name)
    if engine == "sqlite":
        with report.part("memory"):
            _memory(report, databases)


def _tenfolds(events: int) -> Iterator[int]:
    size = _SMALL
    while size < events:
        yield size
        size *= 10
    yield events


def _let_it_seal(engine: Engine, url: str) -> None:
    """Until a checkpoint covers the log, as in a ledger that grew by the day. On PostgreSQL the servers here have no
    signer, and seal nothing.
    """
    if engine == "postgresql":
        return
    with server_process(url) as server, grpc.insecure_channel(server.address) as channel:
        service = TransparencyServiceStub(channel)
        give_up_s = time.monotonic() + _SEALED_WITHIN_S
        while time.monotonic() < give_up_s:
            with suppress(grpc.RpcError):  # before the first checkpoint
                newest = service.GetCheckpoint(GetCheckpointRequest(), timeout=60)
                if newest.size == newest.head:
                    return
            time.sleep(0.5)
    raise RuntimeError(f"the log was not sealed within {_SEALED_WITHIN_S} s")


def _ratio(report: Report, engine: Engine, databases: Databases, url: str, growing: Growing) -> None:
    """The large log against one of 1,000 events, in turns: minutes later the machine may be another one."""
    name = databases.fresh()
    small, small_url = Growing(growing.enterprises), databases.url(name)
    with filling(small_url) as ledger:
        small.grow(ledger, _SMALL)
        of_small = small.probes(ledger)
    with filling(url) as ledger:
        of_large = growing.probes(ledger)
    _let_it_seal(engine, url)
    ratios = []
    with server_process(small_url) as one, server_process(url) as other:
        for turn, pair in enumerate(zip(of_small, of_large, strict=True)):
            low, high = (
                _one_caller(server.address, supply).latency_ms()
                for server, supply in zip((one, other), pair, strict=True)
            )
            if turn:  # the first loads the enterprises
                ratios.append(high / low)
    databases.drop(name)
    what = f"latency at {growing.events:,} events ÷ at 1,000, in turns"
    report.add("log size", engine, what, statistics.median(ratios), "×", at_most=1.2)


def _latency(report: Report, engine: Engine, url: str, size: int, probes: list[Supply]) -> None:
    began = time.perf_counter()
    with server_process(url) as server:
        started_s = time.perf_counter() - began
        cold = _one_caller(server.address, probes[0], 1)
        first_s = time.perf_counter() - began
        cold.latencies_s += _one_caller(server.address, probes[0]).latencies_s
        warm = Called()
        for supply in probes[1:]:
            warm.latencies_s += _one_caller(server.address, supply).latencies_s
    report.add("log size", engine, f"start with {size:,} events, until it listens", started_s, "s")
    report.add(
        "log size",
        engine,
        f"start with {size:,} events, until the first approval is answered",
        first_s,
        "s",
        at_most=10,
    )
    report.add("log size", engine, f"approval with {size:,} events, one caller, median", warm.latency_ms(), "ms")
    report.add(
        "log size", engine, f"approval with {size:,} events, one caller, 99th percentile", warm.latency_ms(99), "ms"
    )
    report.add(
        "log size",
        engine,
        f"first approval of an enterprise since the start with {size:,} events, median",
        cold.latency_ms(),
        "ms",
    )
    report.point("latency", f"{engine}, enterprise in memory", size, warm.latency_ms())
    report.point("latency", f"{engine}, first of an enterprise", size, cold.latency_ms())


def _one_caller(address: str, supply: Supply, most: int = _PROBED) -> Called:
    some = supply if most == _PROBED else supply.part(most)
    outcome = called([address], one_by_one, some, callers=1, seconds=600)
    if outcome.failed:
        raise RuntimeError(f"{outcome.failed} approvals failed")
    return outcome


def _replay(report: Report, engine: Engine, url: str) -> None:
    recorder = open_ledger(url)
    ledger, mapper = Ledger(), LedgerMapper()
    spent_s = 0.0
    began = time.perf_counter()
    with recorder.reading() as reader:
        while page := reader.events_after(ledger.position, _PAGE):
            folding = time.perf_counter()
            for recorded in page:
                ledger.apply(mapper.to_domain_event(recorded))
            spent_s += time.perf_counter() - folding
    took_s = time.perf_counter() - began
    recorder.close()
    what = f"replay of {ledger.position:,} events, read, decoded and folded"
    report.add("replay", engine, what, ledger.position / took_s, "/s", at_least=50_000)
    report.add("replay", engine, "  decoded and folded alone", ledger.position / spent_s, "/s")


def _memory(report: Report, databases: Databases) -> None:
    enterprises = 2_000
    name = databases.fresh()
    url = databases.url(name)
    with filling(url) as ledger:
        ledger.policies()
        ledger.enterprises(range(enterprises))
    idle = _bytes_each(url, enterprises)
    with filling(url) as ledger:
        cases = list(spread(range(enterprises), enterprises))
        ledger.applications(cases)
        ledger.approvals(cases)
    awarded = _bytes_each(url, enterprises)
    databases.drop(name)
    report.add("memory", "-", "an enterprise held, registered", idle, "bytes", at_most=2_048)
    report.add("memory", "-", "an enterprise held, with an application and its award", awarded, "bytes")
    report.add("memory", "-", "aggregates held at most, by default", WriterLimits().resident, "")


def _bytes_each(url: str, enterprises: int) -> float:
    """What the writer's memory grows by for each enterprise that it loads."""
    recorder = open_ledger(url)
    ids = [enterprise_id("cn.uscc", number_of(n)) for n in range(enterprises)]
    resident = Resident(WriterLimits().resident)
    with recorder.writing() as transaction:
        resident.catch_up(transaction)
        resident.find(Enterprise, ids[0])
        gc.collect()
        tracemalloc.start()
        for enterprise in ids:
            resident.find(Enterprise, enterprise)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    recorder.close()
    return held / (enterprises - 1)
