"""The entry and the leaf hash of one event, as formats of the transparency log fix them.

An entry is a small record of fixed shape over the stored bytes: safe to publish, since the state is in it only
by its hash. The leaf is RFC 6962's: SHA-256(0x00 ‖ entry).
"""

import hashlib
import struct
from uuid import UUID

_MAGIC = b"award-ledger/entry/v1\n"
_STATE_MAGIC = b"award-ledger/state/v1\n"


def entry(
    position: int, aggregate_id: UUID, aggregate_version: int, topic: str, recorded_at_us: int, state: bytes
) -> bytes:
    """The entry of an event: positions and versions from 1, µs since 1970 UTC, the state exactly as stored."""
    name = topic.encode()
    return b"".join(
        (
            _MAGIC,
            struct.pack(">Q16sQH", position, aggregate_id.bytes, aggregate_version, len(name)),
            name,
            struct.pack(">Q", recorded_at_us),
            hashlib.sha256(_STATE_MAGIC + state).digest(),
            struct.pack(">Q", len(state)),
        )
    )


def leaf_hash(entry_bytes: bytes) -> bytes:
    """Hash of a leaf, 32 bytes (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x00" + entry_bytes).digest()
