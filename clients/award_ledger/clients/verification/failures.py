"""Why something that was presented as proof is none. Each class names the check that failed; messages carry numbers."""

from __future__ import annotations

from typing import ClassVar


class NotVerified(Exception):
    """Any of the failures below."""

    check: ClassVar[str] = "format"


class Malformed(NotVerified):
    """The bytes are not in the format that they are said to have."""

    check = "format"

    def __init__(self, what: str, finding: str) -> None:
        super().__init__(f"{what}: {finding}")
        self.what, self.finding = what, finding


class SignatureRefused(NotVerified):
    """No key that is known has signed, or a known one's signature is false."""

    check = "signature"


class QuorumMissed(NotVerified):
    """Too few of the witnesses that the policy asks for have cosigned, or they did so too long ago."""

    check = "quorum"


class ProofRefused(NotVerified):
    """A Merkle proof does not lead from what is claimed to the root."""

    check = "proof"
