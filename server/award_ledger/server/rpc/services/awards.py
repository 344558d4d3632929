"""AwardService: approval under every limit, results of stages, revocation."""

from collections.abc import Iterator
from typing import cast
from uuid import UUID

import grpc

from award_ledger.domain.approval import Decided, PlannedInstalment
from award_ledger.domain.encoding import decode_fact
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import ApprovalRefused, AwardApproved
from award_ledger.domain.fact import OverrideTaken
from award_ledger.domain.identity import award_id as award_id_of
from award_ledger.domain.policy_events import (
    ProRataDecided,
)
from award_ledger.domain.refusals import invalid_field
from award_ledger.domain.terms import Ground
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.approve_award import ApproveAward
from award_ledger.server.commands.approve_pro_rata import ApproveProRata, ProRataRow
from award_ledger.server.commands.command import award_of, published
from award_ledger.server.commands.record_stage_result import RecordStageResult
from award_ledger.server.commands.revoke_award import RevokeAward
from award_ledger.server.rpc.fields import day, number_of, part_of, required_choice
from award_ledger.server.rpc.mapping.assessments import assessment_message, fill_assessment
from award_ledger.server.rpc.mapping.awards import award_message, fill_award, terms_of_award
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.paging import fill, next_token
from award_ledger.server.rpc.reads import Reads, Standpoint
from award_ledger.server.rpc.refusals import ExplainedRefusal
from award_ledger.server.rpc.touching import events_touching
from award_ledger.server.rpc.writes import Method, Writes
from award_ledger.server.writer.submission import Written
from award_ledger.v1 import awards_pb2 as pb
from award_ledger.v1 import terms_pb2
from award_ledger.v1.awards_pb2_grpc import AwardServiceServicer


def _after(ledger: WorkingSet, written: Written) -> pb.Award:
    enterprise = ledger.enterprise(written.event.originator_id)
    award = enterprise.awards[written.event.fact.award_id]
    return award_message(enterprise, award, terms_of_award(ledger, award))


def _decided(ledger: WorkingSet, written: Written) -> pb.ApproveAwardResponse:
    """The award. Raises the recorded refusal, so that the caller gets an error with every number."""
    fact: AwardApproved | ApprovalRefused = written.event.fact
    assessment = fact.assessment
    terms = ledger.measure(assessment.measure_code).versions[assessment.terms_version - 1]
    if isinstance(fact, ApprovalRefused):
        raise ExplainedRefusal(assessment, written.position, terms, written.repeated)
    response = pb.ApproveAwardResponse()
    enterprise = ledger.enterprise(written.event.originator_id)
    fill_award(response.award, enterprise, enterprise.awards[fact.award_id], terms)
    response.award.number = written.position  # a dry run has none
    fill_assessment(response.assessment, assessment, terms)
    response.receipt.CopyFrom(receipt(written))
    return response


def _approval(request: pb.ApproveAwardRequest) -> ApproveAward:
    scheme, number, application_id = part_of(request.enterprise, request.application_id, "application_id")
    instalments = tuple(
        PlannedInstalment(part.amount_minor, day(part.due_on, f"instalments[{i}].due_on"))
        for i, part in enumerate(request.instalments)
    )
    decided = _decision(request)._replace(instalments=instalments)
    return ApproveAward(scheme, number, application_id, decided)


def _decision(request: pb.ApproveAwardRequest | pb.ProRataRow) -> Decided:
    decision = request.WhichOneof("decision")
    if decision == "decided_rate" and not request.decided_rate:
        raise invalid_field("decided_rate", "must not be empty")
    return Decided(
        amount_minor=request.amount_minor if decision == "amount_minor" else None,
        rate=request.decided_rate,
        overrides=tuple(OverrideTaken(check_id=item.check_id, reason=item.reason) for item in request.overrides),
    )


def _batch(request: pb.ApproveProRataRequest) -> ApproveProRata:
    rows = tuple(
        ProRataRow(*part_of(row.enterprise, row.application_id, "application_id"), _decision(row))
        for row in request.rows
    )
    at_most = request.at_most_minor if request.HasField("at_most_minor") else None
    return ApproveProRata(request.measure_code, rows, at_most, request.reason)


def _spread(ledger: WorkingSet, written: Written) -> pb.ApproveProRataResponse:
    fact: ProRataDecided = written.event.fact
    terms = ledger.measure(fact.measure).versions[fact.terms_version - 1]
    shares = []
    for number, share in enumerate(fact.shares, start=written.event.position + 1):
        enterprise = ledger.enterprise(share.enterprise_id)
        award = award_message(enterprise, enterprise.awards[award_id_of(share.application_id)], terms)
        award.number = number if written.position else 0  # a dry run has none
        shares.append(
            pb.ProRataShare(application_id=str(share.application_id), full_minor=share.full_minor, award=award)
        )
    return pb.ApproveProRataResponse(
        available_minor=fact.available_minor,
        full_minor=fact.full_minor,
        granted_minor=fact.granted_minor,
        currency=terms.currency,
        fund_code=fact.fund,
        shares=shares,
        receipt=receipt(written),
    )


