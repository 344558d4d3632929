"""Reading the log inside one transaction: every method of one reader sees the log at the same head."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from eventsourcing.persistence import InternalError
from sqlalchemy import Connection, Row, bindparam, func, select, tuple_

from award_ledger.server.store import folding, scanning
from award_ledger.server.store.engine import BINARY_ROWS
from award_ledger.server.store.schema import (
    CompactUuid,
    Integer64,
    event,
    head,
    snapshot,
    touch,
    vault_key,
    vault_opening,
)
from award_ledger.server.store.values import Opening, PersonKey, RecordedEvent, Snapshot

_HEAD = select(head).where(head.c.id == 1)
_EVENTS_AFTER = (
    select(event).where(event.c.position > bindparam("after")).order_by(event.c.position).limit(bindparam("limit"))
).execution_options(**BINARY_ROWS)
_EVENTS_AT = (
    select(event).where(event.c.position.in_(bindparam("positions", expanding=True))).execution_options(**BINARY_ROWS)
)
_SIZES_AFTER = (
    select(func.length(event.c.state))
    .where(event.c.position > bindparam("after"))
    .order_by(event.c.position)
    .limit(bindparam("limit"))
)
_SIZES_AT = select(event.c.position, func.length(event.c.state)).where(
    event.c.position.in_(bindparam("positions", expanding=True))
)
_RECORDED_AT = select(event.c.recorded_at_us).where(event.c.position == bindparam("position"))
_ORIGINATORS = (
    select(event.c.originator_id)
    .distinct()
    .join(touch, touch.c.position == event.c.position)
    .where(touch.c.aggregate_id == bindparam("aggregate_id"), touch.c.position <= bindparam("upto"))
    .where(event.c.topic == bindparam("topic"))
)
_OF_STREAM = (
    select(event.c.position)
    .where(event.c.originator_id == bindparam("originator_id"), event.c.topic == bindparam("topic"))
    .where(event.c.position <= bindparam("upto"))
    .order_by(event.c.originator_version)
)
_OPENINGS_AT = (
    select(vault_opening).where(vault_opening.c.position == bindparam("position")).order_by(vault_opening.c.path)
)
_OPENINGS_BETWEEN = (
    select(vault_opening)
    .where(vault_opening.c.position >= bindparam("first"), vault_opening.c.position <= bindparam("last"))
    .order_by(vault_opening.c.position, vault_opening.c.path)
)
_IDLE_KEYS = (
    select(vault_key.c.person_id)
    .outerjoin(vault_opening, vault_opening.c.person_id == vault_key.c.person_id)
    .where(vault_opening.c.person_id.is_(None))
    .order_by(vault_key.c.person_id)
)
_SNAPSHOT_PLACES = select(snapshot.c.position, snapshot.c.aggregate_id).order_by(snapshot.c.position)
_TOUCHES = select(touch).order_by(touch.c.aggregate_id, touch.c.position)
_TOUCHES_AFTER = _TOUCHES.where(
    tuple_(touch.c.aggregate_id, touch.c.position)
    > tuple_(bindparam("aggregate_id", type_=CompactUuid), bindparam("position", type_=Integer64))
)
_PERSON_KEY = select(vault_key.c.wrapped_key).where(vault_key.c.person_id == bindparam("person_id"))


class LogReader:
    """The log as it stood when the transaction first looked. Positions are 1, 2, 3 …; 0 is before the first.

    Every method raises a PersistenceError of the library when the database fails.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    _head_statement = _HEAD

    @cached_property
    def _head_row(self) -> Row[*tuple[Any, ...]]:
        row = self._connection.execute(self._head_statement).one_or_none()
        if row is None:
            raise InternalError("the ledger has lost its head row; restore a backup")
        return row

    @property
    def head(self) -> int:
        """The position of the last event; 0 when there is none."""
        return int(self._head_row.position)

    @property
    def ledger_id(self) -> UUID:
        """Made once, when this ledger was created."""
        return self._head_row.ledger_id  # type: ignore[no-any-return]

    def events_after(self, position: int, limit: int) -> list[RecordedEvent]:
        """Up to `limit` events that follow `position`, in order."""
        rows = self._connection.execute(_EVENTS_AFTER, {"after": position, "limit": limit})
        return list(map(recorded_event, rows.all()))

    def parcel_after(self, position: int, limit: int, most_bytes: int) -> list[RecordedEvent]:
        """The same, but no more than take `most_bytes` of state together; one at least, where there is one."""
        sizes = self._connection.execute(_SIZES_AFTER, {"after": position, "limit": limit}).scalars()
        return self.events_after(position, _within(sizes, most_bytes))

    def parcels_at(self, positions: Sequence[int], most_bytes: int) -> Iterator[list[RecordedEvent]]:
        """The events at these positions, in the order asked, read in parcels that each take at most `most_bytes`.

        A larger event is a parcel by itself. Raises LookupError when one does not exist.
        """
        rows = self._connection.execute(_SIZES_AT, {"positions": list(positions)}) if positions else ()
        sizes = {row.position: row[1] for row in rows}
        first = 0
        while first < len(positions):
            count = _within((sizes.get(position, 0) for position in positions[first:]), most_bytes)
            yield self.events_at(positions[first : first + count])
            first += count

    def events_at(self, positions: Sequence[int]) -> list[RecordedEvent]:
        """The events at these positions, in the order asked. Raises LookupError when one does not exist."""
        if not positions:
            return []
        rows = self._connection.execute(_EVENTS_AT, {"positions": list(positions)})
        found = {recorded.position: recorded for recorded in map(recorded_event, rows.all())}
        missing = [position for position in positions if position not in found]
        if missing:
            raise LookupError(f"the log has no event at position {missing[0]}; its last is {self.head}")
        return [found[position] for position in positions]

    def event_at(self, position: int) -> RecordedEvent:
        """The event at this position. Raises LookupError when there is none."""
        return self.events_at([position])[0]

    def events_of(
        self,
        aggregate_ids: Iterable[UUID],
        after: Mapping[UUID, int] | int = 0,
        upto: int | None = None,
    ) -> dict[UUID, list[RecordedEvent]]:
        """What each aggregate folds, in order of position: its own stream's events and those that touch it.

        `after` is the position that a state at hand already holds, one for all or one for each (0 where the mapping
        has none); `upto` the last position wanted. Every aggregate asked for is a key of the answer.
        """
        starts = {
            aggregate_id: after if isinstance(after, int) else after.get(aggregate_id, 0)
            for aggregate_id in aggregate_ids
        }
        found: dict[UUID, list[RecordedEvent]] = {aggregate_id: [] for aggregate_id in starts}
        seen: dict[int, RecordedEvent] = {}
        if not starts:
            return found
        for row in folding.folded_events(self._connection, starts, _bound(upto)).all():
            aggregate_id, position = row[:2]
            if position not in seen:
                seen[position] = recorded_event(row[1:])
            found[aggregate_id].append(seen[position])
        return found

    def positions_touching(
        self,
        aggregate_id: UUID,
        *,
        after: int = 0,
        upto: int | None = None,
        limit: int,
        descending: bool = False,
    ) -> list[int]:
        """Up to `limit` positions, `after` < position <= `upto`, of events that this aggregate folds.

        A page continues from the last position of the one before: as `after`, or less one as `upto` descending.
        """
        return folding.folded_positions(
            self._connection, aggregate_id, after=after, upto=_bound(upto), limit=limit, descending=descending
        )

    def history(
        self, aggregate_id: UUID, *, after: int, upto: int, most_bytes: int
    ) -> Iterator[Sequence[Row[*tuple[Any, ...]]]]:
        """The columns of the events that this aggregate folds, in order, `after` < position <= `upto`.

        In parcels of at most `most_bytes` of state, and of one event at least. As rows, since whoever reads hundreds
        of thousands has no time for more; and between two bounds, since PostgreSQL, asked for the first so many,
        sorts all that follow.
        """
        sizes = folding.folded_sizes(self._connection, aggregate_id, after=after, upto=upto)
        while sizes:
            count = _within((size for _, size in sizes), most_bytes)
            last = sizes[count - 1][0]
            yield folding.history(self._connection, aggregate_id, after=after, upto=last)
            after, sizes = last, sizes[count:]

    def originators_touching(self, aggregate_id: UUID, topic: str, upto: int | None = None) -> list[UUID]:
        """In whose streams the events of a topic stand that touch an aggregate, up to a position; each once."""
        rows = self._connection.execute(
            _ORIGINATORS, {"aggregate_id": aggregate_id, "topic": topic, "upto": _bound(upto)}
        )
        return list(rows.scalars())

    def positions_of_stream(self, originator_id: UUID, topic: str, upto: int) -> list[int]:
        """Positions up to one of the events of a topic in one stream alone: for streams that are short."""
        wanted = {"originator_id": originator_id, "topic": topic, "upto": upto}
        return list(self._connection.execute(_OF_STREAM, wanted).scalars())

    def positions_saying(
        self, topics: Sequence[str], words: Sequence[bytes], *, after: int, upto: int, limit: int
    ) -> list[int]:
        """Up to `limit` positions of events of these topics whose state holds any of the words; see `scanning`."""
        return scanning.positions_saying(self._connection, topics, words, after=after, upto=upto, limit=limit)

    def position_at(self, instant_us: int) -> int:
        """The last position recorded at or before the instant (µs since 1970 UTC); 0 when nothing was yet.

        Halving, not an index: recorded_at never falls along positions, and an index would cost every append.
        """
        return bisect_right(range(1, self.head + 1), instant_us, key=self.recorded_at_us)

    def recorded_at_us(self, position: int) -> int:
        """When the event at this position was recorded (µs since 1970 UTC); there must be one."""
        return int(self._connection.execute(_RECORDED_AT, {"position": position}).scalar_one())

    def latest_snapshots(self, aggregate_ids: Iterable[UUID], upto: int | None = None) -> dict[UUID, Snapshot]:
        """For each aggregate that has one, its snapshot of the highest position up to `upto`."""
        rows = folding.newest_snapshots(self._connection, list(aggregate_ids), _bound(upto))
        return {row.aggregate_id: Snapshot(*row) for row in rows}

    def openings_at(self, position: int) -> list[Opening]:
        """The openings that are still kept for the event at this position, by path."""
        rows = self._connection.execute(_OPENINGS_AT, {"position": position})
        return [Opening(*row) for row in rows]

    def openings_between(self, first: int, last: int) -> list[Opening]:
        """The openings that are kept for the events at positions `first` to `last`, by position and path."""
        rows = self._connection.execute(_OPENINGS_BETWEEN, {"first": first, "last": last})
        return [Opening(*row) for row in rows]

    def idle_person_keys(self, limit: int) -> list[UUID]:
        """Up to `limit` persons with a key under which no opening lies."""
        return list(self._connection.execute(_IDLE_KEYS.limit(limit)).scalars())

    def touches(self, page: int) -> Iterator[tuple[UUID, int]]:
        """Every row of the index of touches, aggregate and position, by both; read so many at a time."""
        rows = self._connection.execute(_TOUCHES.limit(page)).all()
        while rows:
            yield from map(tuple, rows)
            last = {"aggregate_id": rows[-1][0], "position": rows[-1][1]}
            rows = self._connection.execute(_TOUCHES_AFTER.limit(page), last).all()

    def touch_count(self) -> int:
        """How many rows the index of touches has."""
        return int(self._connection.execute(select(func.count()).select_from(touch)).scalar_one())

    def snapshot_places(self) -> list[tuple[int, UUID]]:
        """Position and aggregate of every snapshot, by position."""
        return [(row.position, row.aggregate_id) for row in self._connection.execute(_SNAPSHOT_PLACES)]

    def snapshot_at(self, aggregate_id: UUID, position: int) -> Snapshot:
        """The snapshot at exactly this place, which must be there."""
        wanted = select(snapshot).where(snapshot.c.aggregate_id == aggregate_id, snapshot.c.position == position)
        return Snapshot(*self._connection.execute(wanted).one())

    def person_key(self, person_id: UUID) -> PersonKey | None:
        """The wrapped key of a person; None when there never was one, or it was destroyed."""
        wrapped = self._connection.execute(_PERSON_KEY, {"person_id": person_id}).scalar_one_or_none()
        return None if wrapped is None else PersonKey(person_id, wrapped)

    def person_keys(self, after: UUID | None, limit: int) -> list[PersonKey]:
        """Up to `limit` wrapped keys, by person, that follow person `after` (from the first when None)."""
        wanted = select(vault_key).order_by(vault_key.c.person_id).limit(limit)
        if after is not None:
            wanted = wanted.where(vault_key.c.person_id > after)
        return [PersonKey(row.person_id, row.wrapped_key) for row in self._connection.execute(wanted)]


def _within(sizes: Iterable[int], most_bytes: int) -> int:
    """How many of the first sizes stay within a sum; 1 at least."""
    taken_bytes = count = 0
    for count, size in enumerate(sizes):
        taken_bytes += size
        if count and taken_bytes > most_bytes:
            return count
    return count + 1


def _bound(upto: int | None) -> int:
    return folding.LAST_POSITION if upto is None else upto


def recorded_event(row: Sequence[Any]) -> RecordedEvent:
    """The columns of `event`, in their order, as a value. By place: a row's names cost more than all the rest."""
    position, originator_id, originator_version, topic, state, recorded_at_us = row
    return RecordedEvent(originator_id, originator_version, topic, state, position, recorded_at_us)
