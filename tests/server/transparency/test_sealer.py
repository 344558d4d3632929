"""The thread that seals: soon, again after failures, and once more when the server stops."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from eventsourcing.persistence import OperationalError

from award_ledger.server.transparency.notes import NoteRefused
from award_ledger.server.transparency.sealer import Sealer, SealingPace
from award_ledger.server.transparency.sealing import LogDisagrees, Sealed, Sealing
from award_ledger.server.transparency.signer import SignerUnavailable, SigningRefused
from tests.server.transparency.logs import HeldLog, record

AT_ONCE = SealingPace(interval_s=0, look_s=0.005, longest_pause_s=0.01)
PATIENCE_S = 20


class ScriptedSealing:
    """Says how far it has signed each time, after failing as often as it is told to."""

    def __init__(self, *failures: Exception, behind: int = 1) -> None:
        self.failures, self.waiting = list(failures), behind
        self.signed: queue.Queue[int] = queue.Queue()
        self.looks: queue.Queue[int] = queue.Queue()

    def behind(self) -> int:
        self.looks.put(self.waiting)
        return self.waiting

    def extend(self) -> bool:
        return False

    def sign(self) -> Sealed:
        if self.failures:
            raise self.failures.pop(0)
        self.signed.put(self.waiting)
        self.waiting = 0
        return Sealed(1, anew=True)


@pytest.fixture
def start() -> Iterator[Callable[..., queue.Queue[bool]]]:
    """Starts a sealer; gives what it announces."""
    running: list[Sealer] = []

    def started(sealing: Any, pace: SealingPace = AT_ONCE) -> queue.Queue[bool]:
        said: queue.Queue[bool] = queue.Queue()
        sealer = Sealer(sealing, pace)
        running.append(sealer)
        sealer.start(said.put)
        return said

    yield started
    for sealer in running:
        sealer.stop(PATIENCE_S)


def test_it_seals_once_something_waits(start: Callable[..., queue.Queue[bool]]) -> None:
    sealing = ScriptedSealing(behind=0)
    start(sealing)
    assert sealing.looks.get(timeout=PATIENCE_S) == 0
    sealing.waiting = 3
    assert sealing.signed.get(timeout=PATIENCE_S) == 3


def test_it_seals_before_the_interval_where_many_wait(start: Callable[..., queue.Queue[bool]]) -> None:
    sealing = ScriptedSealing(behind=10)
    start(sealing, SealingPace(interval_s=1e9, at_events=10, look_s=0.005))
    assert sealing.signed.get(timeout=PATIENCE_S) == 10


@pytest.mark.parametrize(
    "failure",
    [
        *(OperationalError("away"), SignerUnavailable("away"), SigningRefused("no"), LogDisagrees("no")),
        *(NoteRefused("no"), KeyError("a defect")),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_after_any_failure_it_says_so_and_tries_again(
    failure: Exception, start: Callable[..., queue.Queue[bool]]
) -> None:
    sealing = ScriptedSealing(failure, failure)
    said = start(sealing)
    assert sealing.signed.get(timeout=PATIENCE_S) == 1
    assert [said.get(timeout=PATIENCE_S) for _ in range(3)] == [True, False, True]


def test_what_is_recorded_is_sealed_before_it_stops(sqlite_url: str, tmp_path: Any) -> None:
    held = HeldLog(sqlite_url, tmp_path)
    record(held.recorder, 20)
    sealer = Sealer(held.sealing, SealingPace(interval_s=1e9, at_events=10**9, look_s=1e6))
    sealer.start(lambda _: None)
    sealer.stop(PATIENCE_S)
    assert held.published.covered() == 20
    held.close()


def test_commands_go_on_while_the_signer_is_away_and_sealing_catches_up(held: HeldLog) -> None:
    held.signer.away = True
    said: queue.Queue[bool] = queue.Queue()
    sealer = Sealer(held.sealing, AT_ONCE)
    sealer.start(said.put)
    for expected in (True, False):
        record(held.recorder, 300)
        assert said.get(timeout=PATIENCE_S) is expected
    assert held.published.covered() == 0
    held.signer.away = False
    assert said.get(timeout=PATIENCE_S) is True
    sealer.stop(PATIENCE_S)
    assert held.published.covered() == 600


def test_commands_go_on_while_the_logs_own_database_is_away(held: HeldLog, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("away")

    said: queue.Queue[bool] = queue.Queue()
    sealer = Sealer(held.sealing, AT_ONCE)
    with monkeypatch.context() as broken:
        broken.setattr(held.store, "appending", away)
        record(held.recorder, 5)
        sealer.start(said.put)
        assert [said.get(timeout=PATIENCE_S) for _ in range(2)] == [True, False]
        record(held.recorder, 5)
    assert said.get(timeout=PATIENCE_S) is True
    sealer.stop(PATIENCE_S)
    assert held.published.covered() == 10


def test_a_sealing_is_what_the_script_stands_for() -> None:
    assert {"behind", "extend", "sign"} <= vars(Sealing).keys()
