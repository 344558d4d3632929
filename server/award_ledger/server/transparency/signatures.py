"""Every stored signature against keys that somebody outside the database has named: of the log, of its witnesses."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from award_ledger.server.transparency.log_store import TlogReader
from award_ledger.server.transparency.notes import (
    Checkpoint,
    NoteRefused,
    SignatureLine,
    VerifierKey,
    check_signature,
    parsed_key,
    parsed_lines,
    parsed_note,
)

TIMESTAMP = "rfc3161"


class NamedKeys(NamedTuple):
    """Keys of the log, and keys of witnesses by the name that the policy has for them."""

    log: tuple[VerifierKey, ...]
    witnesses: dict[str, VerifierKey]


def keys_in_policy(text: str) -> NamedKeys:
    """The lines `log <vkey>` and `witness <name> <vkey> …` of a policy (C2SP tlog-policy). Raises NoteRefused."""
    log: list[VerifierKey] = []
    witnesses: dict[str, VerifierKey] = {}
    for words in map(str.split, text.splitlines()):
        if words[:1] == ["log"] and len(words) > 1:
            log.append(parsed_key(words[1]))
        elif words[:1] == ["witness"] and len(words) > 2:
            witnesses[words[1]] = parsed_key(words[2])
    if not log:
        raise NoteRefused("it names no key of the log")
    return NamedKeys(tuple(log), witnesses)


def check_notes(log: TlogReader, keys: NamedKeys | None, found: Callable[[str], None]) -> None:
    """Each note against its row, each signature against the keys, each cosignature and timestamp against its note.

    Without keys only what needs none is compared. A signature by a key that is not named is reported too: a changed
    key id must not pass for somebody else's signature. Timestamps are held against the text that they are over; that
    they are an authority's own is for its certificate to say (`openssl ts -verify`).
    """
    origin, texts = log.origin(), dict[int, bytes]()
    for size, root, note, _ in log.checkpoints():
        texts[size] = Checkpoint(origin, size, root).text()
        with _reported(f"the checkpoint of {size} events", found):
            _check_note(note, texts[size], keys)
    for size, name, line in log.cosignatures():
        with _reported(f"the cosignature of {name} for {size} events", found):
            named = None if keys is None else [keys.witnesses[name]] if name in keys.witnesses else []
            _check_lines(parsed_lines(line), _text_of(texts, size), named)
    for size, kind, blob in log.every_anchor():
        with _reported(f"the proof of time {kind} for {size} events", found):
            _check_timestamp(kind, blob, _text_of(texts, size))


@contextmanager
def _reported(what: str, found: Callable[[str], None]) -> Iterator[None]:
    try:
        yield
    except NoteRefused as refused:
        found(f"{what}: {refused}")


def _check_note(note: bytes, text: bytes, keys: NamedKeys | None) -> None:
    parsed = parsed_note(note)
    if parsed.text != text:
        raise NoteRefused("it is of another log, size or root than its row")
    if bytes(parsed) != note:
        raise NoteRefused("it is not written as notes are")
    _check_lines(parsed.lines, text, keys.log if keys else None)


def _check_timestamp(kind: str, blob: bytes, text: bytes) -> None:
    if kind != TIMESTAMP or hashlib.sha256(text).digest() not in blob:
        raise NoteRefused("it is not over the text of the checkpoint")


def _text_of(texts: dict[int, bytes], size: int) -> bytes:
    if size not in texts:
        raise NoteRefused("no checkpoint of that size was signed")
    return texts[size]


def _check_lines(lines: Sequence[SignatureLine], text: bytes, keys: Sequence[VerifierKey] | None) -> None:
    """Raises NoteRefused."""
    if keys is None:
        return
    for line in lines:
        by = [key for key in keys if (key.name, key.key_id) == (line.name, line.key_id)]
        if not by:
            raise NoteRefused(f"{line.name}+{line.key_id.hex()} is not a key that the policy names for it")
        check_signature(by[0], text, line.signature)
