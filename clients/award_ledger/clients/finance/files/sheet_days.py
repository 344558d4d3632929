"""Days as Chinese banks write them: `20250101`, `2025-01-01`, `2025/1/1`, `2025年1月1日`, with a time or not."""

from __future__ import annotations

import datetime as dt
import re

from award_ledger.clients.finance.files.amounts import day
from award_ledger.clients.finance.files.quarantine import Quarantined, Reason

_SEPARATED = r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
_COMPACT = r"([0-9]{4})([0-9]{2})([0-9]{2})"
_TIME = r"(?:[ T]?[0-9]{1,2}:?[0-9]{2}(?::?[0-9]{2})?(?:\.[0-9]+)?)?"
_DAY = re.compile(rf"(?:{_SEPARATED}|{_COMPACT}){_TIME}")
_ANY_DAY = re.compile(rf"(?<![0-9])(?:{_SEPARATED}|{_COMPACT})(?![0-9])")


def sheet_day(text: str, where: str) -> dt.date:
    """Raises Quarantined for anything else, and for a day that the calendar does not have."""
    found = _DAY.fullmatch(text)
    if found is None:
        raise Quarantined(Reason.DATE, where, f"{text[:40]!r} is no date")
    return day(*_numbers(found), where=where)


def days_in(text: str) -> list[dt.date]:
    """Every day in a text such as `起止日期：2025-01-01 至 2025-06-20`, in its order. Raises Quarantined."""
    return [day(*_numbers(found), where="period") for found in _ANY_DAY.finditer(text)]


def _numbers(found: re.Match[str]) -> tuple[int, int, int]:
    year, month, day_of_month = (int(part) for part in found.groups() if part is not None)
    return year, month, day_of_month
