"""The server's own PostgreSQL role may append and read, and nothing that would change what was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from eventsourcing.persistence import ProgrammingError
from sqlalchemy import exc

from award_ledger.server.store.engine import open_engine
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.refusals import WriterRoleTooStrong
from award_ledger.server.store.revisions import expected_tables
from award_ledger.server.store.roles import _PRIVILEGES, grant_writer
from award_ledger.server.store.values import Opening, PersonKey, Snapshot
from tests.postgres_server import PostgresServer
from tests.server.store.events import new_event, new_stream

_ROLE = "award ledger"  # with a blank, so that quoting is tried too


@pytest.fixture
def as_writer(postgres: PostgresServer, postgres_url: str) -> Iterator[LogRecorder]:
    postgres.execute(f'DROP ROLE IF EXISTS "{_ROLE}"')
    owner = open_engine(postgres_url)
    with owner.begin() as connection:
        first = grant_writer(connection, _ROLE)
        assert grant_writer(connection, _ROLE) == first[1:]  # all but CREATE ROLE
    writer = open_ledger(postgres_url.replace("postgres@", _ROLE.replace(" ", "%20") + "@"))
    yield writer
    writer.close()
    with owner.begin() as connection:
        connection.exec_driver_sql(f'DROP OWNED BY "{_ROLE}"')
    owner.dispose()
    postgres.execute(f'DROP ROLE "{_ROLE}"')


def test_the_writer_role_can_do_all_that_the_server_does(as_writer: LogRecorder) -> None:
    person = uuid4()
    with as_writer.writing() as transaction:
        transaction.append([new_event(None, 1, uuid4())], 7)
        transaction.put_snapshots([Snapshot(person, 1, "s.v1", b"1")])
        transaction.put_snapshots([Snapshot(person, 1, "s.v1", b"2")])
        transaction.put_person_keys([PersonKey(person, b"k")])
        transaction.put_openings([Opening(1, "payee", person, b"1")])
    with as_writer.writing() as transaction:
        assert transaction.delete_openings(person) == 1
        assert transaction.delete_person_key(person)


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE event SET state = ''",
        "DELETE FROM event",
        "TRUNCATE event",
        "DELETE FROM touch",
        "DELETE FROM head",
        "UPDATE head SET ledger_id = gen_random_uuid()",
        "ALTER TABLE event DISABLE TRIGGER event_refuses_change",
        "DROP TRIGGER event_refuses_change ON event",
        "DROP TABLE event",
        "UPDATE schema_revision SET version_num = '1'",
    ],
)
def test_the_writer_role_may_not(as_writer: LogRecorder, act: str) -> None:
    as_writer.insert_events(new_stream(1))
    with (
        pytest.raises(exc.ProgrammingError, match=r"permission denied|must be owner"),
        as_writer.engine.begin() as connection,
    ):
        connection.exec_driver_sql(act)


def test_a_right_that_is_missing_is_a_persistence_error(as_writer: LogRecorder, postgres_url: str) -> None:
    owner = open_engine(postgres_url)
    with owner.begin() as connection:
        connection.exec_driver_sql(f'REVOKE INSERT ON event FROM "{_ROLE}"')
    owner.dispose()
    with pytest.raises(ProgrammingError, match="42501"):
        as_writer.insert_events(new_stream(1))


@pytest.mark.parametrize(
    ("makes_strong", "excess"),
    [
        (f'ALTER ROLE "{_ROLE}" SUPERUSER', "UPDATE on event"),
        ("GRANT DELETE ON event TO PUBLIC", "DELETE on event"),
        (f'ALTER TABLE touch OWNER TO "{_ROLE}"', "do as the owner of touch"),
    ],
)
def test_a_role_that_could_do_more_all_the_same_is_refused(
    as_writer: LogRecorder, postgres_url: str, makes_strong: str, excess: str
) -> None:
    owner = open_engine(postgres_url)
    with owner.connect() as connection, connection.begin() as undone:
        connection.exec_driver_sql(makes_strong)
        with pytest.raises(WriterRoleTooStrong, match=rf"could still .*{excess}"):
            grant_writer(connection, _ROLE)
        undone.rollback()
    owner.dispose()


def test_every_table_has_its_rights() -> None:
    assert _PRIVILEGES.keys() == expected_tables()


def test_sqlite_has_no_roles(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    with engine.connect() as connection, pytest.raises(ValueError, match="PostgreSQL"):
        grant_writer(connection, _ROLE)
    engine.dispose()
