"""EnterpriseService: legal persons, and what they could still get."""

from collections.abc import Callable

import grpc

from award_ledger.domain.approval import headroom
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.bar_enterprise import BarEnterprise, ReinstateEnterprise
from award_ledger.server.commands.command import published
from award_ledger.server.commands.link_enterprise import LinkEnterprise, UnlinkEnterprise
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from award_ledger.server.commands.rename_enterprise import RenameEnterprise
from award_ledger.server.rpc.fields import day, number_of
from award_ledger.server.rpc.mapping.assessments import assessment_message
from award_ledger.server.rpc.mapping.enterprises import enterprise_message
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.reads import Reads
from award_ledger.server.rpc.writes import Method, R, Writes
from award_ledger.server.writer.submission import Answer, Written
from award_ledger.v1 import enterprises_pb2 as pb
from award_ledger.v1.enterprises_pb2_grpc import EnterpriseServiceServicer


def _after(ledger: WorkingSet, written: Written) -> pb.Enterprise:
    return enterprise_message(ledger, ledger.enterprise(written.event.originator_id))


def _answer(response: Callable[..., R]) -> Answer[R]:
    return lambda ledger, written: response(enterprise=_after(ledger, written), receipt=receipt(written))


_REGISTER: Method[pb.RegisterEnterpriseRequest, pb.RegisterEnterpriseResponse] = Method(
    lambda request: RegisterEnterprise(*number_of(request.number), request.name), _answer(pb.RegisterEnterpriseResponse)
)
_RENAME: Method[pb.RenameEnterpriseRequest, pb.RenameEnterpriseResponse] = Method(
    lambda request: RenameEnterprise(*number_of(request.number), request.name), _answer(pb.RenameEnterpriseResponse)
)
_BAR: Method[pb.BarEnterpriseRequest, pb.BarEnterpriseResponse] = Method(
    lambda request: BarEnterprise(*number_of(request.number), request.reason), _answer(pb.BarEnterpriseResponse)
)
_REINSTATE: Method[pb.ReinstateEnterpriseRequest, pb.ReinstateEnterpriseResponse] = Method(
    lambda request: ReinstateEnterprise(*number_of(request.number), request.reason),
    _answer(pb.ReinstateEnterpriseResponse),
)
_LINK: Method[pb.LinkEnterpriseRequest, pb.LinkEnterpriseResponse] = Method(
    lambda request: LinkEnterprise(*number_of(request.number), request.group, request.reason),
    _answer(pb.LinkEnterpriseResponse),
)
_UNLINK: Method[pb.UnlinkEnterpriseRequest, pb.UnlinkEnterpriseResponse] = Method(
    lambda request: UnlinkEnterprise(*number_of(request.number), request.reason), _answer(pb.UnlinkEnterpriseResponse)
)


class EnterpriseService(EnterpriseServiceServicer):
    """Keeps the legal persons."""

    def __init__(self, writes: Writes, reads: Reads) -> None:
        self._writes, self._reads = writes, reads

    def RegisterEnterprise(
        self, request: pb.RegisterEnterpriseRequest, context: grpc.ServicerContext
    ) -> pb.RegisterEnterpriseResponse:
        return self._writes.perform(request, context, _REGISTER)

    def BatchRegisterEnterprises(
        self, request: pb.BatchRegisterEnterprisesRequest, context: grpc.ServicerContext
    ) -> pb.BatchRegisterEnterprisesResponse:
        return self._writes.perform_batch(request.requests, context, _REGISTER, pb.BatchRegisterEnterprisesResponse())

    def RenameEnterprise(
        self, request: pb.RenameEnterpriseRequest, context: grpc.ServicerContext
    ) -> pb.RenameEnterpriseResponse:
        return self._writes.perform(request, context, _RENAME)

    def BarEnterprise(
        self, request: pb.BarEnterpriseRequest, context: grpc.ServicerContext
    ) -> pb.BarEnterpriseResponse:
        return self._writes.perform(request, context, _BAR)

    def ReinstateEnterprise(
        self, request: pb.ReinstateEnterpriseRequest, context: grpc.ServicerContext
    ) -> pb.ReinstateEnterpriseResponse:
        return self._writes.perform(request, context, _REINSTATE)

    def LinkEnterprise(
        self, request: pb.LinkEnterpriseRequest, context: grpc.ServicerContext
    ) -> pb.LinkEnterpriseResponse:
        return self._writes.perform(request, context, _LINK)

    def UnlinkEnterprise(
        self, request: pb.UnlinkEnterpriseRequest, context: grpc.ServicerContext
    ) -> pb.UnlinkEnterpriseResponse:
        return self._writes.perform(request, context, _UNLINK)

    def GetEnterprise(
        self, request: pb.GetEnterpriseRequest, context: grpc.ServicerContext
    ) -> pb.GetEnterpriseResponse:
        scheme, number = number_of(request.number)
        with self._reads.at(context, request.as_of, request.min_position) as point:
            enterprise = point.enterprise(scheme, number)
            message = enterprise_message(point.ledger, enterprise)
            return pb.GetEnterpriseResponse(enterprise=message, position=point.position)

    def GetHeadroom(self, request: pb.GetHeadroomRequest, context: grpc.ServicerContext) -> pb.GetHeadroomResponse:
        scheme, number = number_of(request.number)
        on = day(request.on, "on") or self._reads.today()
        with self._reads.at(context, request.as_of, request.min_position) as point:
            enterprise = point.enterprise(scheme, number)
            measure = published(point.ledger, request.measure_code)
            assessment = headroom(enterprise, dict(request.facts), measure, point.ledger, on)
            return pb.GetHeadroomResponse(
                assessment=assessment_message(assessment, measure.terms),
                currency=measure.terms.currency,
                position=point.position,
            )
