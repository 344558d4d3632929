"""The page docs/performance.md: its figures and its picture are written by the run that measured them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.benchmarks.figures import Report, markdown
from tests.benchmarks.picture import drawn

_FIGURES = re.compile(r"(?<=<!-- figures -->\n).*(?=<!-- end of figures -->)", re.DOTALL)


def picture(report: Report) -> str:
    """Throughput against callers, latency against the size of the log."""
    throughput_lines = report.series.get("throughput", {})
    latency_lines = report.series.get("latency", {})
    return drawn(
        [
            ("Throughput against callers", "callers", "approvals a second", throughput_lines),
            ("Latency against the size of the log", "events", "ms, median, one caller", latency_lines),
        ]
    )


def write(report: Report, folder: Path, machine: str) -> None:
    """Puts table and picture into `folder`, where the page is."""
    page = folder / "performance.md"
    figures = f"\n{machine}\n\n{markdown(report.figures)}\n\n"
    text, found = _FIGURES.subn(lambda _: figures, page.read_text("utf-8"))
    if not found:
        raise ValueError(f"{page} does not say where the figures go")
    page.write_text(text, "utf-8")
    (folder / "performance.svg").write_text(picture(report), "utf-8")
