"""Zip files whose members are stored, not compressed, read strictly and with little memory (APPNOTE.TXT 4.3, 4.5.3).

The library's reader keeps some 600 bytes for each member; a bundle has one for every event. And here nothing has two
readings: what the central directory says of a member is what its own header says, and a name stands once.
"""

from __future__ import annotations

import os
import struct
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from award_ledger.clients.verification.bundle_files import MAX_FILE_BYTES, BundleBroken, state_index, state_name

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
END_64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR_64 = struct.Struct("<4sIQI")
LOCAL_MAGIC, CENTRAL_MAGIC, END_MAGIC, END_64_MAGIC, LOCATOR_64_MAGIC = (
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"PK\x06\x06",
    b"PK\x06\x07",
)
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF
"""In place of a number that does not fit: it stands in the zip64 record."""

UTF_8 = 1 << 11
"""The one flag that a member may have: its name is UTF-8."""

UNICODE_PATH = 0x7075
"""The extra field (4.6.9) by which some programs call a member otherwise than it is called."""

_CHUNK = 1 << 20


class _Member(NamedTuple):
    """What the central directory says: where the member's header is, its CRC-32, its bytes."""

    name: str
    offset: int
    crc: int
    size: int


class ZipBundle:
    """The files of a zip file."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY)
        try:
            self._bytes = os.fstat(self._file).st_size
            start, length, count = self._end()
            # By index, offsets plus 1: in arrays for the events of a whole log, in a mapping for a selection's.
            self._states = array("Q", bytes(8 * count))
            self._crcs, self._sizes = array("I", bytes(4 * count)), array("I", bytes(4 * count))
            self._far_states: dict[int, _Member] = {}
            self._others: dict[str, _Member] = {}
            self._count = 0
            for member in self._members(start, length, count):
                self._keep(member)
        except BaseException:
            os.close(self._file)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def names(self) -> Iterator[str]:
        """Every file but the states."""
        yield from self._others

    def state_count(self) -> int:
        """Number of states."""
        return self._count

    def find(self, name: str) -> bytes | None:
        """A file."""
        member = self._others.get(name)
        return None if member is None else self._read(member)

    def state(self, index: int) -> bytes | None:
        """The state of a leaf."""
        if index >= len(self._states):
            member = self._far_states.get(index)
            return None if member is None else self._read(member)
        at = self._states[index]
        return self._read(_Member(state_name(index), at - 1, self._crcs[index], self._sizes[index])) if at else None

    def _end(self) -> tuple[int, int, int]:
        """Start and length of the central directory, and the number of members."""
        if self._bytes < END.size:
            raise BundleBroken(f"a file of {self._bytes} bytes is no zip file")
        at = self._bytes - END.size
        magic, disk, first_disk, here, count, length, start, comment = END.unpack(self._at(at, END.size))
        if magic != END_MAGIC or comment:
            raise BundleBroken("the file does not end as a zip file without a comment does: is it whole?")
        if FULL_16 in (here, count) or FULL_32 in (length, start):
            at -= LOCATOR_64.size
            magic, disk, place, disks = LOCATOR_64.unpack(self._at(at, LOCATOR_64.size))
            if magic != LOCATOR_64_MAGIC or disks != 1:
                raise BundleBroken("the zip64 locator is missing or speaks of several disks")
            record = END_64.unpack(self._at(place, END_64.size))
            magic, _, _, _, disk, first_disk, here, count, length, start = record
            if magic != END_64_MAGIC or place + END_64.size != at:
                raise BundleBroken("the zip64 end record is not where it is said to be")
            at = place
        if disk or first_disk or here != count or start + length != at or count * CENTRAL.size > length:
            raise BundleBroken("the end of the zip file contradicts itself")
        return start, length, count

    def _members(self, start: int, length: int, count: int) -> Iterator[_Member]:
        """The central directory, piece by piece."""
        at, end, held, base = start, start + length, b"", start
        for number in range(count):
            if at - base + CENTRAL.size + 3 * FULL_16 > len(held) and base + len(held) < end:
                base = at
                held = self._at(at, min(_CHUNK, end - at))
            fields = CENTRAL.unpack(_exactly(held, at - base, CENTRAL.size, f"member {number}"))
            magic, _, _, flags, method, _, _, crc, packed, whole, names, extras, comments, disk, _, _, offset = fields
            tail = _exactly(held, at - base + CENTRAL.size, names + extras + comments, f"member {number}")
            if magic != CENTRAL_MAGIC or flags & ~UTF_8 or method or packed != whole or disk:
                raise BundleBroken(f"member {number} is not stored plainly (compressed, encrypted or in parts)")
            try:
                name = tail[:names].decode()
            except UnicodeDecodeError as error:
                raise BundleBroken(f"the name of member {number} is not UTF-8") from error
            extra = _extra_fields(tail[names : names + extras])
            if UNICODE_PATH in extra:
                raise BundleBroken(f"member {number} has a second name beside {name[:80]!r}")
            if offset == FULL_32:
                offset = _offset_64(extra, skip=16 if whole == FULL_32 else 0)
            yield _Member(name, offset, crc, whole)
            at += CENTRAL.size + len(tail)
        if at != end:
            raise BundleBroken("the central directory of the zip file is longer than its members")

    def _keep(self, member: _Member) -> None:
        index = state_index(member.name)
        if index is None:
            if member.name in self._others:
                raise BundleBroken(f"{member.name} stands in the zip file twice")
            if not member.name.endswith("/"):
                self._others[member.name] = member
            return
        if self._states[index] if index < len(self._states) else index in self._far_states:
            raise BundleBroken(f"{member.name} stands in the zip file twice")
        if index < len(self._states):
            self._states[index] = member.offset + 1
            self._crcs[index], self._sizes[index] = member.crc, member.size
        else:
            self._far_states[index] = member
        self._count += 1

    def _read(self, member: _Member) -> bytes:
        name, offset, *said = member
        guess = self._at(offset, LOCAL.size + len(name) + 2_000, whole=False)
        if len(guess) < LOCAL.size:
            raise BundleBroken(f"{name} is not where the zip file says it is")
        magic, _, flags, method, _, _, crc, packed, whole, names, extras = LOCAL.unpack_from(guess)
        if magic != LOCAL_MAGIC or flags & ~UTF_8 or method or packed != whole:
            raise BundleBroken(f"{name} is not stored plainly where the zip file says it is")
        if [crc, whole] != said:
            raise BundleBroken(f"{name} has another checksum or length where it is than in the directory")
        if whole > MAX_FILE_BYTES:
            raise BundleBroken(f"{name} has {whole} bytes, more than {MAX_FILE_BYTES}")
        begin = LOCAL.size + names + extras
        if begin + whole > len(guess):
            guess = self._at(offset, begin + whole)
        if guess[LOCAL.size : LOCAL.size + names] != name.encode():
            raise BundleBroken(f"{name} has another name where the zip file says it is")
        data = guess[begin : begin + whole]
        if zlib.crc32(data) != crc:
            raise BundleBroken(f"{name} was damaged: its checksum is {zlib.crc32(data):08x}, not {crc:08x}")
        return data

    def _at(self, offset: int, length: int, *, whole: bool = True) -> bytes:
        try:
            data = os.pread(self._file, length, offset)
        except (OSError, OverflowError) as error:
            raise BundleBroken(f"the zip file cannot be read at {offset}: {error}") from error
        if whole and len(data) != length:
            raise BundleBroken(f"the zip file ends before {offset + length}: it has {self._bytes} bytes")
        return data


def _exactly(held: bytes, at: int, length: int, what: str) -> bytes:
    if at + length > len(held):
        raise BundleBroken(f"the central directory of the zip file ends within {what}")
    return held[at : at + length]


def _extra_fields(extra: bytes) -> dict[int, bytes]:
    """The extra fields of a member by their kind (4.5.1); of two of a kind, the first."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        found.setdefault(kind, extra[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def _offset_64(extra: dict[int, bytes], *, skip: int) -> int:
    """The offset in the zip64 extended information (4.5.3), after the sizes that stand before it."""
    found = extra.get(1, b"")[skip : skip + 8]
    if len(found) == 8:
        return int.from_bytes(found, "little")
    raise BundleBroken("a member beyond 4 GiB says nowhere where it is")
