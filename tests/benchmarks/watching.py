"""What it costs to be watched: `python -m tests.benchmarks.watching`.

Servers on one ledger, one of them unwatched, are called in turn under the same load. What they spend of processors for
one approval is compared, since the rates of a shared machine say little.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from award_ledger.server.collector import spare_the_collector
from tests.benchmarks.callers import Called, in_batches, one_by_one
from tests.benchmarks.ground import Ground, ground
from tests.benchmarks.serving import Running, databases, server_process
from tests.benchmarks.workload import spread

WATCHED: Mapping[str, Sequence[str]] = {
    "nobody watches": (),
    "metrics": ("--metrics-listen", "0"),
    # Nobody listens there: spans are made, kept and given up, which is what they cost a server.
    "metrics, and every call traced": ("--metrics-listen", "0", "--traces-to", "http://127.0.0.1:9"),
}
_CALLERS, _BATCH, _BATCH_CALLERS = 16, 500, 4


def main() -> None:
    """Prints processor time for one approval, and the ratio to that of a server that nobody watches."""
    parser = argparse.ArgumentParser(description="What it costs to be watched")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    spare_the_collector()
    with databases("postgresql", Path()) as found:
        url = found.url(found.fresh())
        with ground(url, 2_000, given.seconds) as at, ExitStack() as stack:
            servers = {name: stack.enter_context(server_process(url, *flags)) for name, flags in WATCHED.items()}
            for what in ("one by one", f"in batches of {_BATCH}"):
                _say(what, _measure(at, servers, given.rounds, batches=what != "one by one"))


def _measure(at: Ground, servers: Mapping[str, Running], rounds: int, *, batches: bool) -> dict[str, list[Called]]:
    outcomes: dict[str, list[Called]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, server in servers.items():
            if batches:
                outcome = at.round([server], in_batches, spread, callers=_BATCH_CALLERS, size=_BATCH)
            else:
                outcome = at.round([server], one_by_one, spread, callers=_CALLERS)
            outcomes[name].append(outcome)
    return outcomes


def _say(what: str, outcomes: Mapping[str, Sequence[Called]]) -> None:
    unwatched = next(iter(outcomes.values()))
    for name, found in outcomes.items():
        each_us = statistics.median(outcome.server_us_each for outcome in found)
        ratio = statistics.median(
            outcome.server_us_each / beside.server_us_each for outcome, beside in zip(found, unwatched, strict=True)
        )
        print(f"approvals {what}, {name}: {each_us:.0f} µs of processor each, {ratio:.3f} × unwatched")


if __name__ == "__main__":
    main()
