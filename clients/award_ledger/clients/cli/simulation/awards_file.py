"""Reading a file of published awards: its encoding, its heading, and what each row says or why it cannot be used.

The whole file is read before anything is sent, so a file that breaks off in the middle decides nothing.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from award_ledger.clients.cli.bulk.columns import FileProblem
from award_ledger.clients.cli.bulk.rows import MAX_ROW_CHARACTERS, encoding_of, records
from award_ledger.clients.cli.simulation.amounts import DecimalMark, Unusable, exact_minor

REQUIRED = ("ref_no", "recipient_id", "amount_raw", "granted_on")
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Award:
    """One published award, amounts in minor units; `facts` are the cells that the Terms ask about."""

    line: int
    ref_no: str
    recipient_id: str
    recipient_name: str
    asked_minor: int
    granted_on: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SkippedRow:
    """A row that is not decided, and why."""

    line: int
    ref_no: str
    recipient_id: str
    granted_on: str
    why: Unusable


@dataclass(frozen=True)
class AwardsFile:
    """What a file holds: awards in the order in which they are decided (day, then reference), and skipped rows."""

    awards: tuple[Award, ...]
    skipped: tuple[SkippedRow, ...]

    @property
    def rows(self) -> int:
        """Rows below the heading."""
        return len(self.awards) + len(self.skipped)


@dataclass(frozen=True)
class Reading:
    """How a file is read: the currency of the measure, the mark before decimals, the facts that the Terms name."""

    currency: str
    mark: DecimalMark = "."
    facts: tuple[str, ...] = ()
    encoding: str = ""


def read_awards(path: Path, reading: Reading) -> AwardsFile:
    """All of a file; raises FileProblem, OSError."""
    encoding = reading.encoding or _encoding(path)
    try:
        codecs.lookup(encoding)
        names, rows = _table(path, encoding)
        awards: list[Award] = []
        skipped: list[SkippedRow] = []
        seen: dict[str, int] = {}
        for line, cells in rows:
            row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
            try:
                award = _award(line, cells, names, row, reading)
                _first(award, seen)
            except Unusable as why:
                ref_no, recipient, day = (_printable(row.get(n, "")) for n in ("ref_no", "recipient_id", "granted_on"))
                skipped.append(SkippedRow(line, ref_no, recipient, day, why))
                continue
            awards.append(award)
    except LookupError as error:
        raise FileProblem("import.unknown_encoding", encoding=encoding) from error
    awards.sort(key=lambda award: (award.granted_on, award.ref_no))
    return AwardsFile(tuple(awards), tuple(skipped))


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(2)
    # UTF-16 without a byte order mark: a heading is in ASCII, so every other byte is zero.
    if len(start) == 2 and not start[1] and start[0]:
        return "utf-16-le"
    return "utf-16-be" if len(start) == 2 and not start[0] and start[1] else encoding_of(path)


def _table(path: Path, encoding: str) -> tuple[tuple[str, ...], Iterable[tuple[int, list[str]]]]:
    """The names of the columns, and the rows below them. The delimiter is the one that parts the heading."""
    missing = ", ".join(REQUIRED)
    for delimiter in DELIMITERS:
        found = records(path, encoding, delimiter)
        heading = next(found, None)
        if heading is None:
            raise FileProblem("import.empty")
        names = tuple(cell.strip().lstrip("\ufeff").strip().lower() for cell in heading[1])
        lacking = [name for name in REQUIRED if name not in names]
        if not lacking:
            repeated = sorted({name for name in names if name and names.count(name) > 1})
            if repeated:
                raise FileProblem("import.repeated_columns", columns=", ".join(repeated))
            return names, found
        missing = min(missing, ", ".join(lacking), key=len)
    raise FileProblem("import.missing_columns", columns=missing)


def _award(line: int, cells: Sequence[str], names: Sequence[str], row: dict[str, str], reading: Reading) -> Award:
    """What a row says. Raises Unusable for the first thing that is wrong."""
    if len(cells) < len(names) or any(cell.strip() for cell in cells[len(names) :]):
        raise Unusable("CELLS", found=len(cells), expected=len(names))
    if sum(map(len, cells)) > MAX_ROW_CHARACTERS:
        raise Unusable("TOO_LONG", limit=MAX_ROW_CHARACTERS)
    for name in (*REQUIRED, "recipient_name", *map(str.lower, reading.facts)):
        if row.get(name, "") != _printable(row.get(name, "")):
            raise Unusable("CONTROL_CHARACTER", column=name)
    for name, reason in (("ref_no", "REFERENCE_MISSING"), ("recipient_id", "RECIPIENT_MISSING")):
        if not row[name]:
            raise Unusable(reason)
    currency = row.get("currency", "").upper()
    if currency and currency != reading.currency:
        raise Unusable("CURRENCY_DIFFERS", found=currency[:20], currency=reading.currency)
    return Award(
        line=line,
        ref_no=row["ref_no"],
        recipient_id=row["recipient_id"],
        recipient_name=row.get("recipient_name", "") or row["recipient_id"],
        asked_minor=exact_minor(row["amount_raw"], reading.currency, reading.mark),
        granted_on=_day(row["granted_on"]),
        facts={name: row[name.lower()] for name in reading.facts if row.get(name.lower())},
    )


def _first(award: Award, seen: dict[str, int]) -> None:
    """One reference names one award: the first row that can be used is it. Raises Unusable for another."""
    if award.ref_no in seen:
        raise Unusable("REFERENCE_REPEATED", line=seen[award.ref_no])
    seen[award.ref_no] = award.line


def _day(text: str) -> str:
    if not text:
        raise Unusable("DATE_MISSING")
    try:
        if len(text) == 10:
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise Unusable("DATE_MALFORMED", text=text[:40])


def _printable(text: str) -> str:
    return "".join(character for character in text if unicodedata.category(character) != "Cc")


def batches(awards: Sequence[Award], most: int) -> Iterator[Sequence[Award]]:
    """Awards in slices of at most `most`."""
    for start in range(0, len(awards), most):
        yield awards[start : start + most]
