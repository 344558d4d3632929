"""The leaf hash of an event, computed from what a server sent."""

from __future__ import annotations

from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from award_ledger.clients.verification import merkle
from award_ledger.clients.verification.entries import Entry, state_hash
from award_ledger.v1.history_pb2 import Event


def leaf_hash(event: Event) -> bytes:
    """32 bytes. Raises ValueError or struct.error where the event cannot be an entry at all."""
    entry = Entry(
        event.position,
        UUID(event.aggregate_id).bytes,
        event.aggregate_version,
        event.topic,
        microseconds(event.recorded_at),
        state_hash(event.state),
        len(event.state),
    )
    return merkle.leaf_hash(entry.encoded)


def microseconds(instant: Timestamp) -> int:
    """µs since 1970 UTC. Raises ValueError for an instant that is finer: no ledger records one."""
    whole_us, rest_ns = divmod(instant.nanos, 1_000)
    if rest_ns:
        raise ValueError(f"{instant.nanos} ns are no whole number of microseconds")
    return instant.seconds * 1_000_000 + whole_us
