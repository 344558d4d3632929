"""What money that is received under an order gives back: by its ground, each thing apart from the others."""

from __future__ import annotations

from typing import Any

import pytest

from award_ledger.v1.awards_pb2 import (
    AWARD_STATUS_CANCELLED,
    GetAwardRequest,
    RecordStageResultRequest,
    RevokeAwardRequest,
)
from award_ledger.v1.clawbacks_pb2 import (
    CancelClawbackRequest,
    ClawbackRef,
    OrderClawbackRequest,
    RecordRecoveryRequest,
)
from award_ledger.v1.funds_pb2 import GetFundRequest
from award_ledger.v1.measures_pb2 import GetMeasureRequest
from award_ledger.v1.payments_pb2 import (
    INSTALMENT_STATUS_CANCELLED,
    InstructPaymentRequest,
    PaymentRef,
    RecordReturnRequest,
    RecordSettlementRequest,
)
from award_ledger.v1.terms_pb2 import (
    GROUND_BREACH,
    GROUND_OVERPAYMENT,
    GROUND_REVOCATION,
    STAGE_EFFECT_RECOVER_ALL,
    WINDOW_KIND_LIFETIME,
    AmountRule,
    GiveBack,
    Quota,
    Stage,
    Staged,
    StageResult,
    Window,
)
from tests import samples
from tests.served import Served

PAID_ON, SAME_YEAR, NEXT_YEAR = "2025-08-20", "2025-11-01", "2026-02-01"
ALL_THINGS = ("headroom", "place", "fund_money")
GROUNDS = {"overpayment": GROUND_OVERPAYMENT, "breach": GROUND_BREACH}
DAY_S = 24 * 3600


def publish(served: Served, *rules: GiveBack) -> None:
    quota = Quota(count=5, hard=True, window=Window(kind=WINDOW_KIND_LIFETIME))
    served.officer.do(samples.publish(gives_back=rules, quotas=[quota]))


def paid(served: Served) -> str:
    """An award of 400, paid."""
    award_id = samples.awarded(served.officer)
    number = samples.number()
    served.clock.advance_s(300 * DAY_S)  # into the next year, when all of this has happened
    served.finance.do(InstructPaymentRequest(enterprise=number, award_id=award_id, instalment=1, effective_on=PAID_ON))
    attempt = PaymentRef(enterprise=number, award_id=award_id, instalment=1)
    served.finance.do(RecordSettlementRequest(payment=attempt, amount_minor=400, effective_on=PAID_ON))
    return award_id


def given_back(served: Served, award_id: str) -> set[str]:
    """Which of the things are free again."""
    award = served.officer.do(GetAwardRequest(enterprise=samples.number(), award_id=award_id)).award
    [quota] = served.officer.do(GetMeasureRequest(code=samples.MEASURE)).measure.quotas
    fund = served.officer.do(GetFundRequest(code=samples.FUND)).fund
    assert fund.available_minor + fund.encumbered_minor + fund.expended_minor == fund.appropriated_minor
    found = {"headroom": not award.counted_minor, "place": not quota.used, "fund_money": not fund.expended_minor}
    return {name for name, free in found.items() if free}


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("thing", [*ALL_THINGS, ""])
def test_an_order_gives_back_what_its_own_ground_says(prepared: Served, ground: str, thing: str) -> None:
    own = GiveBack(ground=GROUNDS[ground], **{thing: True} if thing else {})
    others = [other for other in (*GROUNDS.values(), GROUND_REVOCATION) if other != GROUNDS[ground]]
    publish(prepared, own, *(GiveBack(ground=other, headroom=True, place=True, fund_money=True) for other in others))
    award_id = paid(prepared)
    prepared.officer.do(order(award_id, GROUNDS[ground]))
    assert given_back(prepared, award_id) == set()  # an order alone moves nothing
    prepared.finance.do(receive(award_id, 400, SAME_YEAR))
    assert given_back(prepared, award_id) == ({thing} if thing else set())


@pytest.mark.parametrize("ground", GROUNDS)
def test_money_of_a_closed_fiscal_year_does_not_go_back_to_its_fund(prepared: Served, ground: str) -> None:
    publish(prepared, GiveBack(ground=GROUNDS[ground], headroom=True, place=True, fund_money=True))
    award_id = paid(prepared)
    prepared.officer.do(order(award_id, GROUNDS[ground]))
    prepared.finance.do(receive(award_id, 400, NEXT_YEAR))
    assert given_back(prepared, award_id) == {"headroom", "place"}


