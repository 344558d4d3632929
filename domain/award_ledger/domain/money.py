"""Amounts of money: whole minor units, within what the ledger holds."""

from award_ledger.domain.refusals import AmountNotPositive, AmountTooLarge
from award_ledger.domain.terms import MAX_AMOUNT_MINOR


def positive(amount_minor: int) -> int:
    """The amount, if money can move by it. Raises AmountNotPositive or AmountTooLarge."""
    if amount_minor <= 0:
        raise AmountNotPositive(amount_minor)
    return bounded(amount_minor)


def not_negative(amount_minor: int) -> int:
    """The amount, if it is zero or more. Raises AmountNotPositive or AmountTooLarge."""
    if amount_minor < 0:
        raise AmountNotPositive(amount_minor)
    return bounded(amount_minor)


def bounded(amount_minor: int) -> int:
    """The amount, if the ledger can hold it. Raises AmountTooLarge."""
    if abs(amount_minor) > MAX_AMOUNT_MINOR:
        raise AmountTooLarge(amount_minor, MAX_AMOUNT_MINOR)
    return amount_minor
