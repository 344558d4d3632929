"""What an audit finds: a value that is not what the replay of the log says it must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

MAX_DIFFERENCES = 200
"""Kept in full; further ones are only counted. One broken event can upset every balance after it."""

ABSENT = "(absent)"
"""Stands for a value that one side does not have."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value: as the replay has it, and as the ledger gave it.

    `position` is that of the event in question, or the one for which balances were asked; `field` is a path such
    as `awards.1f0c….instalments[0].paid_minor`.
    """

    position: int
    subject: str
    field: str
    replayed: str
    given: str

    def __str__(self) -> str:
        where = f"{self.subject}, {self.field}" if self.field else self.subject
        return f"position {self.position}: {where}: the replay says {self.replayed}, the ledger {self.given}"


@dataclass
class Findings:
    """Gathers differences, and counts the values that were compared."""

    values: int = 0
    count: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, position: int, subject: str, field: str, replayed: object, given: object) -> None:
        """Notes a difference."""
        self.count += 1
        if len(self.differences) < MAX_DIFFERENCES:
            self.differences.append(Difference(position, subject, field, str(replayed), str(given)))

    def expect(self, position: int, subject: str, field: str, replayed: object, given: object) -> None:
        """Compares one value."""
        self.values += 1
        if replayed != given:
            self.add(position, subject, field, replayed, given)

    def compare(self, position: int, subject: str, replayed: object, given: object) -> None:
        """Compares two pictures value by value; equal ones, which are the rule, at once."""
        if replayed == given:
            self.values += _values(replayed)
            return
        for leaf in leaves(replayed, given):
            self.expect(position, subject, *leaf)


def _values(picture: object) -> int:
    """How many values `leaves` would pair."""
    if isinstance(picture, dict):
        return sum(map(_values, picture.values()))
    return sum(map(_values, picture)) if isinstance(picture, list | tuple) else 1


class Leaf(NamedTuple):
    """One value of two pictures, and the way to it."""

    path: str
    replayed: object
    given: object


def leaves(replayed: object, given: object, path: str = "") -> Iterator[Leaf]:
    """Every value of two pictures made of mappings and lists, side by side; ABSENT where one has none."""
    if isinstance(replayed, Mapping) and isinstance(given, Mapping):
        for name in dict.fromkeys((*replayed, *given)):
            yield from leaves(
                replayed.get(name, ABSENT), given.get(name, ABSENT), f"{path}.{name}" if path else f"{name}"
            )
    elif isinstance(replayed, list | tuple) and isinstance(given, list | tuple):
        for index, (ours, theirs) in enumerate(zip_longest(replayed, given, fillvalue=ABSENT)):
            yield from leaves(ours, theirs, f"{path}[{index}]")
    else:
        yield Leaf(path, replayed, given)
