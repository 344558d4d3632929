"""The keys with which a log signs its checkpoints, and the file that holds them: one key a line.

A line is `PRIVATE+KEY+` name `+` key id `+` base64 of type and seed, as Go's sumdb/note writes it. Every key in the
file signs every checkpoint, so a rotation overlaps by adding the new key before the old one is taken out.
"""

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from award_ledger.server.private_files import FileExposed, create_private, read_private, replace_private
from award_ledger.server.transparency import ml_dsa
from award_ledger.server.transparency.notes import (
    ED25519,
    ML_DSA_44,
    Checkpoint,
    Note,
    NoteRefused,
    SignatureLine,
    VerifierKey,
    checked_name,
    subtree_message,
)

_PREFIX = "PRIVATE+KEY+"
_SEED_BYTES = 32
_LOG_TIME = 0
"""A log's own ML-DSA-44 signature says no time: the time is what witnesses are for."""


class SigningKeyRefused(Exception):
    """The keys cannot be used; says what to do. No message holds a key."""

    def __init__(self, path: Path, finding: str, remedy: str) -> None:
        super().__init__(f"{path}: {finding}. {remedy}")


@dataclass(frozen=True)
class SigningKey:
    """A private key and the verifier key that belongs to it."""

    verifier: VerifierKey
    seed: bytes = field(repr=False)
    private: Any = field(repr=False)

    @classmethod
    def generate(cls, name: str, kind: int) -> "SigningKey":
        """A new key. Raises NoteRefused for a name that no note can carry."""
        return cls.from_seed(name, kind, secrets.token_bytes(_SEED_BYTES))

    @classmethod
    def from_seed(cls, name: str, kind: int, seed: bytes) -> "SigningKey":
        """The key of a seed of 32 bytes. Raises NoteRefused for a type that cannot sign here."""
        checked_name(name)
        if kind == ML_DSA_44 and not ml_dsa.AVAILABLE:
            raise NoteRefused("the installed cryptography has no ML-DSA")
        if kind not in (ED25519, ML_DSA_44) or len(seed) != _SEED_BYTES:
            raise NoteRefused("a log signs with Ed25519 or ML-DSA-44")
        private: Any = ml_dsa.private_key(seed) if kind == ML_DSA_44 else Ed25519PrivateKey.from_private_bytes(seed)
        return cls(VerifierKey(name, kind, private.public_key().public_bytes_raw()), seed, private)

    def line(self, checkpoint: Checkpoint) -> SignatureLine:
        """The signature of a checkpoint."""
        name = self.verifier.name
        if self.verifier.kind == ED25519:
            signature: bytes = self.private.sign(checkpoint.text())
        else:
            message = subtree_message(name, _LOG_TIME, checkpoint)
            signature = _LOG_TIME.to_bytes(8, "big") + self.private.sign(message)
        return SignatureLine(name, self.verifier.key_id, signature)

    def written(self) -> str:
        """Its line in a key file."""
        body = base64.b64encode(bytes([self.verifier.kind]) + self.seed).decode()
        return f"{_PREFIX}{self.verifier.name}+{self.verifier.key_id.hex()}+{body}\n"


def signed(checkpoint: Checkpoint, keys: tuple[SigningKey, ...]) -> bytes:
    """The checkpoint as a note, signed by each key."""
    return bytes(Note(checkpoint.text(), tuple(key.line(checkpoint) for key in keys)))


def new_keys(name: str) -> tuple[SigningKey, ...]:
    """An Ed25519 key, and beside it one of ML-DSA-44 where it can be had. Raises NoteRefused for a wrong name."""
    kinds = (ED25519, ML_DSA_44) if ml_dsa.AVAILABLE else (ED25519,)
    return tuple(SigningKey.generate(name, kind) for kind in kinds)


def write_keys(path: Path, keys: tuple[SigningKey, ...]) -> bool:
    """Keep keys in a new file, for this account alone; False when there is one, which stays. Raises OSError."""
    return create_private(path, _file_of(keys))


def add_keys(path: Path, keys: tuple[SigningKey, ...]) -> None:
    """Put further keys into the file. Raises SigningKeyRefused and OSError."""
    replace_private(path, _file_of((*keys_in(path), *keys)))


def keys_in(path: Path) -> tuple[SigningKey, ...]:
    """The keys of a file, all of one name. Raises SigningKeyRefused."""
    try:
        lines = read_private(path).decode("utf-8", "replace").split("\n")
    except FileExposed as exposed:
        raise SigningKeyRefused(path, str(exposed), "Give it to the signer's account with mode 0600.") from None
    except OSError as error:
        finding = f"the keys cannot be read ({error.strerror})"
        raise SigningKeyRefused(path, finding, "Make them with `award-ledger-server signer-keys`.") from None
    try:
        keys = tuple(_parsed(line) for line in lines if line.strip())
    except NoteRefused as refused:
        raise SigningKeyRefused(path, str(refused), "Restore the file from its backup.") from None
    if len({key.verifier.name for key in keys}) != 1:
        raise SigningKeyRefused(path, "there are no keys, or of several names", "Restore the file from its backup.")
    return keys


def _file_of(keys: tuple[SigningKey, ...]) -> bytes:
    return "".join(key.written() for key in keys).encode()


def _parsed(line: str) -> SigningKey:
    name, _, rest = line.strip().removeprefix(_PREFIX).partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        body = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise NoteRefused("a line is not a private key") from None
    if not line.startswith(_PREFIX) or len(body) != 1 + _SEED_BYTES:
        raise NoteRefused("a line is not a private key")
    key = SigningKey.from_seed(name, body[0], body[1:])
    if key.verifier.key_id.hex() != key_id:
        raise NoteRefused("a key does not have the id that stands beside it")
    return key
