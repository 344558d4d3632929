"""Tables as files for people who work in spreadsheets: CSV with a byte order mark, or XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

Cell = str | int | Decimal
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet computes, the wide signs of Chinese input among them."""


class UnknownTable(ValueError):
    """A name of a file that ends neither with .csv nor with .xlsx."""


Table = tuple[Sequence[str], Iterable[Sequence[Cell]]]
"""Columns and rows."""


def write_tables(path: Path, tables: Sequence[Table]) -> None:
    """Writes a new file; the ending of its name says which. Raises UnknownTable, FileExistsError.

    Each table is a sheet of a workbook; in CSV they stand below each other, an empty row between them.

    A text is a text, whatever it begins with: no cell is computed when somebody opens the file.
    """
    if path.suffix.lower() == ".csv":
        content = _csv(tables)
    elif path.suffix.lower() == ".xlsx":
        content = _xlsx(tables)
    else:
        raise UnknownTable(path.name)
    with path.open("xb") as new:
        new.write(content)


def _csv(tables: Sequence[Table]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for place, (columns, rows) in enumerate(tables):
        if place:
            writer.writerow([])
        writer.writerow(columns)
        writer.writerows([_uncomputed(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _uncomputed(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _xlsx(tables: Sequence[Table]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    for columns, rows in tables:
        sheet = book.create_sheet()
        sheet.append(list(columns))
        for row in rows:
            cells = []
            for value in row:
                held: Any = value  # openpyxl writes a Decimal exactly, though its types do not say so
                cell = WriteOnlyCell(sheet, value=held)
                if isinstance(value, str):
                    cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
