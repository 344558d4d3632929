"""Ledgers with transparency logs, for tests: events of any content, a signer in the test's hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.transparency.log_store import LogStore
from award_ledger.server.transparency.notes import ED25519, Checkpoint, VerifierKey
from award_ledger.server.transparency.opening import log_address, open_log
from award_ledger.server.transparency.published import PublishedLog
from award_ledger.server.transparency.sealing import Sealing
from award_ledger.server.transparency.signer import (
    HeldSigner,
    LastSigned,
    SignerMemory,
    SignerUnavailable,
    create_memory,
)
from award_ledger.server.transparency.signing_keys import SigningKey

ORIGIN = "ledger.example/awards/2026"
KEYS = (SigningKey.from_seed(ORIGIN, ED25519, b"s" * 32),)
OTHER_KEYS = (SigningKey.from_seed(ORIGIN, ED25519, b"t" * 32),)


def record(recorder: LogRecorder, count: int, state: bytes = b"{}") -> None:
    """Events in streams of their own."""
    recorder.insert_events([StoredEvent(uuid4(), 1, "test.event.v1", state) for _ in range(count)])


class HeldLog:
    """A ledger and its log, sealed when a test says so."""

    def __init__(self, url: str, folder: Path, keys: tuple[SigningKey, ...] = KEYS) -> None:
        self.url, self.memory = url, folder / "signed"
        create_memory(self.memory, ORIGIN)
        self.recorder: LogRecorder = open_ledger(url)
        self.signer = ToggledSigner(HeldSigner(keys, SignerMemory(self.memory)))
        self.store: LogStore = self.open_store()
        self.published = PublishedLog(self.store)
        self.sealing = Sealing(self.recorder, self.store, self.published, self.signer)

    def open_store(self) -> LogStore:
        return open_log(log_address(self.url), self.ledger_id())

    def ledger_id(self) -> UUID:
        with self.recorder.reading() as reader:
            return reader.ledger_id

    def seal(self) -> int:
        """Everything there is; returns how much is signed."""
        while self.sealing.extend():
            pass
        return self.sealing.sign().size

    def leaves(self) -> list[bytes]:
        """Hashes of all leaves, as a stranger would compute them from bundles."""
        from tests.server.transparency import naive

        size = self.published.covered()
        with self.store.reading() as log:
            return [naive.leaf(entry) for entry in log.entries(0, size)]

    def close(self) -> None:
        self.store.close()
        self.recorder.close()
        self.signer.close()


class ToggledSigner:
    """A signer that can be away."""

    def __init__(self, signer: HeldSigner) -> None:
        self.inner, self.away = signer, False
        self.asked: list[int] = []

    def last_signed(self) -> LastSigned:
        if self.away:
            raise SignerUnavailable("away")
        return self.inner.last_signed()

    def sign(self, checkpoint: Checkpoint, proof: Sequence[bytes]) -> bytes:
        self.asked.append(checkpoint.size)
        return self.inner.sign(checkpoint, proof)

    def close(self) -> None:
        self.inner.close()


def verifier(keys: tuple[SigningKey, ...] = KEYS) -> VerifierKey:
    return keys[0].verifier
