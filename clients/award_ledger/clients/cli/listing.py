"""Lists of any length, written as their pages come: as tables, as one JSON document, or as CSV.

Nothing is kept from one page to the next.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Protocol

from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, UsageProblem, json_of
from award_ledger.clients.cli.sheet import Sheet
from award_ledger.clients.cli.tables import line, safe

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})*(\.[0-9]+)?|-?[0-9]+(\.[0-9]+)?")

MARK = "\ufeff"
"""Byte order mark: spreadsheets take UTF-8 for what it is."""


class _Page(Protocol):
    position: int


def write_list(
    desk: Desk,
    pages: Iterable[_Page],
    field: str,
    page_view: Callable[[Sequence[Any]], Iterable[RenderableType]],
    columns: Callable[[Iterable[Any]], Sheet],
    *,
    as_csv: bool,
) -> None:
    """Answer with the items in `field` of all pages; `page_view` shows one page, `columns` makes its sheet for CSV.

    Raises UsageProblem or LedgerError.
    """
    if as_csv:
        write_csv(desk, (columns(getattr(page, field)) for page in pages))
    elif desk.json:
        _write_json(desk, pages, field)
    else:
        _print(desk, pages, field, page_view)


def write_csv(desk: Desk, sheets: Iterable[Sheet]) -> None:
    """Sheets of one list, one after another under one heading. Amounts have no separators; no cell is a formula.

    Raises UsageProblem where JSON is asked for as well.
    """
    if desk.json:
        raise UsageProblem(desk.say("usage.csv_or_json"), "--csv")
    headed = False
    for sheet in sheets:
        if not headed:
            desk.write(MARK + _lines([sheet.columns]))
            headed = True
        desk.write(_lines([[_plain(cell) for cell in row] for row in sheet.rows]))


def write_pairs(desk: Desk, pairs: Iterable[tuple[str, str]]) -> None:
    """What is no list, as CSV of two columns. Raises UsageProblem where JSON is asked for as well."""
    write_csv(desk, [Sheet(["field", "value"], pairs)])


def flattened(document: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The values of a JSON document by their paths: `fund.available_minor`, `measure.years[0].awards`."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield from flattened(value, f"{path}.{name}" if path else name)
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from flattened(value, f"{path}[{index}]")
    else:
        yield path, str(document)


def _plain(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula; a number without separators."""
    if _NUMBER.fullmatch(cell):
        return cell.replace(",", "")
    return f"'{safe(cell)}" if cell.startswith(_FORMULA) else safe(cell)


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _write_json(desk: Desk, pages: Iterable[_Page], field: str) -> None:
    position, before = 0, "\n"
    desk.write(f'{{\n  "{field}": [')
    for page in pages:
        position = page.position
        for item in getattr(page, field):
            desk.write(before + "    " + json_of(item).replace("\n", "\n    "))
            before = ",\n"
    desk.write(f'\n  ],\n  "position": "{position}"\n}}\n')


def _print(
    desk: Desk, pages: Iterable[_Page], field: str, page_view: Callable[[Sequence[Any]], Iterable[RenderableType]]
) -> None:
    filled = (items for page in pages if (items := getattr(page, field)))
    first = next(filled, None)
    if first is None:
        desk.print([line(desk.say("none"))])
        return
    for items in chain([first], filled):
        desk.print(page_view(items))
