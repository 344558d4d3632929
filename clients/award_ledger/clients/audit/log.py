"""Reading the log as it is sent: places without gaps, bytes that are what their hash says, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from eventsourcing.persistence import Notification
from google.protobuf.timestamp_pb2 import Timestamp

from award_ledger.clients.audit.differences import Findings
from award_ledger.clients.audit.entry import leaf_hash, microseconds
from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.fact import Act, Event
from award_ledger.domain.identity import request_key
from award_ledger.v1 import history_pb2


class LogReading:
    """Takes events in the order of the log. `receipts` are hashes by position that callers kept from their writes.

    `whole` is false once an event is seen to be missing: no balance can be expected to agree after that.
    """

    def __init__(self, findings: Findings, receipts: Mapping[int, bytes]) -> None:
        self.position = 0
        self.whole = True
        self._findings, self._receipts = findings, receipts
        self._mapper = LedgerMapper()
        self._recorded_at = Timestamp()
        self._versions: dict[str, int] = {}
        self._requests: dict[UUID, int] = {}

    def take(self, sent: history_pb2.Event) -> Event:
        """The event, checked against those before it. Raises whatever the bytes make of their decoder."""
        self._check_place(sent)
        self._check_hash(sent)
        notification = Notification(
            originator_id=UUID(sent.aggregate_id),
            originator_version=sent.aggregate_version,
            topic=sent.topic,
            state=sent.state,
            id=sent.position,
        )
        event = self._mapper.to_domain_event(notification)
        self._check_act(sent, event.fact.act)
        return event

    def _check_place(self, sent: history_pb2.Event) -> None:
        expect, at = self._findings.expect, sent.position
        expect(at, "log", "position", self.position + 1, at)
        version = self._versions.get(sent.aggregate_id, 0) + 1
        self.whole = self.whole and (at, sent.aggregate_version) == (self.position + 1, version)
        expect(at, f"stream {sent.aggregate_id}", "aggregate_version", version, sent.aggregate_version)
        if microseconds(sent.recorded_at) < microseconds(self._recorded_at):
            before, after = self._recorded_at.ToJsonString(), sent.recorded_at.ToJsonString()
            self._findings.add(at, "log", "recorded_at", f"{before} or later", after)
        self.position, self._recorded_at = at, sent.recorded_at
        self._versions[sent.aggregate_id] = sent.aggregate_version

    def _check_hash(self, sent: history_pb2.Event) -> None:
        hashed = leaf_hash(sent)
        self._findings.expect(sent.position, "event", "event_hash", hashed.hex(), sent.event_hash.hex())
        kept = self._receipts.get(sent.position)
        if kept is not None:
            self._findings.expect(sent.position, "event", "receipt", kept.hex(), hashed.hex())

    def _check_act(self, sent: history_pb2.Event, act: Act) -> None:
        expect, at = self._findings.expect, sent.position
        expect(at, "event", "principal", act.principal, sent.principal)
        expect(at, "event", "effective_on", act.effective_on.isoformat(), sent.effective_on)
        key = request_key(act.principal, act.request_id)
        # An act may have several facts, one right after another.
        last = self._requests.get(key, at - 1)
        expect(at, f"request {act.request_id} of {act.principal}", "position", last + 1, at)
        self._requests[key] = at
