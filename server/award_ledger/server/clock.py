"""The only place that reads the wall clock; everything else is handed a Clock."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the instant; a test hands in one that it moves by hand."""

    def now_us(self) -> int:
        """Microseconds since 1970-01-01T00:00:00Z. It may stand still or step back: the log never does."""
        ...


class SystemClock:
    """The machine's clock, kept right by the operator (NTP)."""

    def now_us(self) -> int:
        return time.time_ns() // 1_000
