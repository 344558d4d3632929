"""Key-encryption keys: they wrap the key of every person, and are never in the database.

Wrapped by AES-256-GCM bound to the person's id, not by AES key wrap (RFC 3394), which binds to nothing: a key moved to
another person's row must not open. The random nonce costs no safety here: a random source that repeats would repeat
the persons' keys too, and 2³² wrappings under one key (SP 800-38D, section 8.3) are far beyond any ledger.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from os import urandom
from typing import Protocol, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag

from award_ledger.server.store.values import PersonKey
from award_ledger.server.vault.aead import KEY_BYTES, RandomBytes, seal, unseal
from award_ledger.server.vault.failures import KeyTampered, WrongKey

_KEY_ID_MAGIC = b"award-ledger/key-id/v1\n"


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A person's key as the key-encryption key called `key_id` wraps it."""

    key_id: str
    wrapped: bytes

    def stored_for(self, person_id: UUID) -> PersonKey:
        """As the store keeps it: u8 length of the key id ‖ key id in UTF-8 ‖ wrapped bytes.

        Raises OverflowError for a key id of more than 255 bytes.
        """
        key_id = self.key_id.encode()
        return PersonKey(person_id, len(key_id).to_bytes() + key_id + self.wrapped)

    @classmethod
    def read_from(cls, stored: PersonKey) -> Self:
        """The inverse of `stored_for`. Raises KeyTampered when the bytes cannot be its work."""
        length, rest = stored.wrapped_key[:1], stored.wrapped_key[1:]
        end = int.from_bytes(length)
        if not length or end > len(rest):
            raise KeyTampered(stored.person_id)
        try:
            return cls(rest[:end].decode(), rest[end:])
        except UnicodeDecodeError:
            raise KeyTampered(stored.person_id) from None


class KeyService(Protocol):
    """What wraps and unwraps: keys held in memory, a key management service, a PKCS#11 module. Threads share it."""

    @property
    def key_id(self) -> str:
        """Names the key that `wrap` uses now."""
        ...

    def wrap(self, key: bytes, person_id: UUID) -> WrappedKey:
        """The person's key wrapped, so that it unwraps for this person alone. Called while the head is held."""
        ...

    def unwrap(self, wrapped: WrappedKey, person_id: UUID) -> bytes:
        """The person's key. Raises WrongKey when the key that wrapped it is not at hand, and KeyTampered."""
        ...


class HeldKeys:
    """Keys of 256 bits in this process's memory: the first wraps; the others, from before a rotation, only unwrap."""

    def __init__(self, keys: Sequence[bytes], random: RandomBytes = urandom) -> None:
        """Raises ValueError when there is no key, or one of another length."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"one key of {KEY_BYTES} bytes is needed, or several")
        self._keys = {_key_id(key): key for key in keys}
        self._key_id, self._random = _key_id(keys[0]), random

    def __repr__(self) -> str:
        return f"HeldKeys({', '.join(self._keys)})"

    @property
    def key_id(self) -> str:
        return self._key_id

    def wrap(self, key: bytes, person_id: UUID) -> WrappedKey:
        return WrappedKey(self._key_id, seal(self._keys[self._key_id], key, person_id.bytes, self._random))

    def unwrap(self, wrapped: WrappedKey, person_id: UUID) -> bytes:
        held = self._keys.get(wrapped.key_id)
        if held is None:
            raise WrongKey(person_id, wrapped.key_id)
        try:
            return unseal(held, wrapped.wrapped, person_id.bytes)
        except InvalidTag:
            raise KeyTampered(person_id) from None


def _key_id(key: bytes) -> str:
    # Made from the key, so that no two keys can be taken for each other; 256 random bits cannot be found from it.
    return hashlib.sha256(_KEY_ID_MAGIC + key).hexdigest()[:16]
