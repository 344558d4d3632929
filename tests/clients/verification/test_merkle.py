"""Proofs are taken if, and only if, they are those of RFC 6962 for just these sizes, roots and leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.clients.verification.failures import ProofRefused
from award_ledger.clients.verification.merkle import EMPTY_ROOT, verify_consistency, verify_inclusion
from award_ledger.clients.verification.tiles import TreeHashing
from tests.clients.verification import naive_log as naive
from tests.clients.verification.vectors import vector

LEAVES = [naive.leaf(b"%d" % number) for number in range(70)]
ROOTS = [naive.mth(LEAVES[:size]) for size in range(len(LEAVES) + 1)]


def flipped(data: bytes, bit: int) -> bytes:
    return data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


def refused(check: Callable[..., None], *arguments: object) -> bool:
    try:
        check(*arguments)
    except ProofRefused:
        return True
    return False


def test_the_reference_tree_has_the_published_roots() -> None:
    tree = vector("reference_tree.json")
    hashing = TreeHashing()
    roots = [hashing.root()]
    for entry in tree["leaf_inputs_hex"]:
        hashing.append(naive.leaf(bytes.fromhex(entry)))
        roots.append(hashing.root())
    assert [root.hex() for root in roots] == tree["root_hash_hex_by_size"]


def test_every_inclusion_proof_of_every_small_tree_is_taken() -> None:
    for size in range(1, 40):
        for index in range(size):
            proof = naive.inclusion(index, LEAVES[:size])
            verify_inclusion(index, size, LEAVES[index], proof, ROOTS[size])


def test_every_consistency_proof_of_every_small_tree_is_taken() -> None:
    for size in range(1, 40):
        for old in range(size + 1):
            verify_consistency(old, ROOTS[old], size, ROOTS[size], naive.consistency(old, LEAVES[:size]))


sizes = st.integers(1, len(LEAVES))


@given(st.data(), sizes)
def test_an_inclusion_proof_with_any_bit_flipped_is_refused(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = naive.inclusion(index, LEAVES[:size])
    place = data.draw(st.integers(0, len(proof) + 1))
    parts = [LEAVES[index], ROOTS[size], *proof]
    parts[place] = flipped(parts[place], data.draw(st.integers(0, 255)))
    leaf, root, *proof = parts
    assert refused(verify_inclusion, index, size, leaf, proof, root)


@given(st.data(), sizes)
def test_a_consistency_proof_with_any_bit_flipped_is_refused(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(1, size))
    proof = naive.consistency(old, LEAVES[:size])
    parts = [ROOTS[old], ROOTS[size], *proof]
    place = data.draw(st.integers(0, len(parts) - 1))
    parts[place] = flipped(parts[place], data.draw(st.integers(0, 255)))
    old_root, new_root, *proof = parts
    assert refused(verify_consistency, old, old_root, size, new_root, proof)


@given(st.data(), sizes)
def test_a_proof_that_is_longer_shorter_or_in_another_order_is_refused(data: st.DataObject, size: int) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    for proof, check in (
        (naive.inclusion(index, LEAVES[:size]), lambda p: verify_inclusion(index, size, LEAVES[index], p, ROOTS[size])),
        (naive.consistency(old, LEAVES[:size]), lambda p: verify_consistency(old, ROOTS[old], size, ROOTS[size], p)),
    ):
        assert all(refused(check, changed) for changed in misshapen(proof))


def misshapen(proof: Sequence[bytes]) -> list[list[bytes]]:
    made = [[*proof, LEAVES[0]], [LEAVES[0], *proof], [*proof[:-1]], [*proof[1:]], [*reversed(proof)]]
    return [changed for changed in made if changed != list(proof)]


@given(sizes, st.integers(-2, 80))
def test_a_leaf_is_proved_at_its_own_index_only(size: int, other: int) -> None:
    index = size // 2
    proof = naive.inclusion(index, LEAVES[:size])
    if other != index:
        assert refused(verify_inclusion, other, size, LEAVES[index], proof, ROOTS[size])


def test_a_proof_fits_some_other_sizes_too_so_size_and_root_must_come_from_one_checkpoint() -> None:
    proof = naive.consistency(1, LEAVES[:17])
    verify_consistency(1, ROOTS[1], 18, ROOTS[17], proof)
    assert refused(verify_consistency, 1, ROOTS[1], 18, ROOTS[18], proof)


def test_a_rewritten_history_of_the_same_size_is_refused() -> None:
    rewritten = [*LEAVES[:3], naive.leaf(b"another"), *LEAVES[4:9]]
    with pytest.raises(ProofRefused):
        verify_consistency(5, ROOTS[5], 9, naive.mth(rewritten), naive.consistency(5, rewritten))
    with pytest.raises(ProofRefused):
        verify_consistency(9, ROOTS[9], 9, naive.mth(rewritten), [])


def test_a_shrunken_log_is_refused() -> None:
    with pytest.raises(ProofRefused, match="a tree of 5 leaves cannot follow one of 9"):
        verify_consistency(9, ROOTS[9], 5, ROOTS[5], [])


def test_from_the_empty_tree_only_its_own_root_and_an_empty_proof_are_taken() -> None:
    verify_consistency(0, EMPTY_ROOT, 5, ROOTS[5], [])
    assert refused(verify_consistency, 0, EMPTY_ROOT, 5, ROOTS[5], [ROOTS[5]])
    assert refused(verify_consistency, 0, ROOTS[5], 5, ROOTS[5], [])


@pytest.mark.parametrize("size", [-1, 2**63])
def test_a_size_that_no_tree_has_is_refused(size: int) -> None:
    assert refused(verify_inclusion, 0, size, LEAVES[0], [], ROOTS[1])
    assert refused(verify_consistency, 0, EMPTY_ROOT, size, ROOTS[1], [])


def test_hashes_of_another_length_and_too_many_of_them_are_refused() -> None:
    assert refused(verify_inclusion, 0, 2, LEAVES[0], [LEAVES[1] + b"\0"], ROOTS[2])
    assert refused(verify_inclusion, 0, 2, LEAVES[0][:31], [LEAVES[1]], ROOTS[2])
    assert refused(verify_inclusion, 0, 2**62, LEAVES[0], [LEAVES[1]] * 64, ROOTS[2])
