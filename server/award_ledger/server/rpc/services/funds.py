"""FundService: appropriations of a fiscal year and what became of them."""

from collections.abc import Callable, Iterator

import grpc

from award_ledger.domain.fund import Fund
from award_ledger.domain.terms import LocalizedText
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.close_fund_year import CloseFundYear
from award_ledger.server.commands.command import created
from award_ledger.server.commands.create_fund import ChangeAppropriation, CreateFund
from award_ledger.server.rpc.mapping.measures import fund_message
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.paging import fill, next_token
from award_ledger.server.rpc.reads import Reads
from award_ledger.server.rpc.writes import Method, R, Writes
from award_ledger.server.writer.submission import Answer, Written
from award_ledger.v1 import funds_pb2 as pb
from award_ledger.v1.funds_pb2_grpc import FundServiceServicer


def _after(ledger: WorkingSet, written: Written) -> pb.Fund:
    return fund_message(ledger.find(Fund, written.event.originator_id))


def _answer(response: Callable[..., R]) -> Answer[R]:
    return lambda ledger, written: response(fund=_after(ledger, written), receipt=receipt(written))


def _create(request: pb.CreateFundRequest) -> CreateFund:
    return CreateFund(
        code=request.code,
        name=LocalizedText(zh=request.name.zh, en=request.name.en),
        fiscal_year=request.fiscal_year,
        currency=request.currency,
        appropriated_minor=request.appropriated_minor,
        document=request.document,
    )


_CREATE: Method[pb.CreateFundRequest, pb.CreateFundResponse] = Method(_create, _answer(pb.CreateFundResponse))
_CHANGE: Method[pb.ChangeAppropriationRequest, pb.ChangeAppropriationResponse] = Method(
    lambda request: ChangeAppropriation(request.code, request.change_minor, request.document),
    _answer(pb.ChangeAppropriationResponse),
)


_CLOSE: Method[pb.CloseFundYearRequest, pb.CloseFundYearResponse] = Method(
    lambda request: CloseFundYear(request.code, request.carry_into, request.document),
    lambda ledger, written: pb.CloseFundYearResponse(
        fund=_after(ledger, written),
        lapsed_minor=written.event.fact.lapsed_minor,
        carried_minor=written.event.fact.carried_minor,
        encumbered_minor=written.event.fact.encumbered_minor,
        receipt=receipt(written),
    ),
)


class FundService(FundServiceServicer):
    """Keeps the appropriations."""

    def __init__(self, writes: Writes, reads: Reads) -> None:
        self._writes, self._reads = writes, reads

    def CreateFund(self, request: pb.CreateFundRequest, context: grpc.ServicerContext) -> pb.CreateFundResponse:
        return self._writes.perform(request, context, _CREATE)

    def ChangeAppropriation(
        self, request: pb.ChangeAppropriationRequest, context: grpc.ServicerContext
    ) -> pb.ChangeAppropriationResponse:
        return self._writes.perform(request, context, _CHANGE)

    def CloseFundYear(
        self, request: pb.CloseFundYearRequest, context: grpc.ServicerContext
    ) -> pb.CloseFundYearResponse:
        return self._writes.perform(request, context, _CLOSE)

    def GetFund(self, request: pb.GetFundRequest, context: grpc.ServicerContext) -> pb.GetFundResponse:
        with self._reads.at(context, request.as_of, request.min_position) as point:
            fund = fund_message(created(point.ledger, request.code))
            return pb.GetFundResponse(fund=fund, position=point.position)

    def ListFunds(self, request: pb.ListFundsRequest, context: grpc.ServicerContext) -> pb.ListFundsResponse:
        with self._reads.page(context, request) as (point, page):
            funds, last = fill(_entries(point.ledger, page.after, request.fiscal_year), page.size)
            token = next_token(request, point.position, last)
            return pb.ListFundsResponse(funds=funds, next_page_token=token, position=point.position)


def _entries(ledger: WorkingSet, after: str, fiscal_year: int) -> Iterator[tuple[str, pb.Fund | None]]:
    for code in sorted(ledger.directory("funds").codes):
        if code > after:
            fund = ledger.fund(code)
            yield code, fund_message(fund) if fiscal_year in (0, fund.fiscal_year) else None
