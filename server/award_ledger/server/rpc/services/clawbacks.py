"""ClawbackService: orders to return money, and what is received under them."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

import grpc

from award_ledger.domain.outstanding import currency_of, outstanding
from award_ledger.domain.terms import Ground
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.order_clawback import CancelClawback, OrderClawback
from award_ledger.server.commands.record_recovery import RecordRecovery
from award_ledger.server.commands.set_off_clawback import SetOffClawback
from award_ledger.server.commands.write_off_clawback import WriteOffClawback
from award_ledger.server.rpc.fields import part_of, required_choice
from award_ledger.server.rpc.mapping.awards import clawback_message, instalment_message
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.writes import Method, R, Writes
from award_ledger.server.writer.submission import Answer, Written
from award_ledger.v1 import clawbacks_pb2 as pb
from award_ledger.v1 import terms_pb2
from award_ledger.v1.clawbacks_pb2_grpc import ClawbackServiceServicer


def _after(ledger: WorkingSet, written: Written) -> pb.Clawback:
    fact = written.event.fact
    award = ledger.enterprise(written.event.originator_id).awards[fact.award_id]
    return clawback_message(award.clawbacks[fact.clawback - 1])


def _answer(response: Callable[..., R]) -> Answer[R]:
    return lambda ledger, written: response(clawback=_after(ledger, written), receipt=receipt(written))


def _order(request: pb.OrderClawbackRequest) -> OrderClawback:
    scheme, number, award_id = part_of(request.enterprise, request.award_id, "award_id")
    ground = cast(Ground, required_choice(terms_pb2.Ground.DESCRIPTOR, request.ground, "ground"))
    return OrderClawback(scheme, number, award_id, request.amount_minor, ground, request.reason)


def _set_off(ledger: WorkingSet, written: Written) -> pb.SetOffClawbackResponse:
    fact = written.event.fact
    enterprise = ledger.enterprise(written.event.originator_id)
    paid = enterprise.awards[fact.paid_award_id]
    return pb.SetOffClawbackResponse(
        instalment=instalment_message(paid.instalments[fact.instalment - 1]),
        ordered_award_id=str(fact.award_id),
        clawback=_after(ledger, written),
        amount_minor=fact.amount_minor,
        outstanding_minor=outstanding(enterprise, ledger).get(currency_of(paid, ledger), 0),
        receipt=receipt(written),
    )


def _named(named: pb.ClawbackRef) -> tuple[str, str, UUID, int]:
    """Scheme, number, award, clawback: the key of every later act on an order."""
    return (*part_of(named.enterprise, named.award_id, "clawback.award_id"), named.clawback)


_ORDER: Method[pb.OrderClawbackRequest, pb.OrderClawbackResponse] = Method(_order, _answer(pb.OrderClawbackResponse))
_RECEIVE: Method[pb.RecordRecoveryRequest, pb.RecordRecoveryResponse] = Method(
    lambda request: RecordRecovery(*_named(request.clawback), request.amount_minor, request.bank_reference),
    _answer(pb.RecordRecoveryResponse),
)
_SET_OFF: Method[pb.SetOffClawbackRequest, pb.SetOffClawbackResponse] = Method(
    lambda request: SetOffClawback(*part_of(request.enterprise, request.award_id, "award_id"), request.instalment),
    _set_off,
)
_WRITE_OFF: Method[pb.WriteOffClawbackRequest, pb.WriteOffClawbackResponse] = Method(
    lambda request: WriteOffClawback(*_named(request.clawback), request.amount_minor, request.reason),
    _answer(pb.WriteOffClawbackResponse),
)
_CANCEL: Method[pb.CancelClawbackRequest, pb.CancelClawbackResponse] = Method(
    lambda request: CancelClawback(*_named(request.clawback), request.reason), _answer(pb.CancelClawbackResponse)
)


class ClawbackService(ClawbackServiceServicer):
    """Takes money back."""

    def __init__(self, writes: Writes) -> None:
        self._writes = writes

    def OrderClawback(
        self, request: pb.OrderClawbackRequest, context: grpc.ServicerContext
    ) -> pb.OrderClawbackResponse:
        return self._writes.perform(request, context, _ORDER)

    def RecordRecovery(
        self, request: pb.RecordRecoveryRequest, context: grpc.ServicerContext
    ) -> pb.RecordRecoveryResponse:
        return self._writes.perform(request, context, _RECEIVE)

    def SetOffClawback(
        self, request: pb.SetOffClawbackRequest, context: grpc.ServicerContext
    ) -> pb.SetOffClawbackResponse:
        return self._writes.perform(request, context, _SET_OFF)

    def WriteOffClawback(
        self, request: pb.WriteOffClawbackRequest, context: grpc.ServicerContext
    ) -> pb.WriteOffClawbackResponse:
        return self._writes.perform(request, context, _WRITE_OFF)

    def CancelClawback(
        self, request: pb.CancelClawbackRequest, context: grpc.ServicerContext
    ) -> pb.CancelClawbackResponse:
        return self._writes.perform(request, context, _CANCEL)
