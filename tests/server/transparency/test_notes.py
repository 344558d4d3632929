"""Signed notes are read strictly: whatever is not one is refused, and no signature carries over to another text."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.server.transparency.notes import (
    Checkpoint,
    NoteRefused,
    checked_name,
    missing_signatures,
    parsed_checkpoint,
    parsed_key,
    parsed_note,
)
from award_ledger.server.transparency.signing_keys import signed
from tests.server.transparency.logs import KEYS, ORIGIN, OTHER_KEYS, verifier

CHECKPOINT = Checkpoint(ORIGIN, 12, b"r" * 32)
NOTE = signed(CHECKPOINT, KEYS)


def test_a_note_is_read_and_written_to_the_byte() -> None:
    assert bytes(parsed_note(NOTE)) == NOTE
    assert parsed_checkpoint(parsed_note(NOTE).text) == CHECKPOINT


@given(st.integers(0, len(NOTE) - 1), st.integers(0, 7))
def test_no_bit_of_a_note_can_be_flipped(at: int, bit: int) -> None:
    flipped = NOTE[:at] + bytes([NOTE[at] ^ 1 << bit]) + NOTE[at + 1 :]
    with suppress(NoteRefused):
        assert missing_signatures(flipped, [verifier()]) == [verifier()]


def test_signatures_of_others_are_passed_over_and_a_false_one_of_ours_is_not() -> None:
    both = signed(CHECKPOINT, (*KEYS, *OTHER_KEYS))
    assert missing_signatures(both, [verifier()]) == []
    line = str(KEYS[0].line(CHECKPOINT._replace(size=13))).encode()
    with pytest.raises(NoteRefused, match="does not verify"):
        missing_signatures(NOTE + line, [verifier()])


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n\n",
        NOTE[:-1],
        NOTE.replace("—".encode(), b"-"),
        NOTE.replace(b"\n\n", b"\n"),
        NOTE.replace(ORIGIN.encode(), b"tab\there", 1),
        NOTE + b"\xff",
        NOTE + "— a b\n".encode(),
        NOTE + "— a AAAA\n".encode(),
        NOTE + "— a+b AAAAAAAA\n".encode(),
        NOTE + "—  AAAAAAAA\n".encode(),
        NOTE + 64 * "— a AAAAAAAA\n".encode(),
        b"x" * 600_000 + b"\n" + NOTE,
    ],
)
def test_what_is_no_note_is_refused(note: bytes) -> None:
    with pytest.raises(NoteRefused):
        parsed_note(note)


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"o\n1\n", b"o\n1\nAAAA\n", CHECKPOINT.text() + b"extension\n", CHECKPOINT.text()[:-1]),
        *(CHECKPOINT.text().replace(b"12", size) for size in (b"012", b"-12", b"1e1", b" 12", b"9" * 20, b"")),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: bytes) -> None:
    with pytest.raises(NoteRefused):
        parsed_checkpoint(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", " a", "a\u2003", "x" * 256])
def test_a_name_that_no_note_can_carry_is_refused(name: str) -> None:
    with pytest.raises(NoteRefused):
        checked_name(name)


@given(st.text(max_size=60))
def test_any_text_is_a_key_or_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        parsed_key(text)


@pytest.mark.parametrize("encoded", ["", "AQ==", base64.b64encode(b"\x09" + b"k" * 32).decode(), "A" * 44])
def test_a_key_of_a_type_that_is_not_known_is_refused(encoded: str) -> None:
    with pytest.raises(NoteRefused):
        parsed_key(f"{ORIGIN}+00000000+{encoded}")
