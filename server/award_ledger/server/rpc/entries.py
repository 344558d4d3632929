"""Making entries of events: what an event names is looked up, for many events at once."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from award_ledger.domain import identity
from award_ledger.domain.application import Application
from award_ledger.domain.award import Award
from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Event
from award_ledger.domain.fund import Fund
from award_ledger.domain.measure import Measure
from award_ledger.domain.policy_events import TermsPublished
from award_ledger.domain.standing import awards_of
from award_ledger.server.rpc.mapping.entries import Telling, decisive, tell_enterprise, tell_fact, tell_terms
from award_ledger.server.rpc.mapping.instants import timestamp
from award_ledger.server.rpc.reads import Standpoint
from award_ledger.server.store.values import RecordedEvent
from award_ledger.server.writer.past import load_together
from award_ledger.v1 import inquiries_pb2 as pb

TOGETHER = 100
"""Events for which what they name is looked up at once."""

_MAPPER = LedgerMapper()

Walked = tuple[str, RecordedEvent | None]
"""A place in a list, and the event there; None where there is nothing to look at."""


class Read(NamedTuple):
    """An event with what its place in the log says."""

    event: Event
    recorded_at_us: int


def read(recorded: RecordedEvent) -> Read:
    """The event of a row. Raises UnreadableEvent for one that this version cannot read."""
    return Read(_MAPPER.to_domain_event(recorded), recorded.recorded_at_us)


def every(_: object) -> bool:
    """Leaves nothing out."""
    return True


class Entries:
    """Entries as they stood at one point. `telling` chooses the checks that they show."""

    def __init__(self, point: Standpoint, telling: Telling = decisive) -> None:
        self._point, self._telling = point, telling
        self._publications: dict[UUID, list[int]] = {}

    def of(
        self,
        walked: Iterable[Walked],
        matches: Callable[[Any], bool] = every,
        selects: Callable[[pb.Entry], bool] = every,
        *,
        nested: bool = False,
    ) -> Iterator[tuple[str, pb.Entry | None]]:
        """Places with the entries there: of facts that match, if they are selected. `nested`: with their corrections.

        `matches` sees the fact alone, and spares the look-ups for what it leaves out.
        """
        walk = iter(walked)
        while chunk := list(islice(walk, TOGETHER)):
            found = [(place, None if recorded is None else read(recorded)) for place, recorded in chunk]
            kept = [(place, one if one is not None and matches(one.event.fact) else None) for place, one in found]
            made = self._made([one for _, one in kept if one is not None], nested=nested)
            for place, one in kept:
                entry = None if one is None else made[one.event.position]
                yield place, entry if entry is not None and selects(entry) else None

    def _made(self, found: Sequence[Read], *, nested: bool) -> dict[int, pb.Entry]:
        ids = {identity.entry_id(one.event.position): one.event.position for one in found}
        corrections = self._point.reader.events_of(ids, upto=self._point.position)
        self._prefetch(one.event for one in found)
        entries = {one.event.position: self._entry(one) for one in found}
        for entry_id, corrected_by in corrections.items():
            if corrected_by:
                entry = entries[ids[entry_id]]
                entry.corrected_by = corrected_by[-1].position
                entry.corrections.extend(self._entry(read(one)) for one in corrected_by if nested)
        return entries

    def _prefetch(self, events: Iterable[Event]) -> None:
        held = self._point.ledger.aggregates
        missing = {
            event.originator_id: Enterprise
            for event in events
            if event.fact.TOPIC.startswith("enterprise.") and event.originator_id not in held
        }
        if not missing:
            return
        for enterprise_id, loaded in load_together(self._point.reader, dict(missing), self._point.position).items():
            held[enterprise_id] = loaded.aggregate

    def _entry(self, found: Read) -> pb.Entry:
        event, fact = found.event, found.event.fact
        entry = pb.Entry(position=event.position, recorded_at=timestamp(found.recorded_at_us))
        tell_fact(entry, fact)
        entry.corrects = getattr(fact, "corrects", 0)
        kind = fact.TOPIC.partition(".")[0]
        award: Award | None = None
        application: Application | None = None
        if kind == "enterprise":
            enterprise = self._point.ledger.enterprise(event.originator_id)
            award = next((enterprise.awards[key] for key in awards_of(fact)[:1]), None)
            asked_in: Any = award.application_id if award is not None else getattr(fact, "application_id", None)
            application = enterprise.applications.get(asked_in)
            tell_enterprise(entry, enterprise, award, application)
        entry.fund_code = getattr(fact, "fund", "") or (award.fund if award is not None else "")
        if kind == "fund":
            fund = self._point.ledger.find(Fund, event.originator_id)
            entry.fund_code, entry.currency = fund.code, fund.currency
        measure = self._measure(event, award, application)
        if measure is not None and measure.versions:
            version = self._version(event, measure, award)
            terms = measure.versions[version - 1]
            entry.measure_code, entry.currency = measure.code, terms.currency
            tell_terms(entry, fact, version, terms, self._telling)
        return entry

    def _measure(self, event: Event, award: Award | None, application: Application | None) -> Measure | None:
        """Under which measure an event stands; None for one that stands under none."""
        if event.fact.TOPIC.startswith("measure."):
            return self._point.ledger.find(Measure, event.originator_id)
        holders = (event.fact, award, application)
        code = next((holder.measure for holder in holders if getattr(holder, "measure", "")), "")  # type: ignore[union-attr]
        return self._point.ledger.measure(code) if code else None

    def _version(self, event: Event, measure: Measure, award: Award | None) -> int:
        """Of the Terms: an award keeps its own; before there is one, those that were in force when it was recorded."""
        fact = event.fact
        if isinstance(fact, TermsPublished):
            return fact.version
        for holder in (award, getattr(fact, "assessment", None)):
            if holder is not None:
                return int(holder.terms_version)
        if measure.id not in self._publications:
            self._publications[measure.id] = self._point.reader.positions_of_stream(
                measure.id, TermsPublished.TOPIC, self._point.position
            )
        return max(1, bisect_left(self._publications[measure.id], event.position))
