"""Writing to the log inside one transaction that holds the head."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from eventsourcing.persistence import DataError, IntegrityError
from sqlalchemy import Connection, bindparam, delete, select, update

from award_ledger.server.store.bulk import insert_rows
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.schema import event, head, snapshot, touch, vault_key, vault_opening
from award_ledger.server.store.values import NewEvent, Opening, PersonKey, Snapshot

_LOCK_HEAD = select(head).where(head.c.id == 1).with_for_update()
_MOVE_HEAD = (
    update(head)
    .where(head.c.id == 1, head.c.position == bindparam("locked_at"))
    .values(position=bindparam("moved_to"), recorded_at_us=bindparam("stamp"))
)


class WriteTransaction(LogReader):
    """Nobody else appends while this is open, so what it reads is exact until it commits.

    Others see nothing of it before the commit, and after a rollback there is nothing to see.
    """

    _head_statement = _LOCK_HEAD

    def __init__(self, connection: Connection) -> None:
        """Take the head, waiting for whoever holds it. Raises OperationalError when that takes too long."""
        super().__init__(connection)
        self._end = int(self._head_row.position)
        self._last_instant_us = int(self._head_row.recorded_at_us)

    @property
    def head(self) -> int:
        """The position of the last event, those appended in this transaction included."""
        return self._end

    def stamp(self, now_us: int) -> int:
        """The instant with which `append` will stamp events now: never before that of the last event."""
        return max(now_us, self._last_instant_us)

    def append(self, events: Sequence[NewEvent], recorded_at_us: int) -> range:
        """Give the events the next positions, in their order, and return these.

        All are stamped with `recorded_at_us` (µs since 1970 UTC), or with the last event's instant where the clock
        has stepped back behind that. Raises IntegrityError when an (originator id, version) is already in the log.
        """
        positions = range(self._end + 1, self._end + 1 + len(events))
        if not events:
            return positions
        stamp = self.stamp(recorded_at_us)
        placed = list(zip(positions, events, strict=True))
        insert_rows(
            self._connection,
            event,
            [(at, new.originator_id, new.originator_version, new.topic, new.state, stamp) for at, new in placed],
        )
        insert_rows(
            self._connection,
            touch,
            [(other, at) for at, new in placed for other in dict.fromkeys(new.touches) if other != new.originator_id],
        )
        self._move_head(positions[-1], stamp)
        return positions

    def _move_head(self, position: int, stamp: int) -> None:
        moved = self._connection.execute(_MOVE_HEAD, {"locked_at": self._end, "moved_to": position, "stamp": stamp})
        if moved.rowcount != 1:
            raise IntegrityError("the head moved while this transaction held it; nothing was appended")
        self._end, self._last_instant_us = position, stamp

    def put_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Keep these snapshots, over any of the same aggregate and position.

        Raises DataError for one that claims to hold events beyond the head.
        """
        for taken in snapshots:
            if taken.position > self._end:
                raise DataError(f"a snapshot at position {taken.position} is ahead of the log's head, {self._end}")
        rows = [(taken.aggregate_id, taken.position, taken.topic, taken.state) for taken in snapshots]
        insert_rows(self._connection, snapshot, rows, or_replace=True)

    def put_person_keys(self, keys: Sequence[PersonKey]) -> None:
        """Keep wrapped keys, over any of the same person (a key wrapped anew). Before the first opening of each."""
        rows = [(key.person_id, key.wrapped_key) for key in keys]
        insert_rows(self._connection, vault_key, rows, or_replace=True)

    def put_openings(self, openings: Sequence[Opening]) -> None:
        """Keep the openings of events appended in this transaction.

        Raises IntegrityError for a person without a key, and for a path of an event that already has an opening.
        """
        rows = [(opening.position, opening.path, opening.person_id, opening.sealed) for opening in openings]
        insert_rows(self._connection, vault_opening, rows)

    def delete_openings(self, person_id: UUID) -> int:
        """Erase every opening of a person and return how many there were."""
        found = self._connection.execute(delete(vault_opening).where(vault_opening.c.person_id == person_id))
        return int(found.rowcount)

    def delete_person_key(self, person_id: UUID) -> bool:
        """Destroy a person's key; False when there was none. Raises IntegrityError while openings remain."""
        found = self._connection.execute(delete(vault_key).where(vault_key.c.person_id == person_id))
        return int(found.rowcount) == 1
