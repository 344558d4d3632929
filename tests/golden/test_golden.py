"""The golden log: what has been released stays readable, to the byte, and still means what it meant.

Where one of these tests fails, old ledgers would fail like it: mend the code, never the log (see `story`).
"""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from award_ledger.domain import events as ev
from award_ledger.domain.encoding import UnreadableEvent, decode_fact, encode_fact
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Act, Event
from award_ledger.domain.measure import Measure
from award_ledger.domain.policy_events import MeasureClosed, MeasureReopened, MeasureSuspended, TermsPublished
from award_ledger.domain.working_set import Ledger
from award_ledger.server.transparency.entry import entry, leaf_hash
from tests.golden import story
from tests.golden.reading import Line, golden, parsed

DECIDING = (
    "amount_rules",
    "approval",
    "assess",
    "case",
    "correcting",
    "correcting_money",
    "eligibility",
    "giving_back",
    "money",
    "outstanding",
    "terms_checks",
    "windows",
)
"""Modules of the domain that hold rules; folding has no use for them."""

OLD_SHAPES = {
    "enterprise.registered.v1": (
        '{"act":{"principal":"li@kjt","request_id":"00000000-0000-0000-0000-000000000001","fingerprint":"00",'
        '"effective_on":"2025-06-02"},"scheme":"other","number":"N-1","name":"n"}'
    ),
    "measure.terms_published.v1": (
        '{"act":{"principal":"li@kjt","request_id":"00000000-0000-0000-0000-000000000002","fingerprint":"00",'
        '"effective_on":"2025-06-02"},"version":1,"terms":{"measure_code":"M","name":{},"instrument":'
        '{"document":"d"},"currency":"CNY","validity":{"valid_from":"2025-06-02","valid_to":"2025-06-03"},'
        '"amounts":[{"kind":"up_to","ceiling_minor":5}]}}'
    ),
}
"""Lines as the first release wrote them: every later field of theirs is missing."""


@cache
def committed_state() -> Any:
    return json.loads(story.STATE.read_text("utf-8"))


def folded(events: Iterator[Event]) -> Ledger:
    ledger = Ledger()
    for event in events:
        ledger.apply(event)
    return ledger


def test_every_line_decodes_and_encodes_to_the_same_bytes() -> None:
    for line in golden():
        assert encode_fact(decode_fact(line.topic, line.state)) == line.state, line.position


def test_positions_and_versions_are_dense() -> None:
    versions: dict[UUID, int] = {}
    for number, line in enumerate(golden(), start=1):
        versions[line.originator_id] = versions.get(line.originator_id, 0) + 1
        assert (line.position, line.originator_version) == (number, versions[line.originator_id])


def test_the_log_folds_to_the_committed_state() -> None:
    assert story.end_state(folded(line.event() for line in golden())) == committed_state()


def test_leaf_hashes_are_those_of_the_entry_module() -> None:
    for line in golden():
        assert leaf_hash(entry(*line[:6])) == line.leaf_hash, line.position


def test_leaf_hashes_are_those_of_the_published_format() -> None:
    # Written out from the format on purpose: this must not follow a change of the entry module.
    for line in golden():
        topic = line.topic.encode()
        record = b"award-ledger/entry/v1\n"
        record += (
            struct.pack(">Q", line.position) + line.originator_id.bytes + struct.pack(">Q", line.originator_version)
        )
        record += struct.pack(">H", len(topic)) + topic + struct.pack(">Q", line.recorded_at_us)
        record += hashlib.sha256(b"award-ledger/state/v1\n" + line.state).digest() + struct.pack(">Q", len(line.state))
        assert len(record) < 250
        assert hashlib.sha256(b"\x00" + record).digest() == line.leaf_hash, line.position


@pytest.mark.parametrize("topic", OLD_SHAPES)
def test_a_line_of_an_older_shape_still_loads(topic: str) -> None:
    state = OLD_SHAPES[topic]
    fact = decode_fact(topic, state.encode())
    assert fact.act.second == ""
    assert encode_fact(fact) == state.encode()


