"""Sums of an award of the model: what is paid, open, received, ordered, encumbered and expended."""

from __future__ import annotations

from typing import Any

State = dict[str, Any]


def paid(part: State) -> int:
    """Settled less returned, and set off, of one instalment."""
    by_bank = sum(int(attempt["settled"]) - int(attempt["returned"]) for attempt in part["attempts"])
    return by_bank + int(part["set_off"])


def open_amount(part: State) -> int:
    """Owed and not paid, of one instalment."""
    return int(part["amount"]) - int(part["cancelled"]) - paid(part)


def under_way(part: State) -> bool:
    """Is there an attempt of which the bank has said nothing?"""
    return any(not a["failed"] and not a["given_up"] and not a["settled"] for a in part["attempts"])


def total_paid(state: State) -> int:
    """Settled less returned, of the whole award."""
    return sum(paid(part) for part in state["parts"])


def total_open(state: State) -> int:
    """Owed and not paid, of the whole award."""
    return sum(open_amount(part) for part in state["parts"])


def received(state: State) -> int:
    """Received under orders to return money."""
    return sum(int(clawback["received"]) for clawback in state["clawbacks"])


def recoverable(state: State) -> int:
    """Paid and not ordered back."""
    return total_paid(state) - sum(int(c["ordered"]) for c in state["clawbacks"] if not c["cancelled"])


def outstanding(clawback: State) -> int:
    """Ordered, and neither received nor written off."""
    return 0 if clawback["cancelled"] else int(clawback["ordered"] - clawback["received"] - clawback["written_off"])


def encumbered_of(state: State) -> int:
    """What the fund still holds for an award: all that is owed, but for what it has spent on it already."""
    return total_open(state) - int(state["late"]) if state["fund"] else 0


def expended_of(state: State) -> int:
    """What the fund has spent on an award."""
    spent = total_paid(state) + int(state["late"]) + int(state["gone"])
    return spent - int(state["refunded"]) if state["fund"] else 0
