"""Text of a policy package, as nodes that know their place: file, line and column of everything that was written.

YAML is read as structure only. Nothing is typed here (`no` is not false, `1_000` is not a number: the field that takes
a value decides what it is), and what a reviewer cannot follow on the page is refused: tabs, aliases, tags.
"""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml
from yaml.error import Mark
from yaml.events import (
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_FILE_BYTES = 1 << 18
"""256 KiB: twice a whole package of 57 measures in one file, and still read in seconds whatever is in it."""

MAX_DEPTH = 20
"""Levels of nesting: Terms need seven. Bounds the recursion that a hostile file could ask for."""
MAX_PROBLEMS = 100
"""More than anyone mends at once."""

SURROGATE = re.compile("[\ud800-\udfff]")
"""What an escape can write and UTF-8 cannot."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written; lines and columns count from 1."""

    file: Path
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(eq=False)
class PackageFileError(ValueError):
    """One thing that is wrong in a package, and where.

    `field` is the path as it is written (`caps[0].limit`); empty where the file as a whole is meant.
    """

    file: Path
    line: int
    column: int
    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.field and self.field + ': '}{self.problem}"


class InvalidPackageError(ValueError):
    """What was found wrong in a package, in the order of reading: all of it, or the first MAX_PROBLEMS."""

    def __init__(self, errors: Collection[PackageFileError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar. `bare` is true for one that is not there at all: `caps:` with nothing behind it."""

    value: str
    place: Place
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping, as written: a key that occurs twice is there twice."""

    entries: tuple[tuple[Text, Node], ...]
    place: Place

    def get(self, name: str) -> Node | None:
        """The value under a key, or None."""
        return next((value for key, value in self.entries if key.value == name), None)


Node = Text | Items | Fields

KINDS = {Text: "text", Items: "a list", Fields: "a mapping of fields"}
"""How a message names what was found."""


class Problems:
    """Gathers what is wrong. The same problem at the same place counts once, however many measures share it."""

    def __init__(self) -> None:
        self._found: dict[tuple[Path, int, int, str], PackageFileError] = {}

    def report(self, place: Place, field: str, problem: str) -> None:
        """Notes one problem."""
        self.add(PackageFileError(place.file, place.line, place.column, field, problem))

    def add(self, error: PackageFileError) -> None:
        """Notes an error that was raised."""
        self._found.setdefault((error.file, error.line, error.column, error.problem), error)
        if len(self._found) == MAX_PROBLEMS:
            self.raise_any()

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Notes the error that ends this part of the reading, and goes on after it."""
        try:
            yield
        except PackageFileError as error:
            self.add(error)

    def raise_any(self) -> None:
        """Raises InvalidPackageError if there is a problem."""
        if self._found:
            raise InvalidPackageError(self._found.values())


def did_you_mean(word: str, known: Collection[str]) -> str:
    """`; did you mean 'limit'?`, or nothing where no known word is near."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def fields_of(
    node: Node, path: str, known: Collection[str] | None, problems: Problems
) -> Iterator[tuple[str, Text, Node]]:
    """The entries of a mapping as (name, key, value); what is not a mapping, not known or repeated is reported.

    Any name is known where `known` is None.
    """
    if not isinstance(node, Fields):
        problems.report(node.place, path, f"expected a mapping of fields, found {KINDS[type(node)]}")
        return
    seen: dict[str, Text] = {}
    for key, value in node.entries:
        name, field = key.value, joined(path, key.value)
        if name in seen:
            problems.report(key.place, field, f"written twice: line {seen[name].place.line} has it already")
        elif known is not None and name not in known:
            problems.report(key.place, field, f"unknown field {name!r}{_unknown_hint(name, known)}")
        else:
            seen[name] = key
            yield name, key, value


def _unknown_hint(name: str, known: Collection[str]) -> str:
    if name.isdigit():
        return "; inside { } a comma ends the value: group digits by underscores, 5_000_000"
    return did_you_mean(name, known)


def joined(path: str, name: str) -> str:
    """The path of a field within `path`."""
    return f"{path}.{name}" if path else name


def without(node: Node, name: str) -> tuple[Node | None, Node]:
    """The value of a field, if it is there, and the mapping without it."""
    if not isinstance(node, Fields):
        return None, node
    others = tuple(entry for entry in node.entries if entry[0].value != name)
    return node.get(name), Fields(others, node.place)


def merged(base: Node | None, over: Node, *, added: str = "") -> Node:
    """`over` on top of `base`: mappings merge field by field, anything else replaces what is under it.

    The list in the field named `added` holds the items of both, those of `base` first.
    """
    if not (isinstance(base, Fields) and isinstance(over, Fields)):
        return over
    own = {key.value for key, _ in over.entries}
    entries = [(key, value) for key, value in base.entries if key.value not in own]
    for key, value in over.entries:
        under = base.get(key.value)
        if key.value == added and isinstance(under, Items) and isinstance(value, Items):
            entries.append((key, Items(under.items + value.items, value.place)))
        else:
            entries.append((key, merged(under, value)))
    return Fields(tuple(entries), over.place)


def read_documents(file: Path) -> list[Node]:
    """The YAML documents of a file. Raises PackageFileError for what cannot be read or followed."""
    text = _read_text(file)
    builder = _Builder(file, yaml.parse(text, Loader=yaml.SafeLoader))
    try:
        return list(builder.documents())
    except PackageFileError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = f"not valid YAML: {', '.join(filter(None, (error.context, error.problem)))}"
        raise _refused(_place_of(file, mark), problem) from None
    except yaml.reader.ReaderError as error:
        problem = f"character U+{ord(text[error.position]):04X} is not allowed in YAML"
        raise _refused(_place_after(file, text[: error.position]), problem) from None
    except ValueError:  # PyYAML passes on what Python says of \U00110000
        raise _refused(builder.place, "an escape after this stands for no character") from None


def _read_text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1).removeprefix(codecs.BOM_UTF8)  # some editors put one first
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise _refused(Place(file), f"cannot be read: {getattr(error, 'strerror', error)}") from None
    if len(content) > MAX_FILE_BYTES:
        raise _refused(Place(file), f"larger than {MAX_FILE_BYTES:,} bytes, the most that a package file may have")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"not UTF-8 (byte 0x{content[error.start]:02X}); save the file as UTF-8"
        raise _refused(_place_after(file, content[: error.start].decode("utf-8")), problem) from None
    before, tab, _ = text.partition("\t")
    if tab:
        raise _refused(_place_after(file, before), "a tab; write spaces")
    return text


