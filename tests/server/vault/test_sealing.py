"""The vault gives back exactly what it was given, to nobody else, and says why when it cannot."""

from __future__ import annotations

from itertools import count
from os import urandom
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete, select, text

from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.schema import vault_key, vault_opening
from award_ledger.server.store.values import PersonKey
from award_ledger.server.vault.commitments import Opened, commitment
from award_ledger.server.vault.failures import Erased, VaultFailure, WrongKey
from award_ledger.server.vault.keys import HeldKeys, WrappedKey
from award_ledger.server.vault.sealing import Vault
from tests.server.store.events import new_stream
from tests.server.vault.conftest import RememberedRandom

ACCOUNT, BANK = "payee.account_number", "payee.bank"
VALUES = st.dictionaries(
    st.text(min_size=1, max_size=30).filter(lambda path: "\0" not in path), st.binary(max_size=200)
)
# One database serves all examples of a test; each takes positions of its own.
ON_ONE_DATABASE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_what_was_sealed_is_revealed_with_the_same_commitment(log: LogRecorder, vault: Vault) -> None:
    positions = count(1)
    with log.writing() as transaction:

        @ON_ONE_DATABASE
        @given(VALUES)
        def round_trip(values: dict[str, bytes]) -> None:
            position = next(positions)
            openings = tuple(vault.salted(path, value) for path, value in values.items())
            commitments = {opened.path: commitment(opened) for opened in openings}
            vault.seal(transaction, position, openings)
            for opened in openings:
                assert vault.reveal(transaction, position, opened.path) == opened
            revealed = vault.reveal_all(transaction, position)
            assert sorted(revealed, key=_path) == sorted(openings, key=_path)
            assert {opened.path: commitment(opened) for opened in revealed} == commitments

        round_trip()


def _path(opened: Opened) -> str:
    return opened.path


def test_openings_are_there_from_the_commit_of_their_event_on(log: LogRecorder, vault: Vault) -> None:
    opened = vault.salted(ACCOUNT, b"6222 0000 1111 2222")
    with log.writing() as transaction:
        (position,) = transaction.append(new_stream(1), 7)
        vault.seal(transaction, position, (opened,))
    with log.reading() as reader:
        assert vault.reveal(reader, position, ACCOUNT) == opened


def test_an_event_that_is_rolled_back_leaves_nothing_in_the_vault(log: LogRecorder, vault: Vault) -> None:
    def fail_after_sealing() -> None:
        with log.writing() as transaction:
            (position,) = transaction.append(new_stream(1), 7)
            vault.seal(transaction, position, (vault.salted(ACCOUNT, b"1"),))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail_after_sealing()
    assert _rows(log) == ([], [])


def test_an_event_without_sensitive_values_makes_no_person(log: LogRecorder, vault: Vault) -> None:
    with log.writing() as transaction:
        vault.seal(transaction, 1, ())
    assert _rows(log) == ([], [])


def _rows(log: LogRecorder) -> tuple[list[object], list[object]]:
    with log.engine.connect() as connection:
        return list(connection.execute(select(vault_key))), list(connection.execute(select(vault_opening)))


def test_each_event_has_a_random_person_with_a_key_of_its_own(log: LogRecorder, keys: HeldKeys, vault: Vault) -> None:
    with log.writing() as transaction:
        for position in (1, 2):
            vault.seal(transaction, position, (vault.salted(ACCOUNT, b"same"), vault.salted(BANK, b"same")))
        persons = [{opening.person_id for opening in transaction.openings_at(position)} for position in (1, 2)]
        stored = transaction.person_keys(None, 10)
    assert [len(found) for found in persons] == [1, 1]
    assert persons[0] != persons[1]
    assert {key.person_id.version for key in stored} == {4}
    unwrapped = {keys.unwrap(WrappedKey.read_from(key), key.person_id) for key in stored}
    assert {len(key) for key in unwrapped} == {32}
    assert len(unwrapped) == 2


def test_no_salt_key_nonce_or_person_is_used_twice(log: LogRecorder, vault: Vault, random: RememberedRandom) -> None:
    with log.writing() as transaction:
        for position in range(1, 101):
            vault.seal(transaction, position, (vault.salted(ACCOUNT, b"same"), vault.salted(BANK, b"same")))
        salts = {opened.salt for position in range(1, 101) for opened in vault.reveal_all(transaction, position)}
    assert len(salts) == 200
    assert set(random.given.values()) == {1}
    assert random.given.total() == 100 * (2 + 1 + 1 + 1 + 2)  # salts, person, key, nonce of its wrap, nonces


def test_two_fields_with_one_salt_are_refused(log: LogRecorder, vault: Vault) -> None:
    salt = urandom(32)
    with log.writing() as transaction, pytest.raises(ValueError, match="salt of its own"):
        vault.seal(transaction, 1, (Opened(ACCOUNT, salt, b"1"), Opened(BANK, salt, b"2")))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_salt_of_another_length_is_refused(log: LogRecorder, vault: Vault, length: int) -> None:
    with log.writing() as transaction, pytest.raises(ValueError, match="32 bytes"):
        vault.seal(transaction, 1, (Opened(ACCOUNT, bytes(length), b"1"),))


