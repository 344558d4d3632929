"""A calculation on the screen: every check with its numbers, then the words and remedies of those that decide."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, indented
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.tables import fields, line, localized, table
from award_ledger.clients.cli.words.reasons import REASONS
from award_ledger.clients.errors import reason_name
from award_ledger.v1.common_pb2 import Assessment, Check, CheckUnit, Verdict

_STYLES = {
    Verdict.VERDICT_FAILED: "red",
    Verdict.VERDICT_NEEDS_OVERRIDE: "yellow",
    Verdict.VERDICT_CUT: "yellow",
    Verdict.VERDICT_OVERRIDDEN: "yellow",
}


def assessment_view(desk: Desk, assessment: Assessment, *, hypothetical: bool = False) -> Iterator[RenderableType]:
    """The calculation: its results, the table of checks, why those that do not simply hold say what they say, and what
    was assumed. `hypothetical`: nobody asked for an amount.
    """
    yield fields(_results(desk, assessment, hypothetical))
    if not assessment.checks:
        return
    columns = [desk.say(f"check.{name}") for name in ("name", "limit", "used", "asked", "left", "verdict")]
    rows = [_row(desk, check, assessment) for check in assessment.checks]
    styles = [_STYLES.get(check.verdict, "") for check in assessment.checks]
    yield table(columns, rows, right="1234", styles=styles)
    quoted = ""
    for check in assessment.checks:
        if check.verdict in _STYLES:
            yield line(_heading(desk, check.id), "bold")
            yield indented(fields(_explanation(desk, check, check.words if check.words != quoted else "")))
            quoted = check.words
    assumed = [_check_name(desk, check.id) for check in assessment.checks if _is_assumed(check)]
    if assumed:
        yield line(desk.say("check.assumed", checks=desk.say("list.separator").join(assumed)))


def admissible(desk: Desk, assessment: Assessment) -> str:
    """The largest amount that could be granted; or that no limit is known."""
    if assessment.unlimited:
        return desk.say("unlimited")
    return f"{to_major(assessment.admissible_minor, assessment.currency)} {assessment.currency}".strip()


def check_number(check: Check, name: str, currency: str) -> str:
    """One of `limit`, `used`, `asked`, `left`: an amount in major units, or a count; empty where there is none."""
    if not check.HasField(name):  # type: ignore[arg-type]
        return ""
    value: int = getattr(check, name)
    return to_major(value, currency) if check.unit == CheckUnit.CHECK_UNIT_MINOR else f"{value:,}"


def _results(desk: Desk, assessment: Assessment, hypothetical: bool) -> Iterator[tuple[str, str]]:
    version = desk.say("terms.version", version=assessment.terms_version)
    yield desk.say("field.measure"), f"{assessment.measure_code} ({version})"
    if not hypothetical:
        yield desk.say("field.asked"), _amount(assessment.asked_minor, assessment)
        yield desk.say("field.admissible"), admissible(desk, assessment)
        yield desk.say("field.granted"), _amount(assessment.granted_minor, assessment)
    yield desk.say("field.binding"), ", ".join(assessment.binding)


def _amount(minor: int, assessment: Assessment) -> str:
    return f"{to_major(minor, assessment.currency)} {assessment.currency}".strip()


def _row(desk: Desk, check: Check, assessment: Assessment) -> list[str]:
    numbers = [check_number(check, name, assessment.currency) for name in ("limit", "used", "asked", "left")]
    verdict = desk.name("verdict", Verdict.Name(check.verdict)) + (" ◄" if check.id in assessment.binding else "")
    return [_check_name(desk, check.id), *numbers, verdict]


def _is_assumed(check: Check) -> bool:
    """True if the check is noted because it was taken to hold; one without a reason is merely an aim."""
    return check.verdict == Verdict.VERDICT_NOTED and bool(check.reason)


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


def _explanation(desk: Desk, check: Check, words: str) -> Iterator[tuple[str, str]]:
    yield desk.say("field.why"), _why(desk, check)
    yield desk.say("field.found"), check.found
    yield desk.say("field.words"), words
    yield desk.say("field.remedy"), localized(check.remedy, desk.language)
