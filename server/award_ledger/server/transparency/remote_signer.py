"""The signer as a process of its own: its gRPC server, and how the ledger speaks to it. On one machine only."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import grpc

from award_ledger.server.transparency.notes import Checkpoint, NoteRefused, parsed_key
from award_ledger.server.transparency.signer import HeldSigner, LastSigned, SignerUnavailable, SigningRefused
from award_ledger.v1 import signer_pb2 as pb
from award_ledger.v1.signer_pb2_grpc import (
    SignerServiceServicer,
    SignerServiceStub,
    add_SignerServiceServicer_to_server,
)

_MESSAGE_BYTES = 64 * 1024
_PATIENCE_S = 3.0
"""Twice this is less than PostgreSQL lets the transaction that holds the log stand idle."""
_RECONNECT_MS = 1_000
"""A signer that is back is found at the next attempt: gRPC itself would not look for up to two minutes."""
_SOCKET_UMASK = 0o117
"""The socket is for the signer's account and its group: the group is how the server's account gets in."""


class SignerService(SignerServiceServicer):
    """Answers the ledger."""

    def __init__(self, signer: HeldSigner) -> None:
        self._signer = signer

    def GetLastSigned(
        self, request: pb.GetLastSignedRequest, context: grpc.ServicerContext
    ) -> pb.GetLastSignedResponse:
        (origin, size, root), keys = self._signer.last_signed()
        return pb.GetLastSignedResponse(origin=origin, size=size, root=root, keys=map(str, keys))

    def SignCheckpoint(
        self, request: pb.SignCheckpointRequest, context: grpc.ServicerContext
    ) -> pb.SignCheckpointResponse:
        checkpoint = Checkpoint(request.origin, request.size, request.root)
        try:
            return pb.SignCheckpointResponse(note=self._signer.sign(checkpoint, list(request.proof)))
        except SigningRefused as refused:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(refused))
        except SignerUnavailable as unavailable:
            context.abort(grpc.StatusCode.UNAVAILABLE, str(unavailable))


class SignerServer:
    """One signer at one address: `unix:PATH`, or a port of this machine."""

    def __init__(self, signer: HeldSigner, listen: str) -> None:
        """Listens. Raises RuntimeError when the address cannot be had."""
        self._signer = signer
        self._server = grpc.server(
            ThreadPoolExecutor(4, thread_name_prefix="sign"),
            options=[("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.so_reuseport", 0)],
            maximum_concurrent_rpcs=16,
        )
        add_SignerServiceServicer_to_server(SignerService(signer), self._server)
        before = os.umask(_SOCKET_UMASK)
        try:
            self.port = self._server.add_insecure_port(listen)
        finally:
            os.umask(before)

    def start(self) -> None:
        """Answers."""
        self._server.start()

    def stop(self, grace_s: float) -> None:
        """Lets calls under way end, and lets go of the memory."""
        self._server.stop(grace_s).wait()
        self._signer.close()


class RemoteSigner:
    """A signer at an address of this machine. Threads may share one."""

    def __init__(self, address: str, patience_s: float = _PATIENCE_S) -> None:
        self._address, self._patience_s = address, patience_s
        options = [("grpc.enable_http_proxy", 0), ("grpc.max_reconnect_backoff_ms", _RECONNECT_MS)]
        self._channel = grpc.insecure_channel(address, options=options)
        self._stub = SignerServiceStub(self._channel)

    def last_signed(self) -> LastSigned:
        """What was signed last. Raises SignerUnavailable."""
        try:
            said = self._stub.GetLastSigned(pb.GetLastSignedRequest(), timeout=self._patience_s)
        except grpc.RpcError as error:
            self._failed(error)
        try:
            keys = tuple(map(parsed_key, said.keys))
        except NoteRefused as refused:
            raise SignerUnavailable(f"the signer at {self._address} answers wrongly: {refused}") from None
        return LastSigned(Checkpoint(said.origin, said.size, said.root), keys)

    def sign(self, checkpoint: Checkpoint, proof: Sequence[bytes]) -> bytes:
        """The checkpoint as a signed note. Raises SigningRefused or SignerUnavailable."""
        request = pb.SignCheckpointRequest(
            origin=checkpoint.origin, size=checkpoint.size, root=checkpoint.root, proof=proof
        )
        try:
            return self._stub.SignCheckpoint(request, timeout=self._patience_s).note
        except grpc.RpcError as error:
            self._failed(error)

    def close(self) -> None:
        """Give back the connection."""
        self._channel.close()

    def _failed(self, error: grpc.RpcError) -> NoReturn:
        failed: grpc.Call = error  # type: ignore[assignment]  # every RpcError of a call is one
        if failed.code() is grpc.StatusCode.FAILED_PRECONDITION:
            raise SigningRefused(f"the signer refuses: {failed.details()}") from None
        raise SignerUnavailable(f"the signer at {self._address} does not answer ({failed.code().name})") from None
