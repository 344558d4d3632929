"""Legal persons and what they ask for."""

from __future__ import annotations

from award_ledger.v1.applications_pb2 import (
    APPLICATION_STATUS_APPROVED,
    APPLICATION_STATUS_OPEN,
    APPLICATION_STATUS_REFUSED,
    APPLICATION_STATUS_WITHDRAWN,
    GetApplicationRequest,
    RefuseApplicationRequest,
    ReviewApplicationRequest,
    WithdrawApplicationRequest,
)
from award_ledger.v1.common_pb2 import EnterpriseNumber
from award_ledger.v1.enterprises_pb2 import (
    ENTERPRISE_STATUS_ACTIVE,
    ENTERPRISE_STATUS_BARRED,
    BarEnterpriseRequest,
    GetEnterpriseRequest,
    LinkEnterpriseRequest,
    ReinstateEnterpriseRequest,
    RenameEnterpriseRequest,
    UnlinkEnterpriseRequest,
)
from tests import samples
from tests.served import REVIEWER, Served


def test_an_enterprise_is_known_by_its_compact_number(served: Served) -> None:
    plain = samples.number()
    request = samples.register()
    request.number.number = f" {plain.number[:9].lower()} {plain.number[9:]}"
    number = served.officer.do(request).enterprise.number
    assert (number.scheme, number.number) == ("cn.uscc", plain.number)
    assert served.officer.do(GetEnterpriseRequest(number=plain)).enterprise.name == "示例企业1"


def test_other_schemes_are_checked_by_their_own_rules(served: Served) -> None:
    request = samples.register()
    request.number.CopyFrom(EnterpriseNumber(scheme="pt.nif", number="501442600"))
    assert served.officer.do(request).enterprise.number.scheme == "pt.nif"
    request = samples.register()
    request.number.CopyFrom(EnterpriseNumber(scheme="pt.nif", number="501442601"))
    assert served.officer.refused(request).numbers == {"scheme": "pt.nif", "number": "501442601"}


def test_names_groups_and_bars_are_kept(prepared: Served) -> None:
    number = samples.number()
    prepared.officer.do(RenameEnterpriseRequest(number=number, name="新名称"))
    prepared.officer.do(LinkEnterpriseRequest(number=number, group="集团", reason="控股", effective_on="2025-01-01"))
    enterprise = prepared.officer.do(BarEnterpriseRequest(number=number, reason="失信")).enterprise
    assert (enterprise.name, list(enterprise.former_names)) == ("新名称", ["示例企业1"])
    assert (enterprise.group, enterprise.status, enterprise.etag) == ("集团", ENTERPRISE_STATUS_BARRED, "4")
    application_id = samples.applied(prepared.officer)
    assert prepared.officer.refused(samples.approve(application_id)).reason == "ENTERPRISE_BARRED"
    prepared.officer.do(UnlinkEnterpriseRequest(number=number, reason="转让", effective_on="2025-08-01"))
    enterprise = prepared.officer.do(ReinstateEnterpriseRequest(number=number, reason="修复")).enterprise
    assert (enterprise.group, enterprise.status) == ("", ENTERPRISE_STATUS_ACTIVE)


def test_an_enterprise_is_read_with_all_that_belongs_to_it(prepared: Served) -> None:
    award_id = samples.awarded(prepared.officer)
    application_id = samples.applied(prepared.officer)
    enterprise = prepared.officer.do(GetEnterpriseRequest(number=samples.number())).enterprise
    assert [award.award_id for award in enterprise.awards] == [award_id]
    assert [item.status for item in enterprise.applications] == [APPLICATION_STATUS_APPROVED, APPLICATION_STATUS_OPEN]
    assert enterprise.applications[0].award_id == award_id
    assert enterprise.applications[1].application_id == application_id


def test_an_application_is_read_as_it_was_submitted(prepared: Served) -> None:
    response = prepared.officer.do(samples.submit(reference="HT-1", payee=samples.payee()))
    asked = response.application
    assert (asked.asked_minor, dict(asked.facts), asked.applied_on) == (400, {"field": "AI"}, samples.DAY)
    assert [(ref.kind, ref.reference) for ref in asked.evidence] == [("contract", "HT-1")]
    assert asked.number == response.receipt.position == 4
    request = GetApplicationRequest(enterprise=samples.number(), application_id=asked.application_id)
    assert prepared.finance.do(request).application == asked


def test_an_application_ends_refused_with_the_assessment_of_the_day(prepared: Served) -> None:
    application_id = samples.applied(prepared.officer)
    request = RefuseApplicationRequest(
        enterprise=samples.number(), application_id=application_id, reason="材料不实", effective_on=samples.DAY
    )
    response = prepared.officer.do(request)
    assert response.application.status == APPLICATION_STATUS_REFUSED
    assert (response.assessment.admissible_minor, response.assessment.checks[0].id) == (400, "status")
    refusal = prepared.officer.refused(samples.approve(application_id))
    assert refusal.numbers == {"application_id": application_id, "status": "refused"}


def test_an_application_ends_withdrawn(prepared: Served) -> None:
    application_id = samples.applied(prepared.officer)
    request = WithdrawApplicationRequest(enterprise=samples.number(), application_id=application_id, reason="重报")
    assert prepared.officer.do(request).application.status == APPLICATION_STATUS_WITHDRAWN


def test_a_second_person_consents(prepared: Served) -> None:
    prepared.officer.do(samples.publish(second_person=True))
    application_id = samples.applied(prepared.officer)
    alone = prepared.officer.refused(samples.approve(application_id))
    assert (alone.reason, alone.numbers["check"]) == ("SECOND_PERSON_REQUIRED", "second_person")
    review = ReviewApplicationRequest(
        enterprise=samples.number(), application_id=application_id, up_to_minor=400, reason="同意"
    )
    reviewed = prepared.reviewer.do(review).application
    assert [(r.principal, r.up_to_minor) for r in reviewed.reviews] == [(REVIEWER, 400)]
    assert reviewed.refused_approvals == 1
    assert prepared.reviewer.refused(samples.approve(application_id)).reason == "SECOND_PERSON_REQUIRED"
    award = prepared.officer.do(samples.approve(application_id)).award
    assert (award.principal, award.second_principal) == ("li@kjt", REVIEWER)
