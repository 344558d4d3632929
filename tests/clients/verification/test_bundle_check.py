"""A bundle is verified by nothing but the auditor's policy, and whatever an insider did to the log shows in it."""

from __future__ import annotations

import json
import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from award_ledger.clients.trail.bundle_writing import open_writing
from award_ledger.clients.trail.export import Export, add_manifest
from award_ledger.clients.verification.bundle_check import Verification, verify_bundle
from award_ledger.clients.verification.bundle_files import BundleBroken
from award_ledger.clients.verification.bundles import Bundle, FolderBundle, open_bundle
from award_ledger.clients.verification.checkpoints import parse_checkpoint
from award_ledger.clients.verification.failures import NotVerified
from award_ledger.clients.verification.notes import parse_note
from award_ledger.clients.verification.policies import parse_policy
from tests.clients.trail.fake_log import POLICY, FakeLog, bundled, entry, golden_log, long_log
from tests.clients.verification import naive_log as naive
from tests.clients.verification.memory_bundle import MemoryBundle
from tests.clients.verification.naive_log import b64
from tests.clients.verification.test_merkle import flipped

FIRM, OTHER = UUID(int=1), UUID(int=2)


def exported(log: FakeLog, *, held: bytes | None = None, positions: list[int] | None = None) -> MemoryBundle:
    bundle = MemoryBundle()
    export = Export(log, bundle, POLICY, lambda _done, _total: None)
    if positions:
        export.selection(positions)
    else:
        export.whole(held=held)
    return bundle


@cache
def honest() -> MemoryBundle:
    """A bundle of 300 events with a checkpoint held at 120."""
    log = long_log(300)
    return exported(log, held=log.checkpoint(120))


@cache
def selection() -> MemoryBundle:
    return exported(long_log(300), positions=[1, 150, 300])


def check(bundle: Bundle, **options: object) -> Verification:
    return verify_bundle(bundle, parse_policy(POLICY), **options)  # type: ignore[arg-type]


def failed(bundle: Bundle, **options: object) -> set[str]:
    """The kinds of checks that failed."""
    return {found.check for found in check(bundle, **options).findings}


