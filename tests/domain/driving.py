"""The smallest ledger that there can be: commands decided one after another on a fold in memory."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid5

from award_ledger.domain.encoding import encode_snapshot
from award_ledger.domain.fact import Act, Event
from award_ledger.domain.identity import request_key
from award_ledger.domain.refusals import RequestIdReused
from award_ledger.domain.trial import Trial
from award_ledger.domain.working_set import Ledger, WorkingSet
from award_ledger.server.writer.submission import Compound

_REQUESTS = UUID("6f1d7a53-5b0e-4d0f-8d0c-2b6f4a1d9e10")


def facts_in_order(command: Any, ledger: WorkingSet, act: Act) -> list[Event]:
    """The events that a command adds, each decided on what the one before left; the ledger itself stays as it is."""
    trial = Trial(ledger)

    def fold(subject: Any, fact: Any) -> Event:
        event = Event(subject.id, getattr(subject, "version", 0) + 1, trial.position + 1, fact)
        trial.apply(event)
        return event

    first = command.subject(ledger)
    events = [fold(first, command.decide(ledger, act))]
    if isinstance(command, Compound):
        events += [fold(*part) for part in command.following(trial, act, events[0].fact)]
    return events


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
        events = facts_in_order(command, self.ledger, act)
        for event in events:
            self.ledger.apply(event)
        self.events += events
        self.commands += [command] * len(events)
        self.answered[request_key(by, request_id)] = events[0]
        return events[0]

    def picture(self) -> dict[UUID, bytes]:
        """The state of every aggregate that something has touched."""
        return picture(self.ledger)


def picture(ledger: Ledger) -> dict[UUID, bytes]:
    """The state of every aggregate that something has touched, as the bytes of its snapshot."""
    return {key: encode_snapshot(found) for key, found in ledger.aggregates.items() if found.position}
