"""Walking the events that an aggregate folds, page by page, in either direction."""

from collections.abc import Iterator
from uuid import UUID

from award_ledger.server.rpc.reads import Standpoint
from award_ledger.server.store.values import RecordedEvent

_PAGE = 200
MOST_BYTES = 4 * 1024 * 1024
"""Of states read at once: a page of the largest events would take hundreds of megabytes."""


def events_touching(
    point: Standpoint, aggregate_id: UUID, after: int, *, newest_first: bool = False
) -> Iterator[RecordedEvent]:
    """Every event up to the standpoint that the aggregate folds: those after position `after`, in order; or, newest
    first, those before it (0: all)."""
    low, high = (0, after - 1 if after else point.position) if newest_first else (after, point.position)
    while True:
        positions = point.reader.positions_touching(
            aggregate_id, after=low, upto=high, limit=_PAGE, descending=newest_first
        )
        for parcel in point.reader.parcels_at(positions, MOST_BYTES):
            yield from parcel
        if len(positions) < _PAGE:
            return
        low, high = (low, positions[-1] - 1) if newest_first else (positions[-1], high)
