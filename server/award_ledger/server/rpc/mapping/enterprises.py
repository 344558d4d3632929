"""Enterprises and what they ask for."""

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar
from uuid import UUID

from google.protobuf.message import Message

from award_ledger.domain import enterprise as domain
from award_ledger.domain.application import Application
from award_ledger.domain.award import Award
from award_ledger.domain.identity import award_id
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.rpc.mapping.awards import award_message, number_message, terms_of_award
from award_ledger.server.rpc.mapping.enums import number_of
from award_ledger.v1 import applications_pb2, common_pb2, enterprises_pb2

_APPLICATION_STATUS = applications_pb2.ApplicationStatus.DESCRIPTOR
_SUBJECT = applications_pb2.PersonalDataSubject.DESCRIPTOR


NEWEST = 100
"""Applications, and awards, that are shown with their enterprise; the lists have all."""

MOST_BYTES = 3 * 1024 * 1024
"""Of all that is shown together: clients refuse messages of more than 4 MiB unless told otherwise."""

M = TypeVar("M", bound=Message)
P = TypeVar("P", Application, Award)


def enterprise_message(ledger: WorkingSet, enterprise: domain.Enterprise) -> enterprises_pb2.Enterprise:
    """An enterprise with how many applications and awards it has, and the newest of both, oldest of them first."""
    awards = _newest(
        (award_message(enterprise, award, terms_of_award(ledger, award)) for award in _from_the_end(enterprise.awards)),
        MOST_BYTES // 2,
    )
    applications = _newest(
        (application_message(enterprise, asked) for asked in _from_the_end(enterprise.applications)),
        MOST_BYTES - sum(award.ByteSize() for award in awards),
    )
    barred = enterprises_pb2.ENTERPRISE_STATUS_BARRED
    active = enterprises_pb2.ENTERPRISE_STATUS_ACTIVE
    return enterprises_pb2.Enterprise(
        number=number_message(enterprise),
        name=enterprise.name,
        former_names=enterprise.former_names,
        status=barred if enterprise.barred else active,
        group=enterprise.group,
        applications=applications,
        awards=awards,
        etag=str(enterprise.version),
        application_count=len(enterprise.applications),
        award_count=len(enterprise.awards),
    )


def _from_the_end(parts: dict[UUID, P]) -> Iterator[P]:
    return islice(reversed(parts.values()), NEWEST)


def _newest(newest_first: Iterator[M], room_bytes: int) -> list[M]:
    """As many of the newest as there is room for, turned round."""
    chosen: list[M] = []
    for message in newest_first:
        room_bytes -= message.ByteSize()
        if room_bytes < 0:
            break
        chosen.append(message)
    return chosen[::-1]


def application_message(enterprise: domain.Enterprise, application: Application) -> applications_pb2.Application:
    """An application, without where its money would go."""
    return applications_pb2.Application(
        application_id=str(application.application_id),
        number=application.number,
        enterprise=number_message(enterprise),
        measure_code=application.measure,
        asked_minor=application.asked_minor,
        facts=application.facts,
        evidence=[common_pb2.Evidence(kind=ref.kind, reference=ref.reference) for ref in application.evidence],
        applied_on=application.applied_on.isoformat(),
        status=applications_pb2.ApplicationStatus.ValueType(number_of(_APPLICATION_STATUS, application.status)),
        award_id=str(award_id(application.application_id)) if application.status == "approved" else "",
        reviews=[
            applications_pb2.Review(
                principal=review.principal,
                up_to_minor=review.up_to_minor,
                overrides=review.overrides,
                reason=review.reason,
            )
            for review in application.reviews
        ],
        refused_approvals=application.refused_approvals,
        etag=str(enterprise.version),
        personal_data=[
            applications_pb2.PersonalData(
                subject=applications_pb2.PersonalDataSubject.ValueType(number_of(_SUBJECT, subject)),
                paths=held.paths,
                erasure_proposed_by=held.proposal.principal if held.proposal else "",
                erased_at=held.erased_at,
            )
            for subject, held in application.personal_data.items()
        ],
        payee_proposed_by=application.payee_proposed_by,
    )
