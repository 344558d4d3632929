"""What anybody may ask of the log over gRPC, and how its keys change."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from award_ledger.server.rpc.serving import SEALING
from award_ledger.server.transparency.notes import ED25519, missing_signatures, parsed_checkpoint, parsed_note
from award_ledger.server.transparency.proofs import check_consistency
from award_ledger.server.transparency.signer import SignerUnavailable
from award_ledger.server.transparency.signing_keys import SigningKey
from award_ledger.server.writer.verification import verify
from award_ledger.v1 import transparency_pb2 as pb
from award_ledger.v1.history_pb2 import GetEventRequest
from tests import samples
from tests.served import Served, serving
from tests.server.transparency import naive
from tests.server.transparency.logs import KEYS, ORIGIN, OTHER_KEYS, record, verifier
from tests.server.transparency.serving import SealedLedgers, wait_until

OLD, NEW = str(KEYS[0].verifier), str(OTHER_KEYS[0].verifier)


@pytest.fixture
def sealed(database_url: str, tmp_path: Path) -> SealedLedgers:
    return SealedLedgers(database_url, tmp_path)


@pytest.fixture
def ledger(database_url: str, sealed: SealedLedgers) -> Iterator[Served]:
    """Three sealed events."""
    with serving(database_url, transparency=sealed) as running:
        samples.prepare(running.officer)
        sealed.wait_for(3)
        yield running


def rotation(*, old: tuple[str, ...] = (OLD,), new: tuple[str, ...] = (NEW,), **rest: Any) -> pb.RotateLogKeysRequest:
    return pb.RotateLogKeysRequest(old_keys=old, new_keys=new, reason="the yearly change", **rest)


def test_a_receipt_is_proved_against_the_newest_checkpoint(ledger: Served, sealed: SealedLedgers) -> None:
    receipt = ledger.officer.do(samples.create_fund("F/2026")).receipt
    sealed.wait_for(receipt.position)
    answer = ledger.officer.do(pb.GetInclusionProofRequest(position=receipt.position))
    checkpoint = ledger.officer.do(pb.GetCheckpointRequest(size=answer.size))
    assert answer.checkpoint == checkpoint.note
    assert missing_signatures(checkpoint.note, [verifier()]) == []
    origin, size, root = parsed_checkpoint(parsed_note(checkpoint.note).text)
    assert (origin, size, root) == (ORIGIN, answer.size, checkpoint.root)
    assert answer.leaf_hash == receipt.event_hash
    assert naive.included(receipt.position - 1, size, receipt.event_hash, list(answer.hashes), root)


def test_the_hash_of_an_event_is_its_leaf(ledger: Served) -> None:
    for position in (1, 2, 3):
        event = ledger.officer.do(GetEventRequest(position=position)).event
        assert ledger.officer.do(pb.GetInclusionProofRequest(position=position)).leaf_hash == event.event_hash


def test_an_older_checkpoint_is_proved_to_be_the_beginning_of_the_newest(ledger: Served, sealed: SealedLedgers) -> None:
    before = ledger.officer.do(pb.GetCheckpointRequest())
    ledger.officer.do(samples.create_fund("F/2026"))
    sealed.wait_for(4)
    answer = ledger.officer.do(pb.GetConsistencyProofRequest(old_size=before.size))
    after = ledger.officer.do(pb.GetCheckpointRequest(size=answer.new_size))
    assert (after.head, answer.checkpoint) == (4, after.note)
    check_consistency(before.size, before.root, after.size, after.root, list(answer.hashes))


def test_tiles_and_bundles_make_the_root(ledger: Served) -> None:
    checkpoint = ledger.officer.do(pb.GetCheckpointRequest())
    tile = ledger.officer.do(pb.GetTileRequest(width=checkpoint.size)).data
    [streamed] = list(ledger.officer.send(pb.StreamEntryBundlesRequest()))
    bundle = ledger.officer.do(pb.GetEntryBundleRequest(width=checkpoint.size)).data
    assert (streamed.index, streamed.width, streamed.data) == (0, checkpoint.size, bundle)
    leaves = []
    while bundle:
        end = 2 + int.from_bytes(bundle[:2], "big")
        leaves.append(naive.leaf(bundle[2:end]))
        bundle = bundle[end:]
    assert tile == b"".join(leaves)
    assert naive.mth(leaves) == checkpoint.root


def test_bundles_are_streamed_from_where_a_copy_ends(ledger: Served, sealed: SealedLedgers) -> None:
    record(ledger.recorder, 600)
    sealed.wait_for(603)
    streamed = list(ledger.officer.send(pb.StreamEntryBundlesRequest(first_index=1, size=600)))
    assert [(part.index, part.width) for part in streamed] == [(1, 256), (2, 88)]
    for part in streamed:
        request = pb.GetEntryBundleRequest(index=part.index, width=part.width % 256)
        assert ledger.officer.do(request).data == part.data


def test_a_proof_file_proves_its_event_offline(ledger: Served) -> None:
    answer = ledger.officer.do(pb.GetProofFileRequest(position=2))
    assert answer.file_name == "1.tlog-proof"
    head, _, note = answer.proof.partition(b"\n\n")
    lines = head.decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 1"]
    assert missing_signatures(note, [verifier()]) == []
    _, size, root = parsed_checkpoint(parsed_note(note).text)
    leaf = ledger.officer.do(GetEventRequest(position=2)).event.event_hash
    assert naive.included(1, size, leaf, [base64.b64decode(line) for line in lines[2:]], root)


def test_what_no_checkpoint_covers_is_refused_with_what_is_covered(ledger: Served) -> None:
    for request in (
        pb.GetCheckpointRequest(size=99),
        pb.GetCheckpointRequest(min_cosignatures=1),
        pb.GetInclusionProofRequest(position=4),
        pb.GetInclusionProofRequest(position=1, size=99),
        pb.GetConsistencyProofRequest(old_size=3, new_size=99),
        pb.GetConsistencyProofRequest(old_size=3, new_size=2),
        pb.GetTileRequest(),
        pb.GetTileRequest(level=63, index=2**54, width=255),
        pb.GetEntryBundleRequest(width=4),
        pb.GetProofFileRequest(position=4),
    ):
        refusal = ledger.officer.refused(request)
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.OUT_OF_RANGE, "NOT_PUBLISHED"), request
        assert refusal.numbers["size"] == "3"


def test_what_cannot_be_is_a_wrong_field(ledger: Served) -> None:
    wrong: list[tuple[Any, str]] = [
        (pb.GetCheckpointRequest(size=-1), "size"),
        (pb.GetInclusionProofRequest(), "position"),
        (pb.GetConsistencyProofRequest(), "old_size"),
        (pb.GetTileRequest(level=64), "level"),
        (pb.GetTileRequest(width=256), "width"),
        (pb.GetTileRequest(index=-1), "index"),
        (pb.GetEntryBundleRequest(index=2**60), "index"),
        (pb.GetProofFileRequest(position=-5), "position"),
        (rotation(old=()), "old_keys"),
        (rotation(new=("nonsense",)), "new_keys[0]"),
        (rotation(new=(NEW, NEW)), "new_keys"),
        (rotation(new=(OLD,)), "new_keys"),
        (pb.RotateLogKeysRequest(old_keys=[OLD], new_keys=[NEW]), "reason"),
    ]
    for request, field in wrong:
        refusal = ledger.officer.refused(request)
        assert (refusal.reason, list(refusal.fields)) == ("INVALID_FIELD", [field]), request
    assert ledger.head() == 3


def test_a_server_without_a_log_says_so(sqlite_url: str) -> None:
    with serving(sqlite_url) as plain:
        refusal = plain.officer.refused(pb.GetCheckpointRequest())
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "TRANSPARENCY_OFF")
    assert refusal.numbers == {"method": "GetCheckpoint"}


def test_health_says_whether_it_seals(ledger: Served, sealed: SealedLedgers, monkeypatch: pytest.MonkeyPatch) -> None:
    health: Any = health_pb2_grpc.HealthStub(ledger.officer.channel)

    def status() -> int:
        return int(health.Check(health_pb2.HealthCheckRequest(service=SEALING), timeout=20).status)

    def away() -> None:
        raise SignerUnavailable("away")

    assert status() == health_pb2.HealthCheckResponse.SERVING
    with monkeypatch.context() as broken:
        broken.setattr(sealed.signer, "last_signed", away)
        ledger.officer.do(samples.create_fund("F/2026"))
        wait_until(lambda: status() == health_pb2.HealthCheckResponse.NOT_SERVING)
    wait_until(lambda: status() == health_pb2.HealthCheckResponse.SERVING)
    sealed.wait_for(4)


def both_sign(ledger: Served, sealed: SealedLedgers) -> None:
    """The signer has the new key beside the old, and a checkpoint has been signed since."""
    sealed.signer.restart_with(*KEYS, *OTHER_KEYS)
    ledger.officer.do(samples.create_fund("F/2030"))
    sealed.wait_for(ledger.head())


def test_keys_change_by_an_event_whose_checkpoint_both_have_signed(ledger: Served, sealed: SealedLedgers) -> None:
    both_sign(ledger, sealed)
    answer = ledger.officer.do(rotation())
    assert list(answer.keys) == [NEW]
    sealed.wait_for(answer.receipt.position)
    sealed.signer.restart_with(*OTHER_KEYS)
    rotated = ledger.officer.do(pb.GetCheckpointRequest(size=answer.receipt.position))
    assert missing_signatures(rotated.note, [KEYS[0].verifier, OTHER_KEYS[0].verifier]) == []
    event = ledger.officer.do(GetEventRequest(position=answer.receipt.position)).event
    assert event.topic == "log.keys_rotated.v1"
    assert verify(ledger.recorder).findings == []
    ledger.officer.do(samples.create_fund("F/2031"))
    sealed.wait_for(ledger.head())
    newest = ledger.officer.do(pb.GetCheckpointRequest())
    assert missing_signatures(newest.note, [OTHER_KEYS[0].verifier]) == []
    assert missing_signatures(newest.note, [KEYS[0].verifier]) == [KEYS[0].verifier]


def test_keys_do_not_change_before_both_sign(ledger: Served, sealed: SealedLedgers) -> None:
    refusal = ledger.officer.refused(rotation())
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "LOG_KEY_NOT_SIGNING")
    assert refusal.numbers == {"key": NEW}
    assert ledger.head() == 3


def test_a_key_of_another_log_does_not_become_one_of_this(ledger: Served) -> None:
    stranger = str(SigningKey.from_seed("other.example", ED25519, b"s" * 32).verifier)
    assert ledger.officer.refused(rotation(new=(stranger,))).numbers == {"key": stranger}


def test_the_checkpoint_of_a_change_waits_for_both_signatures(ledger: Served, sealed: SealedLedgers) -> None:
    both_sign(ledger, sealed)
    sealed.signer.restart_with(*OTHER_KEYS)
    position = ledger.officer.do(rotation()).receipt.position
    ledger.officer.do(samples.create_fund("F/2032"))
    health: Any = health_pb2_grpc.HealthStub(ledger.officer.channel)
    request = health_pb2.HealthCheckRequest(service=SEALING)
    wait_until(lambda: health.Check(request, timeout=20).status == health_pb2.HealthCheckResponse.NOT_SERVING)
    assert ledger.officer.refused(pb.GetInclusionProofRequest(position=position)).reason == "NOT_PUBLISHED"
    sealed.signer.restart_with(*KEYS, *OTHER_KEYS)
    sealed.wait_for(position)
    note = ledger.officer.do(pb.GetCheckpointRequest()).note
    assert missing_signatures(note, [KEYS[0].verifier, OTHER_KEYS[0].verifier]) == []


def test_a_later_change_starts_from_the_keys_of_the_last(ledger: Served, sealed: SealedLedgers) -> None:
    both_sign(ledger, sealed)
    done = ledger.officer.do(rotation())
    sealed.wait_for(done.receipt.position)
    refusal = ledger.officer.refused(rotation(new=(OLD, NEW)))
    assert (refusal.reason, refusal.numbers) == ("LOG_KEYS_NOT_CURRENT", {"current": NEW})
    assert list(ledger.officer.do(rotation(old=(NEW,), new=(OLD, NEW))).keys) == [OLD, NEW]


def test_a_change_sent_again_is_answered_again_though_the_old_key_is_gone(
    ledger: Served, sealed: SealedLedgers
) -> None:
    both_sign(ledger, sealed)
    request = rotation(request_id="5b6f0f0e-8f4b-4f5e-9a3c-0d6d9a3f2a11")
    first = ledger.officer.do(request)
    sealed.wait_for(first.receipt.position)
    sealed.signer.restart_with(*OTHER_KEYS)
    ledger.officer.do(samples.create_fund("F/2033"))
    sealed.wait_for(ledger.head())
    again = ledger.officer.do(request)
    assert again.receipt.repeated
    assert (again.receipt.position, again.keys) == (first.receipt.position, first.keys)
