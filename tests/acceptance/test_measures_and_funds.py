"""Rules and appropriations, as a department and finance keep them."""

from __future__ import annotations

import pytest

from award_ledger.v1.funds_pb2 import ChangeAppropriationRequest, GetFundRequest
from award_ledger.v1.measures_pb2 import (
    MEASURE_STATUS_CLOSED,
    MEASURE_STATUS_NEEDS_RULE,
    MEASURE_STATUS_OPEN,
    MEASURE_STATUS_SUSPENDED,
    CloseMeasureRequest,
    GetMeasureRequest,
    ReopenMeasureRequest,
    SuspendMeasureRequest,
)
from award_ledger.v1.terms_pb2 import WINDOW_KIND_CALENDAR_YEARS, AmountRule, Quota, UpTo, Window
from tests import samples
from tests.served import Served


def test_published_terms_are_read_as_they_were_written(served: Served) -> None:
    response = served.officer.do(samples.publish())
    measure = served.finance.do(GetMeasureRequest(code=samples.MEASURE)).measure
    assert measure == response.measure
    assert (measure.status, measure.terms_version) == (MEASURE_STATUS_OPEN, 1)
    assert measure.terms.caps[0].words == "累计不超过500"
    assert measure.terms.name.zh == "算力券"


def test_a_new_version_is_in_force_and_awards_keep_theirs(prepared: Served) -> None:
    old = prepared.officer.do(samples.approve(samples.applied(prepared.officer, asked_minor=100))).award
    prepared.officer.do(samples.publish(amounts=[AmountRule(up_to=UpTo(ceiling_minor=50))]))
    new = samples.applied(prepared.officer, asked_minor=100)
    refusal = prepared.officer.refused(samples.approve(new))
    assert (refusal.reason, refusal.numbers["terms_version"]) == ("CEILING_EXCEEDED", "2")
    assert (old.terms_version, old.approved_minor) == (1, 100)


def test_terms_without_an_amount_take_applications_and_no_approval(prepared: Served) -> None:
    measure = prepared.officer.do(samples.publish(code="M-2", amounts=[])).measure
    assert measure.status == MEASURE_STATUS_NEEDS_RULE
    application_id = samples.applied(prepared.officer, measure_code="M-2")
    assert prepared.officer.refused(samples.approve(application_id)).reason == "MEASURE_NEEDS_RULE"


def test_faults_of_terms_are_all_named(served: Served) -> None:
    request = samples.publish(currency="XXY", publicity_days=-1)
    request.terms.caps[0].limit_minor = 0
    refusal = served.officer.refused(request)
    assert list(refusal.fields) == ["terms.currency", "terms.publicity_days", "terms.caps[0].limit_minor"]
    assert served.head() == 0


def test_a_measure_is_suspended_reopened_and_closed(prepared: Served) -> None:
    application_id = samples.applied(prepared.officer)
    code = samples.MEASURE
    suspended = prepared.officer.do(SuspendMeasureRequest(code=code, reason="核查"))
    assert suspended.measure.status == MEASURE_STATUS_SUSPENDED
    assert prepared.officer.refused(samples.approve(application_id)).reason == "MEASURE_SUSPENDED"
    again = prepared.officer.refused(SuspendMeasureRequest(code=code, reason="核查"))
    assert again.numbers == {"measure": code, "status": "suspended"}
    assert prepared.officer.do(ReopenMeasureRequest(code=code, reason="完毕")).measure.status == MEASURE_STATUS_OPEN
    assert prepared.officer.do(CloseMeasureRequest(code=code, reason="期满")).measure.status == MEASURE_STATUS_CLOSED
    assert prepared.officer.refused(samples.submit()).reason == "MEASURE_CLOSED"


@pytest.mark.parametrize("hard", [True, False])
def test_use_of_a_quota_is_shown(prepared: Served, hard: bool) -> None:
    quota = Quota(count=1, window=Window(kind=WINDOW_KIND_CALENDAR_YEARS), hard=hard, floor=3)
    prepared.officer.do(samples.publish(quotas=[quota]))
    samples.awarded(prepared.officer)
    this_year, next_year = (
        prepared.officer.do(GetMeasureRequest(code=samples.MEASURE, on=day)).measure
        for day in (samples.DAY, "2026-08-01")
    )
    use = this_year.quotas[0]
    assert (use.pool, use.count, use.used, use.floor, use.hard) == (samples.MEASURE, 1, 1, 3, hard)
    assert next_year.quotas[0].used == 0
    assert [(year.year, year.awards, year.approved_minor) for year in this_year.years] == [(2025, 1, 400)]


def test_balances_of_a_fund_always_add_up(prepared: Served) -> None:
    samples.awarded(prepared.officer)
    change = ChangeAppropriationRequest(code=samples.FUND, change_minor=-9_600, document="调减")
    fund = prepared.finance.do(change).fund
    assert (fund.appropriated_minor, fund.available_minor, fund.encumbered_minor) == (400, 0, 400)
    refusal = prepared.finance.refused(ChangeAppropriationRequest(code=samples.FUND, change_minor=-1, document="x"))
    assert refusal.reason == "APPROPRIATION_TOO_LOW"
    assert refusal.numbers == {"appropriated_minor": "399", "committed_minor": "400"}
    assert prepared.finance.do(GetFundRequest(code=samples.FUND)).fund == fund


def test_a_fund_is_created_once(prepared: Served) -> None:
    refusal = prepared.finance.refused(samples.create_fund())
    assert (refusal.reason, refusal.numbers) == ("FUND_EXISTS", {"fund": samples.FUND})