def resigned(log: FakeLog) -> MemoryBundle:
    """A bundle of whatever the log is now, signed by the right keys: the insider has them all."""
    log.size = len(log.entries)
    bundle = MemoryBundle()
    for number in range(-(-log.size // 256)):
        part = log.entries[number * 256 : number * 256 + 256]
        name = f"tile/entries/{number:03}" + (f".p/{len(part)}" if len(part) < 256 else "")
        bundle.files[name] = bundled(part)
    leaves = log.leaves
    roots = [naive.mth(leaves[at : at + 256]) for at in range(0, log.size - 255, 256)]
    for level, hashes in enumerate((leaves, roots)):
        for at in range(0, len(hashes), 256):
            part = hashes[at : at + 256]
            name = f"tile/{level}/{at // 256:03}" + (f".p/{len(part)}" if len(part) < 256 else "")
            bundle.files[name] = b"".join(part)
    bundle.files |= {f"state/{index}.bin": state for index, state in enumerate(log.stored)}
    bundle.files["checkpoint"] = log.checkpoint()
    return bundle


def test_honest_bundles_hold() -> None:
    assert check(honest()).findings == check(selection()).findings == check(resigned(long_log(300))).findings == ()


@settings(max_examples=300)
@given(st.data())
def test_any_bit_flipped_in_any_file_of_a_bundle_is_found(data: st.DataObject) -> None:
    bundle = data.draw(st.sampled_from([honest(), selection()])).copy()
    name = data.draw(st.sampled_from(sorted(bundle.files)))
    bundle.files[name] = flipped(bundle.files[name], data.draw(st.integers(0, 8 * len(bundle.files[name]) - 1)))
    assert not check(bundle).holds, name


@given(st.data())
def test_any_file_taken_from_a_bundle_is_missed(data: st.DataObject) -> None:
    bundle = data.draw(st.sampled_from([honest(), selection()])).copy()
    name = data.draw(st.sampled_from(sorted(set(bundle.files) - {"manifest.json"})))
    del bundle.files[name]
    assert not check(bundle).holds, name


@given(st.data())
def test_any_byte_added_to_a_file_is_found(data: st.DataObject) -> None:
    bundle = honest().copy()
    name = data.draw(st.sampled_from(sorted(bundle.files)))
    bundle.files[name] += data.draw(st.sampled_from([b"\0", b"\n", b"x"]))
    assert not check(bundle).holds, name


@settings(max_examples=200)
@given(data=st.data())
def test_a_bit_flipped_in_a_zip_file_is_found_or_changes_no_file(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("zip")
    writing = open_writing(folder / "bundle.zip")
    Export(golden_log(), writing, POLICY, lambda _done, _total: None).selection([1, 100])
    writing.close()
    whole = (folder / "bundle.zip").read_bytes()
    (folder / "bundle.zip").write_bytes(flipped(whole, data.draw(st.integers(0, 8 * len(whole) - 1))))
    try:
        with open_bundle(folder / "bundle.zip") as bundle:
            holds = check(bundle).holds
            same = all(bundle.find(name) == file for name, file in files_of(whole, folder).items())
    except NotVerified:
        return
    assert not holds or same


def files_of(whole: bytes, folder: Path) -> dict[str, bytes]:
    (folder / "whole.zip").write_bytes(whole)
    with open_bundle(folder / "whole.zip") as bundle:
        return {name: bundle.find(name) or b"" for name in bundle.names()}


def test_an_edited_event_is_found() -> None:
    bundle = honest().copy()
    bundle.files["state/41.bin"] = b'{"n":99}'
    assert [(found.check, found.position) for found in check(bundle).findings] == [("state", 42)]


def test_an_edited_event_whose_entry_was_mended_is_found_in_the_tree() -> None:
    bundle, log = honest().copy(), long_log(300)
    bundle.files["state/41.bin"] = state = b'{"n":99}'
    log.entries[41] = entry(42, UUID(int=41 % 7), 41 // 7 + 1, "enterprise.renamed.v1", 1_041, state)
    bundle.files["tile/entries/000"] = bundled(log.entries[:256])
    assert failed(bundle) == {"tree"}


def test_a_deleted_event_leaves_a_gap_even_if_all_is_signed_anew() -> None:
    log = long_log(300)
    del log.entries[41], log.stored[41]
    assert failed(resigned(log)) == {"place"}


def test_a_deleted_event_is_found_by_the_checkpoint_held_if_the_rest_is_renumbered_and_signed_anew() -> None:
    log = long_log(300)
    note = log.checkpoint(120)
    states = [state for index, state in enumerate(log.stored) if index != 41]
    entries = [entry(n + 1, UUID(int=n % 7), n // 7 + 1, "a.b.v1", n, state) for n, state in enumerate(states)]
    renumbered = resigned(FakeLog(entries, states))
    assert failed(renumbered) == set()
    assert failed(renumbered, held=note) == {"tree"}


def test_swapped_events_are_found_even_if_all_is_signed_anew() -> None:
    log = long_log(300)
    for items in (log.entries, log.stored):
        items[41], items[42] = items[42], items[41]
    assert failed(resigned(log)) == {"place"}


def test_a_backdated_event_is_found_even_if_all_is_signed_anew() -> None:
    log = long_log(300)
    log.entries[41] = entry(42, UUID(int=41 % 7), 41 // 7 + 1, "enterprise.renamed.v1", 1, log.stored[41])
    assert [found.text for found in check(resigned(log)).findings] == [
        "recorded at 1970-01-01T00:00:00.000001+00:00, and the event before it at 1970-01-01T00:00:00.001040+00:00"
    ]


def test_a_stream_whose_versions_do_not_follow_is_found_even_if_all_is_signed_anew() -> None:
    log = long_log(300)
    log.entries[41] = entry(42, UUID(int=41 % 7), 99, "enterprise.renamed.v1", 1_041, log.stored[41])
    assert failed(resigned(log)) == {"place"}


def test_a_truncated_log_is_found_by_the_checkpoint_held() -> None:
    log = long_log(300)
    outcome = check(exported(long_log(250)), held=log.checkpoint())
    assert [found.text for found in outcome.findings] == [
        "the log has shrunk: 300 events were held, and now it has 250"
    ]


def test_two_histories_of_one_size_are_the_evidence() -> None:
    log, other = long_log(300), golden_log()
    other.entries, other.stored = other.entries * 3, other.stored * 3
    other.size = 300
    outcome = check(honest(), held=other.checkpoint())
    assert log.checkpoint() != other.checkpoint()
    assert "two histories" in outcome.findings[0].text


def test_a_rewritten_beginning_is_found_by_the_checkpoint_held_even_if_all_is_signed_anew() -> None:
    log = long_log(300)
    log.entries[41] = entry(42, UUID(int=41 % 7), 41 // 7 + 1, "enterprise.renamed.v1", 1_041, b"another")
    log.stored[41] = b"another"
    assert failed(resigned(log)) == set()
    assert failed(resigned(log), held=long_log(300).checkpoint(41)) == set()
    assert failed(resigned(log), held=long_log(300).checkpoint(42)) == {"tree"}


def test_a_key_that_is_not_pinned_is_worth_nothing() -> None:
    stranger = naive.ed25519(naive.ORIGIN, 60)
    log = long_log(300)
    log.signers = (stranger, naive.WITNESS_A)
    assert failed(resigned(log)) == {"signature"}


def test_the_policy_in_the_bundle_is_not_believed() -> None:
    stranger = naive.ed25519(naive.ORIGIN, 60)
    log = long_log(300)
    log.signers = (stranger,)
    bundle = resigned(log)
    bundle.files["policy.txt"] = f"log {stranger.vkey}\nquorum none\n".encode()
    assert failed(bundle) == {"signature"}


def test_a_view_that_no_witness_saw_lately_is_refused() -> None:
    assert failed(honest(), now_s=1_800_000_000 + 3_600, max_age_s=3_600) == set()
    assert failed(honest(), now_s=1_800_000_000 + 3_601, max_age_s=3_600) == {"quorum"}


@pytest.mark.parametrize(
    "name",
    ["state/300.bin", "state/0300.bin", "tile/0/000.p/40", "tile/entries/000.p/7", "more.txt", "openings/300.json",
     "proofs.txt", "anchors/x.tsr"],
)  # fmt: skip
def test_what_was_not_verified_may_not_lie_in_a_bundle(name: str) -> None:
    bundle = resigned(long_log(300))
    bundle.files[name] = b"x"
    assert failed(bundle) == {"bundle"}


def test_time_stamps_and_descriptions_may() -> None:
    bundle = resigned(long_log(300))
    bundle.files |= {"anchors/300.tsr": b"x", "schema/enterprise.renamed.v1.md": b"x", "policy.txt": b"x"}
    outcome = check(bundle)
    assert (outcome.findings, outcome.anchors) == ((), 1)


def test_a_selection_may_not_mix_checkpoints() -> None:
    log = long_log(300)
    bundle = exported(log, positions=[1])
    bundle.files["proofs/4.tlog-proof"] = with_entry(log.proof_file(5, 200), log.entries[4])
    bundle.files["state/4.bin"] = log.stored[4]
    del bundle.files["manifest.json"]
    assert [found.text for found in check(bundle).findings] == [
        "proofs/4.tlog-proof is for another checkpoint, of size 200"
    ]


def with_entry(proof: bytes, encoded: bytes) -> bytes:
    head, rest = proof.split(b"\n", 1)
    return head + b"\nextra " + b64(encoded).encode() + b"\n" + rest


def test_links_and_pipes_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "bundle/state").mkdir(parents=True)
    (tmp_path / "bundle/checkpoint").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "bundle/state/0.bin")
    with FolderBundle(tmp_path / "bundle") as bundle:
        with pytest.raises(BundleBroken, match="it is a link"):
            bundle.find("checkpoint")
        with pytest.raises(BundleBroken, match="is not a file"):
            bundle.state(0)


# Sensitive fields.

SUBMITTED, ERASED = "enterprise.application_submitted.v1", "enterprise.personal_data_erased.v1"
SALT, OTHER_SALT = bytes(range(32)), bytes(range(1, 33))


def commitment(path: str, salt: bytes, value: bytes) -> str:
    """Written out from the format."""
    place = path.encode()
    parts = (salt, len(place).to_bytes(2, "big"), place, len(value).to_bytes(4, "big"), value)
    return sha256(b"award-ledger/commit/v1\n" + b"".join(parts)).hexdigest()


def committed(value: bytes) -> bytes:
    c = commitment("payee.account_number", SALT, value)
    return json.dumps({"payee": {"account_number": {"c": c}}, "x": [{"c": 1}]}, separators=(",", ":")).encode()


def opening(value: bytes, salt: bytes = SALT) -> bytes:
    return json.dumps({"payee.account_number": {"salt": b64(salt), "value": b64(value)}}).encode()


def erasing(first: UUID, firm: UUID, *paths: str) -> bytes:
    """The state of an event that erases the account number of the firm's event, or other fields of it."""
    told = {"entry": 1 if firm == first else 2, "paths": paths or ["payee.account_number"]}
    return json.dumps(told).encode()


def sensitive(*more: tuple[UUID, int, str]) -> MemoryBundle:
    """Two events of FIRM and OTHER with an account number each, and what follows."""
    states = [committed(b"6222"), committed(b"7333"), *[erasing(FIRM, firm) for firm, _, _ in more]]
    places = [
        (FIRM, 1, "enterprise.application_submitted.v1"),
        (OTHER, 1, "enterprise.application_submitted.v1"),
        *more,
    ]
    return resigned(FakeLog([entry(n, *place, 0, states[n - 1]) for n, place in enumerate(places, 1)], states))


def test_a_bundle_that_discloses_nothing_keeps_its_commitments_sealed() -> None:
    outcome = check(sensitive())
    assert (outcome.findings, outcome.commitments, outcome.opened) == ((), 2, 0)


def test_disclosed_values_must_be_those_committed_to() -> None:
    bundle = sensitive()
    bundle.files |= {"openings/0.json": opening(b"6222"), "openings/1.json": opening(b"7333")}
    assert (check(bundle).findings, check(bundle).opened) == ((), 2)
    for wrong in (opening(b"6223"), opening(b"6222", OTHER_SALT), opening(b""), b"{}", b"[]", b"", b'{"a":{"salt":1}}'):
        bundle.files["openings/0.json"] = wrong
        assert not check(bundle).holds


def test_an_opening_for_what_was_never_committed_to_is_found() -> None:
    bundle = sensitive((FIRM, 2, "enterprise.renamed.v1"))
    bundle.files |= {f"openings/{n}.json": opening(value) for n, value in enumerate([b"6222", b"7333", b"1"])}
    assert failed(bundle) == {"opening"}


def test_a_missing_opening_is_accepted_only_after_an_event_of_erasure_in_the_same_stream() -> None:
    for more, holds in (
        ([], False),
        ([(FIRM, 2, "enterprise.renamed.v1")], False),
        ([(FIRM, 2, ERASED)], False),
        ([(OTHER, 2, ERASED)], True),
    ):
        bundle = sensitive(*more)
        bundle.files["openings/0.json"] = opening(b"6222")
        assert check(bundle).holds is holds
        if not holds:
            assert any("no event erased it" in found.text for found in check(bundle).findings)


def test_an_erasure_covers_the_fields_that_it_names_and_no_others() -> None:
    for state, said in (
        (erasing(FIRM, OTHER, "payee.bank"), "no event erased it"),
        (b'{"entry":1,"paths":["payee.account_number"]}', "no event erased it"),
        (b"{}", "does not say what it erased"),
        (b'{"entry":"2","paths":["payee.account_number"]}', "`entry` is a position"),
    ):
        states = [committed(b"6222"), committed(b"7333"), state]
        places = [(FIRM, 1, SUBMITTED), (OTHER, 1, SUBMITTED), (OTHER, 2, ERASED)]
        bundle = resigned(FakeLog([entry(n, *place, 0, states[n - 1]) for n, place in enumerate(places, 1)], states))
        bundle.files["openings/0.json"] = opening(b"6222")
        assert any(said in found.text for found in check(bundle).findings), state


def test_what_was_erased_and_is_disclosed_all_the_same_is_found() -> None:
    bundle = sensitive((OTHER, 2, ERASED))
    bundle.files |= {"openings/0.json": opening(b"6222"), "openings/1.json": opening(b"7333")}
    [found] = check(bundle).findings
    assert (found.check, found.position) == ("opening", 2)
    assert "still disclosed" in found.text


def test_whoever_asks_for_all_openings_is_told_of_each_that_is_missing() -> None:
    assert [found.position for found in check(sensitive(), require_openings=True).findings] == [1, 2]
    both = sensitive((FIRM, 2, ERASED), (OTHER, 2, ERASED))
    assert (check(both, require_openings=True).findings, check(both, require_openings=True).erased) == ((), 2)


def test_an_opening_is_never_printed() -> None:
    bundle = sensitive()
    bundle.files["openings/0.json"] = opening(b"6222", OTHER_SALT)
    assert "6222" not in repr(check(bundle))


def test_a_manifest_that_was_made_for_other_files_is_found() -> None:
    bundle = honest().copy()
    bundle.files["schema/more.md"] = b"x"
    assert failed(bundle) == {"bundle"}
    add_manifest(bundle, parse_checkpoint(parse_note(bundle.files["checkpoint"]).text))
    assert failed(bundle) == set()
