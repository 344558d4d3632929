"""第一至五条 · Science and technology: projects, platforms, loans, circuits and software."""

from __future__ import annotations

import pytest

from award_ledger.v1.awards_pb2 import InstalmentPlan
from award_ledger.v1.common_pb2 import VERDICT_NEEDS_OVERRIDE, VERDICT_NOTED
from award_ledger.v1.terms_pb2 import UpTo
from tests.acceptance.items.desk import DAY, NEXT_YEAR, Desk, yuan
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

PLATFORM = {"newly_national": "yes", "state_matching_required": "no"}
REPAID = {"repaid_on_time": "yes", "technology_sme": "yes"}
SOFTWARE = {"meets_industrial_software_rules": "yes"}


def test_a01_1_a_basic_research_project_waits_until_an_amount_is_named(ledger: Desk) -> None:
    waits_for_its_rule(ledger, "A01-1", yuan(300_000), up_to=UpTo(ceiling_minor=yuan(300_000)))
    one_award_for_each(ledger, "A01-1", "project", yuan(300_000))


def test_a01_1_150_projects_a_year_are_a_floor_that_is_reported_and_blocks_nothing(own_ledger: Desk) -> None:
    own_ledger.name_amounts("A01-1", up_to=UpTo(ceiling_minor=yuan(300_000)))
    first = own_ledger.approve(own_ledger.apply("A01-1", yuan(300_000)))
    floor = next(check for check in first.assessment.checks if check.id == "floor.A01-1")
    assert (floor.verdict, floor.limit, floor.used) == (VERDICT_NOTED, 150, 0)
    assert "每年布局150项以上基础研究项目" in floor.words
    own_ledger.award_many("A01-1", 150, yuan(300_000))
    (quota,) = own_ledger.measure("A01-1").quotas
    assert (quota.floor, quota.count, quota.used) == (150, 0, 151)
    (next_year,) = own_ledger.measure("A01-1", on=NEXT_YEAR).quotas
    assert (next_year.floor, next_year.used) == (150, 0)


def test_a02_1_the_innovation_action_waits_until_an_amount_is_named(ledger: Desk) -> None:
    waits_for_its_rule(ledger, "A02-1", yuan(2_000_000), up_to=UpTo(ceiling_minor=yuan(2_000_000)))
    one_award_for_each(ledger, "A02-1", "project", yuan(2_000_000))


def test_a02_2_a_major_project_waits_until_an_amount_is_named(ledger: Desk) -> None:
    waits_for_its_rule(ledger, "A02-2", yuan(5_000_000), up_to=UpTo(ceiling_minor=yuan(5_000_000)))
    one_award_for_each(ledger, "A02-2", "project", yuan(5_000_000))


def test_a02_2_takes_about_10_projects_a_year(own_ledger: Desk) -> None:
    own_ledger.name_amounts("A02-2", up_to=UpTo(ceiling_minor=yuan(5_000_000)))
    takes_about(own_ledger, "A02-2", 10, yuan(5_000_000), words="每年遴选确定10项左右重大产业攻关项目")


@pytest.mark.parametrize("off_minor", [-1, 1])
def test_a03_1_gives_a_new_national_platform_exactly_10_000_000_yuan(ledger: Desk, off_minor: int) -> None:
    fixed = yuan(10_000_000)
    case = ledger.apply("A03-1", fixed + off_minor, PLATFORM)
    refused = ledger.refuses(case)
    assert (refused.reason, refused.check.id, refused.check.verdict) == (
        "AMOUNT_NOT_FIXED",
        "fixed",
        VERDICT_NEEDS_OVERRIDE,
    )
    assert (refused.check.limit, refused.admissible_minor) == (fixed, fixed)
    assert "第3条" in refused.check.words
    assert "省级按规定给予1000万元经费支持" in refused.check.words
    assert ledger.approve(case, amount_minor=fixed).award.approved_minor == fixed


def test_a03_1_another_amount_takes_two_people_and_a_reason(ledger: Desk) -> None:
    case = ledger.apply("A03-1", yuan(8_000_000), PLATFORM)
    override = {"fixed": "平台自愿减少申报"}
    assert ledger.refuses(case, overrides=override).reason == "SECOND_PERSON_REQUIRED"
    ledger.review(case, yuan(8_000_000), "fixed")
    assert ledger.approve(case, overrides=override).award.approved_minor == yuan(8_000_000)


def test_a03_1_may_be_paid_in_instalments(ledger: Desk) -> None:
    plan = [
        InstalmentPlan(amount_minor=yuan(6_000_000)),
        InstalmentPlan(amount_minor=yuan(4_000_000), due_on=NEXT_YEAR),
    ]
    award = ledger.approve(ledger.apply("A03-1", yuan(10_000_000), PLATFORM), instalments=plan).award
    assert [(part.amount_minor, part.due_on) for part in award.instalments] == [
        (yuan(6_000_000), DAY),
        (yuan(4_000_000), NEXT_YEAR),
    ]


