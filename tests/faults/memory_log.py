"""A log in memory that does what the writer asks of the store, and fails as it is told: before, in and after a commit.

It keeps the store's promises and no others: a commit is whole or absent, positions and versions are unique, the head
is held by one at a time. A view that has fallen behind may be read, but nothing can be committed on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

from eventsourcing.persistence import IntegrityError, OperationalError

from award_ledger.server.store.values import NewEvent, RecordedEvent, Snapshot
from tests.faults.stored_log import Row, StoredLog

Fault = Literal["", "unreachable", "disk_full", "torn", "lost_answer", "stale"]
"""Of one transaction: none; it cannot begin; nothing can be appended; it fails with half of it written; it commits and
nobody hears of it; it sees the log as it was some events ago."""

FAULTS: tuple[Fault, ...] = ("unreachable", "disk_full", "torn", "lost_answer", "stale")


class MemoryLog:
    """What is committed."""

    def __init__(self) -> None:
        self.events: list[RecordedEvent] = []
        self.folded: dict[UUID, list[int]] = defaultdict(list)
        self.versions: set[tuple[UUID, int]] = set()
        self.snapshots: dict[UUID, dict[int, Snapshot]] = defaultdict(dict)

    def commit(self, new: Sequence[tuple[RecordedEvent, tuple[UUID, ...]]], snapshots: Iterable[Snapshot]) -> None:
        """All of it. Raises IntegrityError, and nothing is kept, where a position or a version is taken."""
        for place, (event, _) in enumerate(new, start=len(self.events) + 1):
            if event.position != place or (event.originator_id, event.originator_version) in self.versions:
                raise IntegrityError("a position or a version is taken")
        for event, touches in new:
            self.events.append(event)
            self.versions.add((event.originator_id, event.originator_version))
            for aggregate_id in dict.fromkeys((event.originator_id, *touches)):
                self.folded[aggregate_id].append(event.position)
        for snapshot in snapshots:
            self.snapshots[snapshot.aggregate_id][snapshot.position] = snapshot

    def stored(self) -> StoredLog:
        """As the checker reads it."""
        rows = [
            Row(e.position, e.originator_id, e.originator_version, e.topic, e.state, e.recorded_at_us)
            for e in self.events
        ]
        return StoredLog(rows, len(self.events))


class MemoryReader:
    """The log up to one position."""

    def __init__(self, log: MemoryLog, upto: int) -> None:
        self._log, self._upto = log, upto

    @property
    def head(self) -> int:
        return self._upto

    def events_after(self, position: int, limit: int) -> list[RecordedEvent]:
        return self._log.events[position : min(position + limit, self._upto)]

    def events_of(
        self, aggregate_ids: Iterable[UUID], after: Mapping[UUID, int] | int = 0, upto: int | None = None
    ) -> dict[UUID, list[RecordedEvent]]:
        end = self._upto if upto is None else min(upto, self._upto)
        found = {}
        for wanted in aggregate_ids:
            start = after if isinstance(after, int) else after.get(wanted, 0)
            found[wanted] = [self._log.events[at - 1] for at in self._log.folded.get(wanted, ()) if start < at <= end]
        return found

    def latest_snapshots(self, aggregate_ids: Iterable[UUID], upto: int | None = None) -> dict[UUID, Snapshot]:
        end = self._upto if upto is None else min(upto, self._upto)
        found = {}
        for wanted in aggregate_ids:
            taken = [at for at in self._log.snapshots.get(wanted, ()) if at <= end]
            if taken:
                found[wanted] = self._log.snapshots[wanted][max(taken)]
        return found

    def originators_touching(self, aggregate_id: UUID, topic: str, upto: int | None = None) -> list[UUID]:
        touching = self.events_of([aggregate_id], upto=upto)[aggregate_id]
        return list(dict.fromkeys(event.originator_id for event in touching if event.topic == topic))


class MemoryTransaction(MemoryReader):
    """Holds the head. What it appends is seen by others after `commit`."""

    def __init__(self, log: MemoryLog, upto: int, fault: Fault) -> None:
        super().__init__(log, upto)
        self._fault, self._seen = fault, upto
        self._new: list[tuple[RecordedEvent, tuple[UUID, ...]]] = []
        self._snapshots: list[Snapshot] = []

    @property
    def head(self) -> int:
        return self._seen + len(self._new)

    def stamp(self, now_us: int) -> int:
        return max(now_us, self._log.events[self._seen - 1].recorded_at_us if self._seen else 0)

    def append(self, events: Sequence[NewEvent], recorded_at_us: int) -> range:
        if self._fault == "disk_full":
            raise OperationalError("the disk is full")
        first = self.head + 1
        for place, new in enumerate(events, start=first):
            event = RecordedEvent(
                new.originator_id, new.originator_version, new.topic, new.state, place, self.stamp(recorded_at_us)
            )
            self._new.append((event, new.touches))
            if self._fault == "torn" and place - first >= len(events) // 2:
                raise OperationalError("the connection was reset")
        return range(first, first + len(events))

    def put_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        self._snapshots += snapshots

    def commit(self) -> None:
        """Raises OperationalError where the fault says so: before, or after it took place."""
        if self._fault == "torn" or self._seen < len(self._log.events):
            raise OperationalError("the transaction cannot be committed")
        self._log.commit(self._new, self._snapshots)
        if self._fault == "lost_answer":
            raise OperationalError("the connection was reset")


class MemoryRecorder:
    """One server's way to the log; `next_fault` is asked at each transaction, with how far the log has come."""

    def __init__(self, log: MemoryLog, next_fault: Callable[[], Fault]) -> None:
        self._log, self._next_fault = log, next_fault

    @contextmanager
    def reading(self) -> Iterator[MemoryReader]:
        yield MemoryReader(self._log, len(self._log.events))

    @contextmanager
    def writing(self) -> Iterator[MemoryTransaction]:
        fault = self._next_fault()
        if fault == "unreachable":
            raise OperationalError("the database cannot be reached")
        head = len(self._log.events)
        transaction = MemoryTransaction(self._log, max(0, head - 2) if fault == "stale" else head, fault)
        yield transaction
        transaction.commit()
