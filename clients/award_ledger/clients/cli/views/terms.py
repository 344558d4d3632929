"""Terms on the screen: the instrument, then every rule as one sentence, then the readings chosen."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, indented
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.tables import fields, heading, line, localized, table
from award_ledger.v1.outstanding_clawbacks_pb2 import OutstandingClawbacks
from award_ledger.v1.terms_pb2 import (
    AmountRule,
    Cap,
    CapMode,
    Comparison,
    Ground,
    Quota,
    Scope,
    StageEffect,
    Terms,
    TestedDate,
    Uniqueness,
    Upgrade,
    Window,
    WindowKind,
)


def terms_view(desk: Desk, terms: Terms) -> Iterator[RenderableType]:
    """One version of a measure's rules."""
    instrument = terms.instrument
    yield fields(
        [
            (desk.say("field.instrument"), f"{instrument.document} {instrument.title}".strip()),
            (desk.say("field.article"), instrument.article),
            (desk.say("field.quote"), instrument.quote),
            (desk.say("field.departments"), " ".join(terms.lead_departments)),
            (desk.say("field.currency"), terms.currency),
        ]
    )
    yield table(
        [desk.say("field.rule"), desk.say("field.content")], list(_rules(desk, terms)), title=desk.say("heading.rules")
    )
    if terms.interpretations:
        yield heading(f"\n{desk.say('heading.interpretations')}")
    for item in terms.interpretations:
        yield line(localized(item.ambiguity, desk.language), "italic")
        texts = (("reading", item.reading), ("question", item.question))
        yield indented(fields((desk.say(f"field.{name}"), localized(text, desk.language)) for name, text in texts))


def _rules(desk: Desk, terms: Terms) -> Iterator[list[str]]:
    say, currency = desk.say, terms.currency
    amounts = [_amount(desk, rule, currency) for rule in terms.amounts] or [say("rule.needs_rule")]
    yield from ([say("rule.amount"), text] for text in amounts)
    yield from ([say("rule.cap"), _cap(desk, cap, currency)] for cap in terms.caps)
    yield from ([say("rule.quota"), _quota(desk, quota)] for quota in terms.quotas)
    yield from ([say("rule.unique"), _unique(desk, unique)] for unique in terms.uniqueness)
    for threshold in terms.thresholds:
        sign = desk.name("comparison", Comparison.Name(threshold.comparison))
        yield [say("rule.threshold"), f"{threshold.fact} {sign} {threshold.value}"]
    for requirement in terms.requirements:
        allowed = " / ".join(requirement.allowed) or say("rule.any_value")
        yield [say("rule.requirement"), f"{requirement.fact} = {allowed}"]
    for evidence in terms.evidence:
        text = say("rule.evidence_needed", kind=evidence.kind, count=evidence.at_least)
        yield [say("rule.evidence"), text + (say("rule.shareable") if evidence.shareable else "")]
    yield from ([say("rule.condition"), localized(text, desk.language)] for text in terms.conditions)
    yield from _time_and_money(desk, terms)


def _time_and_money(desk: Desk, terms: Terms) -> Iterator[list[str]]:
    say, currency = desk.say, terms.currency
    validity = terms.validity
    tested = desk.name("tested", TestedDate.Name(validity.tested))
    yield [say("rule.validity"), f"{validity.valid_from} – {validity.valid_to} ({tested})"]
    yield [say("rule.publicity"), say("rule.days", days=terms.publicity_days)]
    yield from ([say("rule.fund"), f"{line.fiscal_year}: {line.fund_code}"] for line in terms.funds)
    if terms.second_person:
        yield [say("rule.second_person"), say("rule.second_person_always")]
    for back in terms.gives_back:
        given = [name for name in ("headroom", "place", "fund_money") if getattr(back, name)]
        what = say("list.separator").join(say(f"gives.{name}") for name in given)
        yield [say("rule.gives_back"), f"{desk.name('ground', Ground.Name(back.ground))}: {what}"]
    if terms.outstanding_clawbacks:
        rule = OutstandingClawbacks.Name(terms.outstanding_clawbacks)
        yield [say("rule.outstanding_clawbacks"), desk.name("outstanding_clawbacks", rule)]
    for forecast in terms.forecasts:
        amount = f"{to_major(forecast.amount_minor, currency)} {currency}"
        yield [say("rule.forecast"), f"{forecast.year}: {amount} {forecast.source}"]


