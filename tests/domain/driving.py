"""The smallest ledger that there can be: commands decided one after another on a fold in memory."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid5

from award_ledger.domain.encoding import encode_snapshot
from award_ledger.domain.fact import Act, Event
from award_ledger.domain.identity import request_key
from award_ledger.domain.refusals import RequestIdReused
from award_ledger.domain.working_set import Ledger

_REQUESTS = UUID("6f1d7a53-5b0e-4d0f-8d0c-2b6f4a1d9e10")


class Driver:
    """subject -> decide -> Event -> apply; a request that was answered before gets the same event again."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.events: list[Event] = []
        self.commands: list[Any] = []
        self.answered: dict[UUID, Event] = {}

    def do(
        self, command: Any, *, by: str = "officer", on: date = date(2025, 6, 1), request_id: UUID | None = None
    ) -> Event:
        """The event that answers the command. Raises Refused; then nothing has changed."""
        request_id = request_id or uuid5(_REQUESTS, str(len(self.events)))
        act = Act(principal=by, request_id=request_id, fingerprint=repr(command), effective_on=on)
        before = self.answered.get(request_key(by, request_id))
        if before is not None:
            if before.fact.act.fingerprint != act.fingerprint:
                raise RequestIdReused(str(request_id), before.position)
            return before
        subject = command.subject(self.ledger)
        fact = command.decide(self.ledger, act)
        event = Event(subject.id, getattr(subject, "version", 0) + 1, len(self.events) + 1, fact)
        self.ledger.apply(event)
        self.events.append(event)
        self.commands.append(command)
        self.answered[request_key(by, request_id)] = event
        return event

    def picture(self) -> dict[UUID, bytes]:
        """The state of every aggregate that something has touched."""
        return picture(self.ledger)


def picture(ledger: Ledger) -> dict[UUID, bytes]:
    """The state of every aggregate that something has touched, as the bytes of its snapshot."""
    return {key: encode_snapshot(found) for key, found in ledger.aggregates.items() if found.position}
