"""Database engines as the ledger needs them: durable commits, one kind of transaction to read, one to write."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psycopg
from eventsourcing.persistence import OperationalError
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExecutionContext
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from award_ledger.server.store import ledger_file
from award_ledger.server.store.ledger_file import LedgerFile

_LOOK_AGAIN_S = 0.01
_BEGIN = "award_ledger_sqlite_begin"
_WARNINGS = "award_ledger_warnings"
_BINARY = "award_ledger_binary_rows"
#: An execution option for statements that read many events: PostgreSQL then sends the rows in binary, which psycopg
#: reads twice as fast, bytes above all.
BINARY_ROWS = {_BINARY: True}


@dataclass(frozen=True)
class EngineLimits:
    """Every wait on the database has an end. Durations are in seconds."""

    connections: int = 20
    """Held at most at once by this process; one is the writer's, the others serve reads."""
    connection_wait_s: float = 10.0
    connect_s: int = 10
    silence_s: int = 10
    """After which a PostgreSQL that is not heard of any more, its network cut say, is given up. Without this end a
    commit under way would wait a quarter of an hour for the kernel to give up, and one for its answer two hours.
    """
    lock_wait_s: float = 15.0
    """How long a writer waits for the head while others hold it."""
    statement_s: float = 60.0
    idle_in_transaction_s: float = 10.0
    """PostgreSQL ends a transaction left idle this long: a process that was stopped cannot keep the head, and who
    waits for it gets it. So it is shorter than `lock_wait_s`, and long reads go page by page."""


ALONE = EngineLimits(connections=1, lock_wait_s=1.0)
"""For an engine that wants the ledger to itself: it does not wait for those who have it."""


def open_engine(url: str | URL, limits: EngineLimits | None = None, *, alone: bool = False) -> Engine:
    """An engine for `sqlite:///PATH` or `postgresql://…` (the driver is psycopg, given or not).

    `alone` keeps everybody else from a SQLite file while a connection is open, and fails to connect (SQLITE_BUSY)
    while others are. PostgreSQL knows no such thing; see `reindexing`.

    Nothing is connected yet. Raises ValueError for any other address, and for SQLite in memory: a ledger that
    forgets is none, and every connection would see another one.
    """
    limits = limits or (ALONE if alone else EngineLimits())
    try:
        address = make_url(url)
    except ArgumentError:
        raise ValueError("the database address is not a URL; write sqlite:///PATH or postgresql://…") from None
    if address.drivername in ("sqlite", "sqlite+pysqlite"):
        return _open_sqlite(address, limits, alone=alone)
    if address.drivername in ("postgresql", "postgresql+psycopg"):
        return _open_postgresql(address.set(drivername="postgresql+psycopg"), limits)
    raise ValueError(f"no support for {address.drivername!r} databases; write sqlite:///PATH or postgresql://…")


def for_reading(engine: Engine) -> Engine:
    """The same pool; its transactions see one snapshot of the log throughout and write nothing."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def for_writing(engine: Engine) -> Engine:
    """The same pool; its transactions write. On SQLite they hold the write lock from their first statement."""
    if engine.dialect.name == "postgresql":
        # Not stricter: the lock on the head row already puts writers in line, and under a stricter level the one
        # that waited for it would fail instead of going on from the head that it was waiting for.
        return engine.execution_options(isolation_level="READ COMMITTED", postgresql_readonly=False)
    return engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})


def require_confirmed(connection: Connection) -> None:
    """Raises OperationalError when the commit just made was not confirmed by a standby that should have.

    PostgreSQL reports it as made, with a warning, when somebody cancels the wait for the standby.
    """
    warnings = connection.info.pop(_WARNINGS, None)
    if warnings:
        raise OperationalError(f"the database commits with a warning: {warnings[-1]}")


def _open_sqlite(address: URL, limits: EngineLimits, *, alone: bool) -> Engine:
    if address.database in (None, "", ":memory:") or str(address.database).startswith("file:"):
        raise ValueError("a ledger lives in a file; write sqlite:///PATH")
    file = LedgerFile(Path(str(address.database)), limits.lock_wait_s)
    engine = create_engine(
        address,
        creator=file.connect,
        execution_options={ledger_file.OPTION: file},
        pool_size=limits.connections,
        max_overflow=0,
        pool_timeout=limits.connection_wait_s,
        hide_parameters=True,
    )

    def prepare(opened: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        connection = cast(sqlite3.Connection, opened)
        if alone:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        _prepare_sqlite(connection, limits.lock_wait_s)
        file.remember_wal(connection, entry.info)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, lock_wait_s: float) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own; _begin_sqlite does
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if tables and "head" not in tables:
        return  # somebody else's database, to be refused as it is
    mode = _write_ahead(connection, lock_wait_s)
    if mode != ("wal",):
        raise sqlite3.OperationalError(f"this file system cannot hold a write-ahead log (journal mode {mode[0]})")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone does not reach the disk there
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # an erased opening leaves no bytes in free pages
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cache_size = -65536")  # 64 MiB


def _write_ahead(connection: sqlite3.Connection, lock_wait_s: float) -> tuple[str]:
    """The journal mode after asking for a write-ahead log. While another process makes the log of a new file, SQLite
    says at once that the file is busy, without the wait that every other statement gets.
    """
    give_up_s = time.monotonic() + lock_wait_s
    while True:
        try:
            mode: tuple[str] = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() >= give_up_s:
                raise
            time.sleep(_LOOK_AGAIN_S)
        else:
            return mode


def _begin_sqlite(connection: Connection) -> None:
    ledger_file.require_in_place(connection)
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def _open_postgresql(address: URL, limits: EngineLimits) -> Engine:
    settings = {
        "lock_timeout": limits.lock_wait_s,
        "statement_timeout": limits.statement_s,
        "idle_in_transaction_session_timeout": limits.idle_in_transaction_s,
    }
    options = " ".join(f"-c {name}={int(seconds * 1000)}" for name, seconds in settings.items())
    defaults = {
        "application_name": "award-ledger",
        "connect_timeout": str(limits.connect_s),
        "options": options,
        "tcp_user_timeout": str(limits.silence_s * 1000),
        "keepalives_idle": str(max(1, limits.silence_s // 2)),
        "keepalives_interval": str(max(1, limits.silence_s // 5)),
        "keepalives_count": "3",
        # Given several hosts, or a standby that was promoted, only a server that takes writes will do.
        "target_session_attrs": "read-write",
    }
    engine = create_engine(
        address,
        connect_args={name: value for name, value in defaults.items() if name not in address.query},
        pool_size=limits.connections,
        max_overflow=0,
        pool_timeout=limits.connection_wait_s,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine, "before_cursor_execute", _choose_row_format)
    event.listen(engine, "connect", _keep_warnings)
    event.listen(engine, "begin", _forget_warnings)
    return engine


def _keep_warnings(opened: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    def keep(notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            entry.info.setdefault(_WARNINGS, []).append(str(notice.message_primary))

    cast("psycopg.Connection[Any]", opened).add_notice_handler(keep)


def _forget_warnings(connection: Connection) -> None:
    connection.info.pop(_WARNINGS, None)


def _choose_row_format(_c: Any, cursor: Any, _s: Any, _p: Any, context: ExecutionContext | None, _m: bool) -> None:
    if context is not None and context.execution_options.get(_BINARY):
        cursor.format = psycopg.pq.Format.BINARY
