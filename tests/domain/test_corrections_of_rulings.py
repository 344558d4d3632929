"""Wrong results and revocations are undone, as far as others have left the room; corrections in ended awards follow."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from award_ledger.domain.award import Award
from award_ledger.domain.award_refusals import AwardState, CorrectionImpossible, StageUnknown
from award_ledger.domain.fact import Event
from award_ledger.domain.refusals import AppropriationTooLow, ApprovalRefused, InvalidFields
from award_ledger.domain.terms import Cap, GiveBack, Quota, Stage, Staged, StageResult
from award_ledger.server.commands.create_fund import ChangeAppropriation
from award_ledger.server.commands.order_clawback import CancelClawback
from award_ledger.server.commands.right import RightRuling
from award_ledger.server.commands.set_off_clawback import SetOffClawback
from tests.domain.correcting import LIFE, balances, correct, firm, last, money_of, totals
from tests.domain.desk import DAY, Desk, all_back, terms

STAGED = Staged(
    stages=(Stage(name="start", ceiling_minor=60), Stage(name="proof", ceiling_minor=40)),
    results=(
        StageResult(result="good", effect="release"),
        StageResult(result="fair", effect="cancel_rest"),
        StageResult(result="bad", effect="recover_all"),
    ),
)
ALL = all_back("revocation", "overpayment", "breach")
LATE = date(2026, 3, 1)


def staged(**rules: Any) -> Desk:
    return Desk(terms(amounts=(STAGED,), **{"gives_back": ALL, **rules}))


def ruling(desk: Desk, said: str) -> Event:
    """The correction of the latest result or revocation; empty: it should not have been recorded."""
    entry = max(last_or_0(desk, "stage_result_recorded"), last_or_0(desk, "award_revoked"))
    revokes = "revoked" in desk.events[entry - 1].fact.TOPIC
    return correct(desk, entry, RightRuling(said, revokes) if said else 0)


def last_or_0(desk: Desk, topic: str) -> int:
    return max((event.position for event in desk.events if topic in event.fact.TOPIC), default=0)


def parts(award: Award) -> list[tuple[int, bool]]:
    return [(part.open_minor, part.waiting) for part in award.instalments]


def test_a_wrong_bad_result_brings_back_what_it_cancelled_and_withdraws_its_order() -> None:
    desk = staged()
    award = desk.grant()
    desk.pay(award)
    before, fund = money_of(award), balances(desk)
    desk.result(award, "bad")
    assert (award.open_minor, award.recoverable_minor, award.counted_minor) == (0, 0, 60)
    fact = ruling(desk, "").fact
    assert (money_of(award), balances(desk), parts(award)) == (before, fund, [(0, False), (40, True)])
    assert (award.stage_result, award.clawbacks[0].state, award.status) == ("", "cancelled", "live")
    assert (fact.stood, fact.said, fact.stood_minor, fact.amount_minor) == ("bad", "", 40, 0)


@pytest.mark.parametrize("wrong", ["good", "fair", "bad"])
@pytest.mark.parametrize("right", ["good", "fair", "bad"])
def test_the_right_result_does_what_it_would_have_done(wrong: str, right: str) -> None:
    if wrong == right:
        return
    desk, other = staged(), staged()
    award, expected = desk.grant(), other.grant()
    desk.pay(award)
    other.pay(expected)
    desk.result(award, wrong)
    other.result(expected, right)
    ruling(desk, right)
    assert (money_of(award), parts(award)) == (money_of(expected), parts(expected))
    assert (balances(desk), totals(desk)) == (balances(other), totals(other))
    assert (award.stage_result, award.recoverable_minor) == (right, expected.recoverable_minor)
    again = desk.events[-1].fact
    assert (again.corrects, again.reason) == (last(desk, "stage_result_recorded"), "typed wrongly")


@pytest.mark.parametrize("ground", ["revocation", "breach"])
def test_a_wrong_revocation_leaves_the_award_as_it_was(ground: Any) -> None:
    back = (GiveBack(ground="breach", headroom=True), *all_back("revocation"))
    desk = staged(gives_back=back)
    award = desk.grant()
    before, fund, year = money_of(award), balances(desk), totals(desk)
    desk.revoke(award, ground)
    assert balances(desk) == ((9_900, 9_900, 0, 0) if ground == "breach" else (10_000, 10_000, 0, 0))
    ruling(desk, "")
    assert (money_of(award), balances(desk), totals(desk)) == (before, fund, year)
    assert (award.status, award.holds_place, desk.fund().lapsed_minor) == ("live", True, 0)
    desk.pay(award)
    assert award.paid_minor == 60


def test_the_right_ground_of_a_revocation_gives_back_what_the_terms_say_for_it() -> None:
    desk = staged(gives_back=(GiveBack(ground="breach", headroom=True), *all_back("revocation")))
    award = desk.grant()
    desk.revoke(award, "revocation")
    fact = ruling(desk, "breach").fact
    assert (award.revoked_on, award.counted_minor, award.holds_place) == ("breach", 0, True)
    assert (balances(desk), desk.fund().lapsed_minor) == ((9_900, 9_900, 0, 0), 100)
    assert (fact.stood, fact.said, totals(desk)) == ("revocation", "breach", (1, 0))


def test_what_came_back_since_is_owed_again() -> None:
    desk = staged()
    award = desk.grant()
    desk.pay(award)
    before = balances(desk)
    desk.revoke(award)
    desk.comes_back(award, 25)
    ruling(desk, "")
    assert (parts(award), award.cancelled_minor, award.counted_minor) == ([(25, False), (40, True)], 0, 100)
    assert balances(desk) == (before[0], before[1], before[2] + 25, before[3] - 25)
    assert desk.instruct(award) == 25


def test_headroom_that_others_have_taken_meanwhile_is_not_taken_from_them() -> None:
    desk = staged(caps=(Cap(id="life", limit_minor=150, scope="enterprise", window=LIFE),))
    award = desk.grant()
    desk.revoke(award)
    desk.grant(asked=100)
    with pytest.raises(ApprovalRefused) as refused:
        ruling(desk, "")
    [check] = refused.value.assessment.checks
    assert (check.reason, check.limit, check.used) == ("CAP_EXCEEDED", 150, 100)
    assert (award.status, award.counted_minor) == ("revoked", 0)


def test_a_place_that_another_holds_meanwhile_is_refused() -> None:
    desk = staged(quotas=(Quota(count=1, window=LIFE, hard=True),))
    desk.revoke(desk.grant())
    desk.grant("F")
    with pytest.raises(ApprovalRefused) as refused:
        ruling(desk, "")
    assert refused.value.reason == "QUOTA_EXCEEDED"


def test_money_of_the_fund_that_is_promised_meanwhile_is_refused_with_the_sums() -> None:
    desk = staged()
    desk.revoke(desk.grant())
    desk.do(ChangeAppropriation("F/2025", -9_950, ""))
    with pytest.raises(AppropriationTooLow) as refused:
        ruling(desk, "")
    assert (refused.value.appropriated_minor, refused.value.committed_minor) == (50, 100)


def test_a_later_ruling_is_corrected_before_the_one_it_rests_on() -> None:
    desk = staged()
    award = desk.grant()
    desk.result(award, "fair")
    first = last(desk, "stage_result_recorded")
    desk.revoke(award)
    with pytest.raises(AwardState, match=f"position {len(desk.events)} rests on it"):
        correct(desk, first, 0)
    ruling(desk, "")
    correct(desk, first, 0)
    assert (parts(award), award.status) == ([(60, False), (40, True)], "live")


def test_a_revocation_after_a_bad_result_gives_way_to_it_again() -> None:
    desk = staged()
    award = desk.grant()
    desk.pay(award)
    desk.result(award, "bad")
    desk.do(CancelClawback("other", "E", award.award_id, 1, "reason"))
    desk.revoke(award)
    desk.comes_back(award, 25)
    ruling(desk, "")
    assert (award.status, award.stage_result, award.open_minor) == ("paid", "bad", 0)
    assert [sum(found.cancelled_minor) for found in award.rulings] == [65, 0]


def test_what_was_received_under_the_order_of_a_wrong_result_is_corrected_first() -> None:
    desk = staged()
    award = desk.grant()
    desk.pay(award)
    desk.result(award, "bad")
    desk.receive(award, 15)
    entry = last(desk, "stage_result_recorded")
    with pytest.raises(AwardState, match="15 was received or written off under order 1"):
        correct(desk, entry, 0)
    correct(desk, last(desk, "clawback_received"), 0)
    correct(desk, entry, 0)
    desk.comes_back(award, 15)
    assert (parts(award), award.counted_minor) == ([(15, False), (40, True)], 100)


def test_money_of_a_stage_that_was_released_wrongly_is_ordered_back_by_the_right_result() -> None:
    desk = staged()
    award = desk.grant()
    desk.pay(award)
    desk.result(award, "good")
    desk.pay(award, 2)
    with pytest.raises(AwardState, match="40 of the stage that it released is paid"):
        ruling(desk, "")
    ruling(desk, "fair")
    [order] = award.clawbacks
    assert (order.ordered_minor, order.ground, order.ordered_on) == (40, "overpayment", DAY)
    assert (award.cancelled_minor, award.stage_result) == (0, "fair")


def test_a_released_stage_waits_again_and_is_due_as_before() -> None:
    desk = staged()
    award = desk.grant()
    due = award.instalments[1].due_on
    desk.result(award, "good", on=LATE)
    assert award.instalments[1].due_on == LATE
    ruling(desk, "")
    assert (award.instalments[1].waiting, award.instalments[1].due_on) == (True, due)


def test_a_ruling_is_corrected_again_by_naming_it_again() -> None:
    desk = staged()
    award = desk.grant()
    desk.result(award, "bad")
    entry = last(desk, "stage_result_recorded")
    for right in ("fair", "", "good", "bad"):
        correct(desk, entry, RightRuling(right) if right else 0)
    facts = [event.fact for event in desk.events if event.fact.TOPIC.endswith("stage_result_corrected.v1")]
    assert [(fact.stood, fact.said) for fact in facts] == [("bad", "fair"), ("fair", ""), ("", "good"), ("good", "bad")]
    assert (award.open_minor, firm(desk).corrected[entry].amount_minor) == (0, 100)


def test_what_is_no_result_no_ground_or_no_change_is_refused() -> None:
    desk = staged()
    award = desk.grant()
    desk.result(award, "bad")
    with pytest.raises(StageUnknown):
        ruling(desk, "odd")
    entry = last(desk, "stage_result_recorded")
    wrong: tuple[Any, ...] = (RightRuling("bad"), RightRuling("breach", revokes=True), 5, "fair")
    for right in wrong:
        with pytest.raises(InvalidFields):
            correct(desk, entry, right)


def test_nothing_is_undone_while_an_attempt_to_pay_is_under_way() -> None:
    desk = staged()
    award = desk.grant()
    desk.result(award, "good")
    desk.instruct(award, 2)
    with pytest.raises(AwardState, match="under way"):
        ruling(desk, "")


# Money of awards that have ended.


def test_a_settlement_of_a_revoked_award_is_corrected_and_the_rest_is_cancelled_on_the_day_of_the_revocation() -> None:
    desk, other = staged(), staged()
    award, expected = desk.grant(), other.grant()
    desk.pay(award)
    desk.revoke(award)
    correct(desk, last(desk, "payment_settled"), 45)
    other.instruct(expected)
    other.settle(expected, 45)
    other.revoke(expected)
    assert (money_of(award), balances(desk), award.cancelled_minor) == (money_of(expected), balances(other), 55)
    correct(desk, last(desk, "payment_settled"), 60)
    assert (award.paid_minor, award.cancelled_minor, balances(desk)) == (60, 40, (10_000, 9_940, 0, 60))


def test_the_order_of_a_bad_result_follows_the_settlement_that_was_recorded_wrongly() -> None:
    desk = staged()
    award = desk.grant()
    desk.pay(award)
    desk.result(award, "bad")
    settled = last(desk, "payment_settled")
    correct(desk, settled, 45)
    assert (award.clawbacks[0].outstanding_minor, award.cancelled_minor) == (45, 55)
    desk.receive(award, 20)
    with pytest.raises(CorrectionImpossible) as refused:
        correct(desk, settled, 19)
    assert (refused.value.least_minor, refused.value.most_minor) == (20, 60)
    correct(desk, settled, 20)
    assert (award.clawbacks[0].state, award.recoverable_minor) == ("closed", 0)


@pytest.mark.parametrize("right", [0, 10, 60])
def test_a_return_to_an_award_that_has_ended_is_corrected(right: int) -> None:
    desk, other = staged(), staged()
    award, expected = desk.grant(), other.grant()
    for told, of in ((desk, award), (other, expected)):
        told.pay(of)
        told.revoke(of)
    desk.comes_back(award, 25)
    correct(desk, last(desk, "returned_and_cancelled"), right)
    if right:
        other.comes_back(expected, right)
    assert (money_of(award), balances(desk), totals(desk)) == (money_of(expected), balances(other), totals(other))
    assert award.cancelled_minor == 40 + right


def test_a_return_corrected_to_less_counts_again_only_within_the_cap() -> None:
    desk = staged(caps=(Cap(id="life", limit_minor=150, scope="enterprise", window=LIFE),))
    award = desk.grant()
    desk.pay(award)
    desk.revoke(award)
    desk.comes_back(award, 60)
    desk.grant(asked=100)
    with pytest.raises(ApprovalRefused) as refused:
        correct(desk, last(desk, "returned_and_cancelled"), 0)
    assert refused.value.reason == "CAP_EXCEEDED"
    correct(desk, last(desk, "returned_and_cancelled"), 10)
    assert award.counted_minor == 50


def test_a_settlement_beside_a_set_off_is_corrected() -> None:
    desk = Desk(terms(outstanding_clawbacks="net"))
    owing, award = desk.grant(asked=30), desk.grant(asked=100)
    desk.pay(owing)
    desk.order(owing, 30)
    desk.do(SetOffClawback("other", "E", award.award_id, 1), by="payer")
    desk.pay(award)
    correct(desk, last(desk, "payment_settled"), 50)
    assert (award.paid_minor, award.open_minor, award.instalments[0].set_off_minor) == (80, 20, 30)
    assert balances(desk) == (10_000, 9_870, 20, 110)


def set_off_of_30(**rules: Any) -> tuple[Desk, Award, Award]:
    desk = Desk(terms(outstanding_clawbacks="net", gives_back=ALL, **rules))
    owing, award = desk.grant(asked=30), desk.grant(asked=100)
    desk.pay(owing)
    desk.order(owing, 30)
    desk.do(SetOffClawback("other", "E", award.award_id, 1), by="payer")
    return desk, owing, award


def test_a_set_off_is_corrected_on_both_sides_and_back() -> None:
    desk, owing, award = set_off_of_30()
    entry = last(desk, "set_off")
    before = balances(desk), money_of(owing), money_of(award), totals(desk)
    correct(desk, entry, 20)
    assert (owing.clawbacks[0].outstanding_minor, owing.counted_minor, owing.expended_minor) == (10, 10, 10)
    assert (award.open_minor, award.paid_minor, award.encumbered_minor, award.expended_minor) == (80, 20, 80, 20)
    assert (balances(desk), desk.fund().recovered_minor) == ((10_000, 9_890, 80, 30), 20)
    correct(desk, entry, 30)
    assert (balances(desk), money_of(owing), money_of(award), totals(desk)) == before


def test_a_set_off_is_not_more_than_both_sides_allow_nor_than_the_cap_leaves() -> None:
    desk, _, award = set_off_of_30(caps=(Cap(id="life", limit_minor=130, scope="enterprise", window=LIFE),))
    entry = last(desk, "set_off")
    with pytest.raises(CorrectionImpossible) as impossible:
        correct(desk, entry, 31)
    assert (impossible.value.least_minor, impossible.value.most_minor) == (0, 30)
    desk.grant(asked=30)
    with pytest.raises(ApprovalRefused) as refused:
        correct(desk, entry, 0)
    assert refused.value.reason == "CAP_EXCEEDED"
    desk.revoke(award)
    with pytest.raises(AwardState, match="correct first the entry by which it has"):
        correct(desk, entry, 20)
