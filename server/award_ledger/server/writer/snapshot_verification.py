"""Is each snapshot, to the byte, what the replay says at its position?"""

from collections import deque
from collections.abc import Callable
from uuid import UUID

from award_ledger.domain.encoding import SNAPSHOT_TOPICS, encode_snapshot
from award_ledger.domain.working_set import Ledger
from award_ledger.server.store.reader import LogReader


class SnapshotVerification:
    """Is told of each event after it was folded; `end` when there are no more."""

    def __init__(self, reader: LogReader, found: Callable[[str], None]) -> None:
        self._reader, self._found = reader, found
        self._due = deque(reader.snapshot_places())

    def folded(self, ledger: Ledger) -> None:
        """Compares the snapshots at the position up to which the ledger has been folded."""
        while self._due and self._due[0][0] <= ledger.position:
            position, aggregate_id = self._due.popleft()
            self._compare(position, aggregate_id, ledger)

    def end(self) -> None:
        """Reports snapshots of positions that the log does not have."""
        for position, aggregate_id in self._due:
            self._found(f"a snapshot of {aggregate_id} is kept for position {position}, which the log has not reached")

    def _compare(self, position: int, aggregate_id: UUID, ledger: Ledger) -> None:
        snapshot, aggregate = self._reader.snapshot_at(aggregate_id, position), ledger.aggregates.get(aggregate_id)
        if aggregate is None or aggregate.position != position or position != ledger.position:
            self._found(f"a snapshot of {aggregate_id} is kept for position {position}, where it did not change")
        elif snapshot.topic != SNAPSHOT_TOPICS[type(aggregate)]:
            self._found(
                f"the snapshot of {aggregate_id} at position {position} is of the shape {snapshot.topic!r}, which is"
                " passed over: `award-ledger-server reindex` drops it"
            )
        elif snapshot.state != encode_snapshot(aggregate):
            self._found(f"the snapshot of {aggregate_id} at position {position} differs from the replay")
