"""Amounts of published awards: exact ones are read to the minor unit of their currency, and nothing else is guessed."""

from __future__ import annotations

import pytest

from award_ledger.clients.cli.simulation.amounts import DecimalMark, Unusable, exact_minor


@pytest.mark.parametrize(
    ("text", "currency", "mark", "minor"),
    [
        ("58143.56", "EUR", ".", 5814356),
        ("52440", "EUR", ".", 5244000),
        (" 52440.5 ", "EUR", ".", 5244050),
        ("1,234,567.89", "EUR", ".", 123456789),
        ("1 234 567.89", "EUR", ".", 123456789),
        ("1\u00a0234\u202f567", "EUR", ".", None),
        ("1\u00a0234\u00a0567", "EUR", ".", 123456700),
        ("1'234.50", "CHF", ".", 123450),
        ("1.234.567,89", "EUR", ",", 123456789),
        ("58143,56", "EUR", ",", 5814356),
        ("1200", "JPY", ".", 1200),
        ("1200.00", "JPY", ".", 1200),
        ("1,200", "JPY", ".", 1200),
        ("1.234", "KWD", ".", 1234),
        ("0.001", "KWD", ".", 1),
        ("1,234.567", "KWD", ".", 1234567),
        ("1234.500", "EUR", ".", 123450),
        ("+7", "EUR", ".", 700),
    ],
)
def test_an_exact_amount_is_read_to_the_minor_unit(
    text: str, currency: str, mark: DecimalMark, minor: int | None
) -> None:
    if minor is None:
        with pytest.raises(Unusable):
            exact_minor(text, currency, mark)
        return
    assert exact_minor(text, currency, mark) == minor


@pytest.mark.parametrize(
    ("text", "currency", "mark", "reason"),
    [
        ("", "EUR", ".", "AMOUNT_MISSING"),
        ("  ", "EUR", ".", "AMOUNT_MISSING"),
        ("500,000 - 1,000,000", "EUR", ".", "AMOUNT_NOT_EXACT"),
        ("500000–1000000", "EUR", ".", "AMOUNT_NOT_EXACT"),
        ("> 1,000,000 - 2,000,000", "EUR", ".", "AMOUNT_NOT_EXACT"),
        ("> 30,000,000", "EUR", ".", "AMOUNT_NOT_EXACT"),
        ("500 000 to 1 000 000", "EUR", ".", "AMOUNT_NOT_EXACT"),
        ("up to 500", "EUR", ".", "AMOUNT_NOT_EXACT"),
        ("50万以上", "CNY", ".", "AMOUNT_NOT_EXACT"),
        ("58143,56", "EUR", ".", "AMOUNT_MALFORMED"),
        ("1,23,456", "EUR", ".", "AMOUNT_MALFORMED"),
        ("12 34", "EUR", ".", "AMOUNT_MALFORMED"),
        ("5.8E4", "EUR", ".", "AMOUNT_MALFORMED"),
        ("EUR 5", "EUR", ".", "AMOUNT_MALFORMED"),
        ("NaN", "EUR", ".", "AMOUNT_MALFORMED"),
        ("٣", "EUR", ".", "AMOUNT_MALFORMED"),
        ("1.500", "EUR", ".", "AMOUNT_AMBIGUOUS"),
        ("1.000", "JPY", ".", "AMOUNT_AMBIGUOUS"),
        ("1,500", "EUR", ",", "AMOUNT_AMBIGUOUS"),
        ("1000.5", "JPY", ".", "AMOUNT_DECIMALS"),
        ("0.0001", "KWD", ".", "AMOUNT_DECIMALS"),
        ("1234.567", "EUR", ".", "AMOUNT_DECIMALS"),
        ("99999999999999999", "EUR", ".", "AMOUNT_TOO_LARGE"),
        ("-5", "EUR", ".", "AMOUNT_NEGATIVE"),
        ("0.00", "EUR", ".", "AMOUNT_ZERO"),
    ],
)
def test_what_is_no_exact_amount_has_a_reason(text: str, currency: str, mark: DecimalMark, reason: str) -> None:
    with pytest.raises(Unusable) as caught:
        exact_minor(text, currency, mark)
    assert caught.value.reason == reason
