"""The vault: it seals what stands behind the commitments of an event, and reveals it while it is kept.

What an event tells of one subject (`payee.…`, `contact.…`) lies under a key of its own, so that destroying the key
erases it wherever a copy went.
`formats/transparency-log.md`, "Sensitive fields inside state".
"""

import struct
from itertools import groupby
from os import urandom
from uuid import UUID

from cryptography.exceptions import InvalidTag

from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.transaction import WriteTransaction
from award_ledger.server.store.values import Opening
from award_ledger.server.vault.aead import KEY_BYTES, RandomBytes, seal, unseal
from award_ledger.server.vault.commitments import SALT_BYTES, Opened
from award_ledger.server.vault.failures import Erased, OpeningTampered
from award_ledger.server.vault.keys import KeyService, WrappedKey


class Vault:
    """Seals and reveals. Threads may share one."""

    def __init__(self, keys: KeyService, random: RandomBytes = urandom) -> None:
        self._keys, self._random = keys, random

    def salted(self, path: str, value: bytes) -> Opened:
        """The value with a fresh salt: what a fact commits to and `seal` takes."""
        return Opened(path, self._random(SALT_BYTES), value)

    def seal(self, transaction: WriteTransaction, position: int, openings: tuple[Opened, ...]) -> None:
        """Keep the openings of the event at this position, in its transaction, under a new id and key for each subject.

        Raises ValueError for a salt of the wrong length or one used twice, and what the store and the keys raise.
        """
        _check_salts(openings)
        for _, told in groupby(sorted(openings, key=_subject), key=_subject):
            person_id = UUID(bytes=self._random(16), version=4)
            key = self._random(KEY_BYTES)
            transaction.put_person_keys([self._keys.wrap(key, person_id).stored_for(person_id)])
            transaction.put_openings(
                [Opening(position, opened.path, person_id, self._sealed(key, position, opened)) for opened in told]
            )

    def reveal(self, reader: LogReader, position: int, path: str) -> Opened:
        """What the commitment at this path of the event hides. Raises, in this order: Erased; WrongKey; Tampered."""
        for opening in reader.openings_at(position):
            if opening.path == path:
                return _revealed(opening, self._person_key(reader, opening))
        raise Erased(position, path)

    def reveal_all(self, reader: LogReader, position: int) -> tuple[Opened, ...]:
        """All that is kept for the event, by path; what was erased is not among it. Raises as `reveal` does."""
        openings = reader.openings_at(position)
        one_each = {opening.person_id: opening for opening in openings}
        keys = {person_id: self._person_key(reader, opening) for person_id, opening in one_each.items()}
        return tuple(_revealed(opening, keys[opening.person_id]) for opening in openings)

    def _sealed(self, key: bytes, position: int, opened: Opened) -> bytes:
        return seal(key, opened.salt + opened.value, _bound_to(position, opened.path), self._random)

    def _person_key(self, reader: LogReader, opening: Opening) -> bytes:
        stored = reader.person_key(opening.person_id)
        if stored is None:
            raise Erased(opening.position, opening.path)
        return self._keys.unwrap(WrappedKey.read_from(stored), opening.person_id)


def _revealed(opening: Opening, key: bytes) -> Opened:
    try:
        plain = unseal(key, opening.sealed, _bound_to(opening.position, opening.path))
    except InvalidTag:
        raise OpeningTampered(opening.position, opening.path) from None
    return Opened(opening.path, plain[:SALT_BYTES], plain[SALT_BYTES:])


def _subject(opened: Opened) -> str:
    return opened.path.partition(".")[0]


def _bound_to(position: int, path: str) -> bytes:
    return struct.pack(">Q", position) + path.encode()


def _check_salts(openings: tuple[Opened, ...]) -> None:
    if any(len(opened.salt) != SALT_BYTES for opened in openings):
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    if len({opened.salt for opened in openings}) != len(openings):
        raise ValueError("every field has a salt of its own")
