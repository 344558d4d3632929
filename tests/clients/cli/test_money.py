"""Amounts as typed and as shown: exact for every currency, and nothing else than an amount is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.clients.cli.money import (
    MAX_MINOR,
    AmountError,
    exponent_of,
    plain_major,
    to_major,
    to_minor,
    to_rate,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("5000000.00", "CNY", 500_000_000),
        ("5,000,000", "CNY", 500_000_000),
        ("0", "CNY", 0),
        ("0.01", "CNY", 1),
        (" 12.5 ", "CNY", 1_250),
        ("12.500", "CNY", 1_250),
        ("007", "CNY", 700),
        ("12", "JPY", 12),
        ("1.234", "KWD", 1_234),
        ("10000000000000.00", "CNY", MAX_MINOR),
    ],
)
def test_what_people_type_is_exact(text: str, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "amount.malformed"),
        ("abc", "amount.malformed"),
        ("1e6", "amount.malformed"),
        ("1.", "amount.malformed"),
        (".5", "amount.malformed"),
        ("1,00", "amount.malformed"),
        ("1 000", "amount.malformed"),
        ("500万", "amount.malformed"),
        ("１２", "amount.malformed"),
        ("٣", "amount.malformed"),
        ("1_000", "amount.malformed"),
        ("inf", "amount.malformed"),
        ("9" * 5_000, "amount.malformed"),
        ("0.001", "amount.decimals"),
        ("-1", "amount.negative"),
        ("10000000000000.01", "amount.too_large"),
        ("9999999999999999999999", "amount.too_large"),
    ],
)
def test_what_is_no_amount_says_why(text: str, key: str) -> None:
    with pytest.raises(AmountError) as caught:
        to_minor(text, "CNY")
    assert caught.value.key == key


def test_a_currency_without_minor_units_takes_none() -> None:
    with pytest.raises(AmountError, match="decimals"):
        to_minor("12.5", "JPY")


@pytest.mark.parametrize("currency", ["XXX", "cny ", "", "EURO", "XAU"])
def test_what_is_no_currency_of_money_is_refused(currency: str) -> None:
    with pytest.raises(AmountError, match=r"amount\.currency"):
        exponent_of(currency)


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["CNY", "EUR", "JPY", "KWD", "CLF", "MRU"]))
def test_what_is_shown_can_be_typed(minor: int, currency: str) -> None:
    assert to_minor(to_major(minor, currency), currency, signed=True) == minor
    assert to_minor(plain_major(minor, currency), currency, signed=True) == minor


def test_amounts_are_shown_in_major_units() -> None:
    assert to_major(-1_234_567, "CNY") == "-12,345.67"
    assert to_major(5, "CNY") == "0.05"
    assert to_major(1_234, "JPY") == "1,234"
    assert to_major(1_234, "") == "1,234"  # no currency is known: minor units


@pytest.mark.parametrize(
    ("text", "rate"),
    [("0.05", "0.05"), ("1/20", "1/20"), ("5%", "0.05"), ("12.5%", "0.125"), ("100%", "1.00"), ("0.5％", "0.005")],
)
def test_rates_are_exact(text: str, rate: str) -> None:
    assert to_rate(text) == rate


@pytest.mark.parametrize("text", ["", "5e-2", "1/0", "-0.05", "%", "0,05", "1/2/3", "1" * 50])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(AmountError, match=r"amount\.rate"):
        to_rate(text)
