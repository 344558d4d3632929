"""Erasing openings for good: in the transaction of the event that says so, and again after a backup was restored."""

from collections.abc import Collection

from award_ledger.domain.encoding import decode_fact
from award_ledger.domain.personal_data import PersonalDataErased
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.transaction import WriteTransaction

_PAGE = 200
"""Erasures done again in one transaction, which holds the head."""


def erase(transaction: WriteTransaction, position: int, paths: Collection[str]) -> int:
    """Delete the openings of an event at these paths, destroy the keys of whom they are about, and count them.

    A subject's openings go together: all that lie under a key that is destroyed.
    """
    kept = transaction.openings_at(position)
    erased = 0
    for person_id in {opening.person_id for opening in kept if opening.path in paths}:
        erased += transaction.delete_openings(person_id)
        transaction.delete_person_key(person_id)
    return erased


def erase_again(recorder: LogRecorder) -> int:
    """Erase whatever an event of the log has erased and is still there, and count it: a backup brought it back."""
    erased, after = 0, 0
    while True:
        found = recorder.select_notifications(after, _PAGE, topics=[PersonalDataErased.TOPIC], inclusive_of_start=False)
        facts = [decode_fact(event.topic, event.state) for event in found]
        with recorder.writing() as transaction:
            for fact in facts:
                if isinstance(fact, PersonalDataErased):
                    erased += erase(transaction, fact.entry, fact.paths)
        if len(found) < _PAGE:
            return erased
        after = found[-1].id
