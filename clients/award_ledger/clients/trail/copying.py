"""Bringing events into a bundle: every state is checked against its entry, and all entries against the signed root."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from award_ledger.clients.trail.bundle_writing import BundleWriting
from award_ledger.clients.trail.log_source import LogSource
from award_ledger.clients.verification.bundle_files import BundleBroken, state_name
from award_ledger.clients.verification.checkpoints import Checkpoint
from award_ledger.clients.verification.entries import entries_of_bundle, parse_entry
from award_ledger.clients.verification.failures import ProofRefused
from award_ledger.clients.verification.merkle import leaf_hash
from award_ledger.clients.verification.tiles import TILE_WIDTH, Tile, TreeHashing, bundles_of

Watch = Callable[[int, int], object]
"""Told of progress: events done so far, and all of them."""


class Copying:
    """Brings a bundle from the size that it has to that of a verified checkpoint."""

    def __init__(self, source: LogSource, writing: BundleWriting, checkpoint: Checkpoint, watch: Watch) -> None:
        self._source, self._writing, self._watch = source, writing, watch
        self._checkpoint = checkpoint

    def from_the_start(self) -> None:
        """Goes on after the entry bundles that an earlier run wrote. Raises NotVerified, LedgerError."""
        hashing = TreeHashing(self._keep_tile)
        for tile in bundles_of(self._checkpoint.size):
            kept = self._writing.kept(tile.name)
            if kept is None:
                break
            for encoded in entries_of_bundle(kept, tile.width):
                hashing.append(leaf_hash(encoded))
        self._go_on(hashing)

    def from_size(self, size: int) -> None:
        """Goes on from a bundle that is whole at a size. Raises NotVerified, LedgerError."""
        self._go_on(TreeHashing.resumed(lambda tile: self._read(tile.name), size, self._keep_tile))

    def _go_on(self, hashing: TreeHashing) -> None:
        size = self._checkpoint.size
        states = self._source.states(hashing.size, size) if hashing.size < size else iter(())
        first = hashing.size // TILE_WIDTH
        bundles = self._source.entry_bundles(first, size) if hashing.size < size else iter(())
        for tile in bundles_of(size):
            if tile.index >= first and hashing.size < size:
                self._take(tile, _wanted(tile, bundles), states, hashing)
                self._watch(hashing.size, size)
        for tile, data in hashing.partial():
            self._keep_tile(tile, data)
        if hashing.root() != self._checkpoint.root:
            raise ProofRefused(
                f"the {size} entries that were sent hash to {hashing.root().hex()}, "
                f"and the signed root is {self._checkpoint.root.hex()}"
            )

    def _take(self, tile: Tile, data: bytes, states: Iterator[bytes], hashing: TreeHashing) -> None:
        """One bundle: its states, the tiles that it fills, and last itself, which says that the others are there."""
        before = hashing.unfinished_leaves
        entries = list(entries_of_bundle(data, tile.width))
        if tuple(map(leaf_hash, entries[: len(before)])) != before:
            raise ProofRefused(f"{tile.name} has other entries than the copy has already")
        for encoded in entries[len(before) :]:
            entry = parse_entry(encoded)
            state = next(states, None)
            name = state_name(hashing.size)
            if state is None or not entry.holds(state):
                raise BundleBroken(f"{name} was not sent, or is not what its entry speaks of")
            self._writing.add(name, state)
            hashing.append(leaf_hash(encoded))
        self._writing.add(tile.name, data)

    def _keep_tile(self, tile: Tile, data: bytes) -> None:
        if self._writing.kept(tile.name) != data:
            self._writing.add(tile.name, data)

    def _read(self, name: str) -> bytes:
        kept = self._writing.kept(name)
        if kept is None:
            raise BundleBroken(f"{name} is missing in the copy")
        return kept


def _wanted(tile: Tile, bundles: Iterator[tuple[int, int, bytes]]) -> bytes:
    number, width, data = next(bundles, (-1, 0, b""))
    if (number, width) != (tile.index, tile.width):
        raise BundleBroken(f"the server sent bundle {number} with {width} entries in place of {tile.name}")
    return data
