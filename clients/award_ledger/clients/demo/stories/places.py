"""How many, and for what: evidence, keys, quotas, and the fund behind them."""

from __future__ import annotations

from award_ledger.clients.demo.enterprises import CROWD, ELEVENTH, LATECOMER, MODELLER, RIVAL
from award_ledger.clients.demo.narration import shown, yuan
from award_ledger.clients.demo.stage import Facts, Stage
from award_ledger.clients.demo.stories.amounts import papers, settled
from award_ledger.v1.awards_pb2 import ProRataRow
from award_ledger.v1.common_pb2 import EnterpriseNumber

_MODEL: Facts = {"industry": "C26", "national_evaluation_passed": "yes"}
_OFFICER, _REVIEWER = "li@gxt", "wang@czt"


def evidence_used_twice(stage: Stage) -> None:
    """One contract backs one award, whoever names it and however it is written."""
    stage.tell(
        "Another enterprise hands in contract HT-2025-001 once more, written ｈｔ-2025-001.",
        "另一企业再次提交合同 HT-2025-001，写作 ｈｔ-2025-001。",
    )
    case = stage.apply(
        RIVAL,
        "A06-1",
        yuan("100000"),
        officer="li@dsjj",
        facts=settled("2000000"),
        evidence=[("contract", "ｈｔ-2025-001"), *papers("2025-900")[1:]],
    )
    stage.refused(case, "EVIDENCE_IN_USE")


def one_model_for_one_industry(stage: Stage) -> None:
    """一行业一模型: the second model of an industry is refused, that of another industry is not."""
    first = stage.apply(
        MODELLER,
        "A07-1",
        yuan("1000000"),
        officer=_OFFICER,
        facts=_MODEL,
        evidence=[("model", "示例化工大模型"), ("evaluation_report", "PC-2025-11")],
    )
    stage.approve(first)
    evidence = [("model", "示例第二化工大模型"), ("evaluation_report", "PC-2025-12")]
    second = stage.apply(LATECOMER, "A07-1", yuan("800000"), officer=_OFFICER, facts=_MODEL, evidence=evidence)
    stage.refused(second, "KEY_IN_USE")
    other = stage.apply(
        LATECOMER, "A07-1", yuan("800000"), officer=_OFFICER, facts={**_MODEL, "industry": "C27"}, evidence=evidence
    )
    stage.approve(other)


def soft_quota_passed_by_two(stage: Stage) -> None:
    """每年遴选10个左右: the eleventh needs a reason and two people; one alone cannot do it."""
    granted = stage.award_many(CROWD, "A08-1", yuan("1500000"), kind="corpus", officer=_OFFICER)
    stage.expect("granted", [answer.award.approved_minor for answer in granted], [yuan("1500000")] * 10)
    ten = f"10 × {shown(yuan('1500000'))}, A08-1 v1"
    stage.done(f"{ten} approved by {_OFFICER}", f"批准 {ten}（{_OFFICER}）")
    case = stage.apply(ELEVENTH, "A08-1", yuan("1500000"), officer=_OFFICER, evidence=[("corpus", "示例语料库十一")])
    stage.refused(case, "QUOTA_EXCEEDED")
    reason = "该语料库填补空白，经会商同意"
    stage.refused(case, "SECOND_PERSON_REQUIRED", overrides={"quota.A08-1": reason})
    stage.review(case, _REVIEWER, up_to_minor=yuan("1500000"), overrides=["quota.A08-1"], reason=reason)
    award = stage.approve(case, overrides={"quota.A08-1": reason}).award
    stage.expect("people", (award.principal, award.second_principal), (_OFFICER, _REVIEWER))
    used = stage.auditor.get_measure("A08-1", on=stage.on).measure.quotas[0].used
    stage.expect("places taken", used, 11)


def fund_used_up(stage: Stage) -> None:
    """Approvals stop when the appropriation is promised; finance raises it by a document, and they go on."""
    stage.award_many(CROWD[:4], "A25-2", yuan("10000000"), kind="project", officer=_OFFICER)
    four = f"4 × {shown(yuan('10000000'))}, A25-2 v1"
    stage.done(f"{four} approved by {_OFFICER}", f"批准 {four}（{_OFFICER}）")
    case = stage.apply(CROWD[4], "A25-3", yuan("5000000"), officer=_OFFICER, evidence=[("project", "示例数据基础设施")])
    stage.refused(case, "FUND_EXHAUSTED")
    code = "A25-2_A25-3/2025"
    stage.kept(
        stage.by("qian@czt").change_appropriation(
            code, change_minor=yuan("6000000"), document="示例追加文件〔2025〕2号", effective_on=stage.on
        )
    )
    more = shown(yuan("6000000"))
    stage.done(f"{more} added to the fund {code} by qian@czt", f"资金指标 {code} 追加 {more}（qian@czt）")
    stage.approve(case)
    fund = stage.auditor.get_fund(code).fund
    stage.expect("fund", (fund.appropriated_minor, fund.available_minor), (yuan("46000000"), yuan("1000000")))


def all_cut_by_one_ratio(stage: Stage) -> None:
    """What is left does not suffice for a batch: it is decided as one, and every award is cut by the same ratio."""
    cases = [
        stage.apply(
            firm, "A25-3", yuan(asked), officer=_OFFICER, evidence=[("project", f"示例引领型工程{firm.serial}")]
        )
        for firm, asked in zip(CROWD[5:8], ("5000000", "3000000", "2000000"), strict=True)
    ]
    answer = stage.kept(
        stage.by(_OFFICER).approve_pro_rata(
            "A25-3",
            [
                ProRataRow(enterprise=EnterpriseNumber(number=case.firm.number), application_id=case.application_id)
                for case in cases
            ],
            "本批全额需1000万元，资金指标只余100万元",
            effective_on=stage.on,
        )
    )
    full, available = shown(answer.full_minor), shown(answer.available_minor)
    stage.done(
        f"{available} for {full}: all three cut to a tenth", f"全额需 {full}，可安排 {available}：三项均按十分之一核定"
    )
    stage.expect(
        "shares",
        [share.award.approved_minor for share in answer.shares],
        [yuan("500000"), yuan("300000"), yuan("200000")],
    )
    stage.expect("available", stage.auditor.get_fund("A25-2_A25-3/2025").fund.available_minor, 0)
