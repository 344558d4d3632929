"""Windows against a naive recomputation: every window that contains the day, counted day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from award_ledger.domain.terms import Window
from award_ledger.domain.windows import Use, fiscal_year, used_within, years_before

FEW = settings(max_examples=40, deadline=None)
LEAP = date(2024, 2, 29)
_EDGES = (
    *(LEAP, date(2024, 2, 28), date(2024, 3, 1), date(2023, 2, 28), date(2025, 2, 28), date(2025, 3, 1)),
    *(date(2023, 12, 31), date(2024, 1, 1), date(2024, 6, 30), date(2024, 7, 1), date(2025, 6, 30), date(2028, 2, 29)),
)
days = st.sampled_from(_EDGES) | st.dates(date(2021, 1, 1), date(2029, 12, 31))
uses = st.lists(st.tuples(days, st.integers(0, 1000)), max_size=6)
years = st.integers(1, 4)
windows = st.one_of(
    st.just(Window(kind="lifetime")),
    st.builds(Window, kind=st.just("calendar_years"), years=years),
    st.builds(Window, kind=st.just("fiscal_years"), years=years, first_month=st.integers(1, 12)),
    st.builds(Window, kind=st.just("rolling_years"), years=years),
)


def naive(window: Window, found: list[Use], on: date) -> int:
    """The most in any window that contains the day, each window being tried."""
    if window.kind == "lifetime":
        return sum(amount for _, amount in found)
    tried = _rolling(window, on) if window.kind == "rolling_years" else _fixed(window, on)
    return max(sum(amount for day, amount in found if first <= _ymd(day) <= last) for first, last in tried)


def _ymd(day: date) -> tuple[int, int, int]:
    return day.year, day.month, day.day


Bounds = tuple[tuple[int, int, int], tuple[int, int, int]]
"""First and last (year, month, day) of a window; a bound need not be a day that exists, such as 29 February 2023."""


def _rolling(window: Window, on: date) -> Iterator[Bounds]:
    """Every window of some years, to the day, that ends on or after the day and contains it."""
    for later in range(366 * window.years + 1):
        end = on + timedelta(days=later)
        first = (end.year - window.years, end.month, end.day + 1)
        if first <= _ymd(on):
            yield first, _ymd(end)


def _fixed(window: Window, on: date) -> Iterator[Bounds]:
    """Every run of some whole years, beginning in the first month, that contains the day."""
    month = window.first_month if window.kind == "fiscal_years" else 1
    for year in range(on.year - window.years - 1, on.year + 2):
        first, after = (year, month, 1), (year + window.years, month, 1)
        if first <= _ymd(on) < after:
            yield first, (after[0], after[1], 0)


@settings(max_examples=60, deadline=None)
@given(windows, uses, days)
@example(Window(kind="rolling_years"), [(date(2023, 2, 28), 7), (date(2023, 3, 1), 11)], LEAP)
@example(Window(kind="rolling_years"), [(LEAP, 7)], date(2025, 2, 28))
@example(Window(kind="rolling_years", years=4), [(LEAP, 7), (date(2024, 3, 1), 11)], date(2028, 2, 29))
@example(Window(kind="fiscal_years", years=2, first_month=7), [(date(2024, 6, 30), 7)], date(2024, 7, 1))
def test_what_is_used_is_the_most_in_any_window_that_contains_the_day(
    window: Window, found: list[Use], on: date
) -> None:
    assert used_within(window, found, on) == naive(window, found, on)


@FEW
@given(windows, uses, days, st.randoms(use_true_random=False))
def test_the_order_of_recording_does_not_matter(window: Window, found: list[Use], on: date, chance: object) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert used_within(window, shuffled, on) == used_within(window, found, on)


@FEW
@given(windows, uses, days, st.tuples(days, st.integers(0, 1000)))
def test_another_use_never_makes_less_of_it(window: Window, found: list[Use], on: date, use: Use) -> None:
    before, after = used_within(window, found, on), used_within(window, [*found, use], on)
    assert before <= after <= before + use[1]


@FEW
@given(windows, uses, days, st.integers(0, 1000), st.integers(0, 3000))
def test_a_use_within_what_is_left_breaks_the_limit_in_no_window(
    window: Window, found: list[Use], on: date, asked: int, limit: int
) -> None:
    if used_within(window, found, on) + asked <= limit:
        together = [*found, (on, asked)]
        assert naive(window, together, on) <= limit


@FEW
@given(windows, days, st.integers(1, 1000))
def test_a_use_on_the_day_itself_always_counts(window: Window, on: date, amount: int) -> None:
    assert used_within(window, [(on, amount)], on) == amount


@FEW
@given(windows, days)
def test_nothing_used_is_zero(window: Window, on: date) -> None:
    assert used_within(window, [], on) == 0


@pytest.mark.parametrize(
    ("on", "counts"),
    [(date(2025, 2, 27), True), (date(2025, 2, 28), True), (date(2025, 3, 1), False)],
)
def test_a_year_from_29_february_ends_with_28_february(on: date, counts: bool) -> None:
    assert used_within(Window(kind="rolling_years"), [(LEAP, 5)], on) == (5 if counts else 0)


@pytest.mark.parametrize(("on", "counts"), [(date(2024, 2, 28), False), (date(2024, 2, 27), True)])
def test_a_year_from_28_february_ends_before_the_next_28th(on: date, counts: bool) -> None:
    assert used_within(Window(kind="rolling_years"), [(date(2023, 2, 28), 5)], on) == (5 if counts else 0)


def test_a_use_after_the_day_counts_as_far_as_a_window_holds_both() -> None:
    window, on = Window(kind="rolling_years"), date(2025, 1, 1)
    assert used_within(window, [(date(2025, 12, 31), 3)], on) == 3
    assert used_within(window, [(date(2026, 1, 1), 3)], on) == 0
    # Each is within a year of the day, but no window of a year holds both of them.
    assert used_within(window, [(date(2024, 3, 1), 3), (date(2025, 6, 1), 4)], on) == 4


@FEW
@given(days, st.integers(1, 12))
def test_a_fiscal_year_is_named_after_the_year_in_which_it_begins(day: date, first_month: int) -> None:
    year = fiscal_year(day, first_month)
    assert date(year, first_month, 1) <= day < date(year + 1, first_month, 1)


@FEW
@given(days, years)
def test_years_before_keeps_the_day_where_it_exists(day: date, count: int) -> None:
    before = years_before(day, count)
    assert (before.year, before.month) == (day.year - count, day.month)
    assert before.day == day.day or (day.day == 29 and before.day == 28)
