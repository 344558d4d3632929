"""MeasureService: publishing Terms, and the status of a measure."""

from collections.abc import Callable, Iterator
from datetime import date

import grpc

from award_ledger.domain.measure import Measure
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import published
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.review_terms import ReviewTerms
from award_ledger.server.commands.set_measure_status import CloseMeasure, ReopenMeasure, SuspendMeasure
from award_ledger.server.rpc.fields import chosen, day
from award_ledger.server.rpc.mapping.measures import measure_message
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.mapping.terms import terms_from_message
from award_ledger.server.rpc.paging import fill, next_token
from award_ledger.server.rpc.reads import Reads
from award_ledger.server.rpc.writes import Method, R, Writes
from award_ledger.server.writer.days import day_of_law
from award_ledger.server.writer.submission import Answer, Written
from award_ledger.v1 import measures_pb2 as pb
from award_ledger.v1.measures_pb2_grpc import MeasureServiceServicer


def _after(ledger: WorkingSet, written: Written) -> pb.Measure:
    measure = ledger.find(Measure, written.event.originator_id)
    return measure_message(ledger, measure, day_of_law(written.recorded_at_us))


def _answer(response: Callable[..., R]) -> Answer[R]:
    return lambda ledger, written: response(measure=_after(ledger, written), receipt=receipt(written))


_PUBLISH: Method[pb.PublishTermsRequest, pb.PublishTermsResponse] = Method(
    lambda request: PublishTerms(terms_from_message(request.terms)),
    lambda ledger, written: pb.PublishTermsResponse(
        measure=_after(ledger, written), receipt=receipt(written), adopted_awards=written.following
    ),
)
_REVIEW: Method[pb.ReviewTermsRequest, pb.ReviewTermsResponse] = Method(
    lambda request: ReviewTerms(terms_from_message(request.terms), request.reason),
    lambda _, written: pb.ReviewTermsResponse(version=written.event.fact.version, receipt=receipt(written)),
)
_SUSPEND: Method[pb.SuspendMeasureRequest, pb.SuspendMeasureResponse] = Method(
    lambda request: SuspendMeasure(request.code, request.reason), _answer(pb.SuspendMeasureResponse)
)
_REOPEN: Method[pb.ReopenMeasureRequest, pb.ReopenMeasureResponse] = Method(
    lambda request: ReopenMeasure(request.code, request.reason), _answer(pb.ReopenMeasureResponse)
)
_CLOSE: Method[pb.CloseMeasureRequest, pb.CloseMeasureResponse] = Method(
    lambda request: CloseMeasure(request.code, request.reason), _answer(pb.CloseMeasureResponse)
)


class MeasureService(MeasureServiceServicer):
    """Keeps the rules."""

    def __init__(self, writes: Writes, reads: Reads) -> None:
        self._writes, self._reads = writes, reads

    def PublishTerms(self, request: pb.PublishTermsRequest, context: grpc.ServicerContext) -> pb.PublishTermsResponse:
        return self._writes.perform(request, context, _PUBLISH)

    def ReviewTerms(self, request: pb.ReviewTermsRequest, context: grpc.ServicerContext) -> pb.ReviewTermsResponse:
        return self._writes.perform(request, context, _REVIEW)

    def SuspendMeasure(
        self, request: pb.SuspendMeasureRequest, context: grpc.ServicerContext
    ) -> pb.SuspendMeasureResponse:
        return self._writes.perform(request, context, _SUSPEND)

    def ReopenMeasure(
        self, request: pb.ReopenMeasureRequest, context: grpc.ServicerContext
    ) -> pb.ReopenMeasureResponse:
        return self._writes.perform(request, context, _REOPEN)

    def CloseMeasure(self, request: pb.CloseMeasureRequest, context: grpc.ServicerContext) -> pb.CloseMeasureResponse:
        return self._writes.perform(request, context, _CLOSE)

    def GetMeasure(self, request: pb.GetMeasureRequest, context: grpc.ServicerContext) -> pb.GetMeasureResponse:
        on = day(request.on, "on") or self._reads.today()
        with self._reads.at(context, request.as_of, request.min_position) as point:
            measure = measure_message(point.ledger, published(point.ledger, request.code), on)
            return pb.GetMeasureResponse(measure=measure, position=point.position)

    def ListMeasures(self, request: pb.ListMeasuresRequest, context: grpc.ServicerContext) -> pb.ListMeasuresResponse:
        on = day(request.on, "on") or self._reads.today()
        status = chosen(pb.MeasureStatus.DESCRIPTOR, request.status, "status")
        with self._reads.page(context, request) as (point, page):
            entries = _entries(point.ledger, page.after, status, request.department, on)
            measures, last = fill(entries, page.size)
            token = next_token(request, point.position, last)
            return pb.ListMeasuresResponse(measures=measures, next_page_token=token, position=point.position)


def _entries(
    ledger: WorkingSet, after: str, status: str, department: str, on: date
) -> Iterator[tuple[str, pb.Measure | None]]:
    for code in sorted(ledger.directory("measures").codes):
        if code <= after:
            continue
        measure = ledger.measure(code)
        wanted = status in ("", measure.status) and (not department or department in measure.terms.lead_departments)
        yield code, measure_message(ledger, measure, on) if wanted else None
