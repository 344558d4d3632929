"""Record that the keys that sign the log's checkpoints change."""

from collections.abc import Sequence
from dataclasses import dataclass

from award_ledger.domain.fact import Act
from award_ledger.domain.log_keys import LogKeys
from award_ledger.domain.policy_events import LogKeysRotated
from award_ledger.domain.refusals import LogKeyNotSigning, LogKeysNotCurrent, invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import needed
from award_ledger.server.transparency.notes import NoteRefused, VerifierKey, parsed_key

MOST_KEYS = 8


@dataclass(frozen=True, slots=True)
class RotateLogKeys:
    """Verifier keys, as text. `not_signing`: those that the newest checkpoint is not signed by."""

    old_keys: tuple[str, ...]
    new_keys: tuple[str, ...]
    reason: str
    not_signing: tuple[str, ...] = ()

    def subject(self, ledger: WorkingSet) -> LogKeys:
        """What the log says about its keys."""
        return ledger.log_keys()

    def decide(self, ledger: WorkingSet, act: Act) -> LogKeysRotated:
        """Raises InvalidFields, LogKeysNotCurrent or LogKeyNotSigning."""
        reason = needed(self.reason, "reason")
        checked_keys(self.old_keys, "old_keys")
        checked_keys(self.new_keys, "new_keys")
        if set(self.old_keys) == set(self.new_keys):
            raise invalid_field("new_keys", "must differ from the old keys")
        current = self.subject(ledger).keys
        if current and set(current) != set(self.old_keys):
            raise LogKeysNotCurrent(", ".join(current))
        if self.not_signing:
            raise LogKeyNotSigning(self.not_signing[0])
        return LogKeysRotated(act=act, old_keys=self.old_keys, new_keys=self.new_keys, reason=reason)


def checked_keys(texts: Sequence[str], path: str) -> list[VerifierKey]:
    """The keys, if each is one and stands there once. Raises InvalidFields."""
    if not 1 <= len(texts) <= MOST_KEYS or len(set(texts)) != len(texts):
        raise invalid_field(path, f"must be 1 to {MOST_KEYS} keys, each once")
    keys = []
    for place, text in enumerate(texts):
        try:
            keys.append(parsed_key(text))
        except NoteRefused as refused:
            raise invalid_field(f"{path}[{place}]", str(refused)) from None
    return keys
