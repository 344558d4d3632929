"""How every read finds the point of the log to answer for, and waits for a position that the caller has seen.

A read never answers with zeros: what is not there at that point is not found, and a point that is not there yet is
not available.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

import grpc
from google.protobuf.message import Message

from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.identity import enterprise_id
from award_ledger.domain.refusals import PointNotAvailable, invalid_field
from award_ledger.server.clock import Clock
from award_ledger.server.commands.command import registered
from award_ledger.server.rpc.call import current_call
from award_ledger.server.rpc.mapping.instants import instant_us
from award_ledger.server.rpc.paging import Page, page_of
from award_ledger.server.rpc.places import Places
from award_ledger.server.rpc.refusals import PageTokenInvalid, PositionNotReached
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.writer.days import day_of_law
from award_ledger.server.writer.past import PastLedger
from award_ledger.v1.common_pb2 import AsOf

LONGEST_WAIT_S = 10.0
"""For `min_position`, whatever the deadline."""

_LOOK_AGAIN_S = 0.02
_ANSWER_MARGIN = 0.9  # of the time left is for waiting, so that the refusal arrives before the deadline


class Standpoint(NamedTuple):
    """A state of the log held open, and the ledger as it was at a position of it."""

    reader: LogReader
    ledger: PastLedger
    position: int

    def enterprise(self, scheme: str, number: str) -> Enterprise:
        """The enterprise with this checked number. Raises EnterpriseNotFound, also before it was registered."""
        return registered(self.ledger.enterprise(enterprise_id(scheme, number)), scheme, number)


class Reads:
    """Shared by all services and threads."""

    def __init__(self, recorder: LogRecorder, clock: Clock, waiting: int) -> None:
        """`waiting` reads at once may wait for a position; each holds a thread."""
        self._recorder, self._clock = recorder, clock
        self._places = Places(waiting)

    @contextmanager
    def at(self, context: grpc.ServicerContext, as_of: AsOf, min_position: int = 0) -> Iterator[Standpoint]:
        """The point asked for. Raises InvalidFields, Overloaded, PositionNotReached or PointNotAvailable."""
        self._wait_for(context, min_position)
        with self._recorder.reading() as reader:
            position = self._position(reader, as_of)
            yield Standpoint(reader, PastLedger(reader, position), position)

    @contextmanager
    def page(self, context: grpc.ServicerContext, request: Message) -> Iterator[tuple[Standpoint, Page]]:
        """The same for a list: later pages stand where the first one stood. Raises PageTokenInvalid too."""
        fields: Any = request
        page = page_of(request)
        with self.at(context, fields.as_of, fields.min_position) as point:
            if page.position is None or page.position == point.position:
                yield point, page
            elif page.position <= point.reader.head:
                ledger = PastLedger(point.reader, page.position)
                yield Standpoint(point.reader, ledger, page.position), page
            else:
                raise PageTokenInvalid(fields.page_token)

    def today(self) -> date:
        """The day of law."""
        return day_of_law(self._clock.now_us())

    def _wait_for(self, context: grpc.ServicerContext, min_position: int) -> None:
        if min_position < 0:
            raise invalid_field("min_position", "must not be negative")
        if not min_position or min_position <= self._head():
            return
        with self._places.one():
            self._wait(context, min_position)

    def _wait(self, context: grpc.ServicerContext, min_position: int) -> None:
        patience_s = min(current_call().remaining_s(context) * _ANSWER_MARGIN, LONGEST_WAIT_S)
        give_up_s = time.monotonic() + patience_s
        while (head := self._head()) < min_position:
            if time.monotonic() >= give_up_s or not context.is_active():
                raise PositionNotReached(min_position, head)
            time.sleep(_LOOK_AGAIN_S)

    def _head(self) -> int:
        return self._recorder.max_notification_id() or 0

    def _position(self, reader: LogReader, as_of: AsOf) -> int:
        match as_of.WhichOneof("point"):
            case "position":
                return _position_given(as_of.position, reader.head)
            case "instant":
                return self._position_at(as_of, reader)
            case _:
                return reader.head

    def _position_at(self, as_of: AsOf, reader: LogReader) -> int:
        try:
            asked = as_of.instant.ToJsonString()
        except ValueError:
            raise invalid_field("as_of.instant", "is not an instant of the calendar") from None
        asked_us = instant_us(as_of.instant)
        position = reader.position_at(asked_us)
        if position == reader.head and asked_us > self._clock.now_us():
            # Events recorded from now until then would belong to the answer.
            raise PointNotAvailable(asked, reader.head)
        return position


def _position_given(position: int, head: int) -> int:
    if position < 0:
        raise invalid_field("as_of.position", "must not be negative")
    if position > head:
        raise PointNotAvailable(f"position {position}", head)
    return position
