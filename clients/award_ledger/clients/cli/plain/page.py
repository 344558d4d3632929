"""A package as one page of Markdown: an index, what all items share, and each item with its rules, words and readings.

Texts of the package are data: what Markdown or HTML would take for its own is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.plain.rules import article, head_fields, rule_sentences, seen_in
from award_ledger.clients.cli.plain.speaker import Sentence, Speaker, Vocabulary, plain
from award_ledger.clients.cli.words import Language
from award_ledger.clients.package_files import Package
from award_ledger.v1.common_pb2 import LocalizedText
from award_ledger.v1.terms_pb2 import Interpretation, Terms

_Item = TypeVar("_Item")

BETWEEN_LANGUAGES = " · "

# An underscore within a word is one in Markdown too, and codes stay readable with it.
_MARKUP = re.compile(r"[\\`*<>\[\]|~&]|(?<![^\W_])_|_(?![^\W_])")


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
        yield f"# {self._text(self.package.title) or self._both('page.title')}\n"
        yield from (f"{escaped(self._say(language, 'page.about'))}\n" for language in self.languages)
        yield from self._articles()
        yield from self._departments()
        yield from self._money()
        yield from self._shared()
        yield f"## {self._both('page.items')}\n"
        for terms in self._published:
            yield from self._item(terms, anchor(terms), "")
            for number, version in enumerate(self._later(terms.measure_code), start=1):
                yield from self._item(version, anchor(version, number), self._both("page.later"))
        for terms in self._unplaced():
            yield from self._item(terms, anchor(terms, 1), self._both("page.later"))

    @property
    def _published(self) -> list[Terms]:
        return [measure.message for measure in self.package.measures]

    def _later(self, code: str) -> list[Terms]:
        return [terms for terms in self.later if terms.measure_code == code]

    def _unplaced(self) -> list[Terms]:
        """Later versions of measures that the package does not have."""
        codes = {terms.measure_code for terms in self._published}
        return [terms for terms in self.later if terms.measure_code not in codes]

    def _articles(self) -> Iterator[str]:
        by_article: dict[str, list[Terms]] = {}
        for terms in self._published:
            by_article.setdefault(terms.instrument.article, []).append(terms)
        yield f"## {self._both('page.by_article')}\n"
        for cited, items in by_article.items():
            yield f"- {self._each(partial(article, number=cited))}"
            for terms in items:
                yield f"  - {self._link(terms, anchor(terms))}"
                for number, version in enumerate(self._later(terms.measure_code), start=1):
                    yield f"  - {self._link(version, anchor(version, number))} ({self._both('page.later')})"
        yield ""

    def _departments(self) -> Iterator[str]:
        by_department: dict[str, list[Terms]] = {}
        for terms in self._published:
            for code in terms.lead_departments or [""]:
                by_department.setdefault(code, []).append(terms)
        order = [code for code in self.vocabulary.departments if code in by_department]
        yield f"## {self._both('page.by_department')}\n"
        for code in [*order, *(code for code in by_department if code not in order)]:
            name = self.vocabulary.departments.get(code)
            yield f"- {self._text(name) if name else escaped(plain(code)) or self._both('nothing_said')}"
            yield from (f"  - {self._link(terms, anchor(terms))}" for terms in by_department[code])
        yield ""

    def _money(self) -> Iterator[str]:
        """The appropriations that bind, and the sums that are only said."""
        if not self.package.funds and not self.package.forecasts:
            return
        yield f"## {self._both('page.money')}\n"
        for item in self.package.funds:
            fund = item.message
            amount = f"{to_major(fund.appropriated_minor, fund.currency)} {plain(fund.currency)}"
            yield f"- {escaped(plain(fund.code))} {self._text(fund.name)} ({fund.fiscal_year}): {amount}"
            if fund.document:
                yield f"  - {escaped(plain(fund.document))}"
        currency = self._published[0].currency
        for forecast in self.package.forecasts:
            amount = f"{to_major(forecast.amount_minor, currency)} {plain(currency)}"
            yield f"- {self._both('page.forecast')} ({forecast.year}): {amount}"
            if forecast.source:
                yield f"  - {escaped(plain(forecast.source))}"
        yield ""

    def _shared(self) -> Iterator[str]:
        rules, readings = self._shared_rules(self.languages[0]), self._shared_readings()
        if rules or readings:
            yield f'<a id="{SHARED}"></a>\n'
            yield f"## {self._both('page.shared')}\n"
        if rules:
            for language in self.languages:
                yield from self._bullets(language, self._shared_rules(language))
        if readings:
            yield f"### {self._both('page.shared_readings')}\n"
            yield from self._readings(readings)

    def _shared_rules(self, language: Language) -> list[Sentence]:
        return in_every(
            [list(rule_sentences(self._speaker(language, terms), terms)) for terms in [*self._published, *self.later]]
        )

    def _shared_readings(self) -> list[Interpretation]:
        return in_every([list(terms.interpretations) for terms in [*self._published, *self.later]])

    def _item(self, terms: Terms, identity: str, note: str) -> Iterator[str]:
        yield f'<a id="{identity}"></a>\n'
        yield f"### {self._named(terms)}{f' ({note})' if note else ''}\n"
        if terms.instrument.quote:
            yield f"> {escaped(plain(terms.instrument.quote))}\n"
        shared = self._shared_readings()
        own = [item for item in terms.interpretations if item not in shared]
        for language in self.languages:
            speaker = self._speaker(language, terms)
            quote = speaker.label("field.quote")
            pairs = [(label, text) for label, text in head_fields(speaker, terms) if text and label != quote]
            colon, semicolon = speaker.say("colon"), speaker.say("semicolon")
            yield escaped(semicolon.join(f"{label}{colon}{text}" for label, text in pairs)) + "\n"
            rules = list(rule_sentences(speaker, terms))
            common = self._shared_rules(language)
            yield from self._bullets(language, [rule for rule in rules if rule not in common])
        if own:
            yield f"**{self._both('page.readings')}**\n"
            yield from self._readings(own)
        if shared or self._shared_rules(self.languages[0]):
            yield f"[{self._both('page.see_shared')}](#{SHARED})\n"

    def _bullets(self, language: Language, rules: Iterable[Sentence]) -> Iterator[str]:
        speaker = Speaker(language)
        for rule in rules:
            words = escaped(speaker.say("in_words", words=plain(rule.words))) if rule.words else ""
            label = escaped(speaker.label(rule.topic))
            yield f"- **{label}**{speaker.say('colon')}{escaped(rule.text)}{f' *{words}*' if words else ''}"
        yield ""

    def _readings(self, readings: Iterable[Interpretation]) -> Iterator[str]:
        for number, item in enumerate(readings, start=1):
            yield f"{number}. **{self._text(item.ambiguity)}**"
            if item.evidence:
                yield f"   - {self._both('source')}: {escaped(plain(item.evidence))}"
            for language in self.languages:
                speaker = Speaker(language)
                colon = speaker.say("colon")
                yield f"   - {speaker.label('field.reading')}{colon}{escaped(speaker.text(item.reading))}"
                question = escaped(speaker.text(item.question))
                if question:
                    yield f"   - **{speaker.label('field.question')}**{colon}{question}"
            if item.fields:
                places = self._each(partial(seen_in, paths=item.fields))
                yield f"   - {self._both('seen_in')}: {places}"
        yield ""

    def _link(self, terms: Terms, identity: str) -> str:
        return f"[{self._named(terms)}](#{identity})"

    def _named(self, terms: Terms) -> str:
        return f"{escaped(plain(terms.measure_code))} {self._text(terms.name)}".strip()

    def _text(self, text: LocalizedText) -> str:
        return self._each(lambda speaker: speaker.text(text))

    def _both(self, key: str) -> str:
        return self._each(lambda speaker: speaker.say(key))

    def _each(self, said: Callable[[Speaker], str]) -> str:
        """What is said in every language of the page; once, where they say the same."""
        texts = dict.fromkeys(escaped(said(Speaker(language))) for language in self.languages)
        return BETWEEN_LANGUAGES.join(text for text in texts if text)

    def _say(self, language: Language, key: str) -> str:
        return Speaker(language).say(key)

    def _speaker(self, language: Language, terms: Terms) -> Speaker:
        return Speaker(language, terms.currency, self.vocabulary)


SHARED = "shared"
"""The anchor of what all items share."""


def anchor(terms: Terms, later: int = 0) -> str:
    """Where a version of an item stands on the page: a name of plain letters, whatever its code is."""
    code = re.sub(r"[^A-Za-z0-9-]", "-", terms.measure_code)
    return f"item-{code}-later-{later}" if later else f"item-{code}"


def in_every(lists: Sequence[Sequence[_Item]]) -> list[_Item]:
    """What every one of several lists has, in the order of the first; nothing, where there is but one list."""
    return [item for item in lists[0] if all(item in other for other in lists)] if len(lists) > 1 else []


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKUP.sub(lambda match: "\\" + match[0], text)
