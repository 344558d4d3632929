"""The golden log leaves nothing out: every kind of fact, every optional field, every word of a choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from award_ledger.domain import events as ev
from award_ledger.domain.encoding import decode_fact
from tests.golden.reading import golden

NEVER_SET = {
    ("StageResultRecorded", "refunded_minor"),  # nothing is received by a result
    ("AwardRevoked", "refunded_minor"),  # nor by a revocation
    ("ClawbackReceived", "cancelled_minor"),  # nothing is cancelled by money that comes back,
    ("ClawbackReceived", "released_minor"),  # so nothing encumbered moves
    ("ClawbackReceived", "lapsed_minor"),
    ("PaymentReturnedAndCancelled", "refunded_minor"),  # nothing is received by a return
    ("ClawbackSetOff", "cancelled_minor"),  # what is set off is received, like what comes in
    ("ClawbackSetOff", "released_minor"),
    ("ClawbackSetOff", "lapsed_minor"),
    ("RateOf", "rounding"),  # it has one value
    ("AwardCorrected", "expended_minor"),  # only what is not paid yet is corrected away
    ("SetOffCorrected", "encumbered_minor"),  # as with what comes in
    ("StageResultCorrected", "expended_minor"),  # a ruling cancels what is not paid, or orders it back
    ("RevocationCorrected", "expended_minor"),
    ("ClawbackCorrected", "encumbered_minor"),  # what comes back was expended
}
"""Optional fields that no command sets to anything but their default."""


def test_every_released_topic_is_in_the_log() -> None:
    assert {line.topic for line in golden()} == {kind.TOPIC for kind in ev.ALL_EVENTS}


def test_every_optional_field_and_every_word_of_a_choice_is_in_the_log() -> None:
    seen: set[tuple[str, str]] = set()
    words: set[Any] = set()
    for line in golden():
        for part in parts(decode_fact(line.topic, line.state)):
            for info in msgspec.structs.fields(part):
                value = getattr(part, info.name)
                words |= {(info.type, value)} if get_origin(info.type) is Literal else set()
                if not info.required and value != default_of(info):
                    seen.add((type(part).__name__, info.name))
    kinds = {kind for event in ev.ALL_EVENTS for kind in reachable(event)}
    wanted = {(kind.__name__, f.name) for kind in kinds for f in msgspec.structs.fields(kind) if not f.required}
    assert wanted - seen == NEVER_SET
    choices = {info.type for kind in kinds for info in msgspec.structs.fields(kind) if get_origin(info.type) is Literal}
    assert {(choice, word) for choice in choices for word in get_args(choice)} - words == set()


def default_of(info: Any) -> Any:
    return info.default if info.default is not msgspec.NODEFAULT else info.default_factory()


def parts(value: Any) -> Iterator[msgspec.Struct]:
    """This Struct and all that are in it."""
    if isinstance(value, msgspec.Struct):
        yield value
        for name in value.__struct_fields__:
            yield from parts(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


def reachable(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """This type of Struct and all that its fields can hold."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
        for name, hint in get_type_hints(kind).items():
            if name in kind.__struct_fields__:
                yield from reachable(hint)
    for argument in get_args(kind):
        yield from reachable(argument)
