"""第十、十一条 · Public data and datasets; application bases, one for each field."""

from __future__ import annotations

import pytest

from award_ledger.v1.common_pb2 import VERDICT_CUT, VERDICT_FAILED
from award_ledger.v1.measures_pb2 import PublishTermsRequest
from award_ledger.v1.terms_pb2 import AmountRule, Tier, Tiered, UpTo
from tests.acceptance.items.desk import NEXT_YEAR, PUBLIC_BODY, Desk, Facts, yuan
from tests.acceptance.items.rules import (
    grants_up_to,
    needs_evidence,
    needs_fact,
    one_award_for_each,
    records_an_entitlement,
    waits_for_its_rule,
)

LEVELS = {"2": yuan(100_000), "3": yuan(200_000), "4": yuan(300_000)}
CEILINGS = {"A11-1": yuan(5_000_000), "A11-2": yuan(10_000_000), "A11-3": yuan(5_000_000)}
BASES = tuple(CEILINGS)


def certified(level: str) -> Facts:
    """A small or medium enterprise certified at a level of the data-management model."""
    return {"sme": "yes", "dcmm_level": level}


def by_level(*tiers: Tier) -> Tiered:
    """Amounts by level; a higher level gets the difference."""
    return Tiered(tier_fact="dcmm_level", tiers=tiers)


def tiers() -> Tiered:
    """The tiers of a rule that is invented for these tests."""
    return by_level(*(Tier(name=level, ceiling_minor=amount) for level, amount in LEVELS.items()))


def field(name: str) -> Facts:
    """The field of a base."""
    return {"field": name}


def test_a10_1_public_data_waits_until_an_amount_is_named(ledger: Desk) -> None:
    waits_for_its_rule(ledger, "A10-1", yuan(800_000), up_to=UpTo(ceiling_minor=yuan(800_000)))
    one_award_for_each(ledger, "A10-1", "project", yuan(800_000))


def test_a10_1_may_go_to_a_public_body_within_the_budget_of_the_year(own_ledger: Desk) -> None:
    own_ledger.name_amounts("A10-1", up_to=UpTo(ceiling_minor=yuan(800_000)))
    own_ledger.name_fund("A10-1/2025", 2025, yuan(1_000_000), "A10-1")
    bureau = own_ledger.register(PUBLIC_BODY)
    award = own_ledger.award("A10-1", yuan(800_000), enterprise=bureau)
    assert (award.enterprise.number[:2], award.fund_code) == ("11", "A10-1/2025")
    refused = own_ledger.refuses_to_award("A10-1", yuan(200_000) + 1, enterprise=bureau)
    assert (refused.reason, refused.admissible_minor) == ("FUND_EXHAUSTED", yuan(200_000))


def test_a10_2_conformance_waits_until_the_tiers_are_named(ledger: Desk) -> None:
    waits_for_its_rule(ledger, "A10-2", LEVELS["3"], certified("3"), check="tiered", tiered=tiers())
    needs_fact(ledger, "A10-2", LEVELS["3"], certified("3"), "sme", "no", "通过贯标的中小企业")
    one_award_for_each(ledger, "A10-2", "certificate", LEVELS["2"], certified("2"), certified("4"))
    refused = ledger.refuses_to_award("A10-2", LEVELS["4"], certified("5"))
    assert (refused.reason, refused.check.id, refused.check.found) == ("REQUIREMENT_NOT_MET", "tiered", "5")


def test_a10_2_tiers_without_a_tier_are_not_published(ledger: Desk) -> None:
    terms = ledger.terms("A10-2")
    del terms.amounts[:]
    terms.amounts.append(AmountRule(tiered=by_level()))
    refusal = ledger.officer("A10-2").refused(PublishTermsRequest(terms=terms))
    assert refusal.fields == {"terms.amounts[0].tiered.tiers": "must not be empty"}


