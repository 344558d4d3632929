"""The Merkle tree of the log (RFC 6962 section 2.1), grown leaf by leaf and kept as tiles (C2SP tlog-tiles).

What a growing tree must remember is its right edge: on each level the hashes that do not fill a tile yet. From it
follow the root and every tile to come. Pure: hashes in, hashes out.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

HASH_BYTES = 32
TILE_WIDTH = 256
"""Hashes of a full tile."""
TILE_HEIGHT = 8
"""Levels of the tree that one tile spans."""
LARGEST_SIZE = 2**63 - 1
EMPTY_ROOT = hashlib.sha256(b"").digest()

_LEVELS = 8
"""Levels of tiles that a log of up to `LARGEST_SIZE` leaves can need."""

_sha256 = hashlib.sha256


@dataclass(frozen=True, slots=True)
class FullTile:
    """A tile that will never change: `data` is its 256 hashes, one after another."""

    level: int
    index: int
    data: bytes


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return _sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Root of a perfect tree over 1, 2, 4, 8 … node hashes of one level."""
    while len(hashes) > 1:
        pairs = iter(hashes)
        hashes = [_sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return hashes[0]


def folded(perfect: Sequence[bytes]) -> bytes:
    """Root of a tree from the roots of the perfect subtrees that make it up, the largest (leftmost) first."""
    if not perfect:
        return EMPTY_ROOT
    root = perfect[-1]
    for left in reversed(perfect[:-1]):
        root = _sha256(b"\x01" + left + root).digest()
    return root


def split(data: bytes) -> list[bytes]:
    """The hashes of a tile. Raises ValueError for a length that no tile has."""
    if not data or len(data) % HASH_BYTES or len(data) > TILE_WIDTH * HASH_BYTES:
        raise ValueError(f"a tile has 1 to {TILE_WIDTH} hashes of {HASH_BYTES} bytes, not {len(data)} bytes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


class TileNodes:
    """The nodes of the tree that lie within one tile, full or not, each hashed once."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self.rows: list[Sequence[bytes]] = [hashes]
        while len(self.rows[-1]) > 1:
            below = self.rows[-1]
            self.rows.append([node_hash(below[at - 1], below[at]) for at in range(1, len(below), 2)])

    def node(self, height: int, index: int) -> bytes:
        """Root of the `index`th subtree of 2^height hashes. Raises LookupError where the tile does not have all."""
        return self.rows[height][index]


class Edge:
    """The right edge of a tree of `size` leaves. `levels[l]` has the hashes of the last, unfilled tile of level l."""

    def __init__(self, size: int = 0, levels: Iterable[Sequence[bytes]] = ()) -> None:
        """An edge as `to_bytes` kept it. Raises ValueError for one that no tree of this size has."""
        self.size = size
        self.levels = [list(level) for level in levels]
        self.levels += [[] for _ in range(_LEVELS - len(self.levels))]
        if not 0 <= size <= LARGEST_SIZE or [len(level) for level in self.levels] != _widths(size):
            raise ValueError(f"this is not the edge of a tree of {size} leaves")

    def append(self, leaves: Iterable[bytes]) -> list[FullTile]:
        """Add the hashes of the next leaves, and return the tiles that they filled."""
        filled: list[FullTile] = []
        level, waiting = self.levels[0], iter(leaves)
        while taken := list(islice(waiting, TILE_WIDTH - len(level))):
            level += taken
            self.size += len(taken)
            if len(level) == TILE_WIDTH:
                self._fill(filled)
        return filled

    def _fill(self, filled: list[FullTile]) -> None:
        """Turn every full level into a tile, whose root joins the level above."""
        for number, level in enumerate(self.levels):
            if len(level) < TILE_WIDTH:
                return
            span = TILE_WIDTH ** (number + 1)
            filled.append(FullTile(number, self.size // span - 1, b"".join(level)))
            self.levels[number + 1].append(perfect_root(level))
            level.clear()

    def root(self) -> bytes:
        """Root of the tree as it stands."""
        perfect: list[bytes] = []
        for level in reversed(self.levels):
            at = 0
            for height in reversed(range(TILE_HEIGHT)):
                width = 1 << height
                if len(level) & width:
                    perfect.append(perfect_root(level[at : at + width]))
                    at += width
        return folded(perfect)

    def to_bytes(self) -> bytes:
        """The hashes alone, level after level: how many each has follows from the size."""
        return b"".join(b"".join(level) for level in self.levels)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> "Edge":
        """What `to_bytes` wrote of a tree of this size. Raises ValueError for anything else."""
        widths = _widths(size)
        if size < 0 or len(data) != sum(widths) * HASH_BYTES:
            raise ValueError(f"{len(data)} bytes are not the edge of a tree of {size} leaves")
        levels: list[Sequence[bytes]] = []
        at = 0
        for width in widths:
            end = at + width * HASH_BYTES
            levels.append(split(data[at:end]) if width else [])
            at = end
        return cls(size, levels)


def _widths(size: int) -> list[int]:
    return [size >> TILE_HEIGHT * level & TILE_WIDTH - 1 for level in range(_LEVELS)]