def test_an_unknown_field_anywhere_in_a_line_is_not_read_past() -> None:
    """It may be money, or a limit: a release that does not know it decides nothing on the rest."""
    for line in {line.topic: line for line in golden()}.values():
        for grown in with_an_unknown_field(json.loads(line.state)):
            with pytest.raises(UnreadableEvent, match="unheard_of"):
                decode_fact(line.topic, json.dumps(grown).encode())


def with_an_unknown_field(value: Any) -> Iterator[Any]:
    """The same JSON with a field more in one object after another, but for declared facts, whose names are free."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from ([*value[:place], grown, *value[place + 1 :]] for grown in with_an_unknown_field(item))
    if isinstance(value, dict):
        yield {**value, "unheard_of": {"a": [1, None]}}
        for name, item in value.items():
            if name != "facts":
                yield from ({**value, name: grown} for grown in with_an_unknown_field(item))


def test_folding_does_not_even_load_the_modules_that_decide() -> None:
    source = (
        "import json, sys; from uuid import UUID; from award_ledger.domain.encoding import decode_fact\n"
        "from award_ledger.domain.fact import Event; from award_ledger.domain.working_set import Ledger\n"
        "ledger = Ledger()\n"
        "for line in map(json.loads, open(sys.argv[1], encoding='utf-8')):\n"
        "    place = UUID(line['originator_id']), line['originator_version'], line['position']\n"
        "    ledger.apply(Event(*place, decode_fact(line['topic'], line['state'].encode())))\n"
        "print(ledger.position, *(name for name in sys.modules if name.startswith('award_ledger.')))\n"
    )
    done = subprocess.run([sys.executable, "-c", source, str(story.LOG)], capture_output=True, text=True, check=True)
    position, *loaded = done.stdout.split()
    assert position == str(len(golden()))
    assert {f"award_ledger.domain.{name}" for name in DECIDING} & set(loaded) == set()
    domain = Path(ev.__file__).parent
    assert [name for name in DECIDING if not (domain / f"{name}.py").is_file()] == []


@pytest.mark.parametrize("hold", [MeasureSuspended, MeasureClosed])
def test_a_log_folds_although_everything_is_closed_and_everyone_barred_at_once(hold: type[Any]) -> None:
    ledger = Ledger()
    for line in golden():
        ledger.apply(line.event())
        if line.topic in (ev.EnterpriseRegistered.TOPIC, ev.EnterpriseReinstated.TOPIC):
            ledger.apply(line_after(line, ev.EnterpriseBarred))
        if line.topic in (TermsPublished.TOPIC, MeasureReopened.TOPIC):
            ledger.apply(line_after(line, hold))
    found = story.end_state(ledger)
    held = {str(key) for key, one in ledger.aggregates.items() if isinstance(one, Enterprise) and one.barred}
    held |= {str(key) for key, one in ledger.aggregates.items() if isinstance(one, Measure) and one.held != "open"}
    expected = committed_state()
    assert len(held) > 10
    for key in found:
        for status in ("barred", "held"):
            found[key]["state"].pop(status, None)
            expected[key]["state"].pop(status, None)
    assert found == expected


def line_after(line: Line, kind: type[Any]) -> Event:
    """A fact that stands between this line and the next, in the same stream."""
    act = Act(principal="x", request_id=UUID(int=0), fingerprint="", effective_on=date(2025, 6, 2))
    return Event(line.originator_id, line.originator_version, line.position, kind(act=act, reason=""))


def test_the_story_can_still_be_told_and_always_in_the_same_way() -> None:
    told = [story.line(event) for event in story.tell()]
    assert told == [story.line(event) for event in story.tell()]
    assert {parsed(line).topic for line in told} == {kind.TOPIC for kind in ev.ALL_EVENTS}
