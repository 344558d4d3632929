"""`audit verify`, `export`, `follow`, `receipt` and `witness keys`: what they say, and the exit code that says it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from award_ledger.clients.witness.signing_keys import read_signing_key
from award_ledger.v1.history_pb2 import Event, FollowEventsResponse
from award_ledger.v1.transparency_pb2 import (
    GetCheckpointResponse,
    GetConsistencyProofResponse,
    GetEntryBundleResponse,
    GetProofFileResponse,
    StreamEntryBundlesResponse,
)
from tests.benchmarks.audit_log import tell
from tests.clients.fake_ledger import FakeLedger
from tests.clients.running import Run
from tests.clients.trail.fake_log import POLICY, FakeLog, entry, long_log
from tests.clients.verification import naive_log as naive


@pytest.fixture
def log() -> FakeLog:
    lines = list(tell(60))
    return FakeLog([line.entry for line in lines], [line.state for line in lines])


@pytest.fixture
def policy(tmp_path: Path) -> str:
    (tmp_path / "policy.txt").write_bytes(POLICY)
    return str(tmp_path / "policy.txt")


@pytest.fixture(autouse=True)
def served(ledger: FakeLedger, log: FakeLog) -> FakeLog:
    """The fake ledger serves the log as a real one does."""

    def follow(request: Any, _context: Any) -> Iterator[FollowEventsResponse]:
        states = list(log.states(request.after_position, request.to_position))
        for position, state in enumerate(states, start=request.after_position + 1):
            yield FollowEventsResponse(events=[Event(position=position, state=state)])

    def bundles(request: Any, _context: Any) -> Iterator[StreamEntryBundlesResponse]:
        for number, width, data in log.entry_bundles(request.first_index, request.size):
            yield StreamEntryBundlesResponse(index=number, width=width, data=data)

    ledger.answers.update(
        GetCheckpoint=lambda request, _: GetCheckpointResponse(note=log.checkpoint(request.size)),
        GetConsistencyProof=lambda request, _: GetConsistencyProofResponse(
            hashes=log.consistency_proof(request.old_size, request.new_size)
        ),
        GetEntryBundle=lambda request, _: GetEntryBundleResponse(
            data=log.entry_bundle(request.index, request.width or 256)
        ),
        GetProofFile=lambda request, _: GetProofFileResponse(proof=log.proof_file(request.position, request.size)),
        FollowEvents=follow,
        StreamEntryBundles=bundles,
    )
    return log


@pytest.mark.parametrize(("lang", "holds", "agrees"), [("en", "The log holds.", "Everything agrees."), ("zh", "日志完整无误。", "全部一致。")])  # fmt: skip # noqa: E501
def test_what_was_exported_verifies_offline(
    run: Run, ledger: FakeLedger, tmp_path: Path, policy: str, lang: str, holds: str, agrees: str
) -> None:
    bundle = str(tmp_path / "b.zip")
    done = run("audit", "export", bundle, "--policy", policy, lang=lang)
    assert (done.code, done.err) == (0, "")
    ledger.answers.clear()
    verified = run("audit", "verify", bundle, "--policy", policy, lang=lang)
    assert verified.code == 0
    assert holds in verified.out
    assert agrees in verified.out


def test_a_verification_is_one_json_document(run: Run, tmp_path: Path, policy: str, log: FakeLog) -> None:
    bundle = str(tmp_path / "b")
    (tmp_path / "held").write_bytes(log.checkpoint(20))
    exported = json.loads(run("audit", "export", bundle, "--policy", policy, "--json").out)
    assert (exported["size"], exported["origin"]) == (60, naive.ORIGIN)
    ran = run("audit", "verify", bundle, "--policy", policy, "--held", str(tmp_path / "held"), "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["holds"], told["log"]["held_size"], told["log"]["checkpoint"]["size"]) == (0, True, 20, 60)
    assert (told["decisions"]["agrees"], told["decisions"]["events"]) == (True, 60)
    alone = json.loads(run("audit", "verify", bundle, "--policy", policy, "--no-decide", "--json").out)
    assert (alone["holds"], alone["decisions"]) == (True, None)


def test_a_broken_bundle_is_shown_with_its_places_and_is_not_decided(run: Run, tmp_path: Path, policy: str) -> None:
    run("audit", "export", str(tmp_path / "b"), "--policy", policy)
    (tmp_path / "b/state/6.bin").write_bytes(b"{}")
    ran = run("audit", "verify", str(tmp_path / "b"), "--policy", policy)
    assert ran.code == 1
    assert "1 check(s) failed." in ran.out
    assert "state/6.bin" in ran.out
    assert "Everything agrees." not in ran.out
    told = json.loads(run("audit", "verify", str(tmp_path / "b"), "--policy", policy, "--json").out)
    assert [(found["check"], found["position"]) for found in told["log"]["findings"]] == [("state", 7)]


def test_a_forged_decision_that_was_signed_is_shown(run: Run, tmp_path: Path, policy: str, log: FakeLog) -> None:
    index = next(n for n, state in enumerate(log.stored) if b"granted_minor" in state)
    log.stored[index] = log.stored[index].replace(b'"granted_minor":', b'"granted_minor":1')
    lines = list(tell(60))
    place = lines[index].entry
    topic_end = 56 + int.from_bytes(place[54:56], "big")
    log.entries[index] = entry(
        index + 1,
        UUID(bytes=place[30:46]),
        int.from_bytes(place[46:54], "big"),
        place[56:topic_end].decode(),
        int.from_bytes(place[topic_end : topic_end + 8], "big"),
        log.stored[index],
    )
    assert run("audit", "export", str(tmp_path / "b"), "--policy", policy).code == 0
    ran = run("audit", "verify", str(tmp_path / "b"), "--policy", policy, width=200)
    assert ran.code == 1
    assert "The log holds." in ran.out
    assert "granted_minor" in ran.out


def test_a_selection_is_exported_and_proved(run: Run, tmp_path: Path, policy: str) -> None:
    bundle = str(tmp_path / "b.zip")
    assert run("audit", "export", bundle, "--policy", policy, "--position", "3", "--position", "60").code == 0
    ran = run("audit", "verify", bundle, "--policy", policy)
    assert ran.code == 0
    assert "events proved" in ran.out


def test_a_copy_follows_and_refuses_a_rewritten_log(run: Run, tmp_path: Path, policy: str, log: FakeLog) -> None:
    log.size = 40
    assert run("audit", "follow", str(tmp_path / "copy"), "--policy", policy).code == 0
    log.size = 60
    ran = run("audit", "follow", str(tmp_path / "copy"), "--policy", policy)
    assert ran.code == 0
    assert "The copy had 40 events and has 60; the log only grew." in ran.out
    other = long_log(70)
    log.entries, log.stored, log.size = other.entries, other.stored, 70
    refused = run("audit", "follow", str(tmp_path / "copy"), "--policy", policy)
    assert refused.code == 1
    assert refused.err.startswith("proof: the consistency proof from 60 to 70")
    told = json.loads(run("audit", "follow", str(tmp_path / "copy"), "--policy", policy, "--json").err)
    assert (told["holds"], told["check"]) == (False, "proof")
    assert run("audit", "verify", str(tmp_path / "copy"), "--policy", policy).code == 0


def test_a_receipt_is_proved_and_its_proof_kept(
    run: Run, ledger: FakeLedger, tmp_path: Path, policy: str, log: FakeLog
) -> None:
    kept, event_hash = str(tmp_path / "7.tlog-proof"), log.leaves[6].hex()
    ran = run("audit", "receipt", "7", event_hash, "--policy", policy, "--save", kept)
    assert (ran.code, "The event at position 7 is in the log." in ran.out) == (0, True)
    ledger.answers.clear()
    assert run("audit", "receipt", "7", event_hash.upper(), "--policy", policy, "--proof", kept).code == 0
    for position, hashed in ((8, event_hash), (7, log.leaves[7].hex())):
        assert run("audit", "receipt", str(position), hashed, "--policy", policy, "--proof", kept).code == 1


def test_an_old_view_is_refused_where_an_age_is_set(run: Run, tmp_path: Path, policy: str, log: FakeLog) -> None:
    run("audit", "export", str(tmp_path / "b"), "--policy", policy)
    ran = run("audit", "verify", str(tmp_path / "b"), "--policy", policy, "--max-age", "1", "--no-decide")
    assert ran.code == 1
    assert "witnesses" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify", "none.zip", "--policy", "{policy}"), "No such file"),
        (("verify", "none.zip", "--policy", "none.txt"), "none.txt"),
        (("verify", "none.zip"), "--policy"),
        (("verify", "{policy}", "--policy", "{bad}"), "--policy: policy: line 1"),
        (("receipt", "1", "abc", "--policy", "{policy}"), "64 hexadecimal digits"),
        (("receipt", "0", "a" * 64, "--policy", "{policy}"), "POSITION"),
    ],
)
def test_what_cannot_be_meant_is_said(
    run: Run, tmp_path: Path, policy: str, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "bad.txt").write_text("nonsense\n")
    given = [item.format(policy=policy, bad=tmp_path / "bad.txt") for item in arguments]
    ran = run("audit", *given, width=200)
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_a_file_that_is_no_bundle_fails(run: Run, policy: str) -> None:
    ran = run("audit", "verify", policy, "--policy", policy)
    assert (ran.code, ran.err.startswith("files: ")) == (1, True)


def test_a_witness_gets_a_key_once(run: Run, tmp_path: Path) -> None:
    out = str(tmp_path / "w.key")
    told = json.loads(run("witness", "keys", "witness.example/w1", "--out", out, "--json").out)
    assert told["verifier_key"] == str(read_signing_key(Path(out)).public)
    again = run("witness", "keys", "witness.example/w1", "--out", out)
    assert (again.code, "File exists" in again.err) == (2, True)
    assert run("witness", "keys", "a name", "--out", str(tmp_path / "x")).code == 2


@pytest.mark.parametrize("listen", ["8787", "host", "a:b", ":1"])
def test_a_witness_needs_an_address(run: Run, tmp_path: Path, listen: str, policy: str) -> None:
    ran = run("witness", "serve", "--key", "k", "--logs", policy, "--records", str(tmp_path / "r"), "--listen", listen)
    assert (ran.code, "HOST:PORT" in ran.err) == (2, True)
