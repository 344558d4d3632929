"""Acts that write several events: a batch decided as one, and Terms that bring earlier awards under new limits."""

from __future__ import annotations

from uuid import uuid4

import grpc

from award_ledger.server.writer.verification import verify
from award_ledger.v1.awards_pb2 import ApproveProRataRequest, GetAwardRequest, ProRataRow
from award_ledger.v1.common_pb2 import AsOf
from award_ledger.v1.funds_pb2 import GetFundRequest
from award_ledger.v1.measures_pb2 import GetMeasureRequest
from award_ledger.v1.terms_pb2 import WINDOW_KIND_LIFETIME, Quota, Window
from tests import samples
from tests.served import Served


def batch(served: Served, *asked: int, **changes: object) -> ApproveProRataRequest:
    """One application each of as many enterprises."""
    request = ApproveProRataRequest(
        request_id=str(uuid4()), measure_code=samples.MEASURE, reason="资金不足", effective_on=samples.DAY
    )
    for serial, amount in enumerate(asked, start=50):
        served.officer.do(samples.register(serial))
        application_id = samples.applied(served.officer, serial, asked_minor=amount)
        request.rows.append(ProRataRow(enterprise=samples.number(serial), application_id=application_id))
    for name, value in changes.items():
        setattr(request, name, value)
    return request


def test_a_batch_is_cut_by_one_ratio_and_a_repeat_answers_the_same(prepared: Served) -> None:
    request = batch(prepared, 400, 300, 100, at_most_minor=500)
    first = prepared.officer.do(request)
    assert (first.available_minor, first.full_minor, first.granted_minor, first.currency) == (500, 800, 499, "CNY")
    assert [(share.full_minor, share.award.approved_minor) for share in first.shares] == [
        (400, 250),
        (300, 187),
        (100, 62),
    ]
    assert [share.award.number for share in first.shares] == [first.receipt.position + n for n in (1, 2, 3)]
    again = prepared.officer.do(request)
    assert again.receipt.repeated
    again.receipt.repeated = False
    assert again == first
    fund = prepared.officer.do(GetFundRequest(code=samples.FUND)).fund
    assert (fund.encumbered_minor, fund.available_minor) == (499, samples.FUND_MINOR - 499)
    [share, *_] = first.shares
    read = GetAwardRequest(enterprise=share.award.enterprise, award_id=share.award.award_id)
    assert prepared.officer.do(read).award == share.award
    assert verify(prepared.recorder).findings == []


def test_a_dry_run_of_a_batch_shows_all_and_records_nothing(prepared: Served) -> None:
    request, head = batch(prepared, 400, 300, at_most_minor=350), prepared.head()
    request.validate_only = True
    tried = prepared.officer.do(request)
    assert (prepared.head(), tried.granted_minor, tried.receipt.position) == (head, 350, 0)
    assert [share.award.number for share in tried.shares] == [0, 0]
    request.validate_only, request.request_id = False, ""
    assert prepared.officer.do(request).granted_minor == 350


def test_one_refused_application_refuses_the_batch_and_says_which(prepared: Served) -> None:
    request = batch(prepared, 400, 300)
    request.rows[1].amount_minor = 401
    head = prepared.head()
    refusal = prepared.officer.refused(request)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CEILING_EXCEEDED")
    assert refusal.numbers["application_id"] == request.rows[1].application_id
    assert refusal.numbers["admissible_minor"] == "400"
    assert refusal.assessment is not None
    check = next(check for check in refusal.assessment.checks if check.id == "up_to")
    assert "第6条 按不超过5%的比例" in check.words
    assert prepared.head() == head


def test_a_batch_of_nothing_of_too_much_or_of_nobody_is_refused(prepared: Served) -> None:
    request = batch(prepared, 400)
    del request.rows[:]
    assert prepared.officer.refused(request).reason == "INVALID_FIELD"
    request = batch(prepared)
    request.rows.add(enterprise=samples.number(), application_id=str(uuid4()))
    assert prepared.officer.refused(request).reason == "APPLICATION_NOT_FOUND"
    request.rows[0].enterprise.number = samples.number(9).number
    assert prepared.officer.refused(request).reason == "ENTERPRISE_NOT_FOUND"
    request.reason = ""
    assert prepared.officer.refused(request).reason == "INVALID_FIELD"


def test_a_version_that_introduces_a_quota_counts_the_awards_before_it(prepared: Served) -> None:
    samples.awarded(prepared.officer)
    before = prepared.head()
    request = samples.publish(quotas=[Quota(count=1, hard=True, window=Window(kind=WINDOW_KIND_LIFETIME))])
    request.request_id = str(uuid4())
    published = prepared.officer.do(request)
    assert (published.adopted_awards, prepared.head()) == (1, before + 2)
    assert prepared.officer.do(request).adopted_awards == 1
    prepared.officer.do(samples.register(2))
    refusal = prepared.officer.refused(samples.approve(samples.applied(prepared.officer, 2), 2))
    assert (refusal.reason, refusal.numbers["used"]) == ("QUOTA_EXCEEDED", "1")
    measure = prepared.officer.do(GetMeasureRequest(code=samples.MEASURE)).measure
    assert [quota.used for quota in measure.quotas] == [1]
    earlier = GetMeasureRequest(code=samples.MEASURE, as_of=AsOf(position=before))
    assert not prepared.officer.do(earlier).measure.quotas
    assert verify(prepared.recorder).findings == []
