"""Tiles and entry bundles as C2SP tlog-tiles names and cuts them: `tile/<level>/<index>[.p/<width>]`."""

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from award_ledger.server.transparency.tree import TILE_HEIGHT, TILE_WIDTH

HIGHEST_LEVEL = 63
LONGEST_ENTRY = 65_535

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_ENTRIES = "entries"


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of hashes, or one bundle of entries (level None). `width` 256 is all of it, less is its beginning."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    def path(self) -> str:
        """Where clients look for it. The index stands in groups of three digits, all but the last after an x."""
        digits = f"{self.index:03}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        *groups, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
        name = "/".join([*(f"x{group}" for group in groups), last])
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{_ENTRIES if self.level is None else self.level}/{name}{partial}"

    @property
    def needs(self) -> int:
        """The smallest log that has it."""
        return (self.index * TILE_WIDTH + self.width) << TILE_HEIGHT * (self.level or 0)


def tile_at(path: str) -> Tile:
    """The tile of a path. Raises ValueError for a path that is none, or not the one way to write it."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise ValueError("not a path of a tile")
    level = None if match["level"] == _ENTRIES else int(match["level"])
    tile = Tile(level, int(re.sub(r"[x/]", "", match["index"])), int(match["width"] or TILE_WIDTH))
    if (level or 0) > HIGHEST_LEVEL or tile.path() != path:
        raise ValueError("not a path of a tile")
    return tile


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as a bundle: each after its length in two bytes, big-endian. Raises ValueError for one too long."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > LONGEST_ENTRY:
            raise ValueError(f"an entry of {len(entry)} bytes does not fit into a bundle; at most {LONGEST_ENTRY}")
        parts += (struct.pack(">H", len(entry)), entry)
    return b"".join(parts)
