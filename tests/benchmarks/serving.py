"""Databases and real server processes to be measured: durable ones, as in production."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from tests.postgres_server import PostgresServer

Engine = Literal["postgresql", "sqlite"]
ENGINES: tuple[Engine, ...] = ("postgresql", "sqlite")

_ENDS_WITHIN_S = 60


class Databases(Protocol):
    """Durable databases of one engine. `fresh` makes one, empty or as a copy of another that nobody uses."""

    def fresh(self, copy_of: str = "") -> str:
        """Its name."""
        ...

    def url(self, name: str) -> str:
        """Its address."""
        ...

    def drop(self, name: str) -> None:
        """Gives back its place."""
        ...


@dataclass
class _OnPostgresql:
    """fsync and synchronous_commit on, all else as the server comes."""

    server: PostgresServer
    made: int = 0

    def fresh(self, copy_of: str = "") -> str:
        self.made += 1
        name = f"bench{self.made}"
        self.server.create_database(name, template=copy_of or "template0")
        return name

    def url(self, name: str) -> str:
        return self.server.url(name)

    def drop(self, name: str) -> None:
        self.server.drop_database(name)


@dataclass
class _OnSqlite:
    """Files in one directory; the ledger itself sets synchronous=FULL."""

    directory: Path
    made: int = 0

    def fresh(self, copy_of: str = "") -> str:
        self.made += 1
        name = f"bench{self.made}"
        if copy_of:
            shutil.copyfile(self._path(copy_of), self._path(name))
        return name

    def url(self, name: str) -> str:
        return f"sqlite:///{self._path(name)}"

    def drop(self, name: str) -> None:
        for path in self.directory.glob(f"{name}.sqlite3*"):
            path.unlink()

    def _path(self, name: str) -> Path:
        return self.directory / f"{name}.sqlite3"


class Running(NamedTuple):
    """A process that answers calls."""

    address: str
    pid: int

    def cpu_s(self) -> float:
        """What it has spent of processors so far; 0 where the system does not tell (it is not Linux)."""
        stat = Path(f"/proc/{self.pid}/stat")
        if not stat.exists():
            return 0.0
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def databases(engine: Engine, directory: Path) -> Iterator[Databases]:
    """A server of PostgreSQL, or a directory for files, until the block ends. `directory` must be on a real disk."""
    if engine == "postgresql":
        with PostgresServer(durable=True) as server:
            yield _OnPostgresql(server)
        return
    with tempfile.TemporaryDirectory(dir=directory) as files:
        yield _OnSqlite(Path(files))


@contextmanager
def server_process(url: str, *flags: str) -> Iterator[Running]:
    """A server in a process of its own, which writes its log to a file."""
    with tempfile.TemporaryDirectory() as directory, Path(directory, "log").open("wb") as log:
        keys = {"AWARD_LEDGER_VAULT_KEYS": "6b" * 32}
        command = ["award_ledger.server.main", "serve", "--development", "--database", url, "--listen", "127.0.0.1:0"]
        with process([*command, *flags], log.fileno(), keys) as running:
            yield running


@contextmanager
def process(module: list[str], errors: int, environment: dict[str, str] | None = None) -> Iterator[Running]:
    """Runs `python -m` until the block ends; the address is in the line that it prints when it listens."""
    started = subprocess.Popen(
        [sys.executable, "-m", *module],
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    with started:
        try:
            assert started.stdout is not None
            announced = re.fullmatch(r"listening on (127\.0\.0\.1:\d+)\n", started.stdout.readline())
            if announced is None:
                raise RuntimeError(f"{module[0]} did not start")
            yield Running(announced[1], started.pid)
        finally:
            started.terminate()
            try:
                started.wait(_ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                started.kill()
