"""Why a bank file is not taken. A file is taken whole or not at all; each reason has a stable name."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The first that applies, in this order of precedence."""

    TOO_LARGE = "too_large"
    """More bytes, columns or parts than a bank file has."""
    EMPTY = "empty"
    """No bytes, or no statement in them."""
    UNKNOWN_FORMAT = "unknown_format"
    """None of the formats, or more than one profile would fit."""
    UNKNOWN_ENCODING = "unknown_encoding"
    """Bytes that are no text in any encoding that banks here use."""
    DOCTYPE = "doctype"
    """An XML file that brings its own definitions, which may hide or multiply text."""
    TRUNCATED = "truncated"
    """It ends before its end: what is missing is unknown."""
    MALFORMED = "malformed"
    """Not well-formed, or not in the grammar of its format."""
    SCHEMA = "schema"
    """XML that its own published schema does not allow."""
    AMOUNT = "amount"
    """An amount that is no plain decimal: negative, NaN, an exponent, a comma, too many decimals, too large."""
    CURRENCY = "currency"
    """No currency of ISO 4217, or lines in another one than the account's."""
    DATE = "date"
    """No day of the calendar (30 February), or missing where needed."""
    ACCOUNT = "account"
    """No account named, or not the one expected."""
    DIRECTION = "direction"
    """A line that does not say whether money came or went."""
    RUNNING_BALANCE = "running_balance"
    """Balance before + amount is not the balance after: a line is missing or the columns mean something else."""
    BALANCE = "balance"
    """Opening + booked is not closing."""
    CHAIN = "chain"
    """A statement does not open where the one before it closed."""
    TOTALS = "totals"
    """The file's own count or sum is not that of its lines."""
    PARTS = "parts"
    """The parts of a line do not add up to it, or are not as many as said."""


class Quarantined(Exception):
    """The whole file is refused. `where`: a line, a sheet cell, a statement and entry; `finding`: with numbers."""

    def __init__(self, reason: Reason, where: str, finding: str) -> None:
        super().__init__(f"{reason}: {where}: {finding}")
        self.reason, self.where, self.finding = reason, where, finding
