"""Verification of the vault: it holds what the log commits to, unless an event erased it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from award_ledger.server.store.schema import snapshot, vault_key, vault_opening
from award_ledger.server.vault.disclosing import disclose
from award_ledger.server.vault.erasing import erase_again
from award_ledger.server.vault.keys import HeldKeys
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer import resident
from award_ledger.server.writer.verification import verify
from award_ledger.v1.applications_pb2 import PERSONAL_DATA_SUBJECT_CONTACT
from award_ledger.v1.personal_data_pb2 import ErasePersonalDataRequest
from tests import samples
from tests.served import Served, serving

ENTRY = 4
"""Position of the application that `told` submits."""


@pytest.fixture
def told(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A ledger with one application that told of a payee and a contact."""
    monkeypatch.setattr(resident, "SNAPSHOT_EVERY", 2)
    with serving(database_url) as served:
        samples.prepare(served.officer)
        served.officer.do(samples.submit(payee=samples.payee(), contact=samples.contact()))
        yield served


def change(served: Served, statement: Any) -> None:
    with served.recorder.engine.begin() as connection:
        connection.execute(statement)


def findings(served: Served, vault: Vault | None = None) -> list[str]:
    return verify(served.recorder, vault).findings


def erase_contact(served: Served) -> None:
    application = served.officer.do(samples.submit()).application.application_id  # of no concern
    with served.recorder.reading() as reader:
        state = reader.event_at(ENTRY).state.decode()
    application = state.partition('"application_id":"')[2][:36]
    for caller in (served.officer, served.reviewer):
        caller.do(
            ErasePersonalDataRequest(
                enterprise=samples.number(),
                application_id=application,
                subject=PERSONAL_DATA_SUBJECT_CONTACT,
                legal_basis="个人信息保护法第四十七条",
            )
        )


def test_a_vault_that_holds_what_the_log_commits_to_agrees(told: Served) -> None:
    verification = verify(told.recorder, told.vault)
    assert (verification.findings, verification.opened) == ([], 6)


def test_an_opening_that_somebody_deleted_is_found(told: Served) -> None:
    change(told, delete(vault_opening).where(vault_opening.c.path == "payee.bank"))
    assert findings(told) == ["the opening of payee.bank of event 4 is missing, and no event erased it"]


def test_an_opening_that_an_event_erased_is_not_missed(told: Served) -> None:
    erase_contact(told)
    assert (findings(told), findings(told, told.vault)) == ([], [])


def test_what_a_backup_brought_back_is_found_and_erased_again(told: Served) -> None:
    with told.recorder.engine.connect() as connection:
        kept = [dict(row._mapping) for row in connection.execute(select(vault_opening))]
        keys = [dict(row._mapping) for row in connection.execute(select(vault_key))]
    erase_contact(told)
    change(told, delete(vault_opening))
    change(told, delete(vault_key))
    change(told, insert(vault_key).values(keys))
    change(told, insert(vault_opening).values(kept))
    assert len(findings(told)) == 3
    assert "still kept, although the event at 7 erased it" in findings(told)[0]
    assert (erase_again(told.recorder), erase_again(told.recorder)) == (3, 0)
    assert findings(told, told.vault) == []


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda: update(vault_opening).values(position=3).where(vault_opening.c.path == "payee.bank"), "nothing there"),
        (lambda: update(vault_opening).values(position=99).where(vault_opening.c.path == "payee.bank"), "not there"),
        (lambda: update(vault_opening).values(path="payee.b").where(vault_opening.c.path == "payee.bank"), "nothing"),
    ],
)
def test_an_opening_that_was_moved_is_found_where_it_is_missing_and_where_it_is(
    told: Served, tamper: Callable[[], Any], said: str
) -> None:
    change(told, tamper())
    found = findings(told)
    assert len(found) == 2
    assert any(said in finding for finding in found)


def test_a_key_under_which_nothing_lies_is_found(told: Served) -> None:
    change(told, delete(vault_opening).where(vault_opening.c.path.like("contact.%")))
    assert any("nothing lies under it" in finding for finding in findings(told))


def test_with_the_keys_what_is_sealed_is_opened_and_held_against_its_commitment(told: Served) -> None:
    change(told, update(vault_opening).values(sealed=b"x" * 60).where(vault_opening.c.path == "payee.bank"))
    assert findings(told) == []
    assert "payee.bank" in findings(told, told.vault)[0]
    assert "not among those given" in findings(told, Vault(HeldKeys([b"j" * 32])))[0]


@pytest.mark.parametrize("changed", [{"topic": "x.v1"}, {"state": b"{}"}, {"position": 2}, {"position": 99}])
def test_a_snapshot_that_is_not_what_the_replay_says_is_found(told: Served, changed: dict[str, Any]) -> None:
    with told.recorder.engine.connect() as connection:
        places = connection.execute(select(snapshot.c.aggregate_id, snapshot.c.position)).all()
    assert places
    aggregate_id, position = places[0]
    row = (snapshot.c.aggregate_id == aggregate_id) & (snapshot.c.position == position)
    change(told, update(snapshot).where(row).values(**changed))
    assert any("snapshot" in finding for finding in findings(told))


def test_an_auditor_is_given_openings_as_the_files_of_a_bundle(told: Served, tmp_path: Any) -> None:
    assert disclose(told.recorder, told.vault, tmp_path, [1, ENTRY]) == 1
    [file] = (tmp_path / "openings").iterdir()
    assert file.name == f"{ENTRY - 1}.json"
    assert file.stat().st_mode & 0o077 == 0
