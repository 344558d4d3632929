"""On which threads a call is served: most on the threads for calls; on a few aside those that must not wait for them.

A call that is turned away because all places are taken would otherwise queue behind those that took them, and so would
the question whether the server is well, to which "yes, but busy" is the true answer.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition
from typing import Any, ParamSpec, TypeVar

import grpc

from award_ledger.server.rpc.call import METHOD_PREFIX
from award_ledger.server.rpc.interceptors.around import Handler
from award_ledger.server.rpc.interceptors.layers import Layers

P = ParamSpec("P")
R = TypeVar("R")

_ASIDE_THREADS = 8
HEALTH_PREFIX = "/grpc.health.v1."


class Lanes(grpc.ServerInterceptor):
    """The interceptor that leads to all others, and the threads. `places`: calls that may be under way or wait for a
    thread; what is called while there is one meets `let_in`, and what is called while there is none `turned_away`.
    """

    def __init__(self, threads: int, places: int, let_in: Layers, turned_away: Layers) -> None:
        self.pool = _CountingPool(threads, thread_name_prefix="call")
        self._threads = threads
        self._aside = ThreadPoolExecutor(_ASIDE_THREADS, thread_name_prefix="aside")
        self._places = places
        self._let_in, self._turned_away = let_in, turned_away

    @property
    def taken(self) -> int:
        """Calls under way or waiting for a thread."""
        return self.pool.taken

    @property
    def queued(self) -> int:
        """Of these, calls that wait for a thread."""
        return max(0, self.taken - self._threads)

    def wait_until_empty(self, timeout_s: float) -> bool:
        """Whether within this time no call is under way. A call that was cut off is, until its thread notices."""
        return self.pool.wait_until_idle(timeout_s)

    @property
    def full(self) -> bool:
        """No place is left."""
        return self.taken >= self._places

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        full = self.full
        layers = self._turned_away if full else self._let_in
        handler = layers.intercept_service(continuation, handler_call_details)
        method: str = handler_call_details.method
        if handler is None or not (method.startswith(HEALTH_PREFIX) or (full and method.startswith(METHOD_PREFIX))):
            return handler
        return self._on_threads_aside(handler)

    def _on_threads_aside(self, handler: Handler) -> Handler:
        make = grpc.stream_stream_rpc_method_handler if handler.stream_stream else grpc.stream_unary_rpc_method_handler
        behaviour: Any = handler.stream_stream or handler.stream_unary

        def aside(*call: Any) -> Any:
            return behaviour(*call)

        # gRPC looks for them under these names.
        aside.experimental_thread_pool = self._aside  # type: ignore[attr-defined]
        aside.experimental_non_blocking = getattr(  # type: ignore[attr-defined]
            behaviour, "experimental_non_blocking", False
        )
        return make(aside, handler.request_deserializer, handler.response_serializer)


class _CountingPool(ThreadPoolExecutor):
    """Knows how many calls it was given and has not finished."""

    def __init__(self, threads: int, thread_name_prefix: str) -> None:
        super().__init__(threads, thread_name_prefix)
        self.taken = 0
        self._count = Condition()

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        with self._count:
            self.taken += 1
        try:
            future = super().submit(fn, *args, **kwargs)
        except BaseException:
            self._finished()
            raise
        future.add_done_callback(self._finished)
        return future

    def wait_until_idle(self, timeout_s: float) -> bool:
        with self._count:
            return self._count.wait_for(lambda: self.taken == 0, timeout_s)

    def _finished(self, _: object = None) -> None:
        with self._count:
            self.taken -= 1
            if self.taken == 0:
                self._count.notify_all()
