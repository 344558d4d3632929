"""Which fields of a fact are commitments to sensitive values, wherever in it they stand."""

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_type_hints

from msgspec import Struct

from award_ledger.domain.fact import Commitment, Fact


def commitments_of(fact: Fact) -> dict[str, str]:
    """The commitments in a fact, hex, by the path of their field: `payee.bank`, `lines[3].particulars`."""
    return dict(_found(fact, "")) if _can_commit(type(fact)) else {}


def _found(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Commitment):
        yield path, value.c
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from _found(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _found(item, f"{path}[{index}]")


@cache
def _can_commit(kind: Any) -> bool:
    """True if a value of this type may hold a commitment: most facts cannot, and are not looked through."""
    if kind is Commitment:
        return True
    parts = get_type_hints(kind).values() if isinstance(kind, type) and issubclass(kind, Struct) else get_args(kind)
    return any(_can_commit(part) for part in parts if isinstance(part, type) or get_args(part))
