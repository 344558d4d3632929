"""Telling: headings, sentences and tables in one of two languages, and what must be true of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.text import Text

from award_ledger.clients.cli.desk import Desk, indented
from award_ledger.clients.cli.money import to_major, to_minor
from award_ledger.clients.cli.tables import line, localized, safe
from award_ledger.clients.cli.views.assessment import assessment_view, check_number
from award_ledger.clients.cli.words import Language, Phrase
from award_ledger.clients.cli.words.reasons import REASONS
from award_ledger.clients.errors import LedgerError
from award_ledger.v1.common_pb2 import Assessment, Verdict

CURRENCY = "CNY"

AUDITOR = "auditor@sjt"
"""Who reads everything and decides nothing."""

_REFUSING = (Verdict.VERDICT_FAILED, Verdict.VERDICT_NEEDS_OVERRIDE)
_NUMBERS: tuple[Literal["limit", "used", "asked", "left"], ...] = ("limit", "used", "asked", "left")


class Disagreement(Exception):
    """The ledger did not do what the rules say; the demonstration has failed."""


def yuan(text: str) -> int:
    """Fen of an amount as people write it."""
    return to_minor(text, CURRENCY)


def shown(minor: int) -> str:
    """An amount as people write it."""
    return f"{to_major(minor, CURRENCY)} {CURRENCY}"


class Narration:
    """One telling. `desk` is that of an auditor: it reads, and shows things as the command line does."""

    def __init__(self, address: str, language: Language, out: Console) -> None:
        self.language: Language = language
        self.desk = Desk(
            server=address, principal=AUDITOR, language=language, json=False, timeout_s=10.0, out=out, err=out
        )
        self._out = out

    def title(self, phrase: Phrase) -> None:
        """The heading of a story."""
        self._out.print()
        self._out.print(Rule(Text(phrase.say(self.language), style="bold"), align="left", style="dim"))

    def tell(self, en: str, zh: str) -> None:
        """A sentence."""
        self.show(line(Phrase(en, zh).say(self.language)))

    def show(self, *parts: RenderableType) -> None:
        """Tables, and lines that are made already."""
        for part in parts:
            self._out.print(indented(part))

    def done(self, en: str, zh: str) -> None:
        """Something was done."""
        self.show(Text.assemble(("✔ ", "green"), safe(Phrase(en, zh).say(self.language))))

    def expect(self, what: str, found: object, expected: object) -> None:
        """Raises Disagreement unless the two are the same."""
        if found != expected:
            raise Disagreement(f"{what}: expected {expected}, found {found}")

    def denied(self, reason: str, act: Callable[[], object]) -> LedgerError:
        """What the ledger says to an act that it must not do. Raises Disagreement if it does it, or says another."""
        try:
            act()
        except LedgerError as error:
            self.expect("reason", error.reason, reason)
            self.show(Text.assemble((f"✘ {reason} ", "red"), REASONS[reason].what.say(self.language)))
            return error
        raise Disagreement(f"expected {reason}, and it was done")

    def explain(self, assessment: Assessment) -> None:
        """Every check with its numbers, and the words and remedies of those that matter."""
        self.show(*assessment_view(self.desk, assessment))

    def explain_shortly(self, assessment: Assessment) -> None:
        """The first check that refuses, with its numbers and what would have to change."""
        check = next(check for check in assessment.checks if check.verdict in _REFUSING)
        numbers = [
            f"{self.desk.say(f'check.{name}')} {check_number(check, name, assessment.currency)}"
            for name in _NUMBERS
            if check.HasField(name)
        ]
        said = ", ".join(numbers) or check.found
        self.show(
            indented(line(f"{check.id}: {said}" if said else check.id)),
            indented(line(f"→ {localized(check.remedy, self.language)}", "dim")),
        )
