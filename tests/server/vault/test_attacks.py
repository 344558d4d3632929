"""What somebody with the database, but without the key-encryption key, may try."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.transaction import WriteTransaction
from award_ledger.server.store.values import NewEvent, Opening, PersonKey
from award_ledger.server.vault.failures import KeyTampered, OpeningTampered, WrongKey
from award_ledger.server.vault.keys import HeldKeys, WrappedKey
from award_ledger.server.vault.sealing import Vault
from tests.postgres_server import PostgresServer
from tests.server.store.events import new_event

PATH = "payee.account_number"


@pytest.fixture
def transaction(log: LogRecorder, vault: Vault) -> Iterator[WriteTransaction]:
    """One opening each for events 1 and 2, in a transaction that is still open."""
    with log.writing() as transaction:
        for position in (1, 2):
            vault.seal(transaction, position, (vault.salted(PATH, b"6222-%d" % position),))
        yield transaction


def mutations(stored: bytes) -> Iterator[bytes]:
    """Every byte changed in turn; a byte less or more at either end; nothing at all."""
    for at, byte in enumerate(stored):
        yield stored[:at] + bytes([byte ^ 1]) + stored[at + 1 :]
    yield from (stored[1:], stored[:-1], b"\0" + stored, stored + b"\0", b"")


def put_in_place_of(transaction: WriteTransaction, opening: Opening) -> None:
    (there,) = transaction.openings_at(opening.position)
    transaction.delete_openings(there.person_id)
    transaction.put_openings([opening])


def test_a_changed_opening(transaction: WriteTransaction, vault: Vault) -> None:
    (opening,) = transaction.openings_at(1)
    for sealed in mutations(opening.sealed):
        put_in_place_of(transaction, replace(opening, sealed=sealed))
        with pytest.raises(OpeningTampered) as refused:
            vault.reveal(transaction, 1, PATH)
        assert (refused.value.position, refused.value.path) == (1, PATH)
        with pytest.raises(OpeningTampered):
            vault.reveal_all(transaction, 1)
    put_in_place_of(transaction, opening)
    assert vault.reveal(transaction, 1, PATH).value == b"6222-1"


def test_a_changed_wrapped_key(transaction: WriteTransaction, vault: Vault) -> None:
    (opening,) = transaction.openings_at(1)
    stored = transaction.person_key(opening.person_id)
    assert stored is not None
    for wrapped in mutations(stored.wrapped_key):
        transaction.put_person_keys([replace(stored, wrapped_key=wrapped)])
        with pytest.raises((KeyTampered, WrongKey)):  # the latter where the name of the key is what was changed
            vault.reveal(transaction, 1, PATH)
    transaction.put_person_keys([stored])
    assert vault.reveal(transaction, 1, PATH).value == b"6222-1"


def test_a_key_named_as_another_one_that_is_held(transaction: WriteTransaction) -> None:
    stored = transaction.person_keys(None, 1)[0]
    earlier = b"\7" * 32
    both = HeldKeys([earlier])
    forged = replace(WrappedKey.read_from(stored), key_id=both.key_id)
    with pytest.raises(KeyTampered):
        both.unwrap(forged, stored.person_id)


@pytest.mark.parametrize("stored", [b"", b"\x05key", b"\x02\xff\xffwrapped"])
def test_a_wrapped_key_of_no_known_form(transaction: WriteTransaction, stored: bytes) -> None:
    person = transaction.person_keys(None, 1)[0].person_id
    with pytest.raises(KeyTampered) as refused:
        WrappedKey.read_from(PersonKey(person, stored))
    assert refused.value.person_id == person


def test_an_opening_moved_to_another_event(transaction: WriteTransaction, vault: Vault) -> None:
    (opening,) = transaction.openings_at(1)
    transaction.put_openings([replace(opening, position=3)])
    with pytest.raises(OpeningTampered):
        vault.reveal(transaction, 3, PATH)


def test_an_opening_moved_to_another_field(transaction: WriteTransaction, vault: Vault) -> None:
    (opening,) = transaction.openings_at(1)
    transaction.put_openings([replace(opening, path="payee.bank")])
    with pytest.raises(OpeningTampered):
        vault.reveal(transaction, 1, "payee.bank")
    assert vault.reveal(transaction, 1, PATH).value == b"6222-1"


def test_an_opening_moved_to_another_person(transaction: WriteTransaction, vault: Vault) -> None:
    (one,), (other,) = transaction.openings_at(1), transaction.openings_at(2)
    put_in_place_of(transaction, replace(one, person_id=other.person_id))
    with pytest.raises(OpeningTampered):
        vault.reveal(transaction, 1, PATH)


def test_the_openings_of_two_events_exchanged(transaction: WriteTransaction, vault: Vault) -> None:
    (one,), (other,) = transaction.openings_at(1), transaction.openings_at(2)
    put_in_place_of(transaction, replace(one, sealed=other.sealed, person_id=other.person_id))
    with pytest.raises(OpeningTampered):
        vault.reveal(transaction, 1, PATH)


def test_a_key_moved_to_another_person_with_its_opening(transaction: WriteTransaction, vault: Vault) -> None:
    """So an erasure would destroy somebody else's key and leave this one."""
    (one,), (other,) = transaction.openings_at(1), transaction.openings_at(2)
    key = transaction.person_key(one.person_id)
    assert key is not None
    transaction.put_person_keys([replace(key, person_id=other.person_id)])
    put_in_place_of(transaction, replace(one, person_id=other.person_id))
    with pytest.raises(KeyTampered):
        vault.reveal(transaction, 1, PATH)


def test_searching_the_files_of_the_database(
    log: LogRecorder, vault: Vault, keys: HeldKeys, database_url: str, request: pytest.FixtureRequest
) -> None:
    salted = vault.salted(PATH, b"the-account-6222000011112222")
    with log.writing() as transaction:
        control = new_event()
        (position,) = transaction.append([NewEvent(control.originator_id, 1, "t", b"in the clear, so found")], 7)
        vault.seal(transaction, position, (salted,))
        stored = transaction.person_keys(None, 1)[0]
    key = keys.unwrap(WrappedKey.read_from(stored), stored.person_id)
    if log.engine.dialect.name == "sqlite":
        files = Path(str(make_url(database_url).database)).parent
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        server.execute("CHECKPOINT")
        files = server.directory / "data"
    contents = [path.read_bytes() for path in files.rglob("*") if path.is_file()]
    assert [found for found in contents if b"in the clear, so found" in found]
    assert [found for found in contents if stored.wrapped_key in found]
    for secret in (salted.value, salted.salt, key):
        assert not [found for found in contents if secret in found or secret.hex().encode() in found]
