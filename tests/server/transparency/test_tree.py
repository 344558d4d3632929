"""The growing tree is that of RFC 6962 at every size, its tiles are those of C2SP, and its proofs verify."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from award_ledger.server.transparency.proofs import (
    InconsistentTree,
    check_consistency,
    consistency_proof,
    inclusion_proof,
)
from award_ledger.server.transparency.tiles import Tile, bundle, tile_at
from award_ledger.server.transparency.tree import Edge, FullTile, TileNodes, split
from tests.server.transparency import naive

LEAVES = [naive.leaf(b"%d" % number) for number in range(1500)]
SIZES = sorted({0, 1, 2, 3, *(p + d for p in (4, 8, 64, 128, 256, 512, 768, 1024) for d in (-1, 0, 1)), 1500})
"""Around the powers of two and the multiples of a tile."""

sizes = st.one_of(st.sampled_from(SIZES), st.integers(0, len(LEAVES)))
some_sizes = sizes.filter(bool)


class Log:
    """A log of the first leaves, as tiles and an edge."""

    def __init__(self, size: int) -> None:
        self.edge = Edge()
        self.tiles = {(tile.level, tile.index): tile.data for tile in self.edge.append(LEAVES[:size])}

    def read(self, tile: Tile) -> TileNodes:
        assert tile.level is not None
        data = self.tiles.get((tile.level, tile.index))
        hashes = split(data) if data else self.edge.levels[tile.level]
        if tile.index > self.edge.size >> 8 * (tile.level + 1) or len(hashes) < tile.width:
            raise LookupError(tile)
        return TileNodes(hashes[: tile.width])


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_that_of_the_definition(size: int) -> None:
    assert Log(size).edge.root() == naive.mth(LEAVES[:size])


@settings(max_examples=60, deadline=None)
@given(st.lists(sizes, max_size=5))
def test_however_the_leaves_are_parcelled_the_tree_is_the_same(cuts: list[int]) -> None:
    edge, tiles = Edge(), list[FullTile]()
    for start, end in pairwise(sorted({0, *cuts})):
        edge = Edge.from_bytes(edge.size, edge.to_bytes())  # as it is kept between two seals
        tiles += edge.append(LEAVES[start:end])
    whole = Log(edge.size)
    assert edge.root() == whole.edge.root()
    assert {(tile.level, tile.index): tile.data for tile in tiles} == whole.tiles


@pytest.mark.parametrize("size", [255, 256, 257, 512, 1500])
def test_a_tile_holds_the_roots_of_what_it_spans(size: int) -> None:
    log = Log(size)
    for (level, index), data in log.tiles.items():
        span = 256**level
        expected = [naive.mth(LEAVES[at * span : (at + 1) * span]) for at in range(index * 256, (index + 1) * 256)]
        assert split(data) == expected
    for level, hashes in enumerate(log.edge.levels):
        span = 256**level
        assert len(hashes) == size // span % 256
        first = size // span - len(hashes)
        assert hashes == [naive.mth(LEAVES[at * span : (at + 1) * span]) for at in range(first, size // span)]


def test_a_tree_of_more_than_two_levels_of_tiles_has_the_root_of_the_definition() -> None:
    leaf = naive.leaf(b"x")
    roots = [leaf]  # of perfect trees of 2^h equal leaves
    for _ in range(17):
        roots.append(naive.node(roots[-1], roots[-1]))
    size = 2**16 + 2**8 + 1
    edge = Edge()
    tiles = edge.append([leaf] * size)
    assert [tile.level for tile in tiles].count(1) == 1
    assert [len(level) for level in edge.levels[:3]] == [1, 1, 1]
    assert edge.root() == naive.node(roots[16], naive.node(roots[8], leaf))


@settings(max_examples=150, deadline=None)
@given(some_sizes, st.data())
def test_an_inclusion_proof_is_that_of_the_definition_and_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    log = Log(len(LEAVES))  # a later log proves for an earlier size
    proof = inclusion_proof(log.read, index, size)
    assert proof == naive.path(index, LEAVES[:size])
    assert naive.included(index, size, LEAVES[index], proof, naive.mth(LEAVES[:size]))


@settings(max_examples=150, deadline=None)
@given(some_sizes, some_sizes)
def test_a_consistency_proof_is_that_of_the_definition_and_verifies(one: int, other: int) -> None:
    old, new = sorted((one, other))
    proof = consistency_proof(Log(new).read, old, new)
    assert proof == naive.subproof(old, LEAVES[:new])
    check_consistency(old, naive.mth(LEAVES[:old]), new, naive.mth(LEAVES[:new]), proof)


@settings(max_examples=150, deadline=None)
@given(some_sizes, some_sizes, st.data())
def test_no_changed_consistency_proof_is_accepted(one: int, other: int, data: st.DataObject) -> None:
    old, new = sorted((one, other))
    roots = [naive.mth(LEAVES[:old]), naive.mth(LEAVES[:new])]
    values = [*roots, *consistency_proof(Log(new).read, old, new)]
    at = data.draw(st.integers(0, len(values) - 1))
    values[at] = bytes([values[at][0] ^ data.draw(st.sampled_from([1, 128]))]) + values[at][1:]
    with pytest.raises(InconsistentTree):
        check_consistency(old, values[0], new, values[1], values[2:])


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        (5, 4, []),
        (0, 4, [b"h" * 32]),
        (4, 4, [b"h" * 32]),
        (3, 4, []),
        (3, 4, [b"h" * 31]),
        (3, 2**40, [b"h" * 32] * 64),
    ],
)
def test_a_proof_that_proves_nothing_is_refused(old: int, new: int, proof: list[bytes]) -> None:
    with pytest.raises(InconsistentTree):
        check_consistency(old, naive.mth(LEAVES[:old]), new, b"r" * 32, proof)


def test_a_proof_for_one_size_does_not_pass_for_a_larger_one() -> None:
    roots, proof = [naive.mth(LEAVES[:size]) for size in (3, 4)], naive.subproof(3, LEAVES[:4])
    check_consistency(3, roots[0], 4, roots[1], proof)
    with pytest.raises(InconsistentTree):
        check_consistency(3, roots[0], 400, roots[1], proof)


def test_two_trees_of_one_size_with_other_roots_are_never_consistent() -> None:
    with pytest.raises(InconsistentTree, match="different roots"):
        check_consistency(4, b"a" * 32, 4, b"b" * 32, [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_a_leaf_that_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(LookupError):
        inclusion_proof(Log(5).read, index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_there_is_no_proof_from_nothing_or_backwards(old: int, new: int) -> None:
    with pytest.raises(LookupError):
        consistency_proof(Log(5).read, old, new)


@pytest.mark.parametrize(
    ("size", "data"), [(1, b""), (0, b"h" * 32), (3, b"h" * 95), (256, b"h" * 32 * 256), (-1, b"")]
)
def test_an_edge_of_another_size_is_refused(size: int, data: bytes) -> None:
    with pytest.raises(ValueError, match="not the edge"):
        Edge.from_bytes(size, data)


def test_an_entry_too_long_for_its_length_is_refused() -> None:
    assert bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    with pytest.raises(ValueError, match="65536 bytes"):
        bundle([b"x" * 65_536])


@given(st.one_of(st.none(), st.integers(0, 63)), st.integers(0, 2**55), st.integers(1, 256))
def test_a_path_names_one_tile_and_a_tile_one_path(level: int | None, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert tile_at(tile.path()) == tile


@pytest.mark.parametrize(
    "path",
    [
        *(
            "tile/0/x001/000/",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/001/002",
            "tile/0/x001",
            "tile/0/x000/001",
            "tile/64/000",
        ),
        *("tile/00/000", "tile/-1/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/1/.."),
        *("tile/0/../0/000", "/tile/0/000", "tile/0/000\n", "tile/entries/٠٠١", "tile/data/000", "checkpoint", ""),
    ],
)
def test_any_other_path_names_none(path: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        tile_at(path)


def test_what_a_tile_needs_is_the_smallest_log_that_has_it() -> None:
    assert Tile(0, 0, 5).needs == 5
    assert Tile(None, 1, 3).needs == 259
    assert Tile(1, 0, 2).needs == 512
    assert Tile(1, 1).needs == 512 * 256


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Edge().root() == hashlib.sha256(b"").digest()
