"""Writing a zip file of stored members that can be taken up again after a break (APPNOTE.TXT 4.3, 4.5.3).

Members follow one another in a draft without a central directory; that is made at the end from the members' own
headers. So a break costs what came after the last entry bundle, and memory does not grow with the number of members.
Every file is dated 1 January 1980: the same log exports to the same bytes.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from award_ledger.clients.verification.bundle_files import BundleBroken, state_index
from award_ledger.clients.verification.stored_zip import (
    CENTRAL,
    CENTRAL_MAGIC,
    END,
    END_64,
    END_64_MAGIC,
    END_MAGIC,
    FULL_16,
    FULL_32,
    LOCAL,
    LOCAL_MAGIC,
    LOCATOR_64,
    LOCATOR_64_MAGIC,
)

DRAFT = ".part"
"""Ends the name of what is not whole yet."""

_VERSION, _ZIP64_VERSION = 20, 45
_DATE = 0x21
_BEGINS = ("tile/", "state/")
_ENTRIES = "tile/entries/"


class _Header(NamedTuple):
    """What a member's own header says, and where its bytes are."""

    name: str
    crc: int
    size: int
    offset: int

    @property
    def begin(self) -> int:
        return self.offset + LOCAL.size + len(self.name)

    @property
    def end(self) -> int:
        return self.begin + self.size


class ZipWriting:
    """Writes one zip file; until it is finished, a draft beside it. Raises BundleBroken where the file is there."""

    def __init__(self, path: Path) -> None:
        if path.exists():
            raise BundleBroken(f"{path} is there already")
        self._path, self._draft = path, path.with_name(path.name + DRAFT)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._draft.open("a+b")
        self._others: dict[str, _Header] = {}
        self._end = 0
        for header in self._headers(os.fstat(self._file.fileno()).st_size):
            if zlib.crc32(os.pread(self._file.fileno(), header.size, header.begin)) != header.crc:
                break  # a machine that stopped may have kept the length of what it had not written
            # States without their entry bundle, and what follows them, are fetched again.
            if not header.name.startswith(_BEGINS) or header.name.startswith(_ENTRIES):
                self._end = header.end
            if state_index(header.name) is None:
                self._others[header.name] = header
        self._others = {name: header for name, header in self._others.items() if header.end <= self._end}
        self._file.truncate(self._end)
        self._file.seek(0, os.SEEK_END)

    def kept(self, name: str) -> bytes | None:
        """A file of the draft."""
        header = self._others.get(name)
        if header is None:
            return None
        self._file.flush()
        return os.pread(self._file.fileno(), header.size, header.begin)

    def add(self, name: str, data: bytes) -> None:
        """Appends a member."""
        header = _Header(name, zlib.crc32(data), len(data), self._end)
        fields = (_VERSION, 0, 0, 0, _DATE, header.crc, header.size, header.size, len(name), 0)
        self._file.write(LOCAL.pack(LOCAL_MAGIC, *fields) + name.encode("ascii") + data)
        self._end = header.end
        if state_index(name) is None:
            self._others[name] = header

    def names(self) -> Iterator[str]:
        """Every file but the states."""
        yield from self._others

    def finish(self) -> None:
        """Writes the central directory, and gives the draft its name once it is on disk."""
        self._file.flush()
        start, count, pieces = self._end, 0, bytearray()
        for header in self._headers(start):
            pieces += _central(header)
            count += 1
            if len(pieces) > 1 << 20:
                self._file.write(pieces)
                pieces.clear()
        self._file.write(pieces)
        self._file.flush()
        length = self._file.tell() - start
        self._file.write(_end_of(start, length, count))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._draft.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Closes the file; a draft stays, to be taken up again."""
        self._file.close()

    def _headers(self, size: int) -> Iterator[_Header]:
        """The members that are whole, in order."""
        at, descriptor = 0, self._file.fileno()
        while at + LOCAL.size <= size:
            head = os.pread(descriptor, LOCAL.size + 100, at)
            magic, *_, crc, whole, _, names, _ = LOCAL.unpack_from(head)
            name = head[LOCAL.size : LOCAL.size + names]
            if magic != LOCAL_MAGIC or len(name) != names or not name.isascii():
                return
            header = _Header(name.decode("ascii"), crc, whole, at)
            if header.end > size:
                return
            yield header
            at = header.end


def _central(header: _Header) -> bytes:
    far = header.offset >= FULL_32
    extra = struct.pack("<2HQ", 1, 8, header.offset) if far else b""
    version = _ZIP64_VERSION if far else _VERSION
    name = header.name.encode("ascii")
    sizes = (header.crc, header.size, header.size, len(name), len(extra))
    offset = FULL_32 if far else header.offset
    return CENTRAL.pack(CENTRAL_MAGIC, version, version, 0, 0, 0, _DATE, *sizes, 0, 0, 0, 0, offset) + name + extra


def _end_of(start: int, length: int, count: int) -> bytes:
    plain = END.pack(
        END_MAGIC,
        0,
        0,
        min(count, FULL_16),
        min(count, FULL_16),
        min(length, FULL_32),
        min(start, FULL_32),
        0,
    )
    if count < FULL_16 and max(start, length) < FULL_32:
        return plain
    at = start + length
    record = END_64.pack(
        END_64_MAGIC, END_64.size - 12, _ZIP64_VERSION, _ZIP64_VERSION, 0, 0, count, count, length, start
    )
    return record + LOCATOR_64.pack(LOCATOR_64_MAGIC, 0, at, 1) + plain
