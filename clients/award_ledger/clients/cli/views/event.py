"""Events on the screen: what happened, when it was recorded, from which day it holds, by whom, and the essentials."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.sheet import Sheet
from award_ledger.clients.cli.tables import fields, line, moment, table
from award_ledger.v1.history_pb2 import Event

# Members of an event's JSON worth a place in one line, in this order; amounts are shown in major units.
_ESSENTIALS = (
    "measure",
    "code",
    "version",
    "name",
    "said",
    "ground",
    "applied_on",
    "stood",
    "number",
    "amount_minor",
    "asked_minor",
    "up_to_minor",
    "granted_minor",
    "full_minor",
    "introduced_by",
    "appropriated_minor",
    "change_minor",
    "stood_minor",
    "instalment",
    "clawback",
    "clawback_minor",
    "objection",
    "kind",
    "outcome",
    "file_reference",
    "subject",
    "decided_rate",
    "result",
    "group",
    "end_to_end_id",
    "bank_reference",
    "document",
    "stood_against",
    "reason",
)


class EventCurrencies:
    """The currency of an event's amounts: its own, its measure's or fund's, or that of its award or fund before.

    Payments and clawbacks name only their award, so events are best shown to it in order: of the first that it sees of
    an award or a fund whose beginning it has not seen, it asks the ledger.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: dict[str, str] = {}

    def of(self, event: Event, state: dict[str, object]) -> str:
        """An ISO 4217 code, or empty where it cannot be told; raises LedgerError."""
        keys = [event.aggregate_id] if event.topic.startswith("fund.") else []
        keys += [str(state["award_id"])] if "award_id" in state else []
        found = self._told(state) or next((self._known[key] for key in keys if key in self._known), "")
        if keys and not found and any(name.endswith("_minor") for name in state):
            found = self._desk.currency_of_entry(event.position)
        if found:
            self._known.update(dict.fromkeys(keys, found))
        return found

    def _told(self, state: dict[str, object]) -> str:
        measure, fund = state.get("measure"), state.get("fund")
        if "currency" in state:
            return str(state["currency"])
        if measure:
            return self._desk.currency_of(str(measure))
        return self._desk.currency_of_fund(str(fund)) if fund else ""


def event_table(desk: Desk, events: Sequence[Event], known: EventCurrencies | None = None) -> Sheet:
    """Events, one a row; raises LedgerError (currencies are asked for). `known` goes from page to page of one list."""
    currencies, told = known or EventCurrencies(desk), {}
    for event in sorted(events, key=lambda event: event.position):
        state = state_of(event)
        told[event.position] = ", ".join((*essentials(desk, state, currencies.of(event, state)), *_links(desk, event)))
    names = ("position", "recorded_at", "effective_on", "what", "by", "essentials")
    rows = [
        [
            str(event.position),
            moment(event.recorded_at).removesuffix(" +08:00"),
            event.effective_on,
            desk.name("topic", event.topic),
            event.principal,
            told[event.position],
        ]
        for event in events
    ]
    return table([desk.say(f"field.{name}") for name in names], rows, right="0")


def event_line(desk: Desk, event: Event, currencies: EventCurrencies) -> RenderableType:
    """One event on one line, as it comes; raises LedgerError (currencies are asked for)."""
    state = state_of(event)
    parts = [
        str(event.position).rjust(8),
        moment(event.recorded_at).removesuffix(" +08:00"),
        desk.name("topic", event.topic),
        event.principal,
        *essentials(desk, state, currencies.of(event, state)),
        *_links(desk, event),
    ]
    return line("  ".join(part for part in parts if part))


def event_view(desk: Desk, event: Event) -> Iterator[RenderableType]:
    """One event with all that is stored."""
    yield fields(
        [
            (desk.say("field.position"), str(event.position)),
            (desk.say("field.what"), f"{desk.name('topic', event.topic)} ({event.topic})"),
            (desk.say("field.recorded_at"), moment(event.recorded_at)),
            (desk.say("field.effective_on"), event.effective_on),
            (desk.say("field.by"), event.principal),
            (desk.say("field.stream"), f"{event.aggregate_id} / {event.aggregate_version}"),
            (desk.say("field.hash"), event.event_hash.hex()),
            (desk.say("field.correction"), ", ".join(_links(desk, event))),
        ]
    )
    state = state_of(event)
    yield line(json.dumps(state, ensure_ascii=False, indent=2) if state else repr(event.state))


def _links(desk: Desk, event: Event) -> Iterator[str]:
    """What the event corrects, and by what it is corrected."""
    if event.corrects:
        yield desk.say("event.corrects", position=event.corrects)
    if event.corrected_by:
        yield desk.say("event.corrected_by", position=event.corrected_by)


def state_of(event: Event) -> dict[str, object]:
    """The stored JSON, with the gist of a refusal's assessment beside it; empty where it is not a JSON object."""
    try:
        state = json.loads(event.state)
    except ValueError:
        return {}
    if not isinstance(state, dict):
        return {}
    assessment = state.get("assessment")
    if isinstance(assessment, dict) and "amount_minor" not in state:
        state["measure"] = assessment.get("measure_code", "")
        state["asked_minor"] = assessment.get("asked_minor")
        state["stood_against"] = _first_against(assessment)
    return state


def _first_against(assessment: dict[str, Any]) -> str:
    """The check that comes first among those that stood against a decision; empty if there is none."""
    checks = assessment.get("checks", [])
    return next((check["id"] for check in checks if check.get("verdict") in ("failed", "needs_override")), "")


def essentials(desk: Desk, state: dict[str, object], currency: str) -> Iterator[str]:
    """The members that tell one event of its kind from the next."""
    for name in _ESSENTIALS:
        value = state.get(name)
        if isinstance(value, dict):
            value = value.get(desk.language)
        if name in ("said", "stood") and value is not None:
            yield _ruled(desk, name, str(value))
            continue
        if value is None or value == "" or isinstance(value, dict | list):
            continue
        if name.endswith("_minor") and isinstance(value, int):
            unit = currency or desk.say("event.minor_units")
            yield f"{desk.say('event.' + name)} {to_major(value, currency)} {unit}"
        elif name in ("instalment", "clawback", "objection", "version"):
            yield f"{desk.say('event.' + name)} {value}"
        elif name == "ground":
            yield _ground(desk, str(value))
        elif name in ("kind", "outcome"):
            yield desk.name(f"objection_{name}", f"OBJECTION_{name.upper()}_{str(value).upper()}")
        else:
            yield str(value)


def _ruled(desk: Desk, name: str, value: str) -> str:
    """What a correction says of a result, a ground, a name or a day, or what stood; a ruling may have become none."""
    text = _ground(desk, value) if value else desk.say("event.none")
    return text if name == "said" else f"{desk.say('event.stood_minor')} {text}"


def _ground(desk: Desk, value: str) -> str:
    grounds = ("revocation", "overpayment", "breach")
    return desk.name("ground", f"GROUND_{value.upper()}") if value in grounds else value
