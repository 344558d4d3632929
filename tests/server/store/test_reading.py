"""What `reading()` answers, against a model that folds a plain list."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import PersistenceError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as hooks
from sqlalchemy import insert

from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.schema import snapshot
from award_ledger.server.store.values import NewEvent, PersonKey, RecordedEvent, Snapshot
from tests.server.store.events import new_event, new_stream

#: The database stays from one example to the next: each begins where the log ends and uses aggregates of its own.
on_one_database = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

#: Batches of (stream, streams touched, µs later), and whether the transaction is abandoned after appending.
Told = tuple[int, set[int], int]
Batches = list[tuple[list[Told], bool]]

_STREAMS = 4
_EVENTS = st.tuples(st.integers(0, _STREAMS - 1), st.sets(st.integers(0, _STREAMS - 1)), st.integers(0, 3))
_BATCHES = st.lists(st.tuples(st.lists(_EVENTS, max_size=5), st.booleans()), max_size=6)


@dataclass(frozen=True)
class Appended:
    position: int
    originator_id: UUID
    version: int
    folded_by: frozenset[UUID]
    recorded_at_us: int


class Abandoned(Exception):
    pass


def _append_batch(log: LogRecorder, new: list[NewEvent], at_us: int, *, abandoned: bool) -> None:
    with log.writing() as transaction:
        first = transaction.head + 1
        assert transaction.append(new, at_us) == range(first, first + len(new))
        if abandoned:
            raise Abandoned


def _append(log: LogRecorder, streams: list[UUID], batches: Batches) -> list[Appended]:
    """Do as told; return what must then be in the log."""
    with log.reading() as reader:
        position = reader.head
        instant_us = reader.event_at(position).recorded_at_us if position else 0
    versions = dict.fromkeys(streams, 0)
    model: list[Appended] = []
    for batch, abandoned in batches:
        at_us = instant_us + sum(later for _, _, later in batch)
        new, expected, next_versions = [], [], dict(versions)
        for index, others, _ in batch:
            stream = streams[index]
            next_versions[stream] += 1
            touched = [streams[other] for other in others]
            new.append(new_event(stream, next_versions[stream], *touched))
            at = position + len(new)
            expected.append(Appended(at, stream, next_versions[stream], frozenset({stream, *touched}), at_us))
        with suppress(Abandoned):
            _append_batch(log, new, at_us, abandoned=abandoned)
        if abandoned:
            continue
        position, versions = position + len(new), next_versions
        instant_us = at_us if new else instant_us
        model += expected
    return model


def _seen(found: RecordedEvent) -> tuple[int, UUID, int, int]:
    return found.position, found.originator_id, found.originator_version, found.recorded_at_us


def _meant(appended: Appended) -> tuple[int, UUID, int, int]:
    return appended.position, appended.originator_id, appended.version, appended.recorded_at_us


@on_one_database
@given(batches=_BATCHES)
def test_the_log_is_dense_and_holds_whole_batches_alone(log: LogRecorder, batches: Batches) -> None:
    with log.reading() as reader:
        before = reader.head
    model = _append(log, [uuid4() for _ in range(_STREAMS)], batches)
    with log.reading() as reader:
        found = reader.events_after(before, 1_000)
        assert reader.head == before + len(model)
    assert [_seen(event) for event in found] == [_meant(appended) for appended in model]
    assert [event.position for event in found] == list(range(before + 1, before + 1 + len(model)))


@on_one_database
@given(batches=_BATCHES, bounds=st.tuples(st.integers(-1, 12), st.integers(-1, 12)), limit=st.integers(1, 8))
def test_an_aggregate_folds_its_own_events_and_those_that_touch_it(
    log: LogRecorder, batches: Batches, bounds: tuple[int, int], limit: int
) -> None:
    with log.reading() as reader:
        base = reader.head
    streams = [uuid4() for _ in range(_STREAMS)]
    model = _append(log, streams, batches)
    after, upto = base + bounds[0], base + bounds[1]
    afters = {stream: after + index for index, stream in enumerate(streams)}
    with log.reading() as reader:
        for chosen in (after, afters):
            found = reader.events_of(streams, chosen, upto)
            for stream in streams:
                start = chosen if isinstance(chosen, int) else chosen[stream]
                folded = [made for made in model if stream in made.folded_by and start < made.position <= upto]
                assert [_seen(event) for event in found[stream]] == [_meant(made) for made in folded]
        everything = reader.events_of(streams)
        for stream in streams:
            positions = [made.position for made in model if stream in made.folded_by]
            assert [event.position for event in everything[stream]] == positions
            within = [position for position in positions if after < position <= upto]
            ascending = reader.positions_touching(stream, after=after, upto=upto, limit=limit)
            descending = reader.positions_touching(stream, after=after, upto=upto, limit=limit, descending=True)
            assert ascending == within[:limit]
            assert descending == within[::-1][:limit]
            columns = [event_columns(event) for event in everything[stream] if event.position in within]
            for most_bytes in (10**6, 100, 0):
                parcels = list(reader.history(stream, after=after, upto=upto, most_bytes=most_bytes))
                assert [tuple(row) for parcel in parcels for row in parcel] == columns
                assert all(len(parcel) == 1 or sum(len(row[4]) for row in parcel) <= most_bytes for parcel in parcels)


def event_columns(event: RecordedEvent) -> tuple[Any, ...]:
    return (
        *(event.position, event.originator_id, event.originator_version),
        *(event.topic, event.state, event.recorded_at_us),
    )


@on_one_database
@given(batches=_BATCHES)
def test_an_instant_finds_the_last_position_recorded_by_then(log: LogRecorder, batches: Batches) -> None:
    _append(log, [uuid4() for _ in range(_STREAMS)], batches)
    with log.reading() as reader:
        recorded = reader.events_after(0, 10_000)
        for instant_us in {-1, 0} | {found.recorded_at_us + shift for found in recorded[-3:] for shift in (-1, 0, 1)}:
            by_then = [found.position for found in recorded if found.recorded_at_us <= instant_us]
            assert reader.position_at(instant_us) == (by_then[-1] if by_then else 0)


def test_pages_follow_one_another_without_gap_or_repeat(log: LogRecorder) -> None:
    log.insert_events(new_stream(25))
    with log.reading() as reader:
        pages = [reader.events_after(after, 10) for after in (0, 10, 20, 25)]
    assert [[found.position for found in page] for page in pages] == [
        list(range(1, 11)), list(range(11, 21)), list(range(21, 26)), [],
    ]  # fmt: skip


def test_a_reader_stays_at_its_head_while_others_append(log: LogRecorder) -> None:
    log.insert_events(new_stream(1))
    with log.reading() as reader:
        assert reader.head == 1
        log.insert_events(new_stream(1))
        assert reader.head == 1
        assert len(reader.events_after(0, 10)) == 1
    with log.reading() as reader:
        assert reader.head == 2


def test_a_reader_cannot_write_on_postgresql(postgres_url: str) -> None:
    log = open_ledger(postgres_url)
    with pytest.raises(PersistenceError, match="read-only"), log.reading() as reader:
        reader._connection.execute(insert(snapshot).values(aggregate_id=uuid4(), position=0, topic="t", state=b""))
    log.close()


def test_events_at_positions_come_in_the_order_asked(log: LogRecorder) -> None:
    log.insert_events(new_stream(3))
    with log.reading() as reader:
        assert [found.position for found in reader.events_at([3, 1, 3])] == [3, 1, 3]
        assert reader.events_at([]) == []
        assert reader.event_at(2).position == 2
        for absent in (0, 4):
            with pytest.raises(LookupError, match=f"no event at position {absent}; its last is 3"):
                reader.event_at(absent)


def test_an_aggregate_without_events_has_an_empty_list(log: LogRecorder) -> None:
    nobody = uuid4()
    with log.reading() as reader:
        assert reader.events_of([nobody]) == {nobody: []}
        assert reader.events_of([]) == {}
        assert reader.latest_snapshots([nobody]) == {}
        assert reader.positions_touching(nobody, limit=5) == []
        assert reader.position_at(2**62) == 0


def test_one_event_folded_by_two_aggregates_is_one_object(log: LogRecorder) -> None:
    one, two = uuid4(), uuid4()
    with log.writing() as transaction:
        transaction.append([new_event(one, 1, two)], 7)
    with log.reading() as reader:
        found = reader.events_of([one, two])
    assert found[one][0] is found[two][0]


def test_events_are_read_in_parcels_by_the_bytes_of_their_states(log: LogRecorder) -> None:
    stream = uuid4()
    sizes = [10, 200, 10, 10, 500, 10]
    with log.writing() as transaction:
        transaction.append(
            [NewEvent(stream, version, "t.v1", b"x" * size) for version, size in enumerate(sizes, start=1)], 7
        )
    with log.reading() as reader:
        for after, limit, expected in ((0, 6, [1]), (1, 6, [2]), (2, 6, [3, 4]), (2, 1, [3]), (4, 6, [5]), (6, 6, [])):
            assert [read.position for read in reader.parcel_after(after, limit, 100)] == expected
        parcels = reader.parcels_at([6, 1, 2, 4, 3, 5], 100)
        assert [[read.position for read in parcel] for parcel in parcels] == [[6, 1], [2], [4, 3], [5]]
        assert list(reader.parcels_at([], 100)) == []
        with pytest.raises(LookupError, match="position 7"):
            list(reader.parcels_at([1, 7], 100))


def test_the_newest_snapshot_within_bounds_is_found_for_each(log: LogRecorder) -> None:
    one, two = uuid4(), uuid4()
    log.insert_events(new_stream(9))
    taken = [Snapshot(one, 2, "s.v1", b"a"), Snapshot(one, 5, "s.v1", b"b"), Snapshot(two, 7, "s.v1", b"c")]
    with log.writing() as transaction:
        transaction.put_snapshots(taken)
    with log.reading() as reader:
        assert reader.latest_snapshots([one, two]) == {one: taken[1], two: taken[2]}
        assert reader.latest_snapshots([one, two], upto=6) == {one: taken[1]}
        assert reader.latest_snapshots([one, two], upto=4) == {one: taken[0]}
        assert reader.latest_snapshots([one, two], upto=1) == {}


def test_the_keys_of_all_persons_come_page_by_page(log: LogRecorder) -> None:
    keys = sorted((PersonKey(uuid4(), b"%d" % number) for number in range(5)), key=lambda key: key.person_id)
    with log.writing() as transaction:
        transaction.put_person_keys(keys[::-1])
    with log.reading() as reader:
        assert reader.person_keys(None, 2) == keys[:2]
        assert reader.person_keys(keys[1].person_id, 2) == keys[2:4]
        assert reader.person_keys(keys[3].person_id, 2) == keys[4:]
        assert reader.person_keys(keys[4].person_id, 2) == []


def test_finding_what_an_aggregate_folds_scans_no_table(sqlite_url: str) -> None:
    """SQLite says how it goes about a statement; no step of these may be a scan of a whole table."""
    log = open_ledger(sqlite_url)
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_connection: object, _cursor: object, statement: str, values: tuple[object, ...], *_: object) -> None:
        asked.append((statement, values))

    log.insert_events(new_stream(3))
    hooks.listen(log.engine, "before_cursor_execute", note)
    with log.reading() as reader:
        reader.events_of([uuid4(), uuid4()], after=1, upto=2)
        reader.positions_touching(uuid4(), limit=2)
        reader.positions_touching(uuid4(), limit=2, descending=True)
        reader.latest_snapshots([uuid4()])
    hooks.remove(log.engine, "before_cursor_execute", note)
    queries = [(statement, values) for statement, values in asked if statement.startswith("SELECT")]
    assert len(queries) == 4
    with log.engine.connect() as connection:
        for statement, values in queries:
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert not [row.detail for row in steps if row.detail.startswith(("SCAN event", "SCAN touch", "SCAN snap"))]
    log.close()
