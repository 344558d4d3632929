"""One call as everything around it sees it: who calls, and what the log will say about it."""

import time
from contextvars import ContextVar
from dataclasses import dataclass, field

import grpc

from award_ledger.server.writer.timing import Passage

METHOD_PREFIX = "/award_ledger.v1."
"""Methods of the ledger itself; health and reflection are others, which know no principal and no log line."""


@dataclass(slots=True)
class Call:
    """Filled in as the call proceeds; of the request only its id. The rows of a batch are calls, too."""

    method: str
    principal: str = ""
    request_id: str = ""
    position: int = 0
    code: str = "OK"
    reason: str = ""
    rows: list["Call"] = field(default_factory=list)
    trace: str = ""
    """Id of the trace that it belongs to, where calls are traced."""
    passage: Passage | None = None
    """Of its command through the writer, where somebody watches; of a batch, that of the first row."""
    until_s: float = float("inf")
    """When the server gives the call up, by the monotonic clock; the caller's deadline may come before."""

    def remaining_s(self, context: grpc.ServicerContext) -> float:
        """Seconds that there are for the answer, by the caller's deadline and the server's own."""
        return float(min(context.time_remaining(), self.until_s - time.monotonic()))


_CURRENT: ContextVar[Call] = ContextVar("current_call")


def begin_call(method: str) -> Call:
    """A new call on this thread. gRPC gives each call a context of its own, so nothing has to be reset."""
    call = Call(method)
    _CURRENT.set(call)
    return call


def current_call() -> Call:
    """The call that this thread serves. Raises LookupError outside of one."""
    return _CURRENT.get()
