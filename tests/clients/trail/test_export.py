"""An export is verified as it comes, can be taken up again, and can be verified by whoever holds it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from award_ledger.clients.trail.bundle_writing import open_writing
from award_ledger.clients.trail.export import Export
from award_ledger.clients.trail.stored_zip_writing import ZipWriting
from award_ledger.clients.verification.bundle_check import Verification, verify_bundle
from award_ledger.clients.verification.bundle_files import BundleBroken
from award_ledger.clients.verification.bundles import open_bundle
from award_ledger.clients.verification.failures import NotVerified, ProofRefused, QuorumMissed
from award_ledger.clients.verification.policies import parse_policy
from tests.clients.trail.fake_log import POLICY, Break, FakeLog, golden_log, long_log
from tests.clients.verification.naive_log import LOG


def export(log: FakeLog, path: Path, *, size: int = 0, held: bytes | None = None) -> None:
    writing = open_writing(path)
    try:
        Export(log, writing, POLICY, lambda _done, _total: None).whole(size=size, held=held)
    finally:
        writing.close()


def verified(path: Path, held: bytes | None = None) -> Verification:
    with open_bundle(path) as bundle:
        return verify_bundle(bundle, parse_policy(POLICY), held=held)


KINDS = ["bundle.zip", "bundle"]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("size", [1, 255, 256, 257, 600])
def test_what_was_exported_verifies(tmp_path: Path, name: str, size: int) -> None:
    log = long_log(600)
    export(log, tmp_path / name, size=size)
    outcome = verified(tmp_path / name)
    assert outcome.findings == ()
    assert (outcome.events, outcome.full, outcome.signers) == (size, True, tuple(s.name for s in log.signers))


@pytest.mark.parametrize("name", KINDS)
def test_an_empty_log_exports_too(tmp_path: Path, name: str) -> None:
    export(long_log(0), tmp_path / name)
    assert (verified(tmp_path / name).findings, verified(tmp_path / name).events) == ((), 0)


def test_other_programs_can_read_the_zip_file_and_the_same_log_gives_the_same_bytes(tmp_path: Path) -> None:
    export(golden_log(), tmp_path / "a.zip")
    export(golden_log(), tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as read:
        assert read.testzip() is None
        assert read.read("state/0.bin") == golden_log().stored[0]


def test_zip_files_of_other_programs_can_be_verified_if_they_are_stored(tmp_path: Path) -> None:
    export(golden_log(), tmp_path / "bundle")
    for method, good in ((zipfile.ZIP_STORED, True), (zipfile.ZIP_DEFLATED, False)):
        path = tmp_path / f"{method}.zip"
        with zipfile.ZipFile(path, "w", method) as written:
            for file in sorted((tmp_path / "bundle").rglob("*")):
                if file.is_file():
                    written.write(file, file.relative_to(tmp_path / "bundle").as_posix())
        if good:
            assert verified(path).findings == ()
        else:
            with pytest.raises(BundleBroken, match="not stored plainly"):
                open_bundle(path)


def test_more_members_than_a_plain_zip_file_counts_are_written_and_read(tmp_path: Path) -> None:
    writing = ZipWriting(tmp_path / "many.zip")
    for index in range(70_000):
        writing.add(f"state/{index}.bin", b"%d" % index)
    writing.finish()
    writing.close()
    with open_bundle(tmp_path / "many.zip") as bundle:
        assert (bundle.state_count(), bundle.state(69_999), bundle.state(70_000)) == (70_000, b"69999", None)
    with zipfile.ZipFile(tmp_path / "many.zip") as read:
        assert len(read.namelist()) == 70_000


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("broken_at", [1, 200, 256, 257, 512, 513, 599, 600])
def test_a_broken_export_goes_on_at_its_own_checkpoint(tmp_path: Path, name: str, broken_at: int) -> None:
    log = long_log(700)
    log.size = 600

    log.break_at = broken_at
    with pytest.raises(Break):
        export(log, tmp_path / name)
    log.break_at = 0
    log.size = 700
    log.asked.clear()
    export(log, tmp_path / name)
    assert ("states", (broken_at - 1) // 256 * 256) in log.asked
    outcome = verified(tmp_path / name)
    assert (outcome.findings, outcome.events) == ((), 600)


@pytest.mark.parametrize("cut", [1, 5, 50, 500, 5_000, 20_000])
def test_a_draft_that_ends_anywhere_is_taken_up_again(tmp_path: Path, cut: int) -> None:
    whole, draft = tmp_path / "whole.zip", tmp_path / "again.zip.part"
    export(long_log(600), whole)
    draft.write_bytes(whole.read_bytes()[:-cut])
    export(long_log(600), tmp_path / "again.zip")
    assert verified(tmp_path / "again.zip").findings == ()


def test_a_finished_export_is_not_written_over(tmp_path: Path) -> None:
    export(golden_log(), tmp_path / "bundle.zip")
    with pytest.raises(BundleBroken, match="is there already"):
        open_writing(tmp_path / "bundle.zip")


@pytest.mark.parametrize("name", KINDS)
def test_a_checkpoint_held_before_goes_in_with_its_proof(tmp_path: Path, name: str) -> None:
    log = long_log(600)
    export(log, tmp_path / name, held=log.checkpoint(300))
    outcome = verified(tmp_path / name, held=log.checkpoint(211))
    assert (outcome.findings, outcome.held_size) == ((), 300)


def test_a_time_stamp_of_the_checkpoint_goes_in(tmp_path: Path) -> None:
    log = long_log(3)
    log.timestamp = b"a response"
    export(log, tmp_path / "bundle")
    assert (tmp_path / "bundle/anchors/3.tsr").read_bytes() == b"a response"
    assert (verified(tmp_path / "bundle").findings, verified(tmp_path / "bundle").anchors) == ((), 1)


def test_a_server_that_sends_another_state_is_refused(tmp_path: Path) -> None:
    log = long_log(300)
    log.stored[270] += b" "
    with pytest.raises(BundleBroken, match=r"state/270\.bin was not sent, or is not what its entry speaks of"):
        export(log, tmp_path / "bundle.zip")
    assert not (tmp_path / "bundle.zip").exists()


def test_a_server_whose_entries_are_not_those_it_signed_is_refused(tmp_path: Path) -> None:
    log = long_log(300)
    log.note = log.checkpoint()
    other = long_log(301)
    log.entries[3], log.stored[3] = other.entries[300], other.stored[300]
    with pytest.raises(ProofRefused, match="and the signed root is"):
        export(log, tmp_path / "bundle.zip")


def test_a_server_without_the_quorum_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    log = FakeLog(long_log(3).entries, long_log(3).stored, LOG)
    with pytest.raises(QuorumMissed):
        export(log, tmp_path / "bundle")
    assert log.asked == []


@pytest.mark.parametrize("name", KINDS)
def test_a_selection_carries_its_proofs_and_nothing_else(tmp_path: Path, name: str) -> None:
    log = golden_log()
    writing = open_writing(tmp_path / name)
    Export(log, writing, POLICY, lambda _done, _total: None).selection([3, 132, 100, 3])
    writing.close()
    outcome = verified(tmp_path / name)
    assert (outcome.findings, outcome.events, outcome.full) == ((), 3, False)
    with open_bundle(tmp_path / name) as bundle:
        assert bundle.state(2) == log.stored[2]


def test_the_proof_of_another_event_is_refused_in_a_selection(tmp_path: Path) -> None:
    log = golden_log()
    log.proof = log.proof_file(4)
    writing = open_writing(tmp_path / "bundle")
    with pytest.raises(NotVerified):
        Export(log, writing, POLICY, lambda _done, _total: None).selection([3])
    writing.close()


@pytest.mark.parametrize("name", KINDS)
def test_a_whole_log_is_not_exported_into_the_beginning_of_a_selection(tmp_path: Path, name: str) -> None:
    log = long_log(3)
    writing = open_writing(tmp_path / name)
    writing.add("checkpoint", log.checkpoint())
    writing.add("proofs/0.tlog-proof", b"x")
    with pytest.raises(BundleBroken, match="the beginning of a selection"):
        Export(log, writing, POLICY, lambda _done, _total: None).whole()
    writing.close()


def test_what_a_draft_lost_when_the_machine_stopped_is_fetched_again(tmp_path: Path) -> None:
    export(long_log(600), tmp_path / "whole.zip")
    draft = (tmp_path / "whole.zip").read_bytes()
    at = draft.index(b"state/300.bin")
    (tmp_path / "again.zip.part").write_bytes(draft[:at] + bytes(2_000) + draft[at + 2_000 :])
    export(long_log(600), tmp_path / "again.zip")
    assert verified(tmp_path / "again.zip").findings == ()
