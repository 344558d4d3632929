"""Decisions: approved, cut to what fits, refused with every number, overridden, staged, revoked."""

from __future__ import annotations

import grpc

from award_ledger.v1.applications_pb2 import ReviewApplicationRequest
from award_ledger.v1.awards_pb2 import (
    AWARD_STATUS_LIVE,
    AWARD_STATUS_REVOKED,
    GetAwardRequest,
    InstalmentPlan,
    Override,
    RecordStageResultRequest,
    RevokeAwardRequest,
)
from award_ledger.v1.common_pb2 import CHECK_UNIT_MINOR, VERDICT_CUT, VERDICT_FAILED, AsOf
from award_ledger.v1.funds_pb2 import GetFundRequest
from award_ledger.v1.payments_pb2 import INSTALMENT_STATUS_DUE, INSTALMENT_STATUS_WAITING
from award_ledger.v1.terms_pb2 import (
    CAP_MODE_ALL_OR_NOTHING,
    GROUND_REVOCATION,
    STAGE_EFFECT_RELEASE,
    WINDOW_KIND_CALENDAR_YEARS,
    AmountRule,
    Quota,
    RateOf,
    Stage,
    Staged,
    StageResult,
    Window,
)
from tests import samples
from tests.served import Served


def test_an_award_says_all_about_itself(prepared: Served) -> None:
    prepared.officer.do(samples.publish(publicity_days=7))
    application_id = samples.applied(prepared.officer)
    response = prepared.officer.do(samples.approve(application_id))
    award = response.award
    assert (award.number, award.status) == (response.receipt.position, AWARD_STATUS_LIVE)
    assert (award.approved_minor, award.counted_minor, award.paid_minor, award.currency) == (400, 400, 0, "CNY")
    assert (award.decided_on, award.payable_on, award.fund_code) == (samples.DAY, "2025-08-08", samples.FUND)
    assert [(part.amount_minor, part.due_on, part.status) for part in award.instalments] == [
        (400, "2025-08-08", INSTALMENT_STATUS_DUE)
    ]
    read = prepared.finance.do(GetAwardRequest(enterprise=samples.number(), award_id=award.award_id))
    assert (read.award, read.assessment) == (award, response.assessment)


def test_an_amount_is_cut_to_what_fits_and_the_next_one_refused(prepared: Served) -> None:
    samples.awarded(prepared.officer)
    cut = prepared.officer.do(samples.approve(samples.applied(prepared.officer)))
    assert (cut.award.approved_minor, cut.assessment.asked_minor) == (100, 400)
    assert [check.id for check in cut.assessment.checks if check.verdict == VERDICT_CUT] == ["cap.lifetime"]
    third = samples.applied(prepared.officer)
    refusal = prepared.officer.refused(samples.approve(third))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CAP_EXCEEDED")
    assert refusal.numbers == {
        "check": "cap.lifetime",
        "measure": samples.MEASURE,
        "terms_version": "1",
        "admissible_minor": "0",
        "binding": "cap.lifetime",
        "position": str(prepared.head()),
        "limit": "500",
        "used": "500",
        "asked": "400",
        "left": "0",
    }
    assert ("CAP_EXCEEDED", "cap.lifetime") in refusal.unmet
    assert refusal.assessment is not None
    assert (refusal.assessment.currency, refusal.assessment.unlimited) == ("CNY", False)
    failed = next(check for check in refusal.assessment.checks if check.verdict == VERDICT_FAILED)
    assert failed.words == "鲁政办字〔2025〕49号 第6条 累计不超过500"
    assert failed.unit == CHECK_UNIT_MINOR
    assert failed.remedy.zh
    assert failed.remedy.en


def test_all_or_nothing_is_refused_rather_than_cut(prepared: Served) -> None:
    request = samples.publish()
    request.terms.caps[0].mode = CAP_MODE_ALL_OR_NOTHING
    prepared.officer.do(request)
    samples.awarded(prepared.officer)
    refusal = prepared.officer.refused(samples.approve(samples.applied(prepared.officer)))
    assert (refusal.reason, refusal.numbers["admissible_minor"]) == ("CAP_EXCEEDED", "100")


