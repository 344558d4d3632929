"""What `writing()` promises: dense positions, all or nothing, and time that never runs back."""

from __future__ import annotations

from uuid import uuid4

import pytest
from eventsourcing.persistence import DataError, IntegrityError, NotSupportedError, PersistenceError, StoredEvent
from sqlalchemy import select

from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.schema import event, head, touch
from award_ledger.server.store.values import NewEvent, Opening, PersonKey, Snapshot
from tests.server.store.conftest import HandClock
from tests.server.store.events import new_event, new_stream


class Abandoned(Exception):
    pass


def test_events_get_the_next_positions_in_their_order(log: LogRecorder) -> None:
    first, second = new_stream(3), new_stream(2)
    with log.writing() as transaction:
        assert transaction.head == 0
        assert transaction.append(first, 7) == range(1, 4)
        assert transaction.append([], 8) == range(4, 4)
        assert transaction.append(second, 8) == range(4, 6)
        assert transaction.head == 5
    with log.reading() as reader:
        found = reader.events_after(0, 10)
    assert [recorded.position for recorded in found] == [1, 2, 3, 4, 5]
    assert [recorded.originator_id for recorded in found] == [new.originator_id for new in first + second]
    assert [recorded.originator_version for recorded in found] == [1, 2, 3, 1, 2]
    assert [recorded.recorded_at_us for recorded in found] == [7, 7, 7, 8, 8]
    assert {(recorded.topic, recorded.state) for recorded in found} == {(first[0].topic, first[0].state)}


def test_a_transaction_reads_what_it_has_appended(log: LogRecorder) -> None:
    other = uuid4()
    new = new_event(None, 1, other)
    with log.writing() as transaction:
        transaction.append([new], 7)
        assert transaction.event_at(1).originator_id == new.originator_id
        assert [found.position for found in transaction.events_of([other])[other]] == [1]
        assert transaction.position_at(7) == 1


def test_an_exception_leaves_no_trace(log: LogRecorder) -> None:
    person = uuid4()

    def abandon() -> None:
        with log.writing() as transaction:
            transaction.append(new_stream(3), 7)
            transaction.put_snapshots([Snapshot(person, 2, "s.v1", b"{}")])
            transaction.put_person_keys([PersonKey(person, b"key")])
            transaction.put_openings([Opening(1, "payee", person, b"sealed")])
            raise Abandoned

    with pytest.raises(Abandoned):
        abandon()
    with log.reading() as reader:
        assert reader.head == 0
        assert reader.events_after(0, 10) == []
        assert reader.latest_snapshots([person]) == {}
        assert reader.person_key(person) is None
        assert reader.openings_at(1) == []
    assert log.insert_events(new_stream(1)) == [1]


@pytest.mark.parametrize("index_of_repeat", [0, 1, 2])
def test_one_repeated_version_refuses_the_whole_batch(log: LogRecorder, index_of_repeat: int) -> None:
    known = new_event()
    log.insert_events([known])
    batch = new_stream(2)
    batch.insert(index_of_repeat, known)
    with pytest.raises(IntegrityError), log.writing() as transaction:
        transaction.append(batch, 7)
    with log.reading() as reader:
        assert reader.head == 1
        assert len(reader.events_after(0, 10)) == 1


def test_a_clock_that_steps_back_does_not_take_the_log_with_it(log: LogRecorder, clock: HandClock) -> None:
    clock.at_us = 100
    log.insert_events(new_stream(1))
    clock.at_us = 40
    log.insert_events(new_stream(1))
    clock.at_us = 101
    log.insert_events(new_stream(1))
    with log.reading() as reader:
        assert [found.recorded_at_us for found in reader.events_after(0, 10)] == [100, 100, 101]


def test_the_head_carries_the_last_event(log: LogRecorder, clock: HandClock) -> None:
    log.insert_events(new_stream(4))
    with log.engine.connect() as connection:
        row = connection.execute(select(head)).one()
    assert (row.id, row.position, row.recorded_at_us) == (1, 4, clock.at_us)


def test_touches_leave_out_repeats_and_the_own_stream(log: LogRecorder) -> None:
    own, other = uuid4(), uuid4()
    with log.writing() as transaction:
        transaction.append([new_event(own, 1, other, own, other)], 7)
    with log.engine.connect() as connection:
        rows = connection.execute(select(touch.c.aggregate_id, touch.c.position)).all()
    assert [tuple(row) for row in rows] == [(other, 1)]


