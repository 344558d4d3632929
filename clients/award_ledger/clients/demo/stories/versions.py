"""Over time: upgrades, Terms that come later, and awards in stages."""

from __future__ import annotations

from award_ledger.clients.demo.enterprises import EXCELLENT, FAILING, SMALL_FIRM, STEELWORKS, Firm
from award_ledger.clients.demo.narration import shown, yuan
from award_ledger.clients.demo.stage import Case, Stage
from award_ledger.clients.package_files import catalogue_path, load_package
from award_ledger.v1.awards_pb2 import Award
from award_ledger.v1.payments_pb2 import InstalmentStatus
from award_ledger.v1.terms_pb2 import AmountRule, Terms, Tier, Tiered, Upgrade

_OFFICER = "li@gxt"
_HALF = yuan("750000")
_TIERS = {"2": "100000", "3": "200000", "4": "300000"}
_ENGLISH = {"优秀": "excellent", "不合格": "failed"}


def upgrade_pays_the_difference(stage: Stage) -> None:
    """一领域一基地: a base that becomes a national one gets what is missing to the higher ceiling, and no new place."""
    base = [("base", "示例钢铁应用基地")]
    first = stage.apply(STEELWORKS, "A11-1", yuan("5000000"), officer="li@fgw", facts={"field": "steel"}, evidence=base)
    stage.approve(first)
    stage.tell(
        "It becomes a national base, and asks for the 10,000,000 of the higher ceiling.",
        "获批国家行业应用基地后，按 1,000 万元上限申报。",
    )
    second = stage.apply(
        STEELWORKS,
        "A11-2",
        yuan("10000000"),
        officer="li@fgw",
        facts={"field": "steel"},
        evidence=[*base, ("national_approval", "示例批复〔2025〕7号")],
    )
    award = stage.approve(second).award
    stage.expect("granted", award.approved_minor, yuan("5000000"))
    measure = stage.auditor.get_measure("A11-2", on=stage.on).measure
    stage.expect("places taken", measure.quotas[0].used, 1)


def needs_rule_until_terms_name_amounts(stage: Stage) -> None:
    """分档 without the amounts: refused, until Terms with the tiers are published; the next level pays the rest."""
    case = _level(stage, "3", yuan("200000"))
    stage.refused(case, "MEASURE_NEEDS_RULE")
    terms = Terms()
    terms.CopyFrom(stage.auditor.get_measure("A10-2").measure.terms)
    terms.instrument.document = "示例实施细则（仅用于演示）"
    tiers = [Tier(name=level, ceiling_minor=yuan(amount)) for level, amount in _TIERS.items()]
    terms.amounts.append(
        AmountRule(tiered=Tiered(tier_fact="dcmm_level", tiers=tiers, upgrade=Upgrade.UPGRADE_DIFFERENCE))
    )
    published = stage.kept(stage.by("li@dsjj").publish_terms(terms, effective_on=stage.on)).measure
    stage.expect("version", published.terms_version, 2)
    stage.done("Terms with an amount for each level are published: A10-2 v2", "已发布载明各等级金额的条款：A10-2 v2")
    stage.approve(case)
    upgrade = stage.approve(_level(stage, "4", yuan("300000")), amount_minor=yuan("100000")).award
    stage.expect("granted", upgrade.approved_minor, yuan("300000") - yuan("200000"))


def _level(stage: Stage, level: str, asked_minor: int) -> Case:
    return stage.apply(
        SMALL_FIRM,
        "A10-2",
        asked_minor,
        officer="li@dsjj",
        facts={"sme": "yes", "dcmm_level": level},
        evidence=[("certificate", f"DCMM-{level}-0001")],
    )


def later_rule_in_stages(stage: Stage) -> None:
    """The later rule of A08-1: 750,000 on selection, 750,000 on acceptance; awards decided before keep theirs."""
    later = catalogue_path("shandong-2025-49") / "later" / "A08-1.v2.yaml"
    (terms,) = load_package(later).measures
    measure = stage.kept(stage.by("li@gxt").publish_terms(terms.message, effective_on=stage.on)).measure
    stage.expect("version", measure.terms_version, 2)
    stage.done(
        "Published: A08-1 v2, up to 750,000 + 750,000, at most 20 a year",
        "已发布：A08-1 v2，最高 75 万元 + 75 万元，每年不超过 20 个",
    )


def excellent_result_releases(stage: Stage) -> None:
    """优秀 releases the second half."""
    award = _selected(stage, EXCELLENT)
    stage.pay(award, 1)
    award = _result(stage, award, "优秀")
    stage.pay(award, 2)
    (award,) = stage.awards(EXCELLENT, "A08-1")
    stage.expect("paid", award.paid_minor, 2 * _HALF)


def failed_result_recovers_all(stage: Stage) -> None:
    """不合格 cancels the second half and orders the first one back; it comes back in two parts."""
    award = _selected(stage, FAILING)
    stage.pay(award, 1)
    award = _result(stage, award, "不合格")
    stage.expect("cancelled", award.cancelled_minor, _HALF)
    stage.expect("ordered back", award.clawbacks[0].ordered_minor, _HALF)
    for amount in ("500000", "250000"):
        clawback = stage.kept(
            stage.by("sun@czt").record_recovery(
                FAILING.number, award.award_id, 1, amount_minor=yuan(amount), effective_on=stage.on
            )
        ).clawback
        received, left = shown(yuan(amount)), shown(clawback.outstanding_minor)
        stage.done(f"{received} received back, {left} outstanding", f"收回 {received}，未收回 {left}")
    (award,) = stage.awards(FAILING, "A08-1")
    stage.expect("outstanding", award.clawbacks[0].outstanding_minor, 0)


def _selected(stage: Stage, firm: Firm) -> Award:
    evidence = [("corpus", f"{firm.name.zh}语料库")]
    case = stage.apply(firm, "A08-1", 2 * _HALF, officer=_OFFICER, evidence=evidence)
    award = stage.approve(case).award
    stage.expect("terms", award.terms_version, 2)
    stage.expect("instalments", [part.amount_minor for part in award.instalments], [_HALF, _HALF])
    waiting = InstalmentStatus.INSTALMENT_STATUS_WAITING
    stage.expect("second instalment", award.instalments[1].status, waiting)
    return award


def _result(stage: Stage, award: Award, result: str) -> Award:
    answer = stage.kept(
        stage.by(_OFFICER).record_stage_result(
            award.enterprise, award.award_id, result=result, document="示例验收意见", effective_on=stage.on
        )
    )
    stage.done(f"Acceptance: {result} ({_ENGLISH[result]})", f"验收结果：{result}")
    return answer.award
