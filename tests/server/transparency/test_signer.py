"""The signer signs one history: attacks on its order of things, its memory and its keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from award_ledger.server.transparency import ml_dsa, signer
from award_ledger.server.transparency.notes import ED25519, ML_DSA_44, Checkpoint, missing_signatures, parsed_note
from award_ledger.server.transparency.remote_signer import RemoteSigner, SignerServer
from award_ledger.server.transparency.signer import (
    HeldSigner,
    MemoryHeld,
    MemoryRefused,
    SignerMemory,
    SignerUnavailable,
    SigningRefused,
    create_memory,
)
from award_ledger.server.transparency.signing_keys import (
    SigningKey,
    SigningKeyRefused,
    add_keys,
    keys_in,
    new_keys,
    signed,
    write_keys,
)
from tests.server.transparency import naive
from tests.server.transparency.logs import KEYS, ORIGIN, OTHER_KEYS

LEAVES = [naive.leaf(b"%d" % number) for number in range(40)]
FORGED = [naive.leaf(b"x%d" % number) for number in range(40)]


def tree(size: int, leaves: list[bytes] = LEAVES) -> Checkpoint:
    return Checkpoint(ORIGIN, size, naive.mth(leaves[:size]))


def proof(old: int, new: int, leaves: list[bytes] = LEAVES) -> list[bytes]:
    return naive.subproof(old, leaves[:new])


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "signed"
    assert create_memory(path, ORIGIN)
    return path


@pytest.fixture
def held(memory: Path) -> Iterator[HeldSigner]:
    """It has signed seven leaves."""
    made = HeldSigner(KEYS, SignerMemory(memory))
    made.sign(tree(7), [])
    yield made
    made.close()


def test_what_continues_is_signed_by_every_key(memory: Path) -> None:
    both = HeldSigner((*KEYS, *OTHER_KEYS), SignerMemory(memory))
    both.sign(tree(7), [])
    note = both.sign(tree(12), proof(7, 12))
    assert parsed_note(note).text == tree(12).text()
    assert missing_signatures(note, [key.verifier for key in (*KEYS, *OTHER_KEYS)]) == []
    both.close()


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (tree(6), []),
        (tree(6), proof(6, 7)),
        (tree(7, FORGED), []),
        (tree(12), []),
        (tree(12), proof(6, 12)),
        (tree(12), [*proof(7, 12), b"h" * 32]),
        (tree(12), proof(7, 12)[:-1]),
        (tree(12, FORGED), proof(7, 12, FORGED)),
        (tree(12, FORGED), []),
        (Checkpoint("other.example", 12, tree(12).root), proof(7, 12)),
        (Checkpoint(ORIGIN, 12, b"short"), []),
        (Checkpoint(ORIGIN, 2**63, b"r" * 32), []),
        (Checkpoint(ORIGIN, 0, naive.mth([])), []),
        (Checkpoint(ORIGIN, -1, b"r" * 32), []),
    ],
    ids=(
        *("shrinking", "shrinking with a proof", "same size other root", "no proof", "proof of another size"),
        *("proof too long", "proof too short", "rewritten history", "rewritten without a proof", "another log"),
        *("no root", "too large", "empty", "negative"),
    ),
)
def test_what_does_not_continue_is_refused_and_forgotten(
    held: HeldSigner, asked: Checkpoint, given: list[bytes]
) -> None:
    with pytest.raises(SigningRefused):
        held.sign(asked, given)
    assert held.last_signed().checkpoint == tree(7)
    assert held.sign(tree(12), proof(7, 12))


def test_the_same_is_signed_again_so_that_a_lost_answer_can_be_had(held: HeldSigner) -> None:
    assert held.sign(tree(7), []) == held.sign(tree(7), [])


def test_a_restarted_signer_remembers(held: HeldSigner, memory: Path) -> None:
    held.sign(tree(12), proof(7, 12))
    held.close()
    again = HeldSigner(KEYS, SignerMemory(memory))
    with pytest.raises(SigningRefused):
        again.sign(tree(12, FORGED), [])
    assert again.sign(tree(20), proof(12, 20))
    again.close()


def test_nothing_is_signed_that_could_not_be_remembered(held: HeldSigner, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(signer, "replace_private", full)
    with pytest.raises(SignerUnavailable, match="No space left"):
        held.sign(tree(12), proof(7, 12))
    assert held.last_signed().checkpoint == tree(7)


def test_what_is_signed_is_on_disk_before_the_answer(held: HeldSigner, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def noted(name: str, act: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            order.append(name)
            return act(*arguments)

        return call

    monkeypatch.setattr(os, "fsync", noted("fsync", os.fsync))
    monkeypatch.setattr(Path, "replace", noted("replace", Path.replace))
    monkeypatch.setattr(signer, "signed", noted("sign", signed))
    held.sign(tree(12), proof(7, 12))
    assert order == ["fsync", "replace", "fsync", "sign"]


def test_a_signer_without_its_memory_does_not_start(held: HeldSigner, memory: Path) -> None:
    held.close()
    memory.unlink()
    with pytest.raises(MemoryRefused, match="lost its memory"):
        SignerMemory(memory)


@pytest.mark.parametrize("content", ["", "ledger.example\n7\n", f"{ORIGIN}\n07\n{'A' * 43}=\n", "\x00" * 80])
def test_a_damaged_memory_is_refused_with_what_to_do(memory: Path, content: str) -> None:
    memory.write_text(content)
    with pytest.raises(MemoryRefused, match=r"damaged.*newest checkpoint that a witness"):
        SignerMemory(memory)


def test_a_memory_that_others_can_read_is_refused(memory: Path) -> None:
    memory.chmod(0o644)
    with pytest.raises(MemoryRefused, match="open to other accounts"):
        SignerMemory(memory)


def test_two_signers_cannot_share_one_memory(held: HeldSigner, memory: Path) -> None:
    with pytest.raises(MemoryHeld, match="another process"):
        SignerMemory(memory)
    held.close()
    SignerMemory(memory).close()


def test_keys_and_memory_of_two_logs_are_refused(memory: Path) -> None:
    kept = SignerMemory(memory)
    with pytest.raises(ValueError, match="the memory is of"):
        HeldSigner((SigningKey.from_seed("other.example", ED25519, b"s" * 32),), kept)
    kept.close()


def test_a_memory_is_made_once(memory: Path) -> None:
    memory.write_text("kept")
    assert not create_memory(memory, ORIGIN)
    assert memory.read_text() == "kept"


@pytest.mark.skipif(not ml_dsa.AVAILABLE, reason="the installed cryptography has no ML-DSA")
def test_a_second_key_signs_with_ml_dsa(memory: Path) -> None:
    keys = new_keys(ORIGIN)
    assert [key.verifier.kind for key in keys] == [ED25519, ML_DSA_44]
    both = HeldSigner(keys, SignerMemory(memory))
    note = both.sign(tree(7), [])
    assert missing_signatures(note, [key.verifier for key in keys]) == []
    both.close()


def test_keys_are_kept_for_their_account_alone_and_read_again(tmp_path: Path) -> None:
    keys, path = new_keys(ORIGIN), tmp_path / "keys"
    assert write_keys(path, keys)
    assert not write_keys(path, new_keys(ORIGIN))
    assert path.stat().st_mode & 0o777 == 0o600
    assert [key.verifier for key in keys_in(path)] == [key.verifier for key in keys]
    add_keys(path, OTHER_KEYS)
    assert [key.verifier for key in keys_in(path)] == [key.verifier for key in (*keys, *OTHER_KEYS)]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "PRIVATE+KEY+x",
        KEYS[0].written().replace("PRIVATE+KEY+", ""),
        KEYS[0].written().replace(KEYS[0].verifier.key_id.hex(), "00000000"),
        KEYS[0].written() + SigningKey.from_seed("other.example", ED25519, b"s" * 32).written(),
    ],
)
def test_a_damaged_key_file_is_refused_without_a_word_of_the_key(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(SigningKeyRefused) as refused:
        keys_in(path)
    assert "c3Nz" not in str(refused.value)  # base64 of the seed


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    write_keys(path, KEYS)
    path.chmod(0o640)
    with pytest.raises(SigningKeyRefused, match="0600"):
        keys_in(path)


def test_a_key_does_not_show_itself() -> None:
    assert "ssss" not in repr(KEYS[0])


@pytest.fixture
def remote(held: HeldSigner, tmp_path: Path) -> Iterator[RemoteSigner]:
    """A signer at a socket, and somebody who asks it."""
    address = f"unix:{tmp_path / 's'}"
    server = SignerServer(held, address)
    server.start()
    client = RemoteSigner(address)
    yield client
    client.close()
    server.stop(0)


def test_a_signer_in_another_process_answers_the_same(remote: RemoteSigner) -> None:
    last = remote.last_signed()
    assert (last.checkpoint, last.keys) == (tree(7), (KEYS[0].verifier,))
    note = remote.sign(tree(12), proof(7, 12))
    assert missing_signatures(note, last.keys) == []
    with pytest.raises(SigningRefused, match="shrink from 12 to 7"):
        remote.sign(tree(7), [])


def test_the_socket_of_the_signer_is_for_its_account_and_group(remote: RemoteSigner, tmp_path: Path) -> None:
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o660


def test_a_signer_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    nobody = RemoteSigner(f"unix:{tmp_path / 'none'}")
    with pytest.raises(SignerUnavailable, match="does not answer"):
        nobody.last_signed()
    with pytest.raises(SignerUnavailable):
        nobody.sign(tree(7), [])
    nobody.close()
