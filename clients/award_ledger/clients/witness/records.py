"""What a witness remembers: the latest checkpoint of each log, durably, in a folder that one process holds.

A record never goes back. Losing the folder means that the witness would sign any history once more: back it up, or
take a new key.
"""

from __future__ import annotations

import fcntl
import os
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self


class RecordsRefused(Exception):
    """The folder cannot be used; the message says why."""


def record_name(origin: str) -> str:
    """The name of a log's record: SHA-256 of its origin in hex (tlog-witness, monitoring)."""
    return sha256(origin.encode()).hexdigest()


class Records:
    """One note for each log. Raises RecordsRefused where another process holds the folder, or it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = (folder / "lock").open("a")
        except OSError as error:
            raise RecordsRefused(f"{folder} cannot be used: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise RecordsRefused(f"another witness holds {folder}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, name: str) -> bytes | None:
        """The note under a name; None where there is none yet. Raises OSError."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, note: bytes) -> None:
        """Puts a note in the place of the one before, whole or not at all; on disk when it returns. Raises OSError."""
        draft = self._folder / f"{name}.draft"
        with draft.open("wb") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / name)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Lets go of the folder."""
        self._lock.close()
