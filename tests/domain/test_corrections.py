"""Corrections told as examples: the entry stays, what is right is counted, and nothing impossible comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from award_ledger.domain.award_refusals import (
    ApplicationNotOpen,
    AwardState,
    CorrectionImpossible,
    EntryNotCorrectable,
)
from award_ledger.domain.corrections import AwardCorrected, AwardCorrectionProposed
from award_ledger.domain.fact import EvidenceRef
from award_ledger.domain.refusals import (
    AppropriationTooLow,
    ApprovalRefused,
    InvalidFields,
    SecondPersonRequired,
    SegregationOfDuties,
)
from award_ledger.domain.terms import Cap, NonMonetary, Quota, Stage, Staged, StageResult
from award_ledger.server.commands.create_fund import ChangeAppropriation
from award_ledger.server.commands.rename_enterprise import RenameEnterprise
from award_ledger.server.commands.right import RightApplication
from tests.domain.correcting import LIFE, NEXT_YEAR, YEAR, balances, correct, firm, last, money_of, totals
from tests.domain.desk import DAY, Desk, terms
from tests.domain.driving import picture


def test_a_lower_award_changes_the_year_of_its_decision_and_its_own_fund() -> None:
    desk = Desk(terms(caps=(Cap(id="year", limit_minor=500, scope="enterprise", window=YEAR),)))
    award = desk.grant(asked=500)
    assert desk.asks(asked=1).first_failure().reason == "CAP_EXCEEDED"
    fact = correct(desk, award.number, 300).fact
    assert isinstance(fact, AwardCorrected)
    assert (fact.corrects, fact.stood_minor, fact.amount_minor) == (award.number, 500, 300)
    assert money_of(award) == (300, 300, 0, 300, 300, 0, 0, 0)
    assert (balances(desk), balances(desk, 2026)) == ((10_000, 9_700, 300, 0), (10_000, 10_000, 0, 0))
    assert totals(desk) == (1, 300)
    assert desk.room(on=DAY).admissible_minor == 200
    assert desk.room(on=NEXT_YEAR).admissible_minor == 500


def test_the_entry_itself_is_never_changed_and_an_earlier_position_still_shows_it() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=500)
    event, before = desk.events[award.number - 1], desk.picture()
    correct(desk, award.number, 300)
    assert desk.events[award.number - 1] is event
    earlier = type(desk.ledger)()
    for past in desk.events[:-1]:
        earlier.apply(past)
    assert picture(earlier) == before


def test_an_award_that_should_not_have_been_recorded_frees_money_headroom_place_and_evidence() -> None:
    rules = {
        "caps": (Cap(id="life", limit_minor=500, scope="enterprise", window=LIFE),),
        "quotas": (Quota(count=1, window=YEAR),),
    }
    desk = Desk(terms(**rules))
    award = desk.grant(asked=500, evidence=(("contract", "C-1"),))
    correct(desk, award.number, 0)
    assert (award.status, award.holds_place, award.void) == ("void", False, True)
    assert (totals(desk), balances(desk)) == ((0, 0), (10_000, 10_000, 0, 0))
    again = desk.grant("F", asked=500, evidence=(("contract", "C-1"),))
    assert again.approved_minor == 500
    with pytest.raises(ApprovalRefused, match=r"evidence\.contract:C-1") as refused:
        correct(desk, award.number, 500)
    assert {"EVIDENCE_IN_USE", "QUOTA_EXCEEDED"} <= {check.reason for check in refused.value.assessment.checks}


def test_a_higher_amount_passes_the_assessment_of_its_own_day_with_its_own_use_left_out() -> None:
    desk = Desk(terms(caps=(Cap(id="life", limit_minor=800, scope="enterprise", window=LIFE),)))
    award, _ = desk.grant(asked=300), desk.grant(asked=200)
    fact = correct(desk, award.number, 600).fact
    assert fact.assessment.accepted
    assert [check.used for check in fact.assessment.checks if check.id == "cap.life"] == [200]
    assert (money_of(award)[:2], balances(desk)) == ((600, 600), (10_000, 9_200, 800, 0))
    for too_much, reason in ((601, "CAP_EXCEEDED"), (1001, "CEILING_EXCEEDED")):
        before = desk.picture()
        with pytest.raises(ApprovalRefused) as refused:
            correct(desk, award.number, too_much)
        assert (refused.value.reason, refused.value.position) == (reason, 0)
        assert desk.picture() == before


def test_a_raise_is_not_refused_by_the_places_that_the_award_itself_holds() -> None:
    desk = Desk(terms(quotas=(Quota(count=1, window=YEAR, hard=True),)))
    award = desk.grant(asked=300, evidence=(("contract", "C-1"),))
    fact = correct(desk, award.number, 400).fact
    assert {check.id: check.used for check in fact.assessment.checks}["quota.M"] == 0
    assert {check.id: check.used for check in fact.assessment.checks}["evidence.contract:C-1"] == 0
    assert totals(desk) == (1, 400)


def test_a_cap_that_grants_what_fits_does_not_cut_a_correction() -> None:
    cap = Cap(id="life", limit_minor=800, scope="enterprise", window=LIFE, mode="grant_what_fits")
    desk = Desk(terms(caps=(cap,)))
    award = desk.grant(asked=300)
    with pytest.raises(ApprovalRefused) as refused:
        correct(desk, award.number, 900)
    assert refused.value.reason == "CAP_EXCEEDED"


def test_a_higher_amount_needs_what_its_fund_has_available() -> None:
    desk = Desk(terms(), funds_minor=400)
    award = desk.grant(asked=300)
    with pytest.raises(ApprovalRefused) as refused:
        correct(desk, award.number, 401)
    assert refused.value.reason == "FUND_EXHAUSTED"
    correct(desk, award.number, 400)
    assert balances(desk) == (400, 0, 400, 0)


def test_a_higher_amount_takes_two_people_where_the_terms_do() -> None:
    desk = Desk(terms(second_person=True))
    application = desk.apply(asked=300)
    desk.review(application, up_to=300)
    desk.decide(application)
    award = desk.award(application)
    assert isinstance(correct(desk, award.number, 400).fact, AwardCorrectionProposed)
    assert (award.approved_minor, award.raise_proposed_minor) == (300, 400)
    with pytest.raises(SecondPersonRequired):
        correct(desk, award.number, 400)
    fact = correct(desk, award.number, 400, by="other").fact
    assert (fact.act.second, award.approved_minor, award.raised_by) == ("officer", 400, ("other", "officer"))
    correct(desk, award.number, 350, by="officer")
    assert award.approved_minor == 350


def test_who_corrects_an_award_upwards_does_not_pay_it_and_who_pays_does_not_raise_it() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=300)
    correct(desk, award.number, 400, by="payer")
    with pytest.raises(SegregationOfDuties):
        desk.instruct(award)
    desk = Desk(terms())
    award = desk.grant(asked=300)
    desk.pay(award)
    with pytest.raises(SegregationOfDuties):
        correct(desk, award.number, 400, by="payer")


def test_an_award_cannot_be_less_than_what_is_paid_of_it() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=300, plan=((100,), (200,)))
    desk.pay(award, 1)
    with pytest.raises(CorrectionImpossible, match="order a clawback") as refused:
        correct(desk, award.number, 99)
    assert (refused.value.least_minor, refused.value.stood_minor) == (100, 300)
    correct(desk, award.number, 100)
    assert ([part.amount_minor for part in award.instalments], award.status) == ([100, 0], "paid")


def test_an_award_under_payment_or_revoked_is_not_corrected() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=300)
    desk.instruct(award)
    with pytest.raises(AwardState, match="under way"):
        correct(desk, award.number, 200)
    other = desk.grant(asked=300)
    desk.revoke(other)
    with pytest.raises(AwardState, match="revoked"):
        correct(desk, other.number, 200)


def test_stages_are_filled_as_the_decision_would_have_filled_them() -> None:
    stages = tuple(Stage(name=name, ceiling_minor=50) for name in ("start", "middle", "end"))
    results = (StageResult(result="good", effect="release"),)
    desk = Desk(terms(amounts=(Staged(stages=stages, results=results),)))
    award = desk.grant(asked=70)
    for amount, parts in ((140, [50, 50, 40]), (40, [40, 0, 0]), (120, [50, 50, 20])):
        correct(desk, award.number, amount)
        assert [part.amount_minor for part in award.instalments] == parts
    assert [part.waiting for part in award.instalments] == [False, True, True]


def test_the_same_entry_is_corrected_again_and_a_correction_never() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=500)
    first = correct(desk, award.number, 300)
    again = correct(desk, award.number, 350)
    assert (again.fact.stood_minor, award.approved_minor) == (300, 350)
    with pytest.raises(EntryNotCorrectable, match=f"position {award.number}"):
        correct(desk, first.position, 400)
    with pytest.raises(CorrectionImpossible, match="says so already"):
        correct(desk, award.number, 350)


def test_an_appropriation_stays_at_least_what_is_committed() -> None:
    desk = Desk(terms(), funds_minor=1_000)
    created = next(event.position for event in desk.events if getattr(event.fact, "code", "") == "F/2025")
    desk.do(ChangeAppropriation("F/2025", -100, ""))
    changed = last(desk, "appropriation_changed")
    desk.grant(asked=600)
    correct(desk, created, 700)
    correct(desk, changed, 0)
    assert balances(desk) == (700, 100, 600, 0)
    with pytest.raises(AppropriationTooLow) as refused:
        correct(desk, created, 599)
    assert (refused.value.appropriated_minor, refused.value.committed_minor) == (599, 600)
    correct(desk, changed, -100)
    correct(desk, created, 1_000)
    assert balances(desk) == (900, 300, 600, 0)


def test_a_name_corrected_is_not_a_former_name() -> None:
    desk = Desk(terms())
    desk.apply()
    desk.do(RenameEnterprise("other", "E", "second"))
    registered, renamed = last(desk, "registered"), last(desk, "renamed")
    correct(desk, renamed, "the second")
    assert (firm(desk).name, firm(desk).former_names) == ("the second", ["firm"])
    correct(desk, registered, "the firm")
    assert (firm(desk).name, firm(desk).former_names) == ("the second", ["the firm"])
    with pytest.raises(InvalidFields):
        correct(desk, registered, "the firm")


def test_an_open_application_is_corrected_and_consents_to_what_it_said_fall_away() -> None:
    desk = Desk(terms(second_person=True))
    application = desk.apply(asked=300, facts={"field": "A1"})
    desk.review(application, up_to=300)
    submitted = last(desk, "submitted")
    right = RightApplication(200, {"field": "AI"}, (EvidenceRef(kind="contract", reference="C-1"),))
    correct(desk, submitted, right)
    found = firm(desk).applications[application]
    said = (found.asked_minor, found.facts, found.evidence, found.reviews)
    assert said == (200, {"field": "AI"}, right.evidence, ())
    desk.review(application, up_to=200)
    assert desk.decide(application).granted_minor == 200
    with pytest.raises(ApplicationNotOpen):
        correct(desk, submitted, RightApplication(100, {}, ()))


@pytest.mark.parametrize("right", [1, "name", RightApplication(1, {}, ())])
def test_what_is_right_has_the_shape_of_the_entry(right: Any) -> None:
    desk = Desk(terms())
    award = desk.grant()
    entries = {int: award.number, str: last(desk, "registered"), RightApplication: last(desk, "submitted")}
    del entries[type(right)]
    for entry in entries.values():
        with pytest.raises(InvalidFields, match="right"):
            correct(desk, entry, right)


def test_what_has_its_own_way_back_is_not_corrected_and_says_which() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=300)
    desk.instruct(award)
    with pytest.raises(EntryNotCorrectable, match="instruct it again"):
        correct(desk, last(desk, "instructed"), 100)
    with pytest.raises(EntryNotCorrectable, match="new version"):
        correct(desk, last(desk, "terms_published"), 100)


def test_a_right_without_money_is_void_or_nothing() -> None:
    desk = Desk(terms(amounts=(NonMonetary(),), funds=(), quotas=(Quota(count=1, window=YEAR),)))
    award = desk.grant(asked=0)
    with pytest.raises(EntryNotCorrectable):
        correct(desk, award.number, 1)
    correct(desk, award.number, 0)
    assert (award.status, totals(desk)) == ("void", (0, 0))
    desk.grant("F", asked=0)
