"""Events as they are stored, with their leaf hash."""

from datetime import date
from uuid import UUID

import msgspec

from award_ledger.domain.corrections import AwardCorrectionProposed, PayeeCorrectionProposed
from award_ledger.domain.fund import Fund
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.rpc.mapping.instants import timestamp
from award_ledger.server.store.values import RecordedEvent
from award_ledger.server.transparency.entry import entry, leaf_hash
from award_ledger.v1 import history_pb2
from award_ledger.v1.common_pb2 import Receipt

_PROPOSALS = (AwardCorrectionProposed.TOPIC, PayeeCorrectionProposed.TOPIC)


class _Act(msgspec.Struct):
    principal: str
    effective_on: date


class _Signed(msgspec.Struct):
    """What every fact begins with. Decoding no more shows an event of a newer release as well."""

    act: _Act
    corrects: int = 0


class _Named(msgspec.Struct):
    """By what the currency of a fact's amounts is found."""

    award_id: UUID | None = None
    measure: str = ""


_DECODER = msgspec.json.Decoder(_Signed)
_NAMED = msgspec.json.Decoder(_Named)


def event_message(recorded: RecordedEvent, corrected_by: int = 0) -> history_pb2.Event:
    """An event of the log, and the position of its latest correction (0: none)."""
    signed = _DECODER.decode(recorded.state)
    act = signed.act
    return history_pb2.Event(
        position=recorded.position,
        aggregate_id=str(recorded.originator_id),
        aggregate_version=recorded.originator_version,
        topic=recorded.topic,
        recorded_at=timestamp(recorded.recorded_at_us),
        state=recorded.state,
        event_hash=_hash(recorded),
        principal=act.principal,
        effective_on=act.effective_on.isoformat(),
        corrects=0 if recorded.topic in _PROPOSALS else signed.corrects,
        corrected_by=corrected_by,
    )


def receipt_of(recorded: RecordedEvent) -> Receipt:
    """The receipt that was given for an event when it was recorded."""
    return Receipt(
        position=recorded.position, event_hash=_hash(recorded), recorded_at=timestamp(recorded.recorded_at_us)
    )


def _hash(recorded: RecordedEvent) -> bytes:
    return leaf_hash(
        entry(
            recorded.position,
            recorded.originator_id,
            recorded.originator_version,
            recorded.topic,
            recorded.recorded_at_us,
            recorded.state,
        )
    )


def currency_of(ledger: WorkingSet, recorded: RecordedEvent) -> str:
    """The ISO 4217 currency of an event's amounts; empty where it has none."""
    if recorded.topic.startswith("fund."):
        return ledger.find(Fund, UUID(str(recorded.originator_id))).currency
    named = _NAMED.decode(recorded.state)
    measure = named.measure
    if named.award_id is not None and not measure:
        measure = ledger.enterprise(UUID(str(recorded.originator_id))).awards[named.award_id].measure
    versions = ledger.measure(measure).versions if measure else []
    return versions[-1].currency if versions else ""
