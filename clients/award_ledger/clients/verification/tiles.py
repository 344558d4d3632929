"""Tiles (C2SP tlog-tiles): their names, and hashing leaves into them with what is left of the tree at its edge.

A tile holds up to 256 hashes; hash i of tile n on level l is the root over 256^l leaves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from award_ledger.clients.verification.failures import Malformed
from award_ledger.clients.verification.merkle import HASH_BYTES, folded, perfect_root

TILE_WIDTH = 256
"""Hashes in a full tile, entries in a full bundle."""

MAX_LEVEL = 63

_NAME = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<n>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<w>[1-9][0-9]{0,2}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Tile:
    """Which tile: `level` None is a bundle of entries; `width` 256 is a full one."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @property
    def name(self) -> str:
        """`tile/<level>/<index>[.p/<width>]`, the index in groups of three digits (1234067: x001/x234/067)."""
        digits = f"{self.index:03}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level is None else self.level
        return f"tile/{level}/{path}" + (f".p/{self.width}" if self.width < TILE_WIDTH else "")


def parse_tile_name(name: str) -> Tile:
    """The tile of a name. Raises Malformed, also for another spelling of it."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise Malformed("tile", f"{name[:80]!r} names none")
    level = None if match["level"] == "entries" else int(match["level"])
    tile = Tile(level, int(match["n"].replace("x", "").replace("/", "")), int(match["w"] or TILE_WIDTH))
    if (level or 0) > MAX_LEVEL or tile.name != name:
        raise Malformed("tile", f"{name[:80]!r} names none")
    return tile


def bundles_of(size: int) -> Iterator[Tile]:
    """The entry bundles of a log, in order; the last may be partial."""
    full, rest = divmod(size, TILE_WIDTH)
    yield from (Tile(None, index) for index in range(full))
    if rest:
        yield Tile(None, full, rest)


def hash_tiles_of(size: int) -> Iterator[Tile]:
    """The tiles of hashes of a log, level by level; the last of each may be partial."""
    level = 0
    while size:
        full, rest = divmod(size, TILE_WIDTH)
        yield from (Tile(level, index) for index in range(full))
        if rest:
            yield Tile(level, full, rest)
        level, size = level + 1, full


def belongs(tile: Tile, size: int) -> bool:
    """True if a log of this size has the tile; without a look at the others, for a size may be anything."""
    full, rest = divmod(size >> 8 * (tile.level or 0), TILE_WIDTH)
    return tile.index < full if tile.width == TILE_WIDTH else (tile.index, tile.width) == (full, rest)


class TreeHashing:
    """Hashes a log, tile by tile: memory for its edge alone. `take` is called with every tile that becomes full."""

    def __init__(self, take: Callable[[Tile, bytes], None] | None = None) -> None:
        self._take = take
        self._edge: list[list[bytes]] = [[]]
        self._full = [0]
        self.size = 0

    @classmethod
    def resumed(
        cls, read: Callable[[Tile], bytes], size: int, take: Callable[[Tile, bytes], None] | None = None
    ) -> Self:
        """Goes on from a log of some size, whose tiles at the edge `read` gives. Raises Malformed."""
        made = cls(take)
        made._edge, made._full = [], []
        made.size = size
        while size or not made._edge:
            level, (full, rest) = len(made._edge), divmod(size, TILE_WIDTH)
            made._edge.append(hashes_of_tile(read(Tile(level, full, rest)), rest) if rest else [])
            made._full.append(full)
            size = full
        return made

    @property
    def unfinished_leaves(self) -> tuple[bytes, ...]:
        """Hashes of the leaves that no full tile holds yet."""
        return tuple(self._edge[0])

    def append(self, leaf: bytes) -> None:
        """Adds the hash of the next leaf."""
        self.size += 1
        level, item = 0, leaf
        while True:
            hashes = self._edge[level]
            hashes.append(item)
            if len(hashes) < TILE_WIDTH:
                return
            if self._take is not None:
                self._take(Tile(level, self._full[level]), b"".join(hashes))
            item = perfect_root(hashes)
            hashes.clear()
            self._full[level] += 1
            level += 1
            if level == len(self._edge):
                self._edge.append([])
                self._full.append(0)

    def partial(self) -> Iterator[tuple[Tile, bytes]]:
        """The tiles at the edge, as they are now."""
        for level, hashes in enumerate(self._edge):
            if hashes:
                yield Tile(level, self._full[level], len(hashes)), b"".join(hashes)

    def root(self) -> bytes:
        """Root over all leaves so far (RFC 6962 section 2.1)."""
        return folded(_peaks(self._edge))


def root_from_tiles(read: Callable[[Tile], bytes], size: int) -> bytes:
    """Root of a log of some size from the tiles at its edge alone: what `read` gives must have just their bytes."""
    return TreeHashing.resumed(read, size).root()


def hashes_of_tile(data: bytes, width: int) -> list[bytes]:
    """The hashes of a tile. Raises Malformed unless it holds `width`."""
    if len(data) != width * HASH_BYTES:
        raise Malformed("tile", f"it has {len(data)} bytes instead of {width * HASH_BYTES}")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def _peaks(edge: list[list[bytes]]) -> Iterator[bytes]:
    """Roots of the perfect subtrees that the edge is made of, from the right."""
    for hashes in edge:
        end = len(hashes)
        while end:
            width = end & -end
            yield perfect_root(hashes[end - width : end])
            end -= width
