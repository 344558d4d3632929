"""InquiryService: the questions that auditors ask."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from threading import BoundedSemaphore
from typing import Any

import grpc

from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fund import Fund
from award_ledger.domain.measure import Measure
from award_ledger.domain.refusals import invalid_field
from award_ledger.server.commands.command import award_of, created, published
from award_ledger.server.rpc.about import LedgerAbout
from award_ledger.server.rpc.entries import Entries
from award_ledger.server.rpc.fields import day, number_of, part_of
from award_ledger.server.rpc.inquiries import decisions
from award_ledger.server.rpc.inquiries.cases import course
from award_ledger.server.rpc.inquiries.evidence import mark_of, uses
from award_ledger.server.rpc.inquiries.selecting import Selected, walk
from award_ledger.server.rpc.mapping.enterprises import enterprise_message
from award_ledger.server.rpc.mapping.instants import timestamp
from award_ledger.server.rpc.mapping.measures import fund_message, measure_message
from award_ledger.server.rpc.paging import fill, next_token
from award_ledger.server.rpc.reads import Reads, Standpoint
from award_ledger.server.rpc.refusals import NotYetEffective
from award_ledger.server.rpc.scanning import end_of_page
from award_ledger.server.writer.failures import Overloaded
from award_ledger.v1 import inquiries_pb2 as pb
from award_ledger.v1.inquiries_pb2_grpc import InquiryServiceServicer

WALKS_AT_ONCE = 4
"""Walks over the log keep the database and a thread busy; others wait for their turn, up to LONGEST_WAIT_S."""

LONGEST_WAIT_S = 5.0


class InquiryService(InquiryServiceServicer):
    """Answers auditors."""

    def __init__(self, reads: Reads) -> None:
        self._reads, self._turns = reads, BoundedSemaphore(WALKS_AT_ONCE)

    def GetState(self, request: pb.GetStateRequest, context: grpc.ServicerContext) -> pb.GetStateResponse:
        about = day(request.about, "about")
        # A day is told from the whole history; what was known has its snapshots.
        turn = nullcontext() if about is None else self._turn(context)
        with turn, self._reads.at(context, request.as_of, request.min_position) as point:
            answer = _known(point, request, self._reads.today()) if about is None else _about(point, request, about)
            answer.position, answer.about = point.position, request.about
            if point.position:
                answer.known_at.CopyFrom(timestamp(point.reader.event_at(point.position).recorded_at_us))
            return answer

    def ListAwardTimeline(
        self, request: pb.ListAwardTimelineRequest, context: grpc.ServicerContext
    ) -> pb.ListAwardTimelineResponse:
        scheme, number, award_id = part_of(request.enterprise, request.award_id, "award_id")
        with self._reads.page(context, request) as (point, page):
            enterprise = point.enterprise(scheme, number)
            application = award_of(enterprise, award_id).application_id
            events = course(point, enterprise.id, application, page.after_position())
            walked = ((str(position), recorded) for position, recorded in events)
            entries, last = fill(Entries(point).of(walked, nested=True), page.size)
            token = next_token(request, point.position, last)
            return pb.ListAwardTimelineResponse(entries=entries, next_page_token=token, position=point.position)

    def ListOverrides(
        self, request: pb.ListOverridesRequest, context: grpc.ServicerContext
    ) -> pb.ListOverridesResponse:
        return pb.ListOverridesResponse(**self._answered(request, context, decisions.overrides(request)))

    def ListOfficerDecisions(
        self, request: pb.ListOfficerDecisionsRequest, context: grpc.ServicerContext
    ) -> pb.ListOfficerDecisionsResponse:
        return pb.ListOfficerDecisionsResponse(**self._answered(request, context, decisions.officer(request)))

    def ListLimitDecisions(
        self, request: pb.ListLimitDecisionsRequest, context: grpc.ServicerContext
    ) -> pb.ListLimitDecisionsResponse:
        return pb.ListLimitDecisionsResponse(**self._answered(request, context, decisions.limit(request)))

    def ListRefusals(self, request: pb.ListRefusalsRequest, context: grpc.ServicerContext) -> pb.ListRefusalsResponse:
        return pb.ListRefusalsResponse(**self._answered(request, context, decisions.refusals(request)))

    def ListEvidenceUses(
        self, request: pb.ListEvidenceUsesRequest, context: grpc.ServicerContext
    ) -> pb.ListEvidenceUsesResponse:
        for field in ("kind", "reference"):
            if not getattr(request.evidence, field).strip():
                raise invalid_field(f"evidence.{field}", "must not be empty")
        with self._turn(context), self._reads.page(context, request) as (point, page):
            after = mark_of(page.after)
            entries, last = fill(Entries(point).of(uses(point, request.evidence, after), nested=True), page.size)
            begun = after.walked - 1 if after.told else after.walked
            last = last or _beyond(point, end_of_page(point, begun), ".0")
            token = next_token(request, point.position, last)
            return pb.ListEvidenceUsesResponse(entries=entries, next_page_token=token, position=point.position)

    def _answered(self, request: Any, context: grpc.ServicerContext, question: decisions.Question) -> dict[str, Any]:
        with self._turn(context), self._reads.page(context, request) as (point, page):
            selected = Selected(point, request.selection)
            index = selected.index(measures=question.in_measures)
            walked, end = walk(point, question.sought, page.after_position(), index)
            found = Entries(point, question.telling).of(walked, question.matches, selected.wants)
            entries, last = fill(found, page.size)
            token = next_token(request, point.position, last or _beyond(point, end))
            return {"entries": entries, "next_page_token": token, "position": point.position}

    @contextmanager
    def _turn(self, context: grpc.ServicerContext) -> Iterator[None]:
        """Raises Overloaded where others take too long."""
        if not self._turns.acquire(timeout=min(context.time_remaining(), LONGEST_WAIT_S)):
            raise Overloaded(WALKS_AT_ONCE)
        try:
            yield
        finally:
            self._turns.release()


def _beyond(point: Standpoint, end: int, suffix: str = "") -> str:
    """The place from which the next page goes on where this one has walked as far as one may; empty at the end."""
    return f"{end}{suffix}" if end < point.position else ""


def _known(point: Standpoint, request: pb.GetStateRequest, today: date) -> pb.GetStateResponse:
    """All that was known. Raises what is not found at the point."""
    match request.WhichOneof("subject"):
        case "enterprise":
            enterprise = point.enterprise(*number_of(request.enterprise))
            return pb.GetStateResponse(enterprise=enterprise_message(point.ledger, enterprise))
        case "measure_code":
            measure = published(point.ledger, request.measure_code)
            return pb.GetStateResponse(measure=measure_message(point.ledger, measure, today))
        case "fund_code":
            return pb.GetStateResponse(fund=fund_message(created(point.ledger, request.fund_code)))
        case _:
            raise invalid_field("subject", "must be set")


def _about(point: Standpoint, request: pb.GetStateRequest, about: date) -> pb.GetStateResponse:
    """What of it has effect by a day. Raises NotYetEffective where nothing has, or what is not found at the point."""
    ledger = LedgerAbout(point, about)
    match request.WhichOneof("subject"):
        case "enterprise":
            scheme, number = number_of(request.enterprise)
            told = ledger.counted(Enterprise, point.enterprise(scheme, number).id)
            _require(told.aggregate.version, f"{scheme}:{number}", point, about)
            answer = pb.GetStateResponse(enterprise=enterprise_message(point.ledger, told.aggregate))
            _forget_etags(answer.enterprise)
        case "measure_code":
            told = ledger.counted(Measure, published(point.ledger, request.measure_code).id)
            _require(len(told.aggregate.versions), request.measure_code, point, about)
            answer = pb.GetStateResponse(measure=measure_message(ledger, told.aggregate, about))
            answer.measure.etag = ""
        case "fund_code":
            told = ledger.counted(Fund, created(point.ledger, request.fund_code).id)
            _require(told.aggregate.version, request.fund_code, point, about)
            answer = pb.GetStateResponse(fund=fund_message(told.aggregate))
            answer.fund.etag = ""
        case _:
            raise invalid_field("subject", "must be set")
    answer.left_out = told.left_out
    return answer


def _require(present: int, subject: str, point: Standpoint, about: date) -> None:
    if not present:
        raise NotYetEffective(subject, about.isoformat(), point.position)


def _forget_etags(enterprise: Any) -> None:
    for part in (enterprise, *enterprise.awards, *enterprise.applications):
        part.etag = ""
