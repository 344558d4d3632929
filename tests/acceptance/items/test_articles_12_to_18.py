"""第十二至十八条 · Applications: scenarios, industry brains, metaverse, first sets, humanoid robots, smart homes."""

from __future__ import annotations

from typing import Any

import pytest

from award_ledger.v1.common_pb2 import EnterpriseNumber
from award_ledger.v1.enterprises_pb2 import RegisterEnterpriseRequest
from award_ledger.v1.terms_pb2 import RateOf, UpTo
from tests.acceptance.items.desk import NEXT_YEAR, PUBLIC_BODY, Desk, Facts, yuan
from tests.acceptance.items.rules import (
    grants_up_to,
    needs_evidence,
    needs_fact,
    one_award_for_each,
    records_an_entitlement,
    shares,
    stands_against,
    takes_about,
    waits_for_its_rule,
)

RECOGNISED = {"provincially_recognised": "yes"}


def robots(sales_minor: int, earlier_minor: int = 0) -> Facts:
    """Sales of complete robots in 2025, and the highest of any year before."""
    return {"sales_2025_minor": str(sales_minor), "highest_earlier_sales_minor": str(earlier_minor)}


def components(sales_minor: int) -> Facts:
    """Sales in 2025 of core components that the enterprise developed itself."""
    return {"component_sales_2025_minor": str(sales_minor), "self_developed": "yes"}


def test_a12_1_grants_a_benchmark_scenario_up_to_3_000_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A12-1", yuan(3_000_000), words="每个给予最高300万元补助资金")
    one_award_for_each(ledger, "A12-1", "project", yuan(3_000_000))


def test_a12_1_takes_about_10_scenarios_a_year(own_ledger: Desk) -> None:
    takes_about(own_ledger, "A12-1", 10, yuan(3_000_000), words="每年按标准遴选10个左右标杆应用场景")


def test_a12_2_a_key_project_is_entered_without_money_and_may_be_awarded_elsewhere(ledger: Desk) -> None:
    entitlement = "优先纳入省级数字产业重点项目库，用地指标单列"
    needs_evidence(ledger, "A12-2", 0, {}, "project")
    records_an_entitlement(ledger, "A12-2", entitlement, project="应用重点项目甲")
    assert ledger.award("A12-1", yuan(3_000_000), project="应用重点项目甲").approved_minor == yuan(3_000_000)


def test_a13_1_grants_a_recognised_industry_brain_up_to_2_000_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A13-1", yuan(2_000_000), RECOGNISED, words="按规定给予最高200万元补助")
    words = "经认定的省级“产业大脑”"
    needs_fact(ledger, "A13-1", yuan(2_000_000), RECOGNISED, "provincially_recognised", "no", words)
    one_award_for_each(ledger, "A13-1", "industry_brain", yuan(2_000_000), RECOGNISED)


def test_a14_1_the_government_s_own_platform_waits_until_an_amount_is_named(ledger: Desk) -> None:
    award = waits_for_its_rule(ledger, "A14-1", yuan(20_000_000), up_to=UpTo(ceiling_minor=yuan(20_000_000)))
    assert award.principal == "li@dsjj"
    one_award_for_each(ledger, "A14-1", "project", yuan(20_000_000))
    own = ledger.award("A14-1", yuan(20_000_000), enterprise=ledger.register(PUBLIC_BODY))
    assert own.enterprise.number.startswith("11")


def test_a15_1_grants_a_metaverse_product_up_to_1_000_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A15-1", yuan(1_000_000), words="每个给予最高100万元一次性奖励")


def test_a15_1_each_product_once_and_several_of_one_enterprise(ledger: Desk) -> None:
    one_award_for_each(ledger, "A15-1", "product", yuan(1_000_000))


def test_a15_2_grants_a_metaverse_scene_up_to_1_000_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A15-2", yuan(1_000_000), words="每个给予最高100万元一次性奖励")


def test_a15_2_each_scene_once_and_several_of_one_enterprise(ledger: Desk) -> None:
    one_award_for_each(ledger, "A15-2", "scene", yuan(1_000_000))


def test_a16_1_first_set_insurance_waits_until_a_rate_is_named(ledger: Desk) -> None:
    premium = {"premium_minor": str(yuan(1_000_000))}
    rate = RateOf(rate="0.8", base_fact="premium_minor")
    waits_for_its_rule(ledger, "A16-1", yuan(800_000), premium, check="rate_of", rate_of=rate)
    one_award_for_each(ledger, "A16-1", "insurance_policy", yuan(800_000), premium)
    shares(ledger, "A16-1", "product", yuan(800_000), premium, premium)


def test_a16_2_innovation_procurement_is_an_entitlement_without_money(ledger: Desk) -> None:
    records_an_entitlement(ledger, "A16-2", "适用政府采购合作创新采购方式（首购、订购等）")


def test_a17_1_grants_a_robot_maker_up_to_8_000_000_yuan(ledger: Desk) -> None:
    facts = robots(yuan(50_000_000) + 1)
    grants_up_to(ledger, "A17-1", yuan(8_000_000), facts, words="给予一次性最高800万元奖励")
    needs_evidence(ledger, "A17-1", yuan(8_000_000), facts, "audit_report")


