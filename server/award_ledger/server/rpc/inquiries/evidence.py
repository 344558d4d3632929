"""All that touches a piece of evidence: the applications that name it, and what became of each.

Evidence under an award has an index, but an application that was refused or is open claims nothing: those that name
the evidence are found by walking the log.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from award_ledger.domain.corrections import ApplicationCorrected
from award_ledger.domain.events import ApplicationSubmitted
from award_ledger.domain.fact import EvidenceRef
from award_ledger.domain.identity import normalised
from award_ledger.server.rpc.entries import Walked, read
from award_ledger.server.rpc.inquiries.cases import course
from award_ledger.server.rpc.reads import Standpoint
from award_ledger.server.rpc.refusals import PageTokenInvalid
from award_ledger.server.rpc.scanning import Sought, scan
from award_ledger.server.rpc.touching import events_touching
from award_ledger.server.store.values import RecordedEvent
from award_ledger.v1.common_pb2 import Evidence

_NAMING = (ApplicationSubmitted.TOPIC, ApplicationCorrected.TOPIC)


class Mark(NamedTuple):
    """A place in the list: how far the log is walked, and how far the case is told that came to light there.

    `told` is 0 if no case did, or it is told to its end.
    """

    walked: int
    told: int

    def __str__(self) -> str:
        return f"{self.walked}.{self.told}"


def mark_of(text: str) -> Mark:
    """The place where a page ended; the beginning for the first page. Raises PageTokenInvalid."""
    walked, _, told = (text or "0.0").partition(".")
    if not all(part.isascii() and part.isdecimal() and len(part) <= 18 for part in (walked, told)):
        raise PageTokenInvalid(text)
    return Mark(int(walked), int(told))


def uses(point: Standpoint, evidence: Evidence, after: Mark) -> Iterator[Walked]:
    """Places and events, case by case, in the order in which applications came to name the evidence."""
    wanted = EvidenceRef(kind=evidence.kind, reference=normalised(evidence.reference))
    sought = Sought(_NAMING, (b'"kind":' + msgspec.json.encode(evidence.kind),))
    # A case that is not told to its end is met again.
    for place in scan(point, sought, after.walked - 1 if after.told else after.walked):
        if place.event is not None:
            if not _first_names(point, place.event, wanted):
                continue
            told = after.told if place.position == after.walked else 0
            yield from _case(point, place.event, told)
        yield str(Mark(place.position, 0)), None


def _case(point: Standpoint, naming: RecordedEvent, told: int) -> Iterator[Walked]:
    application: UUID = read(naming).event.fact.application_id
    for position, recorded in course(point, _enterprise(naming), application, told):
        yield str(Mark(naming.position, position)), recorded


def _first_names(point: Standpoint, recorded: RecordedEvent, wanted: EvidenceRef) -> bool:
    """True if the application names the evidence here for the first time."""
    fact = read(recorded).event.fact
    if not _names(fact, wanted):
        return False
    if isinstance(fact, ApplicationSubmitted):
        return True
    word = str(fact.application_id).encode()
    for earlier in events_touching(point, _enterprise(recorded), 0):
        if earlier.position >= recorded.position:
            break
        if earlier.topic in _NAMING and word in earlier.state:
            other = read(earlier).event.fact
            if other.application_id == fact.application_id and _names(other, wanted):
                return False
    return True


def _names(fact: Any, wanted: EvidenceRef) -> bool:
    """True if the fact has the evidence, as claims compare it."""
    return any(ref.kind == wanted.kind and normalised(ref.reference) == wanted.reference for ref in fact.evidence)


def _enterprise(recorded: RecordedEvent) -> UUID:
    return UUID(str(recorded.originator_id))
