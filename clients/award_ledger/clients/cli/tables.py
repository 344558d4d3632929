"""The two shapes in which the command line shows things: a list of fields, and a table of rows.

Texts that come from the ledger or from files are data: control characters are taken out, markup means nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone

from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from award_ledger.clients.cli.sheet import Sheet
from award_ledger.v1.common_pb2 import EnterpriseNumber, LocalizedText

CHINA = timezone(timedelta(hours=8))
"""Asia/Shanghai, in which the dates of law are; it has had no other offset since 1991."""

DEFAULT_SCHEME = "cn.uscc"

# Controls, and the marks that turn the direction of text around; line breaks stay.
_UNSAFE = {"Cc", "Cf", "Cs"}


def safe(text: str) -> str:
    """Text without what could steer a terminal or disguise itself."""
    if text.isprintable():
        return text
    return "".join(c if c == "\n" or unicodedata.category(c) not in _UNSAFE else "�" for c in text)


def fields(pairs: Iterable[tuple[str, str]]) -> Table:
    """A list of fields, one a line; those without a value are left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in pairs:
        if value:
            grid.add_row(Text(safe(label)), Text(safe(value)))
    return grid


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "",
    right: str = "",
    styles: Sequence[str] = (),
) -> Sheet:
    """A table; `right` names by index (`"234"`) the columns of numbers, `styles` has one for each row."""
    cells = [[safe(cell) for cell in row] for row in rows]
    return Sheet(columns, cells, title=title, right=right, styles=styles)


def show(console: Console, parts: Iterable[RenderableType]) -> None:
    """Print parts one below the other, with an empty line before a table."""
    for index, part in enumerate(parts):
        if index and isinstance(part, Sheet):
            console.print()
        console.print(part)


def heading(text: str) -> Text:
    """A line that names what follows."""
    return Text(safe(text), style="bold")


def line(text: str, style: str = "") -> Text:
    """A sentence."""
    return Text(safe(text), style=style)


def moment(stamp: Timestamp) -> str:
    """An instant as people in Jinan read it, to the second: `2025-06-30 09:15:00 +08:00`; empty if unset."""
    if not stamp.seconds and not stamp.nanos:
        return ""
    instant = datetime.fromtimestamp(stamp.seconds, CHINA)
    return instant.strftime("%Y-%m-%d %H:%M:%S +08:00")


def number_of(enterprise: EnterpriseNumber) -> str:
    """An enterprise's number as it is typed: with its scheme, unless that is the default one."""
    scheme = enterprise.scheme
    return enterprise.number if scheme in ("", DEFAULT_SCHEME) else f"{scheme}:{enterprise.number}"


def localized(text: LocalizedText, language: str) -> str:
    """A text in the language asked for, or in the other where it lacks one."""
    return (text.zh or text.en) if language == "zh" else (text.en or text.zh)