def _revocation(request: pb.RevokeAwardRequest) -> RevokeAward:
    scheme, number, award_id = part_of(request.enterprise, request.award_id, "award_id")
    ground = cast(Ground, required_choice(terms_pb2.Ground.DESCRIPTOR, request.ground, "ground"))
    return RevokeAward(scheme, number, award_id, ground, request.reason)


_APPROVE: Method[pb.ApproveAwardRequest, pb.ApproveAwardResponse] = Method(_approval, _decided)
_PRO_RATA: Method[pb.ApproveProRataRequest, pb.ApproveProRataResponse] = Method(_batch, _spread)
_STAGE: Method[pb.RecordStageResultRequest, pb.RecordStageResultResponse] = Method(
    lambda request: RecordStageResult(
        *part_of(request.enterprise, request.award_id, "award_id"), request.result, request.document
    ),
    lambda ledger, written: pb.RecordStageResultResponse(award=_after(ledger, written), receipt=receipt(written)),
)
_REVOKE: Method[pb.RevokeAwardRequest, pb.RevokeAwardResponse] = Method(
    _revocation,
    lambda ledger, written: pb.RevokeAwardResponse(award=_after(ledger, written), receipt=receipt(written)),
)


class AwardService(AwardServiceServicer):
    """Decides."""

    def __init__(self, writes: Writes, reads: Reads) -> None:
        self._writes, self._reads = writes, reads

    def ApproveAward(self, request: pb.ApproveAwardRequest, context: grpc.ServicerContext) -> pb.ApproveAwardResponse:
        return self._writes.perform(request, context, _APPROVE)

    def BatchApproveAwards(
        self, request: pb.BatchApproveAwardsRequest, context: grpc.ServicerContext
    ) -> pb.BatchApproveAwardsResponse:
        return self._writes.perform_batch(request.requests, context, _APPROVE, pb.BatchApproveAwardsResponse())

    def ApproveProRata(
        self, request: pb.ApproveProRataRequest, context: grpc.ServicerContext
    ) -> pb.ApproveProRataResponse:
        return self._writes.perform(request, context, _PRO_RATA)

    def RecordStageResult(
        self, request: pb.RecordStageResultRequest, context: grpc.ServicerContext
    ) -> pb.RecordStageResultResponse:
        return self._writes.perform(request, context, _STAGE)

    def RevokeAward(self, request: pb.RevokeAwardRequest, context: grpc.ServicerContext) -> pb.RevokeAwardResponse:
        return self._writes.perform(request, context, _REVOKE)

    def GetAward(self, request: pb.GetAwardRequest, context: grpc.ServicerContext) -> pb.GetAwardResponse:
        scheme, number, award_id = part_of(request.enterprise, request.award_id, "award_id")
        with self._reads.at(context, request.as_of, request.min_position) as point:
            enterprise = point.enterprise(scheme, number)
            award = award_of(enterprise, award_id)
            terms = terms_of_award(point.ledger, award)
            approval = point.reader.event_at(award.number)
            fact = cast(AwardApproved, decode_fact(approval.topic, approval.state))
            return pb.GetAwardResponse(
                award=award_message(enterprise, award, terms),
                assessment=assessment_message(fact.assessment, terms),
                position=point.position,
            )

    def ListAwards(self, request: pb.ListAwardsRequest, context: grpc.ServicerContext) -> pb.ListAwardsResponse:
        with self._reads.page(context, request) as (point, page):
            awards, last = fill(_entries(point, request, page.after_position()), page.size)
            token = next_token(request, point.position, last)
            return pb.ListAwardsResponse(awards=awards, next_page_token=token, position=point.position)


def _entries(point: Standpoint, request: pb.ListAwardsRequest, after: int) -> Iterator[tuple[str, pb.Award | None]]:
    measure = published(point.ledger, request.measure_code) if request.measure_code else None
    if request.HasField("enterprise"):
        enterprise = point.enterprise(*number_of(request.enterprise))
        return _of_enterprise(point.ledger, enterprise, request.measure_code, after)
    if measure is None:
        raise invalid_field("measure_code", "must be set, or enterprise must be")
    return _of_measure(point, measure.id, after)


def _of_enterprise(
    ledger: WorkingSet, enterprise: Enterprise, measure_code: str, after: int
) -> Iterator[tuple[str, pb.Award | None]]:
    for award in enterprise.awards.values():
        if award.number > after:
            wanted = measure_code in ("", award.measure)
            message = award_message(enterprise, award, terms_of_award(ledger, award)) if wanted else None
            yield str(award.number), message


def _of_measure(point: Standpoint, measure_id: UUID, after: int) -> Iterator[tuple[str, pb.Award | None]]:
    for event in events_touching(point, measure_id, after):
        message = None
        if event.topic == AwardApproved.TOPIC:
            fact = cast(AwardApproved, decode_fact(event.topic, event.state))
            enterprise = point.ledger.enterprise(event.originator_id)
            award = enterprise.awards[fact.award_id]
            message = award_message(enterprise, award, terms_of_award(point.ledger, award))
        yield str(event.position), message
