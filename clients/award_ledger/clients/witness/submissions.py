"""Deciding on a submitted checkpoint, in the order of C2SP tlog-witness: known, signed, continuing, persisted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from award_ledger.clients.verification.checkpoints import Checkpoint, parse_checkpoint
from award_ledger.clients.verification.failures import Malformed, NotVerified, ProofRefused, SignatureRefused
from award_ledger.clients.verification.keys import VerifierKey
from award_ledger.clients.verification.merkle import EMPTY_ROOT, MAX_PROOF_HASHES, verify_consistency
from award_ledger.clients.verification.notes import MAX_NOTE_BYTES, Note, parse_note, verified_signers
from award_ledger.clients.verification.text_fields import from_base64, from_decimal, to_base64
from award_ledger.clients.witness.records import Records, record_name
from award_ledger.clients.witness.signing_keys import SigningKey

MAX_BODY_BYTES = MAX_NOTE_BYTES + 4_096
"""A note, and before it 63 hashes of 45 bytes and the old size."""

PLAIN = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes = b""
    content_type: str = PLAIN


@dataclass(frozen=True, slots=True)
class Submission:
    """A request taken apart."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


class Witness:
    """Cosigns for the logs whose keys it was given. Threads may share one.

    `logs`: keys of logs; the name of a key is the origin of its log. `now_s`: seconds since 1970.
    """

    def __init__(
        self, key: SigningKey, logs: Sequence[VerifierKey], records: Records, now_s: Callable[[], int]
    ) -> None:
        self._key, self._logs, self._records, self._now_s = key, logs, records, now_s
        self._deciding = Lock()

    def add_checkpoint(self, body: bytes) -> Answer:
        """Decides and remembers. Raises OSError where the record cannot be read or written: nothing is signed then."""
        try:
            submission = parse_submission(body)
        except ProofRefused as error:
            return _refused(422, error)
        except Malformed as error:
            return _refused(400, error)
        keys = [key for key in self._logs if key.name == submission.checkpoint.origin]
        if not keys:
            return Answer(404, b"unknown origin\n")
        try:
            signed = {one.key for one in verified_signers(submission.note, keys)}
        except SignatureRefused as error:
            return _refused(403, error)
        if submission.old_size > submission.checkpoint.size:
            return Answer(400, b"the old size is above the size of the checkpoint\n")
        # From reading the record to writing it nobody else decides: else an older size could take a newer one's place.
        with self._deciding:
            return self._decide(submission, signed)

    def latest(self, name: str) -> Answer:
        """The latest cosigned checkpoint of the log with this record name. Raises OSError."""
        known = any(record_name(key.name) == name for key in self._logs)
        note = self._records.read(name) if known else None
        return Answer(404, b"no checkpoint\n") if note is None else Answer(200, note)

    def _decide(self, submission: Submission, signed: set[VerifierKey]) -> Answer:
        checkpoint, name = submission.checkpoint, record_name(submission.checkpoint.origin)
        note = self._records.read(name)
        size, root = 0, EMPTY_ROOT
        if note is not None:
            recorded = parse_checkpoint(parse_note(note).text)
            size, root = recorded.size, recorded.root
        if submission.old_size != size:
            return Answer(409, b"%d\n" % size, SIZE)
        try:
            verify_consistency(size, root, checkpoint.size, checkpoint.root, submission.proof)
        except ProofRefused as error:
            return _refused(422, error)
        line = self._key.cosignature(submission.note.text, self._now_s())
        self._records.write(name, submission.note.text + b"\n" + _lines_of(submission.note, signed) + line)
        return Answer(200, line)


def parse_submission(body: bytes) -> Submission:
    """`old <size>`, at most 63 hashes, a blank line, a note. Raises Malformed, ProofRefused."""
    head, blank, rest = body.partition(b"\n\n")
    if not blank:
        raise Malformed("request", "there is no blank line before the checkpoint")
    lines = head.decode("ascii", "replace").split("\n")
    old, space, size = lines[0].partition(" ")
    if old != "old" or not space:
        raise Malformed("request", "it does not begin with `old <size>`")
    if len(lines) - 1 > MAX_PROOF_HASHES:
        raise Malformed("request", f"{len(lines) - 1} hashes are more than {MAX_PROOF_HASHES}")
    old_size = from_decimal("old size", size)
    proof = tuple(from_base64("hash of the proof", line) for line in lines[1:])
    note = parse_note(rest)
    return Submission(old_size, proof, note, parse_checkpoint(note.text))


def _lines_of(note: Note, signed: set[VerifierKey]) -> bytes:
    """The lines of the log's own keys: who else signed is not for this witness to pass on."""
    known = {(key.name, key.key_id) for key in signed}
    return b"".join(
        f"— {line.name} {to_base64(line.key_id + line.signature)}\n".encode()
        for line in note.signatures
        if (line.name, line.key_id) in known
    )


def _refused(status: int, error: NotVerified) -> Answer:
    return Answer(status, f"{error}\n".encode())
