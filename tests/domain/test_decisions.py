"""Decisions told as examples: what an approval takes, what a refusal leaves, who has had what before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from award_ledger.domain import identity
from award_ledger.domain.refusals import AmountNotPositive, InvalidFields, Refused
from award_ledger.domain.terms import (
    Cap,
    EvidenceRule,
    Fixed,
    FundLine,
    NonMonetary,
    Quota,
    RateOf,
    Stage,
    Staged,
    StageResult,
    Tier,
    Tiered,
    Uniqueness,
    UpTo,
    Window,
)
from award_ledger.server.commands.bar_enterprise import BarEnterprise
from award_ledger.server.commands.link_enterprise import LinkEnterprise, UnlinkEnterprise
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from tests.domain.desk import DAY, Desk, all_back, terms

LIFE, YEAR = Window(kind="lifetime"), Window(kind="calendar_years")


def reason(found: Any) -> str:
    return "" if found.accepted else str(found.first_failure().reason)


def test_a_refusal_by_the_terms_leaves_the_application_open_and_everything_else_as_it_was() -> None:
    desk = Desk(terms(caps=(Cap(id="life", limit_minor=150, scope="enterprise", window=LIFE),)))
    desk.grant(asked=100)
    application = desk.apply(asked=51)
    before = desk.picture()
    assert reason(desk.decide(application)) == "CAP_EXCEEDED"
    changed = {key for key, state in desk.picture().items() if before[key] != state}
    assert changed == {identity.enterprise_id("other", "E"), identity.measure_id("M")}
    assert desk.fund().available_minor == 10_000 - 100
    assert desk.decide(application, amount=50).granted_minor == 50


@pytest.mark.parametrize(
    ("window", "first", "second", "granted"),
    [
        (YEAR, date(2025, 12, 31), date(2026, 1, 1), True),
        (YEAR, date(2025, 1, 1), date(2025, 12, 31), False),
        (Window(kind="fiscal_years", first_month=7), date(2025, 6, 30), date(2025, 7, 1), True),
        (Window(kind="fiscal_years", first_month=7), date(2025, 12, 31), date(2026, 1, 1), False),
        (Window(kind="rolling_years"), date(2024, 2, 29), date(2025, 2, 28), False),
        (Window(kind="rolling_years"), date(2024, 2, 29), date(2025, 3, 1), True),
        (Window(kind="rolling_years"), date(2024, 2, 28), date(2025, 2, 28), True),
        (Window(kind="rolling_years"), date(2023, 3, 1), date(2024, 2, 29), False),
        (Window(kind="rolling_years"), date(2023, 2, 28), date(2024, 2, 29), True),
        (Window(kind="rolling_years", years=2), date(2024, 3, 1), date(2026, 2, 28), False),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_a_cap_holds_in_every_window_in_whatever_order_decisions_are_recorded(
    window: Window, first: date, second: date, granted: bool, backwards: bool
) -> None:
    desk = Desk(terms(caps=(Cap(id="c", limit_minor=100, scope="enterprise", window=window),)))
    days = (second, first) if backwards else (first, second)
    desk.grant(asked=60, on=days[0])
    assert reason(desk.asks(asked=60, on=days[1])) == ("" if granted else "CAP_EXCEEDED")


def test_a_decision_between_two_others_must_fit_with_both() -> None:
    cap = Cap(id="c", limit_minor=100, scope="enterprise", window=Window(kind="rolling_years"), mode="grant_what_fits")
    desk = Desk(terms(caps=(cap,)))
    desk.grant(asked=40, on=date(2024, 6, 1))
    desk.grant(asked=70, on=date(2025, 7, 1))
    found = desk.asks(asked=100, on=date(2025, 1, 1))  # with the one before 60 fit, with the one after only 30
    assert (found.granted_minor, found.binding) == (30, ("cap.c",))


def test_a_cap_by_key_is_shared_by_whoever_names_the_key_however_it_is_spelt() -> None:
    cap = Cap(id="std", limit_minor=100, scope="key", key_facts=("std",), window=LIFE)
    desk = Desk(terms(caps=(cap,)))
    desk.grant("E", asked=60, facts={"std": "GB 32100"})
    assert reason(desk.asks("D", asked=60, facts={"std": "gb32100"})) == "CAP_EXCEEDED"
    assert reason(desk.asks("D", asked=60, facts={})) == "FACT_MISSING"
    assert reason(desk.asks("D", asked=60, facts={"std": "GB 11643"})) == ""


def test_one_piece_of_evidence_backs_one_award_whoever_brings_it_under_whatever_measure() -> None:
    desk = Desk(terms(), terms(measure_code="N"))
    desk.grant("E", evidence=(("contract", "C-1"),))
    for measure in ("M", "N"):
        found = desk.asks("D", measure=measure, evidence=(("contract", "\uff23 - 1"),))
        assert (reason(found), found.admissible_minor) == ("EVIDENCE_IN_USE", 0)
    assert reason(desk.asks("D", evidence=(("invoice", "C-1"),))) == ""


def test_shareable_evidence_backs_many() -> None:
    desk = Desk(terms(evidence=(EvidenceRule(kind="licence", shareable=True),)))
    for number in ("E", "D"):
        assert reason(desk.asks(number, evidence=(("licence", "L-1"),))) == ""


def test_two_people_pass_evidence_in_use_and_both_are_on_record() -> None:
    desk = Desk(terms())
    desk.grant("E", evidence=(("contract", "C-1"),))
    check = "evidence.contract:C-1"
    application = desk.apply("D", evidence=(("contract", "C-1"),))
    assert reason(desk.decide(application, "D", overrides=(check,))) == "SECOND_PERSON_REQUIRED"
    desk.review(application, "D", by="officer", overrides=(check,))
    assert reason(desk.decide(application, "D", overrides=(check,))) == "SECOND_PERSON_REQUIRED"
    desk.review(application, "D", overrides=(check,), up_to=99)
    refused = desk.decide(application, "D", overrides=(check,))
    assert (reason(refused), refused.admissible_minor) == ("SECOND_PERSON_REQUIRED", 99)
    assert desk.decide(application, "D", overrides=(check,), amount=99).accepted
    award = desk.award(application, "D")
    assert (award.principal, award.second, [taken.check_id for taken in award.overrides]) == (
        "officer",
        "second",
        [check],
    )


@pytest.mark.parametrize(("hard", "expected"), [(True, "QUOTA_EXCEEDED"), (False, "")])
def test_a_soft_quota_is_passed_by_two_people_and_a_hard_one_by_nobody(hard: bool, expected: str) -> None:
    desk = Desk(terms(quotas=(Quota(count=1, window=YEAR, hard=hard),)))
    desk.grant("E")
    application = desk.apply("D")
    desk.review(application, "D", overrides=("quota.M",))
    assert reason(desk.decide(application, "D")) == "QUOTA_EXCEEDED"
    assert reason(desk.decide(application, "D", overrides=("quota.M",))) == expected


LOWER = Uniqueness(id="base", pool="P", key_facts=("field",), window=LIFE)
UPPER = Uniqueness(id="base", pool="P", key_facts=("field",), window=LIFE, upgrades_from=("M",))
AI = {"field": "AI"}


def test_an_upgrade_shares_the_place_of_the_lower_award_and_nobody_else_upgrades_it() -> None:
    quota = Quota(pool="P", count=1, window=YEAR, hard=True)
    desk = Desk(
        terms(uniqueness=(LOWER,), quotas=(quota,)),
        terms(measure_code="N", uniqueness=(UPPER,), quotas=(quota,)),
    )
    desk.grant("E", facts=AI)
    assert reason(desk.asks("D", facts=AI, measure="N")) == "KEY_IN_USE"
    assert reason(desk.asks("D", facts={"field": "steel"}, measure="N")) == "QUOTA_EXCEEDED"
    assert reason(desk.asks("E", facts=AI, measure="N")) == ""
    assert reason(desk.asks("E", facts=AI, measure="M")) == "KEY_IN_USE"
    assert reason(desk.asks("D", facts={"field": "steel"}, measure="N")) == "QUOTA_EXCEEDED"


def test_an_upgrade_into_another_pool_takes_a_place_there() -> None:
    desk = Desk(
        terms(uniqueness=(LOWER,)),
        terms(measure_code="N", uniqueness=(UPPER,), quotas=(Quota(count=1, window=YEAR, hard=True),)),
    )
    for number, field in (("E", "AI"), ("D", "steel")):
        desk.grant(number, facts={"field": field})
    assert reason(desk.asks("E", facts=AI, measure="N")) == ""
    assert reason(desk.asks("D", facts={"field": "steel"}, measure="N")) == "QUOTA_EXCEEDED"


def test_the_place_of_a_lineage_is_taken_until_the_last_of_it_is_gone() -> None:
    quota = Quota(pool="P", count=1, window=YEAR, hard=True)
    desk = Desk(
        terms(uniqueness=(LOWER,), quotas=(quota,), gives_back=all_back("revocation")),
        terms(measure_code="N", uniqueness=(UPPER,), quotas=(quota,), gives_back=all_back("revocation")),
    )
    lower = desk.grant("E", facts=AI)
    upper = desk.grant("E", facts=AI, measure="N")
    desk.revoke(lower)
    assert reason(desk.asks("D", facts={"field": "steel"})) == "QUOTA_EXCEEDED"
    desk.revoke(upper)
    assert reason(desk.asks("D", facts={"field": "steel"})) == ""


@pytest.mark.parametrize(("upgrade", "admissible"), [("difference", 600), ("full", 1000)])
def test_a_higher_tier_pays_the_difference_or_the_full_ceiling(upgrade: Any, admissible: int) -> None:
    tiers = (Tier(name="province", ceiling_minor=400), Tier(name="nation", ceiling_minor=1000))
    desk = Desk(terms(amounts=(Tiered(tier_fact="level", tiers=tiers, upgrade=upgrade),)))
    desk.grant(asked=400, facts={"level": "province"})
    assert desk.room(level="nation").admissible_minor == admissible
    assert reason(desk.asks(asked=admissible + 1, facts={"level": "nation"})) == "CEILING_EXCEEDED"
    assert reason(desk.asks(asked=admissible, facts={"level": "nation"})) == ""


def test_a_rate_that_makes_nothing_of_its_base_grants_nothing_and_takes_no_place() -> None:
    desk = Desk(terms(amounts=(RateOf(rate="0.05", base_fact="base"),), quotas=(Quota(count=1, window=YEAR),)))
    application = desk.apply(asked=5, facts={"base": "19"})
    before = desk.picture()
    with pytest.raises(AmountNotPositive):
        desk.decide(application, rate="0.05")
    assert desk.picture() == before


def test_a_rate_too_high_is_named_as_such_and_the_rate_rule_says_what_would_be_admissible() -> None:
    desk = Desk(terms(amounts=(RateOf(rate="0.05", base_fact="base"),)))
    found = desk.decide(desk.apply(facts={"base": "1000"}), rate="0.06")
    assert (reason(found), found.asked_minor, found.admissible_minor) == ("RATE_EXCEEDED", 60, 50)


def test_a_rate_of_a_base_beyond_any_appropriation_is_refused_by_the_ceiling() -> None:
    desk = Desk(terms(amounts=(RateOf(rate="1", base_fact="base"),), funds=()))
    assert reason(desk.decide(desk.apply(facts={"base": "9" * 18}), rate="1")) == "CEILING_EXCEEDED"


def test_an_entitlement_without_money_is_granted_by_zero_and_owes_nothing() -> None:
    desk = Desk(terms(amounts=(NonMonetary(),), quotas=(Quota(count=1, window=YEAR, hard=True),)))
    award = desk.grant(asked=0)
    assert (award.approved_minor, award.instalments, award.fund) == (0, [], "")
    assert reason(desk.asks("D", asked=5)) == "CEILING_EXCEEDED"
    assert reason(desk.asks("D", asked=0)) == "QUOTA_EXCEEDED"


def test_stages_split_the_grant_and_only_the_first_is_due() -> None:
    staged = Staged(
        stages=(Stage(name="start", ceiling_minor=60), Stage(name="end", ceiling_minor=60)),
        results=(StageResult(result="good", effect="release"),),
    )
    desk = Desk(terms(amounts=(staged,), publicity_days=7))
    parts = desk.grant(asked=100).instalments
    due = date(2025, 6, 8)
    assert [(part.amount_minor, part.stage, part.waiting, part.due_on) for part in parts] == [
        (60, "start", False, due),
        (40, "end", True, due),
    ]
    assert len(desk.grant(asked=60).instalments) == 1
    with pytest.raises(InvalidFields):
        desk.decide(desk.apply(asked=60), plan=((60,),))


def test_a_plan_adds_up_to_what_is_granted_and_pays_nothing_before_publicity_ends() -> None:
    cap = Cap(id="c", limit_minor=80, scope="enterprise", window=LIFE, mode="grant_what_fits")
    desk = Desk(terms(caps=(cap,), publicity_days=7))
    application = desk.apply(asked=100)
    for plan in (((60,), (40,)), ((60,), (19,)), ((81,),)):
        with pytest.raises(InvalidFields):
            desk.decide(application, plan=plan)
    assert desk.decide(application, plan=((60, date(2025, 6, 2)), (20, date(2025, 9, 1)))).granted_minor == 80
    parts = desk.award(application).instalments
    assert [part.due_on for part in parts] == [date(2025, 6, 8), date(2025, 9, 1)]


def test_nothing_is_granted_on_a_fund_of_another_year_or_another_currency() -> None:
    wrong = (FundLine(fiscal_year=2025, fund_code="F/2024"),)
    desk = Desk(terms(funds=wrong), terms(measure_code="N", currency="EUR"), terms(measure_code="O", funds=wrong[:0]))
    assert reason(desk.asks()) == "FUND_NOT_SET"
    assert reason(desk.asks(measure="N")) == "FUND_NOT_SET"
    assert reason(desk.asks(measure="O")) == ""


def test_a_fund_is_spent_to_the_last_unit_and_not_one_further() -> None:
    desk = Desk(terms(), funds_minor=150)
    desk.grant("E", asked=100)
    assert reason(desk.asks("D", asked=51)) == "FUND_EXHAUSTED"
    desk.grant("D", asked=50)
    assert reason(desk.asks("C", asked=1)) == "FUND_EXHAUSTED"
    assert (desk.fund().available_minor, desk.fund().encumbered_minor) == (0, 150)


def test_an_award_keeps_the_terms_in_force_when_it_was_decided() -> None:
    desk = Desk(terms(gives_back=all_back("revocation")))
    award = desk.grant()
    desk.do(PublishTerms(terms(amounts=(Fixed(amount_minor=5),))))
    desk.revoke(award)
    assert (award.terms_version, award.counted_minor, award.holds_place) == (1, 0, False)


def test_a_barred_enterprise_is_refused_and_keeps_what_it_has() -> None:
    desk = Desk(terms())
    award = desk.grant()
    desk.do(BarEnterprise("other", "E", "reason"))
    assert reason(desk.asks()) == "ENTERPRISE_BARRED"
    desk.pay(award)
    assert award.paid_minor == 100


GROUP = terms(caps=(Cap(id="group", limit_minor=100, scope="group", window=LIFE),))


def test_a_member_brings_along_what_it_had_and_finds_what_the_others_got() -> None:
    desk = Desk(GROUP)
    desk.grant("E", asked=60, on=date(2025, 1, 1))
    desk.do(LinkEnterprise("other", "E", "G", ""), on=date(2025, 2, 1))
    assert reason(desk.asks("E", asked=60)) == "CAP_EXCEEDED"
    desk.do(RegisterEnterprise("other", "D", "firm"))
    desk.do(LinkEnterprise("other", "D", " g", ""), on=date(2025, 2, 1))
    desk.grant("D", asked=60)
    assert reason(desk.asks("E", asked=1)) == "CAP_EXCEEDED"
    desk.do(UnlinkEnterprise("other", "E", ""), on=date(2025, 7, 1))
    assert reason(desk.asks("E", asked=40, on=date(2025, 8, 1))) == ""


@pytest.mark.parametrize("on", [date(2024, 1, 1), DAY])
def test_a_membership_does_not_reach_back_to_a_decision_that_was_taken_without_it(on: date) -> None:
    desk = Desk(GROUP)
    desk.grant("E")
    with pytest.raises(Refused):
        desk.do(LinkEnterprise("other", "E", "G", ""), on=on)
    desk.do(LinkEnterprise("other", "E", "G", ""), on=date(2025, 6, 2))


def test_an_award_decided_before_its_enterprise_joined_does_not_count_to_the_others() -> None:
    desk = Desk(GROUP)
    for number, since in (("E", date(2025, 7, 1)), ("D", date(2025, 1, 1))):
        desk.do(RegisterEnterprise("other", number, "firm"))
        desk.do(LinkEnterprise("other", number, "G", ""), on=since)
    desk.grant("E", asked=60, on=DAY)
    assert reason(desk.asks("D", asked=100, on=date(2025, 8, 1))) == ""


def test_terms_that_come_to_name_an_amount_open_what_needed_a_rule() -> None:
    desk = Desk(terms(amounts=()))
    application = desk.apply()
    assert reason(desk.decide(application)) == "MEASURE_NEEDS_RULE"
    desk.do(PublishTerms(terms(amounts=(UpTo(ceiling_minor=100),))))
    assert reason(desk.decide(application)) == ""
