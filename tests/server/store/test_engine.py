"""Settings that durability and bounded waiting rest on, as the databases themselves report them."""

from __future__ import annotations

from typing import Any

import pytest
from eventsourcing.persistence import ConnectionUnavailableError
from sqlalchemy import make_url

from award_ledger.server.store.engine import EngineLimits, for_reading, for_writing, open_engine
from award_ledger.server.store.opening import open_ledger
from tests.postgres_server import PostgresServer


def test_sqlite_commits_reach_the_disk(sqlite_url: str) -> None:
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 15_000,
        "trusted_schema": 0,
    }
    engine = open_engine(sqlite_url)
    with engine.connect() as connection:
        settings = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in expected}
    engine.dispose()
    assert settings == expected


def test_postgresql_waits_have_ends(postgres_url: str) -> None:
    expected = {
        "lock_timeout": "1500ms",
        "statement_timeout": "20s",
        "idle_in_transaction_session_timeout": "250ms",
        "application_name": "award-ledger",
        "transaction_isolation": "read committed",
        "transaction_read_only": "off",
    }
    engine = open_engine(postgres_url, EngineLimits(lock_wait_s=1.5, statement_s=20, idle_in_transaction_s=0.25))
    with for_writing(engine).connect() as connection:
        settings = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in expected}
    engine.dispose()
    assert settings == expected


def test_a_postgresql_that_falls_silent_is_given_up(postgres_url: str) -> None:
    engine = open_engine(postgres_url, EngineLimits(silence_s=7))
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        settings = driver.info.get_parameters()
    engine.dispose()
    assert {name: settings[name] for name in settings if name.startswith(("tcp", "keepalives"))} == {
        "tcp_user_timeout": "7000",
        "keepalives_idle": "3",
        "keepalives_interval": "1",
        "keepalives_count": "3",
    }


def test_postgresql_reads_see_one_snapshot_and_write_nothing(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    with for_reading(engine).connect() as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "repeatable read"
        assert connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on"
    engine.dispose()


def test_what_the_operator_writes_in_the_address_stands(postgres_url: str) -> None:
    engine = open_engine(f"{postgres_url}&application_name=bureau-7".replace("+psycopg", ""))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW application_name").scalar_one() == "bureau-7"
    engine.dispose()


def test_several_hosts_may_be_named(postgres_url: str, postgres: PostgresServer) -> None:
    hosts = ("/nowhere:5432", f"{postgres.directory}:5432")
    engine = open_engine(make_url(postgres_url).update_query_dict({"host": hosts}))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT position FROM head").scalar_one() == 0
    engine.dispose()


def test_a_busy_pool_refuses_in_time(database_url: str) -> None:
    log = open_ledger(database_url, limits=EngineLimits(connections=1, connection_wait_s=0.05))
    with log.reading() as reader:
        assert reader.head == 0
        with pytest.raises(ConnectionUnavailableError, match="no database connection"):
            log.max_notification_id()
    log.close()
