"""Verifier keys (C2SP signed-note, "Verifier keys") and the three kinds of signature that a checkpoint may carry."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from award_ledger.clients.verification.checkpoints import parse_checkpoint
from award_ledger.clients.verification.failures import Malformed, NotVerified, SignatureRefused
from award_ledger.clients.verification.text_fields import MAX_SIZE, from_base64, to_base64

ED25519: Final = 0x01
COSIGNATURE_V1: Final = 0x04
ML_DSA_44: Final = 0x06

_PUBLIC_BYTES = {ED25519: 32, COSIGNATURE_V1: 32, ML_DSA_44: 1312}
_SIGNATURE_BYTES = {ED25519: 64, COSIGNATURE_V1: 8 + 64, ML_DSA_44: 8 + 2420}
_NAMES = {ED25519: "Ed25519", COSIGNATURE_V1: "Ed25519 cosignature", ML_DSA_44: "ML-DSA-44"}


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under its name. `kind` is the signature type of C2SP signed-note, `key_id` has 4 bytes."""

    name: str
    key_id: bytes
    kind: int
    public: bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    @property
    def algorithm(self) -> str:
        """Name of the kind, for people."""
        return _NAMES[self.kind]

    @property
    def timestamped(self) -> bool:
        """True if a signature says when it was made."""
        return self.kind != ED25519

    def verify(self, text: bytes, signature: bytes) -> int:
        """Checks a signature over the text of a note; seconds since 1970 when it was made, 0 where it does not say.

        Raises SignatureRefused.
        """
        if len(signature) != _SIGNATURE_BYTES[self.kind]:
            raise SignatureRefused(
                f"a {self.algorithm} signature by {self.name} has {_SIGNATURE_BYTES[self.kind]} bytes, "
                f"not {len(signature)}"
            )
        made_at_s = int.from_bytes(signature[:8], "big") if self.timestamped else 0
        if made_at_s > MAX_SIZE:
            raise SignatureRefused(f"the signature by {self.name} is dated {made_at_s} s, beyond 2^63")
        try:
            self._check(text, signature, made_at_s)
        except InvalidSignature as error:
            raise SignatureRefused(f"the {self.algorithm} signature by {self.name} is false") from error
        return made_at_s

    def _check(self, text: bytes, signature: bytes, made_at_s: int) -> None:
        if self.kind == ML_DSA_44:
            _check_ml_dsa_44(self.public, signature[8:], subtree_message(self.name, made_at_s, text))
            return
        key = Ed25519PublicKey.from_public_bytes(self.public)
        if self.kind == COSIGNATURE_V1:
            key.verify(signature[8:], cosignature_message(made_at_s, text))
        else:
            key.verify(signature, text)


def cosignature_message(made_at_s: int, text: bytes) -> bytes:
    """What an Ed25519 cosigner signs (C2SP tlog-cosignature, "Ed25519 signed message")."""
    return b"cosignature/v1\ntime %d\n" % made_at_s + text


def subtree_message(name: str, made_at_s: int, text: bytes) -> bytes:
    """What an ML-DSA-44 signer of a whole tree signs (C2SP tlog-cosignature, "ML-DSA-44 signed message").

    Raises SignatureRefused where the text is no checkpoint, or a name is too long for its length byte.
    """
    try:
        checkpoint = parse_checkpoint(text)
    except NotVerified as error:
        raise SignatureRefused(f"{name} signs trees only, and the note is none ({error})") from error
    cosigner, origin = name.encode(), checkpoint.origin.encode()
    if max(len(cosigner), len(origin)) > 255:
        raise SignatureRefused("a name of more than 255 bytes cannot be signed with ML-DSA-44")
    return b"".join(
        (
            b"subtree/v1\n\x00",
            struct.pack(">B", len(cosigner)) + cosigner,
            struct.pack(">QB", made_at_s, len(origin)) + origin,
            struct.pack(">QQ", 0, checkpoint.size) + checkpoint.root,
        )
    )


def _check_ml_dsa_44(public: bytes, signature: bytes, message: bytes) -> None:
    """FIPS 204, pure, empty context."""
    try:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

        key = MLDSA44PublicKey.from_public_bytes(public)
    except (ImportError, UnsupportedAlgorithm) as error:
        raise SignatureRefused("the installed `cryptography` cannot verify ML-DSA-44; a newer one can") from error
    key.verify(signature, message)


def key_id_of(name: str, kind: int, public: bytes) -> bytes:
    """The first 4 bytes of SHA-256(name ‖ LF ‖ type ‖ public key)."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def verifier_key(name: str, kind: int, public: bytes) -> VerifierKey:
    """A key under a name. Raises Malformed."""
    check_name(name)
    if kind not in _PUBLIC_BYTES:
        raise Malformed("verifier key", f"{name} is of type 0x{kind:02x}, which is not verified here")
    if len(public) != _PUBLIC_BYTES[kind]:
        raise Malformed(
            "verifier key", f"{name}: an {_NAMES[kind]} key has {_PUBLIC_BYTES[kind]} bytes, not {len(public)}"
        )
    return VerifierKey(name, key_id_of(name, kind, public), kind, public)


def parse_vkey(text: str) -> VerifierKey:
    """`<name>+<key id in 8 lower hex digits>+<base64(type ‖ public key)>`. Raises Malformed."""
    name, first, rest = text.partition("+")
    key_id, second, key = rest.partition("+")
    if not (first and second):
        raise Malformed("verifier key", f"{text[:80]!r} is not name+id+key")
    decoded = from_base64("verifier key", key)
    if not decoded:
        raise Malformed("verifier key", f"{name} has no key")
    made = verifier_key(name, decoded[0], decoded[1:])
    if made.key_id.hex() != key_id:
        raise Malformed("verifier key", f"the id of {name} is {made.key_id.hex()}, not {key_id[:80]!r}")
    return made


def as_cosigner(key: VerifierKey) -> VerifierKey:
    """The key as one of a witness: an Ed25519 key that was published for notes cosigns under an id of its own."""
    return verifier_key(key.name, COSIGNATURE_V1, key.public) if key.kind == ED25519 else key


def check_name(name: str) -> None:
    """Key names are not empty and have neither spaces nor plus signs (C2SP signed-note). Raises Malformed."""
    if not name or "+" in name or any(char.isspace() or ord(char) < 0x20 for char in name):
        raise Malformed("key name", f"{name[:80]!r} is empty or has a space or a plus sign")
