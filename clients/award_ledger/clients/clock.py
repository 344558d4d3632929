"""The one place in the clients where the time of day is read."""

from __future__ import annotations

import time


def now_s() -> int:
    """Whole seconds since 1970 UTC."""
    return int(time.time())
