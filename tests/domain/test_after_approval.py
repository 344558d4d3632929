"""Payments, stage results, revocations and clawbacks told as examples: no unit of money is lost or made."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from award_ledger.domain.award import Award
from award_ledger.domain.award_refusals import (
    AmountExceedsOutstanding,
    AwardState,
    InstalmentNotPayable,
)
from award_ledger.domain.refusals import (
    Refused,
)
from award_ledger.domain.terms import Cap, GiveBack, Quota, Stage, Staged, StageResult, Window
from award_ledger.server.commands.order_clawback import CancelClawback
from award_ledger.server.commands.write_off_clawback import WriteOffClawback
from tests.domain.desk import DAY, Desk, all_back, terms

NEXT_YEAR = date(2026, 2, 1)
LIFE = Window(kind="lifetime")
STAGED = Staged(
    stages=tuple(Stage(name=name, ceiling_minor=50) for name in ("start", "middle", "end")),
    results=(
        StageResult(result="good", effect="release"),
        StageResult(result="fair", effect="cancel_rest"),
        StageResult(result="bad", effect="recover_all"),
    ),
)


def balances(desk: Desk, year: int = 2025) -> tuple[int, int, int, int]:
    """Of the fund: appropriated, available, encumbered, expended."""
    fund = desk.fund(year)
    return fund.appropriated_minor, fund.available_minor, fund.encumbered_minor, fund.expended_minor


def states(award: Award) -> list[str]:
    return [part.state for part in award.instalments]


def test_a_part_settlement_leaves_the_rest_due_and_a_new_attempt_pays_only_that() -> None:
    desk = Desk(terms())
    award = desk.grant()
    assert desk.instruct(award) == 100
    desk.settle(award, 60)
    assert (states(award), balances(desk)[2:]) == (["due"], (40, 60))
    assert desk.instruct(award) == 40
    with pytest.raises(Refused):
        desk.settle(award, 40, attempt=1)
    desk.settle(award, 40)
    assert (award.paid_minor, balances(desk)[2:]) == (100, (0, 100))


def test_what_was_cancelled_after_a_part_settlement_cannot_be_settled_any_more() -> None:
    desk = Desk(terms(gives_back=all_back("revocation")))
    award = desk.grant()
    desk.instruct(award)
    desk.settle(award, 60)
    desk.revoke(award)
    with pytest.raises(AmountExceedsOutstanding):
        desk.settle(award, 1)
    assert (award.paid_minor, award.open_minor, balances(desk)) == (60, 0, (10_000, 9_940, 0, 60))


@pytest.mark.parametrize("later", ["first", "second"])
def test_money_that_comes_back_in_a_later_year_is_expended_once_whichever_part_is_paid_next(later: str) -> None:
    desk = Desk(terms(gives_back=all_back("revocation")))
    award = desk.grant(plan=((50,), (50,)))
    desk.pay(award, 1)
    desk.comes_back(award, 50, 1, on=NEXT_YEAR)
    assert balances(desk)[2:] == (50, 50)
    desk.pay(award, 1 if later == "first" else 2, on=NEXT_YEAR)
    assert (award.paid_minor, balances(desk)[2:]) == (50, (50, 50))
    desk.revoke(award, on=NEXT_YEAR)
    assert balances(desk) == (9_950, 9_900, 0, 50)


def test_money_that_comes_back_in_the_same_year_is_encumbered_again() -> None:
    desk = Desk(terms())
    award = desk.grant()
    desk.pay(award)
    desk.comes_back(award, 30)
    assert (states(award), balances(desk)[2:]) == (["due"], (30, 70))
    assert desk.instruct(award) == 30


def test_money_that_is_ordered_back_cannot_be_returned_as_well() -> None:
    desk = Desk(terms())
    award = desk.grant()
    desk.pay(award)
    desk.order(award, 80)
    with pytest.raises(AmountExceedsOutstanding):
        desk.comes_back(award, 21)
    desk.comes_back(award, 20)
    with pytest.raises(AmountExceedsOutstanding):
        desk.order(award, 1)
    desk.do(CancelClawback("other", "E", award.award_id, 1, "reason"))
    desk.comes_back(award, 80)
    assert (award.paid_minor, award.open_minor) == (0, 100)


def test_a_fair_result_cancels_what_waits_and_leaves_what_is_due() -> None:
    desk = Desk(terms(amounts=(STAGED,), gives_back=all_back("revocation")))
    award = desk.grant(asked=150)
    desk.result(award, "fair")
    assert (states(award), award.cancelled_minor, award.counted_minor) == (["due", "cancelled", "cancelled"], 100, 50)
    assert balances(desk) == (10_000, 9_950, 50, 0)
    desk.pay(award)
    assert (award.paid_minor, balances(desk)) == (50, (10_000, 9_950, 0, 50))


def test_a_fair_result_while_a_payment_is_under_way_does_not_touch_it() -> None:
    desk = Desk(terms(amounts=(STAGED,), gives_back=all_back("revocation")))
    award = desk.grant(asked=120)
    desk.instruct(award)
    desk.result(award, "fair")
    desk.settle(award, 50)
    assert (award.paid_minor, award.open_minor, award.cancelled_minor) == (50, 0, 70)


def test_good_results_release_one_stage_after_another_from_their_day_on() -> None:
    desk = Desk(terms(amounts=(STAGED,)))
    award = desk.grant(asked=150)
    assert states(award) == ["due", "waiting", "waiting"]
    desk.result(award, "good", on=date(2025, 9, 1))
    assert (states(award), award.instalments[1].due_on) == (["due", "due", "waiting"], date(2025, 9, 1))
    with pytest.raises(InstalmentNotPayable):
        desk.instruct(award, 2, on=date(2025, 8, 31))
    desk.result(award, "fair")
    assert states(award) == ["due", "due", "cancelled"]
    with pytest.raises(AwardState):
        desk.result(award, "good")


def test_a_bad_result_orders_back_what_was_paid_and_cancels_the_rest() -> None:
    desk = Desk(terms(amounts=(STAGED,), gives_back=all_back("breach")))
    award = desk.grant(asked=150)
    desk.instruct(award)
    with pytest.raises(AwardState):
        desk.result(award, "bad")
    desk.settle(award, 50)
    desk.result(award, "bad")
    assert (award.cancelled_minor, [c.ordered_minor for c in award.clawbacks], award.holds_place) == (100, [50], True)
    desk.receive(award, 50)
    assert (award.counted_minor, award.holds_place, balances(desk)) == (0, False, (10_000, 10_000, 0, 0))


@pytest.mark.parametrize(
    ("flags", "on", "counted", "place", "expected"),
    [
        ({}, DAY, 100, True, (9_900, 9_900, 0, 0)),
        ({"headroom": True}, DAY, 0, True, (9_900, 9_900, 0, 0)),
        ({"place": True}, DAY, 100, False, (9_900, 9_900, 0, 0)),
        ({"fund_money": True}, DAY, 100, True, (10_000, 10_000, 0, 0)),
        ({"fund_money": True}, NEXT_YEAR, 100, True, (9_900, 9_900, 0, 0)),
    ],
)
def test_a_revocation_gives_back_what_the_terms_say_and_no_more(
    flags: dict[str, bool], on: date, counted: int, place: bool, expected: tuple[int, ...]
) -> None:
    desk = Desk(terms(gives_back=(GiveBack(ground="revocation", **flags),)))
    award = desk.grant()
    desk.revoke(award, on=on)
    assert (award.counted_minor, award.holds_place, balances(desk)) == (counted, place, expected)


@pytest.mark.parametrize(("on", "available"), [(DAY, 9_940), (NEXT_YEAR, 9_900)])
def test_money_received_goes_back_to_the_fund_only_in_its_year(on: date, available: int) -> None:
    desk = Desk(terms(gives_back=all_back("overpayment")))
    award = desk.grant()
    desk.pay(award)
    desk.order(award, 60, "overpayment", on=on)
    desk.receive(award, 40, on=on)
    assert (award.counted_minor, award.recovered_minor, award.holds_place) == (60, 40, True)
    assert (desk.fund().available_minor, desk.fund().recovered_minor) == (available, 40)


def test_headroom_that_was_given_back_is_room_for_another_award_and_nothing_more() -> None:
    cap = Cap(id="c", limit_minor=100, scope="enterprise", window=LIFE)
    desk = Desk(terms(caps=(cap,), gives_back=all_back("overpayment", "revocation")))
    award = desk.grant()
    desk.pay(award)
    desk.order(award, 40, "overpayment")
    assert desk.room().admissible_minor == 0
    desk.receive(award, 15)
    assert desk.room().admissible_minor == 15
    desk.comes_back(award, 60)
    assert desk.room().admissible_minor == 15
    desk.revoke(award)
    assert desk.room().admissible_minor == 75


def test_a_place_is_free_only_when_nothing_of_the_award_is_left() -> None:
    quota = Quota(count=1, window=LIFE, hard=True)
    desk = Desk(terms(quotas=(quota,), gives_back=all_back("overpayment", "revocation")))
    award = desk.grant(plan=((50,), (50,)))
    desk.pay(award)
    desk.revoke(award)
    assert award.holds_place
    desk.order(award, 50, "overpayment")
    desk.receive(award, 49)
    assert award.holds_place
    desk.do(WriteOffClawback("other", "E", award.award_id, 1, 1, "reason"), by="ann")
    desk.do(WriteOffClawback("other", "E", award.award_id, 1, 1, "reason"), by="bob")
    assert (award.clawbacks[0].state, award.holds_place) == ("closed", True)  # one unit stays with them


def test_a_place_is_not_free_while_a_part_is_still_owed() -> None:
    desk = Desk(terms(gives_back=all_back("overpayment", "revocation")))
    award = desk.grant(plan=((50,), (50,)))
    desk.pay(award)
    desk.order(award, 50, "overpayment")
    desk.receive(award, 50)
    assert award.holds_place
    desk.revoke(award)
    assert not award.holds_place


def test_a_write_off_takes_two_people_and_the_same_amount() -> None:
    desk = Desk(terms())
    award = desk.grant()
    desk.pay(award)
    desk.order(award, 50)

    def write_off(amount: int, by: str) -> Any:
        return desk.do(WriteOffClawback("other", "E", award.award_id, 1, amount, "reason"), by=by).fact.TOPIC

    proposed, done = "enterprise.clawback_write_off_proposed.v1", "enterprise.clawback_written_off.v1"
    assert write_off(30, "ann") == proposed
    with pytest.raises(Refused) as refused:
        write_off(30, "ann")
    assert refused.value.reason == "SECOND_PERSON_REQUIRED"
    assert write_off(31, "bob") == proposed
    desk.receive(award, 20)
    with pytest.raises(AmountExceedsOutstanding):
        write_off(31, "ann")
    assert [write_off(30, "ann"), write_off(30, "bob")] == [proposed, done]
    assert (award.clawbacks[0].outstanding_minor, award.clawbacks[0].state) == (0, "closed")


def test_who_approved_or_consented_does_not_pay() -> None:
    desk = Desk(terms(second_person=True))
    application = desk.apply()
    desk.review(application, by="payer")
    assert desk.decide(application).accepted
    with pytest.raises(Refused) as refused:
        desk.instruct(desk.award(application))
    assert refused.value.reason == "SEGREGATION_OF_DUTIES"


def test_a_good_result_frees_no_place_although_nothing_of_the_award_is_left() -> None:
    one_stage = Staged(stages=STAGED.stages[:1], results=STAGED.results)
    desk = Desk(terms(amounts=(one_stage,), gives_back=all_back("revocation")))
    award = desk.grant(asked=50)
    desk.pay(award)
    desk.order(award, 50)
    desk.receive(award, 50)
    desk.result(award, "good")
    assert award.holds_place
