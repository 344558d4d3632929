"""LogKeys: which keys sign the checkpoints of the log, as far as the log itself says."""

from uuid import UUID

from msgspec import Struct

from award_ledger.domain.fact import Event
from award_ledger.domain.policy_events import LogKeysRotated


class LogKeys(Struct):
    """There is one. No keys: none were rotated yet, and those of the first checkpoint are in force."""

    id: UUID
    version: int = 0
    position: int = 0
    keys: tuple[str, ...] = ()

    def apply(self, event: Event) -> None:
        """Folds one event; never checks a rule."""
        self.position, self.version = event.position, event.originator_version
        match event.fact:
            case LogKeysRotated(new_keys=keys):
                self.keys = keys
