"""Rows of text from CSV, XLS and XLSX. A number cell becomes the shortest decimal that it is; nothing is rounded."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, Literal, NamedTuple

from award_ledger.clients.finance.files.encodings import decoded
from award_ledger.clients.finance.files.quarantine import Quarantined, Reason
from award_ledger.clients.finance.files.source import Source

MOST_ROWS = 500_000
MOST_COLUMNS = 200
MOST_CELLS = 10_000_000
LARGEST_UNPACKED_BYTES = 128 << 20
MOST_INFLATION = 100
"""A workbook of a bank unpacks to 10 to 30 times its size; what unpacks to more of it than this is made to exhaust."""
_SMALL_BYTES = 8 << 20
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = b"PK\x03\x04"
_XLS_TEXT, _XLS_NUMBER, _XLS_DATE = 1, 2, 3
_XLS_BLANK = {0, 6}
_PADDING = re.compile(r'\t(?="?(?:[,\r\n]|$))')
"""A tab at the end of a cell, quoted or not, with which banks keep spreadsheets from reading long numbers as such."""


class Row(NamedTuple):
    """`number`: as a person counts, from 1. Cells are stripped."""

    number: int
    cells: tuple[str, ...]


class Sheet(NamedTuple):
    """`ended`: the last row is complete by the file's own form (a workbook, or a line end after the last row)."""

    rows: tuple[Row, ...]
    ended: bool


def read_rows(source: Source) -> Sheet:
    """The rows of the first sheet that has any. Raises Quarantined."""
    raw, where = source.whole(), source.path.name
    if raw.startswith(_OLE):
        return Sheet(_limited(_xls(raw, where), where), ended=True)
    if raw.startswith(_ZIP):
        return Sheet(_limited(_xlsx(raw, where), where), ended=True)
    text, _ = decoded(raw, where)
    return Sheet(_limited(_csv(text, where), where), ended=text.endswith(("\n", "\r")))


def _limited(rows: Iterable[tuple[str, ...]], where: str) -> tuple[Row, ...]:
    found: list[Row] = []
    count = 0
    for number, cells in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise Quarantined(Reason.TOO_LARGE, where, f"more than {MOST_ROWS} rows")
        if len(cells) > MOST_COLUMNS:
            raise Quarantined(Reason.TOO_LARGE, f"row {number}", f"more than {MOST_COLUMNS} columns")
        count += len(cells)
        if count > MOST_CELLS:
            raise Quarantined(Reason.TOO_LARGE, f"row {number}", f"more than {MOST_CELLS} cells")
        found.append(Row(number, tuple(" ".join(cell.split()) for cell in cells)))
    return tuple(found)


def _csv(text: str, where: str) -> Iterator[tuple[str, ...]]:
    delimiter = "\t" if text.count("\t") - len(_PADDING.findall(text)) > text.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield tuple(cells)
    except csv.Error as error:
        reason = Reason.TRUNCATED if "end of data" in str(error) else Reason.MALFORMED
        raise Quarantined(reason, f"{where}, line {reader.line_num}", str(error)) from None


def _xls(raw: bytes, where: str) -> Iterator[tuple[str, ...]]:
    import xlrd

    try:
        with xlrd.open_workbook(file_contents=raw, logfile=io.StringIO(), on_demand=True) as book:
            for sheet in (book.sheet_by_index(index) for index in range(book.nsheets)):
                if sheet.nrows:
                    for row in range(sheet.nrows):
                        kinds, values = sheet.row_types(row), sheet.row_values(row)
                        yield tuple(
                            _xls_cell(kind, value, book.datemode, f"row {row + 1}, column {column}")
                            for column, (kind, value) in enumerate(zip(kinds, values, strict=True), start=1)
                        )
                    return
    except Quarantined:
        raise
    except Exception as error:  # noqa: BLE001  # cut or forged bytes make the library fail in any way
        raise Quarantined(Reason.MALFORMED, where, f"no readable workbook: {type(error).__name__}: {error}") from None


def _xls_cell(kind: int, value: Any, datemode: Literal[0, 1], where: str) -> str:
    import xlrd

    if kind in _XLS_BLANK:
        return ""
    if kind == _XLS_TEXT:
        return str(value)
    if kind == _XLS_NUMBER:
        return _number(value, where)
    if kind == _XLS_DATE:
        try:
            return str(xlrd.xldate_as_datetime(value, datemode))
        except (ValueError, OverflowError, xlrd.xldate.XLDateError):
            raise Quarantined(Reason.DATE, where, f"{value!r} is no date") from None
    raise Quarantined(Reason.MALFORMED, where, "an error value or a truth value in a cell")


def _xlsx(raw: bytes, where: str) -> Iterator[tuple[str, ...]]:
    import openpyxl

    try:
        _refuse_bombs(raw, where)
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            rows = 0
            sheet.reset_dimensions()  # the file's own word on its size may be wrong
            for cells in sheet.iter_rows(values_only=True):
                rows += 1
                yield tuple(
                    _xlsx_cell(value, f"row {rows}, column {column}") for column, value in enumerate(cells, start=1)
                )
            if rows:
                return
    except Quarantined:
        raise
    except Exception as error:  # noqa: BLE001  # the same
        raise Quarantined(Reason.MALFORMED, where, f"no readable workbook: {type(error).__name__}: {error}") from None


def _refuse_bombs(raw: bytes, where: str) -> None:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > LARGEST_UNPACKED_BYTES:
            raise Quarantined(Reason.TOO_LARGE, where, f"{unpacked} bytes once unpacked")
        if unpacked > max(_SMALL_BYTES, MOST_INFLATION * len(raw)):
            raise Quarantined(Reason.TOO_LARGE, where, f"{len(raw)} bytes that unpack to {unpacked}")
        for entry in archive.infolist():
            if entry.filename.endswith((".xml", ".rels")):
                with archive.open(entry) as part:
                    _refuse_part(part, f"{where}, {entry.filename}")


def _refuse_part(part: IO[bytes], where: str) -> None:
    """A document type of its own; and formulas, whose result a bank did not write and may not be there."""
    before = b""
    while chunk := part.read(1 << 16):
        seen = (before + chunk).replace(b"\0", b"")
        if b"<!DOCTYPE" in seen:
            raise Quarantined(Reason.DOCTYPE, where, "a document type of its own")
        if "/worksheets/" in where and (b"<f>" in seen or b"<f " in seen or b"<f/" in seen):
            raise Quarantined(Reason.MALFORMED, where, "formulas, which no bank exports")
        before = chunk[-16:]


def _xlsx_cell(value: object, where: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            raise Quarantined(Reason.MALFORMED, where, "a truth value in a cell")
        case str():
            return value
        case dt.datetime() | dt.date() | dt.time():
            return str(value)
        case _:
            return _number(value, where)


_SHOWN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_EXACT_DIGITS = 15
"""A workbook's numbers are binary floating point: beyond this many digits they are no longer what was typed."""


def _number(value: object, where: str) -> str:
    """The shortest decimal that is this number, which is what was typed as long as it has at most 15 digits."""
    shown = repr(value).removesuffix(".0")
    if _SHOWN.fullmatch(shown) is None:
        raise Quarantined(Reason.AMOUNT, where, f"{shown} is no plain number")
    if len(re.sub(r"[-.]", "", shown).lstrip("0")) > _EXACT_DIGITS:
        raise Quarantined(
            Reason.AMOUNT, where, f"{shown}: more than {_EXACT_DIGITS} digits in a number cell, some are lost"
        )
    return shown
