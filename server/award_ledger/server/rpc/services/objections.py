"""ObjectionService: what is said against awards, and what was found."""

from typing import cast

import grpc

from award_ledger.domain.objection import ObjectionKind, ObjectionOutcome
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.raise_objection import AnswerObjection, RaiseObjection
from award_ledger.server.rpc.fields import part_of, required_choice
from award_ledger.server.rpc.mapping.awards import objection_message
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.writes import Method, Writes
from award_ledger.server.writer.submission import Written
from award_ledger.v1 import objections_pb2 as pb
from award_ledger.v1.objections_pb2_grpc import ObjectionServiceServicer


def _after(ledger: WorkingSet, written: Written) -> pb.Objection:
    fact = written.event.fact
    award = ledger.enterprise(written.event.originator_id).awards[fact.award_id]
    return objection_message(award.objections[fact.objection - 1])


def _raise(request: pb.RaiseObjectionRequest) -> RaiseObjection:
    scheme, number, award_id = part_of(request.enterprise, request.award_id, "award_id")
    kind = cast(ObjectionKind, required_choice(pb.ObjectionKind.DESCRIPTOR, request.kind, "kind"))
    return RaiseObjection(scheme, number, award_id, kind, request.file_reference, request.subject)


def _find(request: pb.AnswerObjectionRequest) -> AnswerObjection:
    scheme, number, award_id = part_of(request.enterprise, request.award_id, "award_id")
    outcome = cast(ObjectionOutcome, required_choice(pb.ObjectionOutcome.DESCRIPTOR, request.outcome, "outcome"))
    return AnswerObjection(scheme, number, award_id, request.objection, outcome, request.reason)


_RAISE: Method[pb.RaiseObjectionRequest, pb.RaiseObjectionResponse] = Method(
    _raise,
    lambda ledger, written: pb.RaiseObjectionResponse(objection=_after(ledger, written), receipt=receipt(written)),
)
_ANSWER: Method[pb.AnswerObjectionRequest, pb.AnswerObjectionResponse] = Method(
    _find,
    lambda ledger, written: pb.AnswerObjectionResponse(objection=_after(ledger, written), receipt=receipt(written)),
)


class ObjectionService(ObjectionServiceServicer):
    """Takes in what is said against awards."""

    def __init__(self, writes: Writes) -> None:
        self._writes = writes

    def RaiseObjection(
        self, request: pb.RaiseObjectionRequest, context: grpc.ServicerContext
    ) -> pb.RaiseObjectionResponse:
        return self._writes.perform(request, context, _RAISE)

    def AnswerObjection(
        self, request: pb.AnswerObjectionRequest, context: grpc.ServicerContext
    ) -> pb.AnswerObjectionResponse:
        return self._writes.perform(request, context, _ANSWER)