def test_identifiers_take_16_bytes(log: LogRecorder) -> None:
    log.insert_events(new_stream(1))
    length = "length(originator_id)" if log.engine.dialect.name == "sqlite" else "pg_column_size(originator_id)"
    with log.engine.connect() as connection:
        assert connection.exec_driver_sql(f"SELECT {length} FROM event").scalar_one() == 16


def test_state_bytes_come_back_as_they_were(log: LogRecorder) -> None:
    every_byte = bytes(range(256)) * 40
    log.insert_events([StoredEvent(uuid4(), 1, "中文.v1", every_byte)])
    with log.reading() as reader:
        found = reader.event_at(1)
    assert (found.topic, found.state) == ("中文.v1", every_byte)


def test_a_snapshot_replaces_the_one_at_its_place(log: LogRecorder) -> None:
    aggregate = uuid4()
    log.insert_events(new_stream(2))
    with log.writing() as transaction:
        transaction.put_snapshots([Snapshot(aggregate, 1, "s.v1", b"old"), Snapshot(aggregate, 2, "s.v1", b"two")])
        transaction.put_snapshots([Snapshot(aggregate, 1, "s.v2", b"new")])
    with log.reading() as reader:
        assert reader.latest_snapshots([aggregate], upto=1) == {aggregate: Snapshot(aggregate, 1, "s.v2", b"new")}
        assert reader.latest_snapshots([aggregate]) == {aggregate: Snapshot(aggregate, 2, "s.v1", b"two")}


def test_a_snapshot_ahead_of_the_log_is_refused(log: LogRecorder) -> None:
    with pytest.raises(DataError, match="ahead"), log.writing() as transaction:
        transaction.put_snapshots([Snapshot(uuid4(), 1, "s.v1", b"{}")])


def test_an_opening_is_kept_until_it_is_erased(log: LogRecorder) -> None:
    person = uuid4()
    account, contact = Opening(1, "payee.account", person, b"1"), Opening(1, "payee.contact", person, b"2")
    with log.writing() as transaction:
        transaction.append(new_stream(1), 7)
        transaction.put_person_keys([PersonKey(person, b"wrapped")])
        transaction.put_openings([contact, account])
    with log.reading() as reader:
        assert reader.openings_at(1) == [account, contact]
        assert reader.person_key(person) == PersonKey(person, b"wrapped")
    with log.writing() as transaction:
        assert transaction.delete_openings(person) == 2
        assert transaction.delete_person_key(person)
        assert not transaction.delete_person_key(person)
    with log.reading() as reader:
        assert reader.openings_at(1) == []
        assert reader.person_key(person) is None
        assert reader.head == 1


def test_an_opening_needs_the_key_of_its_person(log: LogRecorder) -> None:
    log.insert_events(new_stream(1))
    with pytest.raises(IntegrityError), log.writing() as transaction:
        transaction.put_openings([Opening(1, "payee.account", uuid4(), b"1")])


def test_a_key_outlives_no_opening(log: LogRecorder) -> None:
    person = uuid4()
    with log.writing() as transaction:
        transaction.append(new_stream(1), 7)
        transaction.put_person_keys([PersonKey(person, b"wrapped")])
        transaction.put_openings([Opening(1, "payee.account", person, b"1")])
    with pytest.raises(IntegrityError), log.writing() as transaction:
        transaction.delete_person_key(person)


def test_what_the_log_does_not_record_is_refused_not_ignored(log: LogRecorder) -> None:
    with pytest.raises(NotSupportedError, match="tracking"):
        log.insert_events(new_stream(1), tracking=object())
    with pytest.raises(DataError, match="UUID"):
        log.insert_events([StoredEvent("not-a-uuid", 1, "t", b"")])
    assert log.max_notification_id() is None


def test_errors_carry_neither_statement_nor_values(log: LogRecorder) -> None:
    secret = NewEvent(uuid4(), 1, "secret-topic", b"secret-state")
    log.insert_events([secret])
    with pytest.raises(IntegrityError) as refused, log.writing() as transaction:
        transaction.append([secret], 7)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    for word in ("INSERT", "SELECT", "unnest", "secret", secret.originator_id.hex, str(secret.originator_id)):
        assert word not in str(refused.value)


def test_a_broken_table_is_a_persistence_error(log: LogRecorder) -> None:
    with log.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {touch.name}")
    with pytest.raises(PersistenceError) as refused, log.writing() as transaction:
        transaction.append([new_event(None, 1, uuid4())], 7)
    assert "INSERT" not in str(refused.value)
    with log.engine.connect() as connection:
        assert connection.execute(select(event)).all() == []
