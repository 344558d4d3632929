"""An award that has ended: whatever comes back of it afterwards is owed no more, and its status says so."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from award_ledger.domain.award import Award
from award_ledger.domain.award_refusals import (
    AwardState,
    InstalmentNotPayable,
)
from award_ledger.domain.events import PaymentReturnedAndCancelled
from award_ledger.domain.terms import GiveBack, NonMonetary, Quota, Stage, Staged, StageResult, Window
from award_ledger.server.commands.order_clawback import CancelClawback
from award_ledger.server.commands.record_return import RecordReturn
from tests.domain.correcting import correct
from tests.domain.desk import DAY, Desk, all_back, terms

NEXT_YEAR = date(2026, 2, 1)
STAGED = Staged(
    stages=(Stage(name="start", ceiling_minor=50), Stage(name="end", ceiling_minor=50)),
    results=(StageResult(result="fair", effect="cancel_rest"), StageResult(result="bad", effect="recover_all")),
)


def balances(desk: Desk, year: int = 2025) -> tuple[int, int, int, int, int]:
    """Of the fund: appropriated, available, encumbered, expended, lapsed."""
    fund = desk.fund(year)
    kept = fund.appropriated_minor, fund.available_minor, fund.encumbered_minor, fund.expended_minor
    return (*kept, fund.lapsed_minor)


def returned(desk: Desk, award: Award, amount: int, *, on: date = DAY) -> Any:
    return desk.do(RecordReturn("other", "E", award.award_id, 1, 0, amount, ""), by="payer", on=on).fact


@pytest.mark.parametrize(
    ("money_back", "on", "expected"),
    [
        (True, DAY, (10_000, 10_000, 0, 0, 0)),
        (False, DAY, (9_900, 9_900, 0, 0, 100)),
        (True, NEXT_YEAR, (10_000, 9_900, 0, 100, 0)),
        (False, NEXT_YEAR, (10_000, 9_900, 0, 100, 0)),
    ],
)
@pytest.mark.parametrize("ground", ["revocation", "overpayment", "breach"])
def test_a_return_to_a_revoked_award_goes_where_the_ground_of_the_revocation_says(
    ground: Any, money_back: bool, on: date, expected: tuple[int, ...]
) -> None:
    others = all_back(*({"revocation", "overpayment", "breach"} - {ground}))
    desk = Desk(terms(gives_back=(GiveBack(ground=ground, fund_money=money_back), *others)))
    award = desk.grant()
    desk.pay(award)
    desk.revoke(award, ground)
    assert isinstance(returned(desk, award, 100, on=on), PaymentReturnedAndCancelled)
    assert (award.open_minor, award.paid_minor, award.cancelled_minor, award.counted_minor) == (0, 0, 100, 100)
    assert balances(desk) == expected


def test_a_return_to_a_revoked_award_gives_back_headroom_by_parts_and_the_place_with_the_last() -> None:
    quota = Quota(count=1, window=Window(kind="lifetime"), hard=True)
    desk = Desk(terms(quotas=(quota,), gives_back=all_back("revocation")))
    award = desk.grant()
    desk.pay(award)
    desk.revoke(award)
    returned(desk, award, 30)
    assert (award.counted_minor, award.holds_place) == (70, True)
    returned(desk, award, 70)
    assert (award.counted_minor, award.holds_place, award.status) == (0, False, "revoked")
    assert desk.grant().holds_place  # by another


def test_after_a_return_a_revoked_award_is_revoked_already() -> None:
    desk = Desk(terms(gives_back=all_back("revocation")))
    award = desk.grant()
    desk.pay(award)
    desk.revoke(award)
    returned(desk, award, 100)
    with pytest.raises(AwardState, match="revoked already"):
        desk.revoke(award)
    with pytest.raises(AwardState):
        desk.instruct(award)


@pytest.mark.parametrize("money_back", [True, False])
def test_after_a_bad_result_nothing_is_payable_again_although_the_order_is_withdrawn(money_back: bool) -> None:
    back = GiveBack(ground="breach", headroom=True, place=True, fund_money=money_back)
    desk = Desk(terms(amounts=(STAGED,), gives_back=(back,)))
    award = desk.grant()
    desk.pay(award)
    desk.result(award, "bad")
    desk.do(CancelClawback("other", "E", award.award_id, 1, "reason"))
    returned(desk, award, 50)
    with pytest.raises(InstalmentNotPayable):
        desk.instruct(award)
    assert (award.open_minor, award.counted_minor, award.holds_place, award.status) == (0, 0, False, "cancelled")
    lapsed = 0 if money_back else 100
    assert balances(desk) == (10_000 - lapsed, 10_000 - lapsed, 0, 0, lapsed)


def test_after_a_fair_result_what_comes_back_of_what_was_paid_is_still_owed() -> None:
    desk = Desk(terms(amounts=(STAGED,), gives_back=all_back("revocation")))
    award = desk.grant()
    desk.pay(award)
    desk.result(award, "fair")
    returned(desk, award, 50)
    assert (award.open_minor, award.status) == (50, "live")
    assert desk.instruct(award) == 50


def test_the_ground_of_a_revocation_outweighs_that_of_the_result_before_it() -> None:
    desk = Desk(terms(amounts=(STAGED,), gives_back=all_back("revocation")))
    award = desk.grant()
    desk.pay(award)
    desk.result(award, "bad")  # a breach gives nothing back
    desk.revoke(award, "revocation")
    desk.do(CancelClawback("other", "E", award.award_id, 1, "reason"))
    assert returned(desk, award, 50).released_minor == 50


def test_an_award_cancelled_whole_and_unpaid_says_so() -> None:
    desk = Desk(terms(amounts=(STAGED,)))
    award = desk.grant()
    assert award.status == "live"
    desk.result(award, "bad")
    assert (award.status, award.cancelled_minor) == ("cancelled", 100)


def test_an_award_of_which_a_part_was_paid_and_the_rest_cancelled_is_paid() -> None:
    desk = Desk(terms(amounts=(STAGED,)))
    award = desk.grant()
    desk.pay(award)
    desk.result(award, "fair")
    assert award.status == "paid"


def test_an_entitlement_without_money_stays_live() -> None:
    desk = Desk(terms(amounts=(NonMonetary(),), funds=()))
    assert desk.grant(asked=0).status == "live"


def test_what_a_bad_result_ordered_back_is_not_promised_again_by_a_correction() -> None:
    desk = Desk(terms(amounts=(STAGED,)))
    award = desk.grant(asked=30)
    desk.pay(award)
    desk.result(award, "bad")
    with pytest.raises(AwardState, match="its result ordered all of it back"):
        correct(desk, award.number, 40)


def test_nothing_befalls_a_void_award_that_would_show_when_it_is_corrected_again() -> None:
    desk = Desk(terms(amounts=(STAGED,)))
    award = desk.grant(asked=80)
    correct(desk, award.number, 0)
    with pytest.raises(AwardState, match="void"):
        desk.result(award, "bad")
    with pytest.raises(AwardState, match="void"):
        desk.revoke(award)
    correct(desk, award.number, 80)
    assert (award.status, award.stage_result, award.open_minor) == ("live", "", 80)
