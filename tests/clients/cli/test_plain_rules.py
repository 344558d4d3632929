"""Rules in plain sentences: nothing of Terms is left out, and each kind of rule says what the ledger does."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from award_ledger.clients.cli.desk import Desk
from award_ledger.clients.cli.plain.page import Page
from award_ledger.clients.cli.plain.rules import rule_sentences
from award_ledger.clients.cli.plain.speaker import Speaker, Vocabulary, percent
from award_ledger.clients.cli.tables import show
from award_ledger.clients.cli.views.register import measure_view
from award_ledger.clients.cli.words import Language
from award_ledger.clients.package_files import Package, Sourced
from award_ledger.v1 import terms_pb2 as t
from award_ledger.v1.common_pb2 import LocalizedText
from award_ledger.v1.measures_pb2 import Measure
from tests.clients import canned
from tests.clients.cli.full_terms import changes, full_terms

LANGUAGES: tuple[Language, ...] = ("zh", "en")

LIFETIME = t.Window(kind=t.WINDOW_KIND_LIFETIME)

WORDS = Vocabulary(
    departments={"kjt": LocalizedText(zh="省科技厅", en="Department of Science and Technology")},
    words={
        "settled_minor": LocalizedText(zh="实际结算金额", en="amount settled"),
        "station": LocalizedText(zh="基站", en="station"),
    },
    values={"field": {"steel": LocalizedText(zh="钢铁", en="steel")}},
)


def on_screen(terms: t.Terms, language: Language, width: int = 400) -> str:
    out = Console(file=io.StringIO(), width=width)
    desk = Desk("", "", language, json=False, timeout_s=1, out=out, err=out)
    show(out, measure_view(desk, Measure(code=terms.measure_code, terms=terms), WORDS))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def on_page(terms: t.Terms, language: Language) -> str:
    return Page(Package((Sourced(terms, {}),)), (), WORDS, [language]).markdown()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rendered", [on_screen, on_page])
def test_no_field_of_terms_and_no_value_of_one_is_left_unsaid(rendered: object, language: Language) -> None:
    assert callable(rendered)
    said = rendered(full_terms(), language)
    unsaid = [
        change.path
        for change in changes()
        if change.language in ("", language) and rendered(change.terms, language) == said
    ]
    assert unsaid == []


def test_the_walk_reaches_every_field_of_the_contract() -> None:
    walked = {re.sub(r"\[[0-9]+\]", "", change.path) for change in changes()}
    assert walked == set(leaf_fields(t.Terms.DESCRIPTOR))


def leaf_fields(message: Any, path: str = "") -> Iterator[str]:
    for field in message.fields:
        name = f"{path}.{field.name}".lstrip(".")
        yield from leaf_fields(field.message_type, name) if field.message_type else [name]


def sentence(terms: t.Terms, language: Language = "zh") -> str:
    """What only the rule under test says: all that the Terms say without it is taken away."""
    terms.currency = terms.currency or "CNY"
    bare = t.Terms(currency=terms.currency)
    speaker = Speaker(language, terms.currency, WORDS)
    plain = {item.text for item in rule_sentences(speaker, bare)}
    return " ".join(item.text for item in rule_sentences(speaker, terms) if item.text not in plain)


def amount(**rule: object) -> t.Terms:
    return t.Terms(amounts=[t.AmountRule(**rule)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("terms", "zh", "en"),
    [
        (
            amount(fixed=t.Fixed(amount_minor=1_000_000_000)),
            "每笔固定为10,000,000.00元；金额不同的，须两人特批。",
            "Each award is exactly CNY 10,000,000.00; another amount needs an override by two people.",
        ),
        (amount(up_to=t.UpTo(ceiling_minor=1)), "每笔最高0.01元。", "Each award is at most CNY 0.01."),
        (
            amount(rate_of=t.RateOf(rate="1/20", base_fact="settled_minor", rounding=t.ROUNDING_DOWN)),
            "每笔最多为实际结算金额（settled_minor，以分计）的5%，舍去不足一分的部分；核准时可以决定更低的比例。",
            (
                "Each award is at most 5% of the amount settled (settled_minor, in fen), rounded down to whole fen; "
                "a lower rate may be decided."
            ),
        ),
        (
            amount(per_unit=t.PerUnit(amount_minor=500_000, count_evidence="station")),
            "按基站（station）计算，每个最高5,000.00元；同一编号只计一次。",
            "Each award is at most CNY 5,000.00 for each station; the same reference counts once.",
        ),
        (
            amount(
                tiered=t.Tiered(
                    tier_fact="level",
                    tiers=[t.Tier(name="省级", ceiling_minor=100), t.Tier(name="国家级", ceiling_minor=300)],
                    upgrade=t.UPGRADE_DIFFERENCE,
                )
            ),
            "每笔的上限按level分档：“省级”1.00元、“国家级”3.00元。升档的最多补足两档差额；升档以同一企业为准。",
            (
                "Each award is at most, by the level: “省级” CNY 1.00, “国家级” CNY 3.00. An upgrade pays at most the "
                "difference; what is upgraded is told by the enterprise."
            ),
        ),
        (
            amount(
                staged=t.Staged(
                    stages=[t.Stage(name="入选", ceiling_minor=100), t.Stage(name="验收", ceiling_minor=200)],
                    results=[t.StageResult(result="不合格", effect=t.STAGE_EFFECT_RECOVER_ALL)],
                )
            ),
            (
                "分2期给付：第1期入选，最高1.00元；第2期验收，最高2.00元。第1期经核准即可拨付，其余各期凭结果拨付。"
                "结果：“不合格”的，尚未拨付的各期取消，已拨付的全部追回。"
            ),
            (
                "Each award is paid in 2 stages: 1. 入选, at most CNY 1.00; 2. 验收, at most CNY 2.00. The first is "
                "released by the approval, each of the others by a result. Results: “不合格” cancels what is "
                "not yet released and orders back all that was paid."
            ),
        ),
        (
            t.Terms(
                caps=[
                    t.Cap(
                        id="group",
                        limit_minor=500_000_000,
                        scope=t.SCOPE_GROUP,
                        window=t.Window(kind=t.WINDOW_KIND_FISCAL_YEARS, years=3, first_month=4),
                        mode=t.CAP_MODE_ALL_OR_NOTHING,
                        measures=["A1", "A2"],
                    )
                ]
            ),
            (
                "每个关联企业组任意连续3个财政年度（自4月起）累计不超过5,000,000.00元（与A1、A2合并计算）；"
                "超出的不予核准［cap.group］。"
            ),
            (
                "Each group of linked enterprises: at most CNY 5,000,000.00 in any 3 fiscal years in a row (which "
                "begins in month 4), counted together with A1, A2; an award that exceeds it is refused [cap.group]."
            ),
        ),
        (
            t.Terms(measure_code="A7", quotas=[t.Quota(count=30, window=t.Window(kind=t.WINDOW_KIND_CALENDAR_YEARS))]),
            "每个自然年度30项左右，超出的须两人特批［quota.A7］。",
            "About 30 awards in each calendar year; more need an override by two people [quota.A7].",
        ),
        (
            t.Terms(uniqueness=[t.Uniqueness(id="one", key_facts=["enterprise", "loan"], window=LIFETIME)]),
            "同一企业和loan在政策有效期内只能有一笔有效奖补；不得特批突破［unique.one］。",
            (
                "The same enterprise and loan: one live award over the life of the policy; no override "
                "passes it [unique.one]."
            ),
        ),
        (
            t.Terms(thresholds=[t.Threshold(fact="settled_minor", comparison=t.COMPARISON_GREATER, value="100")]),
            "实际结算金额（settled_minor，以分计）须大于1.00元。",
            "The amount settled (settled_minor, in fen) must be greater than CNY 1.00.",
        ),
        (
            t.Terms(requirements=[t.Requirement(fact="field", allowed=["steel", "yes", "x"])]),
            "field：须为钢铁（steel）、是（yes）或x。",
            "field: must be steel, yes or x.",
        ),
        (
            t.Terms(gives_back=[t.GiveBack(ground=t.GROUND_BREACH, fund_money=True)]),
            (
                "违反条件的：恢复资金（限同一财政年度）；不恢复累计限额、名额和唯一性的占用。 "
                "其他事由（撤销、多付）：均不恢复。"
            ),
            (
                "The conditions were broken: gives back the money of the fund (within its fiscal year); not the room "
                "under caps or the place in quotas and keys. Any other ground (revocation, overpayment) "
                "gives back nothing."
            ),
        ),
    ],
)
def test_each_kind_of_rule_says_what_the_ledger_does(terms: t.Terms, zh: str, en: str) -> None:
    assert (sentence(terms, "zh"), sentence(terms, "en")) == (zh, en)


def test_terms_without_amounts_say_that_nothing_is_approved_yet() -> None:
    said = on_screen(t.Terms(measure_code="X"), "zh")
    assert "文件尚未载明金额：可以受理申报，发布载明金额的版本之前不予核准。" in said
    assert "未写明有效期；以核准决定的日期为准。" in said
    assert "任何事由（撤销、多付、违规）均不恢复。" in said


def test_terms_with_nothing_but_a_name_can_be_read() -> None:
    for language in LANGUAGES:
        terms = t.Terms(name=LocalizedText(zh="只有名称", en="Only a name"))
        name = "只有名称" if language == "zh" else "Only a name"
        assert name in on_screen(terms, language)
        assert name in on_page(terms, language)


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ("0.05", "5%"),
        ("1/20", "5%"),
        ("1", "100%"),
        ("0.0005", "0.05%"),
        ("1/8", "12.5%"),
        ("1/3", "1/3"),
        ("0", "0%"),
        ("1/0", "1/0"),
        ("5e-2", "5e-2"),
        ("", ""),
        ("five", "five"),
        ("9" * 60, "9" * 60),
    ],
)
def test_a_rate_is_said_in_percent_where_that_is_exact(rate: str, said: str) -> None:
    assert percent(rate) == said


def test_minor_units_of_another_currency_are_not_called_fen() -> None:
    terms = amount(rate_of=t.RateOf(rate="0.5", base_fact="settled_minor"))
    terms.currency = "JPY"
    assert "以最小货币单位计" in sentence(terms)
    terms = t.Terms(currency="JPY", amounts=[t.AmountRule(up_to=t.UpTo(ceiling_minor=5_000))])
    assert sentence(terms) == "每笔最高5,000 JPY。"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_no_line_on_the_screen_is_wider_than_it_or_begins_with_a_comma(language: Language, width: int) -> None:
    from rich.cells import cell_len

    rows = on_screen(canned.terms(), language, width).splitlines()
    assert all(cell_len(row.rstrip()) <= width for row in rows)
    assert [row for row in rows if row.lstrip()[:1] in tuple("，。；、）")] == []
