"""Notes, keys and cosignatures: what was published verifies, and no altered bit of it does."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.clients.verification.checkpoints import parse_checkpoint
from award_ledger.clients.verification.failures import Malformed, NotVerified, SignatureRefused
from award_ledger.clients.verification.keys import COSIGNATURE_V1, ED25519, as_cosigner, key_id_of, parse_vkey
from award_ledger.clients.verification.notes import MAX_SIGNATURES, parse_note, verified_signers
from tests.clients.verification import naive_log as naive
from tests.clients.verification.naive_log import LOG, LOG_ML_DSA, WITNESS_A, WITNESS_C, b64, checkpoint_text, signed
from tests.clients.verification.test_merkle import flipped
from tests.clients.verification.vectors import vector

TEXT = checkpoint_text(70, naive.leaf(b"root"))
KEYS = [LOG.key, LOG_ML_DSA.key, WITNESS_A.key, WITNESS_C.key]


def test_the_published_example_of_a_note_verifies() -> None:
    example = vector("c2sp/signed_note_example.json")
    note = parse_note(example["note"].encode())
    assert note.text == b"This is an example message.\n"
    (signer,) = verified_signers(note, [parse_vkey(example["vkey"])])
    assert (signer.key.name, signer.made_at_s) == ("example.com/foo", 0)


def test_published_keys_of_cosigners_are_read_and_bad_ones_are_not() -> None:
    keys = vector("formats/cosignature_vkeys.json")
    ed25519, ml_dsa_44 = keys["ok"]
    assert str(parse_vkey(ed25519)) == ed25519
    for text in keys["converted_from_type_1"]:
        cosigner = as_cosigner(parse_vkey(text))
        assert cosigner.kind == COSIGNATURE_V1
        assert cosigner.key_id == key_id_of(cosigner.name, COSIGNATURE_V1, cosigner.public)
        assert cosigner.key_id != parse_vkey(text).key_id
    for text in keys["bad"]:
        with pytest.raises(Malformed):
            parse_vkey(text)
    # Where this was published the id is not compared; by C2SP's formula it is another, and here ids are compared.
    with pytest.raises(Malformed, match="the id of test is 31236897, not '5893dc2c'"):
        parse_vkey(ml_dsa_44)
    mended = ml_dsa_44.replace("5893dc2c", "31236897")
    assert str(parse_vkey(mended)) == mended


def test_a_key_whose_id_is_not_its_own_is_refused() -> None:
    name, key_id, key = LOG.vkey.split("+", 2)
    with pytest.raises(Malformed, match="the id of"):
        parse_vkey(f"{name}x+{key_id}+{key}")
    with pytest.raises(Malformed, match="the id of"):
        parse_vkey(f"{name}+{key_id.upper()}+{key}")


def test_every_kind_of_signature_is_verified_and_says_when_it_was_made() -> None:
    note = parse_note(signed(TEXT, LOG, LOG_ML_DSA, WITNESS_A, WITNESS_C, at_s=1_800_000_000))
    assert [(one.key, one.made_at_s) for one in verified_signers(note, KEYS)] == [
        (LOG.key, 0),
        (LOG_ML_DSA.key, 1_800_000_000),
        (WITNESS_A.key, 1_800_000_000),
        (WITNESS_C.key, 1_800_000_000),
    ]


def test_a_cosignature_moved_to_another_time_is_refused() -> None:
    line = WITNESS_A.line(TEXT, at_s=1_000)
    blob = bytearray(base64.b64decode(line.split(b" ")[2]))
    blob[4:12] = (2_000).to_bytes(8, "big")
    moved = f"— {WITNESS_A.name} {b64(bytes(blob))}\n".encode()
    with pytest.raises(SignatureRefused, match="is false"):
        verified_signers(parse_note(TEXT + b"\n" + moved), KEYS)


@given(st.data())
def test_a_note_with_any_bit_flipped_is_refused(data: st.DataObject) -> None:
    signer = data.draw(st.sampled_from([LOG, WITNESS_A, WITNESS_C]))
    note = signed(TEXT, signer, at_s=1_000)
    changed = flipped(note, data.draw(st.integers(0, 8 * len(note) - 1)))
    with pytest.raises(NotVerified):
        verified_signers(parse_note(changed), [signer.key])


def test_lines_of_unknown_keys_are_ignored_and_do_not_count() -> None:
    stranger = naive.ed25519("stranger.example", 9)
    assert len(verified_signers(parse_note(signed(TEXT, stranger, LOG)), KEYS)) == 1
    with pytest.raises(SignatureRefused, match="no known key has signed"):
        verified_signers(parse_note(signed(TEXT, stranger)), KEYS)


def test_a_key_of_the_same_name_does_not_sign_in_place_of_another() -> None:
    impostor = naive.ed25519(LOG.name, 99)
    with pytest.raises(SignatureRefused, match="no known key has signed"):
        verified_signers(parse_note(signed(TEXT, impostor)), KEYS)


def test_one_false_line_of_a_known_key_spoils_the_note() -> None:
    other_text = checkpoint_text(71, naive.leaf(b"root"))
    note = TEXT + b"\n" + LOG.line(TEXT) + WITNESS_A.line(other_text, 1_000)
    with pytest.raises(SignatureRefused, match="is false"):
        verified_signers(parse_note(note), KEYS)


def test_an_ordinary_signature_cannot_be_passed_off_as_a_cosignature() -> None:
    same_key = naive.ed25519(WITNESS_A.name, 3, ED25519)
    line = same_key.line(TEXT)
    blob = WITNESS_A.key.key_id + bytes(8) + base64.b64decode(line.split(b" ")[2])[4:]
    with pytest.raises(SignatureRefused, match="is false"):
        verified_signers(parse_note(TEXT + f"\n— {WITNESS_A.name} {b64(blob)}\n".encode()), KEYS)


def test_an_ml_dsa_key_signs_trees_only() -> None:
    with pytest.raises(SignatureRefused, match="signs trees only"):
        LOG_ML_DSA.key.verify(b"a letter\n", bytes(8 + 2420))


def test_as_many_signatures_as_are_allowed_are_taken_and_one_more_is_not() -> None:
    lines = [LOG.line(TEXT)] * MAX_SIGNATURES
    assert len(parse_note(TEXT + b"\n" + b"".join(lines)).signatures) == MAX_SIGNATURES >= 16
    with pytest.raises(Malformed, match="more than"):
        parse_note(TEXT + b"\n" + b"".join([*lines, LOG.line(TEXT)]))


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n\xe2\x80\x94 name AAAAAAA=",
        b"text\n\n\xe2\x80\x94 name AAAAAAA\n",
        b"text\n\n\xe2\x80\x94 name AAAA\n",
        b"text\n\n\xe2\x80\x94  AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 na+me AAAAAAA=\n",
        "text\n\n— na\u3000me AAAAAAA=\n".encode(),
        b"text\n\n- name AAAAAAA=\n",
        b"te\txt\n\n\xe2\x80\x94 name AAAAAAA=\n",
        b"text\r\n\n\xe2\x80\x94 name AAAAAAA=\n",
        b"te\xffxt\n\n\xe2\x80\x94 name AAAAAAA=\n",
    ],
)
def test_what_is_no_note_is_refused(note: bytes) -> None:
    with pytest.raises(Malformed):
        parse_note(note)


def test_the_text_goes_to_the_last_blank_line() -> None:
    text = b"a\n\nb\n"
    assert parse_note(text + b"\n" + LOG.line(text)).text == text


ROOT = b64(bytes(32)).encode()


@pytest.mark.parametrize(
    "text",
    [
        b"o\n1\n" + ROOT,
        b"o\n01\n" + ROOT + b"\n",
        b"o\n+1\n" + ROOT + b"\n",
        b"o\n-1\n" + ROOT + b"\n",
        "o\n１\n".encode() + ROOT + b"\n",
        b"o\n9223372036854775808\n" + ROOT + b"\n",
        b"\n1\n" + ROOT + b"\n",
        b"o\n1\n" + b64(bytes(31)).encode() + b"\n",
        b"o\n1\n" + ROOT[:-2] + b"B=\n",
        b"o\n1\n" + ROOT + b"\nextension\n",
        b"o\n0\n" + ROOT + b"\n",
        b"\xff\n1\n" + ROOT + b"\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: bytes) -> None:
    with pytest.raises(NotVerified):
        parse_checkpoint(text)


def test_a_checkpoint_is_written_as_it_was_read() -> None:
    checkpoint = parse_checkpoint(TEXT)
    assert (checkpoint.origin, checkpoint.size, checkpoint.text) == (naive.ORIGIN, 70, TEXT)
