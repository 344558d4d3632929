"""How examples of corrections are told, and what is looked at after them."""

from __future__ import annotations

from datetime import date

from award_ledger.domain import identity
from award_ledger.domain.award import Award
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Event
from award_ledger.domain.terms import Window
from award_ledger.server.commands.correct_entry import CorrectEntry
from award_ledger.server.commands.right import Right
from tests.domain.desk import Desk

NEXT_YEAR = date(2026, 2, 1)
LIFE, YEAR = Window(kind="lifetime"), Window(kind="calendar_years")


def correct(desk: Desk, entry: int, right: Right, *, by: str = "officer", on: date = NEXT_YEAR) -> Event:
    """The correction of the entry at a position."""
    return desk.do(CorrectEntry(desk.events[entry - 1], right, "typed wrongly"), by=by, on=on)


def last(desk: Desk, topic: str) -> int:
    """The position of the latest entry of a kind."""
    return max(event.position for event in desk.events if topic in event.fact.TOPIC)


def firm(desk: Desk, number: str = "E") -> Enterprise:
    return desk.ledger.enterprise(identity.enterprise_id("other", number))


def balances(desk: Desk, year: int = 2025) -> tuple[int, int, int, int]:
    """Of the fund: appropriated, available, encumbered, expended."""
    fund = desk.fund(year)
    return fund.appropriated_minor, fund.available_minor, fund.encumbered_minor, fund.expended_minor


def totals(desk: Desk, year: int = 2025) -> tuple[int, int]:
    found = desk.ledger.measure("M").years[year]
    return found.awards, found.approved_minor


def money_of(award: Award) -> tuple[int, ...]:
    return (
        award.approved_minor,
        award.counted_minor,
        award.paid_minor,
        award.open_minor,
        award.encumbered_minor,
        award.expended_minor,
        award.recovered_minor,
        award.recoverable_minor,
    )
