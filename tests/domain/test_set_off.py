"""Set-off told as examples: an instalment is paid by what is owed, and no unit of money is lost or made."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from award_ledger.domain.award import Award
from award_ledger.domain.award_refusals import (
    AmountExceedsOutstanding,
    AwardState,
    ClawbackOutstanding,
    InstalmentNotPayable,
    ObjectionOpen,
    SetOffRequired,
)
from award_ledger.domain.events import ClawbackSetOff
from award_ledger.domain.refusals import (
    PaymentNotFound,
    SegregationOfDuties,
)
from award_ledger.domain.terms import Quota, Terms, Window
from award_ledger.server.commands.instruct_payment import InstructPayment
from award_ledger.server.commands.raise_objection import RaiseObjection
from award_ledger.server.commands.record_rejection import RecordRejection
from award_ledger.server.commands.record_return import RecordReturn
from award_ledger.server.commands.set_off_clawback import SetOffClawback
from tests.domain.desk import DAY, Desk, all_back, terms

LATER, NEXT_YEAR = date(2025, 7, 1), date(2026, 2, 1)


def netting(**rules: Any) -> Terms:
    return terms(outstanding_clawbacks="net", gives_back=all_back("overpayment", "breach", "revocation"), **rules)


def set_off(desk: Desk, award: Award, instalment: int = 1, *, by: str = "payer", on: date = DAY) -> ClawbackSetOff:
    fact: ClawbackSetOff = desk.do(SetOffClawback("other", "E", award.award_id, instalment), by=by, on=on).fact
    return fact


def owing(desk: Desk, amount: int, *, on: date = DAY, measure: str = "M") -> Award:
    """A paid award, all of it ordered back on a day."""
    award = desk.grant(asked=amount, measure=measure)
    desk.pay(award)
    desk.order(award, amount, "overpayment", on=on)
    return award


def balances(desk: Desk) -> tuple[int, int, int, int]:
    """Of the fund: available, encumbered, expended, recovered."""
    fund = desk.fund()
    assert fund.available_minor + fund.encumbered_minor + fund.expended_minor == fund.appropriated_minor
    return fund.available_minor, fund.encumbered_minor, fund.expended_minor, fund.recovered_minor


def test_the_oldest_order_comes_first_by_its_day_and_then_by_its_award() -> None:
    desk = Desk(netting())
    first, second = desk.grant(asked=30), desk.grant(asked=40)
    for award in (first, second):
        desk.pay(award)
    desk.order(first, 10, on=LATER)
    desk.order(first, 20, on=DAY)
    desk.order(second, 40, on=DAY)
    new = desk.grant(asked=100)
    done = [set_off(desk, new, on=LATER) for _ in range(3)]
    assert [(fact.award_id, fact.clawback, fact.amount_minor) for fact in done] == [
        (first.award_id, 2, 20),
        (second.award_id, 1, 40),
        (first.award_id, 1, 10),
    ]
    assert desk.instruct(new, on=LATER) == 30


def test_it_goes_as_far_as_the_instalment_does() -> None:
    desk = Desk(netting())
    old = owing(desk, 100)
    new = desk.grant(plan=((60,), (60,)), asked=120)
    assert set_off(desk, new, 1).amount_minor == 60
    assert (new.instalments[0].state, new.instalments[0].set_off_minor, old.clawbacks[0].outstanding_minor) == (
        "paid",
        60,
        40,
    )
    with pytest.raises(InstalmentNotPayable):
        set_off(desk, new, 1)
    assert set_off(desk, new, 2).amount_minor == 40
    assert (new.open_minor, old.clawbacks[0].state) == (20, "closed")
    assert balances(desk) == (9_880, 20, 100, 100)


def test_the_place_of_the_award_that_is_repaid_by_set_off_is_free() -> None:
    quota = Quota(count=2, window=Window(kind="lifetime"), hard=True)
    desk = Desk(netting(quotas=(quota,)))
    old = owing(desk, 100)
    new = desk.grant(asked=100)
    set_off(desk, new)
    assert (old.holds_place, old.counted_minor, new.holds_place) == (False, 0, True)
    assert desk.grant().holds_place


def test_an_order_on_the_same_award_gives_back_what_it_does_on_another() -> None:
    desk = Desk(netting())
    award = desk.grant(plan=((60,), (40,)), asked=100)
    desk.pay(award, 1)
    desk.order(award, 60, "overpayment")
    set_off(desk, award, 2)
    assert (award.paid_minor, award.recovered_minor, award.counted_minor, award.holds_place) == (100, 40, 60, True)
    assert balances(desk) == (9_940, 0, 60, 40)


def test_in_a_later_year_nothing_goes_back_to_the_old_fund() -> None:
    desk = Desk(netting())
    owing(desk, 100)
    new = desk.grant(asked=100)
    set_off(desk, new, on=NEXT_YEAR)
    assert balances(desk) == (9_800, 0, 200, 100)


def test_what_came_back_in_a_later_year_is_expended_once_when_it_is_set_off() -> None:
    desk = Desk(netting())
    new = desk.grant(asked=100)
    desk.pay(new)
    desk.comes_back(new, 100, on=NEXT_YEAR)
    old = owing(desk, 100)
    assert old.clawbacks[0].outstanding_minor == 100
    assert set_off(desk, new, on=NEXT_YEAR).expended_minor == 0
    assert balances(desk) == (9_800, 0, 200, 100)


def test_a_part_that_the_bank_paid_stays_and_the_rest_is_set_off() -> None:
    desk = Desk(netting())
    new = desk.grant(asked=100)
    desk.instruct(new)
    desk.settle(new, 30)
    owing(desk, 50)
    assert set_off(desk, new).amount_minor == 50
    assert (new.paid_minor, new.open_minor, new.instalments[0].set_off_minor) == (80, 20, 50)
    assert desk.instruct(new) == 20


def test_what_was_set_off_is_not_the_banks_to_return_but_can_be_ordered_back() -> None:
    desk = Desk(netting())
    owing(desk, 50)
    new = desk.grant(asked=100)
    set_off(desk, new)
    desk.pay(new)
    with pytest.raises(AmountExceedsOutstanding):
        desk.comes_back(new, 51)
    desk.order(new, 100)
    assert new.recoverable_minor == 0


def test_it_is_refused_where_a_payment_would_be() -> None:
    desk = Desk(netting(publicity_days=7))
    old = desk.grant(asked=100)
    desk.pay(old, on=LATER)
    desk.order(old, 100, on=LATER)
    new = desk.grant(asked=100)
    with pytest.raises(InstalmentNotPayable):
        set_off(desk, new, on=DAY)
    with pytest.raises(PaymentNotFound):
        set_off(desk, new, 2, on=LATER)
    with pytest.raises(SegregationOfDuties):
        set_off(desk, new, by="officer", on=LATER)
    desk.do(RaiseObjection("other", "E", new.award_id, "objection", "file", "matter"))
    with pytest.raises(ObjectionOpen):
        set_off(desk, new, on=LATER)
    desk.revoke(new)
    with pytest.raises(AwardState, match="revoked"):
        set_off(desk, new, on=LATER)


def test_an_attempt_under_way_is_answered_first() -> None:
    desk = Desk(netting())
    new = desk.grant(asked=100)
    desk.instruct(new)
    owing_award = desk.grant(asked=50)
    desk.pay(owing_award)
    desk.order(owing_award, 50)
    with pytest.raises(InstalmentNotPayable):
        set_off(desk, new)
    desk.do(RecordRejection("other", "E", new.award_id, 1, 0, ""), by="payer")
    assert set_off(desk, new).amount_minor == 50


def test_orders_of_another_currency_hold_but_are_not_set_off() -> None:
    held = terms(measure_code="H", outstanding_clawbacks="hold")
    abroad = terms(measure_code="X", currency="EUR", funds=())
    desk = Desk(netting(), held, abroad)
    owing(desk, 100, measure="X")
    new = desk.grant(asked=40)
    with pytest.raises(AwardState, match="nothing is outstanding"):
        set_off(desk, new)
    assert desk.instruct(new) == 40
    waiting = desk.grant(asked=40, measure="H")
    with pytest.raises(ClawbackOutstanding) as refused:
        desk.instruct(waiting)
    assert refused.value.outstanding == "EUR 100"
    owing_too = desk.grant(asked=60, measure="X")
    desk.pay(owing_too)
    desk.order(owing_too, 60)
    with pytest.raises(ClawbackOutstanding, match="EUR 160"):
        desk.instruct(waiting)


def test_instructing_says_how_much_is_to_be_set_off_first() -> None:
    desk = Desk(netting())
    owing(desk, 100)
    new = desk.grant(asked=40)
    with pytest.raises(SetOffRequired) as refused:
        desk.do(InstructPayment("other", "E", new.award_id, 1), by="payer")
    assert refused.value.numbers() == {
        "award_id": str(new.award_id),
        "instalment": "1",
        "outstanding_minor": "100",
    }


def test_a_return_on_the_award_of_the_order_cannot_take_what_was_received_by_set_off() -> None:
    desk = Desk(netting())
    old = owing(desk, 100)
    set_off(desk, desk.grant(asked=40))
    with pytest.raises(AmountExceedsOutstanding):
        desk.do(RecordReturn("other", "E", old.award_id, 1, 0, 1, ""), by="payer")


def test_a_fact_touches_each_fund_once() -> None:
    desk = Desk(netting())
    owing(desk, 100)
    fact = set_off(desk, desk.grant(asked=40))
    assert fact.fund == fact.paid_fund == "F/2025"
    assert len(fact.touches()) == len(set(fact.touches()))
    assert balances(desk) == (9_900, 0, 100, 40)
