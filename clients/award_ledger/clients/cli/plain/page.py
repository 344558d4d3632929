"""A package as one page of Markdown: an index, what all items share, and each item with its rules, words and readings.

Texts of the package are data: what Markdown or HTML would take for its own is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import NamedTuple, TypeVar

from award_ledger.clients.cli.plain.rules import article, head_fields, rule_sentences, seen_in
from award_ledger.clients.cli.plain.speaker import Sentence, Speaker, Vocabulary, capital, plain
from award_ledger.clients.cli.words import Language
from award_ledger.clients.package_files import Package
from award_ledger.v1.common_pb2 import LocalizedText
from award_ledger.v1.terms_pb2 import Interpretation, Terms

_Shared = TypeVar("_Shared")

BETWEEN_LANGUAGES = " · "

SHARED = "shared"
"""The anchor of what all items share."""

# An underscore within a word is one in Markdown too, and codes stay readable with it.
_MARKUP = re.compile(r"^[#+-]|[\\`*<>\[\]|~]|&(?=#|\w+;)|(?<![^\W_])_|_(?![^\W_])")


class _Item(NamedTuple):
    """One version of a measure, and where it stands on the page: a name of plain letters, whatever its code is."""

    terms: Terms
    anchor: str
    later: bool = False


@dataclass(frozen=True)
class Page:
    """What the page is made of: a package, its later versions, and the languages, in their order on the page."""

    package: Package
    later: Sequence[Terms]
    vocabulary: Vocabulary
    languages: Sequence[Language]

    def markdown(self) -> str:
        """The page."""
        return "\n".join(self._lines()).rstrip("\n") + "\n"

    def _lines(self) -> Iterator[str]:
        yield f"# {self._text(self.package.title) or self._each('page.title')}\n"
        for language in self.languages:
            yield escaped(Speaker(language).say("page.about")) + "\n"
        yield from self._articles()
        yield from self._departments()
        yield from self._money()
        yield from self._shared()
        yield f"## {self._each('page.items')}\n"
        for item in self._items:
            yield from self._item(item)

    @cached_property
    def _published(self) -> list[Terms]:
        return [measure.message for measure in self.package.measures]

    @cached_property
    def _items(self) -> list[_Item]:
        """Every version: each published one, what is kept of it for later, and last what has no published one."""
        items = []
        codes = list(dict.fromkeys(terms.measure_code for terms in [*self._published, *self.later]))
        for code in codes:
            anchor = "item-" + re.sub(r"[^A-Za-z0-9-]", "-", code)
            items += [_Item(terms, anchor) for terms in self._published if terms.measure_code == code]
            kept = (terms for terms in self.later if terms.measure_code == code)
            items += [_Item(terms, f"{anchor}-later-{number}", True) for number, terms in enumerate(kept, start=1)]
        return items

    def _articles(self) -> Iterator[str]:
        """The items by article; a later version, which rests on another text, stands with the item that it follows."""
        article_of = {terms.measure_code: terms.instrument.article for terms in self._published}
        by_article: dict[str, list[_Item]] = {}
        for item in self._items:
            by_article.setdefault(article_of.get(item.terms.measure_code, ""), []).append(item)
        yield f"## {self._each('page.by_article')}\n"
        for number, items in by_article.items():
            yield f"- {self._all(partial(article, number=number))}"
            yield from (f"  - {self._link(item)}" for item in items)
        yield ""

    def _departments(self) -> Iterator[str]:
        by_department: dict[str, list[_Item]] = {}
        for item in self._items:
            for code in item.terms.lead_departments or [""]:
                by_department.setdefault(code, []).append(item)
        order = [code for code in self.vocabulary.departments if code in by_department]
        yield f"## {self._each('page.by_department')}\n"
        for code in [*order, *(code for code in by_department if code not in order)]:
            name = self.vocabulary.departments.get(code)
            yield f"- {self._text(name) if name else escaped(plain(code)) or self._each('nothing_said')}"
            yield from (f"  - {self._link(item)}" for item in by_department[code])
        yield ""

    def _money(self) -> Iterator[str]:
        """The appropriations that bind, and the sums that are only said."""
        if not self.package.funds and not self.package.forecasts:
            return
        yield f"## {self._each('page.money')}\n"
        for fund in (item.message for item in self.package.funds):
            code, amount = escaped(plain(fund.code)), self._amount(fund.appropriated_minor, fund.currency)
            yield f"- {code} {self._text(fund.name)} ({fund.fiscal_year}): {amount}"
            yield from _below(fund.document)
        for forecast in self.package.forecasts:
            amount = self._amount(forecast.amount_minor, self._published[0].currency)
            yield f"- {self._each('page.forecast')} ({forecast.year}): {amount}"
            yield from _below(forecast.source)
        yield ""

    def _shared(self) -> Iterator[str]:
        """What all items have in common is said once."""
        if not self._has_shared:
            return
        yield f'<a id="{SHARED}"></a>\n'
        yield f"## {self._each('page.shared')}\n"
        for language in self.languages:
            if self._shared_heads[language]:
                speaker = Speaker(language)
                text = speaker.say("page.rests_on", fields=_head_line(speaker, self._shared_heads[language]))
                yield escaped(text) + "\n"
            yield from _bullets(language, self._shared_rules[language])
        if self._shared_readings:
            yield f"### {self._each('page.shared_readings')}\n"
            yield from self._readings(self._shared_readings)

    @cached_property
    def _has_shared(self) -> bool:
        return any([*self._shared_heads.values(), *self._shared_rules.values(), self._shared_readings])

    @cached_property
    def _shared_heads(self) -> dict[Language, list[tuple[str, str]]]:
        return {
            language: in_every([self._head(language, terms) for terms in self._published])
            for language in self.languages
        }

    @cached_property
    def _shared_rules(self) -> dict[Language, list[Sentence]]:
        return {
            language: in_every([self._rules(language, item.terms) for item in self._items])
            for language in self.languages
        }

    @cached_property
    def _shared_readings(self) -> list[Interpretation]:
        return in_every([list(item.terms.interpretations) for item in self._items])

    def _item(self, item: _Item) -> Iterator[str]:
        terms = item.terms
        yield f'<a id="{item.anchor}"></a>\n'
        yield f"### {self._named(item)}\n"
        if terms.instrument.quote:
            yield f"> {escaped(plain(terms.instrument.quote))}\n"
        for language in self.languages:
            head, common = self._head(language, terms), self._shared_heads[language]
            if all(pair in head for pair in common):
                head = [pair for pair in head if pair not in common]
            if head:
                yield escaped(_head_line(Speaker(language), head)) + "\n"
            rules = self._rules(language, terms)
            yield from _bullets(language, [rule for rule in rules if rule not in self._shared_rules[language]])
        readings = [reading for reading in terms.interpretations if reading not in self._shared_readings]
        if readings:
            yield f"**{self._each('page.readings')}**\n"
            yield from self._readings(readings)
        if self._has_shared:
            yield f"[{self._each('page.see_shared')}](#{SHARED})\n"

    def _head(self, language: Language, terms: Terms) -> list[tuple[str, str]]:
        speaker = Speaker(language, terms.currency, self.vocabulary)
        quote = speaker.label("field.quote")
        return [(label, text) for label, text in head_fields(speaker, terms) if text and label != quote]

    def _rules(self, language: Language, terms: Terms) -> list[Sentence]:
        return list(rule_sentences(Speaker(language, terms.currency, self.vocabulary), terms))

    def _readings(self, readings: Iterable[Interpretation]) -> Iterator[str]:
        for number, reading in enumerate(readings, start=1):
            indent = " " * len(f"{number}. ")
            yield f"{number}. **{self._text(reading.ambiguity) or self._each('nothing_said')}**"
            if reading.evidence:
                yield f"{indent}- {self._each('source')}: {escaped(plain(reading.evidence))}"
            for language in self.languages:
                yield from (f"{indent}- {text}" for text in _reading(Speaker(language), reading))
            if reading.fields:
                yield f"{indent}- {self._each('seen_in')}: {self._all(partial(seen_in, paths=reading.fields))}"
        yield ""

    def _link(self, item: _Item) -> str:
        return f"[{self._named(item)}](#{item.anchor})"

    def _named(self, item: _Item) -> str:
        name = f"{escaped(plain(item.terms.measure_code))} {self._text(item.terms.name)}".strip()
        return f"{name} ({self._each('page.later')})" if item.later else name

    def _amount(self, minor: int, currency: str) -> str:
        return self._all(lambda speaker: replace(speaker, currency=currency).money(minor))

    def _text(self, text: LocalizedText) -> str:
        return self._all(lambda speaker: speaker.text(text))

    def _each(self, key: str) -> str:
        return self._all(lambda speaker: speaker.say(key))

    def _all(self, said: Callable[[Speaker], str]) -> str:
        """What is said in every language of the page; once, where they say the same."""
        texts = dict.fromkeys(escaped(said(Speaker(language))) for language in self.languages)
        return BETWEEN_LANGUAGES.join(text for text in texts if text)


def _bullets(language: Language, rules: Iterable[Sentence]) -> Iterator[str]:
    speaker = Speaker(language)
    for rule in rules:
        words = escaped(speaker.say("in_words", words=plain(rule.words))) if rule.words else ""
        label = escaped(capital(speaker.label(rule.topic)))
        yield f"- **{label}**{speaker.say('colon')}{escaped(rule.text)}{f' *{words}*' if words else ''}"
    yield ""


def _head_line(speaker: Speaker, head: Iterable[tuple[str, str]]) -> str:
    colon = speaker.say("colon")
    return capital(speaker.say("semicolon").join(f"{label}{colon}{text}" for label, text in head))


def _reading(speaker: Speaker, reading: Interpretation) -> Iterator[str]:
    colon = speaker.say("colon")
    for key, text in (("field.reading", reading.reading), ("field.question", reading.question)):
        said = escaped(speaker.text(text))
        if said:
            yield f"**{capital(speaker.label(key))}**{colon}{said}"


def _below(text: str) -> Iterator[str]:
    """A text that belongs to the line above, if there is one."""
    if text:
        yield f"  - {escaped(plain(text))}"


def in_every(lists: Sequence[Sequence[_Shared]]) -> list[_Shared]:
    """What every one of several lists has, in the order of the first; nothing, where there is but one list."""
    return [item for item in lists[0] if all(item in other for other in lists)] if len(lists) > 1 else []


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKUP.sub(lambda match: "\\" + match[0], text)
