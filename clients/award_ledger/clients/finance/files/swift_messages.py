"""Splitting a SWIFT file: into messages at each `:20:`, and a message into its fields, with nothing left over.

Envelopes differ: FIN blocks (`{1:…}{4:` … `-}`), bare lines before (`ABNANL2A`, `940`), or none. The end of a message
is always a line with `-`; without it nobody can know whether the last line was the last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from award_ledger.clients.finance.files.quarantine import Quarantined, Reason

_TAG = re.compile(r":([0-9]{2}[A-Z]?|NS):(.*)")
_END = re.compile(r"-\}?.*")
_KNOWN = re.compile(r"13D?|20|21|25P?|28[CD]?|34F|60[FM]?|61|62[FM]?|64|65|86|90[DC]|NS")
MOST_LINE_CHARACTERS = 10_000
MOST_FIELD_CHARACTERS = 100_000
"""SWIFT has six lines of 65; a field of many thousand is none."""


class Field(NamedTuple):
    """`value` may have several lines."""

    tag: str
    value: str
    line_number: int


class Message(NamedTuple):
    """One statement, or one page of one."""

    fields: tuple[Field, ...]

    def first(self, *tags: str) -> str:
        """The value of the first field with one of these tags, or nothing."""
        return next((field.value for field in self.fields if field.tag in tags), "")

    def tags(self) -> set[str]:
        """Which fields there are."""
        return {field.tag for field in self.fields}

    def lines(self) -> Iterator[tuple[Field, str]]:
        """Each `:61:` with its `:86:`. An `:86:` after the closing balance speaks of the statement."""
        for field, following in zip(self.fields, (*self.fields[1:], None), strict=True):
            if field.tag == "61":
                yield field, following.value if following is not None and following.tag == "86" else ""


def messages(text: str, *, needs_end: bool) -> Iterator[Message]:
    """All of a file, in order. Raises Quarantined for a line that belongs nowhere, or a message without its end."""
    fields: list[Field] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if len(line) > MOST_LINE_CHARACTERS:
            raise Quarantined(Reason.TOO_LARGE, f"line {number}", f"a line of {len(line)} characters")
        tagged = _TAG.match(line.removeprefix("{4:") if line.startswith("{4:") else line)
        if tagged is not None and tagged.group(1) == "20":
            if fields:
                yield _whole(fields, ended=False, needs_end=needs_end)
            fields = [Field("20", tagged.group(2), number)]
        elif not fields:
            _refuse_field_outside(tagged, number)
        elif _END.fullmatch(line) and (line.strip() in {"-", "-}"} or line.startswith("-}")):
            yield _whole(fields, ended=True, needs_end=needs_end)
            fields = []
        elif tagged is not None:
            fields.append(_known(tagged, number))
        elif line.strip():
            last = fields[-1]
            if len(last.value) + len(line) > MOST_FIELD_CHARACTERS:
                finding = f"a field :{last.tag}: of more than {MOST_FIELD_CHARACTERS} characters"
                raise Quarantined(Reason.TOO_LARGE, f"line {number}", finding)
            fields[-1] = last._replace(value=f"{last.value}\n{line}")
    if fields:
        yield _whole(fields, ended=False, needs_end=needs_end)


def _known(tagged: re.Match[str], number: int) -> Field:
    if _KNOWN.fullmatch(tagged.group(1)) is None:
        raise Quarantined(Reason.MALFORMED, f"line {number}", f"no field :{tagged.group(1)}: in a statement")
    return Field(tagged.group(1), tagged.group(2), number)


def _refuse_field_outside(tagged: re.Match[str] | None, number: int) -> None:
    """Before `:20:` there are envelopes; a field there has lost its message."""
    if tagged is not None:
        raise Quarantined(Reason.MALFORMED, f"line {number}", f"field :{tagged.group(1)}: outside any statement")


def _whole(fields: list[Field], *, ended: bool, needs_end: bool) -> Message:
    message, last = Message(tuple(fields)), fields[-1]
    where = f"line {last.line_number}"
    tags = [field.tag for field in fields]
    opens, closes = [tag for tag in tags if tag.startswith("60")], [tag for tag in tags if tag.startswith("62")]
    if opens and not closes:
        raise Quarantined(Reason.TRUNCATED, where, "a statement without its closing balance (:62F:)")
    if not ended and needs_end:
        raise Quarantined(Reason.TRUNCATED, where, 'a statement without its end (a line with "-")')
    if len(opens) > 1 or len(closes) > 1:
        raise Quarantined(Reason.MALFORMED, where, f"{len(opens)} opening and {len(closes)} closing balances")
    return message