@pytest.mark.parametrize("sales_minor", [yuan(50_000_000), yuan(50_000_000) - 1])
def test_a17_1_sales_of_2025_must_pass_50_000_000_yuan(ledger: Desk, sales_minor: int) -> None:
    refused = ledger.refuses_to_award("A17-1", yuan(8_000_000), robots(sales_minor))
    assert (refused.reason, refused.check.id) == ("THRESHOLD_NOT_MET", "threshold.sales_2025_minor")
    assert (refused.check.found, refused.admissible_minor) == (str(sales_minor), 0)
    assert "2025年整机年销售额首次突破5000万元" in refused.check.words


def test_a17_1_no_earlier_year_may_have_passed_it(ledger: Desk) -> None:
    sales = yuan(90_000_000)
    refused = ledger.refuses_to_award("A17-1", yuan(8_000_000), robots(sales, yuan(50_000_000) + 1))
    assert (refused.reason, refused.check.id) == ("THRESHOLD_NOT_MET", "threshold.highest_earlier_sales_minor")
    assert "首次突破5000万元" in refused.check.words
    assert ledger.award("A17-1", yuan(8_000_000), robots(sales, yuan(50_000_000))).approved_minor


def test_a17_1_once_for_each_enterprise_even_below_the_ceiling(ledger: Desk) -> None:
    facts = robots(yuan(60_000_000))
    first = ledger.award("A17-1", yuan(1_000_000), facts)
    refused = ledger.refuses_to_award("A17-1", yuan(7_000_000) + 1, facts, enterprise=first.enterprise, on=NEXT_YEAR)
    assert (refused.reason, refused.check.id, refused.admissible_minor) == ("KEY_IN_USE", "unique.one_off", 0)
    stands_against(refused, "cap.lifetime", limit=yuan(8_000_000), used=yuan(1_000_000))


def test_a17_2_grants_a_component_maker_up_to_3_000_000_yuan(ledger: Desk) -> None:
    facts = components(yuan(20_000_000) + 1)
    grants_up_to(ledger, "A17-2", yuan(3_000_000), facts, words="给予单户企业最高300万元奖补")
    needs_evidence(ledger, "A17-2", yuan(3_000_000), facts, "component", "audit_report")
    needs_fact(ledger, "A17-2", yuan(3_000_000), facts, "self_developed", "no", "自主研发生产的")


@pytest.mark.parametrize("sales_minor", [yuan(20_000_000), yuan(20_000_000) - 1])
def test_a17_2_sales_of_2025_must_be_above_20_000_000_yuan(ledger: Desk, sales_minor: int) -> None:
    refused = ledger.refuses_to_award("A17-2", yuan(3_000_000), components(sales_minor))
    assert (refused.reason, refused.check.id) == ("THRESHOLD_NOT_MET", "threshold.component_sales_2025_minor")
    assert (refused.check.found, refused.admissible_minor) == (str(sales_minor), 0)
    assert "2025年销售额超过2000万元的人形机器人核心零部件" in refused.check.words


def test_a17_2_an_enterprise_gets_3_000_000_yuan_for_all_its_components(ledger: Desk) -> None:
    facts = components(yuan(30_000_000))
    first = ledger.award("A17-2", yuan(2_000_000), facts, component="灵巧手")
    own: dict[str, Any] = {"enterprise": first.enterprise, "component": "减速器", "on": NEXT_YEAR}
    case = ledger.apply("A17-2", yuan(1_000_000) + 1, facts, **own)
    refused = ledger.refuses(case)
    assert (refused.reason, refused.check.id, refused.check.used) == ("CAP_EXCEEDED", "cap.lifetime", yuan(2_000_000))
    assert refused.admissible_minor == yuan(1_000_000)
    assert "单户企业最高300万元奖补" in refused.check.words
    assert ledger.approve(case, amount_minor=yuan(1_000_000)).award.approved_minor == yuan(1_000_000)
    again = ledger.refuses_to_award("A17-2", yuan(1_000_000), facts, component="灵巧手")
    assert again.reason == "EVIDENCE_IN_USE"


def test_a17_1_and_a17_2_may_both_be_had_11_000_000_yuan_together(ledger: Desk) -> None:
    report = {"audit_report": "2025年度审计报告"}
    maker = ledger.award("A17-1", yuan(8_000_000), robots(yuan(80_000_000)), **report)
    part = ledger.award("A17-2", yuan(3_000_000), components(yuan(25_000_000)), enterprise=maker.enterprise, **report)
    assert maker.approved_minor + part.approved_minor == yuan(11_000_000)


def test_a18_1_a_department_s_total_waits_until_an_amount_is_named(ledger: Desk) -> None:
    waits_for_its_rule(ledger, "A18-1", yuan(30_000_000), up_to=UpTo(ceiling_minor=yuan(30_000_000)))
    one_award_for_each(ledger, "A18-1", "batch", yuan(30_000_000))
    bureau = ledger.register(PUBLIC_BODY)
    assert ledger.award("A18-1", yuan(1_234_567), enterprise=bureau).approved_minor == yuan(1_234_567)


def test_a18_1_no_consumer_is_a_recipient(ledger: Desk) -> None:
    consumer = EnterpriseNumber(scheme="cn.ric", number="11010519491231002X")
    refusal = ledger.officer("A18-1").refused(RegisterEnterpriseRequest(number=consumer, name="某消费者"))
    assert refusal.reason == "ENTERPRISE_SCHEME_UNKNOWN"
