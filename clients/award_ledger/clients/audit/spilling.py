"""A fold of a whole log in bounded memory: what has not been looked at for long waits in a temporary file.

An aggregate comes back from its snapshot, which holds all that it is; so a fold that spills decides like any other.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable
from typing import cast
from uuid import UUID

from award_ledger.domain.encoding import decode_snapshot, encode_snapshot
from award_ledger.domain.events import AwardApproved
from award_ledger.domain.fact import Event
from award_ledger.domain.working_set import Aggregate, Ledger, T

MAX_IN_MEMORY = 20_000
"""Aggregates: some 50 MB, and many times what one decision looks at."""


class SpillingLedger(Ledger):
    """A ledger of which the least recently used part is on disk. Nothing moves between two events but at their end."""

    def __init__(self, most: int = MAX_IN_MEMORY) -> None:
        super().__init__()
        self.aggregates: OrderedDict[UUID, Aggregate] = OrderedDict()
        self._most = most
        self._awarded: dict[str, dict[UUID, None]] = {}
        self._file = sqlite3.connect("", isolation_level=None)  # a private file that SQLite makes and removes
        self._file.execute("CREATE TABLE spilled (id BLOB PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID")

    def find(self, kind: type[T], aggregate_id: UUID) -> T:
        """The aggregate of this kind and id, from wherever it is."""
        found = self.aggregates.get(aggregate_id)
        if found is None:
            return super().find(kind, aggregate_id)
        self.aggregates.move_to_end(aggregate_id)
        return cast(T, found)

    def absent(self, kind: type[T], aggregate_id: UUID) -> T:
        """From the file, or one that nothing has touched yet."""
        row = self._file.execute("SELECT state FROM spilled WHERE id = ?", (aggregate_id.bytes,)).fetchone()
        return super().absent(kind, aggregate_id) if row is None else decode_snapshot(kind, row[0])

    def awarded(self, measure: str) -> Iterable[UUID]:
        """Of all enterprises, those on disk too."""
        return list(self._awarded.get(measure, ()))

    def apply(self, event: Event) -> None:
        """Folds the next event, notes new awards, and makes room."""
        super().apply(event)
        if isinstance(event.fact, AwardApproved):
            self._awarded.setdefault(event.fact.measure, {})[event.originator_id] = None
        if len(self.aggregates) > self._most:
            self._spill()

    def _spill(self) -> None:
        """Moves the older half to the file, in one transaction: that costs little more than one row."""
        moved = [self.aggregates.popitem(last=False) for _ in range(len(self.aggregates) - self._most // 2)]
        rows = [(key.bytes, encode_snapshot(aggregate)) for key, aggregate in moved if aggregate.position]
        self._file.execute("BEGIN")
        self._file.executemany("INSERT OR REPLACE INTO spilled VALUES (?, ?)", rows)
        self._file.execute("COMMIT")
