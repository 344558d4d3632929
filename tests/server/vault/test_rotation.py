"""After a rotation the new key alone reveals everything, and nothing that was destroyed comes back."""

from __future__ import annotations

from os import urandom

import pytest

from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.vault.commitments import Opened
from award_ledger.server.vault.failures import WrongKey
from award_ledger.server.vault.keys import HeldKeys
from award_ledger.server.vault.rotation import rewrap
from award_ledger.server.vault.sealing import Vault

OLD, NEW = urandom(32), urandom(32)
PATH = "payee.account_number"
EVENTS = range(1, 8)


@pytest.fixture
def sealed(log: LogRecorder) -> dict[int, Opened]:
    """What stands behind seven events, each under the old key."""
    vault = Vault(HeldKeys([OLD]))
    openings = {position: vault.salted(PATH, b"6222-%d" % position) for position in EVENTS}
    with log.writing() as transaction:
        for position, opened in openings.items():
            vault.seal(transaction, position, (opened,))
    return openings


@pytest.mark.parametrize("page", [1, 2, 7, 8])
def test_every_key_is_rewrapped_and_no_opening_changes(log: LogRecorder, sealed: dict[int, Opened], page: int) -> None:
    with log.reading() as reader:
        before = [reader.openings_at(position) for position in EVENTS]
    assert rewrap(log, HeldKeys([NEW, OLD]), page) == len(sealed)
    with log.reading() as reader:
        assert [reader.openings_at(position) for position in EVENTS] == before
        assert {position: Vault(HeldKeys([NEW])).reveal(reader, position, PATH) for position in EVENTS} == sealed
        with pytest.raises(WrongKey):
            Vault(HeldKeys([OLD])).reveal(reader, 1, PATH)


def test_a_second_run_finds_only_what_came_under_the_old_key_since(log: LogRecorder, sealed: dict[int, Opened]) -> None:
    both = HeldKeys([NEW, OLD])
    assert rewrap(log, both) == len(sealed)
    assert rewrap(log, HeldKeys([NEW])) == 0
    late = Vault(HeldKeys([OLD]))
    with log.writing() as transaction:
        late.seal(transaction, 8, (late.salted(PATH, b"late"),))
    assert rewrap(log, both) == 1


def test_a_run_that_meets_an_unknown_key_keeps_what_it_has_done(log: LogRecorder, sealed: dict[int, Opened]) -> None:
    with log.reading() as reader:
        third = reader.person_keys(None, 3)[2]
    stranger = HeldKeys([urandom(32)])
    with log.writing() as transaction:
        transaction.put_person_keys([stranger.wrap(urandom(32), third.person_id).stored_for(third.person_id)])
    both = HeldKeys([NEW, OLD])
    with pytest.raises(WrongKey) as refused:
        rewrap(log, both, page=1)
    assert (refused.value.person_id, refused.value.key_id) == (third.person_id, stranger.key_id)
    with log.writing() as transaction:
        transaction.put_person_keys([third])
    assert rewrap(log, both, page=1) == len(sealed) - 2


def test_a_key_destroyed_before_stays_destroyed(log: LogRecorder, sealed: dict[int, Opened]) -> None:
    with log.writing() as transaction:
        person_id = transaction.openings_at(1)[0].person_id
        transaction.delete_openings(person_id)
        transaction.delete_person_key(person_id)
    assert rewrap(log, HeldKeys([NEW, OLD]), page=2) == len(sealed) - 1
    with log.reading() as reader:
        assert reader.person_key(person_id) is None


def test_an_empty_vault_has_nothing_to_rewrap(log: LogRecorder) -> None:
    assert rewrap(log, HeldKeys([NEW])) == 0
