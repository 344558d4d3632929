"""Failover in earnest: three nodes under Patroni and etcd, their leader killed, without power or cut off under load.

Two servers of the ledger know the nodes by one address. Nothing that was acknowledged is lost, whatever the cluster
does about it. With `-s` it says how long each fault kept callers waiting.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self

import pytest

from award_ledger.server.store.opening import open_ledger
from tests.faults.callers import AHEAD, Callers
from tests.faults.history import History
from tests.faults.patroni_cluster import PATIENCE_S, Cluster, Node, patroni_cluster, why_no_cluster
from tests.faults.processes import Nursery, servers, wait_until
from tests.faults.storm import check_all

DATABASE = "ledger"
ROUNDS = int(os.environ.get("AWARD_LEDGER_SOAK_FAULTS", "12"))
_PACE_S = 0.1
"""Between two operations that are let go: enough to be caught in the middle, and a history that can be checked."""
_AWAY_S = 10.0
"""How long a host stays cut off or without power after the others have gone on without it."""


class Fault(NamedTuple):
    """Something done to a node, and what makes it good again; `to_leader`: else to the synchronous standby.

    `others_go_on`: answers are expected before it is made good.
    """

    name: str
    to_leader: bool
    strike: Callable[[Cluster, Node], None]
    undo: Callable[[Cluster, Node], None]
    others_go_on: bool = True


def _cut(cluster: Cluster, node: Node) -> None:
    cluster.switch.cut(node.host)


def _mend(cluster: Cluster, node: Node) -> None:
    cluster.switch.mend(node.host)


def _power_off(_: Cluster, node: Node) -> None:
    node.power_off()


def _kill_postgres(_: Cluster, node: Node) -> None:
    node.kill_postgres()


def _hang_patroni(_: Cluster, node: Node) -> None:
    node.hang_patroni()


def _wake_patroni(_: Cluster, node: Node) -> None:
    node.wake_patroni()


def _leave(_: Cluster, __: Node) -> None:
    """Patroni makes it good."""


FAULTS = [
    Fault("the leader is cut off", True, _cut, _mend),
    Fault("the leader loses power", True, _power_off, Cluster.start),
    Fault("the leader's PostgreSQL dies", True, _kill_postgres, _leave),
    Fault("the standby is cut off", False, _cut, _mend),
    Fault("the standby loses power", False, _power_off, Cluster.start),
    # Without a watchdog there are two primaries then, of which the old one has no standby.
    Fault("the leader's Patroni hangs", True, _hang_patroni, _wake_patroni, others_go_on=False),
]


class Pace:
    """Lets operations go on at a steady pace, and notes how long at most nothing was answered."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pace", daemon=True)
        self._last_s, self._longest_s = time.monotonic(), 0.0

    def start_watch(self) -> None:
        """From now on counts."""
        self._last_s, self._longest_s = time.monotonic(), 0.0

    def longest_s(self) -> float:
        return max(self._longest_s, time.monotonic() - self._last_s)

    def _run(self) -> None:
        seen = self._callers.answered
        while not self._stopping.wait(_PACE_S):
            if self._callers.allowed < self._callers.answered + AHEAD:
                self._callers.allowed += 1
            if self._callers.answered != seen:
                seen = self._callers.answered
                self._longest_s = self.longest_s()
                self._last_s = time.monotonic()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Healthy, in a folder with a short path: sockets are in it."""
    if reason := why_no_cluster():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="al-pat-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        with patroni_cluster(Path(name)) as started:
            yield started


@contextmanager
def outside(cluster: Cluster) -> Iterator[Nursery]:
    """Servers whose network is that of the host outside."""
    with Nursery(cluster.outside.inside()) as started:
        yield started


@pytest.mark.soak
def test_what_was_acknowledged_outlives_cuts_and_deaths_of_a_real_cluster(cluster: Cluster, tmp_path: Path) -> None:
    leader = cluster.await_health("the cluster")
    leader.create_database(DATABASE)
    open_ledger(leader.url(DATABASE)).close()
    history = History(tmp_path / "history.jsonl")
    waited: list[tuple[str, float]] = []
    with outside(cluster) as nursery, servers(nursery, cluster.url(DATABASE), tmp_path, 2) as running:
        callers = Callers([server.address for server in running], history, seed=1)
        for server in running:
            wait_until(server.answers, f"its start {server.said()}")
        callers.start()
        with Pace(callers) as pace:
            for number in range(ROUNDS):
                fault = FAULTS[number % len(FAULTS)]
                waited.append((fault.name, _suffer(cluster, fault, callers, pace)))
                print(f"{fault.name}: nothing was answered for {waited[-1][1]:.1f} s", flush=True)
        callers.settle()
        assert all(server.alive() for server in running), "the servers must go on by themselves"
    history.close()
    leader = cluster.await_health("the end")
    check_all(tmp_path / "history.jsonl", leader.url(DATABASE), f"{waited}")
    assert _logs(cluster) == {_log(leader)}, "every node must have the same log in the end"


def _suffer(cluster: Cluster, fault: Fault, callers: Callers, pace: Pace) -> float:
    """One fault from strike to health. Seconds for which, at most, nothing was answered meanwhile."""
    leader, standby = cluster.await_health(f"before {fault.name}"), cluster.synchronous()
    node = leader if fault.to_leader else standby
    assert node is not None
    answered = callers.answered
    pace.start_watch()
    fault.strike(cluster, node)
    if fault.others_go_on:
        _await_answers(callers, answered + 20, fault.name)
    else:
        wait_until(lambda: _another_leads(cluster, node), f"another leader: {fault.name}", PATIENCE_S)
    time.sleep(_AWAY_S)
    fault.undo(cluster, node)
    cluster.await_health(f"after {fault.name}")
    _await_answers(callers, callers.answered + 20, f"after {fault.name}")
    return pace.longest_s()


def _another_leads(cluster: Cluster, node: Node) -> bool:
    return any(other.is_leader() for other in cluster.nodes if other is not node)


def _await_answers(callers: Callers, wanted: int, what: str) -> None:
    wait_until(lambda: callers.answered >= wanted, f"some answers: {what}", PATIENCE_S)


def _log(node: Node) -> str:
    """How long the log is at a node, and a digest of all of it."""
    digest = "SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(state), '' ORDER BY position)), '') FROM event"
    return str(node.ask(digest, DATABASE))


def _logs(cluster: Cluster) -> set[str]:
    leader = cluster.leader()
    assert leader is not None
    reached = f"SELECT pg_last_wal_replay_lsn() >= '{leader.ask('SELECT pg_current_wal_lsn()')}'"
    for node in cluster.nodes:
        if node is not leader:
            wait_until(partial(node.ask, reached), node.name, PATIENCE_S)
    return {_log(node) for node in cluster.nodes}
