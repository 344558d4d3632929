"""A new key-encryption key: every person's key is wrapped anew, and no opening is touched."""

from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.values import PersonKey
from award_ledger.server.vault.keys import KeyService, WrappedKey

PAGE = 200
"""Keys wrapped in one transaction. It holds the head, so that no key destroyed meanwhile comes back: keep it short."""


def rewrap(recorder: LogRecorder, keys: KeyService, page: int = PAGE) -> int:
    """Wrap every person's key under the key that `keys` wraps with now, and return how many were under another.

    Safe to stop and run again, beside servers at work; done when a run that began after the last server took the
    new key returns 0. Raises WrongKey or KeyTampered for the first key that cannot be unwrapped.
    """
    rewrapped, after = 0, None
    while True:
        with recorder.writing() as transaction:
            stored = transaction.person_keys(after, page)
            anew = [_wrapped_anew(key, keys) for key in stored if WrappedKey.read_from(key).key_id != keys.key_id]
            transaction.put_person_keys(anew)
        rewrapped += len(anew)
        if len(stored) < page:
            return rewrapped
        after = stored[-1].person_id


def _wrapped_anew(stored: PersonKey, keys: KeyService) -> PersonKey:
    key = keys.unwrap(WrappedKey.read_from(stored), stored.person_id)
    return keys.wrap(key, stored.person_id).stored_for(stored.person_id)
