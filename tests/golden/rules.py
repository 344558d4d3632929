"""The Terms of the golden story: every kind of rule, window, limit and comparison that Terms can hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from award_ledger.domain.terms import (
    Cap,
    CaseByCase,
    EvidenceRule,
    Fixed,
    Forecast,
    FundLine,
    GiveBack,
    Instrument,
    Interpretation,
    LocalizedText,
    NonMonetary,
    PerUnit,
    Quota,
    RateOf,
    Requirement,
    Stage,
    Staged,
    StageResult,
    Terms,
    Threshold,
    Tier,
    Tiered,
    Uniqueness,
    UpTo,
    Validity,
    Window,
)

FUND, NEXT_FUND = "GOLD/2025", "GOLD/2026"
LIFETIME = Window(kind="lifetime")
CALENDAR = Window(kind="calendar_years", years=2)
FISCAL = Window(kind="fiscal_years", first_month=7)
ROLLING = Window(kind="rolling_years", years=3)

_FUNDS = (FundLine(fiscal_year=2025, fund_code=FUND), FundLine(fiscal_year=2026, fund_code=NEXT_FUND))
_GIVES_BACK = (
    GiveBack(ground="revocation", headroom=True, place=True, fund_money=True),
    GiveBack(ground="overpayment", headroom=True, place=True, fund_money=True),
    GiveBack(ground="breach"),
)


def _terms(code: str, **rules: Any) -> Terms:
    given = {
        "name": LocalizedText(zh="金样", en="golden"),
        "instrument": Instrument(document="鲁政办字〔2025〕49号"),
        "currency": "CNY",
        "validity": Validity(valid_from=date(2025, 1, 1), valid_to=date(2027, 12, 31)),
        "funds": _FUNDS,
        "gives_back": _GIVES_BACK,
    }
    return Terms(measure_code=code, **{**given, **rules})


VOUCHER = _terms(
    "G-VOUCHER",
    instrument=Instrument(
        document="鲁政办字〔2025〕49号",
        title="措施",
        article="6",
        quote="按不超过5%的比例",
        dated=date(2025, 4, 30),
        address="https://example.invalid/49",
    ),
    lead_departments=("kjt",),
    responsible_departments=("czt", "dsjj"),
    amounts=(RateOf(rate="0.05", base_fact="settled_minor"), UpTo(ceiling_minor=40_000)),
    caps=(
        Cap(
            id="lifetime",
            limit_minor=70_000,
            scope="enterprise",
            window=LIFETIME,
            mode="grant_what_fits",
            measures=("G-FIXED",),
            words="累计不超过700元",
        ),
        Cap(id="linked", limit_minor=100_000, scope="group", window=CALENDAR),
        Cap(id="project", limit_minor=90_000, scope="key", key_facts=("enterprise", "project"), window=ROLLING),
    ),
    quotas=(Quota(window=FISCAL, count=1, floor=4, words="每年1个"),),
    uniqueness=(
        Uniqueness(id="project", key_facts=("project",), window=ROLLING, overridable=True, words="不重复支持"),
    ),
    thresholds=(
        Threshold(fact="sales", comparison="greater", value="100", words="超过100"),
        Threshold(fact="growth", comparison="at_least", value="1/20"),
        Threshold(fact="debt", comparison="less", value="0.7"),
        Threshold(fact="age", comparison="at_most", value="10"),
    ),
    requirements=(Requirement(fact="field", allowed=("AI", "chips"), words="领域"), Requirement(fact="project")),
    evidence=(EvidenceRule(kind="contract", at_least=1), EvidenceRule(kind="licence", shareable=True)),
    forecasts=(Forecast(year=2025, amount_minor=10**9, source="预算"),),
    interpretations=(
        Interpretation(
            ambiguity=LocalizedText(zh="哪一年", en="which year"),
            reading=LocalizedText(zh="自然年"),
            evidence="第6条",
            question=LocalizedText(zh="是否自然年？"),
            fields=("caps[1].window",),
        ),
    ),
    conditions=(LocalizedText(zh="由人判断", en="for a person to judge"),),
)

VOUCHER_AGAIN = _terms(
    "G-VOUCHER",
    amounts=(UpTo(ceiling_minor=30_000),),
    publicity_days=7,
    second_person=True,
    validity=Validity(valid_from=date(2025, 1, 1), valid_to=date(2027, 12, 31), tested="application"),
)

FIXED = _terms("G-FIXED", amounts=(Fixed(amount_minor=5_000),), funds=())

STAGED = _terms(
    "G-STAGED",
    amounts=(
        Staged(
            stages=(Stage(name="start", ceiling_minor=10_000), Stage(name="proof", ceiling_minor=15_000)),
            results=(
                StageResult(result="good", effect="release"),
                StageResult(result="fair", effect="cancel_rest"),
                StageResult(result="bad", effect="recover_all"),
            ),
        ),
    ),
    quotas=(Quota(window=LIFETIME, pool="G-SHARED", count=9, hard=True),),
    gives_back=(*_GIVES_BACK[:2], GiveBack(ground="breach", place=True)),
    validity=Validity(valid_from=date(2025, 1, 1), valid_to=date(2027, 12, 31), tested="payment"),
)

_TIERS = Tiered(tier_fact="tier", tiers=(Tier(name="low", ceiling_minor=6_000), Tier(name="high", ceiling_minor=9_000)))
_TITLE = Uniqueness(
    id="title", key_facts=("enterprise",), window=LIFETIME, pool="G-TITLE", upgrades_from=("G-TIER", "G-TIER-FULL")
)
_TITLE_PLACES = (Quota(window=LIFETIME, pool="G-TITLE", count=5),)
TIER = _terms("G-TIER", amounts=(_TIERS,), uniqueness=(_TITLE,), quotas=_TITLE_PLACES)
TIER_FULL = _terms(
    "G-TIER-FULL",
    amounts=(Tiered(tier_fact="tier", tiers=_TIERS.tiers, upgrade="full", lineage_facts=("enterprise", "product")),),
    uniqueness=(_TITLE,),
    quotas=_TITLE_PLACES,
)

PER_UNIT = _terms("G-UNIT", amounts=(PerUnit(amount_minor=500, count_fact="stations"),))
PER_EVIDENCE = _terms("G-UNIT", amounts=(PerUnit(amount_minor=700, count_evidence="station"),))
CASE_BY_CASE = _terms("G-CASE", amounts=(CaseByCase(document_evidence="document", amount_fact="approved_minor"),))
ENTITLEMENT = _terms("G-RIGHT", amounts=(NonMonetary(entitlement=LocalizedText(zh="优先推荐", en="priority")),))
UNRULED = _terms("G-UNRULED")

ALL_TERMS = (
    VOUCHER,
    FIXED,
    STAGED,
    TIER,
    TIER_FULL,
    PER_UNIT,
    PER_EVIDENCE,
    CASE_BY_CASE,
    ENTITLEMENT,
    UNRULED,
)

_LATER = (Quota(window=LIFETIME, pool="G-LATER", count=9),)
LATER_LIMITS = (
    _terms("G-STAGED", amounts=STAGED.amounts, quotas=_LATER),
    _terms("G-TIER-FULL", amounts=TIER_FULL.amounts, uniqueness=(_TITLE,), quotas=_LATER),
)
SPREAD = _terms(
    "G-SPREAD",
    uniqueness=(Uniqueness(id="again", key_facts=("enterprise",), window=LIFETIME, reported=True),),
    requirements=(Requirement(fact="settled_minor", excluded=("0",)),),
    amounts=(RateOf(rate="0.05", base_fact="settled_minor"),),
    quotas=(Quota(window=LIFETIME, count=1),),
)
_STAGES = (
    Staged(
        stages=(Stage(name="start", ceiling_minor=400), Stage(name="proof", ceiling_minor=500)),
        results=(
            StageResult(result="good", effect="release"),
            StageResult(result="fair", effect="cancel_rest"),
            StageResult(result="bad", effect="recover_all"),
        ),
    ),
)
_ALL_BACK = tuple(
    GiveBack(ground=ground, headroom=True, place=True, fund_money=True)
    for ground in ("revocation", "overpayment", "breach")
)
RULED = (
    _terms("G-RULED", amounts=_STAGES, gives_back=_ALL_BACK, quotas=(Quota(window=LIFETIME, count=9),)),
    _terms("G-LAPSING", amounts=_STAGES, gives_back=(GiveBack(ground="revocation", headroom=True),)),
)
_RULE = (UpTo(ceiling_minor=1_000),)
WITHHOLDING = (
    _terms("G-NET", amounts=_RULE, outstanding_clawbacks="net"),
    _terms("G-HELD", amounts=_RULE, outstanding_clawbacks="hold"),
    _terms("G-BLOCKED", amounts=_RULE, outstanding_clawbacks="block"),
)
