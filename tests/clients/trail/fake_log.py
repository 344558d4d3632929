"""A log that is served in this process: entries and states that a test chooses, proofs by RFC 6962's definitions."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from uuid import UUID

from award_ledger.clients.trail.log_source import EntryBundle
from tests.clients.verification import naive_log as naive
from tests.clients.verification.naive_log import LOG, WITNESS_A, Signer, checkpoint_text, signed
from tests.golden.reading import golden

POLICY = f"log {LOG.vkey}\nwitness A {WITNESS_A.vkey}\nquorum A\n".encode()
AT_S = 1_800_000_000


def entry(position: int, aggregate: UUID, version: int, topic: str, recorded_at_us: int, state: bytes) -> bytes:
    """An entry, written out from the format."""
    name = topic.encode()
    return (
        b"award-ledger/entry/v1\n"
        + struct.pack(">Q16sQH", position, aggregate.bytes, version, len(name))
        + name
        + struct.pack(">Q", recorded_at_us)
        + sha256(b"award-ledger/state/v1\n" + state).digest()
        + struct.pack(">Q", len(state))
    )


def bundled(entries: Sequence[bytes]) -> bytes:
    return b"".join(struct.pack(">H", len(item)) + item for item in entries)


class Break(Exception):
    """The connection is gone."""


class FakeLog:
    """Serves a log up to `size`, which tests move. It breaks off at the state of the event at `break_at`.

    `note` and `proof`, where they are set, are what it sends in place of its checkpoint and of any proof file.
    """

    def __init__(self, entries: Sequence[bytes], states: Sequence[bytes], *signers: Signer) -> None:
        self.entries, self.stored = list(entries), list(states)
        self.size = len(entries)
        self.signers = signers or (LOG, WITNESS_A)
        self.break_at = 0
        self.note = self.proof = self.timestamp = b""
        self.asked: list[tuple[str, int]] = []

    @property
    def leaves(self) -> list[bytes]:
        return [naive.leaf(item) for item in self.entries]

    def checkpoint(self, size: int = 0) -> bytes:
        size = size or self.size
        return self.note or signed(checkpoint_text(size, naive.mth(self.leaves[:size])), *self.signers, at_s=AT_S)

    def timestamps(self, size: int) -> list[bytes]:
        return [self.timestamp] if self.timestamp and size == self.size else []

    def consistency_proof(self, old_size: int, new_size: int) -> list[bytes]:
        return naive.consistency(old_size, self.leaves[:new_size])

    def entry_bundles(self, first: int, size: int) -> Iterator[EntryBundle]:
        for number in range(first, -(-size // 256)):
            self.asked.append(("bundle", number))
            part = self.entries[number * 256 : min(size, number * 256 + 256)]
            yield EntryBundle(number, len(part), bundled(part))

    def entry_bundle(self, number: int, width: int) -> bytes:
        return bundled(self.entries[number * 256 : number * 256 + width])

    def states(self, after_position: int, upto: int) -> Iterator[bytes]:
        self.asked.append(("states", after_position))
        for position in range(after_position + 1, upto + 1):
            if position == self.break_at:
                raise Break
            yield self.stored[position - 1]

    def proof_file(self, position: int, size: int = 0) -> bytes:
        size = size or self.size
        if self.proof:
            return self.proof
        lines = [naive.b64(item) for item in naive.inclusion(position - 1, self.leaves[:size])]
        head = "\n".join(["c2sp.org/tlog-proof@v1", f"index {position - 1}", *lines, "", ""])
        return head.encode() + self.checkpoint(size)


@cache
def _golden_entries() -> tuple[bytes, ...]:
    return tuple(entry(*line[:6]) for line in golden())


def golden_log() -> FakeLog:
    """The golden log: one event of every kind, real states."""
    return FakeLog(_golden_entries(), [line.state for line in golden()])


def long_log(size: int) -> FakeLog:
    """As many small events as are asked for: for tiles, not for deciding again."""
    states = [b'{"n":%d}' % number for number in range(size)]
    entries = [
        entry(n + 1, UUID(int=n % 7), n // 7 + 1, "enterprise.renamed.v1", 1_000 + n, state)
        for n, state in enumerate(states)
    ]
    return FakeLog(entries, states)
