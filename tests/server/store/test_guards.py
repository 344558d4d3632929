"""The triggers: what was recorded cannot be changed or removed, whoever asks and however."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from award_ledger.server.store.bulk import insert_rows
from award_ledger.server.store.engine import for_writing
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.schema import event, head
from tests.server.store.events import new_stream

_CHANGES = {
    "edit a state": "UPDATE event SET state = state WHERE position = 2",
    "move an event": "UPDATE event SET position = 4 WHERE position = 3",
    "delete an event": "DELETE FROM event WHERE position = 3",
    "delete all": "DELETE FROM event",
    "send the head back": "UPDATE head SET position = position - 1",
    "backdate the head": "UPDATE head SET recorded_at_us = recorded_at_us - 1",
    "give the log another identity": "UPDATE head SET ledger_id = (SELECT originator_id FROM event LIMIT 1)",
    "delete the head": "DELETE FROM head",
    "move the head ahead of the events": "UPDATE head SET position = position + 1",
    "give the head another instant": "UPDATE head SET recorded_at_us = recorded_at_us + 1",
}
_SQLITE_CHANGES = {
    "replace an event at its position": (
        "INSERT OR REPLACE INTO event SELECT position, randomblob(16), 1, topic, x'00', 1 FROM event WHERE position = 2"
    ),
    "replace an event by its version": (
        "INSERT OR REPLACE INTO event SELECT 4, originator_id, 2, topic, x'00', 1 FROM event WHERE position = 2"
    ),
    "upsert over an event": (
        "INSERT INTO event SELECT * FROM event WHERE position = 2 ON CONFLICT DO UPDATE SET state = x'00'"
    ),
    "append behind the head": "INSERT INTO event SELECT 2, randomblob(16), 1, topic, state, 1 FROM event LIMIT 1",
    "replace the head": "INSERT OR REPLACE INTO head SELECT 1, ledger_id, 0, 0 FROM head",
}
_POSTGRESQL_CHANGES = {
    "empty the log": "TRUNCATE event",
    "empty the head": "TRUNCATE head",
    "upsert over an event": (
        "INSERT INTO event SELECT * FROM event WHERE position = 2"
        " ON CONFLICT (position) DO UPDATE SET state = excluded.state"
    ),
}


def _assert_refused(log: LogRecorder, statement: str) -> None:
    log.insert_events(new_stream(3))
    with log.reading() as reader:
        before = (reader.head, reader.ledger_id, reader.events_after(0, 10))
    with pytest.raises(IntegrityError), log.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    with log.reading() as reader:
        assert (reader.head, reader.ledger_id, reader.events_after(0, 10)) == before


@pytest.mark.parametrize("change", _CHANGES)
def test_the_log_refuses_to(log: LogRecorder, change: str) -> None:
    _assert_refused(log, _CHANGES[change])


@pytest.mark.parametrize("change", _SQLITE_CHANGES)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_sqlite_the_log_refuses_to(log: LogRecorder, change: str) -> None:
    _assert_refused(log, _SQLITE_CHANGES[change])


@pytest.mark.parametrize("change", _POSTGRESQL_CHANGES)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_the_log_refuses_to(log: LogRecorder, change: str) -> None:
    _assert_refused(log, _POSTGRESQL_CHANGES[change])


def _append(connection: Connection, rows: list[tuple[Any, ...]], head_us: int) -> None:
    insert_rows(connection, event, rows)
    connection.execute(head.update().values(position=rows[-1][0], recorded_at_us=head_us))


@pytest.mark.parametrize(
    ("places", "instants_us", "head_us"),
    [([5], [0], 0), ([4, 6], [0, 0], 0), ([4, 5], [0, -1], 0), ([4, 5], [2, 1], 1), ([4, 5], [1, 1], 2)],
    ids=["a gap", "a gap in between", "an instant before the last", "an instant that falls", "another head"],
)
def test_no_batch_commits_with(log: LogRecorder, places: list[int], instants_us: list[int], head_us: int) -> None:
    log.insert_events(new_stream(3))
    with log.reading() as reader:
        last_us = reader.event_at(3).recorded_at_us
    new = new_stream(len(places))
    rows = [
        (position, added.originator_id, added.originator_version, added.topic, added.state, last_us + after_us)
        for position, after_us, added in zip(places, instants_us, new, strict=True)
    ]
    with pytest.raises(IntegrityError), for_writing(log.engine).begin() as connection:
        _append(connection, rows, last_us + head_us)
    assert log.insert_events(new_stream(2)) == [4, 5]
