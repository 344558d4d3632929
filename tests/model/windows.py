"""Windows of time, once more: written from the comments of terms.proto, days compared as (year, month, day)."""

from __future__ import annotations

from datetime import date
from typing import Any


def used(window: Any, uses: list[tuple[date, int]], on: date) -> int:
    """The most that any one window of this kind holds, of those that contain `on`."""
    if window.kind == "lifetime":
        return sum(amount for _, amount in uses)
    if window.kind == "rolling_years":
        return _rolling(window.years, uses, on)
    month = window.first_month if window.kind == "fiscal_years" else 1
    this = year(on, month)
    return max(
        sum(amount for day, amount in uses if first <= year(day, month) < first + window.years)
        for first in range(this - window.years + 1, this + 1)
    )


def year(day: date, first_month: int = 1) -> int:
    """The year that contains a day, where years begin in this month."""
    return day.year - (day.month < first_month)


def _rolling(years: int, uses: list[tuple[date, int]], on: date) -> int:
    ends = [end for end in [on, *(day for day, _ in uses)] if _inside(on, end, years)]
    return max(sum(amount for day, amount in uses if _inside(day, end, years)) for end in ends)


def _inside(day: date, end: date, years: int) -> bool:
    """Is the day later than the same day some years before the end, and not after the end?"""
    return (end.year - years, end.month, end.day) < (day.year, day.month, day.day) <= (end.year, end.month, end.day)
