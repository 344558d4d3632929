"""Signed notes (C2SP signed-note): the text of a checkpoint, verifier keys, and the signatures beneath a text.

Only what a log and its witnesses need: Ed25519 (type 1), Ed25519 cosignatures with their time (4) and ML-DSA-44 (6).
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from award_ledger.server.transparency import ml_dsa
from award_ledger.server.transparency.tree import HASH_BYTES, LARGEST_SIZE

ED25519, COSIGNATURE, ML_DSA_44 = 1, 4, 6
"""Types of keys."""

_PUBLIC_BYTES = {ED25519: 32, COSIGNATURE: 32, ML_DSA_44: ml_dsa.PUBLIC_BYTES}
_SIGNATURE_BYTES = {ED25519: 64, COSIGNATURE: 8 + 64, ML_DSA_44: 8 + ml_dsa.SIGNATURE_BYTES}
LONGEST_NAME = 255
MOST_LINES, LONGEST_NOTE = 64, 512 * 1024
"""Signatures of a note, and its bytes: room for every witness that there may be, and an end to what is read."""


class NoteRefused(Exception):
    """A note, a signature or a key is not what it must be."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """What checks a signature: whose it is, of which type, and the public key."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that stand before each signature of this key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"


class SignatureLine(NamedTuple):
    """One line beneath a text: name, key id, and the signature with all that its type puts before it."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


class Checkpoint(NamedTuple):
    """What a checkpoint says: the name of the log, its size, its root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> bytes:
        """The lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()


class Note(NamedTuple):
    """A text and the signatures beneath it."""

    text: bytes
    lines: tuple[SignatureLine, ...]

    def __bytes__(self) -> bytes:
        return self.text + b"\n" + "".join(map(str, self.lines)).encode()

    def signed_by(self, key: VerifierKey) -> bool:
        """True if this key signed the text. Raises NoteRefused for a signature under its name and id that is false."""
        ours = [line for line in self.lines if (line.name, line.key_id) == (key.name, key.key_id)]
        for line in ours:
            check_signature(key, self.text, line.signature)
        return bool(ours)


def checked_name(name: str) -> str:
    """A name of a log, a key or a witness. Raises NoteRefused for one that no note can carry."""
    if not name or len(name.encode()) > LONGEST_NAME or "+" in name or not name.isprintable() or name.split() != [name]:
        raise NoteRefused(f"{name[:80]!r} is no name of a log or a key: 1 to {LONGEST_NAME} bytes, no space, no '+'")
    return name


def parsed_key(text: str) -> VerifierKey:
    """A verifier key as it is written: name + key id + public key. Raises NoteRefused."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    given = _decoded(encoded)
    kind, public = given[:1], given[1:]
    if not kind or len(public) != _PUBLIC_BYTES.get(kind[0]):
        raise NoteRefused("a verifier key is name+id+key, of Ed25519 or ML-DSA-44")
    key = VerifierKey(checked_name(name), kind[0], public)
    if key.key_id.hex() != key_id:
        raise NoteRefused(f"the verifier key of {name} has the id {key.key_id.hex()}, not {key_id[:16]!r}")
    return key


def parsed_note(data: bytes) -> Note:
    """A signed note. Raises NoteRefused for anything else."""
    if len(data) > LONGEST_NOTE or any(byte < 0x20 and byte != 0x0A for byte in data):
        raise NoteRefused("a note is text of bearable length, without control characters")
    text, found, signatures = data.rpartition(b"\n\n")
    if not found or not signatures.endswith(b"\n"):
        raise NoteRefused("a note ends with a blank line and signatures")
    return Note(text + b"\n", parsed_lines(signatures))


def parsed_lines(data: bytes) -> tuple[SignatureLine, ...]:
    """Signature lines, as they stand beneath a text. Raises NoteRefused."""
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise NoteRefused("a note is UTF-8") from None
    if lines.pop() or not 1 <= len(lines) <= MOST_LINES:
        raise NoteRefused(f"there must be 1 to {MOST_LINES} signature lines")
    return tuple(map(_parsed_line, lines))


def _parsed_line(line: str) -> SignatureLine:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise NoteRefused("a signature line is a dash, a name and a signature")
    signature = _decoded(parts[2])
    if len(signature) <= 4:
        raise NoteRefused("a signature line holds no signature")
    return SignatureLine(checked_name(parts[1]), signature[:4], signature[4:])


def parsed_checkpoint(text: bytes) -> Checkpoint:
    """What the text of a note says as a checkpoint without extension lines. Raises NoteRefused."""
    lines = text.decode("utf-8", "replace").split("\n")
    if len(lines) != 4 or not (lines[1].isascii() and lines[1].isdecimal() and len(lines[1]) < 20):
        raise NoteRefused("a checkpoint has three lines: origin, size, root")
    checkpoint = Checkpoint(lines[0], int(lines[1]), _decoded(lines[2]))
    if checkpoint.size > LARGEST_SIZE or len(checkpoint.root) != HASH_BYTES or checkpoint.text() != text:
        raise NoteRefused("a checkpoint has a decimal size and a root of 32 bytes")
    return checkpoint


def check_signature(key: VerifierKey, text: bytes, signature: bytes) -> None:
    """Raise NoteRefused unless this is a signature of the key over the text, in the form of its type."""
    if len(signature) != _SIGNATURE_BYTES[key.kind]:
        raise NoteRefused(f"the signature of {key.name} has {len(signature)} bytes")
    try:
        if key.kind == ED25519:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text)
            return
        timestamp = int.from_bytes(signature[:8], "big")
        if key.kind == COSIGNATURE:
            message = f"cosignature/v1\ntime {timestamp}\n".encode() + text
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature[8:], message)
            return
        message = subtree_message(key.name, timestamp, parsed_checkpoint(text))
        ml_dsa.public_key(key.public).verify(signature[8:], message)
    except (InvalidSignature, ValueError):
        raise NoteRefused(f"the signature of {key.name} does not verify") from None
    except (UnsupportedAlgorithm, ImportError):
        raise NoteRefused("this machine's cryptography has no ML-DSA") from None


def subtree_message(name: str, timestamp: int, checkpoint: Checkpoint) -> bytes:
    """What an ML-DSA-44 key signs for a whole tree; a log puts 0 for the time."""
    cosigner, origin = name.encode(), checkpoint.origin.encode()
    return b"".join(
        (
            b"subtree/v1\n\x00",
            struct.pack(">B", len(cosigner)) + cosigner,
            struct.pack(">Q", timestamp),
            struct.pack(">B", len(origin)) + origin,
            struct.pack(">QQ", 0, checkpoint.size),
            checkpoint.root,
        )
    )


def missing_signatures(note: bytes, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """Those of the keys that did not sign. Raises NoteRefused for a signature that is false."""
    parsed = parsed_note(note)
    return [key for key in keys if not parsed.signed_by(key)]


def _decoded(text: str) -> bytes:
    """Base64 in the one way to write it."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteRefused("what should be base64 is not") from None
    if base64.b64encode(data).decode() != text:
        raise NoteRefused("what should be base64 is not")
    return data
