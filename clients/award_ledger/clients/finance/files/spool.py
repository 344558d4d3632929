"""Lines on disk while a file is being judged, so that a file of any length fits in memory and none is half given."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import msgspec

from award_ledger.clients.finance.files.statement import Line

_LENGTH_BYTES = 4


class Spool:
    """An anonymous temporary file: it is gone when closed, or when the process ends."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="award-ledger-lines-")  # noqa: SIM115  # closed by `close`
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Line)

    def position(self) -> int:
        """Where the next line will be written."""
        return self._file.seek(0, 2)

    def append(self, line: Line) -> None:
        """Write one line at the end."""
        record = self._encoder.encode(line)
        self._file.write(len(record).to_bytes(_LENGTH_BYTES, "big") + record)

    def read(self, start: int, end: int) -> Iterator[Line]:
        """The lines between two positions. Several readers may take turns."""
        position = start
        while position < end:
            self._file.seek(position)
            length = int.from_bytes(self._file.read(_LENGTH_BYTES), "big")
            line = self._decoder.decode(self._file.read(length))
            position += _LENGTH_BYTES + length
            yield line

    def close(self) -> None:
        """Forget all lines."""
        self._file.close()
