"""How fast an auditor verifies a bundle and decides it again: `python -m tests.benchmarks.audit --events 200000`.

Each measurement runs in a process of its own, so that its memory is its own; the bundle is made before, in another.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from award_ledger.clients.audit.replay import replay_bundle
from award_ledger.clients.verification.bundle_check import verify_bundle
from award_ledger.clients.verification.bundles import open_bundle
from award_ledger.clients.verification.merkle import leaf_hash
from award_ledger.clients.verification.policies import parse_policy
from award_ledger.clients.verification.tiles import TreeHashing
from tests.benchmarks.audit_log import POLICY, tell, write_bundle
from tests.benchmarks.figures import Report


def hash_leaves(_path: Path, size: int) -> int:
    """Leaves and tiles alone, nothing read."""
    hashing = TreeHashing()
    entry = bytes(170)
    for _ in range(size):
        hashing.append(leaf_hash(entry))
    return hashing.size


def verify(path: Path, _size: int) -> int:
    """Everything that `audit verify` does before it decides again."""
    with open_bundle(path) as bundle:
        outcome = verify_bundle(bundle, parse_policy(POLICY))
    if not outcome.holds:
        raise AssertionError(outcome.findings[0])
    return outcome.events


def decide(path: Path, size: int) -> int:
    """Deciding every approval and refusal again."""
    with open_bundle(path) as bundle:
        outcome = replay_bundle(bundle, size)
    if not outcome.agrees:
        raise AssertionError(str(outcome.differences[0]))
    return outcome.events


_MEASURED: dict[str, Callable[[Path, int], int]] = {
    "auditor hashes leaves": hash_leaves,
    "auditor verifies a bundle": verify,
    "auditor decides again": decide,
}


class _Done(NamedTuple):
    """Events, seconds of processor time and by the clock, and the most memory that the process ever held."""

    events: int
    cpu_s: float
    clock_s: float
    peak_mb: float


def _run(name: str, path: Path, size: int) -> _Done:
    begun_cpu_s, begun_clock_s = time.process_time(), time.perf_counter()
    events = _MEASURED[name](path, size)
    return _Done(events, time.process_time() - begun_cpu_s, time.perf_counter() - begun_clock_s, _peak_mb())


def _peak_mb() -> float:
    """0 where the system does not tell (it is not Linux). `getrusage` would count what the parent held, too."""
    status = Path("/proc/self/status")
    peak_kb = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(peak_kb[1]) / 1_000 if peak_kb else 0.0


def measure(report: Report, events: int, bundle: Path | None = None) -> None:
    """Makes the bundle, unless it is there, and reads it in every way."""
    spawned = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = bundle or Path(folder, "bundle.zip")
        with spawned.Pool(1, maxtasksperchild=1) as apart:
            if not path.exists():
                apart.apply(write_bundle, (path, events))
            for name in _MEASURED:
                done = apart.apply(_run, (name, path, events))
                what = f"{name}, {done.events:,} events, by processor time"
                report.add("audit", "-", what, done.events / done.cpu_s, "/s")
                report.add("audit", "-", "  by the clock", done.clock_s, "s")
                report.add("audit", "-", "  most memory held", done.peak_mb, "MB")


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--bundle", type=Path, help="keep the bundle here, or use the one that is there")
    parser.add_argument("--topics", action="store_true", help="say only what the log is made of")
    chosen = parser.parse_args()
    if chosen.topics:
        print(Counter(line.entry[56:-48].decode() for line in tell(chosen.events)))
        return
    measure(Report(), chosen.events, chosen.bundle)


if __name__ == "__main__":
    main()
