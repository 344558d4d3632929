"""Several server processes on one ledger: whoever dies, stalls or comes back, there is one log, and all agree on it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.faults.callers import Callers
from tests.faults.follower import Follower
from tests.faults.history import History
from tests.faults.nursery import POINTS, Point
from tests.faults.processes import Nursery, ServerProcess, servers, wait_until
from tests.faults.stored_log import read_log
from tests.faults.storm import Storm, check_all

LONG = int(os.environ.get("AWARD_LEDGER_SOAK_KILLS", "204"))
PAUSE_S = 30.0

linux = pytest.mark.skipif(sys.platform != "linux", reason="whether a process is stopped is read from /proc")


def test_servers_killed_and_restarted_at_random_share_one_log(
    nursery: Nursery, durable_database_url: str, tmp_path: Path
) -> None:
    Storm(nursery, durable_database_url, tmp_path, seed=5, kills=6, processes=3, points=("",)).run()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 100 + LONG // 12))
def test_servers_killed_and_restarted_for_long_share_one_log(
    nursery: Nursery, durable_database_url: str, tmp_path: Path, seed: int
) -> None:
    Storm(nursery, durable_database_url, tmp_path, seed=seed, kills=12, processes=3, points=("", *POINTS, "")).run()


class Pause:
    """Two servers with clients and followers at both; the first stops itself at a point, the nth time."""

    def __init__(self, database: str, folder: Path, running: list[ServerProcess]) -> None:
        self.database, self.folder = database, folder
        self.paused, self.other = running
        addresses = [server.address for server in running]
        self.history = History(folder / "history.jsonl")
        self.callers = Callers(addresses, self.history, seed=7, deadline_s=1.0)
        self.followers = [Follower([address]) for address in addresses]

    def until_stopped(self, point: Point) -> None:
        """Clients ask until the first server has come to the point."""
        self.paused.kill()
        self.paused.start(point=point, nth=4, number=int(signal.SIGSTOP))
        self.callers.start()
        wait_until(lambda: self.callers.have_answered(0) and self.paused.stopped(), "the first server stops")

    def others_cannot_write(self) -> None:
        """Returns when somebody has been told so, with a reason."""
        known = len(self.history.moments)

        def told() -> bool:
            self.callers.have_answered(0)
            return any(moment.note == "UNAVAILABLE STORE_UNAVAILABLE" for moment in self.history.moments[known:])

        wait_until(told, "a client is told that the store is unavailable")

    def others_write(self, more: int) -> None:
        """Returns when the log has grown by that many events."""
        wanted = read_log(self.database).head + more
        wait_until(lambda: self.callers.have_answered(0) and self.head() >= wanted, "the others go on")

    def head(self) -> int:
        return max(len(follower.seen) for follower in self.followers)

    def goes_on(self) -> None:
        """The first server continues; everything settles, and everything is checked."""
        self.paused.send(signal.SIGCONT)
        wait_until(partial(self.callers.have_answered, self.callers.answered + 20), "all go on")
        self.callers.settle()
        assert self.paused.alive()
        for follower in self.followers:
            follower.check(read_log(self.database))
        self.history.close()
        check_all(self.folder / "history.jsonl", self.database, "seed 7")


@contextmanager
def pausing(
    nursery: Nursery, database: str, folder: Path, lock_wait_s: float, idle_in_transaction_s: float
) -> Iterator[Pause]:
    limits = {"lock_wait_s": lock_wait_s, "idle_in_transaction_s": idle_in_transaction_s}
    with servers(nursery, database, folder, 2, **limits) as running:
        yield Pause(database, folder, running)


def holds_the_file(database: str, point: Point) -> bool:
    """SQLite has no time limit on a transaction: while one is stopped in it, nobody else can write."""
    return database.startswith("sqlite") and point != "after_commit"


@linux
@pytest.mark.parametrize("point", POINTS)
def test_a_server_that_was_stopped_writes_nothing_stale(
    nursery: Nursery, durable_database_url: str, tmp_path: Path, point: Point
) -> None:
    wait_s = 0.3 if durable_database_url.startswith("sqlite") else 10.0
    with pausing(nursery, durable_database_url, tmp_path, lock_wait_s=wait_s, idle_in_transaction_s=0.5) as pause:
        pause.until_stopped(point)
        if holds_the_file(durable_database_url, point):
            pause.others_cannot_write()
        else:
            pause.others_write(6)
        pause.goes_on()


@linux
@pytest.mark.soak
@pytest.mark.parametrize("point", POINTS)
def test_a_server_that_was_stopped_for_half_a_minute_writes_nothing_stale(
    nursery: Nursery, durable_database_url: str, tmp_path: Path, point: Point
) -> None:
    with pausing(nursery, durable_database_url, tmp_path, lock_wait_s=15.0, idle_in_transaction_s=10.0) as pause:
        pause.until_stopped(point)
        since_s = time.monotonic()
        if not holds_the_file(durable_database_url, point):
            pause.others_write(20)
        wait_until(lambda: time.monotonic() - since_s > PAUSE_S, "half a minute", 2 * PAUSE_S)
        pause.goes_on()
