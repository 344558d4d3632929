"""What it costs to be watched: `python -m tests.benchmarks.watching`.

Servers on ledgers of their own, one of them unwatched, are called in turn under the same load. What they spend of
processors for one approval is compared, since the rates of a shared machine say little.
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
_ENTERPRISES, _CALLERS, _BATCH, _BATCH_CALLERS = 2_000, 16, 500, 4


def main() -> None:
    """Prints processor time for one approval, and the ratio to that of a server that nobody watches."""
    parser = argparse.ArgumentParser(description="What it costs to be watched")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    spare_the_collector()
    with databases("postgresql", Path()) as found, ExitStack() as stack:
        places: dict[str, tuple[Ground, Running]] = {}
        for name, flags in WATCHED.items():
            url = found.url(found.fresh())
            at = stack.enter_context(ground(url, _ENTERPRISES, given.seconds))
            places[name] = at, stack.enter_context(server_process(url, *flags))
        for what in ("one by one", f"in batches of {_BATCH}"):
            _say(what, measured(places, given.rounds, batches=what != "one by one"))


def measured(places: Mapping[str, tuple[Ground, Running]], rounds: int, *, batches: bool) -> dict[str, list[Called]]:
    """Rounds of each server, each on its own ledger. They take turns, and who is first changes."""
    outcomes: dict[str, list[Called]] = {name: [] for name in places}
    names = list(places)
    for number in range(rounds + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            at, server = places[name]
            if batches:
                outcome = at.round([server], in_batches, spread, callers=_BATCH_CALLERS, size=_BATCH)
            else:
                outcome = at.round([server], one_by_one, spread, callers=_CALLERS)
            if number:  # the first warms up
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
