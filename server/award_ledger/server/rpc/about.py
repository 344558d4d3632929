"""The ledger as it was known at a point about a day of law: told anew from the log, for no snapshot knows of days."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, cast
from uuid import UUID

from award_ledger.domain.claim import Claim
from award_ledger.domain.encoding import LedgerMapper, decode_fact
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Event
from award_ledger.domain.fund import Fund
from award_ledger.domain.measure import Measure
from award_ledger.domain.standing import Counted, Standing, claim_by, enterprise_by, fund_by, measure_by
from award_ledger.domain.working_set import T, WorkingSet
from award_ledger.server.rpc.reads import Standpoint

_MAPPER = LedgerMapper()

_FIRST_STRETCH, _FEW, _MANY = 10_000, 500, 2_000
"""Positions of the first stretch that is looked through, and events after which the next is made longer or shorter."""

_MOST_BYTES = 4 * 1024 * 1024
"""Of states read at once."""

_TELLING: dict[type[Any], Callable[..., Counted[Any]]] = {
    Enterprise: enterprise_by,
    Measure: measure_by,
    Fund: fund_by,
    Claim: claim_by,
}


class LedgerAbout(WorkingSet):
    """Counts what has effect by a day. Each aggregate is told when it is asked for, event by event."""

    def __init__(self, point: Standpoint, by: date) -> None:
        self._point, self.position = point, point.position
        self._standing = Standing(by, self._entry_at, self._decided_on)

    def counted(self, kind: type[T], aggregate_id: UUID) -> Counted[Any]:
        """An enterprise, a measure, a fund or a claim, and how many known events were left out."""
        return _TELLING[kind](self._standing, aggregate_id, lambda: self._events(aggregate_id))

    def find(self, kind: type[T], aggregate_id: UUID) -> T:
        """The same alone; what has no days, as it was known."""
        if kind not in _TELLING:
            return self._point.ledger.find(kind, aggregate_id)
        return cast(T, self.counted(kind, aggregate_id).aggregate)

    def awarded(self, measure: str) -> Iterator[UUID]:
        """All that were known."""
        yield from self._point.ledger.awarded(measure)

    def _events(self, aggregate_id: UUID) -> Iterator[Event]:
        after, stretch = 0, _FIRST_STRETCH
        while after < self._point.position:
            upto, found = min(after + stretch, self._point.position), 0
            for rows in self._point.reader.history(aggregate_id, after=after, upto=upto, most_bytes=_MOST_BYTES):
                found += len(rows)
                for position, originator_id, version, topic, state, _ in rows:
                    yield Event(originator_id, version, position, decode_fact(topic, state))
            after = upto
            if found < _FEW:
                stretch *= 4
            elif found > _MANY:
                stretch = max(stretch // 2, _MANY)

    def _entry_at(self, position: int) -> Event:
        return _MAPPER.to_domain_event(self._point.reader.event_at(position))

    def _decided_on(self, enterprise: UUID, award: UUID) -> date:
        return self._point.ledger.enterprise(enterprise).awards[award].decided_on
