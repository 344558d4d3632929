"""How much: a rate under a cap, a fixed amount, an amount per unit, a document's amount, no money at all."""

from __future__ import annotations

from uuid import uuid4

from award_ledger.clients.demo.enterprises import CANDIDATE, CARRIER, COMPUTE, PLATFORM, UNIVERSITY
from award_ledger.clients.demo.narration import yuan
from award_ledger.clients.demo.stage import Case, Facts, References, Stage
from award_ledger.v1.common_pb2 import Payee

OFFICER = "li@dsjj"

_ACCOUNT = Payee(account_name="济南示例算力应用有限公司", account_number="6222000000000000001", bank="示例银行")


def settled(amount: str) -> Facts:
    """The facts of an application for computing-power vouchers."""
    return {
        "settled_minor": str(yuan(amount)),
        "supplier_in_shandong": "yes",
        "tax_treatment": "inclusive",
        "contract_date": "2025-03-03",
    }


def papers(number: str) -> References:
    """Its evidence."""
    return [("contract", f"HT-{number}"), ("invoice", f"FP-{number}"), ("payment_voucher", f"PZ-{number}")]


def approved_under_rate_and_cap(stage: Stage) -> None:
    """5% of what was settled, rounded down to the fen, below the lifetime cap of 5,000,000."""
    stage.tell(
        "12,345,678.90 were settled under a contract; at most 5%, rounded down to the fen, and 5,000,000 in all.",
        "合同项下实际结算 12,345,678.90 元；不超过 5%，舍去不足一分的部分，每个企业累计最高 500 万元。",
    )
    case = stage.apply(
        COMPUTE,
        "A06-1",
        yuan("617283.94"),
        officer=OFFICER,
        facts=settled("12345678.90"),
        evidence=papers("2025-001"),
        payee=_ACCOUNT,
    )
    award = stage.approve(case, decided_rate="0.05").award
    stage.expect("granted", award.approved_minor, yuan("617283.94"))
    stage.expect("fund", award.fund_code, "A06-1/2025")


def asked_twice_answered_once(stage: Stage) -> None:
    """The same request again changes nothing and is answered the same; a dry run answers and records nothing."""
    request_id = str(uuid4())
    head = stage.auditor.get_head().position
    first, again = (
        stage.by(OFFICER).submit_application(
            COMPUTE.number,
            "A06-1",
            yuan("100000"),
            facts=settled("2000000"),
            evidence=papers("2025-090"),
            applied_on=stage.on,
            request_id=request_id,
        )
        for _ in range(2)
    )
    stage.expect("answers", again.application, stage.kept(first).application)
    stage.expect("repeated", (first.receipt.repeated, again.receipt.repeated), (False, True))
    case = Case(COMPUTE, first.application.application_id, OFFICER)
    tried = stage.decide(case, validate_only=True)
    stage.expect("would be granted", (tried.award.approved_minor, tried.receipt.position), (yuan("100000"), 0))
    stage.expect("events added", stage.auditor.get_head().position - head, 1)
    stage.done(
        "An application that was sent twice, and an approval that was only tried out: one event",
        "同一申报发送两次，核准仅作试算：日志只增加一条记录",
    )
    stage.kept(
        stage.by(OFFICER).withdraw_application(COMPUTE.number, case.application_id, "材料有误", effective_on=stage.on)
    )
    stage.done("The applicant takes it back", "申报单位撤回申报")


def cut_to_what_fits(stage: Stage) -> None:
    """What the lifetime cap no longer holds is cut, and the calculation says so."""
    stage.tell(
        "5% of another 90,000,000.00 would be 4,500,000.00; the cap has room for less, and grants what fits.",
        "又结算 9,000 万元，5% 为 450 万元；累计上限余额不足，按余额核减。",
    )
    case = stage.apply(
        COMPUTE,
        "A06-1",
        yuan("4500000"),
        officer=OFFICER,
        facts=settled("90000000"),
        evidence=papers("2025-002"),
    )
    answer = stage.approve(case)
    stage.explain(answer.assessment)
    stage.expect("granted", answer.award.approved_minor, yuan("4382716.06"))
    stage.expect("binding", list(answer.assessment.binding), ["cap.lifetime"])


