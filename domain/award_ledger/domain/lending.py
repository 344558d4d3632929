"""Lent: a mapping over another that is left as it was, so that a trial costs what it touches and not what there is.

An account of ours may hold a hundred thousand lines; cloning them for one match would hold the head for seconds.
"""

from collections.abc import Iterator, MutableMapping, ValuesView
from copy import deepcopy
from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)
V = TypeVar("V")


class Lent(MutableMapping[str, V]):
    """A value is cloned when it is first looked at by its key; what is set or deleted here is so here alone."""

    def __init__(self, lender: MutableMapping[str, V]) -> None:
        self._lender = lender
        self._own: dict[str, V] = {}
        self._gone: set[str] = set()

    def __getitem__(self, key: str) -> V:
        if key not in self._own:
            if key in self._gone:
                raise KeyError(key)
            self._own[key] = deepcopy(self._lender[key])
        return self._own[key]

    def __setitem__(self, key: str, value: V) -> None:
        self._own[key] = value

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self._own.pop(key, None)
        if key in self._lender:
            self._gone.add(key)

    def __contains__(self, key: object) -> bool:
        return key in self._own or (key not in self._gone and key in self._lender)

    def __iter__(self) -> Iterator[str]:
        """In the order that a dict would have: what was deleted and is there again comes last."""
        yield from (key for key in self._lender if key not in self._gone)
        yield from (key for key in self._own if key in self._gone or key not in self._lender)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def values(self) -> ValuesView[V]:
        """To be read only: who goes through all of them gets the lender's own."""
        return _Values(self)

    def peek(self, key: str) -> V:
        """The value as it is, not cloned."""
        if key in self._own or key in self._gone:
            return self._own[key]
        return self._lender.peek(key) if isinstance(self._lender, Lent) else self._lender[key]


class _Values(ValuesView[V]):
    def __init__(self, lent_mapping: Lent[V]) -> None:
        super().__init__(lent_mapping)
        self._lent = lent_mapping

    def __iter__(self) -> Iterator[V]:
        return map(self._lent.peek, self._lent)


def lent(aggregate: S) -> S:
    """The aggregate over another one: mappings are lent, lists are copied, all else in it never changes."""
    fields: dict[str, Any] = {}
    for name in aggregate.__struct_fields__:
        value = getattr(aggregate, name)
        if isinstance(value, (dict, Lent)):
            fields[name] = Lent(value)
        elif isinstance(value, list):
            fields[name] = deepcopy(value)
    return msgspec.structs.replace(aggregate, **fields)
