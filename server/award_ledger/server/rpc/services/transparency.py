"""TransparencyService: checkpoints of the log and proofs from its tree."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import grpc

from award_ledger.domain.log_keys import LogKeys
from award_ledger.domain.refusals import invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.rotate_log_keys import RotateLogKeys, checked_keys
from award_ledger.server.rpc.call import current_call
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.places import Places
from award_ledger.server.rpc.refusals import AnswerOverdue, NotYetPublished, TransparencyOff
from award_ledger.server.rpc.writes import Method, Writes
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.transparency import notes
from award_ledger.server.transparency.published import NotPublished, PublishedLog
from award_ledger.server.transparency.tiles import HIGHEST_LEVEL, Tile
from award_ledger.server.transparency.tree import LARGEST_SIZE, TILE_WIDTH
from award_ledger.server.writer.failures import ShuttingDown
from award_ledger.server.writer.submission import Command, Written
from award_ledger.v1 import transparency_pb2 as pb
from award_ledger.v1.transparency_pb2_grpc import TransparencyServiceServicer

_MOST_INDEX = LARGEST_SIZE // TILE_WIDTH


class TransparencyService(TransparencyServiceServicer):
    """Answers from the published log, if the server has one.

    Each stream takes one of the places for `streams`; `stopping` ends them.
    """

    def __init__(
        self, log: PublishedLog | None, recorder: LogRecorder, writes: Writes, streams: Places, stopping: Event
    ) -> None:
        self._log, self._recorder, self._writes, self._stopping = log, recorder, writes, stopping
        self._streams = streams

    def GetCheckpoint(
        self, request: pb.GetCheckpointRequest, context: grpc.ServicerContext
    ) -> pb.GetCheckpointResponse:
        _not_negative(request, "size", "min_cosignatures")
        with self._published() as log:
            found = log.checkpoint(request.size, request.min_cosignatures)
            anchors = log.anchors(found.size)
        return pb.GetCheckpointResponse(
            note=found.cosigned,
            size=found.size,
            root=found.root,
            cosignatures=len(found.cosignatures),
            head=self._recorder.max_notification_id() or 0,
            anchors=[pb.Anchor(kind=kind, blob=blob) for kind, blob in anchors.items()],
        )

    def GetInclusionProof(
        self, request: pb.GetInclusionProofRequest, context: grpc.ServicerContext
    ) -> pb.GetInclusionProofResponse:
        _from_one(request, "position")
        _not_negative(request, "size")
        with self._published() as log:
            proof = log.inclusion(request.position, request.size)
            checkpoint = log.signed_note(proof.size)
        return pb.GetInclusionProofResponse(
            index=proof.index,
            size=proof.size,
            leaf_hash=proof.leaf_hash,
            hashes=proof.hashes,
            checkpoint=checkpoint,
        )

    def GetConsistencyProof(
        self, request: pb.GetConsistencyProofRequest, context: grpc.ServicerContext
    ) -> pb.GetConsistencyProofResponse:
        _from_one(request, "old_size")
        _not_negative(request, "new_size")
        with self._published() as log:
            proof = log.consistency(request.old_size, request.new_size)
            checkpoint = log.signed_note(proof.new_size)
        return pb.GetConsistencyProofResponse(
            old_size=proof.old_size,
            new_size=proof.new_size,
            hashes=proof.hashes,
            checkpoint=checkpoint,
        )

    def GetTile(self, request: pb.GetTileRequest, context: grpc.ServicerContext) -> pb.GetTileResponse:
        if not 0 <= request.level <= HIGHEST_LEVEL:
            raise invalid_field("level", f"must be between 0 and {HIGHEST_LEVEL}")
        with self._published() as log:
            return pb.GetTileResponse(
                data=log.hashes(Tile(request.level, _index(request.index), _width(request.width)))
            )

    def GetEntryBundle(
        self, request: pb.GetEntryBundleRequest, context: grpc.ServicerContext
    ) -> pb.GetEntryBundleResponse:
        tile = Tile(None, _index(request.index), _width(request.width))
        with self._published() as log:
            return pb.GetEntryBundleResponse(data=log.bundle(tile))

    def StreamEntryBundles(
        self, request: pb.StreamEntryBundlesRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.StreamEntryBundlesResponse]:
        first = _index(request.first_index, "first_index")
        _not_negative(request, "size")
        with self._streams.one(), self._published() as log:
            size = request.size or log.checkpoint().size
            for index in range(first, -(-size // TILE_WIDTH)):
                if not context.is_active():
                    return
                if self._stopping.is_set():
                    raise ShuttingDown("the server is stopping")
                if current_call().remaining_s(context) <= 0:
                    raise AnswerOverdue
                width = min(TILE_WIDTH, size - index * TILE_WIDTH)
                data = log.bundle(Tile(None, index, width))
                yield pb.StreamEntryBundlesResponse(index=index, width=width, data=data)

    def GetProofFile(self, request: pb.GetProofFileRequest, context: grpc.ServicerContext) -> pb.GetProofFileResponse:
        _from_one(request, "position")
        _not_negative(request, "size", "min_cosignatures")
        with self._published() as log:
            proof = log.proof_file(request.position, request.size, request.min_cosignatures)
        return pb.GetProofFileResponse(proof=proof, file_name=f"{request.position - 1}.tlog-proof")

    def RotateLogKeys(
        self, request: pb.RotateLogKeysRequest, context: grpc.ServicerContext
    ) -> pb.RotateLogKeysResponse:
        return self._writes.perform(request, context, Method(self._rotation, _rotated))

    def _rotation(self, request: pb.RotateLogKeysRequest) -> Command:
        old, new = tuple(request.old_keys), tuple(request.new_keys)
        keys = [*checked_keys(old, "old_keys"), *checked_keys(new, "new_keys")]
        with self._published() as log:
            note = notes.parsed_note(log.checkpoint().note)
        origin = notes.parsed_checkpoint(note.text).origin
        # The writer refuses for them, not this: a repeat is answered, whatever signs by then.
        idle = tuple(str(key) for key in keys if key.name != origin or not _signs(key, note))
        return RotateLogKeys(old, new, request.reason, idle)

    @contextmanager
    def _published(self) -> Iterator[PublishedLog]:
        if self._log is None:
            raise TransparencyOff(current_call().method.rpartition("/")[2])
        try:
            yield self._log
        except NotPublished as missing:
            raise NotYetPublished(missing.asked, missing.size) from None


def _rotated(ledger: WorkingSet, written: Written) -> pb.RotateLogKeysResponse:
    keys = ledger.find(LogKeys, written.event.originator_id).keys
    return pb.RotateLogKeysResponse(keys=keys, receipt=receipt(written))


def _signs(key: notes.VerifierKey, note: notes.Note) -> bool:
    try:
        return note.signed_by(key)
    except notes.NoteRefused:
        return False


def _index(index: int, field: str = "index") -> int:
    if not 0 <= index <= _MOST_INDEX:
        raise invalid_field(field, f"must be between 0 and {_MOST_INDEX}")
    return index


def _width(width: int) -> int:
    if not 0 <= width < TILE_WIDTH:
        raise invalid_field("width", f"must be between 0 and {TILE_WIDTH - 1}; 0: all {TILE_WIDTH}")
    return width or TILE_WIDTH


def _not_negative(request: object, *fields: str) -> None:
    for field in fields:
        if getattr(request, field) < 0:
            raise invalid_field(field, "must not be negative")


def _from_one(request: object, field: str) -> None:
    if getattr(request, field) < 1:
        raise invalid_field(field, "must be at least 1")