def refused_with_its_explanation(stage: Stage) -> None:
    """Nothing is left under the cap: refused, with the words, the numbers and what would have to change."""
    case = stage.apply(
        COMPUTE,
        "A06-1",
        yuan("50000"),
        officer=OFFICER,
        facts=settled("1000000"),
        evidence=papers("2025-003"),
    )
    assessment = stage.refused(case, "CAP_EXCEEDED", explain=True)
    check = next(check for check in assessment.checks if check.id == "cap.lifetime")
    stage.expect("limit, used, left", (check.limit, check.used, check.left), (yuan("5000000"), yuan("5000000"), 0))
    stage.expect("words", check.words.endswith("每个企业奖补总额最高500万元"), True)
    application = stage.auditor.get_application(COMPUTE.number, case.application_id).application
    stage.expect("refusals recorded", application.refused_approvals, 1)


def fixed_amount(stage: Stage) -> None:
    """Exactly 10,000,000: neither more nor less, unless two people override."""
    case = stage.apply(
        PLATFORM,
        "A03-1",
        yuan("8000000"),
        officer="li@fgw",
        facts={"newly_national": "yes", "state_matching_required": "no"},
        evidence=[("platform", "国家级示例创新平台")],
    )
    stage.refused(case, "AMOUNT_NOT_FIXED")
    award = stage.approve(case, amount_minor=yuan("10000000")).award
    stage.expect("granted", award.approved_minor, yuan("10000000"))


def so_much_per_unit(stage: Stage) -> None:
    """5,000 for each base station on the list; a station that is listed twice counts once."""
    stations = [("base_station", f"SD-5G-{number:04}") for number in (1, 2, 3, 4, 5, 6, 7, 8, 8)]
    case = stage.apply(
        CARRIER,
        "A25-1",
        yuan("45000"),
        officer="li@gxt",
        facts={"daily_traffic_gb": "30.5", "has_5g_a_or_redcap": "yes", "newly_built": "yes"},
        evidence=[*stations, ("traffic_report", "2025-Q2")],
    )
    stage.refused(case, "CEILING_EXCEEDED")
    award = stage.approve(case, amount_minor=yuan("40000")).award
    stage.expect("granted", award.approved_minor, 8 * yuan("5000"))


def not_quite_the_threshold(stage: Stage) -> None:
    """超过30GB is strictly more than 30."""
    case = stage.apply(
        CARRIER,
        "A25-1",
        yuan("5000"),
        officer="li@gxt",
        facts={"daily_traffic_gb": "30", "has_5g_a_or_redcap": "yes", "newly_built": "yes"},
        evidence=[("base_station", "SD-5G-0009"), ("traffic_report", "2025-Q2")],
    )
    stage.refused(case, "THRESHOLD_NOT_MET")


def case_by_case(stage: Stage) -> None:
    """一事一议: the approval document is the ceiling."""
    case = stage.apply(
        UNIVERSITY,
        "A26-1",
        yuan("2000000"),
        officer="li@zzb",
        facts={"approved_minor": str(yuan("1800000"))},
        evidence=[("approval_document", "示例批复〔2025〕1号")],
    )
    stage.refused(case, "CEILING_EXCEEDED")
    award = stage.approve(case, amount_minor=yuan("1800000")).award
    stage.expect("granted", award.approved_minor, yuan("1800000"))


def entitlement_without_money(stage: Stage) -> None:
    """A place in the library of listing candidates: recorded, and nothing to pay."""
    case = stage.apply(CANDIDATE, "A24-2", 0, officer="li@czt")
    award = stage.approve(case).award
    stage.expect("granted", (award.approved_minor, len(award.instalments), award.fund_code), (0, 0, ""))
