"""One line of the log for every call, and for every row of a batch. Never a value out of a request but its id."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc
import structlog

from award_ledger.server.rpc.call import Call, begin_call
from award_ledger.server.rpc.interceptors.around import Around

_LOG = structlog.get_logger("award_ledger.calls")


class CallLog(Around):
    """Outermost: it begins the call that the others fill in."""

    def __init__(self, heard: Callable[[Call, int], None] | None = None) -> None:
        """`heard` is told of each call when it has ended, and how many nanoseconds it took."""
        self._heard = heard

    @contextmanager
    def around(self, method: str, context: grpc.ServicerContext) -> Iterator[None]:
        call = begin_call(method)
        begun_ns = time.monotonic_ns()
        try:
            yield
        except GeneratorExit:  # the caller of a stream has gone
            call.code = "CANCELLED"
            raise
        finally:
            took_ns = time.monotonic_ns() - begun_ns
            for number, row in enumerate(call.rows):
                _LOG.info("row", row=number, **_line(row))
            _LOG.info("call", ms=took_ns // 1_000_000, **_line(call))
            if self._heard:
                self._heard(call, took_ns)


def _line(call: Call) -> dict[str, str | int]:
    line: dict[str, str | int] = {
        "method": call.method.rpartition(".")[2],
        "code": call.code,
        "reason": call.reason,
        "principal": call.principal,
        "request_id": call.request_id[:64],
        "position": call.position,
        "trace": call.trace,
    }
    return {name: value for name, value in line.items() if value}
