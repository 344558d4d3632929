"""Bundles made to be believed, or to keep the verifier busy: by whoever holds the log's keys, or by anybody at all."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from award_ledger.clients.trail.bundle_writing import open_writing
from award_ledger.clients.trail.export import Export
from award_ledger.clients.verification.bundle_check import verify_bundle
from award_ledger.clients.verification.bundle_files import BundleBroken
from award_ledger.clients.verification.bundles import FolderBundle, open_bundle
from award_ledger.clients.verification.failures import Malformed, QuorumMissed, SignatureRefused
from award_ledger.clients.verification.openings import parse_openings
from award_ledger.clients.verification.policies import parse_policy
from award_ledger.clients.verification.tiles import belongs, bundles_of, hash_tiles_of, parse_tile_name
from tests.clients.trail.fake_log import AT_S, POLICY, FakeLog, entry, long_log
from tests.clients.verification import naive_log as naive
from tests.clients.verification.memory_bundle import MemoryBundle
from tests.clients.verification.test_bundle_check import (
    FIRM,
    SUBMITTED,
    check,
    exported,
    failed,
    opening,
    resigned,
)


def another_history() -> FakeLog:
    log = long_log(300)
    log.entries[0] = naive.leaf(b"another")
    return log


def test_a_selection_does_not_pass_as_the_continuation_of_a_checkpoint_that_it_proves_nothing_about() -> None:
    log = long_log(300)
    bundle = exported(log, positions=[1])
    assert failed(bundle, held=log.checkpoint(300)) == set()
    assert failed(bundle, held=log.checkpoint(100)) == failed(bundle, held=another_history().checkpoint(100))
    (finding,) = check(bundle, held=another_history().checkpoint(100)).findings
    assert "nothing in this selection proves that the log continues the checkpoint held at 100" in finding.text


def test_a_selection_that_was_exported_with_the_checkpoint_held_proves_that_one_alone() -> None:
    log, bundle = long_log(300), MemoryBundle()
    Export(log, bundle, POLICY, lambda _done, _total: None).selection([1], held=log.checkpoint(100))
    assert failed(bundle, held=log.checkpoint(100)) == set()
    assert check(bundle, held=log.checkpoint(100)).held_size == 100
    assert failed(bundle, held=another_history().checkpoint(100)) == {"proof"}
    assert failed(bundle, held=log.checkpoint(99)) == {"proof"}


@pytest.mark.parametrize("size", [2**62, 2**63 - 1])
def test_a_checkpoint_of_any_size_is_refused_at_the_first_entry_that_is_missing(size: int) -> None:
    bundle = resigned(long_log(3))
    text = naive.checkpoint_text(size, naive.leaf(b""))
    bundle.files["checkpoint"] = naive.signed(text, naive.LOG, naive.WITNESS_A, at_s=AT_S)
    assert failed(bundle) == {"bundle"}
    assert "tile/entries/000 is missing" in check(bundle).findings[0].text


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536, 65_793])
def test_a_tile_belongs_to_a_log_exactly_if_it_is_one_of_its_tiles(size: int) -> None:
    tiles = {tile for listed in (bundles_of, hash_tiles_of) for tile in listed(size)}
    others = {tile for listed in (bundles_of, hash_tiles_of) for tile in listed(size + 256)} | tiles
    assert {tile for tile in others if belongs(tile, size)} == tiles


def test_the_name_of_a_tile_has_as_many_digits_as_an_index_can_have() -> None:
    assert parse_tile_name("tile/0/x036/x028/x797/x018/x963/967").index == 2**63 // 256 - 1
    with pytest.raises(Malformed, match="names none"):
        parse_tile_name(f"tile/0/{'x999/' * 2_000}999")


def test_where_no_witness_is_asked_for_no_age_is_shown() -> None:
    policy = parse_policy(f"log {naive.LOG.vkey}\nquorum none\n".encode())
    note = long_log(3).checkpoint()
    assert policy.verify(note).checkpoint.size == 3
    with pytest.raises(QuorumMissed, match="asks for no witness"):
        policy.verify(note, now_s=AT_S, max_age_s=60)


def test_a_line_that_stands_twice_makes_nobody_a_second_witness() -> None:
    policy = parse_policy(
        f"log {naive.LOG.vkey}\nwitness A {naive.WITNESS_A.vkey}\nwitness B {naive.WITNESS_B.vkey}\n"
        "group both 2 A B\nquorum both\n".encode()
    )
    text = naive.checkpoint_text(1, naive.leaf(b"x"))
    twice = naive.signed(text, naive.LOG, naive.WITNESS_A, at_s=AT_S) + naive.WITNESS_A.line(text, AT_S + 1)
    with pytest.raises(QuorumMissed):
        policy.verify(twice)


def test_a_log_of_two_keys_is_believed_by_the_one_that_is_pinned_and_a_false_line_of_either_spoils_it() -> None:
    text = naive.checkpoint_text(1, naive.leaf(b"x"))
    stripped = naive.signed(text, naive.LOG)
    both = f"log {naive.LOG.vkey}\nlog {naive.LOG_ML_DSA.vkey}\nquorum none\n".encode()
    assert parse_policy(both).verify(stripped).checkpoint.size == 1
    with pytest.raises(SignatureRefused, match="no known key has signed"):
        parse_policy(f"log {naive.LOG_ML_DSA.vkey}\nquorum none\n".encode()).verify(stripped)
    other = naive.LOG_ML_DSA.line(naive.checkpoint_text(2, naive.leaf(b"x")))
    with pytest.raises(SignatureRefused, match="is false"):
        parse_policy(both).verify(stripped + other)


def test_a_value_is_disclosed_once_since_readers_differ_about_which_of_two_counts() -> None:
    honest, other = opening(b"62280001"), opening(b"99990001")
    twice = honest.replace(b"}}", b"}, ") + other.removeprefix(b"{")
    with pytest.raises(Malformed, match="twice"):
        parse_openings(twice)


@pytest.mark.parametrize("spelled", [b'{"c":', b'{ "c": ', b'{\n"c" :', b'{"\\u0063":'])
def test_a_commitment_is_missed_however_it_is_spelled(spelled: bytes) -> None:
    state = b'{"payee":{"account_number":' + spelled + b'"' + b"0a" * 32 + b'"}}}'
    bundle = resigned(FakeLog([entry(1, FIRM, 1, SUBMITTED, 1_000, state)], [state]))
    assert failed(bundle, require_openings=True) == {"opening"}


# Files that have two readings, or that are no files at all.


def zipped(path: Path) -> bytes:
    writing = open_writing(path)
    Export(long_log(3), writing, POLICY, lambda _done, _total: None).whole()
    writing.close()
    return path.read_bytes()


def holds(path: Path) -> bool:
    with open_bundle(path) as bundle:
        return verify_bundle(bundle, parse_policy(POLICY)).holds


def test_a_zip_file_whose_directory_gives_other_programs_another_file_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "b.zip"))
    assert holds(tmp_path / "b.zip")
    at, (state, *_) = data.rindex(b"state/0.bin") - 46, long_log(3).stored
    struct.pack_into("<3I", data, at + 16, zlib.crc32(state[:-1]), len(state) - 1, len(state) - 1)
    (tmp_path / "b.zip").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "b.zip") as read:
        assert read.read("state/0.bin") == state[:-1]
    with open_bundle(tmp_path / "b.zip") as bundle:
        (finding,) = check(bundle).findings
    assert "another checksum or length" in finding.text


def test_a_member_with_a_second_name_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as written:
        member = zipfile.ZipInfo("state/0.bin")
        name = b"state/1.bin"
        member.extra = struct.pack("<2HBI", 0x7075, 5 + len(name), 1, zlib.crc32(b"state/0.bin")) + name
        written.writestr(member, b"x")
    with pytest.raises(BundleBroken, match="second name"):
        open_bundle(tmp_path / "b.zip")


@pytest.mark.parametrize("name", ["../up", "/etc/up", "state/../../up", "a//b", "state/0.bin\0.txt", "\x1b[31m"])
def test_a_name_that_leads_elsewhere_is_a_file_that_belongs_to_nothing(tmp_path: Path, name: str) -> None:
    zipped(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "a") as written:
        member = zipfile.ZipInfo("x")
        member.filename = name
        written.writestr(member, b"x")
    assert not holds(tmp_path / "b.zip")


def test_a_folder_without_end_is_refused(tmp_path: Path) -> None:
    zipped(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as read:
        read.extractall(tmp_path / "b")
    assert holds(tmp_path / "b")
    (tmp_path / "b" / "/".join("d" * 100)).mkdir(parents=True)
    with FolderBundle(tmp_path / "b") as bundle:
        (finding,) = check(bundle).findings
    assert "folders deep" in finding.text


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    zipped(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as read:
        read.extractall(tmp_path / "b")
    Path(os.fsdecode(os.fsencode(tmp_path / "b") + b"/\xff")).touch()
    with FolderBundle(tmp_path / "b") as bundle:
        (finding,) = check(bundle).findings
    assert "is not UTF-8" in finding.text
