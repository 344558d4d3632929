"""The course of one application and of the award to which it led: all of it, in order."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from award_ledger.domain.corrections import CorrectionProposed, EntryCorrected
from award_ledger.domain.events import AwardApproved
from award_ledger.domain.identity import award_id as award_id_of
from award_ledger.domain.identity import measure_id
from award_ledger.domain.policy_events import ProRataDecided
from award_ledger.domain.standing import awards_of
from award_ledger.server.rpc.entries import read
from award_ledger.server.rpc.reads import Standpoint
from award_ledger.server.rpc.touching import events_touching
from award_ledger.server.store.values import RecordedEvent


def course(
    point: Standpoint, enterprise_id: UUID, application_id: UUID, after: int
) -> Iterator[tuple[int, RecordedEvent | None]]:
    """Every event of an application and its award, after a position, without corrections: those stand beside.

    An approval of a batch that was decided together comes after that decision. None for events of other cases.
    """
    award_id = award_id_of(application_id)
    words = (str(application_id).encode(), str(award_id).encode())
    for recorded in events_touching(point, enterprise_id, after):
        if not any(word in recorded.state for word in words):
            yield recorded.position, None
            continue
        fact = read(recorded).event.fact
        if not _concerns(fact, application_id, award_id):
            yield recorded.position, None
            continue
        if isinstance(fact, AwardApproved):
            batch = _batch(point, fact, recorded.position)
            if batch is not None and batch.position > after:
                yield batch.position, batch
        yield recorded.position, recorded


def _concerns(fact: Any, application_id: UUID, award_id: UUID) -> bool:
    if isinstance(fact, EntryCorrected) and not isinstance(fact, CorrectionProposed):
        return False
    return getattr(fact, "application_id", None) == application_id or award_id in awards_of(fact)


def _batch(point: Standpoint, approved: AwardApproved, position: int) -> RecordedEvent | None:
    """The decision on a batch of which an approval is a part; None for one that was decided by itself."""
    batches = point.reader.positions_of_stream(measure_id(approved.measure), ProRataDecided.TOPIC, position)
    if not batches:
        return None
    latest = point.reader.event_at(batches[-1])
    decided: ProRataDecided = read(latest).event.fact
    parts = {share.application_id for share in decided.shares}
    return latest if decided.act == approved.act and approved.application_id in parts else None
