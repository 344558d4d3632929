"""第六至九条 · The four vouchers: computing power, models, corpora (as 49号 has them), innovation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from award_ledger.clients.package_files import catalogue_path
from award_ledger.v1.applications_pb2 import APPLICATION_STATUS_OPEN, GetApplicationRequest
from award_ledger.v1.awards_pb2 import ApproveProRataRequest, ProRataRow
from award_ledger.v1.common_pb2 import VERDICT_CUT, VERDICT_NEEDS_OVERRIDE
from award_ledger.v1.history_pb2 import GetEventRequest
from award_ledger.v1.measures_pb2 import MEASURE_STATUS_NEEDS_RULE, MEASURE_STATUS_OPEN
from award_ledger.v1.terms_pb2 import RateOf
from tests.acceptance.items.desk import DAY, NEXT_YEAR, Desk, Facts, yuan
from tests.acceptance.items.rules import (
    grants_up_to,
    needs_evidence,
    needs_fact,
    one_award_for_each,
    takes_about,
)

THIRD_YEAR = "2026-11-30"


def computing(settled_minor: int) -> Facts:
    """Computing power bought in Shandong, and what was settled for it, tax included."""
    return {
        "settled_minor": str(settled_minor),
        "supplier_in_shandong": "yes",
        "tax_treatment": "inclusive",
        "contract_date": "2025-06-03",
    }


def model(industry: str) -> Facts:
    """A model of an industry that passed the evaluation."""
    return {"industry": industry, "national_evaluation_passed": "yes"}


@pytest.mark.parametrize(
    ("settled_minor", "most_minor"),
    [
        (yuan(20_000_000), yuan(1_000_000)),
        (123_456_719, 6_172_835),  # 5% are 6,172,835.95 fen
        (20, 1),
    ],
)
def test_a06_1_grants_up_to_5_percent_of_what_was_settled_rounded_down(
    ledger: Desk, settled_minor: int, most_minor: int
) -> None:
    words = "给予不超过算力交易金额的5%奖补支持"
    grants_up_to(ledger, "A06-1", most_minor, computing(settled_minor), words=words, check="rate_of")


def test_a06_1_of_less_than_20_fen_nothing_is_left(ledger: Desk) -> None:
    refused = ledger.refuses_to_award("A06-1", 1, computing(19))
    assert (refused.reason, refused.check.limit, refused.admissible_minor) == ("CEILING_EXCEEDED", 0, 0)


def test_a06_1_the_officer_may_decide_a_lower_rate_and_no_higher_one(ledger: Desk) -> None:
    case = ledger.apply("A06-1", yuan(50_000), computing(yuan(1_000_000) + 33))
    refused = ledger.refuses(case, decided_rate="0.0501")
    assert (refused.reason, refused.check.id, refused.check.found) == ("RATE_EXCEEDED", "decided_rate", "0.0501")
    assert refused.admissible_minor == yuan(50_000) + 1
    award = ledger.approve(case, decided_rate="0.04").award
    assert (award.approved_minor, award.decided_rate) == (yuan(40_000) + 1, "0.04")


def test_a06_1_is_for_computing_power_from_shandong_by_amounts_that_include_tax(ledger: Desk) -> None:
    facts = computing(yuan(1_000_000))
    needs_fact(ledger, "A06-1", yuan(50_000), facts, "supplier_in_shandong", "no", "")
    needs_fact(ledger, "A06-1", yuan(50_000), facts, "tax_treatment", "exclusive", "")
    needs_fact(ledger, "A06-1", yuan(50_000), facts, "contract_date", None, "")
    before_the_policy = {**facts, "contract_date": "2025-01-10"}
    assert ledger.award("A06-1", yuan(50_000), before_the_policy).approved_minor == yuan(50_000)


def test_a06_1_needs_contract_invoice_and_payment_voucher_each_of_them_once(ledger: Desk) -> None:
    facts = computing(yuan(1_000_000))
    needs_evidence(ledger, "A06-1", yuan(50_000), facts, "contract", "invoice", "payment_voucher")
    for kind in ("contract", "invoice", "payment_voucher"):
        one_award_for_each(ledger, "A06-1", kind, yuan(50_000), facts)


def test_a06_1_an_enterprise_gets_5_000_000_yuan_for_life_over_contracts_and_years_cut_to_what_fits(
    own_ledger: Desk,
) -> None:
    own_ledger.name_fund("A06-1/2026", 2026, yuan(30_000_000), "A06-1")
    facts = computing(yuan(60_000_000))
    first = own_ledger.award("A06-1", yuan(3_000_000), facts)
    second = own_ledger.award("A06-1", yuan(1_500_000), facts, enterprise=first.enterprise, on=NEXT_YEAR)
    assert (second.approved_minor, second.fund_code) == (yuan(1_500_000), "A06-1/2026")
    answer = own_ledger.approve(
        own_ledger.apply("A06-1", yuan(3_000_000), facts, enterprise=first.enterprise, on=THIRD_YEAR)
    )
    assert (answer.assessment.asked_minor, answer.award.approved_minor) == (yuan(3_000_000), yuan(500_000))
    cap = next(check for check in answer.assessment.checks if check.id == "cap.lifetime")
    assert (cap.verdict, cap.limit, cap.used) == (VERDICT_CUT, yuan(5_000_000), yuan(4_500_000))
    refused = own_ledger.refuses_to_award("A06-1", 1, facts, enterprise=first.enterprise, on=THIRD_YEAR)
    assert (refused.reason, refused.check.id, refused.admissible_minor) == ("CAP_EXCEEDED", "cap.lifetime", 0)
    assert "第6条 每个企业奖补总额最高500万元" in refused.check.words


def test_a06_1_the_fund_of_30_000_000_yuan_stops_the_seventh_award_at_the_cap(own_ledger: Desk) -> None:
    facts = computing(yuan(100_000_000))
    own_ledger.award_many("A06-1", 6, yuan(5_000_000), lambda _: facts)
    refused = own_ledger.refuses_to_award("A06-1", yuan(5_000_000), facts)
    assert (refused.reason, refused.check.id) == ("FUND_EXHAUSTED", "fund")
    assert (refused.check.limit, refused.check.used) == (yuan(30_000_000), yuan(30_000_000))
    assert (refused.admissible_minor, list(refused.assessment.binding)) == (0, ["fund"])
    fund = own_ledger.fund("A06-1/2025")
    assert (fund.available_minor, fund.encumbered_minor) == (0, yuan(30_000_000))


def test_a06_1_a_batch_that_the_fund_is_too_short_for_is_cut_by_one_ratio_as_one_explained_decision(
    own_ledger: Desk,
) -> None:
    asked = [yuan(5_000_000)] * 6 + [yuan(2_500_000)]
    cases = [own_ledger.apply("A06-1", amount, computing(yuan(100_000_000))) for amount in asked]
    rows = [ProRataRow(enterprise=case.enterprise, application_id=case.application_id) for case in cases]
    batch = ApproveProRataRequest(measure_code="A06-1", rows=rows, reason="年度预算不足，按比例兑付", effective_on=DAY)
    spread = own_ledger.officer("A06-1").do(batch)
    granted = [share.award.approved_minor for share in spread.shares]
    assert granted == [461_538_461] * 6 + [230_769_230]  # 30,000,000 of 32,500,000 yuan: 12 of 13 parts of each
    assert (spread.available_minor, spread.full_minor) == (yuan(30_000_000), yuan(32_500_000))
    assert own_ledger.fund("A06-1/2025").available_minor == yuan(30_000_000) - sum(granted)
    told = own_ledger.finance.do(GetEventRequest(position=spread.receipt.position)).event
    assert told.topic == "measure.pro_rata_decided.v1"
    decision = json.loads(told.state)
    assert (decision["reason"], decision["granted_minor"]) == (batch.reason, sum(granted))
    assert [share["share_minor"] for share in decision["shares"]] == granted


def test_a06_1_no_fund_is_known_for_2026_so_nothing_is_granted_in_2026(ledger: Desk) -> None:
    refused = ledger.refuses_to_award("A06-1", yuan(50_000), computing(yuan(1_000_000)), on=NEXT_YEAR)
    assert (refused.reason, refused.check.id) == ("FUND_NOT_SET", "fund")


def test_a07_1_grants_a_model_up_to_1_000_000_yuan(ledger: Desk) -> None:
    facts = model("化工")
    grants_up_to(ledger, "A07-1", yuan(1_000_000), facts, words="每个给予最高100万元补助")
    for kind in ("model", "evaluation_report"):
        first, another = model(f"{kind}甲"), model(f"{kind}乙")
        one_award_for_each(ledger, "A07-1", kind, yuan(1_000_000), first, another)
    words = "通过国家级专业评测机构水平评测"
    needs_fact(ledger, "A07-1", yuan(1_000_000), model("铝业"), "national_evaluation_passed", "no", words)


def test_a07_1_one_industry_one_model_in_a_year_but_for_two_people_with_a_reason(own_ledger: Desk) -> None:
    own_ledger.name_fund("A07-1/2026", 2026, yuan(30_000_000), "A07-1")
    first = own_ledger.award("A07-1", yuan(800_000), model("纺织"))
    case = own_ledger.apply("A07-1", yuan(600_000), model("纺织"))
    refused = own_ledger.refuses(case)
    assert (refused.reason, refused.check.id) == ("KEY_IN_USE", "unique.industry")
    assert (refused.check.verdict, refused.check.found) == (
        VERDICT_NEEDS_OVERRIDE,
        f"award {first.award_id} under A07-1",
    )
    assert "按照“一行业一模型”原则" in refused.check.words
    override = {"unique.industry": "细分行业不同"}
    assert own_ledger.refuses(case, overrides=override).reason == "SECOND_PERSON_REQUIRED"
    own_ledger.review(case, yuan(600_000), "unique.industry")
    assert own_ledger.approve(case, overrides=override).award.approved_minor == yuan(600_000)
    assert own_ledger.award("A07-1", yuan(800_000), model("纺织"), on=NEXT_YEAR).fund_code == "A07-1/2026"


def test_a07_1_takes_about_30_models_a_year(own_ledger: Desk) -> None:
    own_ledger.name_fund("A07-1/2026", 2026, yuan(30_000_000), "A07-1")
    takes_about(own_ledger, "A07-1", 30, yuan(900_000), words="每年遴选30个左右", facts=lambda i: model(f"行业{i}"))


def test_a08_1_grants_a_corpus_up_to_1_500_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A08-1", yuan(1_500_000), words="每个给予最高150万元补助")
    one_award_for_each(ledger, "A08-1", "corpus", yuan(1_000_000))


def test_a08_1_takes_about_10_corpora_a_year(own_ledger: Desk) -> None:
    own_ledger.name_fund("A08-1/2026", 2026, yuan(30_000_000), "A08-1")
    takes_about(own_ledger, "A08-1", 10, yuan(1_500_000), words="每年遴选10个左右")


def test_a08_1_and_a07_1_draw_on_one_fund_of_30_000_000_yuan(own_ledger: Desk) -> None:
    own_ledger.award_many("A08-1", 9, yuan(1_500_000))
    own_ledger.award_many("A07-1", 16, yuan(1_000_000), lambda i: model(f"行业{i}"))
    for code, facts in (("A07-1", model("造纸")), ("A08-1", {})):
        refused = own_ledger.refuses_to_award(code, yuan(500_000) + 1, facts)
        assert (refused.reason, refused.check.limit) == ("FUND_EXHAUSTED", yuan(30_000_000))
        assert (refused.check.used, refused.admissible_minor) == (yuan(29_500_000), yuan(500_000))
        assert list(refused.assessment.binding) == ["fund"]
    assert own_ledger.award("A08-1", yuan(500_000)).fund_code == "A07-1_A08-1/2025"
    refused = own_ledger.refuses_to_award("A07-1", 1, model("造纸"))
    assert (refused.reason, refused.admissible_minor) == ("FUND_EXHAUSTED", 0)


RATE = RateOf(rate="3/10", base_fact="cost_minor")

RULE = """\
package: {package}

