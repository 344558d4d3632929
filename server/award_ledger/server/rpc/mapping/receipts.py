"""What a caller keeps from a write."""

from award_ledger.server.rpc.mapping.instants import timestamp
from award_ledger.server.writer.submission import Written
from award_ledger.v1.common_pb2 import Receipt


def receipt(written: Written) -> Receipt:
    """Proof of a write; empty for a dry run, which leaves none."""
    if not written.position:
        return Receipt()
    return Receipt(
        position=written.position,
        event_hash=written.event_hash,
        recorded_at=timestamp(written.recorded_at_us),
        repeated=written.repeated,
    )
