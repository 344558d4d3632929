"""The ledger's no on the screen: what is the matter, the numbers, the calculation, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, indented, json_of
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.tables import fields, line
from award_ledger.clients.cli.views.assessment import assessment_view
from award_ledger.clients.cli.words.labels import LABELS
from award_ledger.clients.cli.words.reason import Reason
from award_ledger.clients.cli.words.reasons import NO_CONNECTION, NO_SECURE_CONNECTION, REASONS, UNKNOWN
from award_ledger.clients.errors import DeadlineExceeded, LedgerError, Unavailable


def reason_of(error: LedgerError, *, secured: bool = False) -> Reason:
    """The phrases for a failure: by its reason, or by what kind of failure it is; `secured`: over a profile's TLS."""
    if error.reason in REASONS:
        return REASONS[error.reason]
    if isinstance(error, DeadlineExceeded):
        return REASONS["DEADLINE_EXCEEDED"]
    if isinstance(error, Unavailable):
        return NO_SECURE_CONNECTION if secured else NO_CONNECTION
    return UNKNOWN


def failure_view(desk: Desk, error: LedgerError) -> Iterator[RenderableType]:
    """One failure."""
    reason = reason_of(error, secured=desk.profile is not None and not desk.profile.plaintext)
    yield line(reason.what.say(desk.language, server=desk.server), "bold red")
    yield indented(fields(_particulars(desk, error)))
    if error.assessment is not None:
        yield from assessment_view(desk, error.assessment)
    if error.position:
        told = "failure.repeated" if error.repeated else "failure.recorded"
        yield line(desk.say(told, position=error.position))
    yield line(desk.say("failure.what_to_do", todo=reason.todo.say(desk.language, server=desk.server)))


def _particulars(desk: Desk, error: LedgerError) -> Iterator[tuple[str, str]]:
    yield desk.say("failure.reason"), error.reason or error.code.name
    yield desk.say("failure.message"), error.message
    yield from error.violations
    if error.assessment is None:
        yield from (_number(desk, name, value) for name, value in sorted(error.metadata.items()))
    if isinstance(error, Unavailable):
        yield desk.say("field.request_id"), error.request_id


def _number(desk: Desk, name: str, value: str) -> tuple[str, str]:
    """A number of the refusal; an amount in major units where this run has dealt with one currency only."""
    if name == "asked" and not value.isdecimal():
        name = "asked_for"  # a point of the log, not an amount
    label = LABELS.get(f"field.{name.removesuffix('_minor')}")
    currency = desk.only_currency()
    if name.endswith("_minor") and currency and value.lstrip("-").isdecimal():
        value = f"{to_major(int(value), currency)} {currency}"
    return label.say(desk.language) if label else name, value


def failure_json(error: LedgerError) -> str:
    """The failure as one JSON document, with the names of the contract's `RowError`."""
    document: dict[str, object] = {
        "code": error.code.name,
        "reason": error.reason,
        "message": error.message,
        "metadata": error.metadata,
        "violations": [{"field": path, "description": what} for path, what in error.violations],
        "position": str(error.position),
        "repeated": error.repeated,
        "request_id": error.request_id,
    }
    if error.assessment is not None:
        document["assessment"] = json.loads(json_of(error.assessment))
    return json.dumps(document, ensure_ascii=False, indent=2)
