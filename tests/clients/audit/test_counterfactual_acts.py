"""Acts of several facts in the history under other Terms: batches, adoptions, set-offs, objections, corrections."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest

from award_ledger.domain.approval import Decided
from award_ledger.domain.award import Award
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.identity import enterprise_id
from award_ledger.domain.terms import Cap, Quota, Stage, Staged, StageResult, Terms, UpTo, Window
from award_ledger.server.commands.approve_pro_rata import ApproveProRata, ProRataRow
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.raise_objection import RaiseObjection
from award_ledger.server.commands.right import RightRuling
from award_ledger.server.commands.set_off_clawback import SetOffClawback
from tests.clients.audit.test_counterfactual import cap, check_the_same_terms_change_nothing, fates, later, told, under
from tests.domain.correcting import correct, last
from tests.domain.desk import Desk, all_back, terms
from tests.domain.driving import picture

LIFETIME = Window(kind="lifetime")


def batch(desk: Desk, *applications: tuple[str, UUID]) -> None:
    rows = tuple(ProRataRow("other", number, application, Decided()) for number, application in applications)
    desk.do(ApproveProRata("M", rows, None, "short"))


def three_share(desk: Desk) -> None:
    batch(desk, *((number, desk.apply(number, asked)) for number, asked in (("E", 700), ("F", 500), ("G", 301))))


def under_itself(desk: Desk, same: Terms) -> None:
    histories = told(desk.events, "M", same)
    assert picture(histories.otherwise) == picture(histories.recorded) == desk.picture()


# Batches.


def test_a_batch_is_itself_under_the_same_terms() -> None:
    desk = Desk(terms(), funds_minor=1000)
    three_share(desk)
    under_itself(desk, terms())


def test_a_batch_is_spread_again_over_what_the_other_terms_admit() -> None:
    desk = Desk(terms(), funds_minor=1000)
    three_share(desk)
    # 400, 400 and 301 in full: 1000 ÷ 1101 of each.
    outcome = under(desk, terms(caps=(cap(400),)))
    assert fates(outcome) == [("less", 466, 363), ("more", 333, 363), ("more", 200, 273)]


def test_what_the_other_terms_refuse_drops_out_and_leaves_its_share_to_the_others() -> None:
    desk = Desk(terms(), funds_minor=1000)
    three_share(desk)
    outcome = under(desk, terms(amounts=(UpTo(ceiling_minor=600),)))
    assert fates(outcome) == [("nothing", 466, None), ("more", 333, 500), ("more", 200, 301)]
    assert outcome.cases[0].reason == "CEILING_EXCEEDED"


def test_a_batch_of_which_nothing_is_left_is_not_decided() -> None:
    desk = Desk(terms(), funds_minor=1000)
    three_share(desk)
    assert {kind for kind, *_ in fates(under(desk, terms(amounts=(UpTo(ceiling_minor=1),))))} == {"nothing"}
    assert {kind for kind, *_ in fates(under(desk, terms(funds=())))} == {"nothing"}


def test_what_was_granted_before_its_batch_is_not_in_it() -> None:
    desk = Desk(terms(caps=(cap(200, "all_or_nothing"),)), funds_minor=1000)
    early = desk.apply("E", 300)
    desk.decide(early, "E")
    desk.do(PublishTerms(terms()))
    batch(desk, ("E", early), ("F", desk.apply("F", 900)))
    assert fates(under(desk, terms())) == [("more", 250, 300), ("less", 750, 700)]


# Adoption.


def test_the_other_terms_adopt_what_was_granted_before_them_under_another_measure() -> None:
    shared = Cap(id="key", limit_minor=150, scope="key", key_facts=("field",), window=LIFETIME, measures=("N", "M"))
    desk = Desk(terms(measure_code="N"))
    desk.grant(asked=100, measure="N", facts={"field": "AI"})
    desk.do(PublishTerms(terms()))
    desk.grant("F", asked=100, facts={"field": "AI"})
    assert fates(under(desk, terms(caps=(shared,)))) == [("same", 100, 100), ("nothing", 100, None)]


def test_what_recorded_terms_adopted_is_not_adopted_where_the_other_terms_do_not_ask() -> None:
    quota = (Quota(window=LIFETIME, count=1, hard=True),)
    desk = Desk(terms())
    desk.grant("E")
    desk.do(PublishTerms(terms(quotas=quota)))
    desk.asks("F")
    check_the_same_terms_change_nothing(desk.events)
    assert fates(under(desk, terms())) == [("same", 100, 100), ("something", None, 100)]
    assert fates(under(desk, terms(quotas=quota))) == [("same", 100, 100), ("same", None, None)]


# Set-offs and objections.


def netting(**rules: Any) -> Terms:
    return terms(outstanding_clawbacks="net", gives_back=all_back("overpayment", "breach", "revocation"), **rules)


def owing(desk: Desk) -> tuple[Award, Award]:
    """100 paid and ordered back, and another award of 80 that is paid by setting off."""
    first = desk.grant(asked=100)
    desk.pay(first)
    desk.order(first, 100, "overpayment")
    second = desk.grant(asked=80)
    desk.do(SetOffClawback("other", "E", second.award_id, 1), by="payer")
    return first, second


def otherwise(desk: Desk, other: Terms, code: str = "M") -> Enterprise:
    return told(desk.events, code, other).otherwise.enterprise(enterprise_id("other", "E"))


def test_a_set_off_goes_as_far_as_both_go() -> None:
    desk = Desk(netting())
    first, second = owing(desk)
    under_itself(desk, netting())
    awards = otherwise(desk, netting(caps=(cap(150),))).awards
    assert (awards[first.award_id].clawbacks[0].outstanding_minor, awards[second.award_id].paid_minor) == (50, 50)


def test_a_set_off_against_an_award_that_is_not_there_falls_away() -> None:
    desk = Desk(netting())
    first, second = owing(desk)
    awards = otherwise(desk, netting(amounts=(UpTo(ceiling_minor=90),))).awards
    assert first.award_id not in awards
    assert (awards[second.award_id].paid_minor, awards[second.award_id].open_minor) == (0, 80)


def test_a_set_off_for_an_award_that_is_not_there_leaves_the_order_owed() -> None:
    desk = Desk(netting())
    first, second = owing(desk)
    awards = otherwise(desk, netting(caps=(cap(170, "all_or_nothing"),))).awards
    assert second.award_id not in awards
    assert awards[first.award_id].clawbacks[0].outstanding_minor == 100


def test_money_that_comes_back_to_an_award_that_has_ended_is_cancelled_there_too() -> None:
    desk = Desk(netting())
    award = desk.grant(asked=100)
    desk.pay(award)
    desk.revoke(award)
    desk.comes_back(award, 100)
    under_itself(desk, netting())
    (smaller,) = otherwise(desk, netting(caps=(cap(70),))).awards.values()
    assert (smaller.cancelled_minor, smaller.counted_minor, smaller.paid_minor) == (70, 0, 0)


def test_an_objection_goes_with_its_award() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=100)
    desk.do(RaiseObjection("other", "E", award.award_id, "complaint", "file 1", "subject"))
    (kept,) = otherwise(desk, terms(caps=(cap(70),))).awards.values()
    assert [objection.file_reference for objection in kept.objections] == ["file 1"]
    assert otherwise(desk, terms(amounts=(UpTo(ceiling_minor=1),))).awards == {}


@pytest.mark.parametrize(("effect", "owed", "ordered"), [("cancel_rest", 60, 0), ("recover_all", 0, 60)])
def test_a_result_that_was_corrected_does_there_what_the_other_terms_say_of_the_right_one(
    effect: Any, owed: int, ordered: int
) -> None:
    def ruled(bad: Any) -> Terms:
        results = (StageResult(result="good", effect="release"), StageResult(result="bad", effect=bad))
        stages = (Stage(name="start", ceiling_minor=60), Stage(name="proof", ceiling_minor=40))
        return terms(amounts=(Staged(stages=stages, results=results),))

    desk = Desk(ruled("cancel_rest" if effect == "recover_all" else "recover_all"))
    award = desk.grant()
    desk.result(award, "good")
    correct(desk, last(desk, "stage_result_recorded"), RightRuling("bad"))
    otherwise, _ = later(desk, ruled(effect))
    assert (otherwise.stage_result, otherwise.open_minor) == ("bad", owed)
    desk = Desk(ruled("cancel_rest"))
    award = desk.grant()
    desk.pay(award)
    desk.result(award, "bad")
    correct(desk, last(desk, "stage_result_recorded"), 0)
    correct(desk, last(desk, "stage_result_recorded"), RightRuling("bad"))
    otherwise, _ = later(desk, ruled(effect))
    assert otherwise.paid_minor - otherwise.recoverable_minor == ordered


def test_the_correction_of_a_result_that_nothing_comes_of_falls_away_with_it() -> None:
    desk = Desk(ruled_once())
    desk.result(desk.grant(), "bad")
    correct(desk, last(desk, "stage_result_recorded"), 0)
    otherwise, _ = later(desk, terms())  # no stages, no results
    assert (otherwise.open_minor, otherwise.rulings) == (100, ())


def ruled_once() -> Terms:
    results = (StageResult(result="bad", effect="recover_all"),)
    return terms(amounts=(Staged(stages=(Stage(name="start", ceiling_minor=100),), results=results),))


def test_a_receipt_that_never_came_has_not_come_there_either_and_its_result_is_corrected_after_it() -> None:
    def capped(most: int) -> Terms:
        return msgspec.structs.replace(ruled_once(), caps=(cap(most),), gives_back=all_back("breach"))

    desk = Desk(capped(100))
    award = desk.grant()
    desk.pay(award)
    desk.result(award, "bad")
    desk.receive(award, 20)
    correct(desk, last(desk, "clawback_received"), 0)
    correct(desk, last(desk, "stage_result_recorded"), 0)
    otherwise, _ = later(desk, capped(70))
    assert (otherwise.paid_minor, otherwise.recovered_minor, otherwise.counted_minor) == (70, 0, 70)
    assert (otherwise.stage_result, otherwise.clawbacks[0].state) == ("", "cancelled")


@pytest.mark.parametrize(("right", "there"), [(0, 0), (40, 40), (90, 70)])
def test_of_a_settlement_no_more_is_right_there_than_that_history_has_of_it(right: int, there: int) -> None:
    desk = Desk(terms())
    award = desk.grant()
    desk.pay(award)
    correct(desk, last(desk, "payment_settled"), right)
    otherwise, _ = later(desk, terms(caps=(cap(70),)))
    assert (otherwise.paid_minor, otherwise.encumbered_minor, otherwise.expended_minor) == (there, 70 - there, there)
