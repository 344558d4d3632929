"""Salted commitments: what the log may know of a sensitive value."""

import hashlib
import struct
from dataclasses import dataclass

_MAGIC = b"award-ledger/commit/v1\n"
SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Opened:
    """A value with its salt and the path of its field in the fact: what opens a commitment. Never logged."""

    path: str
    salt: bytes
    value: bytes

    def __repr__(self) -> str:
        return f"Opened(path={self.path!r}, salt=…, value=…)"


def commitment(opened: Opened) -> str:
    """Hex SHA-256 that commits to the value. Raises ValueError for a salt of the wrong length."""
    if len(opened.salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(opened.salt)}")
    path = opened.path.encode()
    return hashlib.sha256(
        b"".join(
            (
                _MAGIC,
                opened.salt,
                struct.pack(">H", len(path)),
                path,
                struct.pack(">I", len(opened.value)),
                opened.value,
            )
        )
    ).hexdigest()
