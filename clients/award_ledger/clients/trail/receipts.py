"""Checking a receipt: is the event that a command was told of in the log that the policy believes?"""

from __future__ import annotations

from award_ledger.clients.verification.failures import ProofRefused
from award_ledger.clients.verification.policies import Policy, Verified
from award_ledger.clients.verification.proof_files import parse_proof_file


def check_receipt(
    proof: bytes, position: int, event_hash: bytes, policy: Policy, *, now_s: int = 0, max_age_s: int = 0
) -> Verified:
    """The checkpoint under which a receipt (position and event hash, 32 bytes) is proved. Raises NotVerified."""
    parsed = parse_proof_file(proof)
    if parsed.index != position - 1:
        raise ProofRefused(f"the proof is of position {parsed.index + 1}, and the receipt of {position}")
    return parsed.verify(event_hash, policy, now_s=now_s, max_age_s=max_age_s)
