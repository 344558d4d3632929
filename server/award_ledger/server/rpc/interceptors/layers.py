"""Interceptors put around each method once, when it is first called, and not again at every call."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import grpc

from award_ledger.server.rpc.interceptors.around import Handler


class Layers(grpc.ServerInterceptor):
    """The first is the outermost. What they make of a handler depends on nothing of a call but its method."""

    def __init__(self, *interceptors: grpc.ServerInterceptor) -> None:
        self._interceptors = interceptors
        self._handlers: dict[str, Handler] = {}

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        method: str = handler_call_details.method
        handler = self._handlers.get(method)
        if handler is None:
            for interceptor in reversed(self._interceptors):
                continuation = partial(interceptor.intercept_service, continuation)
            handler = continuation(handler_call_details)
            if handler is not None:  # else strangers could fill the memory with names of methods that nobody has
                self._handlers[method] = handler
        return handler
