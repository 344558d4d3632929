"""ApplicationService: what an enterprise asks for, and the ways in which it ends without an award."""

from collections.abc import Callable, Iterator
from typing import cast
from uuid import UUID

import grpc

from award_ledger.domain.encoding import decode_fact
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import ApplicationRefused, ApplicationSubmitted
from award_ledger.domain.fact import EvidenceRef
from award_ledger.domain.refusals import invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import application_of, published
from award_ledger.server.commands.refuse_application import RefuseApplication
from award_ledger.server.commands.review_application import ReviewApplication
from award_ledger.server.commands.submit_application import SubmitApplication
from award_ledger.server.commands.withdraw_application import WithdrawApplication
from award_ledger.server.rpc.fields import chosen, number_of, part_of
from award_ledger.server.rpc.mapping.assessments import assessment_message
from award_ledger.server.rpc.mapping.enterprises import application_message
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.paging import fill, next_token
from award_ledger.server.rpc.payees import Payees
from award_ledger.server.rpc.reads import Reads, Standpoint
from award_ledger.server.rpc.touching import events_touching
from award_ledger.server.rpc.writes import Method, Prepared, R, Writes
from award_ledger.server.writer.submission import Answer, Written
from award_ledger.v1 import applications_pb2 as pb
from award_ledger.v1.applications_pb2_grpc import ApplicationServiceServicer


def _after(ledger: WorkingSet, written: Written) -> pb.Application:
    enterprise = ledger.enterprise(written.event.originator_id)
    return application_message(enterprise, enterprise.applications[written.event.fact.application_id])


def _answer(response: Callable[..., R]) -> Answer[R]:
    return lambda ledger, written: response(application=_after(ledger, written), receipt=receipt(written))


def _submitted(ledger: WorkingSet, written: Written) -> pb.SubmitApplicationResponse:
    application = _after(ledger, written)
    application.number = written.position  # a dry run has none
    return pb.SubmitApplicationResponse(application=application, receipt=receipt(written))


def _refused(ledger: WorkingSet, written: Written) -> pb.RefuseApplicationResponse:
    fact: ApplicationRefused = written.event.fact
    terms = ledger.measure(fact.measure).versions[fact.assessment.terms_version - 1]
    return pb.RefuseApplicationResponse(
        application=_after(ledger, written),
        assessment=assessment_message(fact.assessment, terms),
        receipt=receipt(written),
    )


_WITHDRAW: Method[pb.WithdrawApplicationRequest, pb.WithdrawApplicationResponse] = Method(
    lambda request: WithdrawApplication(
        *part_of(request.enterprise, request.application_id, "application_id"), request.reason
    ),
    _answer(pb.WithdrawApplicationResponse),
)
_REVIEW: Method[pb.ReviewApplicationRequest, pb.ReviewApplicationResponse] = Method(
    lambda request: ReviewApplication(
        *part_of(request.enterprise, request.application_id, "application_id"),
        request.up_to_minor,
        tuple(request.overrides),
        request.reason,
    ),
    _answer(pb.ReviewApplicationResponse),
)
_REFUSE: Method[pb.RefuseApplicationRequest, pb.RefuseApplicationResponse] = Method(
    lambda request: RefuseApplication(
        *part_of(request.enterprise, request.application_id, "application_id"), request.reason
    ),
    _refused,
)


