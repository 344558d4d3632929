"""PaymentService: attempts to pay an instalment, and what became of them."""

from collections.abc import Callable
from uuid import UUID

import grpc

from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.instruct_payment import InstructPayment
from award_ledger.server.commands.record_rejection import RecordRejection
from award_ledger.server.commands.record_return import RecordReturn
from award_ledger.server.commands.record_settlement import RecordSettlement
from award_ledger.server.rpc.fields import part_of
from award_ledger.server.rpc.mapping.awards import instalment_message
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.writes import Method, R, Writes
from award_ledger.server.writer.submission import Answer, Written
from award_ledger.v1 import payments_pb2 as pb
from award_ledger.v1.payments_pb2_grpc import PaymentServiceServicer


def _after(ledger: WorkingSet, written: Written) -> pb.Instalment:
    fact = written.event.fact
    award = ledger.enterprise(written.event.originator_id).awards[fact.award_id]
    return instalment_message(award.instalments[fact.instalment - 1])


def _answer(response: Callable[..., R]) -> Answer[R]:
    return lambda ledger, written: response(instalment=_after(ledger, written), receipt=receipt(written))


def _instalment(request: pb.InstructPaymentRequest) -> tuple[str, str, UUID, int]:
    return (*part_of(request.enterprise, request.award_id, "award_id"), request.instalment)


def _attempt(named: pb.PaymentRef) -> tuple[str, str, UUID, int, int]:
    """Scheme, number, award, instalment, attempt: the key of what is recorded about an attempt."""
    return (*part_of(named.enterprise, named.award_id, "payment.award_id"), named.instalment, named.attempt)


_INSTRUCT: Method[pb.InstructPaymentRequest, pb.InstructPaymentResponse] = Method(
    lambda request: InstructPayment(*_instalment(request)), _answer(pb.InstructPaymentResponse)
)
_SETTLE: Method[pb.RecordSettlementRequest, pb.RecordSettlementResponse] = Method(
    lambda request: RecordSettlement(*_attempt(request.payment), request.amount_minor, request.bank_reference),
    _answer(pb.RecordSettlementResponse),
)
_REJECT: Method[pb.RecordRejectionRequest, pb.RecordRejectionResponse] = Method(
    lambda request: RecordRejection(*_attempt(request.payment), request.reason), _answer(pb.RecordRejectionResponse)
)
_RETURN: Method[pb.RecordReturnRequest, pb.RecordReturnResponse] = Method(
    lambda request: RecordReturn(*_attempt(request.payment), request.amount_minor, request.bank_reference),
    _answer(pb.RecordReturnResponse),
)


class PaymentService(PaymentServiceServicer):
    """Records what finance does, by command."""

    def __init__(self, writes: Writes) -> None:
        self._writes = writes

    def InstructPayment(
        self, request: pb.InstructPaymentRequest, context: grpc.ServicerContext
    ) -> pb.InstructPaymentResponse:
        return self._writes.perform(request, context, _INSTRUCT)

    def RecordSettlement(
        self, request: pb.RecordSettlementRequest, context: grpc.ServicerContext
    ) -> pb.RecordSettlementResponse:
        return self._writes.perform(request, context, _SETTLE)

    def RecordRejection(
        self, request: pb.RecordRejectionRequest, context: grpc.ServicerContext
    ) -> pb.RecordRejectionResponse:
        return self._writes.perform(request, context, _REJECT)

    def RecordReturn(self, request: pb.RecordReturnRequest, context: grpc.ServicerContext) -> pb.RecordReturnResponse:
        return self._writes.perform(request, context, _RETURN)
