"""Facts as bytes: every fact that can be comes back as it was, and what cannot be read says so by its type."""

from __future__ import annotations

import json
import sys
from datetime import date
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
import pytest
from eventsourcing.persistence import Notification, StoredEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from award_ledger.domain.encoding import LedgerMapper, UnreadableEvent, decode_fact, encode_fact
from award_ledger.domain.events import ALL_EVENTS, EnterpriseRegistered
from award_ledger.domain.fact import Event, Fact
from award_ledger.domain.terms import MAX_AMOUNT_MINOR
from tests.golden.reading import golden

MAPPER = LedgerMapper()
STREAM = UUID(int=7)

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=12),
    int: st.integers(-MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR),
    bool: st.booleans(),
    date: st.dates(),
    UUID: st.uuids(),
    type(None): st.none(),
}


@cache
def values(kind: Any) -> st.SearchStrategy[Any]:
    """Anything that a field of this type can hold."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=2)
    if arguments:
        return st.one_of(*map(values, arguments))
    hints = get_type_hints(kind)
    return st.builds(kind, **{name: values(hints[name]) for name in kind.__struct_fields__})


@pytest.mark.parametrize("kind", ALL_EVENTS, ids=lambda kind: kind.TOPIC)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_every_fact_comes_back_as_it_was_and_encodes_to_the_same_bytes(kind: type[Fact], data: st.DataObject) -> None:
    fact = data.draw(values(kind))
    state = encode_fact(fact)
    again = decode_fact(kind.TOPIC, state)
    assert again == fact
    assert type(again) is kind
    assert encode_fact(again) == state
    event = Event(STREAM, 3, 41, fact)
    stored = MAPPER.to_stored_event(event)
    assert (stored.topic, stored.state) == (kind.TOPIC, state)
    assert MAPPER.to_domain_event(Notification(STREAM, 3, stored.topic, state, id=41)) == event


def test_the_bytes_are_plain_json_without_defaults() -> None:
    for line in golden():
        columns = json.loads(line.state)
        assert json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode() == line.state
        optional = [info for info in msgspec.structs.fields(line.event().fact) if not info.required]
        written = [info.name for info in optional if columns.get(info.name, "?") in (info.default, [], {})]
        assert written == [], line.position


def test_an_event_that_is_no_notification_has_no_position() -> None:
    line = golden()[0]
    assert MAPPER.to_domain_event(StoredEvent(STREAM, 1, line.topic, line.state)).position == 0


@pytest.mark.parametrize("topic", ["enterprise.registered.v2", "enterprise.snapshot.v1", "no_such_module.v1", "zz"])
def test_an_unknown_topic_is_never_read(topic: str) -> None:
    with pytest.raises(UnreadableEvent):
        decode_fact(topic, golden()[0].state)


@pytest.mark.parametrize("topic", ["", ".v0", "builtins:dict", "award_ledger.domain.fact:Act", "colorsys:rgb_to_hsv"])
def test_a_topic_that_names_code_is_not_resolved_and_nothing_is_imported(topic: str) -> None:
    sys.modules.pop("colorsys", None)
    with pytest.raises(UnreadableEvent):
        decode_fact(topic, b"{}")
    assert "colorsys" not in sys.modules


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(golden()), st.data())
def test_bytes_cut_short_are_never_read(line: Any, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(line.state) - 1))
    with pytest.raises(UnreadableEvent):
        decode_fact(line.topic, line.state[:end])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(golden()), st.binary(max_size=40))
def test_bytes_of_anything_are_never_read(line: Any, state: bytes) -> None:
    with pytest.raises(UnreadableEvent):
        decode_fact(line.topic, state)


@pytest.mark.parametrize("spoilt", [None, 5, "x", [], {}])
def test_a_required_field_that_is_missing_or_of_another_type_is_never_read(spoilt: Any) -> None:
    for line in {line.topic: line for line in golden()}.values():
        columns = json.loads(line.state)
        for name in (info.encode_name for info in msgspec.structs.fields(type(line.event().fact)) if info.required):
            wrong = {**columns, name: spoilt}
            if type(spoilt) is type(columns[name]):  # a text may stand where a text is due, a part be all defaults
                del wrong[name]
            with pytest.raises(UnreadableEvent):
                decode_fact(line.topic, json.dumps(wrong).encode())


@pytest.mark.parametrize(
    ("topic", "state"),
    [
        ("nobody.knows.v1", b"{}"),
        (EnterpriseRegistered.TOPIC, b""),
        (EnterpriseRegistered.TOPIC, b"{}"),
        (EnterpriseRegistered.TOPIC, b"\xff"),
        (EnterpriseRegistered.TOPIC, b'{"act":'),
    ],
)
def test_the_mapper_says_which_event_it_cannot_read(topic: str, state: bytes) -> None:
    with pytest.raises(UnreadableEvent) as raised:
        MAPPER.to_domain_event(StoredEvent(STREAM, 12, topic, state))
    assert topic in str(raised.value)
    assert "version 12" in str(raised.value)
    assert str(STREAM) in str(raised.value)
