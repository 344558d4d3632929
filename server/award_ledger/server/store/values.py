"""What goes into the store and what comes out of it, as plain immutable values."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent


@dataclass(frozen=True)
class NewEvent(StoredEvent):
    """An event to be appended. The log gives it its position and instant."""

    originator_id: UUID
    touches: tuple[UUID, ...] = ()
    """Other aggregates that fold this event; repeats and the event's own stream count once and not at all."""


@dataclass(frozen=True)
class RecordedEvent(Notification):
    """An event of the log; its `id` is its position."""

    originator_id: UUID
    recorded_at_us: int
    """When the log recorded it: µs since 1970 UTC, never falling along positions."""

    @property
    def position(self) -> int:
        return self.id


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of an aggregate with every event that it folds up to and including `position`."""

    aggregate_id: UUID
    position: int
    topic: str
    state: bytes


@dataclass(frozen=True, slots=True)
class PersonKey:
    """The key that seals one person's openings, itself wrapped by a key that is not in the database."""

    person_id: UUID
    wrapped_key: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands behind the commitment at `path` of the event at `position`, sealed under a person's key."""

    position: int
    path: str
    person_id: UUID
    sealed: bytes
