"""Files that prove one entry offline (C2SP tlog-proof): index, inclusion proof and cosigned checkpoint in one."""

from __future__ import annotations

from dataclasses import dataclass

from award_ledger.clients.verification.failures import Malformed
from award_ledger.clients.verification.merkle import HASH_BYTES, MAX_PROOF_HASHES, verify_inclusion
from award_ledger.clients.verification.notes import MAX_NOTE_BYTES
from award_ledger.clients.verification.policies import Policy, Verified
from award_ledger.clients.verification.text_fields import from_base64, from_decimal, to_base64

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PROOF_FILE_BYTES = MAX_NOTE_BYTES + 64 * 1024
"""A checkpoint, 63 hashes, and an `extra` line of moderate length."""


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A file taken apart; `extra` is authenticated by nothing."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    @property
    def text(self) -> bytes:
        """The file."""
        head = [HEADER, *([f"extra {to_base64(self.extra)}"] if self.extra is not None else []), f"index {self.index}"]
        return "\n".join([*head, *map(to_base64, self.hashes), "", ""]).encode() + self.checkpoint

    def verify(self, leaf: bytes, policy: Policy, *, now_s: int = 0, max_age_s: int = 0) -> Verified:
        """The leaf with this hash is in the log that the policy believes. Raises NotVerified."""
        verified = policy.verify(self.checkpoint, now_s=now_s, max_age_s=max_age_s)
        verify_inclusion(self.index, verified.checkpoint.size, leaf, self.hashes, verified.checkpoint.root)
        return verified


def parse_proof_file(data: bytes) -> ProofFile:
    """Takes a file apart. Raises Malformed."""
    if len(data) > MAX_PROOF_FILE_BYTES:
        raise Malformed("proof file", f"it has {len(data)} bytes, more than {MAX_PROOF_FILE_BYTES}")
    head, blank, checkpoint = data.partition(b"\n\n")
    if not blank or not checkpoint:
        raise Malformed("proof file", "there is no blank line with a checkpoint after it")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("proof file", "a line before the checkpoint is not ASCII") from error
    if lines.pop(0) != HEADER:
        raise Malformed("proof file", f"it does not begin with {HEADER}")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = from_base64("extra of the proof file", lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise Malformed("proof file", "there is no index line")
    index = from_decimal("index of the proof file", lines.pop(0).removeprefix("index "))
    if len(lines) > MAX_PROOF_HASHES:
        raise Malformed("proof file", f"it has {len(lines)} hashes, more than {MAX_PROOF_HASHES}")
    hashes = tuple(from_base64("hash of the proof file", line) for line in lines)
    if any(len(item) != HASH_BYTES for item in hashes):
        raise Malformed("proof file", f"a hash has not {HASH_BYTES} bytes")
    return ProofFile(index, hashes, checkpoint, extra)
