"""Ledgers whose commits survive, and silence: the log lines that the server writes about faults tell nothing here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import count

import pytest

from award_ledger.server.store.opening import open_ledger
from tests.conftest import ENGINES
from tests.faults.processes import Nursery
from tests.postgres_server import PostgresServer

_NUMBERS = count(1)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    yield
    logging.disable(before)


@pytest.fixture(params=ENGINES)
def durable_database_url(request: pytest.FixtureRequest) -> str:
    """A fresh ledger that keeps what it has committed; the test runs once on each engine."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "durable_postgres_url")
    return url


@pytest.fixture
def durable_postgres_url(durable_postgres: PostgresServer) -> Iterator[str]:
    """A fresh ledger on a PostgreSQL with fsync and synchronous_commit on."""
    name = f"durable_{next(_NUMBERS)}"
    url = durable_postgres.create_database(name)
    open_ledger(url).close()
    yield url
    durable_postgres.drop_database(name)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Starts server processes in a moment."""
    with Nursery() as started:
        yield started
