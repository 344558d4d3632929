"""What is tested before any amount, in sentences: facts, numbers, evidence, and what a person judges."""

from __future__ import annotations

from collections.abc import Iterator

from award_ledger.clients.cli.plain.speaker import Sentence, Speaker
from award_ledger.v1.terms_pb2 import Comparison, EvidenceRule, Requirement, Terms


def eligibility_sentences(speaker: Speaker, terms: Terms) -> Iterator[Sentence]:
    """What an application must show."""
    for requirement in terms.requirements:
        yield Sentence("rule.requirement", _requirement(speaker, requirement), requirement.words)
    for threshold in terms.thresholds:
        text = speaker.say(
            "threshold",
            fact=speaker.fact(threshold.fact),
            comparison=speaker.enum("comparison", Comparison, threshold.comparison),
            value=speaker.number(threshold.fact, threshold.value),
        )
        yield Sentence("rule.threshold", text, threshold.words)
    for condition in terms.conditions:
        yield Sentence("rule.condition", speaker.text(condition) or speaker.say("nothing_said"))
    for evidence in terms.evidence:
        yield Sentence("rule.evidence", _evidence(speaker, evidence))


def _requirement(speaker: Speaker, rule: Requirement) -> str:
    fact = speaker.begun(speaker.fact(rule.fact), rule.fact)
    barred = [speaker.value(rule.fact, code) for code in rule.excluded]
    excluded = speaker.say("requirement_not", values=speaker.listed(barred, last="or")) if barred else ""
    if not rule.allowed:
        return speaker.say("requirement_any", fact=fact, excluded=excluded)
    values = [speaker.value(rule.fact, code) for code in rule.allowed]
    return speaker.say("requirement", fact=fact, values=speaker.listed(values, last="or"), excluded=excluded)


def _evidence(speaker: Speaker, rule: EvidenceRule) -> str:
    key = "evidence" if rule.at_least else "evidence_optional"
    sharing = speaker.say("shareable" if rule.shareable else "not_shareable")
    return speaker.say(
        key, kind=speaker.begun(speaker.word(rule.kind), rule.kind), count=rule.at_least, sharing=sharing
    )
