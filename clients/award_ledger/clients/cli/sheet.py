"""A table that never loses a character: numbers and dates keep their width, words are wrapped, and nothing is cropped.

Rich alone shortens whichever column it likes, and crops what may not wrap: an amount would end before its last digits
without a sign that it did.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

FIRM = 12
"""Columns of text up to this width are not wrapped either: dates, codes, statuses."""

LEAST = 8
"""The narrowest that a column of longer texts becomes."""


class Sheet:
    """Rows below a heading. `right` names by index (`"234"`) the columns of numbers; `styles` those of the rows."""

    def __init__(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        title: str = "",
        right: str = "",
        styles: Sequence[str] = (),
    ) -> None:
        self.columns, self.rows = list(columns), [list(row) for row in rows]
        self.title, self.right, self.styles = title, right, styles

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        widths = self._widths(options.max_width)
        made = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
        for index, column in enumerate(self.columns):
            made.add_column(
                Text(column),
                justify="right" if self._is_number(index) else "left",
                overflow="fold",
                width=widths[index] if widths else None,
            )
        for index, row in enumerate(self.rows):
            made.add_row(*map(Text, row), style=self.styles[index] if self.styles else None)
        if self.title:
            yield Text(self.title, style="bold")
        yield made

    def _is_number(self, index: int) -> bool:
        return str(index) in self.right

    def _widths(self, room: int) -> list[int] | None:
        """A width for each column; None where there is not room enough, so that every column is wrapped."""
        room -= 2 * len(self.columns) - 1  # a space after each column, and one between two
        unwrapped = [self._natural(index, headings_wrap=False) for index in range(len(self.columns))]
        if sum(unwrapped) <= room:
            return unwrapped
        natural = [self._natural(index, headings_wrap=True) for index in range(len(self.columns))]
        if sum(natural) <= room:
            return natural
        wordy = [index for index, width in enumerate(natural) if width > FIRM and not self._is_number(index)]
        left = room - sum(width for index, width in enumerate(natural) if index not in wordy)
        if left < LEAST * len(wordy) or not wordy:
            return None
        for place, index in enumerate(sorted(wordy, key=lambda index: natural[index])):
            natural[index] = min(natural[index], left // (len(wordy) - place))
            left -= natural[index]
        return natural

    def _natural(self, index: int, *, headings_wrap: bool) -> int:
        heading = self.columns[index].split() if headings_wrap else [self.columns[index]]
        lines = [line for row in self.rows for line in row[index].split("\n")]
        return max(map(cell_len, heading + lines), default=1)
