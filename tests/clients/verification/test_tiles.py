"""Tiles have the published names, and hashing into them gives RFC 6962's root at every size."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.clients.verification.checkpoints import Checkpoint, parse_checkpoint
from award_ledger.clients.verification.entries import entries_of_bundle
from award_ledger.clients.verification.failures import Malformed
from award_ledger.clients.verification.keys import parse_vkey
from award_ledger.clients.verification.merkle import leaf_hash, verify_consistency
from award_ledger.clients.verification.notes import parse_note, verified_signers
from award_ledger.clients.verification.tiles import (
    Tile,
    TreeHashing,
    bundles_of,
    hash_tiles_of,
    hashes_of_tile,
    parse_tile_name,
    root_from_tiles,
)
from tests.clients.verification import naive_log as naive
from tests.clients.verification.vectors import file, vector


def test_tiles_have_the_published_names() -> None:
    paths = vector("tessera/layout_paths.json")
    for case in paths["TestEntriesPath"]:
        assert Tile(None, case["N"], case.get("p") or 256).name == case["wantPath"]
    for case in paths["TestEntriesPathForLogIndex"]:
        index, size = case["seq"] // 256, case["logSize"]
        width = 256 if size >= (index + 1) * 256 else size % 256
        assert Tile(None, index, width).name == case["wantPath"]
    example = vector("c2sp/signed_note_example.json")
    assert Tile(0, example["tile_example"]["index"]).name == f"tile/0/{example['tile_example']['path']}"


def test_a_log_has_the_published_number_of_tiles() -> None:
    tiles = list(hash_tiles_of(70_000))
    counted = {level: [tile.width for tile in tiles if tile.level == level] for level in range(3)}
    assert counted == {0: [256] * 273 + [112], 1: [256, 17], 2: [1]}
    assert len(list(bundles_of(70_000))) == 274


@given(st.integers(0, 63), st.integers(0, 2**40), st.integers(1, 256), st.booleans())
def test_a_name_says_which_tile_it_is(level: int, index: int, width: int, entries: bool) -> None:
    tile = Tile(None if entries else level, index, width)
    assert parse_tile_name(tile.name) == tile


@pytest.mark.parametrize(
    "name",
    ["tile/64/000", "tile/00/000", "tile/0/0", "tile/0/x000/001", "tile/0/000.p/256", "tile/0/000.p/0", "tile/0/../000",
     "tile/0/1000", "tile/0/001/000", "tile/entries/x001", "tile/0/000\n", "tile/0/٠٠٠"],
)  # fmt: skip
def test_another_spelling_names_no_tile(name: str) -> None:
    with pytest.raises(Malformed):
        parse_tile_name(name)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 511, 512, 600, 65_535, 65_536, 65_537, 66_000])
def test_the_root_is_that_of_the_recursive_definition_with_tiles_and_without(size: int) -> None:
    leaves = [naive.leaf(b"%d" % number) for number in range(size)]
    tiles: dict[str, bytes] = {}
    hashing = TreeHashing(lambda tile, data: tiles.update({tile.name: data}))
    for leaf in leaves:
        hashing.append(leaf)
    tiles.update({tile.name: data for tile, data in hashing.partial()})
    assert hashing.root() == naive.mth(leaves)
    assert root_from_tiles(lambda tile: tiles[tile.name], size) == hashing.root()
    assert set(tiles) == {tile.name for tile in hash_tiles_of(size)}
    assert hashes_of_tile(tiles[Tile(1, 0).name], 256)[1] == naive.mth(leaves[256:512]) if size >= 65_536 else True


def published_checkpoint(size: int) -> Checkpoint:
    """A checkpoint of the published log, its signature verified."""
    key = parse_vkey(file("tessera/log.vkey").read_text("utf-8").strip())
    note = parse_note(file(f"tessera/log/checkpoint.{size}").read_bytes())
    assert verified_signers(note, [key])
    return parse_checkpoint(note.text)


PUBLISHED = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]


def test_every_checkpoint_of_the_published_log_is_the_root_of_its_tiles_and_of_its_entries() -> None:
    for size in PUBLISHED:
        checkpoint = published_checkpoint(size)
        read = lambda tile: file(f"tessera/log/{tile.name}").read_bytes()  # noqa: E731
        assert root_from_tiles(read, size) == checkpoint.root
        hashing = TreeHashing()
        for tile in bundles_of(size):
            for entry in entries_of_bundle(file(f"tessera/log/{tile.name}").read_bytes(), tile.width):
                hashing.append(leaf_hash(entry))
        assert (hashing.root(), checkpoint.size) == (checkpoint.root, size)


def test_every_two_checkpoints_of_the_published_log_are_consistent() -> None:
    leaves = hashes_of_tile(file("tessera/log/tile/0/000.p/15").read_bytes(), 15)
    for old, new in combinations(PUBLISHED, 2):
        proof = naive.consistency(old, leaves[:new])
        verify_consistency(old, published_checkpoint(old).root, new, published_checkpoint(new).root, proof)


@pytest.mark.parametrize("cut", [1, 2, 3, 6])
def test_an_entry_bundle_that_is_cut_short_is_refused(cut: int) -> None:
    bundle = b"\0\3one\0\3two"
    assert list(entries_of_bundle(bundle, 2)) == [b"one", b"two"]
    with pytest.raises(Malformed):
        list(entries_of_bundle(bundle[:-cut], 2))
    with pytest.raises(Malformed, match="2 entries instead of 3"):
        list(entries_of_bundle(bundle, 3))
