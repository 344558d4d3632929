"""Checkpoints (C2SP tlog-checkpoint): what a log claims its size and root to be. Of this log without extensions."""

from __future__ import annotations

from dataclasses import dataclass

from award_ledger.clients.verification.failures import Malformed, ProofRefused
from award_ledger.clients.verification.merkle import EMPTY_ROOT, HASH_BYTES
from award_ledger.clients.verification.text_fields import from_base64, from_decimal, to_base64


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Origin, number of leaves and root of a tree. Whether anybody signed it is another question."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n".encode()


def parse_checkpoint(text: bytes) -> Checkpoint:
    """Three lines: origin, size, root. Raises Malformed; ProofRefused where nothing is said to have another root."""
    try:
        lines = text.decode().split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("checkpoint", "it is not UTF-8") from error
    if len(lines) != 4 or lines[3]:
        raise Malformed("checkpoint", f"it has {len(lines) - 1} lines instead of 3 that end with a line feed")
    origin, size_text, root_text = lines[:3]
    if not origin:
        raise Malformed("checkpoint", "the origin is empty")
    size = from_decimal("size of the checkpoint", size_text)
    root = from_base64("root of the checkpoint", root_text)
    if len(root) != HASH_BYTES:
        raise Malformed("checkpoint", f"the root has {len(root)} bytes instead of {HASH_BYTES}")
    if size == 0 and root != EMPTY_ROOT:
        raise ProofRefused(f"the root {root.hex()} is not that of an empty tree")
    return Checkpoint(origin, size, root)