class ApplicationService(ApplicationServiceServicer):
    """Keeps what is asked."""

    def __init__(self, writes: Writes, reads: Reads, payees: Payees) -> None:
        self._writes, self._reads, self._payees = writes, reads, payees
        self._submit: Method[pb.SubmitApplicationRequest, pb.SubmitApplicationResponse] = Method(
            self._submission, _submitted, payees.confirm
        )

    def SubmitApplication(
        self, request: pb.SubmitApplicationRequest, context: grpc.ServicerContext
    ) -> pb.SubmitApplicationResponse:
        return self._writes.perform(request, context, self._submit)

    def BatchSubmitApplications(
        self, request: pb.BatchSubmitApplicationsRequest, context: grpc.ServicerContext
    ) -> pb.BatchSubmitApplicationsResponse:
        return self._writes.perform_batch(request.requests, context, self._submit, pb.BatchSubmitApplicationsResponse())

    def WithdrawApplication(
        self, request: pb.WithdrawApplicationRequest, context: grpc.ServicerContext
    ) -> pb.WithdrawApplicationResponse:
        return self._writes.perform(request, context, _WITHDRAW)

    def ReviewApplication(
        self, request: pb.ReviewApplicationRequest, context: grpc.ServicerContext
    ) -> pb.ReviewApplicationResponse:
        return self._writes.perform(request, context, _REVIEW)

    def RefuseApplication(
        self, request: pb.RefuseApplicationRequest, context: grpc.ServicerContext
    ) -> pb.RefuseApplicationResponse:
        return self._writes.perform(request, context, _REFUSE)

    def GetApplication(
        self, request: pb.GetApplicationRequest, context: grpc.ServicerContext
    ) -> pb.GetApplicationResponse:
        scheme, number, application_id = part_of(request.enterprise, request.application_id, "application_id")
        with self._reads.at(context, request.as_of, request.min_position) as point:
            enterprise = point.enterprise(scheme, number)
            message = application_message(enterprise, application_of(enterprise, application_id))
            return pb.GetApplicationResponse(application=message, position=point.position)

    def ListApplications(
        self, request: pb.ListApplicationsRequest, context: grpc.ServicerContext
    ) -> pb.ListApplicationsResponse:
        status = chosen(pb.ApplicationStatus.DESCRIPTOR, request.status, "status")
        with self._reads.page(context, request) as (point, page):
            entries = _entries(point, request, page.after_position(), status)
            applications, last = fill(entries, page.size)
            token = next_token(request, point.position, last)
            return pb.ListApplicationsResponse(
                applications=applications, next_page_token=token, position=point.position
            )

    def GetPayee(self, request: pb.GetPayeeRequest, context: grpc.ServicerContext) -> pb.GetPayeeResponse:
        scheme, number, application_id = part_of(request.enterprise, request.application_id, "application_id")
        with self._reads.at(context, request.as_of, request.min_position) as point:
            application = application_of(point.enterprise(scheme, number), application_id)
            answer = self._payees.shown(point.reader, application)
            answer.position = point.position
            return answer

    def _submission(self, request: pb.SubmitApplicationRequest) -> Prepared:
        scheme, number = number_of(request.enterprise)
        committed = self._payees.commit(request.payee) if request.HasField("payee") else None
        asked = self._payees.commit_contact(request.contact) if request.HasField("contact") else None
        command = SubmitApplication(
            scheme=scheme,
            number=number,
            measure_code=request.measure_code,
            asked_minor=request.asked_minor,
            facts=dict(sorted(request.facts.items())),
            evidence=tuple(EvidenceRef(kind=ref.kind, reference=ref.reference) for ref in request.evidence),
            payee=committed.commitments if committed else None,
            contact=asked.commitments if asked else None,
        )
        openings = (*(committed.openings if committed else ()), *(asked.openings if asked else ()))
        return Prepared(command, openings)


def _entries(
    point: Standpoint, request: pb.ListApplicationsRequest, after: int, status: str
) -> Iterator[tuple[str, pb.Application | None]]:
    measure = published(point.ledger, request.measure_code) if request.measure_code else None
    if request.HasField("enterprise"):
        enterprise = point.enterprise(*number_of(request.enterprise))
        return _of_enterprise(enterprise, request.measure_code, after, status)
    if measure is None:
        raise invalid_field("measure_code", "must be set, or enterprise must be")
    return _of_measure(point, measure.id, after, status)


def _of_enterprise(
    enterprise: Enterprise, measure_code: str, after: int, status: str
) -> Iterator[tuple[str, pb.Application | None]]:
    for application in enterprise.applications.values():
        if application.number > after:
            wanted = measure_code in ("", application.measure) and status in ("", application.status)
            yield str(application.number), application_message(enterprise, application) if wanted else None


def _of_measure(
    point: Standpoint, measure_id: UUID, after: int, status: str
) -> Iterator[tuple[str, pb.Application | None]]:
    for event in events_touching(point, measure_id, after):
        message = None
        if event.topic == ApplicationSubmitted.TOPIC:
            fact = cast(ApplicationSubmitted, decode_fact(event.topic, event.state))
            enterprise = point.ledger.enterprise(event.originator_id)
            application = enterprise.applications[fact.application_id]
            if status in ("", application.status):
                message = application_message(enterprise, application)
        yield str(event.position), message
