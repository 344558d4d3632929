"""Snapshots as a recorder of the `eventsourcing` library, for saving them apart from the write path.

A snapshot's version in the library's sense is the log position up to which it holds, because an aggregate here folds
events of other streams too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import AggregateRecorder, StoredEvent
from sqlalchemy import Engine, select

from award_ledger.server.store.bulk import insert_rows
from award_ledger.server.store.driver_errors import translated
from award_ledger.server.store.engine import for_reading, for_writing
from award_ledger.server.store.schema import snapshot


class SnapshotRecorder(AggregateRecorder):
    """Rows of the table `snapshot`. It needs no head lock: a snapshot at a position is the same whoever makes it."""

    def __init__(self, engine: Engine) -> None:
        self._read_engine, self._write_engine = for_reading(engine), for_writing(engine)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        """Save all or none. Raises IntegrityError when one of the same aggregate and position is there."""
        rows = [(new.originator_id, new.originator_version, new.topic, new.state) for new in stored_events]
        with translated(), self._write_engine.begin() as connection:
            insert_rows(connection, snapshot, rows)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        """Snapshots of one aggregate in order of position, `gt` < position <= `lte`."""
        position = snapshot.c.position
        wanted = select(snapshot).where(snapshot.c.aggregate_id == originator_id)
        if gt is not None:
            wanted = wanted.where(position > gt)
        if lte is not None:
            wanted = wanted.where(position <= lte)
        wanted = wanted.order_by(position.desc() if desc else position).limit(limit)
        with translated(), self._read_engine.connect() as connection:
            rows = connection.execute(wanted).all()
        return [StoredEvent(row.aggregate_id, row.position, row.topic, row.state) for row in rows]
