"""The request of a call: waited for after it is known who calls, for a while, and refused where it is no message.

gRPC would wait for it on a thread before anybody has asked who calls, as long as the caller likes: a few strangers who
open calls and say nothing would take every thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

import grpc
from google.protobuf.message import DecodeError

from award_ledger.domain.refusals import invalid_field
from award_ledger.server.rpc.arrivals import Arrivals
from award_ledger.server.rpc.call import METHOD_PREFIX
from award_ledger.server.rpc.interceptors.allowances import Allowances
from award_ledger.server.rpc.interceptors.around import Handler
from award_ledger.server.rpc.lanes import HEALTH_PREFIX
from award_ledger.server.writer.failures import Abandoned

_OF_STRANGERS_S = 1.0
"""For a question about health: anybody may keep one of its few threads waiting."""


class _Unreadable(NamedTuple):
    """Stands for a request that could not be read."""

    length: int


class Messages(grpc.ServerInterceptor):
    """Innermost. On the wire nothing changes: a stream that brings one message is what gRPC calls a unary request."""

    def __init__(self, arrivals: Arrivals, allowances: Allowances | None = None) -> None:
        """`allowances`: what each request is weighed by, where principals are proven."""
        self._arrivals, self._allowances = arrivals, allowances

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        handler = continuation(handler_call_details)
        method: str = handler_call_details.method
        if handler is None or not method.startswith((METHOD_PREFIX, HEALTH_PREFIX)):
            return handler
        read = cast(Callable[[bytes], Any], handler.request_deserializer)
        make = grpc.stream_stream_rpc_method_handler if handler.response_streaming else _answering
        behaviour = self._behaviour(method, handler)

        def reading(data: bytes) -> Any:
            try:
                return read(data)
            except DecodeError:
                return _Unreadable(len(data))

        return make(behaviour, reading, handler.response_serializer)

    def _behaviour(self, method: str, handler: Handler) -> Callable[..., Any]:
        if method.startswith(HEALTH_PREFIX):
            return self._of_health(cast(Callable[..., Any], handler.unary_stream or handler.unary_unary))
        if handler.stream_unary:
            return self._upload(handler.stream_unary)
        if handler.unary_stream:
            return self._stream(handler.unary_stream)
        return self._answer(cast(Callable[[Any, grpc.ServicerContext], Any], handler.unary_unary))

    def _answer(self, answer: Callable[[Any, grpc.ServicerContext], Any]) -> Callable[..., Any]:
        def answered(requests: Iterator[Any], context: grpc.ServicerContext) -> Any:
            return answer(self._one(requests, context), context)

        return answered

    def _stream(self, stream: Callable[[Any, grpc.ServicerContext], Iterator[Any]]) -> Callable[..., Any]:
        def streamed(requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[Any]:
            yield from stream(self._one(requests, context), context)

        return streamed

    def _upload(self, upload: Callable[[Iterator[Any], grpc.ServicerContext], Any]) -> Callable[..., Any]:
        def uploaded(requests: Iterator[Any], context: grpc.ServicerContext) -> Any:
            return upload(self._all(requests, context), context)

        return uploaded

    def _of_health(self, behaviour: Callable[..., Any]) -> Callable[..., Any]:
        """Asked by anybody, so nothing of it is logged; `rest` is how a watcher is told of changes without a thread."""

        def said(requests: Iterator[Any], context: grpc.ServicerContext, *rest: Any) -> Any:
            with self._arrivals.awaited(context, _OF_STRANGERS_S):
                request = next(requests, None)
            if request is None or isinstance(request, _Unreadable):
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, "exactly one request is wanted")
            return behaviour(request, context, *rest)

        said.experimental_non_blocking = hasattr(behaviour, "experimental_non_blocking")  # type: ignore[attr-defined]
        return said

    def _one(self, requests: Iterator[Any], context: grpc.ServicerContext) -> Any:
        """Raises InvalidFields, CallerLimitReached; Abandoned where none comes in time."""
        for request in self._all(requests, context):
            return request
        raise invalid_field("request", "there is none; exactly one is wanted")

    def _all(self, requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[Any]:
        begun = False
        while True:
            try:
                with self._arrivals.awaited(context):
                    request = next(requests, None)
            except grpc.RpcError:
                raise Abandoned("the call ended before its request had come") from None
            if request is None:
                return
            message = _readable(request)
            if self._allowances:
                self._allowances.weigh(message, begun=begun)
            begun = True
            yield message


def _answering(behaviour: Callable[..., Any], *serializers: Any) -> Handler:
    return grpc.stream_unary_rpc_method_handler(behaviour, *serializers)


def _readable(request: Any) -> Any:
    """Raises InvalidFields."""
    if isinstance(request, _Unreadable):
        raise invalid_field("request", f"its {request.length} bytes are no message of the contract")
    return request
