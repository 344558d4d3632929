"""Inclusion and consistency proofs (RFC 6962 section 2.1), made from tiles, and the check of a consistency proof.

A proof is a list of hashes of ranges of leaves; any range splits into perfect subtrees, and each of these is the root
of a slice of one tile.
"""

import base64
from collections.abc import Callable, Sequence

from award_ledger.server.transparency.tiles import Tile
from award_ledger.server.transparency.tree import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, TileNodes, folded, node_hash

MOST_HASHES = 63
"""Of a proof: no tree of fewer than 2^63 leaves needs more."""

ReadTile = Callable[[Tile], TileNodes]
"""Reads a tile of at least a width; raises LookupError for one that is not there."""


class InconsistentTree(Exception):
    """The later tree does not continue the earlier one, or it is not proved that it does."""


def inclusion_proof(read: ReadTile, index: int, size: int) -> list[bytes]:
    """Hashes that lead from leaf `index` to the root of the tree of `size` leaves, the leaf's side first.

    Raises LookupError for a leaf that this tree does not have.
    """
    if not 0 <= index < size:
        raise LookupError(f"a tree of {size} leaves has no leaf {index}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_part(end - start)
        if index < middle:
            proof.append(range_hash(read, middle, end))
            end = middle
        else:
            proof.append(range_hash(read, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(read: ReadTile, old: int, new: int) -> list[bytes]:
    """Hashes that show that the tree of `new` leaves begins with that of `old` leaves; none where they are equal.

    Raises LookupError unless 0 < old <= new.
    """
    if not 0 < old <= new:
        raise LookupError(f"there is no proof from {old} to {new} leaves")
    proof: list[bytes] = []
    start, end = 0, new
    while end != old:
        middle = start + _left_part(end - start)
        if old <= middle:
            proof.append(range_hash(read, middle, end))
            end = middle
        else:
            proof.append(range_hash(read, start, middle))
            start = middle
    if start:  # otherwise the old root itself would stand here, and the verifier has that
        proof.append(range_hash(read, start, end))
    return proof[::-1]


def range_hash(read: ReadTile, start: int, end: int) -> bytes:
    """Root of the leaves `start` <= i < `end`, a range that a proof can name: its start a multiple of what it spans."""
    perfect: list[bytes] = []
    while start < end:
        height = (end - start).bit_length() - 1
        perfect.append(_perfect_hash(read, height, start >> height))
        start += 1 << height
    return folded(perfect)


def _perfect_hash(read: ReadTile, height: int, index: int) -> bytes:
    """Root of the `index`th perfect subtree of 2^height leaves."""
    level, in_tile = divmod(height, TILE_HEIGHT)
    first = index << in_tile
    at, width = first % TILE_WIDTH, 1 << in_tile
    return read(Tile(level, first // TILE_WIDTH, at + width)).node(in_tile, at >> in_tile)


def _left_part(size: int) -> int:
    """The largest power of two that is less than the size."""
    return 1 << (size - 1).bit_length() - 1


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise InconsistentTree unless the proof shows that the new tree continues the old one (RFC 9162 section 2.1.4.2).

    Nothing precedes every tree: from size 0 only an empty proof will do.
    """
    if len(proof) > MOST_HASHES or any(len(each) != HASH_BYTES for each in (old_root, new_root, *proof)):
        raise InconsistentTree(f"a proof has at most {MOST_HASHES} hashes of {HASH_BYTES} bytes")
    if new < old:
        raise InconsistentTree(f"the tree would shrink from {old} to {new} leaves")
    if old in (0, new):
        if proof:
            raise InconsistentTree(f"from {old} to {new} leaves there is nothing to prove")
        if old == new and old_root != new_root:
            raise InconsistentTree(f"two trees of {old} leaves have different roots")
        return
    if not _continues(old, old_root, new, new_root, proof):
        raise InconsistentTree(f"the tree of {new} leaves is not shown to continue the one of {old}")


def _continues(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at_old, at_new = old - 1, new - 1
    while at_old & 1:
        at_old, at_new = at_old >> 1, at_new >> 1
    if not path:
        return False
    found_old = found_new = path[0]
    for sibling in path[1:]:
        if not at_new:
            return False
        if at_old & 1 or at_old == at_new:
            found_old, found_new = node_hash(sibling, found_old), node_hash(sibling, found_new)
            while at_old and not at_old & 1:
                at_old, at_new = at_old >> 1, at_new >> 1
        else:
            found_new = node_hash(found_new, sibling)
        at_old, at_new = at_old >> 1, at_new >> 1
    return not at_new and found_old == old_root and found_new == new_root


def proof_file(index: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """An inclusion proof with its checkpoint as a file (C2SP tlog-proof), to be checked offline."""
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *(base64.b64encode(each).decode() for each in proof)]
    return "\n".join(lines).encode() + b"\n\n" + checkpoint
