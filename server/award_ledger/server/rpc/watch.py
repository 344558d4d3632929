"""Who watches a server, and what it can tell of itself at any moment. Where nobody watches, nothing is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from award_ledger.server.rpc.call import Call
from award_ledger.server.rpc.interceptors.around import Around
from award_ledger.server.writer.timing import BatchTimes

_LOG = structlog.get_logger("award_ledger.watch")


@dataclass(frozen=True, slots=True)
class Watch:
    """`call` hears of each call that has ended, and the nanoseconds it took; `batch` of each batch of the writer, or
    None for one that the store did not take. They are told on the threads that do the work, so they must be quick.

    `traces` stands around each call.
    """

    call: Callable[[Call, int], None] | None = None
    batch: Callable[[BatchTimes | None], None] | None = None
    traces: Around | None = None

    def harmless(self) -> Watch:
        """The same, but what fails in `call` or `batch` is logged and changes no answer: the work is done by then."""
        return replace(self, call=_harmless(self.call), batch=_harmless(self.batch))


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Of a server at a moment. `followers` are streams of events, `streams` those of the transparency log.

    `head` is the position of the last event when the store was last looked at; `sealing` is None where this server
    does not seal.
    """

    calls: int
    calls_queued: int
    followers: int
    streams: int
    head: int
    reachable: bool
    sealing: bool | None


def _harmless(tell: Callable[..., None] | None) -> Callable[..., None] | None:
    if tell is None:
        return None

    def told(*news: Any) -> None:
        try:
            tell(*news)
        except Exception:  # noqa: BLE001  whatever it is
            _LOG.exception("a watcher failed")

    return told
