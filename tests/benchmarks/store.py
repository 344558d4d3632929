"""How fast the store alone appends and reads, durably, on each engine: `python -m tests.benchmarks.store`.

Each figure is the median of the batches timed within `--seconds`; an event has 600 bytes of state and touches five
other aggregates, two of them the same every time.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from award_ledger.server.clock import SystemClock
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.values import NewEvent
from tests.postgres_server import PostgresServer

_STATE = bytes(range(32, 92)) * 10
_HOT = (UUID(int=1), UUID(int=2))
_FEWEST_BATCHES = 5


@contextmanager
def _ledger(engine: str) -> Iterator[LogRecorder]:
    if engine == "sqlite":
        with tempfile.TemporaryDirectory(dir=".") as directory:
            log = open_ledger(f"sqlite:///{directory}/ledger.sqlite3")
            yield log
            log.close()
        return
    with PostgresServer(durable=True) as server:
        log = open_ledger(server.create_database("bench"))
        yield log
        log.close()


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


def _report(engine: str, what: str, size: int, seconds: float) -> None:
    print(f"{engine:12}{what:28}{size:>8}{seconds * 1e3:>12.2f}{size / seconds:>14,.0f}", flush=True)


def _measure(engine: str, sizes: list[int], seconds: float) -> None:
    with _ledger(engine) as log:
        for size in sizes:
            _report(engine, "append a batch of", size, _medians(_appending(log, size), seconds))
        with log.writing() as transaction:
            transaction.append(_batch(10_000), 0)
        with log.reading() as reader:
            page = 1_000
            start = reader.head - page
            _report(
                engine,
                "read a page of",
                page,
                _medians(lambda: lambda: _read(reader.events_after, start, page), seconds),
            )
            known = [event.originator_id for event in reader.events_after(start, 100)]
            unknown = [uuid4() for _ in range(700)]
            wanted = known + unknown
            _report(
                engine,
                "load aggregates, 1 in 8 known",
                800,
                _medians(lambda: lambda: _read(reader.events_of, wanted), seconds),
            )


def _read(method: Callable[..., object], *arguments: object) -> None:
    method(*arguments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    parser.add_argument("--sizes", nargs="+", type=int, default=[1, 100, 1000], help="events in a batch")
    parser.add_argument("--seconds", type=float, default=3.0, help="spent on each figure")
    chosen = parser.parse_known_args()[0]  # `make bench` hands the log's on, too
    print(f"{'engine':12}{'what':28}{'n':>8}{'ms':>12}{'per second':>14}")
    for engine in chosen.engines:
        _measure(engine, chosen.sizes, chosen.seconds)


if __name__ == "__main__":
    main()