def test_a03_1_is_for_a_new_national_platform_without_state_matching_and_once_for_each(ledger: Desk) -> None:
    amount = yuan(10_000_000)
    needs_fact(ledger, "A03-1", amount, PLATFORM, "newly_national", "no", "新升级为国家级创新平台")
    needs_fact(ledger, "A03-1", amount, PLATFORM, "state_matching_required", "yes", "国家没有配套资金要求")
    one_award_for_each(ledger, "A03-1", "platform", amount, PLATFORM)


def test_a03_2_a_laboratory_waits_until_an_amount_is_named(ledger: Desk) -> None:
    accepted = {"acceptance_passed": "yes"}
    waits_for_its_rule(ledger, "A03-2", yuan(3_000_000), accepted, up_to=UpTo(ceiling_minor=yuan(3_000_000)))
    needs_fact(ledger, "A03-2", yuan(3_000_000), accepted, "acceptance_passed", "no", "建成并通过验收")
    one_award_for_each(ledger, "A03-2", "laboratory", yuan(3_000_000), accepted)


def test_a04_1_a_proof_of_concept_centre_is_an_entitlement_without_money(ledger: Desk) -> None:
    records_an_entitlement(ledger, "A04-1", "支持建设概念验证中心或中试基地")


def test_a04_2_subsidises_a_loan_up_to_500_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A04-2", yuan(500_000), REPAID, words="每个企业最高贴息50万元")
    needs_evidence(ledger, "A04-2", yuan(500_000), REPAID, "loan")


def test_a04_2_is_for_technology_smes_that_repaid_on_time(ledger: Desk) -> None:
    needs_fact(ledger, "A04-2", yuan(500_000), REPAID, "repaid_on_time", "no", "按时还本付息")
    needs_fact(ledger, "A04-2", yuan(500_000), REPAID, "technology_sme", "no", "人工智能科技型中小企业")


def test_a04_2_one_loan_once_even_where_the_first_used_less_than_the_ceiling(ledger: Desk) -> None:
    first = ledger.award("A04-2", yuan(200_000), REPAID, loan="贷款合同甲")
    for on in (DAY, NEXT_YEAR):
        refused = ledger.refuses_to_award("A04-2", yuan(300_000) + 1, REPAID, enterprise=first.enterprise, on=on)
        assert (refused.reason, refused.check.id, refused.admissible_minor) == ("KEY_IN_USE", "unique.one_loan", 0)
        assert "可任选一笔贷款给予一次性贴息支持" in refused.check.words
        stands_against(refused, "cap.lifetime", limit=yuan(500_000), used=yuan(200_000))
    another = ledger.refuses_to_award("A04-2", yuan(100_000), REPAID, loan="贷款合同甲")
    assert another.reason == "EVIDENCE_IN_USE"


def test_a05_1_grants_an_integrated_circuit_enterprise_up_to_2_000_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A05-1", yuan(2_000_000), words="按规定每个给予最高200万元补助")


def test_a05_1_one_notice_names_many_enterprises_and_each_is_selected_once_a_year(ledger: Desk) -> None:
    shares(ledger, "A05-1", "selection_notice", yuan(500_000), {}, {})
    first = ledger.award("A05-1", yuan(500_000))
    refused = ledger.refuses_to_award("A05-1", yuan(500_000), enterprise=first.enterprise)
    assert (refused.reason, refused.check.id) == ("KEY_IN_USE", "unique.yearly")
    again = ledger.approve(ledger.apply("A05-1", yuan(2_000_000), enterprise=first.enterprise, on=NEXT_YEAR))
    assert again.award.approved_minor == yuan(2_000_000)
    warning = next(check for check in again.assessment.checks if check.id == "unique.repeat")
    assert (warning.verdict, warning.used, warning.found) == (VERDICT_NOTED, 1, f"award {first.award_id} under A05-1")


def test_a05_1_takes_about_10_enterprises_a_year(own_ledger: Desk) -> None:
    takes_about(own_ledger, "A05-1", 10, yuan(2_000_000), words="每年遴选10家左右集成电路企业")


def test_a05_2_grants_a_software_project_up_to_3_000_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A05-2", yuan(3_000_000), SOFTWARE, words="按规定每个给予最高300万元奖励")
    words = "符合省级工业软件研发推广项目要求"
    needs_fact(ledger, "A05-2", yuan(3_000_000), SOFTWARE, "meets_industrial_software_rules", "no", words)
    one_award_for_each(ledger, "A05-2", "project", yuan(3_000_000), SOFTWARE)
