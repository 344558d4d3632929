"""Sentences on the screen, wrapped as Chinese and English are set: no line begins with a comma or ends with a bracket.

Rich breaks at spaces alone. A sentence of Chinese has none, and moved whole to the next line it leaves a hole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

NOT_FIRST = "，。、；：！？）〕》〉」』】］％”’,.;:!?)]}%"
NOT_LAST = "（〔《〈「『【［“‘([{"

GAP = 2
"""Columns between a label and its text."""

WIDEST_LABEL = 3
"""A label takes at most one part in this many of the line; a longer one stands above its text."""


class Paragraph(NamedTuple):
    """A text behind its label; below a paragraph of the same label, the label is not said again."""

    label: str
    text: str
    style: str = ""


class Prose:
    """Paragraphs in one column of labels and one of text."""

    def __init__(self, paragraphs: Iterable[Paragraph]) -> None:
        self.paragraphs: Sequence[Paragraph] = [item for item in paragraphs if item.text.strip()]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        most = options.max_width // WIDEST_LABEL
        widths = [cell_len(item.label) for item in self.paragraphs]
        column = max((width for width in widths if width + GAP <= most), default=0)
        margin = " " * (column + GAP if column else 0)
        before = None
        for item, width in zip(self.paragraphs, widths, strict=True):
            label = "" if item.label == before else item.label
            before = item.label
            if width > column and label:
                yield Text(label, style="dim")
                label = ""
            for row in wrapped(item.text, max(1, options.max_width - len(margin))):
                start = label + " " * (len(margin) - cell_len(label))
                yield Text.assemble((start, "dim"), (row, item.style), overflow="crop", no_wrap=True)
                label = ""


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text, none wider than `width` columns of the screen."""
    return [row for line in text.split("\n") for row in _wrapped_line(line, width)]


def _wrapped_line(text: str, width: int) -> list[str]:
    rows, row = [], ""
    for part in (part for atom in _atoms(text) for part in _parts(atom, width)):
        if row and cell_len(row) + cell_len(part.rstrip()) > width:
            rows.append(row.rstrip())
            row = ""
        row += part if row else part.lstrip()
    return [*rows, row.rstrip()]


def _atoms(text: str) -> Iterator[str]:
    """What stays together: a word, or one wide character, with its punctuation and the spaces behind it."""
    atom = ""
    for char in text:
        if atom and not _joined(atom[-1], char):
            yield atom
            atom = ""
        atom += char
    if atom:
        yield atom


def _joined(before: str, char: str) -> bool:
    if char == " " or (before != " " and (char in NOT_FIRST or before in NOT_LAST)):
        return True
    return before != " " and cell_len(before) == 1 and cell_len(char) == 1


def _parts(atom: str, width: int) -> Iterator[str]:
    """The atom, or what fits of it at a time where it is wider than a line."""
    if cell_len(atom.rstrip()) <= width:
        yield atom
        return
    part = ""
    for char in atom:
        if part and cell_len(part) + cell_len(char) > width:
            yield part
            part = ""
        part += char
    yield part
