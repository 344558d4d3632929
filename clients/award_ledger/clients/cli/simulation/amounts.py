"""Amounts as published registers write them: exact ones become minor units, all others a reason why they do not.

Nothing is guessed: a range, an open end, or a text that means one amount here and another there is no exact amount.
"""

from __future__ import annotations

import re
from typing import Literal

from award_ledger.clients.cli.money import AmountError, exponent_of, to_minor

DecimalMark = Literal[".", ","]

_SPACES = " \u00a0\u2009\u202f'\u2019"
"""Between groups of three digits: spaces that break or not, and the Swiss apostrophe."""

# `500,000 - 1,000,000`, `> 30,000,000`, `up to 5`, `1–2`; a sign in front is not a range.
_RANGE = re.compile(
    r"[<>≤≥~≈±]|\d[\s.,]*[-‐-―−~～至到][\s<>≤≥]*\d|\d\s*(?:to|bis|a|à)\s*\d|up to|以上|以下|不超过", re.IGNORECASE
)

_PLAIN: dict[str, re.Pattern[str]] = {
    mark: re.compile(
        rf"(?P<sign>[-−+]?)(?P<whole>[0-9]+|[0-9]{{1,3}}(?P<group>[{re.escape(other + _SPACES)}])[0-9]{{3}}"
        rf"(?:(?P=group)[0-9]{{3}})*)(?:{re.escape(mark)}(?P<part>[0-9]+))?"
    )
    for mark, other in ((".", ","), (",", "."))
}

_REASONS = {
    "amount.decimals": "AMOUNT_DECIMALS",
    "amount.too_large": "AMOUNT_TOO_LARGE",
    "amount.currency": "CURRENCY_UNKNOWN",
}


class Unusable(Exception):
    """Why a row cannot be decided: a stable `reason`, and the phrase (`simulate.REASON`) that `values` fill."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(f"{reason}: {values}")
        self.reason = reason
        self.values = values


def exact_minor(text: str, currency: str, mark: DecimalMark = ".") -> int:
    """Minor units of an exact, positive amount in major units; raises Unusable for anything else."""
    shown = text.strip()
    if not shown:
        raise Unusable("AMOUNT_MISSING")
    if _RANGE.search(shown):
        raise Unusable("AMOUNT_NOT_EXACT", text=shown[:80])
    match = _PLAIN[mark].fullmatch(shown)
    if match is None:
        raise Unusable("AMOUNT_MALFORMED", text=shown[:80])
    whole, part = re.sub("[^0-9]", "", match["whole"]), match["part"] or ""
    if not match["group"] and len(whole) <= 3 == len(part) and exponent_of(currency) != 3:
        # 1.500 in a currency of two decimals: one and a half here, fifteen hundred there.
        raise Unusable("AMOUNT_AMBIGUOUS", text=shown[:80])
    try:
        minor = to_minor(f"{whole}.{part}" if part else whole, currency)
    except AmountError as error:
        raise Unusable(_REASONS.get(error.key, "AMOUNT_MALFORMED"), text=shown[:80]) from error
    if match["sign"] in ("-", "−") and minor:
        raise Unusable("AMOUNT_NEGATIVE", text=shown[:80])
    if not minor:
        raise Unusable("AMOUNT_ZERO", text=shown[:80])
    return minor
