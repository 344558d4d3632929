"""Is the index of touches what the events make, row by row: nothing missing, nothing too much?

The events come by position and the index is stored by aggregate, and neither is held in memory. So both are summed up
in no order: for each span of positions, the sum of the hashes of its rows (a multiset hash, "AdHash": Bellare and
Micciancio, 1997). The hashes have a key that is drawn for each run, so that nobody can prepare rows whose sum is that
of others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from hashlib import blake2b
from secrets import token_bytes
from uuid import UUID

from award_ledger.domain.fact import Event
from award_ledger.server.store.reader import LogReader
from award_ledger.server.writer.indexing import touches_of

_SPAN = 1_000
"""Positions that share one sum, and so what a finding can name."""
_PAGE = 10_000
_MODULUS = 1 << 256
REMEDY = "`award-ledger-server reindex` makes it again"


class TouchVerification:
    """Is told of each event; `end` when there are no more."""

    def __init__(self, reader: LogReader, found: Callable[[str], None]) -> None:
        self._reader, self._found = reader, found
        self._key = token_bytes(32)
        self._of_events: defaultdict[int, int] = defaultdict(int)

    def check(self, page: Iterable[Event]) -> None:
        """Takes the next events of the log."""
        for event in page:
            for aggregate_id in touches_of(event.fact, event.originator_id):
                self._add(self._of_events, aggregate_id, event.position)

    def end(self) -> None:
        """Reads the whole index and reports where it differs. Raises whatever a row raises that is none."""
        of_index: defaultdict[int, int] = defaultdict(int)
        rows = 0
        for touch in self._reader.touches(_PAGE):
            self._add(of_index, *touch)
            rows += 1
        for span in sorted(self._of_events.keys() | of_index.keys()):
            if self._of_events[span] != of_index[span]:
                first = span * _SPAN + 1
                self._found(
                    f"the index of touches differs from the events between positions {first} and {first + _SPAN - 1}:"
                    f" {REMEDY}"
                )
        stored = self._reader.touch_count()
        if stored != rows:
            self._found(f"the index of touches holds {stored} rows, of which {rows} are different ones: {REMEDY}")

    def _add(self, sums: dict[int, int], aggregate_id: UUID, position: int) -> None:
        row = aggregate_id.bytes + position.to_bytes(8, signed=True)
        span = (position - 1) // _SPAN
        sums[span] = (sums[span] + int.from_bytes(blake2b(row, digest_size=32, key=self._key).digest())) % _MODULUS
