"""Signed notes (C2SP signed-note): a text, and who has signed it. Nothing of a note counts until it is verified."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from award_ledger.clients.verification.failures import Malformed, SignatureRefused
from award_ledger.clients.verification.keys import VerifierKey, check_name
from award_ledger.clients.verification.text_fields import from_base64

MAX_SIGNATURES = 64
"""At least 16 must be taken (signed-note); a log with an old and a new key and some dozens of witnesses has more."""

MAX_NOTE_BYTES = 512 * 1024
"""So many signatures, an ML-DSA-44 line being 3.3 kB, and a text."""

_DASH = "— "


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line as it stands, not verified."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart; `text` ends with a line feed."""

    text: bytes
    signatures: tuple[SignatureLine, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """A key that did sign. `made_at_s`: seconds since 1970, 0 where the kind of signature does not say."""

    key: VerifierKey
    made_at_s: int


def parse_note(data: bytes) -> Note:
    """Takes a note apart. Raises Malformed."""
    if len(data) > MAX_NOTE_BYTES:
        raise Malformed("note", f"it has {len(data)} bytes, more than {MAX_NOTE_BYTES}")
    try:
        decoded = data.decode()
    except UnicodeDecodeError as error:
        raise Malformed("note", "it is not UTF-8") from error
    if any(byte < 0x20 and byte != 0x0A for byte in data):
        raise Malformed("note", "it has a control character")
    text, blank, block = decoded.rpartition("\n\n")
    if not blank or not block.endswith("\n"):
        raise Malformed("note", "there is no blank line with signatures after it")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Malformed("note", f"it has {len(lines)} signatures, more than {MAX_SIGNATURES}")
    return Note(f"{text}\n".encode(), tuple(_parse_line(line) for line in lines))


def verified_signers(note: Note, keys: Collection[VerifierKey]) -> tuple[Signed, ...]:
    """Those of the keys that signed. Lines of other keys count for nothing; a false line of a known key spoils all.

    Raises SignatureRefused, also where none of the keys has signed.
    """
    known = {(key.name, key.key_id): key for key in keys}
    found = []
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is not None:
            found.append(Signed(key, key.verify(note.text, line.signature)))
    if not found:
        signers = ", ".join(sorted({f"{line.name}+{line.key_id.hex()}" for line in note.signatures}))
        raise SignatureRefused(f"no known key has signed; there are signatures by {signers}")
    return tuple(found)


def _parse_line(line: str) -> SignatureLine:
    dash, name, encoded = line[:2], *line[2:].partition(" ")[::2]
    if dash != _DASH or not encoded:
        raise Malformed("note", f"{line[:80]!r} is not a signature")
    check_name(name)
    decoded = from_base64("signature", encoded)
    if len(decoded) <= 4:
        raise Malformed("note", f"the signature by {name} has {len(decoded)} bytes")
    return SignatureLine(name, decoded[:4], decoded[4:])
