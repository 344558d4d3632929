"""Terms from a file as the domain has them: the message of the contract, field by field under the same names."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from award_ledger.domain.terms import Terms
from award_ledger.domain.terms_checks import violations
from award_ledger.v1 import terms_pb2


class UnsoundTerms(ValueError):
    """Terms that could not be published: `faults` are pairs of a field's path and what is wrong with it."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {problem}" for path, problem in faults))
        self.faults = faults


def domain_terms(message: terms_pb2.Terms) -> Terms:
    """The Terms, sound as those that a ledger publishes; raises UnsoundTerms."""
    try:
        terms = msgspec.convert(_plain(message), Terms)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at ")
        raise UnsoundTerms([(path.strip("`").removeprefix("$.") or "terms", what)]) from error
    faults = violations(terms)
    if faults:
        raise UnsoundTerms([(fault.field.removeprefix("terms."), fault.problem) for fault in faults])
    return terms


def _plain(message: Message) -> dict[str, Any]:
    """What is set, as mappings and lists; a choice between kinds is a mapping that names its `kind`."""
    plain = {field.name: _value(field, value) for field, value in message.ListFields()}
    kinds = cast("Descriptor", message.DESCRIPTOR).oneofs_by_name.get("rule")
    if kinds is None:
        return plain
    kind = message.WhichOneof(kinds.name)
    return {"kind": kind, **plain[kind]} if kind else {"kind": ""}


def _value(field: FieldDescriptor, value: Any) -> Any:
    if isinstance(value, Message):
        return _plain(value)
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return [_plain(item) for item in value]
    if field.enum_type is not None:
        names = field.enum_type.values_by_number
        prefix = names[0].name.removesuffix("UNSPECIFIED")
        return names[value].name.removeprefix(prefix).lower() if value in names else str(value)
    return value if isinstance(value, str | int | bool) else list(value)
