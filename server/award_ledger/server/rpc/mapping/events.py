"""Events as they are stored, with their leaf hash."""

from datetime import date

import msgspec

from award_ledger.server.rpc.mapping.instants import timestamp
from award_ledger.server.store.values import RecordedEvent
from award_ledger.server.transparency.entry import entry, leaf_hash
from award_ledger.v1 import history_pb2


class _Act(msgspec.Struct):
    principal: str
    effective_on: date


class _Signed(msgspec.Struct):
    """What every fact begins with. Decoding no more shows an event of a newer release as well."""

    act: _Act


_DECODER = msgspec.json.Decoder(_Signed)


def event_message(recorded: RecordedEvent) -> history_pb2.Event:
    """An event of the log."""
    act = _DECODER.decode(recorded.state).act
    return history_pb2.Event(
        position=recorded.position,
        aggregate_id=str(recorded.originator_id),
        aggregate_version=recorded.originator_version,
        topic=recorded.topic,
        recorded_at=timestamp(recorded.recorded_at_us),
        state=recorded.state,
        event_hash=leaf_hash(
            entry(
                recorded.position,
                recorded.originator_id,
                recorded.originator_version,
                recorded.topic,
                recorded.recorded_at_us,
                recorded.state,
            )
        ),
        principal=act.principal,
        effective_on=act.effective_on.isoformat(),
    )
