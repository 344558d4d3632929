"""Events for the tests of the store, to which their content means nothing."""

from __future__ import annotations

from uuid import UUID, uuid4

from award_ledger.server.store.values import NewEvent


def new_event(originator_id: UUID | None = None, version: int = 1, *touches: UUID) -> NewEvent:
    """An event of this stream (a new one when None) that touches these other aggregates."""
    return NewEvent(originator_id or uuid4(), version, "test.happened.v1", b'{"amount_minor":1}', touches)


def new_stream(length: int) -> list[NewEvent]:
    """The first `length` events of a new stream."""
    originator_id = uuid4()
    return [new_event(originator_id, version) for version in range(1, length + 1)]
