"""The transparency log as a server gives it out. Nothing here is verified: `verification` is for that."""

from __future__ import annotations

from collections.abc import Iterator

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import Acts
from award_ledger.v1.transparency_pb2 import (
    GetCheckpointRequest,
    GetCheckpointResponse,
    GetConsistencyProofRequest,
    GetConsistencyProofResponse,
    GetEntryBundleRequest,
    GetEntryBundleResponse,
    GetProofFileRequest,
    GetProofFileResponse,
    StreamEntryBundlesRequest,
    StreamEntryBundlesResponse,
)
from award_ledger.v1.transparency_pb2_grpc import TransparencyServiceStub

STREAM_TIMEOUT_S = 600.0
"""A stream of entries is renewed this often, so that none hangs for ever on a server that has forgotten it."""


class TransparencyActs(Acts):
    """Checkpoints, proofs and entries. Every method raises LedgerError."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._transparency = TransparencyServiceStub(connection.channel)

    def get_checkpoint(self, size: int = 0, *, min_cosignatures: int = 0) -> GetCheckpointResponse:
        """Read the checkpoint of a size; 0: the newest, with at least so many cosignatures."""
        request = GetCheckpointRequest(size=size, min_cosignatures=min_cosignatures)
        return self._connection.call(self._transparency.GetCheckpoint, request)

    def get_consistency_proof(self, old_size: int, new_size: int) -> GetConsistencyProofResponse:
        """Ask for the proof that the log of one size is the beginning of that of another."""
        request = GetConsistencyProofRequest(old_size=old_size, new_size=new_size)
        return self._connection.call(self._transparency.GetConsistencyProof, request)

    def get_entry_bundle(self, index: int, width: int = 0) -> GetEntryBundleResponse:
        """Read one bundle of entries; width 0: a full one."""
        request = GetEntryBundleRequest(index=index, width=width)
        return self._connection.call(self._transparency.GetEntryBundle, request)

    def get_proof_file(self, position: int, size: int = 0, *, min_cosignatures: int = 0) -> GetProofFileResponse:
        """Ask for the file that proves one event; size 0: under the newest checkpoint."""
        request = GetProofFileRequest(position=position, size=size, min_cosignatures=min_cosignatures)
        return self._connection.call(self._transparency.GetProofFile, request)

    def stream_entry_bundles(self, first_index: int, size: int) -> Iterator[StreamEntryBundlesResponse]:
        """Yield the bundles of a log of one size in order, each once; a broken stream is taken up again."""
        following = first_index

        def rest() -> StreamEntryBundlesRequest:
            return StreamEntryBundlesRequest(first_index=following, size=size)

        stream = self._transparency.StreamEntryBundles
        for answer in self._connection.resume(stream, rest, wait=False, stream_timeout_s=STREAM_TIMEOUT_S):
            following = answer.index + 1
            yield answer
            if following * 256 >= size:
                return
