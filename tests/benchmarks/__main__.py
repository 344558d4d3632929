"""Everything that is measured: `make bench`, or `python -m tests.benchmarks`. Minutes; `--quick` is a taste of it.

Nothing here is a test: figures depend on the machine, and how steady it was is said with each. `store`, `transparency`
and `audit` can also be run alone (`python -m tests.benchmarks.store`).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any

from award_ledger.server.collector import spare_the_collector
from tests.benchmarks import audit, log_size, page, store, throughput, transparency
from tests.benchmarks.figures import Report, markdown
from tests.benchmarks.serving import ENGINES, databases

PARTS = ("throughput", "log", "store", "transparency", "audit")
_AUDITED = 200_000  # events at most: a bundle of more is only longer


def main() -> None:
    """Measures, prints, and writes what was asked for."""
    given = _arguments()
    spare_the_collector()  # as the server's own commands do
    report = Report()
    load = os.getloadavg()[0]
    report.say(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} at the start")
    for engine in given.engines:
        with databases(engine, given.directory) as found:
            if "throughput" in given.parts:
                size = {"enterprises": given.enterprises, "seconds": given.seconds, "rounds": given.rounds}
                throughput.measure(report, engine, found, **size)
            if "log" in given.parts:
                log_size.measure(report, engine, found, events=given.events, enterprises=given.enterprises)
            if "store" in given.parts:
                with report.part(f"store, {engine}"):
                    store.measure(report, engine, found, given.seconds)
            if "transparency" in given.parts:
                with report.part(f"transparency, {engine}"):
                    transparency.in_database(report, engine, found)
    if "transparency" in given.parts:
        with report.part("transparency, in memory"):
            transparency.in_memory(report)
    if "audit" in given.parts:
        with report.part("audit"):
            audit.measure(report, min(given.events, _AUDITED))
    if given.json:
        given.json.write_text(json.dumps(report.as_json(), indent=1) + "\n")
    if given.picture:
        given.picture.write_text(page.picture(report), "utf-8")
    if given.table:
        given.table.write_text(markdown(report.figures) + "\n", "utf-8")
    after = os.getloadavg()[0]
    report.say(f"load {after:.1f} at the end")
    if given.docs:
        page.write(report, given.docs, _machine(given, load, after))


def _machine(given: Any, load: float, after: float) -> str:
    """How these figures came about, in words for the page."""
    return (
        f"Measured with Python {platform.python_version()} on {os.cpu_count()} cores shared with the client: "
        f"{given.enterprises:,} enterprises, logs of up to {given.events:,} events, medians of {given.rounds} rounds "
        f"of {given.seconds:g} s. Programs that waited for a core (load): {load:.1f} before, {after:.1f} after."
    )


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer enterprises, shorter rounds, a small log")
    parser.add_argument("--engines", nargs="+", default=ENGINES, choices=ENGINES)
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--enterprises", type=int, help="default 10,000")
    parser.add_argument("--events", type=int, help="size of the largest log; default 1,000,000")
    parser.add_argument("--seconds", type=float, help="of one round; default 3")
    parser.add_argument("--rounds", type=int, help="of each figure, whose median counts; default 5")
    parser.add_argument("--directory", type=Path, default=Path(), help="on a real disk, for SQLite files")
    parser.add_argument("--json", type=Path, help="write figures and series here")
    parser.add_argument("--table", type=Path, help="write the table here, in Markdown")
    parser.add_argument("--picture", type=Path, help="write the picture here, in SVG")
    parser.add_argument("--docs", type=Path, help="bring performance.md and its picture in this folder up to date")
    given = parser.parse_args()
    quick = {"enterprises": 500, "events": 10_000, "seconds": 0.5, "rounds": 1}
    full = {"enterprises": 10_000, "events": 1_000_000, "seconds": 3.0, "rounds": 5}
    for name, value in (quick if given.quick else full).items():
        if getattr(given, name) is None:
            setattr(given, name, value)
    return given


main()
