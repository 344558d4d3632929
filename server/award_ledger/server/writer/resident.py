"""The aggregates that the writer keeps in memory, exact at one position of the log."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import NamedTuple, cast
from uuid import UUID

from eventsourcing.persistence import InternalError

from award_ledger.domain.bank_account import BankAccount
from award_ledger.domain.encoding import SNAPSHOT_TOPICS, LedgerMapper, encode_snapshot
from award_ledger.domain.events import AwardApproved
from award_ledger.domain.fact import Event
from award_ledger.domain.identity import measure_id
from award_ledger.domain.working_set import Aggregate, Ledger, T, concerned
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.values import Snapshot
from award_ledger.server.writer.past import load_together

SNAPSHOT_EVERY = 500
"""Events that an aggregate folds before it is worth a snapshot: a cold load reads at most about as many."""

LARGE_SNAPSHOT_EVERY = 20 * SNAPSHOT_EVERY
"""The same for a bank account, which may hold a hundred thousand lines: its snapshot takes tens of megabytes."""

CATCH_UP_LIMIT = 20_000
"""Events of other writers that are folded into what is in memory; past that it is cheaper to forget and load again."""

_PAGE = 1_000
_TOGETHER = 100
"""Aggregates loaded at once: each may bring as many events as lie between two snapshots."""


class MemoryUse(NamedTuple):
    """`held` aggregates are in memory, `capacity` stay between batches. Since the start, `found` look-ups found theirs
    there, and `loaded` aggregates were read from the database.
    """

    held: int
    capacity: int
    found: int
    loaded: int


class Resident(Ledger):
    """Valid only while its reader holds the head: `catch_up` first, then decide, then `forget` if the commit fails.

    At most `capacity` aggregates stay between batches; the least recently used leave first.
    """

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self.aggregates: OrderedDict[UUID, Aggregate] = OrderedDict()
        self._capacity = capacity
        self._folded: dict[UUID, int] = {}
        self._due: set[UUID] = set()
        self._reader: LogReader | None = None
        self._mapper = LedgerMapper()
        self._found = self._loaded = 0

    @property
    def use(self) -> MemoryUse:
        """As of now; any thread may ask."""
        return MemoryUse(len(self.aggregates), self._capacity, self._found, self._loaded)

    def catch_up(self, reader: LogReader) -> None:
        """Folds what others have appended since, so that memory is exact at the reader's head."""
        self._reader = reader
        if reader.head - self.position > CATCH_UP_LIMIT or reader.head < self.position:
            self.forget()
            self._reader = reader
        while self.aggregates and self.position < reader.head:
            page = reader.events_after(self.position, _PAGE)
            if not page:
                raise InternalError(f"the log ends at {self.position}, its head says {reader.head}; run verify")
            for recorded in page:
                self._fold_known(self._mapper.to_domain_event(recorded))
        self.position = reader.head
        self._trim()

    def forget(self) -> None:
        """Drops everything: memory may be ahead of the log."""
        self.aggregates.clear()
        self._folded.clear()
        self._due.clear()
        self._reader = None
        self.position = 0

    def release(self) -> None:
        """Ends the use of the reader."""
        self._reader = None

    def find(self, kind: type[T], aggregate_id: UUID) -> T:
        """The aggregate, loaded if it is not in memory."""
        try:
            self.aggregates.move_to_end(aggregate_id)
        except KeyError:
            return super().find(kind, aggregate_id)
        self._found += 1
        return cast(T, self.aggregates[aggregate_id])

    def absent(self, kind: type[T], aggregate_id: UUID) -> T:
        """Loads it as of the head: whatever this batch has touched is in memory already."""
        self._load({aggregate_id: kind})
        return self.aggregates[aggregate_id]  # type: ignore[return-value]

    def foresee(self, wanted: Mapping[UUID, type[Aggregate]]) -> bool:
        """Loads those of these aggregates that are not in memory, many at once, before anything is decided.

        False if all were there.
        """
        missing = [(aggregate_id, kind) for aggregate_id, kind in wanted.items() if aggregate_id not in self.aggregates]
        for begin in range(0, len(missing), _TOGETHER):
            self._load(dict(missing[begin : begin + _TOGETHER]))
        return bool(missing)

    def _load(self, kinds: Mapping[UUID, type[Aggregate]]) -> None:
        if self._reader is None:
            raise RuntimeError("aggregates can be loaded only while the head is held")
        for aggregate_id, loaded in load_together(self._reader, kinds, self._reader.head).items():
            self.aggregates[aggregate_id] = loaded.aggregate
            self._loaded += 1
            self._count(aggregate_id, loaded.folded)

    def awarded(self, measure: str) -> Iterable[UUID]:
        """Those of the log, and those of this batch."""
        if self._reader is None:
            raise RuntimeError("the log can be read only while the head is held")
        recorded = self._reader.originators_touching(measure_id(measure), AwardApproved.TOPIC)
        return dict.fromkeys((*recorded, *super().awarded(measure)))

    def apply(self, event: Event) -> None:
        """Folds the next event into every aggregate that it concerns, and counts towards their snapshots."""
        for kind, aggregate_id in concerned(event):
            self.find(kind, aggregate_id).apply(event)
            self._count(aggregate_id, 1)
        self.position = event.position

    def due_snapshots(self) -> list[Snapshot]:
        """Snapshots of the aggregates that have folded enough since their last one."""
        snapshots = []
        for aggregate_id in self._due:
            aggregate = self.aggregates[aggregate_id]
            if isinstance(aggregate, BankAccount) and self._folded[aggregate_id] < LARGE_SNAPSHOT_EVERY:
                continue
            self._folded[aggregate_id] = 0
            topic = SNAPSHOT_TOPICS[type(aggregate)]
            snapshots.append(Snapshot(aggregate_id, aggregate.position, topic, encode_snapshot(aggregate)))
        self._due.clear()
        return snapshots

    def _count(self, aggregate_id: UUID, folded: int) -> None:
        """Whoever is due is noted at once: looking for them among all that is in memory would cost every batch."""
        count = self._folded.get(aggregate_id, 0) + folded
        self._folded[aggregate_id] = count
        if count >= SNAPSHOT_EVERY:
            self._due.add(aggregate_id)

    def _fold_known(self, event: Event) -> None:
        for _, aggregate_id in concerned(event):
            aggregate = self.aggregates.get(aggregate_id)
            if aggregate is not None:
                aggregate.apply(event)
                self._count(aggregate_id, 1)
        self.position = event.position

    def _trim(self) -> None:
        while len(self.aggregates) > self._capacity:
            aggregate_id, _ = self.aggregates.popitem(last=False)
            self._folded.pop(aggregate_id, None)
            self._due.discard(aggregate_id)
