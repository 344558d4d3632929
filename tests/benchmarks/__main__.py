"""Everything that is measured: `make bench`, or `python -m tests.benchmarks`. Minutes; `--quick` is a taste of it.

The store alone is measured by `python -m tests.benchmarks.store`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any

from tests.benchmarks import log_size, throughput
from tests.benchmarks.figures import Report, markdown
from tests.benchmarks.picture import drawn
from tests.benchmarks.serving import Engine, databases

PARTS = ("throughput", "log")
_ENGINES: tuple[Engine, ...] = ("postgresql", "sqlite")


def main() -> None:
    """Measures, prints, and writes what was asked for."""
    given = _arguments()
    report = Report()
    report.say(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    )
    for engine in given.engines:
        with databases(engine, given.directory) as found:
            if "throughput" in given.parts:
                size = {"enterprises": given.enterprises, "seconds": given.seconds, "rounds": given.rounds}
                throughput.measure(report, engine, found, **size)
            if "log" in given.parts:
                log_size.measure(report, engine, found, events=given.events, enterprises=given.enterprises)
    if given.json:
        given.json.write_text(json.dumps(report.as_json(), indent=1) + "\n")
    if given.picture:
        given.picture.write_text(_picture(report), "utf-8")
    if given.table:
        given.table.write_text(markdown(report.figures) + "\n", "utf-8")
    report.say(f"load {os.getloadavg()[0]:.1f} at the end")


def _picture(report: Report) -> str:
    throughput_lines = report.series.get("throughput", {})
    latency_lines = report.series.get("latency", {})
    return drawn(
        [
            ("Throughput against callers", "callers", "approvals a second", throughput_lines),
            ("Latency against the size of the log", "events", "ms, median, one caller", latency_lines),
        ]
    )


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer enterprises, shorter rounds, a small log")
    parser.add_argument("--engines", nargs="+", default=_ENGINES, choices=_ENGINES)
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--enterprises", type=int, help="default 10,000")
    parser.add_argument("--events", type=int, help="size of the largest log; default 1,000,000")
    parser.add_argument("--seconds", type=float, help="of one round; default 3")
    parser.add_argument("--rounds", type=int, help="of each figure, whose median counts; default 5")
    parser.add_argument("--directory", type=Path, default=Path(), help="on a real disk, for SQLite files")
    parser.add_argument("--json", type=Path, help="write figures and series here")
    parser.add_argument("--table", type=Path, help="write the table here, in Markdown")
    parser.add_argument("--picture", type=Path, help="write the picture here, in SVG")
    given = parser.parse_args()
    quick = {"enterprises": 500, "events": 10_000, "seconds": 0.5, "rounds": 1}
    full = {"enterprises": 10_000, "events": 1_000_000, "seconds": 3.0, "rounds": 5}
    for name, value in (quick if given.quick else full).items():
        if getattr(given, name) is None:
            setattr(given, name, value)
    return given


main()
