"""A calculation on the screen: every check with its numbers, then the words and remedies of those that matter."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, indented
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.tables import fields, line, localized, table
from award_ledger.clients.cli.words.reasons import REASONS
from award_ledger.clients.errors import reason_name
from award_ledger.v1.common_pb2 import Assessment, Check, Verdict

COUNTED = ("quota", "floor", "evidence", "unique")
"""Kinds of checks whose numbers are counts; those of the others are money."""

_STYLES = {
    Verdict.VERDICT_FAILED: "red",
    Verdict.VERDICT_NEEDS_OVERRIDE: "yellow",
    Verdict.VERDICT_CUT: "yellow",
    Verdict.VERDICT_OVERRIDDEN: "yellow",
}


def assessment_view(
    desk: Desk, assessment: Assessment, currency: str, *, hypothetical: bool = False
) -> Iterator[RenderableType]:
    """The calculation: its results, the table of checks, and why. `hypothetical`: nobody asked for an amount."""
    yield fields(_results(desk, assessment, currency, hypothetical))
    if not assessment.checks:
        return
    columns = [desk.say(f"check.{name}") for name in ("name", "limit", "used", "asked", "left", "verdict")]
    rows = [_row(desk, check, currency, binding=check.id in assessment.binding) for check in assessment.checks]
    styles = [_STYLES.get(check.verdict, "") for check in assessment.checks]
    yield table(columns, rows, right="1234", styles=styles)
    quoted = ""
    for check in assessment.checks:
        if check.verdict == Verdict.VERDICT_NOTED:
            yield line(_note(desk, check))
        elif check.verdict != Verdict.VERDICT_PASSED or check.id in assessment.binding:
            yield line(_heading(desk, check.id), "bold")
            yield indented(fields(_explanation(desk, check, check.words if check.words != quoted else "")))
            quoted = check.words


def _results(desk: Desk, assessment: Assessment, currency: str, hypothetical: bool) -> Iterator[tuple[str, str]]:
    version = desk.say("terms.version", version=assessment.terms_version)
    yield desk.say("field.measure"), f"{assessment.measure_code} ({version})"
    for name in () if hypothetical else ("asked", "admissible", "granted"):
        yield desk.say(f"field.{name}"), f"{to_major(getattr(assessment, f'{name}_minor'), currency)} {currency}"
    yield desk.say("field.binding"), ", ".join(assessment.binding)


def _row(desk: Desk, check: Check, currency: str, *, binding: bool) -> list[str]:
    numbers = [_number(check, name, currency) for name in ("limit", "used", "asked", "left")]
    verdict = desk.name("verdict", Verdict.Name(check.verdict)) + (" ◄" if binding else "")
    return [_check_name(desk, check.id), *numbers, verdict]


def _number(check: Check, name: str, currency: str) -> str:
    if not check.HasField(name):  # type: ignore[arg-type]
        return ""
    value: int = getattr(check, name)
    return f"{value:,}" if check.id.partition(".")[0] in COUNTED else to_major(value, currency)


def _check_name(desk: Desk, check_id: str) -> str:
    """What the check is about: its kind in words, and its name within the Terms."""
    kind, _, name = check_id.partition(".")
    return f"{desk.name('check_kind', kind)} {name}".strip()


def _heading(desk: Desk, check_id: str) -> str:
    """The same with the id, which `--override` takes."""
    name = _check_name(desk, check_id)
    return name if name == check_id else f"{name} ({check_id})"


def _why(desk: Desk, check: Check) -> str:
    reason = REASONS.get(reason_name(check.reason))
    return reason.what.say(desk.language) if reason else reason_name(check.reason)


def _note(desk: Desk, check: Check) -> str:
    """What is only to be known: a fact that was not given, an aim that is not reached yet."""
    said = " ".join(part for part in (_why(desk, check), check.found) if part)
    return desk.say("check.note", name=_check_name(desk, check.id), said=said)


def _explanation(desk: Desk, check: Check, words: str) -> Iterator[tuple[str, str]]:
    yield desk.say("field.why"), _why(desk, check)
    yield desk.say("field.found"), check.found
    yield desk.say("field.words"), words
    yield desk.say("field.remedy"), localized(check.remedy, desk.language)
