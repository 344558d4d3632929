"""Reads the golden log."""

from __future__ import annotations

import json
from functools import cache
from typing import NamedTuple
from uuid import UUID

from award_ledger.domain.encoding import decode_fact
from award_ledger.domain.fact import Event
from tests.golden import story


class Line(NamedTuple):
    """One line of the log, as the columns of an event."""

    position: int
    originator_id: UUID
    originator_version: int
    topic: str
    recorded_at_us: int
    state: bytes
    leaf_hash: bytes

    def event(self) -> Event:
        fact = decode_fact(self.topic, self.state)
        return Event(self.originator_id, self.originator_version, self.position, fact)


def parsed(text: str) -> Line:
    columns = json.loads(text)
    columns["originator_id"] = UUID(columns["originator_id"])
    columns["state"] = columns["state"].encode()
    columns["leaf_hash"] = bytes.fromhex(columns["leaf_hash"])
    return Line(**columns)


@cache
def golden() -> tuple[Line, ...]:
    return tuple(parsed(text) for text in story.LOG.read_text("utf-8").splitlines())
