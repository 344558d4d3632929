"""Rules for the amount of one award, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from award_ledger.clients.cli.plain.speaker import ENTERPRISE_FACT, Sentence, Speaker, percent, plain
from award_ledger.v1.terms_pb2 import AmountRule, PerUnit, RateOf, Rounding, Staged, StageEffect, Terms, Tiered, Upgrade


def amount_sentences(speaker: Speaker, terms: Terms) -> Iterator[Sentence]:
    """What one award may be."""
    for rule in terms.amounts:
        yield Sentence("rule.amount", _amount(speaker, rule))
    if len(terms.amounts) > 1:
        yield Sentence("rule.amount", speaker.say("all_amounts"))
    if not terms.amounts:
        yield Sentence("rule.amount", speaker.say("needs_rule"))


def _amount(speaker: Speaker, rule: AmountRule) -> str:
    match rule.WhichOneof("rule"):
        case "fixed":
            return speaker.say("fixed", amount=speaker.money(rule.fixed.amount_minor))
        case "up_to":
            return speaker.say("up_to", amount=speaker.money(rule.up_to.ceiling_minor))
        case "rate_of":
            return _rate_of(speaker, rule.rate_of)
        case "per_unit":
            return _per_unit(speaker, rule.per_unit)
        case "tiered":
            return _tiered(speaker, rule.tiered)
        case "staged":
            return _staged(speaker, rule.staged)
        case "case_by_case":
            document, fact = rule.case_by_case.document_evidence, rule.case_by_case.amount_fact
            return speaker.say("case_by_case", document=speaker.word(document), fact=speaker.fact(fact))
        case "non_monetary":
            what = speaker.text(rule.non_monetary.entitlement) or speaker.say("nothing_said")
            return speaker.say("non_monetary", what=what)
        case _:
            return speaker.say("rule_unknown")


def _rate_of(speaker: Speaker, rule: RateOf) -> str:
    rate = percent(rule.rate) or speaker.say("nothing_said")
    return speaker.say("rate_of", rate=rate, base=speaker.fact(rule.base_fact), rounding=_rounding(speaker, rule))


def _rounding(speaker: Speaker, rule: RateOf) -> str:
    if rule.rounding not in (Rounding.ROUNDING_UNSPECIFIED, Rounding.ROUNDING_DOWN):
        return speaker.say("unknown", value=rule.rounding)
    key = "rounded_down" if speaker.currency == "CNY" else "rounded_down_minor"
    return speaker.say(key, unit=speaker.minor_unit())


def _per_unit(speaker: Speaker, rule: PerUnit) -> str:
    amount = speaker.money(rule.amount_minor)
    if rule.count_evidence:
        return speaker.say("per_evidence", amount=amount, kind=speaker.word(rule.count_evidence))
    if rule.count_fact:
        return speaker.say("per_fact", amount=amount, fact=speaker.fact(rule.count_fact))
    return speaker.say("per_nothing", amount=amount)


def _tiered(speaker: Speaker, rule: Tiered) -> str:
    tiers = [
        speaker.say("tier", name=plain(tier.name), amount=speaker.money(tier.ceiling_minor)) for tier in rule.tiers
    ]
    return speaker.say(
        "tiered",
        fact=speaker.fact(rule.tier_fact),
        tiers=speaker.listed(tiers) or speaker.say("nothing_said"),
        upgrade=speaker.enum("upgrade", Upgrade, rule.upgrade),
        lineage=speaker.keys(rule.lineage_facts or [ENTERPRISE_FACT]),
    )


def _staged(speaker: Speaker, rule: Staged) -> str:
    stages = [
        speaker.say("stage", number=number, name=speaker.word(stage.name), amount=speaker.money(stage.ceiling_minor))
        for number, stage in enumerate(rule.stages, start=1)
    ]
    results = [
        speaker.say("result", result=plain(item.result), effect=speaker.enum("effect", StageEffect, item.effect))
        for item in rule.results
    ]
    semicolon = speaker.say("semicolon")
    text = speaker.say("staged", count=len(stages), stages=semicolon.join(stages))
    return text + speaker.say("results", results=semicolon.join(results)) if results else text
