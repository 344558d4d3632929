"""The ledger as it stood at a position, read from the store: a snapshot if there is one, then the events after it."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from award_ledger.domain.encoding import SNAPSHOT_TOPICS, LedgerMapper, decode_snapshot
from award_ledger.domain.events import AwardApproved
from award_ledger.domain.identity import measure_id
from award_ledger.domain.working_set import Aggregate, Ledger, T, concerned
from award_ledger.server.store.reader import LogReader

_MAPPER = LedgerMapper()
_PAGE = 500
_FAR = 5_000  # events; past that it is cheaper to load again

A = TypeVar("A", bound=Aggregate)


class Loaded(NamedTuple):
    """An aggregate with the number of events folded since the snapshot it began from."""

    aggregate: Aggregate
    folded: int


def load(reader: LogReader, kind: type[T], aggregate_id: UUID, upto: int, *, use_snapshot: bool = True) -> Loaded:
    """The aggregate with every event that it folds up to and including a position.

    Raises UnreadableEvent for an event that this version cannot read.
    """
    return load_together(reader, {aggregate_id: kind}, upto, use_snapshot=use_snapshot)[aggregate_id]


def load_together(
    reader: LogReader, kinds: Mapping[UUID, type[Aggregate]], upto: int, *, use_snapshot: bool = True
) -> dict[UUID, Loaded]:
    """Several aggregates, each as by `load`, for the price of one: two round trips to the database."""
    snapshots = reader.latest_snapshots(kinds, upto) if use_snapshot else {}
    begun: dict[UUID, Any] = {}
    for aggregate_id, kind in kinds.items():
        snapshot = snapshots.get(aggregate_id)
        if snapshot is not None and snapshot.topic == SNAPSHOT_TOPICS[kind]:
            begun[aggregate_id] = decode_snapshot(kind, snapshot.state)  # type: ignore[type-var]
        else:
            begun[aggregate_id] = kind(id=aggregate_id)
    after = {aggregate_id: aggregate.position for aggregate_id, aggregate in begun.items()}
    loaded = {}
    for aggregate_id, events in reader.events_of(begun, after, upto).items():
        for event in events:
            begun[aggregate_id].apply(_MAPPER.to_domain_event(event))
        loaded[aggregate_id] = Loaded(begun[aggregate_id], len(events))
    return loaded


class PastLedger(Ledger):
    """A working set at one position. Aggregates are loaded when they are looked at; the reader must stay open."""

    def __init__(self, reader: LogReader, upto: int) -> None:
        super().__init__()
        self._reader = reader
        self.position = upto

    def advance(self, upto: int) -> None:
        """Moves on to a later position, folding what lies between into what is loaded."""
        if upto - self.position > _FAR:
            self.aggregates.clear()
        while self.aggregates and self.position < upto:
            page = self._reader.events_after(self.position, min(_PAGE, upto - self.position))
            if not page:
                raise LookupError(f"the log ends at {self.position}, before {upto}")
            for recorded in page:
                event = _MAPPER.to_domain_event(recorded)
                for _, aggregate_id in concerned(event):
                    aggregate = self.aggregates.get(aggregate_id)
                    if aggregate is not None:
                        aggregate.apply(event)
                self.position = event.position
        self.position = upto

    def awarded(self, measure: str) -> Iterable[UUID]:
        """Those of the log up to the position."""
        return self._reader.originators_touching(measure_id(measure), AwardApproved.TOPIC, self.position)

    def absent(self, kind: type[T], aggregate_id: UUID) -> T:
        """Loads it."""
        return load(self._reader, kind, aggregate_id, self.position).aggregate  # type: ignore[return-value]
