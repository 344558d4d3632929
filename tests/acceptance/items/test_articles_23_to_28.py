"""第二十三至二十八条 · Resources: projects, funds, infrastructure, talent, standards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from award_ledger.v1.terms_pb2 import CaseByCase, UpTo
from tests.acceptance.items.desk import NEXT_YEAR, Desk, Facts, yuan
from tests.acceptance.items.rules import (
    grants_up_to,
    needs_evidence,
    needs_fact,
    one_award_for_each,
    records_an_entitlement,
    shares,
    waits_for_its_rule,
)

EVALUATED = {"evaluation_passed": "yes"}
STANDARDS = {"A28-1": yuan(400_000), "A28-2": yuan(200_000)}


def stations(traffic_gb: str = "30.01") -> Facts:
    """New base stations, and the daily traffic of the one that has the least."""
    return {"daily_traffic_gb": traffic_gb, "has_5g_a_or_redcap": "yes", "newly_built": "yes"}


def listed(*names: str) -> Sequence[str]:
    """A list of base stations."""
    return [f"基站{name}" for name in names]


def approved(minor: int) -> Facts:
    """The amount of the approval document."""
    return {"approved_minor": str(minor)}


def standard(name: str) -> Facts:
    """The standard that was led."""
    return {"standard": name}


def test_a23_1_the_key_project_library_is_an_entitlement_without_money(ledger: Desk) -> None:
    entitlement = "列入“人工智能+”重点项目库，优先支持申报超长期特别国债、中央预算内投资和地方政府专项债券"
    needs_evidence(ledger, "A23-1", 0, {}, "project")
    records_an_entitlement(ledger, "A23-1", entitlement, project="重点项目乙")
    assert ledger.award("A25-3", yuan(1_000_000), project="重点项目乙").approved_minor == yuan(1_000_000)


def test_a23_2_a_typical_scenario_waits_until_an_amount_is_named(ledger: Desk) -> None:
    waits_for_its_rule(ledger, "A23-2", yuan(1_500_000), up_to=UpTo(ceiling_minor=yuan(1_500_000)))
    one_award_for_each(ledger, "A23-2", "project", yuan(1_500_000))


def test_a24_1_an_industry_fund_s_equity_waits_for_its_rule_and_needs_an_approval_document(ledger: Desk) -> None:
    rule = CaseByCase(document_evidence="approval_document", amount_fact="approved_minor")
    equity = approved(yuan(200_000_000))
    waits_for_its_rule(ledger, "A24-1", yuan(200_000_000), equity, check="case_by_case", case_by_case=rule)
    needs_evidence(ledger, "A24-1", yuan(200_000_000), equity, "approval_document")
    one_award_for_each(ledger, "A24-1", "approval_document", yuan(200_000_000), equity)


def test_a24_2_the_listing_library_is_an_entitlement_without_money(ledger: Desk) -> None:
    records_an_entitlement(ledger, "A24-2", "纳入上市企业培育库")


@pytest.mark.parametrize("number", [1, 3, 200])
def test_a25_1_grants_5_000_yuan_for_each_base_station_of_a_list(ledger: Desk, number: int) -> None:
    stations_of_test = listed(*(f"{number}-{i}" for i in range(number)))
    grants_up_to(
        ledger,
        "A25-1",
        yuan(5_000) * number,
        stations(),
        words="每个给予最高5000元补助",
        check="per_unit",
        base_station=stations_of_test,
    )


def test_a25_1_a_base_station_counts_once_in_a_list_and_in_one_award_alone(ledger: Desk) -> None:
    twice = ledger.refuses_to_award("A25-1", yuan(10_000), stations(), base_station=listed("甲", "甲"))
    assert (twice.reason, twice.check.found, twice.admissible_minor) == ("CEILING_EXCEEDED", "1", yuan(5_000))
    ledger.award("A25-1", yuan(10_000), stations(), base_station=listed("甲", "乙"))
    refused = ledger.refuses_to_award("A25-1", yuan(10_000), stations(), base_station=listed("乙", "丙"))
    assert (refused.reason, refused.check.id) == ("EVIDENCE_IN_USE", "evidence.base_station:基站乙")
    assert ledger.award("A25-1", yuan(5_000), stations(), base_station=listed("丙")).approved_minor == yuan(5_000)


@pytest.mark.parametrize("traffic_gb", ["30", "30.000", "29.99"])
def test_a25_1_traffic_must_be_strictly_above_30_gb_a_day(ledger: Desk, traffic_gb: str) -> None:
    refused = ledger.refuses_to_award("A25-1", yuan(5_000), stations(traffic_gb))
    assert (refused.reason, refused.check.id) == ("THRESHOLD_NOT_MET", "threshold.daily_traffic_gb")
    assert (refused.check.found, refused.admissible_minor) == (traffic_gb, 0)
    assert "日均流量超过30GB" in refused.check.words
    assert ledger.award("A25-1", yuan(5_000), stations("30.001")).approved_minor == yuan(5_000)


def test_a25_1_is_for_new_stations_with_5g_a_or_redcap_and_a_traffic_report(ledger: Desk) -> None:
    words = "具备5G-A技术特性或开通RedCap功能"
    needs_fact(ledger, "A25-1", yuan(5_000), stations(), "has_5g_a_or_redcap", "no", words)
    needs_fact(ledger, "A25-1", yuan(5_000), stations(), "newly_built", "no", "新建5G基站")
    needs_evidence(ledger, "A25-1", yuan(5_000), stations(), "base_station")
    shares(ledger, "A25-1", "traffic_report", yuan(5_000), stations(), stations())


def test_a25_2_grants_a_benchmark_project_up_to_10_000_000_yuan(ledger: Desk) -> None:
    words = "分别按规定给予最高1000万元和500万元奖补"
    award = grants_up_to(ledger, "A25-2", yuan(10_000_000), words=words)
    assert award.fund_code == "A25-2_A25-3/2025"


def test_a25_3_grants_a_leading_project_up_to_5_000_000_yuan(ledger: Desk) -> None:
    words = "分别按规定给予最高1000万元和500万元奖补"
    award = grants_up_to(ledger, "A25-3", yuan(5_000_000), words=words)
    assert award.fund_code == "A25-2_A25-3/2025"


def test_a25_2_and_a25_3_award_a_project_once(ledger: Desk) -> None:
    one_award_for_each(ledger, "A25-2", "project", yuan(1_000_000))
    one_award_for_each(ledger, "A25-3", "project", yuan(1_000_000))
    first = ledger.award("A25-2", yuan(1_000_000), project="算力枢纽")
    refused = ledger.refuses_to_award("A25-3", yuan(1_000_000), project="算力枢纽")
    assert (refused.reason, refused.check.found) == ("EVIDENCE_IN_USE", f"award {first.award_id} under A25-2")


def test_a25_2_and_a25_3_share_one_fund_of_40_000_000_yuan(own_ledger: Desk) -> None:
    own_ledger.award_many("A25-2", 3, yuan(10_000_000))
    own_ledger.award("A25-3", yuan(4_000_000))
    refused = own_ledger.refuses_to_award("A25-2", yuan(10_000_000))
    assert (refused.reason, refused.check.id, refused.admissible_minor) == ("FUND_EXHAUSTED", "fund", yuan(6_000_000))
    assert (refused.check.limit, refused.check.used) == (yuan(40_000_000), yuan(34_000_000))
    own_ledger.award("A25-2", yuan(6_000_000))
    refused = own_ledger.refuses_to_award("A25-3", 1)
    assert (refused.reason, refused.admissible_minor) == ("FUND_EXHAUSTED", 0)


@pytest.mark.parametrize("code", ["A26-1", "A26-2"])
def test_a26_1_and_a26_2_the_approval_document_is_the_ceiling(ledger: Desk, code: str) -> None:
    words = "“一事一议”“一人一策”"
    document = approved(yuan(3_500_000))
    grants_up_to(ledger, code, yuan(3_500_000), document, words=words, check="case_by_case")
    refused = ledger.refuses_to_award(code, yuan(3_500_000))
    assert (refused.reason, refused.check.found) == ("FACT_MISSING", "approved_minor")


def test_a26_1_an_allowance_needs_an_approval_document_that_backs_no_other_award(ledger: Desk) -> None:
    document = approved(yuan(1_000_000))
    needs_evidence(ledger, "A26-1", yuan(1_000_000), document, "approval_document")
    one_award_for_each(ledger, "A26-1", "approval_document", yuan(1_000_000), document)


def test_a26_2_equity_needs_an_approval_document_that_backs_no_other_award(ledger: Desk) -> None:
    document = approved(yuan(20_000_000))
    needs_evidence(ledger, "A26-2", yuan(20_000_000), document, "approval_document")
    first = ledger.award("A26-1", yuan(1_000_000), document, approval_document="鲁才字1号")
    refused = ledger.refuses_to_award("A26-2", yuan(20_000_000), document, approval_document="鲁才字1号")
    assert (refused.reason, refused.check.found) == ("EVIDENCE_IN_USE", f"award {first.award_id} under A26-1")


def test_a27_1_a_title_fast_track_is_an_entitlement_without_money(ledger: Desk) -> None:
    records_an_entitlement(ledger, "A27-1", "职称评审绿色通道和“一人一议”薪酬激励")


def test_a27_2_a_post_doctoral_base_is_an_entitlement_without_money(ledger: Desk) -> None:
    records_an_entitlement(ledger, "A27-2", "支持建设博士后创新实践基地")


def test_a27_3_courses_and_enrolment_are_an_entitlement_without_money(ledger: Desk) -> None:
    records_an_entitlement(ledger, "A27-3", "增设人工智能专业课程，扩大招生规模")


def test_a28_1_grants_the_lead_of_an_international_standard_up_to_400_000_yuan(ledger: Desk) -> None:
    words = "每项分别给予最高40万元、20万元奖补"
    grants_up_to(ledger, "A28-1", yuan(400_000), standard("ISO/IEC 示例1"), words=words)
    needs_evidence(ledger, "A28-1", yuan(400_000), standard("ISO/IEC 示例2"), "standard")


def test_a28_2_grants_the_lead_of_a_national_standard_up_to_200_000_yuan(ledger: Desk) -> None:
    words = "每项分别给予最高40万元、20万元奖补"
    grants_up_to(ledger, "A28-2", yuan(200_000), standard("GB/T 示例1"), words=words)
    needs_evidence(ledger, "A28-2", yuan(200_000), standard("GB/T 示例2"), "standard")


@pytest.mark.parametrize("code", STANDARDS)
def test_a28_1_and_a28_2_co_leaders_share_one_ceiling_for_a_standard(ledger: Desk, code: str) -> None:
    ceiling, part = STANDARDS[code], yuan(150_000)
    key = standard(f"{code}共同主导")
    shared: dict[str, Any] = {"standard": f"{code}共同主导"}
    first = ledger.apply(code, part, key, **shared)
    ledger.approve(first)
    case = ledger.apply(code, ceiling - part + 1, key, on=NEXT_YEAR, **shared)
    refused = ledger.refuses(case)
    assert (refused.reason, refused.check.id) == ("CAP_EXCEEDED", "cap.standard")
    assert (refused.check.limit, refused.check.used) == (ceiling, part)
    assert refused.admissible_minor == ceiling - part
    assert ledger.approve(case, amount_minor=ceiling - part).award.approved_minor == ceiling - part
    again = ledger.refuses_to_award(code, 1, key, enterprise=first.enterprise, on=NEXT_YEAR)
    assert (again.reason, again.check.id) == ("KEY_IN_USE", "unique.standard")


def test_a28_1_and_a28_2_a_standard_put_forward_as_both_gets_one_ceiling(ledger: Desk) -> None:
    ledger.award("A28-1", yuan(400_000), standard("双编号标准"))
    refused = ledger.refuses_to_award("A28-2", yuan(200_000), standard("双编号标准"))
    assert (refused.reason, refused.check.id, refused.check.used) == ("CAP_EXCEEDED", "cap.standard", yuan(400_000))
    ledger.award("A28-2", yuan(200_000), standard("双编号标准乙"))
    refused = ledger.refuses_to_award("A28-1", yuan(200_000) + 1, standard("双编号标准乙"))
    assert (refused.reason, refused.admissible_minor) == ("CAP_EXCEEDED", yuan(200_000))


def test_a28_3_grants_a_national_pilot_up_to_200_000_yuan_once(ledger: Desk) -> None:
    words = "每项分别给予最高20万元、10万元奖补"
    grants_up_to(ledger, "A28-3", yuan(200_000), EVALUATED, words=words)
    needs_fact(ledger, "A28-3", yuan(200_000), EVALUATED, "evaluation_passed", "no", "建设完成并通过评估")
    one_award_for_each(ledger, "A28-3", "pilot", yuan(200_000), EVALUATED)


def test_a28_4_grants_a_provincial_pilot_up_to_100_000_yuan_once(ledger: Desk) -> None:
    words = "每项分别给予最高20万元、10万元奖补"
    grants_up_to(ledger, "A28-4", yuan(100_000), EVALUATED, words=words)
    needs_fact(ledger, "A28-4", yuan(100_000), EVALUATED, "evaluation_passed", "no", "建设完成并通过评估")
    one_award_for_each(ledger, "A28-4", "pilot", yuan(100_000), EVALUATED)
