"""What others' logs and tools have written: the same tree, the same paths, the same notes."""

from __future__ import annotations

import base64
from itertools import combinations_with_replacement
from typing import Any

import pytest

from award_ledger.server.transparency import ml_dsa
from award_ledger.server.transparency.notes import (
    NoteRefused,
    VerifierKey,
    check_signature,
    missing_signatures,
    parsed_checkpoint,
    parsed_key,
    parsed_note,
)
from award_ledger.server.transparency.proofs import check_consistency, consistency_proof
from award_ledger.server.transparency.tiles import Tile, bundle, tile_at
from award_ledger.server.transparency.tree import Edge, TileNodes
from tests.server.transparency import naive, vectors


def test_the_reference_tree_has_the_roots_that_it_says() -> None:
    reference = vectors.read_json("reference_tree.json")
    leaves = [naive.leaf(bytes.fromhex(text)) for text in reference["leaf_inputs_hex"]]
    for size, root in enumerate(reference["root_hash_hex_by_size"]):
        edge = Edge()
        edge.append(leaves[:size])
        assert edge.root().hex() == root
    nodes = TileNodes(leaves)
    rows = reference["node_hashes_hex_by_level"]
    assert [[each.hex() for each in row] for row in nodes.rows] == rows


def test_the_tiles_and_checkpoints_of_another_log_are_made_again() -> None:
    entries = [text.encode() for text in vectors.read_json("tessera/entries.json")]
    key = parsed_key(vectors.read("tessera/log.vkey").decode().strip())
    edge, roots = Edge(), {}
    for size, entry in enumerate(entries, start=1):
        edge.append([naive.leaf(entry)])
        assert vectors.read(f"tessera/log/tile/0/000.p/{size}") == b"".join(edge.levels[0])
        assert vectors.read(f"tessera/log/tile/entries/000.p/{size}") == bundle(entries[:size])
        note = parsed_note(vectors.read(f"tessera/log/checkpoint.{size}"))
        assert note.signed_by(key)
        checkpoint = parsed_checkpoint(note.text)
        assert (checkpoint.size, checkpoint.root) == (size, edge.root())
        roots[size] = checkpoint.root
        assert bytes(note) == vectors.read(f"tessera/log/checkpoint.{size}")
    for old, new in combinations_with_replacement(roots, 2):
        proof = consistency_proof(lambda tile: TileNodes(edge.levels[0][: tile.width]), old, new)
        check_consistency(old, roots[old], new, roots[new], proof)


def test_paths_are_those_of_other_tools() -> None:
    cases = vectors.read_json("tessera/layout_paths.json")
    for case in cases["TestTilePath"]:
        tile = Tile(case["level"], case["index"], case.get("p") or 256)
        assert (tile.path(), tile_at(case["wantPath"])) == (case["wantPath"], tile)
    for case in cases["TestEntriesPath"]:
        assert Tile(None, case["N"], case.get("p") or 256).path() == case["wantPath"]


def test_the_tile_arithmetic_of_the_specification_holds() -> None:
    example = vectors.read_json("c2sp/signed_note_example.json")
    assert Tile(0, example["tile_example"]["index"]).path() == f"tile/0/{example['tile_example']['path']}"
    edge = Edge()
    tiles = edge.append([naive.leaf(b"x")] * 70_000)
    partial = example["partial_tiles_size_70000"]
    assert sum(tile.level == 0 for tile in tiles) == partial["full_level0"]
    assert [len(level) for level in edge.levels[:3]] == [
        partial["partial_level0"],
        partial["partial_level1"],
        partial["partial_level2"],
    ]


def test_the_example_of_the_specification_verifies_and_no_other_text_does() -> None:
    example = vectors.read_json("c2sp/signed_note_example.json")
    key, note = parsed_key(example["vkey"]), example["note"].encode()
    assert missing_signatures(note, [key]) == []
    with pytest.raises(NoteRefused):
        missing_signatures(note.replace(b"example message", b"exemple message"), [key])


def key_cases(kind: str) -> list[str]:
    cases: dict[str, Any] = vectors.read_json("formats/cosignature_vkeys.json")
    return list(cases[kind])


def with_own_id(text: str) -> str:
    """The same key with the id that follows from it: one of the examples stands beside another key's."""
    name, _, encoded = text.split("+", 2)
    body = base64.b64decode(encoded)
    return f"{name}+{VerifierKey(name, body[0], body[1:]).key_id.hex()}+{encoded}"


def test_keys_of_other_tools_are_read_and_written_alike() -> None:
    for text in map(with_own_id, key_cases("ok")):
        assert str(parsed_key(text)) == text


def test_a_key_beside_the_id_of_another_is_refused() -> None:
    [text] = [text for text in key_cases("ok") if text != with_own_id(text)]
    with pytest.raises(NoteRefused, match="has the id"):
        parsed_key(text)


def test_malformed_keys_are_refused() -> None:
    for text in key_cases("bad"):
        with pytest.raises(NoteRefused):
            parsed_key(text)


@pytest.mark.skipif(not ml_dsa.AVAILABLE, reason="the installed cryptography has no ML-DSA")
def test_a_key_of_ml_dsa_verifies_nothing_that_it_did_not_sign() -> None:
    [key] = [key for key in map(parsed_key, map(with_own_id, key_cases("ok"))) if key.kind == 6]
    text = f"log.example\n4\n{'A' * 43}=\n".encode()
    with pytest.raises(NoteRefused, match="does not verify"):
        check_signature(key, text, bytes(8 + ml_dsa.SIGNATURE_BYTES))
