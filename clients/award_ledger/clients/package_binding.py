"""From nodes to messages: the contract's own descriptors say which fields there are and what each may hold.

Names are those of the contract, with two conveniences: an enum value is its short name in lower case
(`calendar_years`), and a field that ends in `_minor` may be written without the ending, in major units of the
currency (`ceiling: 5_000_000`). Text becomes a number here and nowhere earlier, and never a float.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from iso4217 import Currency

from award_ledger.clients.package_source import (
    KINDS,
    Fields,
    Items,
    Node,
    Place,
    Problems,
    Text,
    did_you_mean,
    fields_of,
    joined,
)

MINOR = "_minor"
"""Ends the name of an amount in minor units; the name without it is the same amount in major units."""

INTEGER_BITS = {
    FieldDescriptor.TYPE_INT32: 32,
    FieldDescriptor.TYPE_INT64: 64,
}

# Digits with underscores between them, or with commas between groups of three; at most the length of any int64.
NUMBER = re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:_[0-9]+)*)(?:\.([0-9]+))?")
MAX_NUMBER_LENGTH = 40

ANY_EXPONENT = 9
"""Stands in for that of a currency that was reported as wrong, so that its amounts are not reported as well."""

M = TypeVar("M", bound=Message)


class UnreadableError(ValueError):
    """A value that its field cannot take; the text says why."""


@dataclass(frozen=True)
class Sourced(Generic[M]):
    """A message with the place at which each of its fields was written."""

    message: M
    places: Mapping[str, Place]

    def locate(self, field_path: str) -> Place:
        """Where the field of a `BadRequest` path (`caps[0].limit_minor`) is written, or the nearest part around it."""
        path = field_path.removeprefix("terms.")
        while path not in self.places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.places[path]


def bound(
    message: M,
    node: Node,
    currency: Node | None,
    problems: Problems,
    *,
    written_in: str = "",
    hidden: Collection[str] = (),
) -> Sourced[M]:
    """The message filled from a node, whose amounts are in `currency`; `written_in` is the path of the node itself."""
    binding = Binding(problems, exponent_of(currency, joined(written_in, "currency"), problems), written_in)
    binding.fill(message, node, hidden=hidden)
    return Sourced(message, binding.places)


def exponent_of(currency: Node | None, path: str, problems: Problems) -> int | None:
    """Decimals of the currency that is written at `path`; None where none is."""
    if not isinstance(currency, Text) or currency.bare:
        return None
    try:
        return currency_exponent(currency.value)
    except UnreadableError as error:
        problems.report(currency.place, path, str(error))
        return ANY_EXPONENT


@dataclass
class Binding:
    """Fills messages from nodes. Every problem goes to `problems`, every path that was bound to `places`.

    `exponent` is the number of decimals of the currency in which major units are written; None if it is unknown.
    Paths in problems begin with `written_in`; those in `places` do not.
    """

    problems: Problems
    exponent: int | None = None
    written_in: str = ""
    places: dict[str, Place] = field(default_factory=dict)

    def fill(self, message: Message, node: Node, path: str = "", *, hidden: Collection[str] = ()) -> None:
        """Sets the fields of a message from a mapping; `hidden` names fields that a file does not set."""
        self.places[path] = node.place
        known = cast("Descriptor", message.DESCRIPTOR)  # each protobuf runtime has a class of its own
        names = {
            written: descriptor
            for descriptor in known.fields
            if descriptor.name not in hidden
            for written in spellings(descriptor)
        }
        filled: dict[str, str] = {}
        for name, key, value in fields_of(node, self._written(path), names, self.problems):
            descriptor = names[name]
            rival = descriptor.containing_oneof or descriptor
            if rival.name in filled:
                other = filled[rival.name]
                self._report(key.place, joined(path, name), f"only one of {other!r} and {name!r} may be written")
                continue
            filled[rival.name] = name
            self._set(message, descriptor, name, value, path)
        if isinstance(node, Fields) and not node.entries:
            self._require_choice(known, node, path)

    def _written(self, path: str) -> str:
        return joined(self.written_in, path) if path else self.written_in

    def _report(self, place: Place, path: str, problem: str) -> None:
        self.problems.report(place, self._written(path), problem)

    def _require_choice(self, descriptor: Descriptor, node: Node, path: str) -> None:
        """A message that is nothing but a choice must choose."""
        for choice in descriptor.oneofs:
            if len(choice.fields) == len(descriptor.fields):
                names = ", ".join(option.name for option in choice.fields)
                self._report(node.place, path, f"needs one of: {names}")

    def _set(self, message: Message, descriptor: FieldDescriptor, name: str, node: Node, parent: str) -> None:
        path = joined(parent, descriptor.name)
        self.places[path] = node.place
        if descriptor.is_repeated:
            self._extend(getattr(message, descriptor.name), descriptor, node, path)
        elif descriptor.message_type:
            part = getattr(message, descriptor.name)
            part.SetInParent()
            self.fill(part, node, path)
        else:
            value = self._scalar(descriptor, node, joined(parent, name), major=name != descriptor.name)
            if value is not None:
                setattr(message, descriptor.name, value)

    def _extend(self, values: Any, descriptor: FieldDescriptor, node: Node, path: str) -> None:
        if not isinstance(node, Items):
            self._report(node.place, path, f"expected a list, found {found(node)}")
            return
        for index, item in enumerate(node.items):
            at = f"{path}[{index}]"
            self.places[at] = item.place
            if descriptor.message_type:
                self.fill(values.add(), item, at)
            elif (value := self._scalar(descriptor, item, at)) is not None:
                values.append(value)

    def _scalar(
        self, descriptor: FieldDescriptor, node: Node, path: str, *, major: bool = False
    ) -> str | int | bool | None:
        if not isinstance(node, Text) or node.bare:
            self._report(node.place, path, f"expected {expected(descriptor)}, found {found(node)}")
            return None
        try:
            return self._read(descriptor, node.value, major=major)
        except UnreadableError as error:
            self._report(node.place, path, str(error))
            return None

    def _read(self, descriptor: FieldDescriptor, text: str, *, major: bool) -> str | int | bool:
        if descriptor.enum_type is not None:
            return read_enum(descriptor.enum_type, text)
        if descriptor.type == FieldDescriptor.TYPE_STRING:
            return text
        if descriptor.type == FieldDescriptor.TYPE_BOOL:
            return read_bool(text)
        if major and self.exponent is None:
            raise UnreadableError("an amount in major units needs a currency: set `currency` to one of ISO 4217")
        return read_integer(text, INTEGER_BITS[descriptor.type], decimals=self.exponent or 0 if major else 0)


def spellings(descriptor: FieldDescriptor) -> tuple[str, ...]:
    """The names under which a field may be written."""
    if descriptor.type == FieldDescriptor.TYPE_INT64 and descriptor.name.endswith(MINOR):
        return descriptor.name, descriptor.name.removesuffix(MINOR)
    return (descriptor.name,)


def expected(descriptor: FieldDescriptor) -> str:
    """How a message names what a field takes."""
    if descriptor.enum_type is not None:
        return f"one of {', '.join(short_names(descriptor.enum_type))}"
    if descriptor.type == FieldDescriptor.TYPE_STRING:
        return "text"
    return "true or false" if descriptor.type == FieldDescriptor.TYPE_BOOL else "a number"


def found(node: Node) -> str:
    """How a message names what was written."""
    return "nothing" if isinstance(node, Text) and node.bare else KINDS[type(node)]


def read_bool(text: str) -> bool:
    """`true` or `false`. Raises UnreadableError for any other word."""
    if text not in ("true", "false"):
        raise UnreadableError(f"{text[:40]!r} is neither true nor false")
    return text == "true"


def short_names(enum: EnumDescriptor) -> dict[str, int]:
    """The values of an enum under their short names: WINDOW_KIND_LIFETIME of WindowKind is `lifetime`."""
    prefix = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", enum.name).upper() + "_"
    return {value.name.removeprefix(prefix).lower(): value.number for value in enum.values if value.number != 0}


def read_enum(enum: EnumDescriptor, text: str) -> int:
    """The number of a value by its short name. Raises UnreadableError for a name that the enum does not have."""
    names = short_names(enum)
    if text not in names:
        raise UnreadableError(f"{text[:40]!r} is not one of {', '.join(names)}{did_you_mean(text, names)}")
    return names[text]


def read_integer(text: str, bits: int, *, decimals: int = 0) -> int:
    """The number that `text` writes, in units of 10 to the power of minus `decimals`, exactly.

    Raises UnreadableError for what is not a number, has more decimals, or overflows a signed integer of `bits`.
    """
    number = NUMBER.fullmatch(text) if len(text) <= MAX_NUMBER_LENGTH else None
    if number is None:
        raise UnreadableError(f"{text[:MAX_NUMBER_LENGTH]!r} is not a number: write digits, as 5000000 or 5_000_000")
    sign, whole, fraction = number[1], number[2].replace(",", "").replace("_", ""), number[3] or ""
    if len(fraction) > decimals:
        allowed = f"at most {decimals} decimals" if decimals else "a whole number"
        raise UnreadableError(f"{text!r} has too many decimals: {allowed} here")
    value = int(sign + whole + fraction.ljust(decimals, "0"))
    if not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise UnreadableError(f"{text!r} is too large")
    return value


def currency_exponent(code: str) -> int:
    """Decimals of an ISO 4217 currency. Raises UnreadableError for a code that is not there or has no minor unit."""
    currencies = {currency.code: currency for currency in Currency}
    currency = currencies.get(code)
    if currency is None:
        raise UnreadableError(f"{code[:40]!r} is not a currency of ISO 4217{did_you_mean(code, currencies)}")
    if currency.exponent is None:
        raise UnreadableError(f"{code} has no minor unit")
    return currency.exponent
