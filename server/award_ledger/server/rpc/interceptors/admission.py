"""While the server stops, new calls are told to come back: an answer that clients repeat elsewhere, or soon."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import grpc

from award_ledger.server.rpc.interceptors.around import Around
from award_ledger.server.writer.failures import ShuttingDown


class Admission(Around):
    """Without it, a call that arrives as the transport closes is cut off as CANCELLED, which nobody repeats."""

    def __init__(self, stopping: Event) -> None:
        self._stopping = stopping

    @contextmanager
    def around(self, method: str, context: grpc.ServicerContext) -> Iterator[None]:
        if self._stopping.is_set():
            raise ShuttingDown("the server is stopping")
        yield
