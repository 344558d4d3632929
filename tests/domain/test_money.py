"""Amounts: what money can move by, and what the ledger can hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from award_ledger.domain.money import bounded, not_negative, positive
from award_ledger.domain.refusals import AmountNotPositive, AmountTooLarge
from award_ledger.domain.terms import MAX_AMOUNT_MINOR

FEW = settings(max_examples=30, deadline=None)
within = st.integers(1, MAX_AMOUNT_MINOR)
beyond = st.integers(MAX_AMOUNT_MINOR + 1, 10**30)


@FEW
@given(within)
def test_an_amount_within_the_ledger_is_given_back_unchanged(amount_minor: int) -> None:
    assert positive(amount_minor) == not_negative(amount_minor) == bounded(amount_minor) == amount_minor
    assert bounded(-amount_minor) == -amount_minor


@FEW
@given(within | beyond)
def test_a_negative_amount_moves_no_money(amount_minor: int) -> None:
    for check in (positive, not_negative):
        with pytest.raises(AmountNotPositive):
            check(-amount_minor)


def test_zero_is_not_positive_but_not_negative_either() -> None:
    with pytest.raises(AmountNotPositive):
        positive(0)
    assert not_negative(0) == bounded(0) == 0


@FEW
@given(beyond)
def test_an_amount_beyond_the_ledger_is_refused(amount_minor: int) -> None:
    for check in (positive, not_negative, bounded):
        with pytest.raises(AmountTooLarge):
            check(amount_minor)
    with pytest.raises(AmountTooLarge):
        bounded(-amount_minor)


def test_the_largest_amount_is_far_below_what_64_bits_hold_even_when_many_are_summed() -> None:
    assert MAX_AMOUNT_MINOR * 9_000 < 2**63
