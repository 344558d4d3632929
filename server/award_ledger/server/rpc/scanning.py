"""Walking a stretch of the whole log for events that say something, where no index leads to them.

One call walks at most MOST_SCANNED positions, and the next page goes on from there. Nothing but the words sought is
compared until an event is found, and that in the database: a writer in this process hardly notices.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from award_ledger.server.rpc.reads import Standpoint
from award_ledger.server.store.values import RecordedEvent

MOST_SCANNED = 100_000
"""Positions of one page."""

_WINDOW = 25_000
"""Positions of one statement: none runs for long."""

_PAGE = 1_000
_MOST_BYTES = 4 * 1024 * 1024


class Place(NamedTuple):
    """A position to which a walk has come, with the event there if it is one to look at."""

    position: int
    event: RecordedEvent | None


class Sought(NamedTuple):
    """Events of these topics whose stored state holds any of these words; no words: all of them."""

    topics: Sequence[str]
    words: Sequence[bytes] = ()


def end_of_page(point: Standpoint, after: int) -> int:
    """The position up to which one page walks that begins after another."""
    return min(point.position, after + MOST_SCANNED)


def scan(point: Standpoint, sought: Sought, after: int) -> Iterator[Place]:
    """What is found after a position, in order, as far as one page goes; and where each stretch ended."""
    low, end = after, end_of_page(point, after)
    while low < end:
        high = min(low + _WINDOW, end)
        positions = point.reader.positions_saying(*sought, after=low, upto=high, limit=_PAGE)
        for parcel in point.reader.parcels_at(positions, _MOST_BYTES):
            yield from (Place(event.position, event) for event in parcel)
        low = positions[-1] if len(positions) == _PAGE else high
        yield Place(low, None)
