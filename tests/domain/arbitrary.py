"""Arbitrary Terms, facts, evidence and days: small enough that limits bind, mixed enough that they meet each other."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

import msgspec
from hypothesis import strategies as st

from award_ledger.domain.terms import (
    AmountRule,
    Cap,
    CaseByCase,
    EvidenceRule,
    Fixed,
    FundLine,
    GiveBack,
    Instrument,
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

MEASURES = ("M-1", "M-2")
FIRST, LAST = date(2023, 7, 1), date(2026, 12, 31)
EDGES = (
    *(date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28), date(2025, 3, 1)),
    *(date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1)),
    *(date(2024, 6, 30), date(2024, 7, 1), date(2025, 6, 30), date(2025, 7, 1)),
)

# One choice from a list costs one draw, where a composite costs many: histories grow longer in the same time.
days = st.sampled_from((*EDGES, *(FIRST + timedelta(days=37 * n) for n in range(1, 34))))
amounts = st.integers(1, 200)
rates = st.sampled_from(("0.05", "1/3", "0.5", "0.333", "1"))
flags = st.booleans()


def seldom(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """One in eight times one."""
    return st.integers(0, 7).flatmap(lambda n: st.tuples(values) if n == 7 else st.just(()))


def each_once(values: st.SearchStrategy[Any], key: Any, at_most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    """A few that differ in their key, often none."""
    return st.lists(values, max_size=at_most, unique_by=key).map(tuple)


windows = st.sampled_from(
    (
        Window(kind="lifetime"),
        *(Window(kind="calendar_years", years=years) for years in (1, 2)),
        *(Window(kind="fiscal_years", years=years, first_month=month) for years in (1, 2) for month in (1, 4, 7, 12)),
        *(Window(kind="rolling_years", years=years) for years in (1, 2, 3)),
    )
)

_effects = (("good", "release"), ("fair", "cancel_rest"), ("bad", "recover_all"))
_results = tuple(StageResult(result=name, effect=effect) for name, effect in _effects)  # type: ignore[arg-type]


def stages(least: int, most: int) -> st.SearchStrategy[Staged]:
    """So many stages, with a result of each effect."""
    return st.lists(amounts, min_size=least, max_size=most).map(
        lambda ceilings: Staged(
            stages=tuple(Stage(name=f"s{i}", ceiling_minor=ceiling) for i, ceiling in enumerate(ceilings)),
            results=_results,
        )
    )


rules: dict[str, st.SearchStrategy[AmountRule]] = {
    "fixed": st.builds(Fixed, amount_minor=amounts),
    "up_to": st.builds(UpTo, ceiling_minor=amounts),
    "rate_of": st.builds(RateOf, rate=rates, base_fact=st.just("base")),
    "per_unit": st.builds(PerUnit, amount_minor=amounts, count_fact=st.just("count"))
    | st.builds(PerUnit, amount_minor=amounts, count_evidence=st.just("contract")),
    "tiered": st.builds(
        Tiered,
        tier_fact=st.just("tier"),
        tiers=st.builds(
            lambda low, more: (Tier(name="low", ceiling_minor=low), Tier(name="high", ceiling_minor=low + more)),
            amounts,
            amounts,
        ),
        upgrade=st.sampled_from(("difference", "difference", "full")),
        lineage_facts=st.sampled_from(((), ("field",), ("enterprise", "field"))),
    ),
    "staged": stages(1, 3),
    "case_by_case": st.builds(CaseByCase, document_evidence=st.just("document"), amount_fact=st.just("approved")),
}

amount_rules: st.SearchStrategy[tuple[AmountRule, ...]] = st.one_of(
    st.sampled_from(sorted(rules)).flatmap(lambda kind: st.tuples(rules[kind])),
    st.just("staged").flatmap(lambda kind: st.tuples(rules[kind])),
    st.lists(st.sampled_from(sorted(rules)), min_size=2, max_size=3, unique=True).flatmap(
        lambda kinds: st.tuples(*(rules[kind] for kind in kinds))
    ),
    st.sampled_from(sorted(rules)).flatmap(lambda kind: st.tuples(rules[kind])),
    st.sampled_from(("rate_of", "up_to", "fixed")).flatmap(lambda kind: st.tuples(rules[kind])),
    st.integers(0, 9).map(lambda n: {8: (), 9: (NonMonetary(),)}.get(n, (UpTo(ceiling_minor=100),))),
)


def _cap(name: str, scope: Any, keys: tuple[str, ...], **rest: Any) -> Cap:
    return Cap(id=name, scope=scope, key_facts=keys if scope == "key" else (), **rest)


caps = st.builds(
    _cap,
    st.sampled_from(("a", "b", "c")),
    st.sampled_from(("enterprise", "group", "key", "key")),
    st.sampled_from((("field",), ("standard",), ("enterprise", "standard"))),
    limit_minor=st.sampled_from((50, 100, 120, 200, 300)),
    window=windows,
    mode=st.sampled_from(("grant_what_fits", "all_or_nothing")),
    measures=st.sampled_from(((), (), MEASURES)),
)

quotas = st.builds(
    Quota,
    window=windows,
    pool=st.sampled_from(("", "", "shared")),
    count=st.integers(1, 2),
    hard=flags,
    floor=st.sampled_from((0, 0, 3)),
)

unique_keys = st.builds(
    Uniqueness,
    id=st.sampled_from(("field", "firm")),
    key_facts=st.sampled_from((("field",), ("enterprise",), ("enterprise", "standard"))),
    window=windows,
    pool=st.sampled_from(("", "shared", "shared")),
    upgrades_from=st.sampled_from(((), ("M-1",), ("M-1", "M-2"))),
    overridable=flags,
    reported=st.sampled_from((False, False, False, True)),
).map(lambda rule: msgspec.structs.replace(rule, overridable=rule.overridable and not rule.reported))

thresholds = st.builds(
    Threshold,
    fact=st.just("sales"),
    comparison=st.sampled_from(("greater", "at_least", "less", "at_most")),
    value=st.sampled_from(("50", "50.00", "149/3")),
)

requirements = st.builds(
    Requirement,
    fact=st.sampled_from(("field", "tier")),
    allowed=st.sampled_from(((), ("AI", "low"), ("AI", "high"))),
    excluded=st.sampled_from(((), (), ("Ｃhips ", "mid"))),
)

evidence_rules = st.builds(
    EvidenceRule,
    kind=st.sampled_from(("contract", "licence")),
    at_least=st.sampled_from((0, 0, 1, 2)),
    shareable=st.sampled_from((False, False, True)),
)

validities = st.one_of(
    st.just(Validity(valid_from=FIRST, valid_to=LAST)),
    st.builds(
        Validity,
        valid_from=st.just(FIRST),
        valid_to=st.sampled_from((date(2025, 12, 31), date(2026, 6, 30))),
        tested=st.sampled_from(("decision", "application", "payment")),
    ),
)

gives_back = st.builds(
    GiveBack,
    ground=st.sampled_from(("revocation", "overpayment", "breach")),
    headroom=flags,
    place=flags,
    fund_money=flags,
)

clawback_rules = st.sampled_from((None, "net", "net", "hold", "net", "block"))

_lines = tuple(FundLine(fiscal_year=year, fund_code=f"F/{year}") for year in range(2023, 2027))
fund_lines = st.sampled_from(
    (
        _lines,
        (),
        _lines,
        _lines[1:],
        # A line may name the fund of another year: nothing is granted on it.
        (FundLine(fiscal_year=2024, fund_code="F/2024"), FundLine(fiscal_year=2025, fund_code="F/2024")),
    )
)


def terms(*codes: str, currency: str = "CNY") -> st.SearchStrategy[Terms]:
    """Well-formed Terms of every kind, for one of these measures."""
    return st.builds(
        Terms,
        measure_code=st.sampled_from(codes or MEASURES),
        name=st.just(LocalizedText(en="measure")),
        instrument=st.just(Instrument(document="rule")),
        currency=st.just(currency),
        validity=validities,
        amounts=amount_rules,
        caps=each_once(caps, lambda cap: cap.id),
        quotas=each_once(quotas, lambda quota: quota.pool, at_most=1),
        uniqueness=each_once(unique_keys, lambda unique: unique.id, at_most=1),
        thresholds=seldom(thresholds),
        requirements=seldom(requirements),
        evidence=each_once(evidence_rules, lambda rule: rule.kind),
        publicity_days=st.sampled_from((0, 0, 0, 7)),
        funds=fund_lines,
        gives_back=each_once(gives_back, lambda rule: rule.ground, at_most=3),
        second_person=st.sampled_from((False, False, False, True)),
        outstanding_clawbacks=clawback_rules,
    )


def paying_terms(code: str) -> st.SearchStrategy[Terms]:
    """Terms under which almost everything is granted, for what comes after."""
    return st.builds(
        Terms,
        measure_code=st.just(code),
        name=st.just(LocalizedText(en="measure")),
        instrument=st.just(Instrument(document="rule")),
        currency=st.just("CNY"),
        validity=st.just(Validity(valid_from=FIRST, valid_to=LAST)),
        amounts=st.one_of(stages(2, 3), stages(2, 3), st.just(UpTo(ceiling_minor=150))).map(lambda rule: (rule,)),
        caps=seldom(caps),
        quotas=seldom(quotas),
        funds=st.sampled_from((_lines, _lines, ())),
        outstanding_clawbacks=clawback_rules,
        gives_back=st.tuples(
            *(
                st.builds(GiveBack, ground=st.just(ground), headroom=flags, place=flags, fund_money=flags)
                for ground in ("revocation", "overpayment", "breach")
            )
        ),
    )


_full = st.sampled_from(
    [
        {
            "base": base,
            "count": count,
            "tier": tier,
            "field": field,
            "standard": standard,
            "sales": sales,
            "approved": approved,
        }
        for (tier, field, standard) in product(("low", "high"), ("AI", "ai ", "steel"), ("S1", "S2"))
        for (base, count, sales, approved) in (
            ("1199", "2", "50", "100"),
            ("301", "3", "50.01", "40"),
            ("119", "1", "49.99", "100"),
            ("1199", "1", "60", "40"),
        )
    ]
)
_names = st.sampled_from(("field", "standard", "field", "standard", "base", "count", "tier", "sales", "approved"))
_odd = st.sampled_from((None, None, None, "x", "-1", "1e3", "0", "1" * 19, "\u200b"))


def _spoilt(full: dict[str, str], name: str, odd: str | None) -> dict[str, str]:
    kept = {key: value for key, value in full.items() if key != name}
    return kept if odd is None else {**kept, name: odd}


facts = st.integers(0, 5).flatmap(lambda n: st.builds(_spoilt, _full, _names, _odd) if n == 5 else _full)
"""Every fact that some rule looks at; one time in six one of them is missing or makes no sense."""

references = ("C-1", "c-1", "C - 2", "C-2", "C-3", "C-4", "\uff23-5", "c-5")
evidence = st.sampled_from(
    [
        (),
        *(((kind, reference),) for kind in ("contract", "licence", "document") for reference in references),
        *((("contract", one), ("contract", two)) for one, two in combinations(references, 2)),
        (("contract", "C-1"), ("licence", "C-1")),
        (("contract", "C-2"), ("document", "C-3")),
    ]
)


def later(day: date, days_later: int) -> date:
    """Some days later."""
    return day + timedelta(days=days_later)
