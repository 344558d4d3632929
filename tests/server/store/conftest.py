"""An open log on a fresh database, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder


class HandClock:
    """Stands where the test puts it, in µs since 1970 UTC."""

    def __init__(self, at_us: int) -> None:
        self.at_us = at_us

    def now_us(self) -> int:
        return self.at_us


@pytest.fixture
def clock() -> HandClock:
    return HandClock(1_750_000_000_000_000)


@pytest.fixture
def log(database_url: str, clock: HandClock) -> Iterator[LogRecorder]:
    """The log of a fresh ledger, once on each engine."""
    recorder = open_ledger(database_url, clock=clock)
    yield recorder
    recorder.close()
