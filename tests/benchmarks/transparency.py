"""How fast the log is hashed, sealed and proved: `python -m tests.benchmarks.transparency`.

The tree alone, in memory; entries, leaves and tree of events in memory; sealing into the database from events that are
there; and inclusion proofs from the published tiles, at positions spread over the log.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from award_ledger.server.store.values import NewEvent, RecordedEvent
from award_ledger.server.transparency.entry import leaf_hash
from award_ledger.server.transparency.sealing import sealed_leaf
from award_ledger.server.transparency.tree import Edge
from tests.benchmarks.figures import Report
from tests.benchmarks.serving import ENGINES, Databases, Engine, databases
from tests.server.transparency.logs import HeldLog

_STATE = bytes(range(32, 92)) * 10
LEAVES, SEALED = 200_000, 50_000
_TOPIC = "enterprise.award_approved.v1"


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=LEAVES, help="leaves hashed in memory")
    parser.add_argument("--events", type=int, default=SEALED, help="events sealed on each engine")
    given = parser.parse_args()
    report = Report()
    in_memory(report, given.leaves)
    for engine in ENGINES:
        with databases(engine, Path()) as found:
            in_database(report, engine, found, given.events)


def in_memory(report: Report, count: int = LEAVES) -> None:
    """Leaves, entries and tree, without a database."""
    entries = [b"%064d" % number for number in range(count)]
    begun = time.perf_counter()
    edge = Edge()
    edge.append(map(leaf_hash, entries))
    edge.root()
    _say(report, "-", "leaves hashed and tiled, in memory", count, begun)
    identity = uuid4()
    events = [RecordedEvent(identity, n, _TOPIC, _STATE, n, n) for n in range(1, count + 1)]
    begun = time.perf_counter()
    edge = Edge()
    edge.append(sealed_leaf(event).leaf_hash for event in events)
    edge.root()
    _say(report, "-", "  the same from events, with their entries", count, begun)


def in_database(report: Report, engine: Engine, databases: Databases, count: int = SEALED) -> None:
    """Sealing, and proofs of what is sealed."""
    name = databases.fresh()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        held = HeldLog(databases.url(name), Path(folder))
        _seal_and_prove(report, engine, held, count)
        held.close()
    databases.drop(name)


def _seal_and_prove(report: Report, engine: Engine, held: HeldLog, count: int) -> None:
    for _ in range(0, count, 1_000):
        with held.recorder.writing() as transaction:
            transaction.append([NewEvent(uuid4(), 1, _TOPIC, _STATE) for _ in range(1_000)], 1)
    begun = time.perf_counter()
    while held.sealing.extend():
        pass
    _say(report, engine, "events sealed", count, begun)
    begun = time.perf_counter()
    size = held.sealing.sign().size
    _say(report, engine, "checkpoints signed", 1, begun)
    positions = [1 + number * 7_919 % size for number in range(10_000)]
    for title in ("inclusion proofs, tiles not read yet", "inclusion proofs, tiles in memory"):
        begun = time.perf_counter()
        for position in positions:
            held.published.inclusion(position, size)
        _say(report, engine, title, len(positions), begun)


def _say(report: Report, engine: str, what: str, count: int, begun: float) -> None:
    report.add("transparency", engine, what, count / (time.perf_counter() - begun), "/s")


if __name__ == "__main__":
    main()
