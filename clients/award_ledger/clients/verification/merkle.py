"""The Merkle tree of RFC 6962 section 2.1: hashes of leaves and nodes, and the two proofs of RFC 9162 section 2.1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from award_ledger.clients.verification.failures import ProofRefused
from award_ledger.clients.verification.text_fields import MAX_SIZE

HASH_BYTES = 32
MAX_PROOF_HASHES = 63
"""A tree below 2⁶³ leaves has at most so many levels (tlog-witness allows no more lines)."""

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash of a leaf, RFC 6962 section 2.1."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node, RFC 6962 section 2.1."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Root over so many hashes that their number is a power of two."""
    level = list(hashes)
    while len(level) > 1:
        level = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def folded(peaks_from_right: Iterable[bytes]) -> bytes:
    """Root over the roots of perfect subtrees, the rightmost and smallest first; that of the empty tree for none."""
    root = b""
    for peak in peaks_from_right:
        root = node_hash(peak, root) if root else peak
    return root or EMPTY_ROOT


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 section 2.1.3.2: the leaf with this hash is at `index` of the tree. Raises ProofRefused.

    `size` and `root` are those of one verified checkpoint: a proof for one size also fits some others.
    """
    what = f"the inclusion proof of leaf {index} in {size}"
    _check_sizes(size, proof, leaf, root)
    if not 0 <= index < size:
        raise ProofRefused(f"index {index} is not in a tree of {size} leaves")
    reached = leaf
    for on_the_left, sibling in _way_up(index, size - 1, proof, what):
        reached = node_hash(sibling, reached) if on_the_left else node_hash(reached, sibling)
    if reached != root:
        raise ProofRefused(f"{what} leads to {reached.hex()}, not {root.hex()}")


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """RFC 9162 section 2.1.4.2: the older tree is the beginning of the newer. Raises ProofRefused.

    From the empty tree, or to the same size, there is nothing to prove: the roots are compared, the proof is empty.
    """
    what = f"the consistency proof from {old_size} to {new_size}"
    _check_sizes(new_size, proof, old_root, new_root)
    if not 0 <= old_size <= new_size:
        raise ProofRefused(f"a tree of {new_size} leaves cannot follow one of {old_size}")
    if old_size in (0, new_size):
        expected = EMPTY_ROOT if old_size == 0 else new_root
        if proof or old_root != expected:
            raise ProofRefused(f"{what} has {len(proof)} hashes; roots {old_root.hex()} and {expected.hex()}")
        return
    # The root of a power of two is a node of the new tree, and is not sent.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        raise ProofRefused(f"{what} is empty")
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for on_the_left, sibling in _way_up(fn, sn, path[1:], what):
        if on_the_left:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    if (old, new) != (old_root, new_root):
        raise ProofRefused(f"{what} leads to {old.hex()} and {new.hex()}, not {old_root.hex()} and {new_root.hex()}")


def _way_up(fn: int, sn: int, siblings: Sequence[bytes], what: str) -> Iterator[tuple[bool, bytes]]:
    """Each sibling on the way to the root, and whether it stands on the left; `fn` and `sn` as in RFC 9162.

    Raises ProofRefused where the siblings are too many or too few.
    """
    for sibling in siblings:
        if sn == 0:
            raise ProofRefused(f"{what} is too long")
        on_the_left = bool(fn & 1) or fn == sn
        yield on_the_left, sibling
        while on_the_left and fn and not fn & 1:
            fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ProofRefused(f"{what} is too short")


def _check_sizes(size: int, proof: Sequence[bytes], *hashes: bytes) -> None:
    if not 0 <= size <= MAX_SIZE:
        raise ProofRefused(f"{size} is not the size of a tree")
    if len(proof) > MAX_PROOF_HASHES:
        raise ProofRefused(f"{len(proof)} hashes are more than the {MAX_PROOF_HASHES} that any proof needs")
    for item in (*hashes, *proof):
        if len(item) != HASH_BYTES:
            raise ProofRefused(f"a hash has {HASH_BYTES} bytes, not {len(item)}")
