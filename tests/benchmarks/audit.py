"""How fast an auditor verifies a bundle and decides it again: `python -m tests.benchmarks.audit --events 200000`.

Each measurement runs in a process of its own, so that its memory is its own; the bundle is made before, in another.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from award_ledger.clients.audit.replay import replay_bundle
from award_ledger.clients.verification.bundle_check import verify_bundle
from award_ledger.clients.verification.bundles import open_bundle
from award_ledger.clients.verification.merkle import leaf_hash
from award_ledger.clients.verification.policies import parse_policy
from award_ledger.clients.verification.tiles import TreeHashing
from tests.benchmarks.audit_log import POLICY, tell, write_bundle


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
    "hash leaves": hash_leaves,
    "verify": verify,
    "decide again": decide,
}


def _run(name: str, path: Path, size: int) -> None:
    if name not in _MEASURED:
        write_bundle(path, size)
        return
    started, worked = time.perf_counter(), time.process_time()
    done = _MEASURED[name](path, size)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    print(f"{name:16}{done:>10}{seconds:>10.2f}{worked:>10.2f}{done / worked:>16,.0f}{peak_mb:>10,.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--bundle", type=Path, help="keep the bundle here, or use the one that is there")
    parser.add_argument("--topics", action="store_true", help="say only what the log is made of")
    chosen = parser.parse_args()
    if chosen.topics:
        print(Counter(line.entry[56:-48].decode() for line in tell(chosen.events)))
        return
    spawned = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = chosen.bundle or Path(folder, "bundle.zip")
        print(f"{'what':16}{'events':>10}{'s':>10}{'CPU s':>10}{'per CPU second':>16}{'peak MB':>10}")
        for name in ("make the bundle", *_MEASURED) if not path.exists() else _MEASURED:
            process = spawned.Process(target=_run, args=(name, path, chosen.events))
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(process.exitcode)


if __name__ == "__main__":
    main()
