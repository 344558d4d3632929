"""What one caller may ask of a server at once, so that no caller, careless or hostile, leaves nothing for others."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import grpc
from google.protobuf.message import Message

from award_ledger.server.rpc.call import current_call
from award_ledger.server.rpc.interceptors.around import Around
from award_ledger.server.rpc.refusals import CallerLimitReached

ROW_FIELDS = ("requests", "rows", "payments", "matches", "lines")
"""Of requests that ask for many things in one call: of each thing one element."""

_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class CallerLimits:
    """Of one principal: calls and rows of batches a second (for a short while twice as many), calls at once, and of
    these streams."""

    calls_per_s: int = 200
    calls_at_once: int = 32
    streams_at_once: int = 4
    rows_per_s: int = 1_000


@dataclass(slots=True)
class _Use:
    """What a caller has left of the rates, when that was so, and what is under way.

    `rows` is less than zero after a batch that was larger than the rate: the next one waits for it.
    """

    left: float
    rows: float
    at_s: float
    calls: int = 0
    streams: int = 0


class Allowances(Around):
    """Inside the identity: a limit is somebody's. `streams` are the names of methods that answer with one."""

    def __init__(
        self, limits: CallerLimits, streams: frozenset[str], monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits, self._streams, self._monotonic_s = limits, streams, monotonic_s
        self._burst, self._burst_rows = 2 * limits.calls_per_s, 2 * limits.rows_per_s
        self._lock = threading.Lock()
        self._uses: dict[str, _Use] = {}
        self._forgot_s = float("-inf")

    @contextmanager
    def around(self, method: str, context: grpc.ServicerContext) -> Iterator[None]:
        stream = method in self._streams
        principal = current_call().principal
        self._enter(principal, stream)
        try:
            yield
        finally:
            self._leave(principal, stream)

    def weigh(self, request: Message, *, begun: bool = False) -> None:
        """Counts the rows of a batch, which is a call besides. Raises CallerLimitReached, and counts none.

        `begun`: a further part of what was let in with its first.
        """
        rows = sum(len(getattr(request, name)) for name in ROW_FIELDS if hasattr(request, name))
        if rows <= 1 and not begun:
            return
        limits = self._limits
        with self._lock:
            use = self._uses[current_call().principal]
            self._refill(use, self._monotonic_s())
            missing = min(rows, self._burst_rows) - use.rows
            if missing > 0 and not begun:
                raise CallerLimitReached("rows_per_s", limits.rows_per_s, _wait_ms(missing, limits.rows_per_s))
            use.rows -= rows

    def _refill(self, use: _Use, now_s: float) -> None:
        passed_s, use.at_s = now_s - use.at_s, now_s
        use.left = min(self._burst, use.left + passed_s * self._limits.calls_per_s)
        use.rows = min(self._burst_rows, use.rows + passed_s * self._limits.rows_per_s)

    def _enter(self, principal: str, stream: bool) -> None:
        """Counts a call. Raises CallerLimitReached, and counts nothing."""
        limits, now_s = self._limits, self._monotonic_s()
        with self._lock:
            use = self._uses.setdefault(principal, _Use(self._burst, self._burst_rows, now_s))
            self._refill(use, now_s)
            if use.left < 1:
                raise CallerLimitReached("calls_per_s", limits.calls_per_s, _wait_ms(1 - use.left, limits.calls_per_s))
            if use.calls >= limits.calls_at_once:
                raise CallerLimitReached("calls_at_once", limits.calls_at_once, 1_000)
            if stream and use.streams >= limits.streams_at_once:
                raise CallerLimitReached("streams_at_once", limits.streams_at_once, 1_000)
            use.left -= 1
            use.calls += 1
            use.streams += stream

    def _leave(self, principal: str, stream: bool) -> None:
        with self._lock:
            use = self._uses[principal]
            use.calls -= 1
            use.streams -= stream
            if len(self._uses) > _MOST_REMEMBERED and self._monotonic_s() - self._forgot_s >= 1:
                self._forget_rested()

    def _forget_rested(self) -> None:
        """Callers whose rates are whole again are as if they had never called."""
        self._forgot_s = self._monotonic_s()
        for name, use in list(self._uses.items()):
            self._refill(use, self._forgot_s)
            if not use.calls and use.left >= self._burst and use.rows >= self._burst_rows:
                del self._uses[name]


def _wait_ms(missing: float, per_s: int) -> int:
    return math.ceil(missing * 1_000 / per_s)
