"""The witness's own key: an Ed25519 cosigner, kept in a file as one line `PRIVATE+KEY+<name>+<id>+<base64(4 ‖ seed)>`.

The line is the one that other C2SP tools read and write.
"""

from __future__ import annotations

import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from award_ledger.clients.verification.failures import Malformed
from award_ledger.clients.verification.keys import (
    COSIGNATURE_V1,
    ED25519,
    VerifierKey,
    cosignature_message,
    key_id_of,
    verifier_key,
)
from award_ledger.clients.verification.text_fields import from_base64, to_base64

_PREFIX = "PRIVATE+KEY+"
_SEED_BYTES = 32


class KeyFileRefused(Exception):
    """A key file cannot be used; the message says why, and never what is in it."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key under a name."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r}, …)"

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public(self) -> VerifierKey:
        """The key that goes into policies."""
        return verifier_key(self.name, COSIGNATURE_V1, self._private.public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        """The line of the key file."""
        return f"{_PREFIX}{self.name}+{self.public.key_id.hex()}+{to_base64(bytes([COSIGNATURE_V1]) + self.seed)}"

    def cosignature(self, text: bytes, at_s: int) -> bytes:
        """A signature line over the text of a checkpoint, made at so many seconds since 1970."""
        signature = self._private.sign(cosignature_message(at_s, text))
        blob = self.public.key_id + struct.pack(">Q", at_s) + signature
        return f"— {self.name} {to_base64(blob)}\n".encode()


def new_signing_key(name: str) -> SigningKey:
    """A key from the system's randomness. Raises Malformed for a name that no key may have."""
    key = SigningKey(name, os.urandom(_SEED_BYTES))
    _ = key.public
    return key


def parse_signing_key(text: str) -> SigningKey:
    """A key from its line; one of type 1 is taken as a cosigner's. Raises Malformed, without the key in its message."""
    name, plus, rest = text.removeprefix(_PREFIX).partition("+")
    key_id, second, encoded = rest.partition("+")
    if not text.startswith(_PREFIX) or not (plus and second):
        raise Malformed("key file", "it does not hold one line PRIVATE+KEY+name+id+key")
    try:
        decoded = from_base64("key file", encoded)
    except Malformed:
        raise Malformed("key file", "the key in it is not base64") from None
    if len(decoded) != 1 + _SEED_BYTES or decoded[0] not in (ED25519, COSIGNATURE_V1):
        raise Malformed("key file", "the key in it is not an Ed25519 key")
    key = SigningKey(name, decoded[1:])
    if key_id_of(name, decoded[0], key.public.public).hex() != key_id:
        raise Malformed("key file", f"the id in it is not that of {name}'s key")
    return key


def read_signing_key(path: Path) -> SigningKey:
    """The key in a file that no other account can read. Raises KeyFileRefused."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read(4_096).decode("utf-8", "replace")
    except OSError as error:
        raise KeyFileRefused(f"{path} cannot be read: {error.strerror}") from error
    if mode & 0o077:
        raise KeyFileRefused(f"{path} is open to other accounts (mode {mode:04o}): give it mode 0600")
    try:
        return parse_signing_key(text.strip())
    except Malformed as error:
        raise KeyFileRefused(f"{path}: {error}") from error


def write_signing_key(key: SigningKey, path: Path) -> None:
    """Writes a new file with mode 0600. Raises KeyFileRefused where it is there already or cannot be written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{key.text}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyFileRefused(f"{path} cannot be written: {error.strerror}") from error
