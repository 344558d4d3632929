"""Windows of time over which usage counts, as exact arithmetic on dates of law."""

from collections.abc import Iterable, Sequence
from datetime import date

from award_ledger.domain.terms import Window

Use = tuple[date, int]
"""A day and what was used on it: minor units, or 1 for a place."""


def years_before(day: date, years: int) -> date:
    """The same day some years before; 29 February becomes 28 where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def fiscal_year(day: date, first_month: int = 1) -> int:
    """The fiscal year of a day, named after the calendar year in which it begins."""
    return day.year if day.month >= first_month else day.year - 1


def used_within(window: Window, uses: Sequence[Use], on: date) -> int:
    """The most that is used in any window of this kind that contains `on`.

    Decisions may be recorded out of order, so a use after `on` counts as well: the limit must hold in every
    window of which the new decision becomes a part.
    """
    match window.kind:
        case "lifetime":
            return sum(amount for _, amount in uses)
        case "calendar_years":
            return _most_in_years(((day.year, amount) for day, amount in uses), on.year, window.years)
        case "fiscal_years":
            first = window.first_month
            years = ((fiscal_year(day, first), amount) for day, amount in uses)
            return _most_in_years(years, fiscal_year(on, first), window.years)
        case "rolling_years":
            return _most_rolling(uses, on, window.years)


def _most_in_years(uses: Iterable[tuple[int, int]], year: int, years: int) -> int:
    if years == 1:
        return sum(amount for used_in, amount in uses if used_in == year)
    by_year: dict[int, int] = {}
    for used_in, amount in uses:
        by_year[used_in] = by_year.get(used_in, 0) + amount
    return max(sum(by_year.get(y, 0) for y in range(last - years + 1, last + 1)) for last in range(year, year + years))


def _most_rolling(uses: Sequence[Use], on: date, years: int) -> int:
    later_ends = {day for day, _ in uses if day > on and years_before(day, years) < on}
    return max(
        sum(amount for day, amount in uses if years_before(end, years) < day <= end) for end in {on, *later_ends}
    )
