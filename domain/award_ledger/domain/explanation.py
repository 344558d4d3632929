"""Words beside the numbers: on which words of the instrument a check rests, and what would have to change."""

from functools import lru_cache

from award_ledger.domain.case import quota_pool
from award_ledger.domain.terms import LocalizedText, Terms


def words(check_id: str, terms: Terms) -> str:
    """The quoted words on which a check rests: its own where it has some, else those of the instrument."""
    own = _own_words(terms)
    return own[check_id] if check_id in own else own[""]


@lru_cache(maxsize=1024)
def _own_words(terms: Terms) -> dict[str, str]:
    """The words of the checks that have some, by id; under the empty one those of the instrument."""
    instrument = terms.instrument
    article = f"第{instrument.article}条 " if instrument.article else ""
    quotes = {
        **{f"cap.{cap.id}": cap.words for cap in terms.caps},
        **{f"{kind}.{quota_pool(quota, terms)}": quota.words for quota in terms.quotas for kind in ("quota", "floor")},
        **{f"unique.{rule.id}": rule.words for rule in terms.uniqueness},
        **{f"threshold.{rule.fact}": rule.words for rule in terms.thresholds},
        **{f"requirement.{rule.fact}": rule.words for rule in terms.requirements},
    }
    quotes = {check_id: quote for check_id, quote in quotes.items() if quote} | {"": instrument.quote}
    return {check_id: f"{instrument.document} {article}{quote}".strip() for check_id, quote in quotes.items()}


_REMEDIES: dict[str, LocalizedText] = {
    "MEASURE_NEEDS_RULE": LocalizedText(zh="发布载明金额的条款后可批准", en="publish Terms that name the amount"),
    "MEASURE_SUSPENDED": LocalizedText(zh="恢复该政策措施", en="reopen the measure"),
    "MEASURE_CLOSED": LocalizedText(zh="该政策措施已结束", en="the measure has ended"),
    "OUTSIDE_VALIDITY": LocalizedText(
        zh="日期须在有效期内，或发布新条款", en="a date within the validity, or Terms that extend it"
    ),
    "ENTERPRISE_BARRED": LocalizedText(zh="解除限制后可批准", en="reinstate the enterprise"),
    "CLAWBACK_OUTSTANDING": LocalizedText(
        zh="追回款结清、核销或撤销追回后可批准",
        en="once the orders to return money are repaid, written off or withdrawn",
    ),
    "FACT_MISSING": LocalizedText(zh="在申报中补充该事实", en="declare this fact in the application"),
    "REQUIREMENT_NOT_MET": LocalizedText(zh="申报事实不符合要求", en="another value of this fact"),
    "THRESHOLD_NOT_MET": LocalizedText(zh="数值须达到门槛", en="a number that passes the threshold"),
    "EVIDENCE_MISSING": LocalizedText(zh="补充所需凭证", en="add the required evidence"),
    "EVIDENCE_IN_USE": LocalizedText(
        zh="换用其他凭证，或两人特批并说明理由",
        en="other evidence, or an override by two people with a reason",
    ),
    "KEY_IN_USE": LocalizedText(zh="该名额释放后，或另选领域、对象", en="another key, or this one once it is free"),
    "AMOUNT_NOT_FIXED": LocalizedText(
        zh="按固定金额批准，或两人特批并说明理由", en="exactly the fixed amount, or an override by two people"
    ),
    "CEILING_EXCEEDED": LocalizedText(zh="金额不超过上限", en="an amount within the ceiling"),
    "RATE_EXCEEDED": LocalizedText(zh="比例不超过上限", en="a rate within the ceiling"),
    "CAP_EXCEEDED": LocalizedText(
        zh="金额不超过累计上限的余额", en="an amount within what the cap leaves, or a later window"
    ),
    "QUOTA_EXCEEDED": LocalizedText(
        zh="名额已满；软性名额可由两人特批", en="a later window; a soft quota can be passed by two people"
    ),
    "FUND_EXHAUSTED": LocalizedText(zh="追加资金指标或减少金额", en="a larger appropriation, or a smaller amount"),
    "FUND_NOT_SET": LocalizedText(
        zh="建立该财政年度的资金指标", en="create the fund of this fiscal year, in this currency"
    ),
    "SECOND_PERSON_REQUIRED": LocalizedText(
        zh="由另一人审核同意该金额和特批事项",
        en="a review by another person that covers amount and overrides",
    ),
}


def remedy(reason: str) -> LocalizedText:
    """What would have to change for a check to pass that does not for this reason; empty if there is none."""
    return _REMEDIES.get(reason, LocalizedText())
