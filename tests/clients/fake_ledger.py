"""A ledger that answers as it is told: real gRPC on a loopback port, canned answers, every call kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import any_pb2, message_factory
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from award_ledger.v1 import (
    applications_pb2,
    awards_pb2,
    clawbacks_pb2,
    corrections_pb2,
    enterprises_pb2,
    funds_pb2,
    history_pb2,
    inquiries_pb2,
    measures_pb2,
    objections_pb2,
    payments_pb2,
    personal_data_pb2,
    roster_pb2,
    transparency_pb2,
)

FILES: tuple[Any, ...] = (
    applications_pb2,
    awards_pb2,
    clawbacks_pb2,
    corrections_pb2,
    enterprises_pb2,
    funds_pb2,
    history_pb2,
    inquiries_pb2,
    measures_pb2,
    objections_pb2,
    payments_pb2,
    personal_data_pb2,
    roster_pb2,
    transparency_pb2,
)

Answer = Callable[[Any, grpc.ServicerContext], Any]


@dataclass(frozen=True)
class Call:
    """One call as the server saw it."""

    method: str
    request: Any
    metadata: dict[str, str | bytes]
    deadline_s: float | None


@dataclass
class FakeLedger:
    """Answers by method name: a message, or a function of request and context (which may abort)."""

    answers: dict[str, Message | Answer] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    target: str = ""

    def asked(self, method: str) -> list[Any]:
        """The requests that a method got, in order."""
        return [call.request for call in self.calls if call.method == method]

    def answer(self, method: str, request: Any, context: grpc.ServicerContext) -> Any:
        """Note the call and give its answer."""
        metadata = {str(key): value for key, value in context.invocation_metadata()}
        self.calls.append(Call(method, request, metadata, context.time_remaining()))
        canned = self.answers.get(method)
        if canned is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the test has no answer for {method}")
        return canned(request, context) if callable(canned) else canned


def serve(ledger: FakeLedger) -> grpc.Server:
    """Start a server for a fake ledger on a free port of the loopback."""
    server = grpc.server(futures.ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
    for file in FILES:
        for service in file.DESCRIPTOR.services_by_name.values():
            handlers = {method.name: _handler(ledger, method) for method in service.methods}
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.full_name, handlers),))
    ledger.target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    return server


def _handler(ledger: FakeLedger, method: Any) -> grpc.RpcMethodHandler[Any, Any]:
    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        return ledger.answer(method.name, request, context)

    request_type = message_factory.GetMessageClass(method.input_type)
    kind = grpc.unary_stream_rpc_method_handler if method.server_streaming else grpc.unary_unary_rpc_method_handler
    return kind(answer, request_deserializer=request_type.FromString, response_serializer=_serialized)


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()


def refuse(
    context: grpc.ServicerContext,
    code: grpc.StatusCode,
    reason: str,
    message: str = "no",
    *,
    metadata: dict[str, str] | None = None,
    details: tuple[Message, ...] = (),
) -> None:
    """Abort a call as the ledger does: a `google.rpc.Status` with ErrorInfo first, then what else there is."""
    info = error_details_pb2.ErrorInfo(reason=reason, domain="award-ledger", metadata=metadata or {})
    packed = []
    for detail in (info, *details):
        packed.append(any_pb2.Any())
        packed[-1].Pack(detail)
    status = status_pb2.Status(code=code.value[0], message=message, details=packed)
    context.abort_with_status(rpc_status.to_status(status))


def refusing(code: grpc.StatusCode, reason: str, message: str = "no", **more: Any) -> Answer:
    """An answer that always refuses."""

    def answer(request: Any, context: grpc.ServicerContext) -> None:
        refuse(context, code, reason, message, **more)

    return answer


def in_turn(*answers: Message | Answer) -> Answer:
    """An answer that changes from call to call; the last one stays."""
    remaining: Iterator[Message | Answer] = iter(answers[:-1])

    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        canned = next(remaining, answers[-1])
        return canned(request, context) if callable(canned) else canned

    return answer
