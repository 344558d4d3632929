"""Witnesses are asked for each new checkpoint; only what they truly signed is kept, and none holds up the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from award_ledger.server.transparency.notes import parsed_note
from award_ledger.server.transparency.published import NotPublished, PublishedLog
from award_ledger.server.transparency.witnesses import Cosigning, Witness, WitnessesRefused, WitnessFailed, witnesses_in
from tests.server.transparency.logs import HeldLog, record, verifier
from tests.server.transparency.toy_witness import ToyWitness


@pytest.fixture
def toy() -> Iterator[ToyWitness]:
    witness = ToyWitness()
    yield witness
    witness.close()


def grown(held: HeldLog, count: int) -> int:
    record(held.recorder, count)
    return held.seal()


def test_each_new_checkpoint_is_cosigned_and_the_cosignature_stands_beneath_it(held: HeldLog, toy: ToyWitness) -> None:
    cosigning = Cosigning(held.store, held.published, [toy.witness])
    for count in (3, 300):
        size = grown(held, count)
        cosigning.ask_all()
        cosigning.ask_all()  # it is asked once for each
        note = parsed_note(held.published.checkpoint().cosigned)
        assert note.signed_by(verifier())
        assert note.signed_by(toy.key)
        assert toy.seen[0] == size
    assert toy.asked == [0, 3]


def test_a_witness_that_knows_another_size_says_so_and_is_asked_again(held: HeldLog, toy: ToyWitness) -> None:
    grown(held, 3)
    Cosigning(held.store, held.published, [toy.witness]).ask_all()
    with held.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM tlog_cosig")
    size = grown(held, 4)
    Cosigning(held.store, held.published, [toy.witness]).ask_all()
    assert toy.asked == [0, 0, 3]
    assert held.published.checkpoint(min_cosignatures=1).size == size


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (404, b"unknown log\n"),
        (409, b"999\n"),
        (409, b"many\n"),
        (409, b"1\n"),
        (422, b"inconsistent\n"),
        (200, b""),
        (200, b"hello\n"),
        (200, "— witness.example/w1 AAAAAAAA\n".encode()),
        (500, b"\xff\xfe"),
        (302, b""),
    ],
)
def test_what_is_no_cosignature_is_not_kept(held: HeldLog, toy: ToyWitness, status: int, answer: bytes) -> None:
    grown(held, 3)
    toy.answering = lambda _: (status, answer)
    Cosigning(held.store, held.published, [toy.witness]).ask_all()
    assert held.published.checkpoint().cosignatures == ()


def test_a_cosignature_of_another_checkpoint_or_key_is_not_kept(held: HeldLog, toy: ToyWitness) -> None:
    grown(held, 3)
    other = ToyWitness(seed=b"v" * 32)
    text = parsed_note(held.published.checkpoint().note).text
    cosigning = Cosigning(held.store, held.published, [toy.witness])
    for line in (toy.line(text + b"x"), other.line(text)):
        toy.answering = lambda _, line=line: (200, line.encode())  # type: ignore[misc]
        with pytest.raises(WitnessFailed):
            cosigning.ask(toy.witness, held.published.checkpoint(), 0)
    other.close()


def test_lines_of_others_in_an_answer_are_left_out(held: HeldLog, toy: ToyWitness) -> None:
    grown(held, 3)
    other = ToyWitness("other.example", b"v" * 32)
    text = parsed_note(held.published.checkpoint().note).text
    toy.answering = lambda _: (200, (other.line(text) + toy.line(text)).encode())
    Cosigning(held.store, held.published, [toy.witness]).ask_all()
    assert held.published.checkpoint().cosignatures == (toy.line(text).encode(),)
    other.close()


def test_a_witness_that_fails_holds_up_no_other_and_is_left_alone_for_a_while(held: HeldLog, toy: ToyWitness) -> None:
    gone = ToyWitness("gone.example")
    gone.close()
    silent = Witness("gone", gone.key, gone.witness.url)
    cosigning = Cosigning(held.store, held.published, [silent, toy.witness])
    for _ in range(3):
        size = grown(held, 2)
        cosigning.ask_all()
        assert held.published.checkpoint(min_cosignatures=1).size == size


def test_with_a_quorum_the_newest_checkpoint_is_the_newest_that_has_it(held: HeldLog, toy: ToyWitness) -> None:
    public = PublishedLog(held.store, quorum=1)
    grown(held, 3)
    with pytest.raises(NotPublished):
        public.checkpoint()
    Cosigning(held.store, held.published, [toy.witness]).ask_all()
    grown(held, 3)
    assert public.checkpoint().size == 3
    assert public.checkpoint(6).size == 6  # asked for by its size it is there
    assert toy.key.name.encode() in public.proof_file(2)


def test_witnesses_are_read_from_a_policy_file(tmp_path: Path, toy: ToyWitness) -> None:
    policy = tmp_path / "policy"
    policy.write_text(f"# ours\nlog {verifier()}\nwitness w1 {toy.key} {toy.witness.url}/\ngroup g all w1\nquorum g\n")
    assert witnesses_in(policy) == (toy.witness,)


@pytest.mark.parametrize(
    "line",
    [
        "witness w1 {key}",
        "witness w1 {key} ftp://w.example",
        "witness w1 {key} https://",
        "witness w1 nonsense https://w.example",
        "witness w1 {log} https://w.example",
        "witness w1 {key} https://w.example\nwitness w1 {key} https://x.example",
    ],
)
def test_a_witness_that_cannot_be_asked_is_refused_at_the_start(tmp_path: Path, toy: ToyWitness, line: str) -> None:
    policy = tmp_path / "policy"
    policy.write_text(line.format(key=toy.key, log=verifier()))
    with pytest.raises(WitnessesRefused):
        witnesses_in(policy)


def test_a_policy_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WitnessesRefused):
        witnesses_in(tmp_path / "none")
