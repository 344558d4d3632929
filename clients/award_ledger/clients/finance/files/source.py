"""The bytes of a file: read once, in pieces, with their SHA-256 and a limit; and what they look like."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from award_ledger.clients.finance.files.quarantine import Quarantined, Reason

Progress = Callable[[int, int], None]
"""Called with the bytes read so far and the bytes of the file."""

LARGEST_XML_BYTES = 1 << 30
LARGEST_TABLE_BYTES = 64 << 20
"""Sheets and SWIFT files are read whole: a bank's own export is rarely above one megabyte."""
_CHUNK_BYTES = 1 << 16


class Source:
    """One file. `sha256` is known once all was read."""

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.sha256 = ""
        self._progress = progress

    def beginning(self) -> bytes:
        """Enough bytes to tell the format by."""
        with self.path.open("rb") as file:
            return file.read(_CHUNK_BYTES)

    def chunks(self, largest_bytes: int = LARGEST_XML_BYTES) -> Iterator[bytes]:
        """All bytes, in order. Raises Quarantined for a file that is empty or too large."""
        if self.size == 0:
            raise Quarantined(Reason.EMPTY, self.path.name, "the file has no bytes")
        if self.size > largest_bytes:
            raise Quarantined(Reason.TOO_LARGE, self.path.name, f"{self.size} bytes, more than {largest_bytes}")
        digest, read = hashlib.sha256(), 0
        with self.path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                read += len(chunk)
                if read > largest_bytes:
                    raise Quarantined(Reason.TOO_LARGE, self.path.name, f"it grew beyond {largest_bytes} bytes")
                yield chunk
                if self._progress is not None:
                    self._progress(read, self.size)
        self.sha256 = digest.hexdigest()

    def whole(self) -> bytes:
        """All bytes of a table or a SWIFT file."""
        return b"".join(self.chunks(LARGEST_TABLE_BYTES))
