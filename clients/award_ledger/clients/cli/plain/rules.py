"""One version of a measure's Terms, whole: its sentences in the order in which people read rules, and its readings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from award_ledger.clients.cli.plain.amounts import amount_sentences
from award_ledger.clients.cli.plain.course import course_sentences
from award_ledger.clients.cli.plain.eligibility import eligibility_sentences
from award_ledger.clients.cli.plain.limits import limit_sentences
from award_ledger.clients.cli.plain.speaker import Sentence, Speaker, plain
from award_ledger.v1.terms_pb2 import Terms

FIELD_LABELS = {
    "amounts": "rule.amount",
    "caps": "rule.cap",
    "quotas": "rule.quota",
    "uniqueness": "rule.unique",
    "thresholds": "rule.threshold",
    "requirements": "rule.requirement",
    "evidence": "rule.evidence",
    "conditions": "rule.condition",
    "validity": "rule.validity",
    "publicity_days": "rule.publicity",
    "funds": "rule.fund",
    "gives_back": "rule.gives_back",
    "outstanding_clawbacks": "rule.outstanding_clawbacks",
    "second_person": "rule.second_person",
    "forecasts": "rule.forecast",
    "instrument": "field.instrument",
    "measure_code": "field.code",
}
"""Labels of the fields of Terms in which a reading may be visible."""


def rule_sentences(speaker: Speaker, terms: Terms) -> Iterator[Sentence]:
    """Every rule as a sentence."""
    yield from amount_sentences(speaker, terms)
    yield from limit_sentences(speaker, terms)
    yield from eligibility_sentences(speaker, terms)
    yield from course_sentences(speaker, terms)


def head_fields(speaker: Speaker, terms: Terms) -> list[tuple[str, str]]:
    """What the rules rest on and who applies them, as labels and texts; empty where nothing is said."""
    instrument = terms.instrument
    title = speaker.label("list.separator").join(
        part for part in (plain(instrument.document), plain(instrument.title)) if part
    )
    return [
        (speaker.label("field.instrument"), title),
        (speaker.label("field.article"), article(speaker, instrument.article) if instrument.article else ""),
        (speaker.say("dated"), plain(instrument.dated)),
        (speaker.say("address"), plain(instrument.address)),
        (speaker.label("field.quote"), plain(instrument.quote)),
        (speaker.label("field.departments"), _departments(speaker, terms.lead_departments)),
        (speaker.say("responsible"), _departments(speaker, terms.responsible_departments)),
        (speaker.label("field.currency"), plain(terms.currency)),
    ]


def article(speaker: Speaker, number: str) -> str:
    """An article of an instrument, as it is cited."""
    if not number:
        return speaker.say("no_article")
    return speaker.say("article_numbered", article=plain(number))


def seen_in(speaker: Speaker, paths: Iterable[str]) -> str:
    """Where a reading is visible, in the words of the rules: `caps[0].window` is the first cap."""
    return speaker.listed(dict.fromkeys(_place(speaker, path) for path in paths))


def _place(speaker: Speaker, path: str) -> str:
    match = re.match(r"(?P<name>[a-z_]+)(?:\[(?P<index>[0-9]{1,4})\])?(?:\.|$)", path)
    label = FIELD_LABELS.get(match["name"]) if match else None
    if match is None or label is None:
        return plain(path)
    rule = speaker.label(label)
    return speaker.say("nth", rule=rule, number=int(match["index"]) + 1) if match["index"] else rule


def _departments(speaker: Speaker, codes: Iterable[str]) -> str:
    return speaker.listed(map(speaker.department, codes))
