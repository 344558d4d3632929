"""The fake ledger for the tests of clients, and a client of it whose clock runs without anybody waiting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from award_ledger.clients.department import LedgerClient
from tests.clients.fake_ledger import FakeLedger, serve
from tests.clients.running import Run, runner


@dataclass
class FakeTime:
    """A clock that moves only when somebody sleeps. Chance is always one half."""

    now_s: float = 1000.0
    slept_s: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.now_s += seconds

    def clock(self) -> float:
        return self.now_s

    def chance(self) -> float:
        return 0.5


@pytest.fixture(scope="session")
def served_ledger() -> Iterator[FakeLedger]:
    """One fake ledger for the whole run; tests ask for `ledger`."""
    fake = FakeLedger()
    server = serve(fake)
    yield fake
    server.stop(None).wait()


@pytest.fixture
def ledger(served_ledger: FakeLedger) -> FakeLedger:
    """A fake ledger that is being served, and that knows no answers and no calls yet."""
    served_ledger.answers.clear()
    served_ledger.calls.clear()
    return served_ledger


@pytest.fixture
def time() -> FakeTime:
    """A clock under the test's control."""
    return FakeTime()


@pytest.fixture
def client(ledger: FakeLedger, time: FakeTime) -> Iterator[LedgerClient]:
    """A client of the fake ledger, by the name of zhang@kjt."""
    with LedgerClient(
        ledger.target, principal="zhang@kjt", sleep=time.sleep, clock=time.clock, chance=time.chance
    ) as made:
        yield made


@pytest.fixture
def run(ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line against the fake ledger."""
    return runner(ledger, monkeypatch, capsys)
