"""Databases for every test that asks: a fresh ledger each, on SQLite and on PostgreSQL, so that one suite runs on both.

Each process of pytest-xdist starts a PostgreSQL of its own, when a test first needs it, and stops it at the end.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.postgres_server import PostgresServer

# Databases are started, as another account, by forking while gRPC's threads run; its handlers for that can crash the
# child before it becomes the database. gRPC reads this when its first channel or server is made.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")

ENGINES = ("sqlite", "postgresql")
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL that forgets everything in a power cut: for tests that do not speak of durability."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL with fsync and synchronous_commit on, as in production."""
    with PostgresServer(durable=True) as server:
        yield server


@pytest.fixture(scope="session")
def _postgres_template(postgres: PostgresServer) -> str:
    """The name of a database that holds an empty ledger; copying it is faster than migrating each time."""
    _make_ledger(postgres.create_database("ledger_template"))
    return "ledger_template"


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ledger.sqlite3"
    _make_ledger(f"sqlite:///{path}")
    return path


def _make_ledger(url: str) -> None:
    # Imported here, so that the clients' tests, which use no database, run without the server's packages.
    from award_ledger.server.store.opening import open_ledger

    open_ledger(url).close()


@pytest.fixture
def postgres_url(postgres: PostgresServer, _postgres_template: str) -> Iterator[str]:
    """A fresh ledger on PostgreSQL. All ledgers of one run have the same `ledger_id`, being copies."""
    name = f"ledger_{next(_NUMBERS)}"
    yield postgres.create_database(name, template=_postgres_template)
    postgres.drop_database(name)


@pytest.fixture
def sqlite_url(tmp_path: Path, _sqlite_template: Path) -> str:
    """A fresh ledger on SQLite."""
    return f"sqlite:///{shutil.copy(_sqlite_template, tmp_path / 'ledger.sqlite3')}"


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh ledger; the test runs once on each engine."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def empty_postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database without any table."""
    name = f"empty_{next(_NUMBERS)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table; the test runs once on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url
