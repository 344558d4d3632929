"""Entries on the screen and in CSV: who, when, both times, what and how much, why, and on which words it rests.

On the screen the words of the law stand once below each page, by number: a quote in a narrow column is no reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.sheet import Sheet
from award_ledger.clients.cli.tables import fields, moment, number_of, table
from award_ledger.v1.common_pb2 import Check, CheckUnit, Verdict
from award_ledger.v1.inquiries_pb2 import Basis, Entry

_NUMBERS = ("limit", "used", "asked", "left")
_FAMILIES = (("ground", "GROUND_"), ("objection_kind", "OBJECTION_KIND_"), ("objection_outcome", "OBJECTION_OUTCOME_"))

_COLUMNS = ("position", "recorded_at", "effective_on", "what", "by", "amount", "why")
_ALL = (
    *("position", "recorded_at", "effective_on", "what", "topic", "by", "second", "enterprise", "name", "measure"),
    *("application", "award", "fund", "amount", "asked", "stood", "currency", "rate", "instalment_no", "attempt_no"),
    *("clawback_no", "objection_no", "detail", "reference", "reason", "overrides", "checks", "binding", "evidence"),
    *("version", "instrument", "article", "quote", "corrects", "corrected_by"),
)


class EntryTable:
    """Pages of one list, each with the words on which its entries rest, by numbers that go on from page to page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._words: dict[str, int] = {}

    def __call__(self, entries: Sequence[Entry]) -> Iterator[RenderableType]:
        """One page."""
        said = len(self._words)
        rows = [self._row(entry, beside) for entry, beside in _with_corrections(entries)]
        yield table([self._desk.say(f"field.{name}") for name in _COLUMNS], rows, right="5")
        yield fields((f"[{number}]", words) for words, number in islice(self._words.items(), said, None))

    def _row(self, entry: Entry, beside: bool) -> list[str]:
        return [
            f"└ {entry.position}" if beside else str(entry.position),
            moment(entry.recorded_at).removesuffix(" +08:00").replace(" ", "\n"),
            entry.effective_on,
            _lines(self._desk.name("topic", entry.topic), entry.measure_code or entry.fund_code, _number(entry)),
            _lines(entry.principal, entry.second_principal),
            _amount(entry, "amount") or _amount(entry, "asked"),
            _lines(*self._why(entry)),
        ]

    def _why(self, entry: Entry) -> Iterator[str]:
        desk = self._desk
        told = (_detail(desk, entry), entry.reference, entry.reason, entry.decided_rate)
        yield from filter(None, told)
        if entry.HasField("stood_minor"):
            yield f"{desk.say('field.before_correction')} {_amount(entry, 'stood')}"
        if entry.corrects:
            yield desk.say("event.corrects", position=entry.corrects)
        if entry.corrected_by:
            yield desk.say("event.corrected_by", position=entry.corrected_by)
        for override in entry.overrides:
            yield f"{desk.say('field.overrides')} {override.check_id}: {override.reason}"
        for check in entry.checks:
            yield f"{_check(desk, check, entry)} {self._numbered(check.words)}".strip()
        if entry.HasField("basis"):
            yield f"{desk.say('field.words')} {self._numbered(_words(entry.basis))}"

    def _numbered(self, words: str) -> str:
        return f"[{self._words.setdefault(words, len(self._words) + 1)}]" if words else ""


def entry_columns(desk: Desk, entries: Iterable[Entry]) -> Sheet:
    """Everything that entries have, one a row, for CSV."""
    rows = (_cells(desk, entry) for entry, _ in _with_corrections(entries))
    return Sheet([desk.say(f"field.{name}") for name in _ALL], rows)


def _with_corrections(entries: Iterable[Entry]) -> Iterator[tuple[Entry, bool]]:
    """Each entry, then its corrections beside it."""
    for entry in entries:
        yield entry, False
        for correction in entry.corrections:
            yield correction, True


def _cells(desk: Desk, entry: Entry) -> list[str]:
    instrument = entry.basis.instrument
    return [
        *(str(entry.position), moment(entry.recorded_at), entry.effective_on, desk.name("topic", entry.topic)),
        *(entry.topic, entry.principal, entry.second_principal, _number(entry), entry.enterprise_name),
        *(entry.measure_code, _positive(entry.application_number), _positive(entry.award_number), entry.fund_code),
        *(_amount(entry, "amount"), _amount(entry, "asked"), _amount(entry, "stood"), entry.currency),
        *(entry.decided_rate, _positive(entry.instalment), _positive(entry.attempt), _positive(entry.clawback)),
        *(_positive(entry.objection), _detail(desk, entry), entry.reference, entry.reason),
        "\n".join(f"{item.check_id}: {item.reason}" for item in entry.overrides),
        "\n".join(f"{_check(desk, check, entry)} ({check.words})" for check in entry.checks),
        "; ".join(entry.binding),
        "\n".join(f"{item.kind}: {item.reference}" for item in entry.evidence),
        *(_positive(entry.basis.terms_version), instrument.document, instrument.article, instrument.quote),
        *(_positive(entry.corrects), _positive(entry.corrected_by)),
    ]


def _number(entry: Entry) -> str:
    return number_of(entry.enterprise) if entry.HasField("enterprise") else ""


def _positive(number: int) -> str:
    return str(number) if number else ""


def _amount(entry: Entry, name: str) -> str:
    """An amount in major units; empty where there is none."""
    return to_major(getattr(entry, f"{name}_minor"), entry.currency) if entry.HasField(f"{name}_minor") else ""  # type: ignore[arg-type]


def _detail(desk: Desk, entry: Entry) -> str:
    """The word of the contract in the language of the run, where it is one."""
    for family, prefix in _FAMILIES:
        word = f"{prefix}{entry.detail.upper()}"
        if desk.name(family, word) != word:
            return desk.name(family, word)
    return entry.detail


def _check(desk: Desk, check: Check, entry: Entry) -> str:
    """A check in one line: `cap.lifetime cut: limit 500.00, used 300.00, …`."""
    named = [(name, getattr(check, name)) for name in _NUMBERS if check.HasField(name)]  # type: ignore[arg-type]
    money = check.unit == CheckUnit.CHECK_UNIT_MINOR
    numbers = [
        f"{desk.say(f'check.{name}')} {to_major(number, entry.currency) if money else number}" for name, number in named
    ]
    binds = f" ◄ {desk.say('field.binding')}" if check.id in entry.binding else ""
    verdict = desk.name("verdict", Verdict.Name(check.verdict))
    head = f"{check.id} {verdict}: {', '.join(numbers)}" if numbers else f"{check.id} {verdict}"
    return head + binds


def _words(basis: Basis) -> str:
    """As a check says them, so that the same words have one number."""
    instrument = basis.instrument
    article = f"第{instrument.article}条 " if instrument.article else ""
    return f"{instrument.document} {article}{instrument.quote}".strip()


def _lines(*parts: str) -> str:
    return "\n".join(filter(None, parts))