def test_an_officer_decides_less_or_by_a_rate_and_in_instalments(prepared: Served) -> None:
    less = samples.approve(samples.applied(prepared.officer), amount_minor=150)
    less.instalments.extend([InstalmentPlan(amount_minor=100), InstalmentPlan(amount_minor=50, due_on="2025-12-01")])
    award = prepared.officer.do(less).award
    assert [(part.amount_minor, part.due_on) for part in award.instalments] == [(100, samples.DAY), (50, "2025-12-01")]
    prepared.officer.do(samples.publish(amounts=[AmountRule(rate_of=RateOf(rate="0.05", base_fact="settled_minor"))]))
    application_id = samples.applied(prepared.officer, facts={"settled_minor": "3010"})
    rated = prepared.officer.do(samples.approve(application_id, decided_rate="0.04")).award
    assert (rated.approved_minor, rated.decided_rate) == (120, "0.04")


def test_a_soft_quota_is_passed_by_two_people_with_a_reason(prepared: Served) -> None:
    quota = Quota(count=1, window=Window(kind=WINDOW_KIND_CALENDAR_YEARS))
    prepared.officer.do(samples.publish(quotas=[quota]))
    samples.awarded(prepared.officer, asked_minor=100)
    application_id = samples.applied(prepared.officer, asked_minor=100)
    check = f"quota.{samples.MEASURE}"
    approval = samples.approve(application_id, overrides=[Override(check_id=check, reason="30家左右")])
    assert prepared.officer.refused(samples.approve(application_id)).reason == "QUOTA_EXCEEDED"
    assert prepared.officer.refused(approval).reason == "SECOND_PERSON_REQUIRED"
    prepared.reviewer.do(
        ReviewApplicationRequest(
            enterprise=samples.number(),
            application_id=application_id,
            up_to_minor=100,
            overrides=[check],
            reason="同意",
        )
    )
    approval.request_id = ""
    award = prepared.officer.do(approval).award
    assert [(taken.check_id, taken.reason) for taken in award.overrides] == [(check, "30家左右")]


def test_a_stage_is_released_by_its_result(prepared: Served) -> None:
    staged = Staged(
        stages=[Stage(name="selection", ceiling_minor=200), Stage(name="acceptance", ceiling_minor=200)],
        results=[StageResult(result="优秀", effect=STAGE_EFFECT_RELEASE)],
    )
    prepared.officer.do(samples.publish(amounts=[AmountRule(staged=staged)]))
    award_id = samples.awarded(prepared.officer)
    request = RecordStageResultRequest(
        enterprise=samples.number(), award_id=award_id, result="一般", effective_on="2025-09-01"
    )
    assert prepared.officer.refused(request).numbers == {"result": "一般", "known": "优秀"}
    before = prepared.officer.do(GetAwardRequest(enterprise=samples.number(), award_id=award_id)).award
    assert [part.status for part in before.instalments] == [INSTALMENT_STATUS_DUE, INSTALMENT_STATUS_WAITING]
    request.result, request.request_id = "优秀", ""
    award = prepared.officer.do(request).award
    assert (award.stage_result, [part.status for part in award.instalments]) == ("优秀", [INSTALMENT_STATUS_DUE] * 2)


def test_a_revocation_gives_back_what_the_terms_say(prepared: Served) -> None:
    award_id = samples.awarded(prepared.officer, reference="HT-1")
    request = RevokeAwardRequest(
        enterprise=samples.number(),
        award_id=award_id,
        ground=GROUND_REVOCATION,
        reason="放弃",
        effective_on="2025-09-01",
    )
    award = prepared.officer.do(request).award
    assert (award.status, award.cancelled_minor, award.counted_minor) == (AWARD_STATUS_REVOKED, 400, 0)
    fund = prepared.officer.do(GetFundRequest(code=samples.FUND)).fund
    assert (fund.available_minor, fund.encumbered_minor) == (samples.FUND_MINOR, 0)
    assert samples.awarded(prepared.officer, reference="HT-1")  # the evidence is free again
    before = GetAwardRequest(enterprise=samples.number(), award_id=award_id, as_of=AsOf(position=5))
    assert prepared.officer.do(before).award.status == AWARD_STATUS_LIVE
