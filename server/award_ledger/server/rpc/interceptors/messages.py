"""Bytes that are no message are refused like any wrong request: after it is known who sends them, and with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

import grpc
from google.protobuf.message import DecodeError

from award_ledger.domain.refusals import invalid_field
from award_ledger.server.rpc.call import METHOD_PREFIX
from award_ledger.server.rpc.interceptors.around import Handler


class _Unreadable(NamedTuple):
    """Stands for a request that could not be read."""

    length: int


class Messages(grpc.ServerInterceptor):
    """Innermost. gRPC itself would answer INTERNAL, before anybody has asked who calls."""

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        handler = continuation(handler_call_details)
        if handler is None or not handler_call_details.method.startswith(METHOD_PREFIX):
            return handler
        read = cast(Callable[[bytes], Any], handler.request_deserializer)

        def reading(data: bytes) -> Any:
            try:
                return read(data)
            except DecodeError:
                return _Unreadable(len(data))

        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(
                _checked_stream(handler.unary_stream), reading, handler.response_serializer
            )
        if handler.stream_unary:
            return grpc.stream_unary_rpc_method_handler(
                _checked_upload(handler.stream_unary), reading, handler.response_serializer
            )
        answer = cast(Callable[[Any, grpc.ServicerContext], Any], handler.unary_unary)
        return grpc.unary_unary_rpc_method_handler(_checked(answer), reading, handler.response_serializer)


def _checked(answer: Callable[[Any, grpc.ServicerContext], Any]) -> Callable[[Any, grpc.ServicerContext], Any]:
    def checked(request: Any, context: grpc.ServicerContext) -> Any:
        return answer(_readable(request), context)

    return checked


def _checked_upload(
    upload: Callable[[Iterator[Any], grpc.ServicerContext], Any],
) -> Callable[[Iterator[Any], grpc.ServicerContext], Any]:
    def checked(requests: Iterator[Any], context: grpc.ServicerContext) -> Any:
        return upload(map(_readable, requests), context)

    return checked


def _checked_stream(
    stream: Callable[[Any, grpc.ServicerContext], Iterator[Any]],
) -> Callable[[Any, grpc.ServicerContext], Iterator[Any]]:
    def checked(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        yield from stream(_readable(request), context)

    return checked


def _readable(request: Any) -> Any:
    """Raises InvalidFields."""
    if isinstance(request, _Unreadable):
        raise invalid_field("request", f"its {request.length} bytes are no message of the contract")
    return request
