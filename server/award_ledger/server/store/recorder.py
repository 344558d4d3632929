"""The log as the `eventsourcing` library's application recorder, with the ledger's own way in beside it.

One row, the head, puts all writers in line, so positions are dense and final at commit: no sequence, no gap, no table
lock, and a reader that has seen a position has seen all before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    DataError,
    NotSupportedError,
    OperationalError,
    StoredEvent,
)
from sqlalchemy import Engine, select

from award_ledger.server.clock import Clock
from award_ledger.server.store.driver_errors import translated
from award_ledger.server.store.engine import EngineLimits, for_reading, for_writing, require_confirmed
from award_ledger.server.store.following import HeadSignal, LogSubscription
from award_ledger.server.store.ledger_file import require_in_place
from award_ledger.server.store.reader import LogReader, recorded_event
from award_ledger.server.store.schema import event, head
from award_ledger.server.store.transaction import WriteTransaction
from award_ledger.server.store.values import NewEvent, RecordedEvent


class LogRecorder(ApplicationRecorder):
    """All that is durable goes through here. Threads may share one; it holds the engine's connections."""

    def __init__(self, engine: Engine, clock: Clock, *, turn_wait_s: float = EngineLimits.lock_wait_s) -> None:
        self.engine = engine
        self._read_engine, self._write_engine = for_reading(engine), for_writing(engine)
        self._clock = clock
        self._turn, self._turn_wait_s = Lock(), turn_wait_s
        self._signal = HeadSignal()

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[LogReader]:
        """A transaction that sees one state of the log throughout. Keep it short: long reads go page by page."""
        with translated(), self._read_engine.connect() as connection:
            yield LogReader(connection)

    @contextmanager
    def writing(self) -> Iterator[WriteTransaction]:
        """A transaction that holds the head; it commits when the block ends and rolls back when the block raises.

        Raises OperationalError when the head cannot be had in time. When the commit itself raises, whether it took
        place is unknown: read the log again before you believe either.
        """
        # Writers of one process wait for each other here, in memory: SQLite makes those that find its lock taken
        # sleep and try again, and each that waits in the database would sit on a connection.
        if not self._turn.acquire(timeout=self._turn_wait_s):
            raise OperationalError("another writer of this process kept the log for too long")
        try:
            with translated(), self._write_engine.connect() as connection:
                with connection.begin():
                    transaction = WriteTransaction(connection)
                    yield transaction
                require_confirmed(connection)
                require_in_place(connection)  # else the commit went where nobody will find it: not acknowledged
        finally:
            self._turn.release()
        self._signal.announce(transaction.head)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> list[int]:
        """Append events that touch no other aggregate, and return their positions.

        Raises IntegrityError when one is there already, DataError for an originator that is no UUID, and
        NotSupportedError for any further argument: what is recorded with events goes through `writing()`.
        """
        if kwargs:
            raise NotSupportedError(f"the log does not record {', '.join(sorted(kwargs))} with its events")
        new = [_new_event(stored) for stored in stored_events]
        with self.writing() as transaction:
            return list(transaction.append(new, self._clock.now_us()))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        """Events of one stream alone, in order of version, `gt` < version <= `lte`."""
        version = event.c.originator_version
        wanted = select(event).where(event.c.originator_id == originator_id)
        if gt is not None:
            wanted = wanted.where(version > gt)
        if lte is not None:
            wanted = wanted.where(version <= lte)
        wanted = wanted.order_by(version.desc() if desc else version).limit(limit)
        with translated(), self._read_engine.connect() as connection:
            rows = connection.execute(wanted).all()
        return [StoredEvent(row.originator_id, row.originator_version, row.topic, row.state) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> list[RecordedEvent]:
        """Up to `limit` events of the log in order, from `start` to `stop`, of these topics only when given."""
        position = event.c.position
        wanted = select(event).order_by(position).limit(limit)
        if start is not None:
            wanted = wanted.where(position >= start if inclusive_of_start else position > start)
        if stop is not None:
            wanted = wanted.where(position <= stop)
        if topics:
            wanted = wanted.where(event.c.topic.in_(topics))
        with translated(), self._read_engine.connect() as connection:
            return [recorded_event(row) for row in connection.execute(wanted)]

    def max_notification_id(self) -> int | None:
        """The position of the last event; None when there is none."""
        with translated(), self._read_engine.connect() as connection:
            position = connection.execute(select(head.c.position)).scalar_one()
        return position or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> LogSubscription:
        """Every event after position `gt`, each once and in order, waiting for new ones until stopped."""
        return LogSubscription(self, self._signal, gt, topics)


def _new_event(stored: StoredEvent) -> NewEvent:
    if not isinstance(stored.originator_id, UUID):
        raise DataError(f"an originator id must be a UUID, not {type(stored.originator_id).__name__}")
    return NewEvent(stored.originator_id, stored.originator_version, stored.topic, stored.state)
