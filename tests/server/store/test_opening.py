"""Which databases are opened as a ledger, and what an operator is told about the others."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from award_ledger.server.store.engine import open_engine
from award_ledger.server.store.integrity import findings
from award_ledger.server.store.opening import check_ledger, migrate_ledger, open_ledger
from award_ledger.server.store.refusals import (
    LedgerDamaged,
    LedgerUnreachable,
    NotALedger,
    SchemaTooNew,
)
from tests.server.store.events import new_stream


def _change(url: str, *statements: str) -> None:
    """Do to the database what the ledger would never do."""
    if url.startswith("sqlite"):
        _path(url).touch()
    engine = open_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def _fill(url: str, events: int = 5) -> None:
    log = open_ledger(url)
    log.insert_events(new_stream(events))
    log.close()


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _without_event_guards(url: str) -> tuple[str, ...]:
    if url.startswith("sqlite"):
        return ("DROP TRIGGER event_refuses_update", "DROP TRIGGER event_refuses_delete")
    return ("ALTER TABLE event DISABLE TRIGGER event_refuses_change",)


def _without_head_guards(url: str) -> tuple[str, ...]:
    where = "" if url.startswith("sqlite") else " ON head"
    return tuple(f"DROP TRIGGER {guard}{where}" for guard in ("head_only_advances", "head_follows_events"))


def _found(url: str) -> list[str]:
    """All that is found wrong, and that the first of it keeps the ledger from being opened."""
    with pytest.raises(LedgerDamaged):
        open_ledger(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        found = list(findings(connection))
    engine.dispose()
    return found


def test_an_empty_database_becomes_a_ledger(empty_database_url: str) -> None:
    log = open_ledger(empty_database_url)
    assert log.insert_events(new_stream(2)) == [1, 2]
    with log.reading() as reader:
        made = reader.ledger_id
    log.close()
    again = open_ledger(empty_database_url)
    with again.reading() as reader:
        assert (reader.head, reader.ledger_id) == (2, made)
    again.close()


def test_two_ledgers_have_two_identities(tmp_path: Path) -> None:
    identities = set()
    for name in ("one", "two"):
        log = open_ledger(f"sqlite:///{tmp_path / name}")
        with log.reading() as reader:
            identities.add(reader.ledger_id)
        log.close()
    assert len(identities) == 2


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    open_ledger(f"sqlite:///{tmp_path / 'new'}").close()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) & 0o077 == 0


def test_a_newer_schema_is_refused_even_when_migration_is_allowed(database_url: str) -> None:
    _change(database_url, "UPDATE schema_revision SET version_num = '9999'")
    for migrate in (False, True):
        with pytest.raises(SchemaTooNew, match=r"revision 9999.*Install the release"):
            open_ledger(database_url, migrate=migrate)
    engine = open_engine(database_url)
    with pytest.raises(SchemaTooNew):
        migrate_ledger(engine)
    engine.dispose()


def test_a_database_of_something_else_is_left_alone(empty_database_url: str) -> None:
    _change(empty_database_url, "CREATE TABLE invoices (id INTEGER)")
    with pytest.raises(NotALedger, match=r"not those of an award ledger.*an empty one"):
        open_ledger(empty_database_url, migrate=True)
    engine = open_engine(empty_database_url)
    with pytest.raises(NotALedger):
        migrate_ledger(engine)
    engine.dispose()


def test_a_file_of_something_else_keeps_every_byte(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'invoices'}"
    with sqlite3.connect(_path(url)) as connection:
        connection.execute("CREATE TABLE invoices (id INTEGER)")
    before = _path(url).read_bytes()
    for create in (False, True):
        with pytest.raises(NotALedger):
            open_ledger(url, create=create)
    assert _path(url).read_bytes() == before


def test_a_ledger_that_does_not_say_its_schema_is_refused(database_url: str) -> None:
    _change(database_url, "DELETE FROM schema_revision")
    with pytest.raises(NotALedger):
        open_ledger(database_url)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear department,\n" * 400)
    before = letter.read_bytes()
    with pytest.raises(NotALedger, match="not a database"):
        open_ledger(f"sqlite:///{letter}")
    assert letter.read_bytes() == before


@pytest.mark.parametrize("kept", [0.05, 0.5, 0.95])
def test_a_truncated_file_is_refused(sqlite_url: str, kept: float) -> None:
    _fill(sqlite_url, 400)
    content = _path(sqlite_url).read_bytes()
    _path(sqlite_url).write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(LedgerDamaged, match=r"damaged.*restore the last good backup"):
        open_ledger(sqlite_url)


def test_a_file_with_a_page_overwritten_is_refused(sqlite_url: str) -> None:
    _fill(sqlite_url, 400)
    content = bytearray(_path(sqlite_url).read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xa5" * 4096
    _path(sqlite_url).write_bytes(content)
    with pytest.raises(LedgerDamaged, match="damaged"):
        open_ledger(sqlite_url)


def test_a_head_ahead_of_the_events_is_refused(database_url: str) -> None:
    _fill(database_url)
    _change(database_url, *_without_head_guards(database_url), "UPDATE head SET position = position + 1")
    assert "the head says position 6, the last event is at 5" in _found(database_url)


def test_a_head_behind_the_events_is_refused(database_url: str) -> None:
    _fill(database_url)
    _change(database_url, *_without_head_guards(database_url), "UPDATE head SET position = 4")
    assert "the head says position 4, the last event is at 5" in _found(database_url)


def test_a_head_with_another_instant_than_the_last_event_is_refused(database_url: str) -> None:
    _fill(database_url)
    _change(database_url, *_without_head_guards(database_url), "UPDATE head SET recorded_at_us = recorded_at_us + 1")
    assert any(finding.startswith("the head was recorded at") for finding in _found(database_url))


def _reopen_guards(url: str) -> tuple[str, ...]:
    if url.startswith("sqlite"):
        return tuple(
            f"CREATE TRIGGER event_refuses_{act} BEFORE {act.upper()} ON event BEGIN SELECT RAISE(ABORT, 'no'); END"
            for act in ("update", "delete")
        )
    return ("ALTER TABLE event ENABLE TRIGGER event_refuses_change",)


def test_a_gap_in_the_log_is_refused(database_url: str) -> None:
    _fill(database_url)
    _change(database_url, *_without_event_guards(database_url), "DELETE FROM event WHERE position = 3")
    _change(database_url, *_reopen_guards(database_url))
    with pytest.raises(LedgerDamaged, match="last event is at position 5, but there are 4 events"):
        open_ledger(database_url)


def test_a_log_without_its_guards_is_refused(database_url: str) -> None:
    _change(database_url, *_without_event_guards(database_url))
    with pytest.raises(LedgerDamaged, match=r"event_refuses_\w+.* missing or switched off"):
        open_ledger(database_url)


def test_a_missing_table_is_refused(database_url: str) -> None:
    _change(database_url, "DROP TABLE touch")
    with pytest.raises(LedgerDamaged, match="touch"):
        open_ledger(database_url)


def test_a_missing_head_row_is_refused(database_url: str) -> None:
    guard = "DROP TRIGGER head_refuses_delete" + ("" if database_url.startswith("sqlite") else " ON head")
    _change(database_url, guard, "DELETE FROM head")
    engine = open_engine(database_url)
    with pytest.raises(LedgerDamaged):
        check_ledger(engine)
    engine.dispose()


def test_a_directory_that_does_not_exist_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnreachable, match="directory exists"):
        open_ledger(f"sqlite:///{tmp_path / 'absent' / 'ledger.sqlite3'}")


def test_a_file_that_may_not_be_written_is_not_served(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Permissions mean nothing to root, as whom tests may run.
    monkeypatch.setattr(os, "access", lambda path, mode: not (str(path) == str(_path(sqlite_url)) and mode == os.W_OK))
    with pytest.raises(LedgerUnreachable, match=r"may not be written.*this account may write there"):
        open_ledger(sqlite_url)
    open_ledger(sqlite_url, create=False).close()


def test_a_server_that_does_not_answer_is_unreachable_and_no_password_is_shown(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnreachable) as refused:
        open_ledger(f"postgresql://writer:hunter2@/ledger?host={tmp_path}")
    assert "hunter2" not in str(refused.value)
    assert "Check that the server runs" in refused.value.remedy


@pytest.mark.parametrize(
    "address",
    ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true", "mysql://host/x", "ledger.db"],
)
def test_an_address_that_no_ledger_can_have_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///PATH"):
        open_ledger(address)
