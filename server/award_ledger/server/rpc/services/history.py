"""HistoryService: the events themselves."""

from collections.abc import Iterator, Sequence
from threading import Event
from uuid import UUID

import grpc

from award_ledger.domain import identity
from award_ledger.domain.refusals import EventNotFound, invalid_field
from award_ledger.server.commands.command import created, published
from award_ledger.server.rpc.call import current_call
from award_ledger.server.rpc.fields import number_of
from award_ledger.server.rpc.mapping.events import currency_of, event_message
from award_ledger.server.rpc.mapping.instants import timestamp
from award_ledger.server.rpc.paging import fill, next_token
from award_ledger.server.rpc.places import Places
from award_ledger.server.rpc.reads import Reads, Standpoint
from award_ledger.server.rpc.refusals import AnswerOverdue
from award_ledger.server.rpc.touching import events_touching
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.writer.failures import ShuttingDown
from award_ledger.v1 import history_pb2 as pb
from award_ledger.v1.history_pb2_grpc import HistoryServiceServicer

MOST_EVENTS, MOST_BYTES = 500, 1024 * 1024
"""Of one message of a stream; an event that is larger is a message by itself."""

_LOOK_AGAIN_S = 0.1


class HistoryService(HistoryServiceServicer):
    """Answers from the log. Each stream takes one of the places for `followers`; `stopping` ends them."""

    def __init__(self, reads: Reads, recorder: LogRecorder, followers: Places, stopping: Event) -> None:
        self._reads, self._recorder, self._followers, self._stopping = reads, recorder, followers, stopping

    def ListEvents(self, request: pb.ListEventsRequest, context: grpc.ServicerContext) -> pb.ListEventsResponse:
        with self._reads.page(context, request) as (point, page):
            events = events_touching(
                point, _aggregate(point, request.subject), page.after_position(), newest_first=request.newest_first
            )
            messages, last = fill(((str(event.position), event_message(event)) for event in events), page.size)
            _mark_corrected(point.reader, messages, point.position)
            token = next_token(request, point.position, last)
            return pb.ListEventsResponse(events=messages, next_page_token=token, position=point.position)

    def GetEvent(self, request: pb.GetEventRequest, context: grpc.ServicerContext) -> pb.GetEventResponse:
        with self._reads.at(context, request.as_of, request.min_position) as point:
            if not 1 <= request.position <= point.position:
                raise EventNotFound(request.position, point.position)
            recorded = point.reader.event_at(request.position)
            message = event_message(recorded)
            _mark_corrected(point.reader, [message], point.position)
            return pb.GetEventResponse(
                event=message, currency=currency_of(point.ledger, recorded), position=point.position
            )

    def FollowEvents(
        self, request: pb.FollowEventsRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.FollowEventsResponse]:
        for field in ("after_position", "to_position"):
            if getattr(request, field) < 0:
                raise invalid_field(field, "must not be negative")
        with self._followers.one():
            yield from self._follow(request, context)

    def GetHead(self, request: pb.GetHeadRequest, context: grpc.ServicerContext) -> pb.GetHeadResponse:
        with self._reads.at(context, request.as_of, request.min_position) as point:
            head = pb.GetHeadResponse(position=point.position, ledger_id=str(point.reader.ledger_id))
            if point.position:
                head.recorded_at.CopyFrom(timestamp(point.reader.event_at(point.position).recorded_at_us))
            return head

    def _follow(
        self, request: pb.FollowEventsRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.FollowEventsResponse]:
        after, end = request.after_position, request.to_position
        while context.is_active() and (not end or after < end):
            if self._stopping.is_set():
                raise ShuttingDown("the server is stopping")
            if current_call().remaining_s(context) <= 0:
                raise AnswerOverdue
            # Nothing is open while a message is on its way: a slow reader holds a thread, and nothing of the database.
            with self._recorder.reading() as reader:
                most = min(MOST_EVENTS, end - after) if end else MOST_EVENTS
                found = reader.parcel_after(after, most, MOST_BYTES)
            if found:
                yield pb.FollowEventsResponse(events=[event_message(event) for event in found])
                after = found[-1].position
            elif request.wait:
                self._stopping.wait(_LOOK_AGAIN_S)
            else:
                return


def _mark_corrected(reader: LogReader, messages: Sequence[pb.Event], upto: int) -> None:
    """Says of each event which correction of it is the latest, up to a position."""
    entries = {identity.entry_id(message.position): message for message in messages}
    for entry_id, corrections in reader.events_of(entries, upto=upto).items():
        if corrections:
            entries[entry_id].corrected_by = corrections[-1].position


def _aggregate(point: Standpoint, subject: pb.Subject) -> UUID:
    """Whose events. Raises what is not found; evidence and groups are there as soon as somebody names them."""
    match subject.WhichOneof("subject"):
        case "enterprise":
            scheme, number = number_of(subject.enterprise)
            return point.enterprise(scheme, number).id
        case "measure_code":
            return published(point.ledger, subject.measure_code).id
        case "fund_code":
            return created(point.ledger, subject.fund_code).id
        case "evidence":
            return identity.evidence_claim_id(subject.evidence.kind, subject.evidence.reference)
        case "group":
            return identity.group_claim_id(subject.group)
        case _:
            raise invalid_field("subject", "must be set")