def test_a_field_that_has_an_opening_gets_no_second_one(log: LogRecorder, vault: Vault) -> None:
    with log.writing() as transaction:
        vault.seal(transaction, 1, (vault.salted(ACCOUNT, b"1"),))
    with pytest.raises(IntegrityError), log.writing() as transaction:
        vault.seal(transaction, 1, (vault.salted(ACCOUNT, b"2"),))


def test_without_the_key_encryption_key_nothing_is_revealed(log: LogRecorder, vault: Vault, keys: HeldKeys) -> None:
    with log.writing() as transaction:
        vault.seal(transaction, 1, (vault.salted(ACCOUNT, b"1"),))
        person_id = transaction.openings_at(1)[0].person_id
    stranger = Vault(HeldKeys([urandom(32)]))
    with log.reading() as reader, pytest.raises(WrongKey) as refused:
        stranger.reveal(reader, 1, ACCOUNT)
    assert (refused.value.person_id, refused.value.key_id) == (person_id, keys.key_id)
    with log.reading() as reader, pytest.raises(WrongKey):
        stranger.reveal_all(reader, 1)


def test_what_was_erased_or_never_kept_is_said_to_be_gone(log: LogRecorder, vault: Vault) -> None:
    with log.writing() as transaction:
        vault.seal(transaction, 1, (vault.salted(ACCOUNT, b"1"), vault.salted(BANK, b"2")))
        person_id = transaction.openings_at(1)[0].person_id
    with log.writing() as transaction:
        transaction.delete_openings(person_id)
        transaction.delete_person_key(person_id)
    with log.reading() as reader:
        for position, path in ((1, ACCOUNT), (1, "never.there"), (2, ACCOUNT)):
            with pytest.raises(Erased) as refused:
                vault.reveal(reader, position, path)
            assert (refused.value.position, refused.value.path) == (position, path)
        assert vault.reveal_all(reader, 1) == ()


def test_an_opening_whose_key_was_destroyed_behind_the_store_is_gone(log: LogRecorder, vault: Vault) -> None:
    with log.writing() as transaction:
        vault.seal(transaction, 1, (vault.salted(ACCOUNT, b"1"),))
    unguarded = create_engine(log.engine.url)  # SQLite knows foreign keys only where a connection asks for them
    with unguarded.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(delete(vault_key))
    unguarded.dispose()
    with log.reading() as reader:
        with pytest.raises(Erased):
            vault.reveal(reader, 1, ACCOUNT)
        with pytest.raises(Erased):
            vault.reveal_all(reader, 1)


class UppercaseKms:
    """A key service as another maker would write it: its own key names, its own form of wrapped keys."""

    key_id = "arn:kms:cn-east/密钥/1"

    def __init__(self) -> None:
        self._shelf: dict[bytes, tuple[bytes, UUID]] = {}

    def wrap(self, key: bytes, person_id: UUID) -> WrappedKey:
        handle = uuid4().hex.upper().encode()
        self._shelf[handle] = (key, person_id)
        return WrappedKey(self.key_id, handle)

    def unwrap(self, wrapped: WrappedKey, person_id: UUID) -> bytes:
        key, owner = self._shelf[wrapped.wrapped]
        assert (wrapped.key_id, owner) == (self.key_id, person_id)
        return key


def test_a_key_management_service_can_take_the_place_of_held_keys(log: LogRecorder) -> None:
    vault = Vault(UppercaseKms())
    opened = vault.salted(ACCOUNT, b"1")
    with log.writing() as transaction:
        vault.seal(transaction, 1, (opened,))
    with log.reading() as reader:
        assert vault.reveal(reader, 1, ACCOUNT) == opened


def test_nothing_that_is_printed_shows_a_value_a_salt_or_a_key(log: LogRecorder, random: RememberedRandom) -> None:
    kek, value = urandom(32), b"6222000011112222"
    keys = HeldKeys([kek], random)
    vault = Vault(keys, random)
    opened = vault.salted(ACCOUNT, value)
    with log.writing() as transaction:
        vault.seal(transaction, 1, (opened,))
        (opening,) = transaction.openings_at(1)
        stored = transaction.person_keys(None, 1)[0]
        transaction.put_person_keys([PersonKey(stored.person_id, stored.wrapped_key[:-1])])
        with pytest.raises(VaultFailure) as refused:
            vault.reveal(transaction, 1, ACCOUNT)
    key = keys.unwrap(WrappedKey.read_from(stored), stored.person_id)
    printed = [opened, (opened,), vault, keys, opening, stored, refused.value, refused.value.__cause__]
    for secret in (value, opened.salt, kek, key):
        for thing in printed:
            for shown in (repr(thing), str(thing)):
                assert repr(secret)[2:-1] not in shown
                assert secret.hex() not in shown.lower()
