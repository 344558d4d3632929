"""Amounts as people type and read them: major units of a currency, to and from whole minor units, exactly.

Text becomes an integer digit by digit; no float and no rounding is involved anywhere.
"""

from __future__ import annotations

import re

from iso4217 import Currency

MAX_MINOR = 10**15
"""The largest amount that the ledger holds, in minor units."""

# Digits, or groups of three with commas as spreadsheets write them; at most as long as any amount of the ledger.
_AMOUNT = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<part>[0-9]+))?")
_LONGEST = 40

_RATE = re.compile(r"[0-9]+(\.[0-9]+)?|[0-9]+/[1-9][0-9]*")
_PERCENT = re.compile(r"(?P<whole>[0-9]+)(?:\.(?P<part>[0-9]+))?[%％]")


class AmountError(ValueError):
    """Text that is no amount. `key` names the phrase that says why, `values` fill it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key}: {values}")
        self.key = key
        self.values = values


def exponent_of(currency: str) -> int:
    """Decimal places of an ISO 4217 currency; raises AmountError for a code that is none."""
    known = Currency.__members__.get(currency.upper())
    if known is None or known.exponent is None:
        raise AmountError("amount.currency", currency=currency)
    return int(known.exponent)


def to_minor(text: str, currency: str, *, signed: bool = False) -> int:
    """Minor units of an amount such as `5000000`, `5,000,000.00` or (signed) `-12.5`; raises AmountError."""
    exponent = exponent_of(currency)
    stripped = text.strip()
    match = _AMOUNT.fullmatch(stripped) if len(stripped) <= _LONGEST else None
    if match is None:
        raise AmountError("amount.malformed", text=stripped[:_LONGEST])
    part = match["part"] or ""
    if part[exponent:].strip("0"):
        raise AmountError("amount.decimals", text=stripped, currency=currency, exponent=exponent)
    minor = int(match["whole"].replace(",", "") + part[:exponent].ljust(exponent, "0"))
    if match["sign"] == "-" and not signed:
        raise AmountError("amount.negative", text=stripped)
    if minor > MAX_MINOR:
        raise AmountError("amount.too_large", text=stripped, limit=to_major(MAX_MINOR, currency))
    return -minor if match["sign"] == "-" else minor


def to_major(minor: int, currency: str) -> str:
    """An amount for people: `5,000,000.00`; minor units where the currency is unknown."""
    try:
        exponent = exponent_of(currency)
    except AmountError:
        exponent = 0
    digits = str(abs(minor)).rjust(exponent + 1, "0")
    whole, part = digits[: len(digits) - exponent], digits[len(digits) - exponent :]
    sign = "-" if minor < 0 else ""
    return f"{sign}{int(whole):,}{part and '.' + part}"


def plain_major(minor: int, currency: str) -> str:
    """An amount for files: as `to_major`, without separators."""
    return to_major(minor, currency).replace(",", "")


def to_rate(text: str) -> str:
    """A rate as the contract takes it: `0.05`, `1/20`, and `5%` as `0.05`; raises AmountError."""
    stripped = text.strip()
    percent = _PERCENT.fullmatch(stripped)
    if percent:
        whole = percent["whole"].rjust(3, "0")
        return f"{int(whole[:-2])}.{whole[-2:]}{percent['part'] or ''}"
    if not _RATE.fullmatch(stripped) or len(stripped) > _LONGEST:
        raise AmountError("amount.rate", text=stripped[:_LONGEST])
    return stripped
