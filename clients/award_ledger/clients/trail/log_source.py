"""Where a copy of the log comes from: what is asked of a server, and a server that is asked through gRPC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from award_ledger.clients.department import LedgerClient
from award_ledger.clients.verification.tiles import TILE_WIDTH


class EntryBundle(NamedTuple):
    """A bundle of entries as it was sent: which one, how many entries, and the bytes."""

    number: int
    width: int
    data: bytes


class LogSource(Protocol):
    """A log that somebody serves, and that is not trusted."""

    def checkpoint(self, size: int = 0) -> bytes:
        """The signed note of a size; 0: the newest."""

    def timestamps(self, size: int) -> list[bytes]:
        """RFC 3161 responses over the text of the checkpoint of a size."""

    def consistency_proof(self, old_size: int, new_size: int) -> list[bytes]:
        """Hashes that prove the log of one size to be the beginning of that of another."""

    def entry_bundles(self, first: int, size: int) -> Iterator[EntryBundle]:
        """The bundles of a log of this size, in order."""

    def entry_bundle(self, number: int, width: int) -> bytes:
        """One bundle of entries; width 256: a full one."""

    def states(self, after_position: int, upto: int) -> Iterator[bytes]:
        """The stored states of the events after a position, in order."""

    def proof_file(self, position: int, size: int = 0) -> bytes:
        """A file that proves one event; size 0: under the newest checkpoint."""


class ServedLog:
    """The log of a ledger at an address. Every method raises LedgerError."""

    def __init__(self, client: LedgerClient) -> None:
        self._client = client

    def checkpoint(self, size: int = 0) -> bytes:
        """The signed note."""
        return self._client.get_checkpoint(size).note

    def timestamps(self, size: int) -> list[bytes]:
        """Those that were obtained for it."""
        return [anchor.blob for anchor in self._client.get_checkpoint(size).anchors if anchor.kind == "rfc3161"]

    def consistency_proof(self, old_size: int, new_size: int) -> list[bytes]:
        """The hashes of the proof."""
        return list(self._client.get_consistency_proof(old_size, new_size).hashes)

    def entry_bundles(self, first: int, size: int) -> Iterator[EntryBundle]:
        """The bundles as they come."""
        for answer in self._client.stream_entry_bundles(first, size):
            yield EntryBundle(answer.index, answer.width, answer.data)

    def entry_bundle(self, number: int, width: int) -> bytes:
        """The bundle's bytes."""
        return self._client.get_entry_bundle(number, width % TILE_WIDTH).data

    def states(self, after_position: int, upto: int) -> Iterator[bytes]:
        """The states as they come; their places are checked by their entries."""
        for event in self._client.follow_events(after_position, to_position=upto):
            yield event.state

    def proof_file(self, position: int, size: int = 0) -> bytes:
        """The file."""
        return self._client.get_proof_file(position, size).proof