def test_a10_2_each_level_once_and_a_higher_one_gets_the_difference(own_ledger: Desk) -> None:
    own_ledger.name_amounts("A10-2", tiered=tiers())
    first = own_ledger.award("A10-2", LEVELS["3"], certified("3"))
    again = own_ledger.refuses_to_award("A10-2", 1, certified("3"), enterprise=first.enterprise, on=NEXT_YEAR)
    assert (again.reason, again.check.id) == ("KEY_IN_USE", "unique.level")
    difference = LEVELS["4"] - LEVELS["3"]
    case = own_ledger.apply("A10-2", LEVELS["4"], certified("4"), enterprise=first.enterprise)
    refused = own_ledger.refuses(case)
    assert (refused.reason, refused.check.used, refused.admissible_minor) == (
        "CEILING_EXCEEDED",
        LEVELS["3"],
        difference,
    )
    assert own_ledger.approve(case, amount_minor=difference).award.approved_minor == difference


def test_a10_3_a_data_asset_pilot_is_an_entitlement_without_money(ledger: Desk) -> None:
    records_an_entitlement(ledger, "A10-3", "列为数据资产全过程管理试点")


def test_a11_1_grants_a_base_up_to_5_000_000_yuan_in_one_of_the_13_fields(ledger: Desk) -> None:
    grants_up_to(ledger, "A11-1", yuan(5_000_000), field("chemicals"), words="按规定每个给予最高500万元补助")
    words = "聚焦人工智能赋能13个重点领域"
    needs_fact(ledger, "A11-1", yuan(5_000_000), field("aluminium"), "field", "低空经济", words)
    needs_evidence(ledger, "A11-1", yuan(5_000_000), field("aluminium"), "base")
    (fields,) = (rule.allowed for rule in ledger.terms("A11-1").requirements)
    assert len(fields) == 13


@pytest.mark.parametrize("held", BASES)
def test_a11_1_a11_2_a11_3_one_field_one_base_for_the_life_of_the_policy(own_ledger: Desk, held: str) -> None:
    name = "低空经济" if held == "A11-3" else "mining"  # A11-3 is for other fields than the 13
    first = own_ledger.award(held, yuan(2_000_000), field(name))
    for code in ("A11-2", "A11-3") if held == "A11-3" else ("A11-1", "A11-2"):
        ceiling = CEILINGS[code]
        refused = own_ledger.refuses_to_award(code, ceiling, field(name), on=NEXT_YEAR)
        assert (refused.reason, refused.check.id) == ("KEY_IN_USE", "unique.field")
        assert (refused.check.verdict, refused.check.found) == (VERDICT_FAILED, f"award {first.award_id} under {held}")
        assert "按照“一领域一基地”的原则" in refused.check.words
        cap = next(check for check in refused.assessment.checks if check.id == "cap.field")
        assert (cap.verdict, cap.limit, cap.used) == (VERDICT_CUT, ceiling, yuan(2_000_000))


def test_a11_1_a11_2_a11_3_share_5_bases_a_year_and_no_override_passes_it(own_ledger: Desk) -> None:
    own_ledger.award_many("A11-1", 2, yuan(5_000_000), lambda i: field(("steel", "home")[i]))
    own_ledger.award("A11-2", yuan(10_000_000), field("mobility"))
    own_ledger.award_many("A11-3", 2, yuan(5_000_000), lambda i: field(("低空经济", "海洋牧场")[i]))
    for code, name in zip(BASES, ("healthcare", "equipment", "量子计算"), strict=True):
        case = own_ledger.apply(code, yuan(5_000_000), field(name))
        own_ledger.review(case, yuan(5_000_000), "quota.A11")
        refused = own_ledger.refuses(case, overrides={"quota.A11": "成效突出"})
        assert (refused.reason, refused.check.id, refused.check.verdict) == (
            "QUOTA_EXCEEDED",
            "quota.A11",
            VERDICT_FAILED,
        )
        assert (refused.check.limit, refused.check.used, refused.admissible_minor) == (5, 5, 0)
        assert "每年布局3-5个人工智能行业应用基地" in refused.check.words
        (quota,) = own_ledger.measure(code).quotas
        assert (quota.pool, quota.count, quota.floor, quota.used, quota.hard) == ("A11", 5, 3, 5, True)
    for code, name in zip(BASES, ("healthcare", "equipment", "量子计算"), strict=True):
        assert own_ledger.award(code, CEILINGS[code], field(name), on=NEXT_YEAR).approved_minor == CEILINGS[code]