def test_a_part_gives_back_its_part_and_the_place_only_with_the_last(prepared: Served) -> None:
    publish(prepared, GiveBack(ground=GROUND_BREACH, headroom=True, place=True, fund_money=True))
    award_id = paid(prepared)
    prepared.officer.do(order(award_id, GROUND_BREACH))
    prepared.finance.do(receive(award_id, 399, SAME_YEAR))
    award = prepared.officer.do(GetAwardRequest(enterprise=samples.number(), award_id=award_id)).award
    [quota] = prepared.officer.do(GetMeasureRequest(code=samples.MEASURE)).measure.quotas
    fund = prepared.officer.do(GetFundRequest(code=samples.FUND)).fund
    assert (award.counted_minor, quota.used, fund.expended_minor, fund.recovered_minor) == (1, 1, 1, 399)
    prepared.finance.do(receive(award_id, 1, SAME_YEAR))
    assert given_back(prepared, award_id) == set(ALL_THINGS)


@pytest.mark.parametrize(
    ("money_back", "on", "available", "expended", "lapsed"),
    [(True, SAME_YEAR, 10_000, 0, 0), (False, SAME_YEAR, 9_600, 0, 400), (True, NEXT_YEAR, 9_600, 400, 0)],
)
def test_money_that_returns_after_a_revocation_is_owed_no_more(
    prepared: Served, money_back: bool, on: str, available: int, expended: int, lapsed: int
) -> None:
    publish(prepared, GiveBack(ground=GROUND_BREACH, headroom=True, place=True, fund_money=money_back))
    award_id = paid(prepared)
    number = samples.number()
    prepared.officer.do(
        RevokeAwardRequest(
            enterprise=number, award_id=award_id, ground=GROUND_BREACH, reason="迁出", effective_on=PAID_ON
        )
    )
    attempt = PaymentRef(enterprise=number, award_id=award_id, instalment=1)
    returned = prepared.finance.do(RecordReturnRequest(payment=attempt, amount_minor=400, effective_on=on)).instalment
    assert (returned.status, returned.paid_minor) == (INSTALMENT_STATUS_CANCELLED, 0)
    fund = prepared.officer.do(GetFundRequest(code=samples.FUND)).fund
    assert (fund.available_minor, fund.encumbered_minor, fund.expended_minor) == (available, 0, expended)
    assert (fund.lapsed_minor, fund.appropriated_minor) == (lapsed, 10_000 - lapsed)
    award = prepared.officer.do(GetAwardRequest(enterprise=number, award_id=award_id)).award
    assert (award.cancelled_minor, award.counted_minor) == (400, 0)
    again = InstructPaymentRequest(enterprise=number, award_id=award_id, instalment=1, effective_on=on)
    assert prepared.finance.refused(again).reason == "AWARD_STATE"


def test_after_a_bad_result_what_returns_is_owed_no_more_although_the_order_is_withdrawn(prepared: Served) -> None:
    staged = Staged(
        stages=[Stage(name="start", ceiling_minor=400)],
        results=[StageResult(result="bad", effect=STAGE_EFFECT_RECOVER_ALL)],
    )
    everything = GiveBack(ground=GROUND_BREACH, headroom=True, place=True, fund_money=True)
    prepared.officer.do(samples.publish(amounts=[AmountRule(staged=staged)], gives_back=[everything]))
    award_id, number = paid(prepared), samples.number()
    bad = RecordStageResultRequest(enterprise=number, award_id=award_id, result="bad", effective_on=SAME_YEAR)
    assert prepared.officer.do(bad).award.clawbacks[0].outstanding_minor == 400
    named = ClawbackRef(enterprise=number, award_id=award_id, clawback=1)
    prepared.officer.do(CancelClawbackRequest(clawback=named, reason="银行已退回", effective_on=SAME_YEAR))
    attempt = PaymentRef(enterprise=number, award_id=award_id, instalment=1)
    prepared.finance.do(RecordReturnRequest(payment=attempt, amount_minor=400, effective_on=SAME_YEAR))
    again = InstructPaymentRequest(enterprise=number, award_id=award_id, instalment=1, effective_on=SAME_YEAR)
    assert prepared.finance.refused(again).reason == "INSTALMENT_NOT_PAYABLE"
    award = prepared.officer.do(GetAwardRequest(enterprise=number, award_id=award_id)).award
    assert (award.status, award.paid_minor, award.counted_minor) == (AWARD_STATUS_CANCELLED, 0, 0)
    fund = prepared.officer.do(GetFundRequest(code=samples.FUND)).fund
    assert (fund.available_minor, fund.encumbered_minor, fund.expended_minor) == (10_000, 0, 0)


def order(award_id: str, ground: Any) -> OrderClawbackRequest:
    return OrderClawbackRequest(
        enterprise=samples.number(),
        award_id=award_id,
        amount_minor=400,
        ground=ground,
        reason="查实",
        effective_on="2025-10-01",
    )


def receive(award_id: str, amount_minor: int, on: str) -> RecordRecoveryRequest:
    named = ClawbackRef(enterprise=samples.number(), award_id=award_id, clawback=1)
    return RecordRecoveryRequest(clawback=named, amount_minor=amount_minor, effective_on=on)
