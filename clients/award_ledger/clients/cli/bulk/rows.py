"""Reading an import file: its encoding, its heading, and its rows one after another, whatever is in them.

A row that cannot be meant is a row with a problem, not an exception: the others go on.
"""

from __future__ import annotations

import codecs
import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from award_ledger.clients.cli.bulk.columns import Columns, FileProblem, read_heading

ENCODINGS = ("utf-8", "gb18030")
"""Tried in this order where the file does not begin with a byte order mark."""

MAX_ROW_CHARACTERS = 64 * 1024
"""A longer row is a quotation mark that was never closed, or an attack."""

_CHUNK_BYTES = 1 << 20
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be sent: the key of a phrase and what fills it."""

    key: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One row: the line on which it begins, its cells by column, and what is wrong with it."""

    line: int
    cells: dict[str, str]
    problem: Problem | None = None

    def get(self, column: str) -> str:
        """The cell of a column; empty where there is none."""
        return self.cells.get(column, "")

    def prefixed(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Names and cells of the columns `prefix:name` that hold something, in the order of their names."""
        for column in sorted(self.cells):
            head, _, name = column.partition(":")
            if head == prefix and name and self.cells[column]:
                yield name, self.cells[column]


@dataclass(frozen=True)
class ImportFile:
    """A file that was read through once: it can be decoded, its heading is understood, it has `rows` rows."""

    path: Path
    encoding: str
    columns: Columns
    rows: int

    def read(self) -> Iterator[Row]:
        """Its rows, read again; raises FileProblem, OSError."""
        return _rows(self.path, self.encoding)


def open_import(path: Path, encoding: str = "") -> ImportFile:
    """Read a file through once; raises FileProblem, OSError."""
    if encoding:
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            raise FileProblem("import.unknown_encoding", encoding=encoding) from error
    found = encoding or encoding_of(path)
    columns = _heading(path, found)
    return ImportFile(path, found, columns, sum(1 for _ in _rows(path, found)))


def encoding_of(path: Path) -> str:
    """The encoding that a file begins with or can be read in; raises FileProblem, OSError."""
    with path.open("rb") as file:
        start = file.read(3)
        for mark, name in _BYTE_ORDER_MARKS:
            if start.startswith(mark):
                return name
        for name in ENCODINGS:
            file.seek(0)
            if _decodes(file, name):
                return name
    raise FileProblem("import.undecodable", encodings=", ".join(ENCODINGS))


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def records(path: Path, encoding: str, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Records with the line on which each begins; empty lines are passed over; raises FileProblem."""
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, strict=True, delimiter=delimiter)
        begins = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield begins, cells
                begins = reader.line_num + 1
        except (csv.Error, UnicodeError) as error:
            raise FileProblem("import.malformed", line=begins, problem=error) from error


def _heading(path: Path, encoding: str) -> Columns:
    for _, cells in records(path, encoding):
        return read_heading(cells)
    raise FileProblem("import.empty")


def _rows(path: Path, encoding: str) -> Iterator[Row]:
    found = records(path, encoding)
    columns = read_heading(next(found)[1])
    for line, cells in found:
        yield _row(line, cells, columns)


def _row(line: int, cells: list[str], columns: Columns) -> Row:
    width = len(columns.names)
    named = {name: cell.strip() for name, cell in zip(columns.names, cells, strict=False) if name}
    if (len(cells) != width and any(cell.strip() for cell in cells[width:])) or len(cells) < width:
        return Row(line, named, Problem("row.cells", {"found": len(cells), "expected": width}))
    if sum(map(len, cells)) > MAX_ROW_CHARACTERS:
        return Row(line, {}, Problem("row.too_long", {"limit": MAX_ROW_CHARACTERS}))
    for name, cell in named.items():
        if any(unicodedata.category(character) == "Cc" for character in cell):
            return Row(line, named, Problem("row.control", {"column": name}))
    for name in ("enterprise", "measure"):
        if not named[name]:
            return Row(line, named, Problem("row.empty", {"column": name}))
    return Row(line, named)
