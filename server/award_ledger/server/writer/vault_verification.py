"""Does the vault hold what the log commits to, all of it that was not erased, and nothing else?"""

from collections.abc import Callable, Sequence

from award_ledger.domain.fact import Event
from award_ledger.domain.personal_data import PersonalDataErased, commitments_of
from award_ledger.server.store.reader import LogReader
from award_ledger.server.vault.commitments import commitment
from award_ledger.server.vault.failures import VaultFailure
from award_ledger.server.vault.sealing import Vault

_LAST_POSITION = 2**63 - 1
_MOST = 100

_Place = tuple[int, str]


class VaultVerification:
    """Takes the events of the log in order, `end` when there are no more. Without a vault nothing is opened."""

    def __init__(self, reader: LogReader, vault: Vault | None, found: Callable[[str], None]) -> None:
        self.opened = 0
        self._reader, self._vault, self._found = reader, vault, found
        self._missing: set[_Place] = set()

    def check(self, page: Sequence[Event]) -> None:
        """Takes the next events, each of which follows the one before."""
        committed = {
            (event.position, path): hashed for event in page for path, hashed in commitments_of(event.fact).items()
        }
        kept = self._reader.openings_between(page[0].position, page[-1].position)
        places = {(opening.position, opening.path) for opening in kept}
        self._missing |= committed.keys() - places
        for position, path in sorted(places - committed.keys()):
            self._found(f"an opening is kept for {path} of event {position}, which commits to nothing there")
        if self._vault is not None:
            for position in dict.fromkeys(position for position, _ in sorted(places & committed.keys())):
                self._open(self._vault, position, committed)
        for event in page:
            if isinstance(event.fact, PersonalDataErased):
                self._erased(event.fact, event.position)

    def end(self) -> None:
        """Reports what is missing although no event erased it, and what belongs to nothing."""
        for position, path in sorted(self._missing):
            self._found(f"the opening of {path} of event {position} is missing, and no event erased it")
        for first, last in ((0, 0), (self._reader.head + 1, _LAST_POSITION)):
            for opening in self._reader.openings_between(first, last)[:_MOST]:
                self._found(f"an opening is kept for {opening.path} of event {opening.position}, which is not there")
        for person_id in self._reader.idle_person_keys(_MOST):
            self._found(f"the key of person {person_id} is kept, and nothing lies under it")

    def _erased(self, fact: PersonalDataErased, position: int) -> None:
        self._missing -= {(fact.entry, path) for path in fact.paths}
        for opening in self._reader.openings_at(fact.entry):
            if opening.path in fact.paths:
                self._found(
                    f"the opening of {opening.path} of event {fact.entry} is still kept, although the event at"
                    f" {position} erased it: was a backup restored? Run `award-ledger-server erase`"
                )

    def _open(self, vault: Vault, position: int, committed: dict[_Place, str]) -> None:
        try:
            revealed = vault.reveal_all(self._reader, position)
        except VaultFailure as failure:
            self._found(f"event {position}: {failure}")
            return
        for opened in revealed:
            self.opened += 1
            if committed.get((position, opened.path)) not in (None, commitment(opened)):
                self._found(f"what is sealed for {opened.path} of event {position} is not what it commits to")
