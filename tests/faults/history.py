"""What the clients of a run did and were told, in the order in which it happened: one JSON line for each moment.

An operation is one request id. It is invoked once or more, each time the same; each time it is acknowledged with an
answer, refused with one, failed (surely nothing was done), or stays unknown. Reads are operations too.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any, Literal, TextIO
from uuid import UUID

import msgspec
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from msgspec import Struct

from tests.served import METHODS

What = Literal["invoked", "acknowledged", "refused", "failed", "unknown", "incident"]


class Answer(Struct, frozen=True, omit_defaults=True):
    """What a caller was told. `position` is 0 where nothing was recorded; `numbers` are those of `answers.py`."""

    position: int = 0
    event_hash: str = ""
    repeated: bool = False
    reason: str = ""
    numbers: dict[str, Any] = {}

    def same(self) -> Answer:
        """Without what may differ when the answer is given again."""
        return msgspec.structs.replace(self, repeated=False)


class Moment(Struct, frozen=True, omit_defaults=True):
    """One line. `kind` and `body` (a request's full name and bytes) stand where an operation is first invoked."""

    operation: UUID
    what: What
    principal: str = ""
    kind: str = ""
    body: str = ""
    answer: Answer | None = None
    note: str = ""

    def request(self) -> Message:
        """What was asked. Only where the operation is first invoked."""
        message = GetMessageClass(METHODS[self.kind].input_type)()
        message.ParseFromString(b64decode(self.body))
        return message


class History:
    """The moments so far; threads may share one. Each is on file before its client goes on."""

    def __init__(self, path: Path | None = None) -> None:
        self.moments: list[Moment] = []
        self._lock = Lock()
        self._file: TextIO | None = path.open("w") if path else None

    def invoked(self, operation: UUID, principal: str, request: Message) -> None:
        """The first time."""
        body = b64encode(request.SerializeToString(deterministic=True)).decode()
        self._add(Moment(operation, "invoked", principal, request.DESCRIPTOR.full_name, body))

    def invoked_again(self, operation: UUID) -> None:
        self._add(Moment(operation, "invoked"))

    def ended(self, operation: UUID, what: What, answer: Answer | None = None, note: str = "") -> None:
        """How an attempt ended, as its client sees it."""
        self._add(Moment(operation, what, answer=answer, note=note))

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _add(self, moment: Moment) -> None:
        with self._lock:
            self.moments.append(moment)
            if self._file:
                self._file.write(msgspec.json.encode(moment).decode() + "\n")
                self._file.flush()


def read_history(path: Path) -> list[Moment]:
    """The moments of a file."""
    return [msgspec.json.decode(line, type=Moment) for line in path.read_bytes().splitlines()]


class Operation:
    """All that the history says about one request id. Times are places in the history."""

    def __init__(self, first: Moment, at: int) -> None:
        self.id, self.principal, self.kind, self.request = first.operation, first.principal, first.kind, first.request()
        self.began = at
        self.attempts = 0
        self.ends: list[tuple[int, Moment]] = []

    @property
    def is_read(self) -> bool:
        return "request_id" not in self.request.DESCRIPTOR.fields_by_name

    @property
    def may_be_anywhere(self) -> bool:
        """Some attempt has an unknown end: it may be recorded, whatever another was told."""
        known = sum(moment.what not in ("unknown", "incident") for _, moment in self.ends)
        return known < self.attempts

    def answers(self) -> Iterator[tuple[int, Answer]]:
        """What it was told, and when."""
        for at, moment in self.ends:
            if moment.answer is not None:
                yield at, moment.answer


def operations(moments: Iterable[Moment]) -> dict[UUID, Operation]:
    """By request id, in the order in which they were first invoked."""
    found: dict[UUID, Operation] = {}
    for at, moment in enumerate(moments):
        if moment.what == "invoked":
            if moment.operation not in found:
                found[moment.operation] = Operation(moment, at)
            found[moment.operation].attempts += 1
        else:
            found[moment.operation].ends.append((at, moment))
    return found