def _amount(desk: Desk, rule: AmountRule, currency: str) -> str:
    def major(minor: int) -> str:
        return f"{to_major(minor, currency)} {currency}"

    say = desk.say
    match rule.WhichOneof("rule"):
        case "fixed":
            return say("amount.fixed", amount=major(rule.fixed.amount_minor))
        case "up_to":
            return say("amount.up_to", amount=major(rule.up_to.ceiling_minor))
        case "rate_of":
            return say("amount.rate_of", rate=rule.rate_of.rate, base=rule.rate_of.base_fact)
        case "per_unit":
            count = rule.per_unit.count_fact or rule.per_unit.count_evidence
            return say("amount.per_unit", amount=major(rule.per_unit.amount_minor), count=count)
        case "tiered":
            tiers = "; ".join(f"{tier.name} {major(tier.ceiling_minor)}" for tier in rule.tiered.tiers)
            upgrade = desk.name("upgrade", Upgrade.Name(rule.tiered.upgrade))
            return say("amount.tiered", fact=rule.tiered.tier_fact, tiers=tiers) + upgrade
        case "staged":
            stages = "; ".join(f"{stage.name} {major(stage.ceiling_minor)}" for stage in rule.staged.stages)
            results = "; ".join(
                f"{item.result}: {desk.name('effect', StageEffect.Name(item.effect))}" for item in rule.staged.results
            )
            return say("amount.staged", stages=stages, results=results)
        case "case_by_case":
            return say("amount.case_by_case", document=rule.case_by_case.document_evidence)
        case "non_monetary":
            return say("amount.non_monetary", what=localized(rule.non_monetary.entitlement, desk.language))
        case _:
            return say("amount.unknown")


def _cap(desk: Desk, cap: Cap, currency: str) -> str:
    scope = desk.name("scope", Scope.Name(cap.scope))
    if cap.key_facts:
        scope = f"{scope} ({' + '.join(cap.key_facts)})"
    return desk.say(
        "rule.cap_text",
        id=cap.id,
        limit=f"{to_major(cap.limit_minor, currency)} {currency}",
        scope=scope,
        window=_window(desk, cap.window),
        mode=desk.name("mode", CapMode.Name(cap.mode)),
        measures=f" ({', '.join(cap.measures)})" if cap.measures else "",
    )


def _quota(desk: Desk, quota: Quota) -> str:
    window = _window(desk, quota.window)
    parts = []
    if quota.count:
        kind = desk.say("quota.hard" if quota.hard else "quota.soft")
        parts.append(desk.say("rule.quota_text", count=quota.count, window=window, kind=kind))
    if quota.floor:
        parts.append(desk.say("quota.floor", floor=quota.floor))
    return "; ".join(parts) + (f" [{quota.pool}]" if quota.pool else "")


def _unique(desk: Desk, rule: Uniqueness) -> str:
    keys = " + ".join(desk.say("rule.the_enterprise") if key == "enterprise" else key for key in rule.key_facts)
    text = desk.say("rule.unique_text", id=rule.id, keys=keys, window=_window(desk, rule.window))
    return text + (desk.say("rule.overridable") if rule.overridable else "")


def _window(desk: Desk, window: Window) -> str:
    name = WindowKind.Name(window.kind)
    years = window.years or 1
    suffix = "" if years == 1 or window.kind == WindowKind.WINDOW_KIND_LIFETIME else ".n"
    return desk.say(f"window.{name}{suffix}", years=years)
