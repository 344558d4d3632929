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
    """One concern. Health and reflection pass by."""

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
        return self._around_stream(method, handler) if handler.unary_stream else self._around_answer(method, handler)

    def _around_answer(self, method: str, handler: Handler) -> Handler:
        uploads = bool(handler.request_streaming)
        behaviour = cast(
            Callable[[Any, grpc.ServicerContext], Any], handler.stream_unary if uploads else handler.unary_unary
        )

        def surrounded(request: Any, context: grpc.ServicerContext) -> Any:
            with self.around(method, context):
                return behaviour(request, context)

        make = grpc.stream_unary_rpc_method_handler if uploads else grpc.unary_unary_rpc_method_handler
        return make(surrounded, handler.request_deserializer, handler.response_serializer)

    def _around_stream(self, method: str, handler: Handler) -> Handler:
        behaviour = cast(Callable[[Any, grpc.ServicerContext], Iterator[Any]], handler.unary_stream)

        def surrounded(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            with self.around(method, context):
                yield from behaviour(request, context)

        return grpc.unary_stream_rpc_method_handler(
            surrounded, handler.request_deserializer, handler.response_serializer
        )
