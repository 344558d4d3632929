"""Whose request is on its way, and since when: a call that keeps a thread waiting for it is ended."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

import grpc

LOOK_EVERY_S = 0.25


class Arrivals:
    """One thread watches for all calls: gRPC's own wait for a message knows no limit. `start` once, `stop` once."""

    def __init__(self, within_s: float, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._within_s, self._monotonic_s = within_s, monotonic_s
        self._until_s: dict[grpc.ServicerContext, float] = {}
        self._lock = Lock()
        self._stopped = Event()
        self._thread = Thread(target=self._watch, name="arrivals", daemon=True)

    def start(self) -> None:
        """Begins to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watches no more."""
        self._stopped.set()

    @contextmanager
    def awaited(self, context: grpc.ServicerContext, within_s: float = math.inf) -> Iterator[None]:
        """For as long as a message of this call is waited for: as every call, or for less."""
        until_s = self._monotonic_s() + min(self._within_s, within_s)
        with self._lock:
            self._until_s[context] = until_s
        try:
            yield
        finally:
            with self._lock:
                del self._until_s[context]

    def look(self) -> None:
        """Ends the calls whose time is over."""
        now_s = self._monotonic_s()
        with self._lock:
            over = [context for context, until_s in self._until_s.items() if until_s <= now_s]
        for context in over:
            context.cancel()

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK_EVERY_S):
            self.look()
