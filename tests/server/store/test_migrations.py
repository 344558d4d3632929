"""The migrations make exactly the tables of `schema.py`, from nothing, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from award_ledger.server.store import integrity, revisions
from award_ledger.server.store.engine import open_engine
from award_ledger.server.store.opening import migrate_ledger, open_ledger
from award_ledger.server.store.refusals import SchemaOutdated
from award_ledger.server.store.schema import metadata
from tests.server.store.events import new_stream


def test_migrating_from_empty_gives_the_schema_of_the_code(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    migrate_ledger(engine)
    with engine.connect() as connection:
        options = {"version_table": revisions.VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        assert revisions.found_revision(connection) == revisions.latest_revision()
        assert revisions.state_of(connection) is revisions.SchemaState.CURRENT
    engine.dispose()


def test_migrating_again_changes_nothing(database_url: str) -> None:
    log = open_ledger(database_url)
    log.insert_events(new_stream(3))
    migrate_ledger(log.engine)
    with log.reading() as reader:
        assert reader.head == 3
    log.close()


def test_two_servers_that_find_an_empty_database_make_one_ledger(empty_database_url: str) -> None:
    with ThreadPoolExecutor(2) as servers:
        logs = list(servers.map(open_ledger, [empty_database_url] * 2))
    identities = set()
    for log in logs:
        with log.reading() as reader:
            identities.add(reader.ledger_id)
        log.close()
    assert len(identities) == 1


def test_there_is_one_line_of_revisions() -> None:
    assert revisions.latest_revision() == "0002"


def test_a_ledger_of_the_first_release_is_brought_up_to_date_and_keeps_its_events(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as release:
        upgrade = command.upgrade
        release.setattr(command, "upgrade", lambda configuration, _: upgrade(configuration, "0001"))
        release.setattr(revisions, "latest_revision", lambda: "0001")
        release.setattr(integrity, "_GUARDS", {"sqlite": set(), "postgresql": set()})
        log = open_ledger(empty_database_url)
        log.insert_events(new_stream(3))
        log.close()
    with pytest.raises(SchemaOutdated, match=r"at revision 0001, this release needs 0002.*award-ledger-server migrate"):
        open_ledger(empty_database_url)
    log = open_ledger(empty_database_url, migrate=True)
    assert log.insert_events(new_stream(2)) == [4, 5]
    log.close()
