"""Questions to the log itself: the events of a subject, one event, all events as they come, the head."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import (
    Acts,
    Enterprise,
    PageOptions,
    ReadOptions,
    enterprise_number,
    reading,
)
from award_ledger.v1.common_pb2 import Evidence
from award_ledger.v1.history_pb2 import (
    Event,
    FollowEventsRequest,
    GetEventRequest,
    GetEventResponse,
    GetHeadRequest,
    GetHeadResponse,
    ListEventsRequest,
    ListEventsResponse,
    Subject,
)
from award_ledger.v1.history_pb2_grpc import HistoryServiceStub

FOLLOW_TIMEOUT_S = 600.0
"""A follow is renewed this often, so that none hangs for ever on a server that has forgotten it."""


def subject(
    *,
    enterprise: Enterprise | None = None,
    measure_code: str | None = None,
    fund_code: str | None = None,
    evidence: tuple[str, str] | None = None,
    group: str | None = None,
) -> Subject:
    """Whose history: exactly one of the names (`evidence`: kind and reference), or ValueError."""
    given = [item for item in (enterprise, measure_code, fund_code, evidence, group) if item is not None]
    if len(given) != 1:
        raise ValueError(f"a history has one subject, not {len(given)}")
    if enterprise is not None:
        return Subject(enterprise=enterprise_number(enterprise))
    if evidence is not None:
        return Subject(evidence=Evidence(kind=evidence[0], reference=evidence[1]))
    if measure_code is not None:
        return Subject(measure_code=measure_code)
    return Subject(fund_code=fund_code) if fund_code is not None else Subject(group=group or "")


class HistoryActs(Acts):
    """What the log answers. Every method raises LedgerError."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._history = HistoryServiceStub(connection.channel)

    def list_events(
        self, subject: Subject, *, newest_first: bool = False, **options: Unpack[PageOptions]
    ) -> ListEventsResponse:
        """List one page of the events that concern a subject, in order."""
        request = ListEventsRequest(subject=subject, newest_first=newest_first, **reading(options))
        return self._connection.call(self._history.ListEvents, request, options.get("timeout_s"))

    def get_event(self, position: int, **options: Unpack[ReadOptions]) -> GetEventResponse:
        """Read the event at a position."""
        request = GetEventRequest(position=position, **reading(options))
        return self._connection.call(self._history.GetEvent, request, options.get("timeout_s"))

    def get_head(self, **options: Unpack[ReadOptions]) -> GetHeadResponse:
        """Ask how far the log has come, or had come, and which ledger it is."""
        return self._connection.call(
            self._history.GetHead, GetHeadRequest(**reading(options)), options.get("timeout_s")
        )

    def follow_events(self, after_position: int = 0, *, to_position: int = 0, wait: bool = False) -> Iterator[Event]:
        """Yield every event after a position, each once and in order; with `wait`, go on as new ones come.

        A broken stream is taken up again after the last event that was yielded.
        """
        last = after_position

        def rest() -> FollowEventsRequest:
            return FollowEventsRequest(after_position=last, to_position=to_position, wait=wait)

        follow = self._history.FollowEvents
        for answer in self._connection.resume(follow, rest, wait=wait, stream_timeout_s=FOLLOW_TIMEOUT_S):
            for event in answer.events:
                last = event.position
                yield event
                if last == to_position:
                    return