def test_a11_2_grants_a_national_base_up_to_10_000_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A11-2", yuan(10_000_000), field("biomedicine"), words="每个给予最高1000万元补助")
    needs_evidence(ledger, "A11-2", yuan(10_000_000), field("equipment"), "national_approval", "base")


def test_a11_2_one_approval_is_for_one_national_base(own_ledger: Desk) -> None:
    one_award_for_each(own_ledger, "A11-2", "national_approval", yuan(9_000_000), field("steel"), field("home"))


def test_a11_2_an_upgrade_pays_at_most_the_difference_and_takes_no_new_place(own_ledger: Desk) -> None:
    base = {"base": "示例钢铁应用基地"}
    first = own_ledger.award("A11-1", yuan(4_000_000), field("steel"), **base)
    case = own_ledger.apply("A11-2", yuan(10_000_000), field("steel"), enterprise=first.enterprise, **base)
    answer = own_ledger.approve(case)
    assert answer.award.approved_minor == yuan(6_000_000)
    cap = next(check for check in answer.assessment.checks if check.id == "cap.field")
    assert (cap.verdict, cap.limit, cap.used) == (VERDICT_CUT, yuan(10_000_000), yuan(4_000_000))
    assert own_ledger.measure("A11-2").quotas[0].used == 1
    again = own_ledger.refuses_to_award("A11-2", 1, field("steel"), enterprise=first.enterprise, on=NEXT_YEAR)
    assert (again.reason, again.admissible_minor) == ("KEY_IN_USE", 0)


def test_a11_2_a_national_base_of_another_field_is_upgraded_too(own_ledger: Desk) -> None:
    first = own_ledger.award("A11-3", yuan(5_000_000), field("低空经济"))
    upgraded = own_ledger.award("A11-2", yuan(10_000_000), field("低空经济"), enterprise=first.enterprise)
    assert upgraded.approved_minor == yuan(5_000_000)


def test_a11_3_and_a11_2_take_no_second_name_for_one_of_the_13_fields(ledger: Desk) -> None:
    for name in ("steel", "钢铁", "Ｈigh-end  Equipment"):
        refused = ledger.refuses_to_award("A11-3", yuan(5_000_000), field(name))
        assert (refused.reason, refused.check.id) == ("REQUIREMENT_NOT_MET", "requirement.field")
        assert "其他领域" in refused.check.words
    assert ledger.refuses_to_award("A11-2", yuan(5_000_000), field("钢铁")).reason == "REQUIREMENT_NOT_MET"


def test_a11_3_grants_a_base_of_another_field_named_in_free_text_up_to_5_000_000_yuan(ledger: Desk) -> None:
    words = "其他领域取得重大突破、具有显著示范效应的行业应用基地"
    grants_up_to(ledger, "A11-3", yuan(5_000_000), field("低空经济"), words=words)
    refused = ledger.refuses_to_award("A11-3", yuan(5_000_000), field(" 低空 经济"), on=NEXT_YEAR)
    assert (refused.reason, refused.check.id) == ("KEY_IN_USE", "unique.field")  # spaces make no other field
    needs_fact(ledger, "A11-3", yuan(5_000_000), field("海洋牧场"), "field", None, "其他领域")
    needs_evidence(ledger, "A11-3", yuan(5_000_000), field("海洋牧场"), "base")
