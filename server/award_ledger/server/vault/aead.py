"""AES-256-GCM with a random nonce (NIST SP 800-38D), the one cipher of the vault: nonce ‖ ciphertext ‖ tag."""

from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12

RandomBytes = Callable[[int], bytes]
"""Gives so many bytes that nobody can foretell: `os.urandom`, or a test's own."""


def seal(key: bytes, plain: bytes, bound_to: bytes, random: RandomBytes) -> bytes:
    """`plain` sealed under `key`; it opens only with the same `bound_to`, which is not stored in it."""
    nonce = random(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """What `seal` was given. Raises InvalidTag when key, sealed bytes or `bound_to` are not the same."""
    if len(sealed) < _NONCE_BYTES:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
