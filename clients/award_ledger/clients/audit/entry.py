"""The leaf hash of an event, computed from what was sent: written from the format alone, sharing no code with servers.

Entry, integers big-endian: "award-ledger/entry/v1\\n", u64 position, aggregate's UUID, u64 aggregate version, u16
length and topic in UTF-8, u64 µs since 1970 UTC, SHA-256("award-ledger/state/v1\\n" ‖ state), u64 length of state.
Leaf (RFC 6962 section 2.1): SHA-256(0x00 ‖ entry).
"""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from award_ledger.v1.history_pb2 import Event


def leaf_hash(event: Event) -> bytes:
    """32 bytes. Raises ValueError or OverflowError where the event cannot be an entry at all."""
    topic = event.topic.encode()
    entry = bytearray(b"award-ledger/entry/v1\n")
    entry += event.position.to_bytes(8, "big")
    entry += UUID(event.aggregate_id).bytes
    entry += event.aggregate_version.to_bytes(8, "big")
    entry += len(topic).to_bytes(2, "big") + topic
    entry += microseconds(event.recorded_at).to_bytes(8, "big")
    entry += sha256(b"award-ledger/state/v1\n" + event.state).digest()
    entry += len(event.state).to_bytes(8, "big")
    return sha256(b"\x00" + entry).digest()


def microseconds(instant: Timestamp) -> int:
    """µs since 1970 UTC. Raises ValueError for an instant that is finer: no ledger records one."""
    whole_us, rest_ns = divmod(instant.nanos, 1_000)
    if rest_ns:
        raise ValueError(f"{instant.nanos} ns are no whole number of microseconds")
    return instant.seconds * 1_000_000 + whole_us
