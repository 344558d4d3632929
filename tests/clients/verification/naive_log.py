"""A log that tests make: RFC 6962's recursive definitions, word by word, and keys that sign notes.

The other half of what is verified, written as slowly and plainly as the RFC has it.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from award_ledger.clients.verification.keys import COSIGNATURE_V1, ED25519, ML_DSA_44, VerifierKey, verifier_key

ORIGIN = "ledger.example.gov/awards/2026"


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    return 1 << ((n - 1).bit_length() - 1)


def mth(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, over hashes of leaves."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(mth(leaves[:k]), mth(leaves[k:]))


def inclusion(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1."""
    if len(leaves) <= 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*inclusion(m, leaves[:k]), mth(leaves[k:])]
    return [*inclusion(m - k, leaves[k:]), mth(leaves[:k])]


def consistency(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF of RFC 6962 section 2.1.2; empty from 0."""
    return _subproof(m, leaves, whole=True) if m else []


def _subproof(m: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    n = len(leaves)
    if m == n:
        return [] if whole else [mth(leaves)]
    k = split(n)
    if m <= k:
        return [*_subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*_subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def checkpoint_text(size: int, root: bytes, origin: str = ORIGIN) -> bytes:
    return f"{origin}\n{size}\n{b64(root)}\n".encode()


@dataclass(frozen=True)
class Signer:
    """A private key under a name, of any of the three kinds."""

    name: str
    kind: int
    private: Ed25519PrivateKey | MLDSA44PrivateKey

    @property
    def key(self) -> VerifierKey:
        return verifier_key(self.name, self.kind, self.private.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        return str(self.key)

    def line(self, text: bytes, at_s: int = 0) -> bytes:
        """A signature line over the text of a checkpoint."""
        signature = self.private.sign(self._message(text, at_s))
        stamp = struct.pack(">Q", at_s) if self.kind != ED25519 else b""
        return f"— {self.name} {b64(self.key.key_id + stamp + signature)}\n".encode()

    def _message(self, text: bytes, at_s: int) -> bytes:
        if self.kind == ED25519:
            return text
        if self.kind == COSIGNATURE_V1:
            return b"cosignature/v1\ntime " + str(at_s).encode() + b"\n" + text
        origin, size, root, _ = text.split(b"\n")
        name = self.name.encode()
        return (
            b"subtree/v1\n\0"
            + bytes([len(name)])
            + name
            + struct.pack(">Q", at_s)
            + bytes([len(origin)])
            + origin
            + struct.pack(">QQ", 0, int(size))
            + base64.b64decode(root)
        )


def ed25519(name: str, seed: int, kind: int = ED25519) -> Signer:
    return Signer(name, kind, Ed25519PrivateKey.from_private_bytes(sha256(b"seed %d" % seed).digest()))


def ml_dsa_44(name: str, seed: int) -> Signer:
    return Signer(name, ML_DSA_44, MLDSA44PrivateKey.from_seed_bytes(sha256(b"seed %d" % seed).digest()))


LOG = ed25519(ORIGIN, 1)
LOG_ML_DSA = ml_dsa_44(ORIGIN, 2)
WITNESS_A = ed25519("witness.audit.example/a", 3, COSIGNATURE_V1)
WITNESS_B = ed25519("witness.press.example/b", 4, COSIGNATURE_V1)
WITNESS_C = ml_dsa_44("witness.court.example/c", 5)


def signed(text: bytes, *signers: Signer, at_s: int = 0) -> bytes:
    """A note: the text and a line by each signer."""
    return text + b"\n" + b"".join(signer.line(text, at_s) for signer in signers)
