"""Sealing: events become leaves of the log, and the grown tree is signed. A follower, apart from the write path.

The order is: leaves, tiles and edge committed; then signed; then the checkpoint committed; then witnesses asked. What
fails is tried again from where it stopped: commands are never held up, sealing catches up.
"""

from collections.abc import Sequence
from typing import NamedTuple

from award_ledger.domain.encoding import decode_fact
from award_ledger.domain.policy_events import LogKeysRotated
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.values import RecordedEvent
from award_ledger.server.transparency import notes
from award_ledger.server.transparency.entry import entry, leaf_hash
from award_ledger.server.transparency.log_store import LogStore, SealedLeaf, SignedCheckpoint
from award_ledger.server.transparency.notes import Checkpoint, NoteRefused
from award_ledger.server.transparency.proofs import consistency_proof
from award_ledger.server.transparency.published import PublishedLog
from award_ledger.server.transparency.signer import LastSigned, Signer, SigningRefused
from award_ledger.server.transparency.tree import Edge

PAGE = 2_000
"""Events that become leaves in one transaction."""


class LogDisagrees(Exception):
    """The events are not those that were sealed: nothing is signed until somebody has looked."""


class Sealed(NamedTuple):
    """A signed checkpoint covers `size` events; `anew` says that it was signed just now."""

    size: int
    anew: bool


class Sealing:
    """Extends the log by what the ledger has recorded, and has it signed. Several processes may, one at a time does."""

    def __init__(self, recorder: LogRecorder, store: LogStore, published: PublishedLog, signer: Signer) -> None:
        self._recorder, self._store, self._published, self._signer = recorder, store, published, signer

    def behind(self) -> int:
        """Events that no checkpoint covers yet. Raises PersistenceError."""
        return (self._recorder.max_notification_id() or 0) - self._published.covered()

    def extend(self) -> bool:
        """Turn up to `PAGE` events into leaves; True when there may be more.

        Raises PersistenceError, and LogDisagrees when the ledger is shorter than the log.
        """
        with self._store.appending() as log:
            with self._recorder.reading() as reader:
                leaves = next_leaves(reader, log.grown.size)
            log.append(leaves)
        return len(leaves) == PAGE

    def sign(self) -> Sealed:
        """Have the tree as it stands signed, unless it is.

        Raises PersistenceError, SignerUnavailable, SigningRefused, and NoteRefused for a note that is not what was
        asked for.
        """
        # The log is held meanwhile: of two servers that signed at once, one would ask for less than was signed.
        with self._store.appending() as log:
            edge, newest = log.grown, log.newest_checkpoint()
            signed = newest.size if newest else 0
            if edge.size == signed:
                return Sealed(signed, anew=False)
            last = self._signer.last_signed()
            if last.checkpoint.size > edge.size:
                raise SigningRefused(
                    f"the signer has signed {last.checkpoint.size} events, but the log has {edge.size}:"
                    " it was cut off or restored from an old backup"
                )
            checkpoint = Checkpoint(last.checkpoint.origin, edge.size, edge.root())
            note = self._signer.sign(checkpoint, self._proof(last, edge))
            self._check_note(note, checkpoint, last, signed)
            log.put_checkpoint(checkpoint.origin, SignedCheckpoint(checkpoint.size, checkpoint.root, note))
        return Sealed(edge.size, anew=True)

    def _proof(self, last: LastSigned, edge: Edge) -> Sequence[bytes]:
        if not last.checkpoint.size:
            return []
        return consistency_proof(self._published.tile, last.checkpoint.size, edge.size)

    def _check_note(self, note: bytes, checkpoint: Checkpoint, last: LastSigned, after: int) -> None:
        """The signer is another process: what it gives is looked at before it is published."""
        if notes.parsed_note(note).text != checkpoint.text():
            raise NoteRefused("the signer has signed something else")
        needed = [*last.keys, *self._rotated(after, checkpoint.size)]
        if missing := notes.missing_signatures(note, needed):
            ids = ", ".join(f"{key.name}+{key.key_id.hex()}" for key in missing)
            raise NoteRefused(f"the checkpoint needs the signatures of old and new keys, and lacks {ids}")

    def _rotated(self, after: int, upto: int) -> list[notes.VerifierKey]:
        """Keys that must sign the checkpoint that first covers their change."""
        found = self._recorder.select_notifications(
            after, upto - after, stop=upto, topics=[LogKeysRotated.TOPIC], inclusive_of_start=False
        )
        keys: list[str] = []
        for recorded in found:
            fact = decode_fact(recorded.topic, recorded.state)
            if isinstance(fact, LogKeysRotated):
                keys += (*fact.old_keys, *fact.new_keys)
        return [notes.parsed_key(key) for key in dict.fromkeys(keys)]


def next_leaves(reader: LogReader, size: int, limit: int = PAGE) -> list[SealedLeaf]:
    """The leaves after the first `size`. Raises LogDisagrees for a gap, and for a ledger that ends before that."""
    if reader.head < size:
        raise LogDisagrees(f"{size} events were sealed, but the ledger ends at {reader.head}")
    leaves = []
    for position, recorded in enumerate(reader.events_after(size, limit), start=size + 1):
        if recorded.position != position:
            raise LogDisagrees(f"the ledger has no event at position {position}")
        leaves.append(sealed_leaf(recorded))
    return leaves


def sealed_leaf(recorded: RecordedEvent) -> SealedLeaf:
    """The entry of an event, and its hash."""
    made = entry(
        recorded.position,
        recorded.originator_id,
        recorded.originator_version,
        recorded.topic,
        recorded.recorded_at_us,
        recorded.state,
    )
    return SealedLeaf(made, leaf_hash(made))
