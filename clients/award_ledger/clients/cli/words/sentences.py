"""The sentences in which a measure's rules are read by the people whose rules they are."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase

_SPEECH = {
    "and": Phrase(" and ", "和"),
    "or": Phrase(" or ", "或"),
    "also": Phrase(" and ", "、"),
    "nor": Phrase(" or ", "、"),
    "semicolon": Phrase("; ", "；"),
    "colon": Phrase(": ", "："),
    "named": Phrase("{name} ({code})", "{name}（{code}）"),
    "named_in_minor": Phrase("{name} ({code}, in {unit})", "{name}（{code}，以{unit}计）"),
    "bare_in_minor": Phrase("{code} (in {unit})", "{code}（以{unit}计）"),
    "money": Phrase("{currency} {amount}", "{amount} {currency}"),
    "money_cny": Phrase("CNY {amount}", "{amount}元"),
    "minor": Phrase("minor units", "最小货币单位"),
    "minor_cny": Phrase("fen", "分"),
    "nothing_said": Phrase("not said", "未写明"),
    "unknown": Phrase("a value that this program does not know ({value})", "本程序不识别的值（{value}）"),
    "yes": Phrase("yes", "是"),
    "no": Phrase("no", "否"),
    "the_enterprise": Phrase("enterprise", "企业"),
    "check_id": Phrase(" [{kind}.{id}]", "［{kind}.{id}］"),
}

_AMOUNTS = {
    "needs_rule": Phrase(
        "The text names no amount yet: applications are recorded, and none is approved until a version with amounts "
        "is published.",
        "文件尚未载明金额：可以受理申报，发布载明金额的版本之前不予核准。",
    ),
    "all_amounts": Phrase(
        "All rules for the amount above hold together; the lowest binds.", "以上各项金额规则须同时满足，以最低者为准。"
    ),
    "fixed": Phrase(
        "Each award is exactly {amount}; another amount needs an override by two people.",
        "每笔固定为{amount}；金额不同的，须两人特批。",
    ),
    "up_to": Phrase("Each award is at most {amount}.", "每笔最高{amount}。"),
    "rate_of": Phrase(
        "Each award is at most {rate} of the {base}, {rounding}; a lower rate may be decided.",
        "每笔最多为{base}的{rate}，{rounding}；核准时可以决定更低的比例。",
    ),
    "rounded_down": Phrase("rounded down to whole {unit}", "舍去不足一{unit}的部分"),
    "rounded_down_minor": Phrase("rounded down to whole minor units", "舍去不足最小货币单位的部分"),
    "per_fact": Phrase(
        "Each award is at most {amount} for each unit counted by the {fact}.",
        "每笔最多为{amount}乘以{fact}的数量。",
    ),
    "per_evidence": Phrase(
        "Each award is at most {amount} for each {kind}; the same reference counts once.",
        "按{kind}计算，每个最高{amount}；同一编号只计一次。",
    ),
    "per_nothing": Phrase(
        "Each award is at most {amount} for each unit; what is counted is not said.",
        "每个单位最高{amount}；未写明按什么计数。",
    ),
    "tiered": Phrase(
        "Each award is at most, by the {fact}: {tiers}. {upgrade}; what is upgraded is told by the {lineage}.",
        "每笔的上限按{fact}分档：{tiers}。{upgrade}；升档以同一{lineage}为准。",
    ),
    "tier": Phrase("“{name}” {amount}", "“{name}”{amount}"),
    "staged": Phrase(
        "Each award is paid in {count} stages: {stages}. The first is released by the approval, each of the others "
        "by a result.",
        "分{count}期给付：{stages}。第1期经核准即可拨付，其余各期凭结果拨付。",
    ),
    "stage": Phrase("{number}. {name}, at most {amount}", "第{number}期{name}，最高{amount}"),
    "results": Phrase(" Results: {results}.", "结果：{results}。"),
    "result": Phrase("“{result}” {effect}", "“{result}”的，{effect}"),
    "case_by_case": Phrase(
        "Decided case by case: at most the amount that the {document} names; to be declared: {fact}.",
        "一事一议：以{document}载明的金额为上限；须申报{fact}。",
    ),
    "non_monetary": Phrase("No money is paid; what is granted: {what}.", "不涉及资金；给予：{what}。"),
    "rule_unknown": Phrase(
        "A rule for the amount that this program does not know.", "另有一项金额规则，本程序不识别。"
    ),
}

_LIMITS = {
    "cap": Phrase(
        "{scope}: at most {limit} {window}{with_others}; {mode}{id}.",
        "{scope}{window}累计不超过{limit}{with_others}；{mode}{id}。",
    ),
    "with_others": Phrase(", counted together with {measures}", "（与{measures}合并计算）"),
    "same": Phrase("the same {what}", "同一{what}"),
    "key_besides": Phrase(" (key: {keys})", "（对象：{keys}）"),
    "first_month": Phrase(" (which begins in month {month})", "（自{month}月起）"),
    "quota_hard": Phrase(
        "At most {count} awards {window}{pool}; never passed{id}.", "{window}最多{count}项{pool}，不得突破{id}。"
    ),
    "quota_soft": Phrase(
        "About {count} awards {window}{pool}; more need an override by two people{id}.",
        "{window}{count}项左右{pool}，超出的须两人特批{id}。",
    ),
    "quota_none": Phrase("The number of awards {window}{pool} is not limited.", "{window}不限项数{pool}。"),
    "quota_floor": Phrase(
        "Aim {window}{pool}: at least {floor} awards; shown, never a limit{id}.",
        "{window}目标不少于{floor}项{pool}，只作提示，不限制核准{id}。",
    ),
    "quota_pool": Phrase(", in the pool “{pool}”", "（计入名额池“{pool}”，各措施共用）"),
    "unique": Phrase(
        "{keys}: one live award {window}{pool}{upgrades}; {overridable}{id}.",
        "{keys}{window}只能有一笔有效奖补{pool}{upgrades}；{overridable}{id}。",
    ),
    "unique_reported": Phrase(
        "{keys}: a live award {window}{pool}{upgrades} is reported and refuses nothing ({overridable}){id}.",
        "{keys}{window}已有有效奖补的{pool}{upgrades}，只作提示，不影响核准（{overridable}）{id}。",
    ),
    "unique_pool": Phrase(", over all measures of the pool “{pool}”", "（“{pool}”范围内的各措施合并计算）"),
    "upgrades_from": Phrase(
        "; an award of the same enterprise under {measures} is upgraded and does not stand in the way",
        "；同一企业已有{measures}奖补的，按升档办理，不视为重复",
    ),
    "overridable": Phrase("two people may pass it with a reason", "确需突破的，可由两人说明理由特批"),
    "override_not_needed": Phrase("no override is needed", "无需特批"),
    "not_overridable": Phrase("no override passes it", "不得特批突破"),
}

_TESTS = {
    "threshold": Phrase("The {fact} must be {comparison} {value}.", "{fact}须{comparison}{value}。"),
    "requirement": Phrase("{fact}: must be {values}{excluded}.", "{fact}：须为{values}{excluded}。"),
    "requirement_any": Phrase("{fact}: must be declared; any value{excluded}.", "{fact}：须申报，不限内容{excluded}。"),
    "requirement_not": Phrase(", but not {values}", "，但不得为{values}"),
    "evidence": Phrase("{kind}: at least {count}; {sharing}.", "{kind}：至少{count}份；{sharing}。"),
    "evidence_optional": Phrase("{kind}: may be given; {sharing}.", "{kind}：可以提交；{sharing}。"),
    "shareable": Phrase("the same one may back several awards", "同一凭证可以支持多笔奖补"),
    "not_shareable": Phrase(
        "the same one backs one award only, unless two people override it",
        "同一凭证只能支持一笔有效奖补，突破的须两人特批",
    ),
}

_COURSE = {
    "validity": Phrase(
        "Valid from {first} to {last}, both days included; {tested}.",
        "自{first}起至{last}止有效（含首尾两日）；{tested}。",
    ),
    "validity_not_said": Phrase("When it is valid is not said; {tested}.", "未写明有效期；{tested}。"),
    "publicity": Phrase(
        "What is approved is made public for {days} days before it may be paid.", "核准后公示{days}天，期满方可拨付。"
    ),
    "no_publicity": Phrase("No days of publicity before payment.", "拨付前不设公示期。"),
    "fund": Phrase(
        "Awards decided in fiscal year {year} draw on the fund {code}.",
        "{year}财政年度核准的，从资金指标 {code} 列支。",
    ),
    "fund_others": Phrase(
        "Awards decided in any other fiscal year are refused until a version names its fund.",
        "其他财政年度核准的，须先发布列明该年度资金指标的版本。",
    ),
    "fund_none": Phrase("No fund is named: no appropriation is enforced.", "未列明资金指标，不核对资金额度。"),
    "second_person": Phrase("Every approval needs a review by a second person.", "每笔核准均须经第二人复核。"),
    "gives_back": Phrase("{ground}: gives back {what}.", "{ground}：恢复{what}。"),
    "gives_back_but": Phrase("{ground}: gives back {what}; not {rest}.", "{ground}：恢复{what}；不恢复{rest}。"),
    "gives_back_nothing": Phrase("{ground}: gives back nothing.", "{ground}：均不恢复。"),
    "gives_back_others": Phrase(
        "Any other ground ({grounds}) gives back nothing.", "其他事由（{grounds}）：均不恢复。"
    ),
    "place.given": Phrase(
        "the place in quotas and keys (once nothing of the award is left)",
        "名额和唯一性的占用（该笔奖补全部取消或收回后）",
    ),
    "fund_money.given": Phrase("the money of the fund (within its fiscal year)", "资金（限同一财政年度）"),
    "gives_back_never": Phrase(
        "Nothing is given back, whatever the ground ({grounds}).", "任何事由（{grounds}）均不恢复。"
    ),
    "headroom.given": Phrase("the room under caps", "累计限额"),
    "headroom": Phrase("the room under caps", "累计限额"),
    "place": Phrase("the place in quotas and keys", "名额和唯一性的占用"),
    "fund_money": Phrase("the money of the fund", "资金"),
    "ground.GROUND_UNSPECIFIED": Phrase("No ground", "未写明事由"),
    "ground.GROUND_REVOCATION": Phrase("Revoked before it was paid", "拨付前撤销的"),
    "ground.GROUND_OVERPAYMENT": Phrase("Too much was granted or paid", "多批、多付的"),
    "ground.GROUND_BREACH": Phrase("The conditions were broken", "违反条件的"),
    "forecast": Phrase(
        "{year}: {amount}; shown, never a limit{source}.", "{year}年：{amount}；只作提示，不作限额{source}。"
    ),
    "forecast_source": Phrase(" ({source})", "（{source}）"),
}

_READINGS = {
    "in_words": Phrase("words: {words}", "原文：{words}"),
    "source": Phrase("source", "原文及来源"),
    "seen_in": Phrase("seen in", "体现于"),
    "nth": Phrase("{rule} {number}", "{rule}第{number}项"),
    "article_numbered": Phrase("Article {article}", "第{article}条"),
    "no_article": Phrase("No article named", "未写明条款"),
    "responsible": Phrase("also responsible", "责任部门"),
    "dated": Phrase("dated", "日期"),
    "address": Phrase("address", "网址"),
}

_PAGE = {
    "page.title": Phrase("Measures", "政策措施"),
    "page.about": Phrase(
        "Each item: the words of the law, its rules in plain sentences, the reading chosen for each ambiguity and "
        "the question that is open. Made from the rules by which the ledger decides. In [brackets]: the check of an "
        "assessment that tests the limit.",
        "逐项列出原文、以通俗语句写明的规则、对每处不明确之处采用的解释和待明确的问题；由账本据以核算的条款生成。"
        "［］内为核算说明中对应的核查项。",
    ),
    "page.by_article": Phrase("By article", "按条款"),
    "page.by_department": Phrase("By lead department", "按牵头部门"),
    "page.money": Phrase("Funds", "资金"),
    "page.forecast": Phrase("Said, and not enforced", "预计，不作限额"),
    "page.rests_on": Phrase(
        "Of every item that names no instrument of its own. {fields}.",
        "适用于未另列文件依据的各项。{fields}。",
    ),
    "page.shared": Phrase("Rules of all items", "各项共同规则"),
    "page.shared_readings": Phrase("Readings of the whole text", "对全文的解释"),
    "page.items": Phrase("The items", "各项措施"),
    "page.later": Phrase("later version, not published with the package", "后续版本，不随本文件发布"),
    "page.readings": Phrase("Readings", "解释"),
    "page.see_shared": Phrase("and the rules and readings of all items", "另适用各项共同规则和对全文的解释"),
}

SENTENCES = {
    f"plain.{key}": phrase
    for part in (_SPEECH, _AMOUNTS, _LIMITS, _TESTS, _COURSE, _READINGS, _PAGE)
    for key, phrase in part.items()
}
"""Every sentence, by its key."""
