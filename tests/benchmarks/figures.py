"""A figure of the report, and how steady the machine was while it was measured."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

_LOOPS, _ROUNDS = 2_000, 5


@dataclass
class Figure:
    """One number: of which part and engine, what, how much in which unit, and what it ought to be at least or at most.

    `wanted` is empty where nothing is asked; `holds` is then None.
    """

    part: str
    engine: str
    what: str
    value: float
    unit: str
    wanted: str = ""
    holds: bool | None = None
    drift: float = 0.0


@dataclass
class Report:
    """Everything that was measured. Medians; ratios are between rounds that took turns within one run."""

    figures: list[Figure] = field(default_factory=list)
    series: dict[str, dict[str, list[tuple[float, float]]]] = field(default_factory=dict)
    say: Callable[[str], None] = print
    _first_s: float = 0.0

    def add(
        self,
        part: str,
        engine: str,
        what: str,
        value: float,
        unit: str,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> None:
        """A figure, said at once."""
        wanted, holds = "", None
        if at_least is not None:
            wanted, holds = f"≥ {at_least:,g}", value >= at_least
        if at_most is not None:
            wanted, holds = f"≤ {at_most:,g}", value <= at_most
        figure = Figure(part, engine, what, value, unit, wanted, holds)
        self.figures.append(figure)
        self.say(row(figure))

    def point(self, picture: str, line: str, x: float, y: float) -> None:
        """A point of a line in a picture."""
        self.series.setdefault(picture, {}).setdefault(line, []).append((x, y))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measures the machine before and after, and marks the part's figures with how much slower it was at the
        end: 0.1 is a tenth. `speed` says it of the machine against the beginning of the run.
        """
        before, already = calibration_s(), len(self.figures)
        self._first_s = self._first_s or before
        yield
        after = calibration_s()
        for figure in self.figures[already:]:
            figure.drift = after / before - 1
        self.say(
            f"  machine in {name}: {self._first_s / before:.2f} of its first speed before,"
            f" {self._first_s / after:.2f} after"
        )

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"figures": [vars(figure) for figure in self.figures], "series": self.series}


def calibration_s() -> float:
    """How long a fixed loop takes, median of five: hashing and dictionaries, as the ledger does."""
    return statistics.median(_loop_s() for _ in range(_ROUNDS))


def _loop_s() -> float:
    began = time.perf_counter()
    kept: dict[bytes, int] = {}
    value = b""
    for n in range(_LOOPS):
        value = hashlib.sha256(value + n.to_bytes(8, "big")).digest()
        kept[value] = sum(value)
    return time.perf_counter() - began


def row(figure: Figure) -> str:
    """One line of the table."""
    value = f"{figure.value:,.0f}" if figure.value >= 100 else f"{figure.value:,.2f}"
    verdict = "" if figure.holds is None else "  holds" if figure.holds else "  FALLS SHORT"
    return f"{figure.engine:11}{figure.what:84}{value:>10} {figure.unit:9}{figure.wanted:>9}{verdict}"


def markdown(figures: list[Figure]) -> str:
    """The tables of docs/performance.md: what is asked first, then all the others."""
    asked = [figure for figure in figures if figure.holds is not None]
    others = [figure for figure in figures if figure.holds is None]
    return f"### Against what is asked\n\n{_table(asked)}\n\n### Everything else\n\n{_table(others)}"


def _table(figures: list[Figure]) -> str:
    lines = ["| part | engine | what | figure | asked | drift |", "| --- | --- | --- | ---: | ---: | ---: |"]
    for figure in figures:
        value = f"{figure.value:,.0f}" if figure.value >= 100 else f"{figure.value:,.2f}"
        asked = figure.wanted + ("" if figure.holds is None else " ✓" if figure.holds else " ✗")
        cells = (figure.part, figure.engine, figure.what, f"{value} {figure.unit}", asked, f"{figure.drift:+.0%}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
