"""Who is let in: nobody while the server stops, and no more calls at once than it is meant to serve."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event

import grpc

from award_ledger.server.rpc.interceptors.around import Around
from award_ledger.server.writer.failures import Overloaded, ShuttingDown


class Admission(Around):
    """While the server stops, calls are told to come back: an answer that clients repeat elsewhere, or soon.

    Without it, a call that arrives as the transport closes is cut off as CANCELLED, which nobody repeats.
    """

    def __init__(self, stopping: Event) -> None:
        self._stopping = stopping

    @contextmanager
    def around(self, method: str, context: grpc.ServicerContext) -> Iterator[None]:
        if self._stopping.is_set():
            raise ShuttingDown("the server is stopping")
        yield


class TurnedAway(Around):
    """For calls that came when all `places` were taken."""

    def __init__(self, places: int) -> None:
        self._places = places

    def around(self, method: str, context: grpc.ServicerContext) -> AbstractContextManager[None]:
        raise Overloaded(self._places, "calls are under way")
