"""What was known at one point about one day of law, of an enterprise, a measure and a fund, on each database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from award_ledger.v1.common_pb2 import AsOf
from award_ledger.v1.corrections_pb2 import CorrectEntryRequest
from award_ledger.v1.enterprises_pb2 import GetEnterpriseRequest
from award_ledger.v1.funds_pb2 import GetFundRequest
from award_ledger.v1.inquiries_pb2 import GetStateRequest
from award_ledger.v1.measures_pb2 import GetMeasureRequest
from award_ledger.v1.payments_pb2 import InstructPaymentRequest, PaymentRef, RecordSettlementRequest
from award_ledger.v1.terms_pb2 import WINDOW_KIND_LIFETIME, Quota, Window
from tests import samples
from tests.served import Served

DAY_S = 24 * 3600
DECIDED_ON, PAID_ON = "2025-08-10", "2025-12-20"


@pytest.fixture
def told(served: Served) -> Served:
    """An award of 400 of 10 August, of which 250 are paid on 20 December; February has come."""
    served.officer.do(samples.create_fund())
    served.officer.do(samples.publish(quotas=[Quota(count=5, window=Window(kind=WINDOW_KIND_LIFETIME))]))
    served.officer.do(samples.register())
    approval = samples.approve(samples.applied(served.officer), effective_on=DECIDED_ON)
    served.award_id = served.officer.do(approval).award.award_id
    served.clock.advance_s(141 * DAY_S)
    named: dict[str, Any] = {"enterprise": samples.number(), "award_id": served.award_id}
    served.finance.do(InstructPaymentRequest(**named, instalment=1, effective_on=PAID_ON))
    payment = PaymentRef(**named, instalment=1)
    served.finance.do(RecordSettlementRequest(payment=payment, amount_minor=250, effective_on=PAID_ON))
    served.clock.advance_s(43 * DAY_S)
    return served


def state(served: Served, *, about: str = "", as_of: AsOf | None = None, **subject: Any) -> Any:
    return served.officer.do(GetStateRequest(about=about, as_of=as_of, **(subject or {"fund_code": samples.FUND})))


def fund(served: Served, **more: Any) -> tuple[int, int, int, int]:
    found = state(served, **more).fund
    balances = found.appropriated_minor, found.available_minor, found.encumbered_minor, found.expended_minor
    assert balances[0] == sum(balances[1:])
    return balances


def at(year: int, month: int, day: int) -> AsOf:
    """The end of that day in China."""
    stamp = Timestamp()
    stamp.FromDatetime(datetime(year, month, day, 15, 59, 59, tzinfo=UTC))
    return AsOf(instant=stamp)


def award(served: Served, **more: Any) -> Any:
    (found,) = state(served, enterprise=samples.number(), **more).enterprise.awards
    return found


def test_without_a_day_it_is_all_that_was_known(told: Served) -> None:
    known = state(told)
    assert known.fund == told.officer.do(GetFundRequest(code=samples.FUND)).fund
    assert (known.position, known.about, known.left_out) == (told.head(), "", 0)
    enterprise = told.officer.do(GetEnterpriseRequest(number=samples.number())).enterprise
    assert state(told, enterprise=samples.number()).enterprise == enterprise
    measure = told.officer.do(GetMeasureRequest(code=samples.MEASURE)).measure
    assert state(told, measure_code=samples.MEASURE).measure == measure


def test_before_between_and_after_the_days_of_what_is_known_today(told: Served) -> None:
    assert fund(told, about="2025-08-09") == (10_000, 10_000, 0, 0)
    assert fund(told, about=DECIDED_ON) == fund(told, about="2025-12-19") == (10_000, 9_600, 400, 0)
    assert fund(told, about=PAID_ON) == fund(told) == (10_000, 9_600, 150, 250)
    assert [state(told, about=day).left_out for day in ("2025-12-19", PAID_ON)] == [1, 0]


def test_what_was_known_then_is_not_what_is_known_today_about_the_same_day(told: Served) -> None:
    number = int(award(told).number)
    told.officer.do(CorrectEntryRequest(position=number, amount_minor=300, reason="录入有误"))
    assert fund(told, about="2025-12-31", as_of=at(2025, 12, 31)) == (10_000, 9_600, 150, 250)
    assert fund(told, about="2025-12-31") == (10_000, 9_700, 50, 250)
    # A correction of February says what was right in August.
    assert fund(told, about="2025-08-31") == (10_000, 9_700, 300, 0)
    assert fund(told, about="2025-08-31", as_of=at(2025, 8, 31)) == (10_000, 9_600, 400, 0)
    assert award(told, about="2025-08-31").approved_minor == 300
    years = state(told, measure_code=samples.MEASURE, about="2025-08-31").measure.years
    assert [(year.awards, year.approved_minor) for year in years] == [(1, 300)]


def test_an_enterprise_and_a_measure_have_only_what_has_effect_by_the_day(told: Served) -> None:
    told.officer.do(samples.register(2))
    later = samples.applied(told.officer, 2, applied_on="2025-12-27")
    told.officer.do(samples.approve(later, 2, effective_on="2025-12-30"))
    about = state(told, measure_code=samples.MEASURE, about="2025-12-26")
    assert [(quota.pool, quota.used) for quota in about.measure.quotas] == [(samples.MEASURE, 1)]
    assert (about.left_out, about.measure.etag) == (2, "")
    assert [(year.year, year.awards) for year in about.measure.years] == [(2025, 1)]
    paid = award(told, about="2025-12-19")
    assert (paid.paid_minor, paid.etag, len(paid.instalments[0].payments)) == (0, "", 0)
    assert award(told, about=PAID_ON).paid_minor == 250
    # Registered in February, for an application and a decision of December: told with what they rest on.
    waiting = state(told, enterprise=samples.number(2), about="2025-12-27").enterprise
    assert [waiting.name, len(waiting.applications), len(waiting.awards)] == ["示例企业2", 1, 0]


def test_a_point_or_a_day_that_cannot_be_answered_is_an_error_that_says_so(told: Served) -> None:
    ahead = told.officer.refused(GetStateRequest(fund_code=samples.FUND, as_of=AsOf(position=99)))
    assert (ahead.code, ahead.reason) == (grpc.StatusCode.OUT_OF_RANGE, "POINT_NOT_AVAILABLE")
    before = told.officer.refused(GetStateRequest(fund_code=samples.FUND, as_of=AsOf(position=0)))
    assert before.reason == "FUND_NOT_FOUND"
    early = told.officer.refused(GetStateRequest(enterprise=samples.number(), about="2025-07-31"))
    assert (early.code, early.reason) == (grpc.StatusCode.OUT_OF_RANGE, "NOT_YET_EFFECTIVE")
    assert early.numbers == {
        "subject": f"cn.uscc:{samples.number().number}",
        "about": "2025-07-31",
        "as_of": str(told.head()),
    }
    unborn = told.officer.refused(GetStateRequest(measure_code=samples.MEASURE, about="2025-05-31"))
    assert unborn.reason == "NOT_YET_EFFECTIVE"
    assert "about" in told.officer.refused(GetStateRequest(fund_code=samples.FUND, about="31.12.2025")).fields
    assert "subject" in told.officer.refused(GetStateRequest()).fields
    assert "subject" in told.officer.refused(GetStateRequest(about=PAID_ON)).fields
