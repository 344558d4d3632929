"""Terms between message and domain, by walking the two declarations side by side.

Fields have the same names in both. A field of the domain that has a default takes it where the message says nothing
(empty, zero, unset), and a field that has none is kept as it came, for the domain's own checks to name. So a new
field of Terms needs no code here; a test holds the two declarations together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.message import Message
from msgspec import NODEFAULT, Struct

from award_ledger.domain.refusals import InvalidFields, Violation
from award_ledger.domain.terms import Terms
from award_ledger.server.rpc.fields import iso_day
from award_ledger.server.rpc.mapping.enums import number_of, word_of
from award_ledger.v1 import terms_pb2

S = TypeVar("S", bound=Struct)

_NO_DAY = date(1, 1, 1)
"""Stands in for a day that could not be read, until its violation is raised."""


def terms_from_message(message: terms_pb2.Terms) -> Terms:
    """The Terms. Raises InvalidFields with the path of every field that cannot be read (`terms.caps[0].scope`)."""
    reading = _Reading()
    terms = reading.struct(Terms, message, "terms")
    if reading.violations:
        raise InvalidFields(tuple(reading.violations))
    return terms


def terms_message(terms: Terms) -> terms_pb2.Terms:
    """The message for Terms. Defaults other than zero and empty are written out."""
    message = terms_pb2.Terms()
    _write(terms, message)
    return message


@dataclass(frozen=True, slots=True)
class _Shape:
    """How one field of a Struct is carried: `element` is its type, or that of its entries where it is a tuple."""

    name: str
    default: Any
    many: bool
    element: Any


@cache
def _shapes(kind: type[Struct]) -> tuple[_Shape, ...]:
    return tuple(_shape(info) for info in msgspec.structs.fields(kind))


def _shape(info: Any) -> _Shape:
    element = info.type
    many = get_origin(element) is tuple
    if many:
        element = get_args(element)[0]
    alternatives = [kind for kind in get_args(element) if kind is not NoneType]
    if get_origin(element) in (Union, UnionType) and len(alternatives) == 1:
        element = alternatives[0]
    return _Shape(info.name, info.default, many, element)


def _is_struct(element: Any) -> bool:
    return isinstance(element, type) and issubclass(element, Struct)


def _alternatives(element: Any) -> dict[str, type[Struct]]:
    """The kinds of a tagged union by the name of their oneof field; empty for any other type."""
    if get_origin(element) not in (Union, UnionType):
        return {}
    return {kind.__struct_config__.tag: kind for kind in get_args(element)}


@dataclass
class _Reading:
    """Walks a message and gathers every violation on the way."""

    violations: list[Violation] = field(default_factory=list)

    def struct(self, kind: type[S], message: Message, path: str) -> S:
        """A value of this kind; where a violation was found, with something in the place of what was wrong."""
        fields = message.DESCRIPTOR.fields_by_name
        given: dict[str, Any] = {}
        for shape in _shapes(kind):
            at = f"{path}.{shape.name}"
            raw = getattr(message, shape.name)
            descriptor = fields[shape.name]
            if shape.many:
                given[shape.name] = tuple(
                    self._one(shape.element, descriptor, item, f"{at}[{i}]") for i, item in enumerate(raw)
                )
            elif shape.default is NODEFAULT or _is_given(message, descriptor, raw):
                given[shape.name] = self._one(shape.element, descriptor, raw, at)
        return kind(**given)

    def _one(self, element: Any, descriptor: Any, raw: Any, path: str) -> Any:
        if _is_struct(element):
            return self.struct(element, raw, path)
        if _alternatives(element):
            return self._alternative(element, raw, path)
        if get_origin(element) is Literal:
            return self._word(descriptor.enum_type, raw, path)
        return self._day(raw, path) if element is date else raw

    def _alternative(self, element: Any, message: Message, path: str) -> Any:
        (oneof,) = message.DESCRIPTOR.oneofs_by_name
        name = message.WhichOneof(oneof)
        kinds = _alternatives(element)
        if name is None:
            self._violate(path, f"needs one of {', '.join(kinds)}")
            return None
        return self.struct(kinds[name], getattr(message, name), f"{path}.{name}")

    def _word(self, enum: EnumDescriptor, number: int, path: str) -> str:
        word = word_of(enum, number)
        if word is None:
            self._violate(path, f"{number} is not a value of {enum.name}")
        elif not word:
            self._violate(path, "must be set")
        return word or ""

    def _day(self, text: str, path: str) -> date:
        try:
            return iso_day(text)
        except ValueError as error:
            self._violate(path, str(error))
            return _NO_DAY

    def _violate(self, path: str, problem: str) -> None:
        self.violations.append(Violation(path, problem))


def _is_given(message: Message, descriptor: Any, raw: Any) -> bool:
    return message.HasField(descriptor.name) if descriptor.message_type is not None else bool(raw)


def _write(value: Struct, message: Message) -> None:
    fields = message.DESCRIPTOR.fields_by_name
    for shape in _shapes(type(value)):
        given = getattr(value, shape.name)
        if shape.many:
            _write_many(shape.element, given, getattr(message, shape.name), fields[shape.name])
        elif isinstance(given, Struct):
            nested = getattr(message, shape.name)
            nested.SetInParent()
            _write(given, nested)
        elif given:  # zero and empty go unsaid; said of one field of a oneof, they would unsay the other
            setattr(message, shape.name, _scalar(given, fields[shape.name]))


def _write_many(element: Any, given: Sequence[Any], repeated: Any, descriptor: Any) -> None:
    if _is_struct(element):
        for item in given:
            _write(item, repeated.add())
    elif _alternatives(element):
        for item in given:
            nested = getattr(repeated.add(), item.__struct_config__.tag)
            nested.SetInParent()
            _write(item, nested)
    else:
        repeated.extend(_scalar(item, descriptor) for item in given)


def _scalar(value: Any, descriptor: Any) -> Any:
    if descriptor.enum_type is not None:
        return number_of(descriptor.enum_type, value)
    return value.isoformat() if isinstance(value, date) else value
