"""A gRPC server that answers nothing but what it was sent: the ceiling for unary calls on this machine."""

from __future__ import annotations

import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc

from award_ledger.v1.awards_pb2 import ApproveAwardRequest

METHOD = "/award_ledger.bench.Echo/Echo"


def main() -> None:
    """Serves until it is terminated."""
    server = grpc.server(ThreadPoolExecutor(64))
    handler = grpc.unary_unary_rpc_method_handler(
        lambda request, _: request,
        request_deserializer=ApproveAwardRequest.FromString,
        response_serializer=ApproveAwardRequest.SerializeToString,
    )
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("award_ledger.bench.Echo", {"Echo": handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"listening on 127.0.0.1:{port}\n")
    sys.stdout.flush()
    signal.sigwait((signal.SIGTERM, signal.SIGINT))
    server.stop(0)


if __name__ == "__main__":
    main()
