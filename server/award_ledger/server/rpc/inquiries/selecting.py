"""Which entries a list wants, and the shortest way through the log that passes them all."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from uuid import UUID

from award_ledger.domain.refusals import invalid_field
from award_ledger.server.commands.command import published
from award_ledger.server.rpc.entries import Walked
from award_ledger.server.rpc.fields import day, number_of
from award_ledger.server.rpc.mapping.awards import number_message
from award_ledger.server.rpc.reads import Standpoint
from award_ledger.server.rpc.scanning import Sought, end_of_page, scan
from award_ledger.server.rpc.touching import events_touching
from award_ledger.v1 import inquiries_pb2 as pb


class Selected:
    """A selection at a point. What it names must be there.

    Raises InvalidFields, MeasureNotFound or EnterpriseNotFound.
    """

    def __init__(self, point: Standpoint, selection: pb.Selection) -> None:
        self._point = point
        self._from = day(selection.effective_from, "selection.effective_from") or date.min
        self._to = day(selection.effective_to, "selection.effective_to") or date.max
        if self._from > self._to:
            raise invalid_field("selection.effective_to", f"must not be before {self._from}")
        self._measure = published(point.ledger, selection.measure_code) if selection.measure_code else None
        named = selection.HasField("enterprise")
        self._enterprise = point.enterprise(*number_of(selection.enterprise)) if named else None

    def wants(self, entry: pb.Entry) -> bool:
        """True if all that is set holds."""
        if self._measure is not None and entry.measure_code != self._measure.code:
            return False
        if self._enterprise is not None and entry.enterprise != number_message(self._enterprise):
            return False
        return self._from <= date.fromisoformat(entry.effective_on) <= self._to

    def index(self, *, measures: bool) -> UUID | None:
        """The aggregate whose events are all that can be wanted; None where the whole log must be walked.

        `measures`: whether everything sought is among the events of its measure.
        """
        if self._enterprise is not None:
            return self._enterprise.id
        return self._measure.id if self._measure is not None and measures else None


def walk(point: Standpoint, sought: Sought, after: int, index: UUID | None) -> tuple[Iterator[Walked], int]:
    """The events that may be sought, after a position; and the position that the walk reaches within one page."""
    if index is None:
        found = ((str(place.position), place.event) for place in scan(point, sought, after))
        return found, end_of_page(point, after)
    topics = frozenset(sought.topics)
    indexed = (
        (str(event.position), event if event.topic in topics and _says(event.state, sought.words) else None)
        for event in events_touching(point, index, after)
    )
    return indexed, point.position


def _says(state: bytes, words: Sequence[bytes]) -> bool:
    return not words or any(word in state for word in words)


def named(check: str) -> Callable[[str], bool]:
    """Which checks are meant by the name of one, or of a kind."""
    return lambda found: check in (found, found.partition(".")[0])
