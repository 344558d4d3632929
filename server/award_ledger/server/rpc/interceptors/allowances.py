"""What one caller may ask of a server at once, so that no caller, careless or hostile, leaves nothing for others."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import grpc

from award_ledger.server.rpc.call import current_call
from award_ledger.server.rpc.interceptors.around import Around
from award_ledger.server.rpc.refusals import CallerLimitReached

_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class CallerLimits:
    """Of one principal: calls a second (for a short while twice as many), calls at once, and of these streams."""

    calls_per_s: int = 200
    calls_at_once: int = 32
    streams_at_once: int = 4


@dataclass(slots=True)
class _Use:
    """What a caller has left of the rate, when that was so, and what is under way."""

    left: float
    at_s: float
    calls: int = 0
    streams: int = 0


class Allowances(Around):
    """Inside the identity: a limit is somebody's. `streams` are the names of methods that answer with one."""

    def __init__(
        self, limits: CallerLimits, streams: frozenset[str], monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits, self._streams, self._monotonic_s = limits, streams, monotonic_s
        self._burst = 2 * limits.calls_per_s
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

    def _enter(self, principal: str, stream: bool) -> None:
        """Counts a call. Raises CallerLimitReached, and counts nothing."""
        limits, now_s = self._limits, self._monotonic_s()
        with self._lock:
            use = self._uses.setdefault(principal, _Use(self._burst, now_s))
            use.left = min(self._burst, use.left + (now_s - use.at_s) * limits.calls_per_s)
            use.at_s = now_s
            if use.left < 1:
                wait_ms = math.ceil((1 - use.left) * 1_000 / limits.calls_per_s)
                raise CallerLimitReached("calls_per_s", limits.calls_per_s, wait_ms)
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
        """Callers whose rate is whole again are as if they had never called."""
        self._forgot_s = self._monotonic_s()
        rested_s = self._forgot_s - self._burst / self._limits.calls_per_s
        for name in [name for name, use in self._uses.items() if not use.calls and use.at_s <= rested_s]:
            del self._uses[name]
