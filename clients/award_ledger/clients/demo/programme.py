"""Which stories are told, in which order, on which day of law each takes place, and what it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from award_ledger.clients.cli.words import Phrase
from award_ledger.clients.demo.stage import Stage
from award_ledger.clients.demo.stories import amounts, correcting, money, places, reconciling, versions, withholding

PUBLISHED_ON = date(2025, 5, 13)
"""The day on which the text was published; the appropriations are those of 2025, so the stories are too."""


@dataclass(frozen=True, slots=True)
class Story:
    """One story: what it is called, its day of law, and the function that tells it. Raises Disagreement."""

    title: Phrase
    on: date
    tell: Callable[[Stage], None]


def _story(on: str, en: str, zh: str, tell: Callable[[Stage], None]) -> Story:
    return Story(Phrase(en, zh), date.fromisoformat(on), tell)


STORIES = (
    _story(
        "2025-06-16",
        "A06-1 · approved under rate and cap",
        "A06-1 · 按比例和上限核准",
        amounts.approved_under_rate_and_cap,
    ),
    _story(
        "2025-06-17", "A06-1 · asked twice, answered once", "A06-1 · 重复提交与试算", amounts.asked_twice_answered_once
    ),
    _story("2025-07-01", "A06-1 · cut to what fits", "A06-1 · 按余额核减", amounts.cut_to_what_fits),
    _story(
        "2025-07-02",
        "A06-1 · refused, with its explanation",
        "A06-1 · 不予核准及其说明",
        amounts.refused_with_its_explanation,
    ),
    _story(
        "2025-07-03", "A06-1 · one contract, two applications", "A06-1 · 同一合同重复申报", places.evidence_used_twice
    ),
    _story("2025-07-07", "A03-1 · a fixed amount", "A03-1 · 定额", amounts.fixed_amount),
    _story("2025-07-08", "A25-1 · so much for each base station", "A25-1 · 按基站数", amounts.so_much_per_unit),
    _story("2025-07-09", "A25-1 · not quite the threshold", "A25-1 · 未超过门槛", amounts.not_quite_the_threshold),
    _story("2025-07-10", "A26-1 · case by case", "A26-1 · 一事一议", amounts.case_by_case),
    _story(
        "2025-07-11",
        "A24-2 · an entitlement without money",
        "A24-2 · 不涉及资金的权益",
        amounts.entitlement_without_money,
    ),
    _story(
        "2025-07-14", "A07-1 · one model for one industry", "A07-1 · 一行业一模型", places.one_model_for_one_industry
    ),
    _story(
        "2025-07-15",
        "A08-1 · a soft quota, passed by two people",
        "A08-1 · 名额“左右”，两人特批",
        places.soft_quota_passed_by_two,
    ),
    _story("2025-07-16", "A25-2 · the fund is used up", "A25-2 · 资金指标用完", places.fund_used_up),
    _story("2025-07-17", "A25-3 · all cut by one ratio", "A25-3 · 按同一比例核减", places.all_cut_by_one_ratio),
    _story(
        "2025-07-21",
        "A11-1 → A11-2 · an upgrade pays the difference",
        "A11-1 → A11-2 · 升级补差额",
        versions.upgrade_pays_the_difference,
    ),
    _story(
        "2025-08-04",
        "A10-2 · no amount until Terms name it",
        "A10-2 · 待定细则",
        versions.needs_rule_until_terms_name_amounts,
    ),
    _story("2025-09-04", "A08-1 · a later rule, in stages", "A08-1 · 后续细则，分阶段", versions.later_rule_in_stages),
    _story(
        "2025-09-15",
        "A08-1 · excellent: the second half is released",
        "A08-1 · 验收优秀",
        versions.excellent_result_releases,
    ),
    _story(
        "2025-09-16",
        "A08-1 · failed: everything is recovered",
        "A08-1 · 验收不合格",
        versions.failed_result_recovers_all,
    ),
    _story(
        "2025-09-22", "Payment · rejected, and instructed again", "拨付 · 拒付后重新指令", money.paid_by_somebody_else
    ),
    _story("2025-09-24", "Payment · returned, and paid again", "拨付 · 退回后重新拨付", money.returned_and_paid_again),
    _story("2025-10-13", "Clawback · received in parts", "追回 · 分次收回", money.clawed_back_in_parts),
    _story(
        "2025-10-20",
        "A06-1 · a tip-off stops payment until it is answered",
        "A06-1 · 举报待答复，暂停拨付",
        withholding.stopped_by_a_tip_off,
    ),
    _story(
        "2025-10-27",
        "A06-1 · held while older money is to be returned",
        "A06-1 · 追回款未结清，暂缓拨付",
        withholding.held_until_repaid,
    ),
    _story(
        "2025-11-03",
        "A06-1 · another reading: set off first",
        "A06-1 · 改用另一种解释：先抵扣，后拨付",
        withholding.set_off_under_another_reading,
    ),
    _story(
        "2025-11-10",
        "A06-1 · typed wrongly, and corrected",
        "A06-1 · 录入有误，予以更正",
        correcting.typed_wrongly,
    ),
    _story(
        "2025-11-17",
        "Finance · a run, its statement, every line explained, the day closed",
        "财务 · 付款批次、对账单、逐笔勾对、日结",
        reconciling.run_and_statement,
    ),
)
