"""Asking witnesses (C2SP tlog-witness) to cosign the newest checkpoint, and keeping what they sign.

A witness cosigns only what continues the last it has seen, so nobody can be shown another history than it was.
"""

import base64
import time
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog
from eventsourcing.persistence import PersistenceError

from award_ledger.server.transparency.log_store import LogStore, SignedCheckpoint
from award_ledger.server.transparency.notes import (
    COSIGNATURE,
    ML_DSA_44,
    NoteRefused,
    VerifierKey,
    check_signature,
    parsed_key,
    parsed_lines,
    parsed_note,
)
from award_ledger.server.transparency.proofs import consistency_proof
from award_ledger.server.transparency.published import PublishedLog

_LOG = structlog.get_logger("award_ledger.witnesses")

_TIMEOUT_S = 5
_LONGEST_ANSWER = 64 * 1024
_LOOK_S, _LONGEST_PAUSE_S = 0.5, 300.0


class Witness(NamedTuple):
    """A witness: its name here, its key, and the prefix of its address."""

    name: str
    key: VerifierKey
    url: str


class WitnessFailed(Exception):
    """A witness did not cosign; says why."""


class WitnessesRefused(Exception):
    """The file of witnesses cannot be used; says what to do."""


def witnesses_in(path: Path) -> tuple[Witness, ...]:
    """The lines `witness <name> <vkey> <url>` of a policy file (C2SP tlog-policy). Raises WitnessesRefused."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WitnessesRefused(f"{path}: the witnesses cannot be read ({error})") from None
    found = []
    for number, words in enumerate((line.split() for line in lines), start=1):
        if not words or words[0] != "witness":
            continue
        if len(words) != 4 or urlsplit(words[3]).scheme not in ("http", "https") or not urlsplit(words[3]).hostname:
            raise WitnessesRefused(f"{path}, line {number}: write `witness NAME KEY http(s)://ADDRESS`")
        try:
            key = parsed_key(words[2])
        except NoteRefused as refused:
            raise WitnessesRefused(f"{path}, line {number}: {refused}") from None
        if key.kind not in (COSIGNATURE, ML_DSA_44):
            raise WitnessesRefused(f"{path}, line {number}: the key is not one of a cosigner (type 4 or 6)")
        found.append(Witness(words[1], key, words[3].rstrip("/")))
    if len({witness.name for witness in found}) != len(found):
        raise WitnessesRefused(f"{path}: a witness stands there twice")
    return tuple(found)


class Cosigning:
    """The thread that asks them. One that does not answer is asked less and less often, and holds up no other."""

    def __init__(self, store: LogStore, published: PublishedLog, witnesses: Sequence[Witness]) -> None:
        self._store, self._published, self._witnesses = store, published, witnesses
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="witnesses", daemon=True)
        self._failures: dict[str, int] = {}
        self._not_before_s: dict[str, float] = {}

    def start(self) -> None:
        """Starts the thread, if there is anybody to ask."""
        if self._witnesses:
            self._thread.start()

    def stop(self) -> None:
        """Ends it; a request under way ends by itself."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_TIMEOUT_S)

    def ask_all(self) -> None:
        """Asks each witness that has not cosigned the newest checkpoint and is not to be left alone for now."""
        with self._store.reading() as log:
            newest = log.newest_checkpoint()
            seen = {witness.name: log.cosigned_size(witness.name) for witness in self._witnesses}
        for witness in self._witnesses:
            if newest is None or seen[witness.name] >= newest.size:
                continue
            if time.monotonic() < self._not_before_s.get(witness.name, 0.0):
                continue
            try:
                lines = self.ask(witness, newest, seen[witness.name])
                self._store.put_cosignature(newest.size, witness.name, lines)
            except WitnessFailed as failed:
                self._leave_alone(witness, newest.size, str(failed))
            else:
                self._failures.pop(witness.name, None)
                _LOG.info("cosigned", witness=witness.name, size=newest.size)

    def ask(self, witness: Witness, checkpoint: SignedCheckpoint, old: int) -> bytes:
        """The witness's signature lines, verified. `old` is the size that it has seen. Raises WitnessFailed."""
        status, answer = self._post(witness, checkpoint, old)
        if status == 409:  # it has seen another size than we know of, and says which
            told = answer.strip()
            if not told.isdigit() or len(told) > 19:
                raise WitnessFailed("it answers a conflict without the size that it has seen")
            old = int(told)
            if old > checkpoint.size:
                raise WitnessFailed(f"it has seen {old} events, more than the {checkpoint.size} of this checkpoint")
            status, answer = self._post(witness, checkpoint, old)
        if status != 200:
            raise WitnessFailed(f"it answers {status}: {answer[:200].decode('utf-8', 'replace').strip()}")
        return _checked(witness, checkpoint, answer)

    def _post(self, witness: Witness, checkpoint: SignedCheckpoint, old: int) -> tuple[int, bytes]:
        proof = consistency_proof(self._published.tile, old, checkpoint.size) if old else []
        hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
        body = f"old {old}\n{hashes}\n".encode() + checkpoint.note
        address = urlsplit(witness.url)
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = kind(str(address.hostname), address.port, timeout=_TIMEOUT_S)
        try:
            connection.request("POST", f"{address.path}/add-checkpoint", body)
            response = connection.getresponse()
            return response.status, response.read(_LONGEST_ANSWER)
        except (OSError, HTTPException) as error:
            raise WitnessFailed(f"it does not answer ({error})") from None
        finally:
            connection.close()

    def _leave_alone(self, witness: Witness, size: int, why: str) -> None:
        failures = self._failures[witness.name] = self._failures.get(witness.name, 0) + 1
        pause_s = min(_LOOK_S * 2**failures, _LONGEST_PAUSE_S)
        self._not_before_s[witness.name] = time.monotonic() + pause_s
        _LOG.warning("a witness did not cosign", witness=witness.name, size=size, why=why, again_in_s=int(pause_s))

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_S):
            try:
                self.ask_all()
            except PersistenceError as error:
                _LOG.warning("witnesses wait", why=str(error))
            except Exception as error:  # noqa: BLE001  # a thread that dies would end witnessing without a word
                _LOG.error("witnesses could not be asked", exc_info=error)


def _checked(witness: Witness, checkpoint: SignedCheckpoint, answer: bytes) -> bytes:
    """Of the answer the lines of this witness's key; each must verify, and there must be one."""
    text = parsed_note(checkpoint.note).text
    try:
        ours = [
            line for line in parsed_lines(answer) if (line.name, line.key_id) == (witness.key.name, witness.key.key_id)
        ]
        for line in ours:
            check_signature(witness.key, text, line.signature)
    except NoteRefused as refused:
        raise WitnessFailed(f"its answer is no cosignature: {refused}") from None
    if not ours:
        raise WitnessFailed("its answer has no signature of its key")
    return "".join(map(str, ours)).encode()
