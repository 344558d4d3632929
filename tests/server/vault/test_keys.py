"""Where key-encryption keys come from, and which sources are refused."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from os import urandom
from pathlib import Path
from uuid import uuid4

import pytest

from award_ledger.server.private_files import exposure
from award_ledger.server.vault.failures import KeyRefused, KeyTampered
from award_ledger.server.vault.key_sources import development_keys, keys_from_environment, keys_from_file
from award_ledger.server.vault.keys import HeldKeys, WrappedKey

PERSON, KEY = uuid4(), urandom(32)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A fresh key, written as its operator would."""
    path = tmp_path / "key"
    path.write_text(urandom(32).hex() + "\n")
    path.chmod(0o600)
    return path


def test_a_key_unwraps_for_its_own_person_alone() -> None:
    keys = HeldKeys([urandom(32)])
    wrapped = keys.wrap(KEY, PERSON)
    assert keys.unwrap(wrapped, PERSON) == KEY
    assert KEY not in wrapped.wrapped
    with pytest.raises(KeyTampered):
        keys.unwrap(wrapped, uuid4())


def test_the_first_key_wraps_and_every_key_unwraps() -> None:
    old, new = urandom(32), urandom(32)
    both, wrapped = HeldKeys([new, old]), HeldKeys([old]).wrap(KEY, PERSON)
    assert both.unwrap(wrapped, PERSON) == KEY
    assert both.wrap(KEY, PERSON).key_id == both.key_id == HeldKeys([new]).key_id != wrapped.key_id


@pytest.mark.parametrize("keys", [[], [b""], [bytes(31)], [bytes(32), bytes(33)]])
def test_keys_of_another_length_or_none_are_refused(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        HeldKeys(keys)


def test_a_wrapped_key_is_stored_with_the_name_of_its_key() -> None:
    wrapped = WrappedKey("密钥/1", b"\0wrapped")
    assert wrapped.stored_for(PERSON).wrapped_key == b"\x08" + "密钥/1".encode() + b"\0wrapped"
    assert WrappedKey.read_from(wrapped.stored_for(PERSON)) == wrapped
    with pytest.raises(OverflowError):
        WrappedKey("k" * 256, b"").stored_for(PERSON)


def test_a_file_and_a_variable_hold_keys_in_the_same_form(key_file: Path) -> None:
    old, new = urandom(32), urandom(32)
    for text in (f"{new.hex()}\n{old.hex()}\n", f"  {new.hex().upper()} {old.hex()}\r\n"):
        key_file.write_text(text)
        assert repr(keys_from_file(key_file)) == repr(HeldKeys([new, old]))
        assert repr(keys_from_environment("KEYS", {"KEYS": text})) == repr(HeldKeys([new, old]))


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "there is no key"),
        (" \n", "there is no key"),
        ("ab" * 31, "key 1 of 1 is not"),
        ("ab" * 33, "key 1 of 1 is not"),
        ("ab" * 32 + " " + "xy" * 32, "key 2 of 2 is not"),
        ("密" * 64, "key 1 of 1 is not"),
    ],
)
def test_what_is_no_key_is_refused_and_not_shown(key_file: Path, text: str, finding: str) -> None:
    key_file.write_text(text, "utf-8")
    with pytest.raises(KeyRefused, match=finding) as from_file:
        keys_from_file(key_file)
    with pytest.raises(KeyRefused, match=finding) as from_environment:
        keys_from_environment("KEYS", {"KEYS": text})
    assert str(from_file.value).startswith(f"{key_file}: ")
    assert str(from_environment.value).startswith("environment variable KEYS: ")
    for word in text.split():
        assert word not in str(from_file.value) + str(from_environment.value)


def test_a_variable_that_is_not_set_is_refused() -> None:
    with pytest.raises(KeyRefused, match="there is no key"):
        keys_from_environment("KEYS", {})


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(KeyRefused, match="cannot be read"):
            keys_from_file(path)


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o602, 0o666])
def test_a_file_open_to_others_is_refused(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(KeyRefused, match=f"open to other accounts \\(mode 0{mode:o}\\)"):
        keys_from_file(key_file)


@pytest.mark.parametrize(
    ("mode", "owner", "reader", "refused"),
    [
        (0o400, 7, 7, False),
        (0o640, 7, 7, True),
        (0o640, 0, 7, False),
        (0o660, 0, 7, True),
        (0o644, 0, 7, True),
        (0o640, 0, 0, True),
        (0o600, 8, 7, True),
        (0o600, 8, 0, True),
    ],
)
def test_who_may_own_and_read_a_key_file(mode: int, owner: int, reader: int, refused: bool) -> None:
    assert bool(exposure(stat.S_IFREG | mode, owner, reader)) is refused


def test_the_development_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    database = tmp_path / "ledger.sqlite3"
    wrapped = development_keys(database).wrap(KEY, PERSON)
    assert development_keys(database).unwrap(wrapped, PERSON) == KEY
    (made,) = tmp_path.iterdir()  # and no draft is left
    assert made.name == "ledger.sqlite3.development-key"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


def test_processes_that_start_together_share_one_development_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: development_keys(tmp_path / "ledger.sqlite3"), range(32)))
    assert len({keys.key_id for keys in found}) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_a_development_key_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyRefused, match="cannot be written"):
        development_keys(tmp_path / "absent" / "ledger.sqlite3")
