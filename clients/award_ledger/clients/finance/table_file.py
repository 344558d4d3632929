"""Tables as files for people who work in spreadsheets: CSV with a byte order mark, or XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

Cell = str | int | Decimal
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UnknownTable(ValueError):
    """A name of a file that ends neither with .csv nor with .xlsx."""


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Writes a new file; the ending of its name says which. Raises UnknownTable, FileExistsError.

    A text is a text, whatever it begins with: no cell is computed when somebody opens the file.
    """
    if path.suffix.lower() == ".csv":
        content = _csv(columns, rows)
    elif path.suffix.lower() == ".xlsx":
        content = _xlsx(columns, rows)
    else:
        raise UnknownTable(path.name)
    with path.open("xb") as new:
        new.write(content)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _xlsx(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
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
