"""A deadline further away than the server's own counts as that one: no call holds a thread for longer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import grpc

from award_ledger.server.rpc.call import current_call
from award_ledger.server.rpc.interceptors.around import Around


@dataclass(frozen=True, slots=True)
class Longest:
    """Seconds that a call, and a stream, may take, and that each request of one may be on its way."""

    call_s: int = 300
    stream_s: int = 3_600
    request_s: int = 30


class Patience(Around):
    """`streams` are the names of methods that answer with one."""

    def __init__(self, longest: Longest, streams: frozenset[str]) -> None:
        self._longest, self._streams = longest, streams

    @contextmanager
    def around(self, method: str, context: grpc.ServicerContext) -> Iterator[None]:
        longest_s = self._longest.stream_s if method in self._streams else self._longest.call_s
        current_call().until_s = time.monotonic() + longest_s
        yield
