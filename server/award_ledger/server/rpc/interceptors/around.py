"""Putting something around every call of the ledger's own methods, whatever their shape."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, TypeAlias, cast

import grpc

from award_ledger.server.rpc.call import METHOD_PREFIX

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"  # generic in the stubs alone


class Around(grpc.ServerInterceptor, ABC):
    """One concern. Health and reflection pass by. Requests come one by one: `Messages`, further in, waits for them."""

    @abstractmethod
    def around(self, method: str, context: grpc.ServicerContext) -> AbstractContextManager[None]:
        """What happens before a call, and after or instead of its answer."""

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        handler = continuation(handler_call_details)
        method: str = handler_call_details.method
        if handler is None or not method.startswith(METHOD_PREFIX):
            return handler
        surround = self._around_stream if handler.response_streaming else self._around_answer
        return surround(method, handler)

    def _around_answer(self, method: str, handler: Handler) -> Handler:
        behaviour = cast(Callable[[Any, grpc.ServicerContext], Any], handler.stream_unary)

        def surrounded(requests: Any, context: grpc.ServicerContext) -> Any:
            with self.around(method, context):
                return behaviour(requests, context)

        return grpc.stream_unary_rpc_method_handler(
            surrounded, handler.request_deserializer, handler.response_serializer
        )

    def _around_stream(self, method: str, handler: Handler) -> Handler:
        behaviour = cast(Callable[[Any, grpc.ServicerContext], Iterator[Any]], handler.stream_stream)

        def surrounded(requests: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            with self.around(method, context):
                yield from behaviour(requests, context)

        return grpc.stream_stream_rpc_method_handler(
            surrounded, handler.request_deserializer, handler.response_serializer
        )
