"""How fast the store alone appends and reads, durably, on each engine: `python -m tests.benchmarks.store`.

Each figure is the median of the batches timed within `--seconds`; an event has 600 bytes of state and touches five
other aggregates, two of them the same every time.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID, uuid4

from award_ledger.server.clock import SystemClock
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.values import NewEvent
from tests.benchmarks.figures import Report
from tests.benchmarks.serving import ENGINES, Databases, Engine, databases

_STATE = bytes(range(32, 92)) * 10
_HOT = (UUID(int=1), UUID(int=2))
_FEWEST_BATCHES = 5
_PAGE = 1_000
SIZES = (1, 100, 1_000)


def _batch(size: int) -> list[NewEvent]:
    return [
        NewEvent(uuid4(), 1, "enterprise.award_approved.v1", _STATE, (*_HOT, uuid4(), uuid4(), uuid4()))
        for _ in range(size)
    ]


def _medians(make: Callable[[], Callable[[], None]], seconds: float) -> float:
    """Seconds of one call of what `make` returns; making it is not timed."""
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(taken) < _FEWEST_BATCHES:
        act = make()
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _appending(log: LogRecorder, size: int) -> Callable[[], Callable[[], None]]:
    clock = SystemClock()

    def make() -> Callable[[], None]:
        events = _batch(size)

        def append() -> None:
            with log.writing() as transaction:
                transaction.append(events, clock.now_us())

        return append

    return make


def measure(report: Report, engine: Engine, databases: Databases, seconds: float, sizes: Sequence[int] = SIZES) -> None:
    """Appends of these sizes, a page read, and aggregates found."""
    name = databases.fresh()
    log = open_ledger(databases.url(name))
    _measure(report, engine, log, sizes, seconds)
    log.close()
    databases.drop(name)


def _measure(report: Report, engine: Engine, log: LogRecorder, sizes: Sequence[int], seconds: float) -> None:
    def add(what: str, count: int, took_s: float) -> None:
        report.add("store", engine, f"{what}: {took_s * 1e3:,.2f} ms", count / took_s, "/s")

    for size in sizes:
        add(f"append a batch of {size:,} events", size, _medians(_appending(log, size), seconds))
    with log.writing() as transaction:
        transaction.append(_batch(10_000), 0)
    with log.reading() as reader:
        start = reader.head - _PAGE
        add(
            f"read a page of {_PAGE:,} events",
            _PAGE,
            _medians(lambda: lambda: _read(reader.events_after, start, _PAGE), seconds),
        )
        known = [event.originator_id for event in reader.events_after(start, 100)]
        wanted = known + [uuid4() for _ in range(700)]
        add(
            f"find {len(wanted)} aggregates, 1 in 8 known",
            len(wanted),
            _medians(lambda: lambda: _read(reader.events_of, wanted), seconds),
        )


def _read(method: Callable[..., object], *arguments: object) -> None:
    method(*arguments)


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", nargs="+", default=ENGINES, choices=ENGINES)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="events in a batch")
    parser.add_argument("--seconds", type=float, default=3.0, help="spent on each figure")
    chosen = parser.parse_args()
    report = Report()
    for engine in chosen.engines:
        with databases(engine, Path()) as found:
            measure(report, engine, found, chosen.seconds, chosen.sizes)


if __name__ == "__main__":
    main()
