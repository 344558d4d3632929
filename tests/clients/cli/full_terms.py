"""Terms in which every field of the contract says something, made from the contract itself, and every change of one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from award_ledger.v1.terms_pb2 import Terms

NOT_KNOWN = 99
"""A value that no enum has: what a later contract may send."""


class Change(NamedTuple):
    """Terms that differ in one field. `language` is that of the field, where it is a text in one language."""

    path: str
    terms: Terms
    language: str


def full_terms() -> Terms:
    """Terms with one entry in every list, and in the list of alternatives one for each."""
    (terms,) = _filled(Terms, count(2))
    assert isinstance(terms, Terms)
    terms.currency = "CNY"
    return terms


def changes() -> Iterator[Change]:
    """The full Terms with one field changed, for every field and, where it has a closed list of values, every value."""
    full = full_terms()
    for path, steps, field in _leaves(full):
        for value in _others(_at(full, steps), field):
            terms = Terms()
            terms.CopyFrom(full)
            holder = _at(terms, steps[:-1])
            if isinstance(steps[-1], int):
                holder[steps[-1]] = value
            else:
                setattr(holder, steps[-1], value)
            yield Change(path, terms, field.name if field.containing_type.name == "LocalizedText" else "")


def _filled(kind: type[Message], numbers: Iterator[int]) -> list[Message]:
    """One message, or one for each alternative of the message's oneof (and of the alternative's own)."""
    alternatives: list[Any] = [field for one in kind.DESCRIPTOR.oneofs for field in one.fields]
    common: list[Any] = [field for field in kind.DESCRIPTOR.fields if field.containing_oneof is None]
    made: list[Message] = []
    for chosen in alternatives or [None]:
        contents = _filled(GetMessageClass(chosen.message_type), numbers) if chosen and chosen.message_type else [None]
        for content in contents:
            message = kind()
            for field in common:
                _fill(message, field, numbers)
            if content is not None:
                getattr(message, chosen.name).CopyFrom(content)
            elif chosen is not None:
                _fill(message, chosen, numbers)
            made.append(message)
    return made


def _fill(message: Message, field: Any, numbers: Iterator[int]) -> None:
    if not field.message_type and not field.is_repeated:
        setattr(message, field.name, _value(field, numbers))
        return
    contents = _filled(GetMessageClass(field.message_type), numbers) if field.message_type else [_value(field, numbers)]
    if field.is_repeated:
        getattr(message, field.name).extend(contents)
    else:
        getattr(message, field.name).CopyFrom(contents[0])


def _value(field: Any, numbers: Iterator[int]) -> Any:
    if field.enum_type:
        return field.enum_type.values[-1].number
    if field.type == FieldDescriptor.TYPE_BOOL:
        return True
    number = next(numbers)
    return f"t{number}" if field.type == FieldDescriptor.TYPE_STRING else number


def _leaves(
    message: Message, path: str = "", steps: tuple[str | int, ...] = ()
) -> Iterator[tuple[str, tuple[str | int, ...], Any]]:
    for field, value in message.ListFields():
        name = f"{path}.{field.name}".lstrip(".")
        items = (
            [(f"{name}[{n}]", (*steps, field.name, n), item) for n, item in enumerate(value)]
            if (field.is_repeated)
            else [(name, (*steps, field.name), value)]
        )
        for at, where, item in items:
            if field.message_type:
                yield from _leaves(item, at, where)
            else:
                yield at, where, field


def _others(value: Any, field: Any) -> list[Any]:
    if field.enum_type:
        return [other.number for other in field.enum_type.values if other.number not in (0, value)] + [NOT_KNOWN]
    if field.type == FieldDescriptor.TYPE_BOOL:
        return [not value]
    return [f"{value}x"] if field.type == FieldDescriptor.TYPE_STRING else [value + 100]


def _at(message: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        message = message[step] if isinstance(step, int) else getattr(message, step)
    return message
