"""The file of a SQLite ledger is the one that was opened, or nothing is answered.

A file that is deleted or replaced lives on for whoever has it open, and so does its write-ahead log: SQLite would go on
committing to what no path leads to any more, and all of it would be gone with the process.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import quote

from eventsourcing.persistence import OperationalError
from sqlalchemy import Connection

OPTION = "award_ledger_file"
"""The execution option of an engine that holds its `LedgerFile`; on PostgreSQL there is none."""

_WAL = "award_ledger_wal"


class LedgerFileMoved(OperationalError):
    """What the path leads to is not what the server has open."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{path} {what} while the server had it open; nothing is written or answered meanwhile."
            " Put the very file back where it was, with its -wal beside it, and the server goes on by itself;"
            " to serve another file, stop the server first."
        )


class _Identity(NamedTuple):
    """A file whatever it is called."""

    device: int
    inode: int


class LedgerFile:
    """One path for all connections of one engine: the first connection settles which file it means."""

    def __init__(self, path: Path, wait_s: float) -> None:
        self._path, self._wait_s = path, wait_s
        # SQLite keeps the write-ahead log beside the file itself, wherever a symbolic link to it may stand.
        self._wal_path = Path(f"{path.resolve()}-wal")
        self._opened: _Identity | None = None
        self._opening = Lock()

    def connect(self) -> sqlite3.Connection:
        """A connection to the file. Raises sqlite3.OperationalError, or LedgerFileMoved where it is another one now."""
        with self._opening:
            before = _identity(self._path)
            if self._opened not in (None, before):
                raise self._moved(before)
            # Without `rw` SQLite would make a new file where the old one has gone.
            connection = sqlite3.connect(
                f"file:{quote(str(self._path))}?mode=rw", uri=True, timeout=self._wait_s, check_same_thread=False
            )
            if _identity(self._path) != before:
                connection.close()
                raise self._moved(before)
            self._opened = before
            return connection

    def remember_wal(self, connection: sqlite3.Connection, info: dict[Any, Any]) -> None:
        """Note which write-ahead log a new connection has open; `info` stays with the connection."""
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()  # opens it; an empty database has none yet
        info[_WAL] = _identity(self._wal_path)

    def require_in_place(self, info: dict[Any, Any]) -> None:
        """Raises LedgerFileMoved. Costs two calls of stat."""
        found = _identity(self._path)
        if found != self._opened:
            raise self._moved(found)
        if info[_WAL] is not None and _identity(self._wal_path) != info[_WAL]:
            raise LedgerFileMoved(self._wal_path, "was deleted or replaced")

    def _moved(self, found: _Identity | None) -> LedgerFileMoved:
        return LedgerFileMoved(self._path, "was deleted or moved away" if found is None else "was replaced")


def require_in_place(connection: Connection) -> None:
    """Raises LedgerFileMoved where the connection's file is no longer the one at the ledger's path."""
    file = connection.get_execution_options().get(OPTION)
    if file is not None:
        file.require_in_place(connection.info)


def _identity(path: Path) -> _Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return _Identity(found.st_dev, found.st_ino)
