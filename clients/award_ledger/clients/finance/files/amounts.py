"""Amounts and days as bank files write them, turned into integers of minor units and dates; nothing is guessed."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache

from iso4217 import Currency

from award_ledger.clients.finance.files.quarantine import Quarantined, Reason

MAX_MINOR = 10**15
"""As everywhere in the ledger: ten million million yuan, in fen."""
_PLAIN = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,17})?")
_SWIFT = re.compile(r"[0-9]{1,14},[0-9]{0,13}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_COUNT = re.compile(r"[0-9]{1,15}")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:$|T|Z|[+-][0-9]{2}:)")


@lru_cache(maxsize=64)
def decimals_of(currency: str) -> int | None:
    """How many decimals the currency has; None where ISO 4217 knows no such currency, or no decimals of it (gold)."""
    try:
        exponent: int | None = Currency(currency).exponent
    except ValueError:
        return None
    return exponent


def minor_of(text: str, currency: str, where: str) -> int:
    """A plain decimal without sign, as in ISO 20022: `1500.5` CNY is 150050. Raises Quarantined."""
    if _PLAIN.fullmatch(text) is None:
        raise Quarantined(Reason.AMOUNT, where, f"{text[:40]!r} is no plain decimal number without sign")
    return _scaled(text, currency, where)


def swift_minor_of(text: str, currency: str, where: str) -> int:
    """A SWIFT amount, whose comma is the decimal sign and always there: `9,` and `11,8`. Raises Quarantined."""
    if _SWIFT.fullmatch(text) is None:
        raise Quarantined(Reason.AMOUNT, where, f"{text[:40]!r} is no SWIFT amount (digits, one comma, digits)")
    return _scaled(text.replace(",", ".").removesuffix("."), currency, where)


def sheet_minor_of(text: str, currency: str, where: str) -> int:
    """A signed amount of a sheet: `+1,234.56`. Commas only as separators of thousands. Raises Quarantined."""
    plain = text.removeprefix("-") if text.startswith("-") else text.removeprefix("+")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if _PLAIN.fullmatch(plain) is None:
        raise Quarantined(Reason.AMOUNT, where, f"{text[:40]!r} is no amount")
    minor = _scaled(plain, currency, where)
    return -minor if text.startswith("-") else minor


def _scaled(plain: str, currency: str, where: str) -> int:
    decimals = decimals_of(currency)
    if decimals is None:
        raise Quarantined(Reason.CURRENCY, where, f"{currency[:10]!r} is no currency of ISO 4217 with minor units")
    whole, _, fraction = plain.partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > decimals:
        raise Quarantined(Reason.AMOUNT, where, f"{plain} has more than the {decimals} decimals of {currency}")
    minor = int(whole + fraction.ljust(decimals, "0"))
    if minor > MAX_MINOR:
        raise Quarantined(Reason.AMOUNT, where, f"{plain} {currency} is more than any amount of the ledger")
    return minor


def plain_text_of(minor: int, currency: str) -> str:
    """The other way, for what is written: 150050 CNY is `1500.50`."""
    decimals = decimals_of(currency)
    if decimals is None:
        raise ValueError(f"{currency!r} is no currency of ISO 4217 with minor units")
    return f"{Decimal(minor).scaleb(-decimals):.{decimals}f}"


def whole_number(text: str) -> int | None:
    """A count of at most 15 digits, as ISO 20022 has them; None for anything else."""
    return int(text) if _COUNT.fullmatch(text) else None


def iso_day(text: str, where: str) -> dt.date | None:
    """The bank's own day of an ISO date or date-time, whatever its time zone; None for no text. Raises Quarantined."""
    if not text:
        return None
    found = _ISO_DAY.match(text)
    if found is None:
        raise Quarantined(Reason.DATE, where, f"{text[:40]!r} is no date")
    return day(*(int(part) for part in found.groups()), where=where)


def day(year: int, month: int, day_of_month: int, *, where: str) -> dt.date:
    """A day of the calendar, and none that a bank invents (30 February). Raises Quarantined."""
    try:
        return dt.date(year, month, day_of_month)
    except ValueError:
        finding = f"{year:04}-{month:02}-{day_of_month:02} is no day of the calendar"
        raise Quarantined(Reason.DATE, where, finding) from None
