"""How fast the log is hashed, sealed and proved: `python -m tests.benchmarks.transparency`.

The tree alone, in memory; entries, leaves and tree of events in memory; sealing into the database from events that are
there; and inclusion proofs from the published tiles, at positions spread over the log.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from award_ledger.server.store.values import NewEvent, RecordedEvent
from award_ledger.server.transparency.entry import leaf_hash
from award_ledger.server.transparency.sealing import sealed_leaf
from award_ledger.server.transparency.tree import Edge
from tests.postgres_server import PostgresServer
from tests.server.transparency.logs import HeldLog

_STATE = bytes(range(32, 92)) * 10
_TOPIC = "enterprise.award_approved.v1"


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=200_000, help="leaves hashed in memory")
    parser.add_argument("--events", type=int, default=50_000, help="events sealed on each engine")
    given = parser.parse_known_args()[0]  # `make bench` hands the store's on, too
    _in_memory(given.leaves)
    for engine in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory(dir=".") as folder, _url(engine, folder) as url:
            _in_database(engine, HeldLog(url, Path(folder)), given.events)


@contextmanager
def _url(engine: str, folder: str) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder}/ledger.sqlite3"
        return
    with PostgresServer(durable=True) as server:
        yield server.create_database("bench")


def _in_memory(count: int) -> None:
    entries = [b"%064d" % number for number in range(count)]
    begun = time.perf_counter()
    edge = Edge()
    edge.append(map(leaf_hash, entries))
    edge.root()
    _say("leaves hashed and tiled, in memory", count, begun)
    identity = uuid4()
    events = [RecordedEvent(identity, n, _TOPIC, _STATE, n, n) for n in range(1, count + 1)]
    begun = time.perf_counter()
    edge = Edge()
    edge.append(sealed_leaf(event).leaf_hash for event in events)
    edge.root()
    _say("the same from events, with their entries", count, begun)


def _in_database(engine: str, held: HeldLog, count: int) -> None:
    for _ in range(0, count, 1_000):
        with held.recorder.writing() as transaction:
            transaction.append([NewEvent(uuid4(), 1, _TOPIC, _STATE) for _ in range(1_000)], 1)
    begun = time.perf_counter()
    while held.sealing.extend():
        pass
    _say(f"events sealed, {engine}", count, begun)
    begun = time.perf_counter()
    size = held.sealing.sign().size
    _say(f"checkpoint signed, {engine}", 1, begun)
    positions = [1 + number * 7_919 % size for number in range(10_000)]
    for title in ("inclusion proofs, tiles not read yet", "inclusion proofs, tiles in memory"):
        begun = time.perf_counter()
        for position in positions:
            held.published.inclusion(position, size)
        _say(f"{title}, {engine}", len(positions), begun)
    held.close()


def _say(what: str, count: int, begun: float) -> None:
    seconds = time.perf_counter() - begun
    print(f"{what:<60} {count / seconds:>12,.0f}/s   ({count:,} in {seconds:.2f} s)", flush=True)


if __name__ == "__main__":
    main()
