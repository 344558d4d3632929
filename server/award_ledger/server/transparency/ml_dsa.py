"""ML-DSA-44 (FIPS 204), where the installed `cryptography` has it."""

from importlib.util import find_spec
from typing import Any

AVAILABLE = find_spec("cryptography.hazmat.primitives.asymmetric.mldsa") is not None
"""Since cryptography 47. On some builds of its library the calls below still raise UnsupportedAlgorithm."""

PUBLIC_BYTES, SIGNATURE_BYTES = 1312, 2420


def private_key(seed: bytes) -> Any:
    """The private key of a seed of 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

    return MLDSA44PrivateKey.from_seed_bytes(seed)


def public_key(public: bytes) -> Any:
    """The public key of these bytes. Raises ValueError."""
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

    return MLDSA44PublicKey.from_public_bytes(public)
