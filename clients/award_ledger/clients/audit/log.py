"""Reading the log as it is told: places without gaps, bytes that are what their hash says, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from eventsourcing.persistence import Notification

from award_ledger.clients.audit.differences import Findings
from award_ledger.clients.verification.entries import Entry, state_hash
from award_ledger.clients.verification.log_walk import Told
from award_ledger.clients.verification.merkle import leaf_hash
from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.fact import Act, Event
from award_ledger.domain.identity import request_key
from award_ledger.v1 import history_pb2

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Recorded(NamedTuple):
    """An event as a server or a bundle tells it, not checked yet.

    `principal` and `effective_on` are what a server says beside the state; None where nobody says anything.
    """

    position: int
    aggregate_id: str | UUID
    aggregate_version: int
    topic: str
    recorded_at_ns: int
    state: bytes
    event_hash: bytes
    principal: str | None = None
    effective_on: str | None = None


def sent(events: Iterable[history_pb2.Event]) -> Iterator[Recorded]:
    """Events as a server sends them."""
    for event in events:
        yield Recorded(
            event.position,
            event.aggregate_id,
            event.aggregate_version,
            event.topic,
            event.recorded_at.seconds * 1_000_000_000 + event.recorded_at.nanos,
            event.state,
            event.event_hash,
            event.principal,
            event.effective_on,
        )


def bundled(events: Iterable[Told]) -> Iterator[Recorded]:
    """Events as they lie in a bundle."""
    for entry, leaf, state in events:
        yield Recorded(
            entry.position,
            UUID(bytes=entry.aggregate_id),
            entry.aggregate_version,
            entry.topic,
            entry.recorded_at_us * 1_000,
            state,
            leaf,
        )


class LogReading:
    """Takes events in the order of the log. `receipts` are hashes by position that callers kept from their writes.

    `whole` is false once an event is seen to be missing: no balance can be expected to agree after that.
    """

    def __init__(self, findings: Findings, receipts: Mapping[int, bytes]) -> None:
        self.position = 0
        self.whole = True
        self._findings, self._receipts = findings, receipts
        self._mapper = LedgerMapper()
        self._recorded_at_ns = 0
        self._versions: dict[bytes, int] = {}
        self._requests: set[bytes] = set()
        self._request = b""

    def take(self, told: Recorded) -> Event:
        """The event, checked against those before it. Raises whatever the bytes make of their decoder."""
        aggregate_id = told.aggregate_id if isinstance(told.aggregate_id, UUID) else UUID(told.aggregate_id)
        self._check_place(told, aggregate_id)
        self._check_hash(told, aggregate_id)
        notification = Notification(
            originator_id=aggregate_id,
            originator_version=told.aggregate_version,
            topic=told.topic,
            state=told.state,
            id=told.position,
        )
        event = self._mapper.to_domain_event(notification)
        self._check_act(told, event.fact.act)
        return event

    def _check_place(self, told: Recorded, aggregate_id: UUID) -> None:
        expect, at = self._findings.expect, told.position
        expect(at, "log", "position", self.position + 1, at)
        version = self._versions.get(aggregate_id.bytes, 0) + 1
        self.whole = self.whole and (at, told.aggregate_version) == (self.position + 1, version)
        expect(at, f"stream {aggregate_id}", "aggregate_version", version, told.aggregate_version)
        if told.recorded_at_ns < self._recorded_at_ns:
            before, after = _instant(self._recorded_at_ns), _instant(told.recorded_at_ns)
            self._findings.add(at, "log", "recorded_at", f"{before} or later", after)
        self.position, self._recorded_at_ns = at, told.recorded_at_ns
        self._versions[aggregate_id.bytes] = told.aggregate_version

    def _check_hash(self, told: Recorded, aggregate_id: UUID) -> None:
        recorded_at_us, finer_ns = divmod(told.recorded_at_ns, 1_000)
        if finer_ns:
            raise ValueError(f"{told.recorded_at_ns} ns are no whole number of microseconds")
        entry = Entry(
            told.position,
            aggregate_id.bytes,
            told.aggregate_version,
            told.topic,
            recorded_at_us,
            state_hash(told.state),
            len(told.state),
        )
        hashed = leaf_hash(entry.encoded)
        self._findings.expect(told.position, "event", "event_hash", hashed.hex(), told.event_hash.hex())
        kept = self._receipts.get(told.position)
        if kept is not None:
            self._findings.expect(told.position, "event", "receipt", kept.hex(), hashed.hex())

    def _check_act(self, told: Recorded, act: Act) -> None:
        expect, at = self._findings.expect, told.position
        if told.principal is not None:
            expect(at, "event", "principal", act.principal, told.principal)
            expect(at, "event", "effective_on", act.effective_on.isoformat(), told.effective_on)
        key = request_key(act.principal, act.request_id).bytes
        # An act may have several facts, one right after another.
        if key != self._request and key in self._requests:
            subject = f"request {act.request_id} of {act.principal}"
            self._findings.add(at, subject, "position", "right after its other facts", at)
        self._findings.values += 1
        self._request = key
        self._requests.add(key)


def _instant(ns: int) -> str:
    return (_EPOCH + timedelta(microseconds=ns // 1_000)).isoformat()