def _place_after(file: Path, before: str) -> Place:
    """The place right after the text `before`."""
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _place_of(file: Path, mark: Mark | None) -> Place:
    return Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)


class _Builder:
    """Makes nodes of parser events: fewer steps than PyYAML's own composer, which follows aliases and guesses types."""

    def __init__(self, file: Path, events: Iterator[Event]) -> None:
        self._file = file
        self._events = events
        self.place = Place(file)  # of the latest node

    def documents(self) -> Iterator[Node]:
        """The documents, one after another."""
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                yield self._node(next(self._events), 1)

    def _node(self, event: Event, depth: int) -> Node:
        self.place = place = _place_of(self._file, cast("Mark | None", event.start_mark))
        if isinstance(event, NodeEvent) and event.anchor is not None:  # an alias is an event with an anchor
            raise _refused(place, "an anchor or alias; write the value out where it applies")
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            raise _refused(place, f"a tag ({event.tag}); the field decides what a value is")
        if depth > MAX_DEPTH:
            raise _refused(place, f"nested more than {MAX_DEPTH} levels deep")
        if isinstance(event, ScalarEvent):
            if SURROGATE.search(event.value):
                raise _refused(place, "half of a surrogate pair, which is no character")
            return Text(event.value, place, bare=event.value == "" and event.style is None)
        if isinstance(event, SequenceStartEvent):
            return Items(tuple(self._items(depth)), place)
        return Fields(tuple(self._entries(depth)), place)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _entries(self, depth: int) -> Iterator[tuple[Text, Node]]:
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Text):
                raise _refused(key.place, f"a field's name must be text, not {KINDS[type(key)]}")
            yield key, self._node(next(self._events), depth + 1)


def _refused(place: Place, problem: str) -> PackageFileError:
    return PackageFileError(place.file, place.line, place.column, "", problem)
