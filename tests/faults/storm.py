"""Kills without end: servers on one database die at named points and at random moments, while clients go on."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from award_ledger.server.store.opening import open_ledger
from award_ledger.server.writer.verification import verify
from tests.faults.callers import Callers
from tests.faults.follower import Follower
from tests.faults.history import History
from tests.faults.nursery import POINTS, Point
from tests.faults.processes import Nursery, ServerProcess, servers, wait_until
from tests.faults.stored_log import read_log


@dataclass
class Storm:
    """One run of `kills` deaths, at `points` in turn, the empty one being a random moment; `died_at` counts them."""

    nursery: Nursery
    database: str
    folder: Path
    seed: int
    kills: int
    processes: int = 1
    points: tuple[Point, ...] = (*POINTS, "")
    died_at: dict[Point, int] = field(default_factory=dict)

    def run(self) -> None:
        """Raises AssertionError with what the checker finds, and the seed."""
        random, history = Random(self.seed), History(self.folder / "history.jsonl")
        with servers(self.nursery, self.database, self.folder, self.processes) as running:
            addresses = [server.address for server in running]
            callers, follower = Callers(addresses, history, self.seed), Follower(addresses)
            callers.start()
            while sum(self.died_at.values()) < self.kills:
                self._kill_one(running, callers, random)
            callers.settle()
            follower.check(read_log(self.database))
        history.close()
        check_all(self.folder / "history.jsonl", self.database, f"seed {self.seed}")

    def _kill_one(self, running: list[ServerProcess], callers: Callers, random: Random) -> None:
        """Restarts one server so that it dies at a point, or kills one after some more answers."""
        point = self.points[sum(self.died_at.values()) % len(self.points)]
        server = random.choice(running)
        if point:
            server.kill()
            server.start(point=point, nth=random.randint(1, 4))
            # Somebody must bring it to its point, so callers go on asking.
            wait_until(lambda: callers.have_answered(0) and not server.alive(), f"death {point} {server.said()}")
        else:
            wait_until(partial(callers.have_answered, callers.answered + random.randint(1, 6)), "some answers")
            server.send(signal.SIGKILL)
            wait_until(lambda: not server.alive(), "its death")
        self.died_at[point] = self.died_at.get(point, 0) + 1
        server.start(point="")


def check_all(history: Path, database: str, about: str) -> None:
    """The checker, as the program that it is, and the server's own verification. Raises AssertionError."""
    command = [sys.executable, "-m", "tests.faults.checker", str(history), database]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, f"{about}\n{checked.stdout[-8000:]}{checked.stderr[-4000:]}"
    recorder = open_ledger(database)
    try:
        assert verify(recorder).findings == [], about
    finally:
        recorder.close()
