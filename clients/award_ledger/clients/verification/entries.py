"""Entries, what a leaf of this ledger's log contains, and the stored state whose hash is in them.

Integers big-endian: "award-ledger/entry/v1\\n", u64 position, aggregate's UUID, u64 aggregate version, u16 length and
topic in UTF-8, u64 µs since 1970 UTC, SHA-256("award-ledger/state/v1\\n" ‖ state), u64 length of state.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from award_ledger.clients.verification.failures import Malformed

MAX_ENTRY_BYTES = 65_535
"""What the two bytes of length in an entry bundle can say (C2SP tlog-tiles)."""

_MAGIC = b"award-ledger/entry/v1\n"
_STATE_MAGIC = b"award-ledger/state/v1\n"
_HEAD = struct.Struct(">22sQ16sQH")
_TAIL = struct.Struct(">Q32sQ")


class Entry(NamedTuple):
    """One entry: positions and versions from 1, the aggregate as its UUID's 16 bytes, µs since 1970 UTC."""

    position: int
    aggregate_id: bytes
    aggregate_version: int
    topic: str
    recorded_at_us: int
    state_hash: bytes
    state_bytes: int

    @property
    def encoded(self) -> bytes:
        """The entry's bytes. Raises struct.error where a number does not fit, which no log can have."""
        topic = self.topic.encode()
        head = _HEAD.pack(_MAGIC, self.position, self.aggregate_id, self.aggregate_version, len(topic))
        return head + topic + _TAIL.pack(self.recorded_at_us, self.state_hash, self.state_bytes)

    def holds(self, state: bytes) -> bool:
        """True if these are the state bytes that the entry speaks of."""
        return self.state_bytes == len(state) and self.state_hash == state_hash(state)


def state_hash(state: bytes) -> bytes:
    """Hash of the state exactly as stored."""
    return sha256(_STATE_MAGIC + state).digest()


def parse_entry(data: bytes) -> Entry:
    """Takes an entry apart; every byte of it counts. Raises Malformed."""
    if len(data) < _HEAD.size + _TAIL.size or not data.startswith(_MAGIC):
        raise Malformed("entry", f"{data[:32]!r}… of {len(data)} bytes is not an entry of an award ledger")
    _, position, aggregate_id, version, topic_bytes = _HEAD.unpack_from(data)
    if len(data) != _HEAD.size + topic_bytes + _TAIL.size:
        raise Malformed("entry", f"it has {len(data)} bytes, and should have {_HEAD.size + topic_bytes + _TAIL.size}")
    try:
        topic = data[_HEAD.size : _HEAD.size + topic_bytes].decode()
    except UnicodeDecodeError as error:
        raise Malformed("entry", "its topic is not UTF-8") from error
    return Entry(position, aggregate_id, version, topic, *_TAIL.unpack_from(data, _HEAD.size + topic_bytes))


def entries_of_bundle(data: bytes, width: int) -> Iterator[bytes]:
    """The entries of an entry bundle (C2SP tlog-tiles, "Log Entries"). Raises Malformed unless it holds `width`."""
    at = count = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        end = at + 2 + length
        if at + 2 > len(data) or end > len(data):
            raise Malformed("entry bundle", f"it ends within entry {count}")
        yield data[at + 2 : end]
        at, count = end, count + 1
    if count != width:
        raise Malformed("entry bundle", f"it has {count} entries instead of {width}")
