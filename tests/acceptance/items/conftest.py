"""Ledgers on which the whole package is published, as a department and finance do it: with the command line.

It is published once on each database and copied from there. `ledger` is shared by the tests of a module, which keep out
of one another's way by enterprises, evidence and keys of their own; `own_ledger` is for a test that fills a quota, uses
up a fund or publishes other Terms.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.acceptance.items.desk import Desk
from tests.conftest import ENGINES
from tests.postgres_server import PostgresServer
from tests.served import serving

PACKAGE = "shandong-2025-49"
_NUMBERS = count(1)


@contextmanager
def at_the_end_of_the_policy(url: str) -> Iterator[Desk]:
    """A desk at a ledger, on the last day of the policy: money may have moved on every day before."""
    with serving(url) as served:
        served.clock.us = 1_798_689_600_000_000  # 12:00 on 31 December 2026 in Asia/Shanghai
        yield Desk(served)


def _publish(url: str) -> None:
    with at_the_end_of_the_policy(url) as desk:
        desk.command("measures", "publish", "--catalogue", PACKAGE, "--on", "2025-05-13", by="fang@fgw")
        desk.command("funds", "load", "--catalogue", PACKAGE, by="qian@czt")


@pytest.fixture(scope="session")
def _sqlite_package(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copy(_sqlite_template, tmp_path_factory.mktemp("package") / "ledger.sqlite3"))
    _publish(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _postgres_package(postgres: PostgresServer, _postgres_template: str) -> str:
    _publish(postgres.create_database("package", template=_postgres_template))
    return "package"


@contextmanager
def _copy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    if request.param == "sqlite":
        template = request.getfixturevalue("_sqlite_package")
        path = shutil.copy(template, tmp_path_factory.mktemp("items") / "ledger.sqlite3")
        with at_the_end_of_the_policy(f"sqlite:///{path}") as desk:
            yield desk
        return
    postgres: PostgresServer = request.getfixturevalue("postgres")
    name = f"items_{next(_NUMBERS)}"
    with at_the_end_of_the_policy(
        postgres.create_database(name, template=request.getfixturevalue("_postgres_package"))
    ) as desk:
        yield desk
    postgres.drop_database(name)


@pytest.fixture(scope="module", params=ENGINES)
def ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The package as published; the module's tests share it. Each runs once on each database."""
    with _copy(request, tmp_path_factory) as desk:
        yield desk


@pytest.fixture(params=ENGINES)
def own_ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The same for one test alone."""
    with _copy(request, tmp_path_factory) as desk:
        yield desk
