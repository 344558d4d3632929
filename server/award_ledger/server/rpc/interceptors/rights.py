"""Who may call what: asked before anything of a request is looked at, and before each message of a stream."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import grpc

from award_ledger.server.rpc.call import current_call
from award_ledger.server.rpc.gate import Gate
from award_ledger.server.rpc.interceptors.around import Around, Handler


class Rights(Around):
    """Inside the identity, which says who calls. Whose right ends while a stream runs gets no more of it."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    @contextmanager
    def around(self, method: str, context: grpc.ServicerContext) -> Iterator[None]:
        self._gate.require_role(method, current_call().principal)
        yield

    def _around_stream(self, method: str, handler: Handler) -> Handler:
        behaviour = cast(Callable[[Any, grpc.ServicerContext], Iterator[Any]], handler.stream_stream)

        def surrounded(requests: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            with self.around(method, context):
                for message in behaviour(requests, context):
                    self._gate.require_role(method, current_call().principal)
                    yield message

        return grpc.stream_stream_rpc_method_handler(
            surrounded, handler.request_deserializer, handler.response_serializer
        )