measure_code: A09-1
name: {{zh: 创新券, en: Innovation voucher}}
instrument:
  document: 示例创新券实施细则
  article: 9
lead_departments: [kjt, czt]
amounts:
  - rate_of: {{rate: 0.30, base_fact: cost_minor, rounding: down}}
caps:
  - id: annual
    limit: 500_000
    scope: enterprise
    window: {{kind: calendar_years, years: 1}}
    mode: all_or_nothing
    words: 同一企业每年最高补助50万元
evidence:
  - {{kind: contract, at_least: 1}}
  - {{kind: invoice, at_least: 1}}
"""


def cost(minor: int) -> Facts:
    """What the use of shared facilities cost."""
    return {"cost_minor": str(minor)}


def publish_the_rate(ledger: Desk, folder: Path) -> None:
    """The department publishes its rule from a file."""
    file = folder / "A09-1.v2.yaml"
    file.write_text(RULE.format(package=catalogue_path("shandong-2025-49") / "package.yaml"), "utf-8")
    ledger.command("measures", "publish", str(file), by="li@kjt")


def test_a09_1_waits_until_the_department_publishes_a_rate(own_ledger: Desk, tmp_path: Path) -> None:
    case = own_ledger.apply("A09-1", yuan(30_000), cost(yuan(100_000) + 3))
    assert own_ledger.measure("A09-1").status == MEASURE_STATUS_NEEDS_RULE
    assert own_ledger.refuses(case).reason == "MEASURE_NEEDS_RULE"
    kept = GetApplicationRequest(enterprise=case.enterprise, application_id=case.application_id)
    assert own_ledger.finance.do(kept).application.status == APPLICATION_STATUS_OPEN
    publish_the_rate(own_ledger, tmp_path)
    assert own_ledger.measure("A09-1").status == MEASURE_STATUS_OPEN
    refused = own_ledger.refuses(case, amount_minor=yuan(30_000) + 1)
    assert (refused.reason, refused.admissible_minor) == ("CEILING_EXCEEDED", yuan(30_000))
    award = own_ledger.approve(case).award
    assert (award.approved_minor, award.terms_version) == (yuan(30_000), 2)


def test_a09_1_an_enterprise_gets_500_000_yuan_in_a_calendar_year_and_again_in_the_next(own_ledger: Desk) -> None:
    own_ledger.name_amounts("A09-1", rate_of=RATE)
    facts = cost(yuan(10_000_000))
    first = own_ledger.award("A09-1", yuan(300_000), facts)
    refused = own_ledger.refuses_to_award("A09-1", yuan(200_000) + 1, facts, enterprise=first.enterprise)
    assert (refused.reason, refused.check.id) == ("CAP_EXCEEDED", "cap.annual")
    assert (refused.check.limit, refused.check.used) == (yuan(500_000), yuan(300_000))
    assert refused.admissible_minor == yuan(200_000)
    assert "第9条 同一企业每年最高补助50万元" in refused.check.words
    own_ledger.award("A09-1", yuan(200_000), facts, enterprise=first.enterprise, on="2025-12-31")
    refused = own_ledger.refuses_to_award("A09-1", 1, facts, enterprise=first.enterprise, on="2025-12-31")
    assert (refused.reason, refused.admissible_minor) == ("CAP_EXCEEDED", 0)
    again = own_ledger.award("A09-1", yuan(500_000), facts, enterprise=first.enterprise, on="2026-01-01")
    assert again.approved_minor == yuan(500_000)


def test_a09_1_an_enterprise_and_its_subsidiary_have_each_a_cap_of_their_own(own_ledger: Desk) -> None:
    own_ledger.name_amounts("A09-1", rate_of=RATE)
    for _ in range(2):
        member = own_ledger.register()
        own_ledger.link(member, "示例集团")
        award = own_ledger.award("A09-1", yuan(500_000), cost(yuan(10_000_000)), enterprise=member)
        assert award.approved_minor == yuan(500_000)


def test_a09_1_needs_contract_and_invoice_each_of_them_once(own_ledger: Desk) -> None:
    own_ledger.name_amounts("A09-1", rate_of=RATE)
    for kind in ("contract", "invoice"):
        one_award_for_each(own_ledger, "A09-1", kind, yuan(10_000), cost(yuan(100_000)))
