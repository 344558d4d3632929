"""A proof file proves one entry offline, and proves nothing once a bit of it has changed."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.clients.verification.failures import Malformed, NotVerified
from award_ledger.clients.verification.policies import parse_policy
from award_ledger.clients.verification.proof_files import ProofFile, parse_proof_file
from tests.clients.verification import naive_log as naive
from tests.clients.verification.naive_log import LOG, WITNESS_A, signed
from tests.clients.verification.test_merkle import LEAVES, ROOTS, flipped
from tests.clients.verification.vectors import vector

POLICY = parse_policy(f"log {LOG.vkey}\nwitness A {WITNESS_A.vkey}\nquorum A\n".encode())
SIZE, INDEX = 70, 41
NOTE = signed(naive.checkpoint_text(SIZE, ROOTS[SIZE]), LOG, WITNESS_A, at_s=1_000)
PROOF = ProofFile(INDEX, tuple(naive.inclusion(INDEX, LEAVES[:SIZE])), NOTE)


def test_published_files_are_read_and_bad_ones_are_not() -> None:
    cases = vector("formats/tlog_proof.json")
    for case in cases["ok"]:
        read = parse_proof_file(case["text"].encode())
        extra = base64.b64decode(case["extra"]) if case["extra"] is not None else None
        assert (read.index, read.extra, read.checkpoint) == (case["index"], extra, case["checkpoint"].encode())
        assert [naive.b64(item) for item in read.hashes] == case["hashes"]
        assert read.text == case["text"].encode()
    for case in cases["bad"]:
        with pytest.raises(Malformed):
            parse_proof_file(case["text"].encode())


def test_a_leaf_is_proved_under_the_policy() -> None:
    assert parse_proof_file(PROOF.text).verify(LEAVES[INDEX], POLICY).checkpoint.size == SIZE


def test_another_leaf_is_not() -> None:
    with pytest.raises(NotVerified, match="leads to"):
        PROOF.verify(LEAVES[INDEX + 1], POLICY)


@given(st.integers(0, 8 * len(PROOF.text) - 1))
def test_a_proof_file_with_any_bit_flipped_is_refused(bit: int) -> None:
    with pytest.raises(NotVerified):
        parse_proof_file(flipped(PROOF.text, bit)).verify(LEAVES[INDEX], POLICY)
