"""A policy believes the checkpoints that its logs signed and its quorum cosigned, lately enough, and no others."""

from __future__ import annotations

import pytest

from award_ledger.clients.verification.failures import Malformed, QuorumMissed, SignatureRefused
from award_ledger.clients.verification.policies import MAX_AHEAD_S, parse_policy
from tests.clients.verification import naive_log as naive
from tests.clients.verification.naive_log import LOG, LOG_ML_DSA, WITNESS_A, WITNESS_B, WITNESS_C, Signer, signed

TEXT = naive.checkpoint_text(70, naive.leaf(b"root"))
NOW_S = 1_800_000_000

WITNESSES = f"""
# Two of the press and the audit office, and the court.
log {LOG.vkey} https://ledger.example.gov/
witness A {WITNESS_A.vkey} https://witness.audit.example/
witness\tB  {WITNESS_B.vkey}
  witness C {WITNESS_C.vkey}
"""


def policy(rest: str) -> bytes:
    return (WITNESSES + rest).encode()


@pytest.mark.parametrize(
    ("rest", "enough", "too_few"),
    [
        ("quorum none", [()], []),
        ("quorum A", [(WITNESS_A,)], [(), (WITNESS_B, WITNESS_C)]),
        ("group g any A B\nquorum g", [(WITNESS_A,), (WITNESS_B,)], [(), (WITNESS_C,)]),
        ("group g all A B C\nquorum g", [(WITNESS_A, WITNESS_B, WITNESS_C)], [(WITNESS_A, WITNESS_B)]),
        ("group g 2 A B C\nquorum g", [(WITNESS_A, WITNESS_C)], [(WITNESS_A,), (WITNESS_A, WITNESS_A)]),
        (
            "group in any A B\ngroup out all in C\nquorum out",
            [(WITNESS_A, WITNESS_C), (WITNESS_B, WITNESS_C)],
            [(WITNESS_A, WITNESS_B), (WITNESS_C,)],
        ),
    ],
)
def test_the_quorum_decides(rest: str, enough: list[tuple[Signer, ...]], too_few: list[tuple[Signer, ...]]) -> None:
    read = parse_policy(policy(rest))
    for signers in enough:
        assert read.verify(signed(TEXT, LOG, *signers, at_s=NOW_S)).checkpoint.size == 70
    for signers in too_few:
        with pytest.raises(QuorumMissed, match="is not met"):
            read.verify(signed(TEXT, LOG, *signers, at_s=NOW_S))


def test_witnesses_alone_do_not_make_a_checkpoint() -> None:
    read = parse_policy(policy("quorum A"))
    with pytest.raises(SignatureRefused, match="itself has not signed"):
        read.verify(signed(TEXT, WITNESS_A, at_s=NOW_S))


def test_a_checkpoint_of_another_log_is_refused() -> None:
    text = naive.checkpoint_text(70, naive.leaf(b"root"), origin="ledger.example.gov/awards/2027")
    with pytest.raises(SignatureRefused, match="knows no log"):
        parse_policy(policy("quorum none")).verify(signed(text, LOG))


def test_after_a_replaced_key_only_the_pinned_one_counts() -> None:
    replaced = naive.ed25519(naive.ORIGIN, 77)
    with pytest.raises(SignatureRefused, match="no known key"):
        parse_policy(policy("quorum none")).verify(signed(TEXT, replaced))
    both = f"log {LOG.vkey}\nlog {replaced.vkey}\nlog {LOG_ML_DSA.vkey}\nquorum none\n".encode()
    for signer in (LOG, replaced, LOG_ML_DSA):
        assert parse_policy(both).verify(signed(TEXT, signer)).checkpoint.size == 70


@pytest.mark.parametrize("witness", [WITNESS_A, WITNESS_C])
def test_an_old_view_passed_off_as_new_is_refused(witness: Signer) -> None:
    read = parse_policy(policy(f"quorum {'A' if witness is WITNESS_A else 'C'}"))
    note = signed(TEXT, LOG, witness, at_s=NOW_S)
    for now_s in (NOW_S - MAX_AHEAD_S, NOW_S, NOW_S + 3_600):
        read.verify(note, now_s=now_s, max_age_s=3_600)
    for now_s in (NOW_S - MAX_AHEAD_S - 1, NOW_S + 3_601):
        with pytest.raises(QuorumMissed, match="too old or dated ahead"):
            read.verify(note, now_s=now_s, max_age_s=3_600)


def test_a_cosignature_that_says_no_time_is_not_fresh() -> None:
    read = parse_policy(policy("quorum C"))
    with pytest.raises(QuorumMissed):
        read.verify(signed(TEXT, LOG, WITNESS_C, at_s=0), now_s=NOW_S, max_age_s=3_600)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (policy(""), "no quorum line"),
        (b"quorum none\n", "no log line"),
        (policy("quorum none\nquorum none"), "line 8: a policy has one quorum"),
        (policy("quorum D"), "nothing before this line is named 'D'"),
        (policy("quorum g\ngroup g any A"), "nothing before this line is named 'g'"),
        (policy("group g any none\nquorum g"), "nothing before this line is named 'none'"),
        (policy("group g any A A\nquorum g"), "counts once"),
        (policy("group g any A\ngroup h any A\nquorum h"), "counts once"),
        (policy("group g 3 A B\nquorum g"), "neither any, all nor a number from 1 to 2"),
        (policy("group g 0 A B\nquorum g"), "neither any"),
        (policy("group g some A B\nquorum g"), "neither any"),
        (policy("group g any\nquorum g"), "words after the first"),
        (policy("group A any B\nquorum A"), "the name 'A' is taken"),
        (policy("group none any B\nquorum none"), "the name 'none' is taken"),
        (policy(f"witness D {WITNESS_A.vkey}\nquorum D"), "stands in the policy already"),
        (policy(f"log {LOG.vkey}\nquorum none"), "stands in the policy already"),
        (policy(f"log {WITNESS_A.vkey}\nquorum none"), "the key of a witness"),
        (policy("log nonsense\nquorum none"), "line 7: verifier key"),
        (policy("trust me\nquorum none"), "begins no line"),
        (policy("quorum\r none"), "control character"),
    ],
)
def test_what_is_no_policy_is_refused_with_its_line(text: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        parse_policy(text)
