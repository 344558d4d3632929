"""How codes, amounts and lists are said in one language: what every sentence about Terms is made with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from google.protobuf.descriptor import EnumDescriptor

from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.tables import localized, safe
from award_ledger.clients.cli.words import Language
from award_ledger.clients.cli.words.labels import LABELS
from award_ledger.v1.common_pb2 import LocalizedText

ENTERPRISE_FACT = "enterprise"
"""In keys: stands for the recipient."""

LONGEST_RATE = 40


class EnumType(Protocol):
    """An enum of the contract."""

    DESCRIPTOR: EnumDescriptor


@dataclass(frozen=True)
class Vocabulary:
    """What the codes of a package mean; a code that is not in it is said as it is."""

    departments: Mapping[str, LocalizedText] = field(default_factory=dict)
    words: Mapping[str, LocalizedText] = field(default_factory=dict)
    """Facts, kinds of evidence, stages and values."""
    values: Mapping[str, Mapping[str, LocalizedText]] = field(default_factory=dict)
    """Values of coded facts, by the name of the fact."""


@dataclass(frozen=True)
class Sentence:
    """One rule. `topic` is the key of its label; `words` are those of the instrument, where it has words of its own."""

    topic: str
    text: str
    words: str = ""


@dataclass(frozen=True)
class Speaker:
    """Speaks one language about Terms in one currency."""

    language: Language
    currency: str = ""
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    def label(self, key: str) -> str:
        """A label of the command line."""
        return LABELS[key].say(self.language)

    def say(self, key: str, **values: object) -> str:
        """A sentence, or a part of one."""
        return LABELS[f"plain.{key}"].say(self.language, **values)

    def enum(self, family: str, kind: EnumType, number: int, suffix: str = "") -> str:
        """A value of the contract in words; a later one than this program knows is said to be that."""
        value = kind.DESCRIPTOR.values_by_number.get(number)
        phrase = LABELS.get(f"{family}.{value.name}{suffix}") if value else None
        return phrase.say(self.language) if phrase else self.say("unknown", value=value.name if value else number)

    def text(self, text: LocalizedText) -> str:
        """A text of the package, on one line."""
        return plain(localized(text, self.language))

    def money(self, minor: int) -> str:
        """An amount with its currency; CNY in yuan."""
        key = "money_cny" if self.currency == "CNY" else "money"
        return self.say(key, amount=to_major(minor, self.currency), currency=plain(self.currency)).strip()

    def minor_unit(self) -> str:
        """What minor units are called."""
        return self.say("minor_cny" if self.currency == "CNY" else "minor")

    def department(self, code: str) -> str:
        """A department by its name."""
        return self._named(code, self.vocabulary.departments.get(code))

    def fact(self, code: str) -> str:
        """A declared fact: its name and code, and that it is declared in minor units where it holds money."""
        if not code:
            return self.say("nothing_said")
        name = self.vocabulary.words.get(code)
        if not code.endswith("_minor"):
            return self._named(code, name)
        unit = self.minor_unit()
        if name is None:
            return self.say("bare_in_minor", code=plain(code), unit=unit)
        return self.say("named_in_minor", name=self.text(name), code=plain(code), unit=unit)

    def word(self, code: str) -> str:
        """A kind of evidence, a stage: its name and code."""
        return self._named(code, self.vocabulary.words.get(code)) if code else self.say("nothing_said")

    def begun(self, text: str, code: str) -> str:
        """What is said of a code, as a sentence begins; a code that has no name keeps its letters."""
        return capital(text) if code in self.vocabulary.words else text

    def value(self, fact: str, code: str) -> str:
        """A value of a fact."""
        name = self.vocabulary.values.get(fact, {}).get(code) or self.vocabulary.words.get(code)
        if name is not None:
            return self._with_code(self.text(name), code)
        return self._with_code(self.say(code) if code in ("yes", "no") else plain(code), code)

    def number(self, fact: str, text: str) -> str:
        """A number with which a fact is compared: money where the fact holds money, else as it is written."""
        if fact.endswith("_minor") and text.isascii() and text.isdigit() and len(text) <= LONGEST_RATE:
            return self.money(int(text))
        return plain(text) or self.say("nothing_said")

    def keys(self, facts: Iterable[str]) -> str:
        """Facts that together make a key."""
        named = [self.say("the_enterprise") if code == ENTERPRISE_FACT else self.fact(code) for code in facts]
        return self.say("and").join(named) or self.say("nothing_said")

    def listed(self, items: Iterable[str], *, last: str = "") -> str:
        """Items with commas between them; `last` is `and` or `or`, said before the last."""
        found = list(items)
        comma = self.label("list.separator")
        if not last or len(found) < 2:
            return comma.join(found)
        return comma.join(found[:-1]) + self.say(last) + found[-1]

    def _named(self, code: str, name: LocalizedText | None) -> str:
        if name is None or not localized(name, self.language):
            return plain(code)
        return self._with_code(self.text(name), code)

    def _with_code(self, name: str, code: str) -> str:
        return name if name == plain(code) else self.say("named", name=name, code=plain(code))


def plain(text: str) -> str:
    """A text that came from a file or the ledger, on one line and harmless."""
    return " ".join(safe(text).split())


def capital(text: str) -> str:
    """A text as a sentence begins."""
    return text[:1].upper() + text[1:]


def percent(rate: str) -> str:
    """A rate as people say it: `1/20` and `0.05` are `5%`, exactly; `1/3` stays, and so does what is no rate."""
    try:
        hundredfold = Fraction(rate) * 100 if len(rate) <= LONGEST_RATE and "e" not in rate.lower() else None
    except (ValueError, ZeroDivisionError):
        hundredfold = None
    if hundredfold is None or 10**LONGEST_RATE % hundredfold.denominator:
        return plain(rate)
    shifted = hundredfold.numerator * 10**LONGEST_RATE // hundredfold.denominator
    sign, digits = "-" if shifted < 0 else "", str(abs(shifted)).rjust(LONGEST_RATE + 1, "0")
    decimals = digits[-LONGEST_RATE:].rstrip("0")
    return f"{sign}{digits[:-LONGEST_RATE]}{decimals and '.' + decimals}%"
