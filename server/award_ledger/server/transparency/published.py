"""What the log gives to anybody: checkpoints, tiles, bundles and proofs. Nothing that no signed checkpoint covers."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from eventsourcing.persistence import InternalError

from award_ledger.server.transparency import proofs
from award_ledger.server.transparency.log_store import LogStore, SignedCheckpoint
from award_ledger.server.transparency.tiles import Tile, bundle
from award_ledger.server.transparency.tree import TILE_HEIGHT, TILE_WIDTH, Edge, TileNodes, split

_TILES_KEPT = 512
"""Full tiles in memory, with their inner nodes: some 50 KB each."""


class NotPublished(LookupError):
    """What is asked for is not there, or no signed checkpoint covers it yet. `size` is what is covered."""

    def __init__(self, asked: str, size: int) -> None:
        super().__init__(f"{asked} is not published; the newest checkpoint covers {size} events")
        self.asked, self.size = asked, size


@dataclass(frozen=True, slots=True)
class Sizes:
    """Events that a signed checkpoint covers, and those that one covers with as many cosignatures as are wanted."""

    signed: int = 0
    cosigned: int = 0


@dataclass(frozen=True, slots=True)
class Inclusion:
    """An event is in the log of a size: its leaf, and the proof."""

    index: int
    size: int
    leaf_hash: bytes
    hashes: list[bytes]


@dataclass(frozen=True, slots=True)
class Consistency:
    """The log of one size is the beginning of the log of another."""

    old_size: int
    new_size: int
    hashes: list[bytes]


class PublishedLog:
    """Answers from the store, with full tiles kept in memory. Threads may share one."""

    def __init__(self, store: LogStore, quorum: int = 0) -> None:
        """`quorum`: a checkpoint is given out as the newest once so many witnesses have cosigned it."""
        self._store, self.quorum = store, quorum
        self._tiles: OrderedDict[tuple[int, int], TileNodes] = OrderedDict()
        self._edge, self._edge_nodes = Edge(), dict[int, TileNodes]()
        self._turn = Lock()
        self._covered = 0

    def checkpoint(self, size: int = 0, min_cosignatures: int = 0) -> SignedCheckpoint:
        """The checkpoint of a size; of the newest (0), the newest with enough cosignatures. Raises NotPublished."""
        with self._store.reading() as log:
            found = log.checkpoint(size) if size else log.newest_checkpoint(max(min_cosignatures, self.quorum))
        if found is None:
            raise NotPublished(f"a checkpoint of {size} events" if size else "a checkpoint", self.covered())
        return found

    def signed_note(self, size: int) -> bytes:
        """The checkpoint of a size as a note with its cosignatures; empty where none was signed."""
        with self._store.reading() as log:
            found = log.checkpoint(size)
        return found.cosigned if found else b""

    def anchors(self, size: int) -> dict[str, bytes]:
        """Proofs of time kept for the checkpoint of a size, by kind."""
        with self._store.reading() as log:
            return log.anchors(size)

    def covered(self) -> int:
        """Size of the newest signed checkpoint, cosigned or not; 0 before the first."""
        with self._store.reading() as log:
            newest = log.newest_checkpoint()
        self._covered = newest.size if newest else 0
        return self._covered

    def sizes(self) -> Sizes:
        """Of the newest checkpoints."""
        with self._store.reading() as log:
            signed, cosigned = log.newest_checkpoint(), log.newest_checkpoint(max(1, self.quorum))
        return Sizes(signed.size if signed else 0, cosigned.size if cosigned else 0)

    def inclusion(self, position: int, size: int = 0) -> Inclusion:
        """Proof of the event at a position in the tree of a size (0: the newest checkpoint's). Raises NotPublished."""
        size = self._size(size)
        if not 1 <= position <= size:
            raise NotPublished(f"position {position} in the first {size} events", self.covered())
        index = position - 1
        hashes = proofs.inclusion_proof(self.tile, index, size)
        leaf = self.tile(Tile(0, index // TILE_WIDTH, index % TILE_WIDTH + 1)).rows[0][index % TILE_WIDTH]
        return Inclusion(index, size, leaf, hashes)

    def consistency(self, old: int, new: int = 0) -> Consistency:
        """Proof that the tree of the new size (0: of the newest checkpoint) continues the old. Raises NotPublished."""
        new = self._size(new)
        if not 1 <= old <= new:
            raise NotPublished(f"a proof from {old} to {new} events", self.covered())
        return Consistency(old, new, proofs.consistency_proof(self.tile, old, new))

    def proof_file(self, position: int, size: int = 0, min_cosignatures: int = 0) -> bytes:
        """A .tlog-proof file (C2SP tlog-proof): index, proof, checkpoint with its cosignatures. Raises NotPublished."""
        checkpoint = self.checkpoint(size, min_cosignatures)
        return proofs.proof_file(position - 1, self.inclusion(position, checkpoint.size).hashes, checkpoint.cosigned)

    def hashes(self, tile: Tile) -> bytes:
        """A tile of hashes as it is published. Raises NotPublished."""
        self._require(tile)
        return b"".join(self.tile(tile).rows[0][: tile.width])

    def bundle(self, tile: Tile) -> bytes:
        """A bundle of entries as it is published. Raises NotPublished."""
        self._require(tile)
        with self._store.reading() as log:
            entries = log.entries(tile.index * TILE_WIDTH, tile.width)
        if len(entries) != tile.width:
            raise InternalError(f"entries of bundle {tile.index} are missing; run `award-ledger-server rebuild`")
        return bundle(entries)

    def tile(self, tile: Tile) -> TileNodes:
        """A tile of hashes of at least its width, signed for or not. Raises NotPublished where the tree has it not."""
        level = tile.level or 0
        if self._edge.size < tile.needs:
            with self._store.reading() as log:
                self._keep(log.edge())
        edge = self._edge
        if edge.size < tile.needs:
            raise NotPublished(tile.path(), self.covered())
        if tile.index == edge.size >> TILE_HEIGHT * (level + 1):
            return self._edge_tile(edge, level)
        return self._full_tile(level, tile.index)

    def _edge_tile(self, edge: Edge, level: int) -> TileNodes:
        with self._turn:
            if edge is not self._edge:
                return TileNodes(edge.levels[level])
            if level not in self._edge_nodes:
                self._edge_nodes[level] = TileNodes(edge.levels[level])
            return self._edge_nodes[level]

    def _full_tile(self, level: int, index: int) -> TileNodes:
        key = (level, index)
        with self._turn:
            found = self._tiles.get(key)
            if found is not None:
                self._tiles.move_to_end(key)
                return found
        with self._store.reading() as log:
            data = log.tile(level, index)
        if data is None:
            raise InternalError(f"{Tile(level, index).path()} is missing; run `award-ledger-server rebuild`")
        nodes = TileNodes(split(data))
        with self._turn:
            self._tiles[key] = nodes
            while len(self._tiles) > _TILES_KEPT:
                self._tiles.popitem(last=False)
        return nodes

    def _keep(self, edge: Edge) -> None:
        with self._turn:
            if edge.size > self._edge.size:
                self._edge, self._edge_nodes = edge, {}

    def _require(self, tile: Tile) -> None:
        # What was covered stays covered, so the store is asked only about what is newer.
        if tile.needs > self._covered and tile.needs > self.covered():
            raise NotPublished(tile.path(), self._covered)

    def _size(self, size: int) -> int:
        if not size:
            return self.checkpoint().size
        if size < 0 or (size > self._covered and size > self.covered()):
            raise NotPublished(f"the log of {size} events", self._covered)
        return size
