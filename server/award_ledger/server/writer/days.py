"""Which day of law an instant belongs to."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DATES_OF_LAW = ZoneInfo("Asia/Shanghai")
"""The time zone in which a day of law begins and ends."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day_of_law(instant_us: int) -> date:
    """The day in Asia/Shanghai of an instant in µs since 1970 UTC."""
    return (_EPOCH + timedelta(microseconds=instant_us)).astimezone(DATES_OF_LAW).date()
