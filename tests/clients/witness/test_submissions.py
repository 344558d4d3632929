"""A witness cosigns what continues the log that it remembers, and answers everything else as C2SP tlog-witness says."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from award_ledger.clients.verification.checkpoints import parse_checkpoint
from award_ledger.clients.verification.failures import Malformed
from award_ledger.clients.verification.keys import as_cosigner, parse_vkey
from award_ledger.clients.verification.notes import parse_note, verified_signers
from award_ledger.clients.witness.records import Records, RecordsRefused, record_name
from award_ledger.clients.witness.signing_keys import (
    KeyFileRefused,
    SigningKey,
    new_signing_key,
    parse_signing_key,
    read_signing_key,
    write_signing_key,
)
from award_ledger.clients.witness.submissions import Answer, Witness
from tests.clients.verification import naive_log as naive
from tests.clients.verification.naive_log import LOG, LOG_ML_DSA, ORIGIN, b64, checkpoint_text, signed

LEAVES = [naive.leaf(b"%d" % number) for number in range(50)]
KEY = SigningKey("witness.example/w1", bytes(32))
NOW_S = 1_800_000_000


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with Records(tmp_path) as opened:
        yield opened


@pytest.fixture
def witness(records: Records) -> Witness:
    return Witness(KEY, [LOG.key, LOG_ML_DSA.key], records, lambda: NOW_S)


def note(size: int, leaves: list[bytes] = LEAVES, *signers: naive.Signer) -> bytes:
    return signed(checkpoint_text(size, naive.mth(leaves[:size])), *(signers or (LOG,)))


def request(old: int, checkpoint: bytes, proof: list[bytes]) -> bytes:
    return b"\n".join([b"old %d" % old, *(b64(item).encode() for item in proof), b"", b""]) + checkpoint


def submit(witness: Witness, old: int, new: int, leaves: list[bytes] = LEAVES) -> Answer:
    return witness.add_checkpoint(request(old, note(new, leaves), naive.consistency(old, leaves[:new])))


def test_what_continues_the_log_is_cosigned_and_can_be_verified(witness: Witness) -> None:
    old = 0
    for new in (0, 1, 3, 3, 8, 50):
        answer = submit(witness, old, new)
        assert answer.status == 200
        cosigned = parse_note(note(new) + answer.body)
        (signer,) = verified_signers(cosigned, [KEY.public])
        assert (signer.key.name, signer.made_at_s) == ("witness.example/w1", NOW_S)
        old = new


def test_an_unknown_origin_is_not_found(witness: Witness) -> None:
    stranger = naive.ed25519("elsewhere.example", 9)
    text = checkpoint_text(1, LEAVES[0], origin="elsewhere.example")
    assert witness.add_checkpoint(request(0, signed(text, stranger), [])).status == 404


def test_a_checkpoint_that_no_trusted_key_signed_is_forbidden(witness: Witness) -> None:
    impostor = naive.ed25519(ORIGIN, 99)
    assert witness.add_checkpoint(request(0, note(3, LEAVES, impostor), [])).status == 403


def test_a_checkpoint_with_a_false_signature_of_a_known_key_is_forbidden(witness: Witness) -> None:
    text = checkpoint_text(3, naive.mth(LEAVES[:3]))
    false = LOG_ML_DSA.line(checkpoint_text(4, naive.mth(LEAVES[:4])))
    assert witness.add_checkpoint(request(0, text + b"\n" + LOG.line(text) + false, [])).status == 403


def test_an_old_size_above_the_checkpoint_is_a_bad_request(witness: Witness) -> None:
    assert submit(witness, 0, 8).status == 200
    assert witness.add_checkpoint(request(8, note(5), [])).status == 400


def test_another_old_size_is_a_conflict_that_says_the_recorded_one(witness: Witness) -> None:
    assert submit(witness, 3, 8) == Answer(409, b"0\n", "text/x.tlog.size")
    assert submit(witness, 0, 8).status == 200
    for old in (0, 3, 7):
        assert submit(witness, old, 8) == Answer(409, b"8\n", "text/x.tlog.size")


def test_a_rolled_back_log_is_a_conflict(witness: Witness) -> None:
    assert submit(witness, 0, 8).status == 200
    assert submit(witness, 5, 5) == Answer(409, b"8\n", "text/x.tlog.size")


@pytest.mark.parametrize("new", [8, 9, 50])
def test_a_rewritten_history_is_unprocessable_and_is_not_remembered(witness: Witness, new: int) -> None:
    assert submit(witness, 0, 8).status == 200
    rewritten = [*LEAVES[:3], naive.leaf(b"another"), *LEAVES[4:]]
    assert submit(witness, 8, new, rewritten).status == 422
    assert submit(witness, 8, 9).status == 200


def test_a_proof_from_nothing_must_be_empty(witness: Witness) -> None:
    assert witness.add_checkpoint(request(0, note(3), [LEAVES[0]])).status == 422


def test_an_empty_log_with_another_root_is_unprocessable(witness: Witness) -> None:
    text = f"{ORIGIN}\n0\n{b64(bytes(32))}\n".encode()
    assert witness.add_checkpoint(request(0, signed(text, LOG), [])).status == 422


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        note(1),
        request(0, b"", []),
        request(0, note(1)[:-1], []),
        request(0, note(1), []).replace(b"old 0", b"old 00"),
        request(0, note(1), []).replace(b"old 0", b"old -1"),
        request(0, note(1), []).replace(b"old 0", b"new 0"),
        request(0, note(1), []).replace(b"old 0", b"old 0\nnot base64"),
        request(1, note(50), [LEAVES[0]] * 64),
    ],
)
def test_what_is_no_request_is_a_bad_one(witness: Witness, body: bytes) -> None:
    assert witness.add_checkpoint(body).status == 400


def test_the_latest_checkpoint_is_shown_with_both_signatures_and_no_others(witness: Witness) -> None:
    name = sha256(ORIGIN.encode()).hexdigest()
    assert witness.latest(name).status == 404
    stranger = naive.ed25519("stranger.example", 9)
    witness.add_checkpoint(request(0, note(8, LEAVES, LOG, stranger, LOG_ML_DSA), []))
    shown = parse_note(witness.latest(name).body)
    assert parse_checkpoint(shown.text).size == 8
    assert [line.name for line in shown.signatures] == [ORIGIN, ORIGIN, KEY.name]
    assert len(verified_signers(shown, [LOG.key, LOG_ML_DSA.key, KEY.public])) == 3
    assert witness.latest(sha256(b"elsewhere").hexdigest()).status == 404


def test_what_was_cosigned_is_remembered_by_the_next_process(tmp_path: Path) -> None:
    for old, answer in ((0, 200), (0, 409)):
        with Records(tmp_path) as records:
            assert submit(Witness(KEY, [LOG.key], records, lambda: NOW_S), old, 8).status == answer


def test_it_is_on_disk_before_it_is_answered(
    witness: Witness, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_name: str, _note: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(records, "write", full)
    with pytest.raises(OSError, match="No space left"):
        submit(witness, 0, 8)
    monkeypatch.undo()
    assert submit(witness, 0, 8).status == 200


def test_of_two_that_submit_at_once_one_wins_and_the_size_never_goes_back(witness: Witness) -> None:
    def climb(step: int) -> None:
        old = 0
        while old < 49:
            new = min(old + step, 49)
            answer = submit(witness, old, new)
            old = new if answer.status == 200 else max(old, int(answer.body))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(climb, (1, 2, 3, 5)))
    assert parse_checkpoint(parse_note(witness.latest(record_name(ORIGIN)).body).text).size == 49


def test_two_witnesses_cannot_share_their_records(tmp_path: Path) -> None:
    with Records(tmp_path), pytest.raises(RecordsRefused, match="another witness holds"):
        Records(tmp_path)
    with Records(tmp_path):
        pass


def test_a_damaged_record_stops_the_witness_from_signing(witness: Witness, tmp_path: Path) -> None:
    (tmp_path / record_name(ORIGIN)).write_bytes(b"damaged")
    with pytest.raises(Malformed):
        submit(witness, 0, 8)


def test_a_key_file_is_written_once_for_its_owner_and_read_again(tmp_path: Path) -> None:
    key = new_signing_key("witness.example/w2")
    write_signing_key(key, tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert read_signing_key(tmp_path / "key") == key
    assert parse_vkey(str(key.public)) == key.public
    with pytest.raises(KeyFileRefused, match="File exists"):
        write_signing_key(key, tmp_path / "key")
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(KeyFileRefused, match="open to other accounts"):
        read_signing_key(tmp_path / "key")
    assert b64(key.seed) not in repr(key)


def test_a_key_of_another_tool_for_notes_is_taken_as_a_cosigners() -> None:
    key = naive.ed25519("witness.example/w3", 5)
    seed = sha256(b"seed 5").digest()
    text = f"PRIVATE+KEY+{key.name}+{key.key.key_id.hex()}+{b64(bytes([1]) + seed)}"
    assert parse_signing_key(text).public == as_cosigner(key.key)


@pytest.mark.parametrize(
    "text",
    ["", "PRIVATE+KEY+a", "PRIVATE+KEY+a+00000000+AAAA", KEY.text[:-4] + "AAA=", KEY.text.replace("w1", "w2"),
     KEY.text.removeprefix("PRIVATE+KEY+")],
)  # fmt: skip
def test_what_is_no_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_signing_key(text)
    assert b64(b"\4" + KEY.seed)[:20] not in str(refused.value)
