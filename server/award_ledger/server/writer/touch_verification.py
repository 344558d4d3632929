"""Is the index of touches what the events make, row by row: nothing missing, nothing too much?

The events come by position and the index is stored by aggregate, and neither is held in memory. So both are summed up
in no order: for each span of positions, the sum of the hashes of its rows (a multiset hash, "AdHash": Bellare and
Micciancio, 1997). Two different sets have the same sum only by an accident that does not happen.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from hashlib import sha256
from uuid import UUID

from award_ledger.domain.fact import Event
from award_ledger.server.store.reader import LogReader
from award_ledger.server.writer.indexing import touches_of

_SPAN = 1_000
"""Positions that share one sum, and so what a finding can name."""
_PAGE = 10_000
_MODULUS = 1 << 256


class TouchVerification:
    """Is told of each event; `end` when there are no more."""

    def __init__(self, reader: LogReader, found: Callable[[str], None]) -> None:
        self._reader, self._found = reader, found
        self._of_events: defaultdict[int, int] = defaultdict(int)

    def check(self, page: Iterable[Event]) -> None:
        """Takes the next events of the log."""
        for event in page:
            for aggregate_id in touches_of(event.fact, event.originator_id):
                _add(self._of_events, aggregate_id, event.position)

    def end(self) -> None:
        """Reads the whole index and reports where it differs."""
        of_index: defaultdict[int, int] = defaultdict(int)
        for touch in self._reader.touches(_PAGE):
            _add(of_index, *touch)
        for span in sorted(self._of_events.keys() | of_index.keys()):
            if self._of_events[span] != of_index[span]:
                first = span * _SPAN + 1
                self._found(
                    f"the index of touches differs from the events between positions {first} and {first + _SPAN - 1}:"
                    " `award-ledger-server reindex` makes it again"
                )


def _add(sums: dict[int, int], aggregate_id: UUID, position: int) -> None:
    row = aggregate_id.bytes + position.to_bytes(8, signed=True)
    span = (position - 1) // _SPAN
    sums[span] = (sums[span] + int.from_bytes(sha256(row).digest())) % _MODULUS
