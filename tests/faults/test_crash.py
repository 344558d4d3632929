"""A server that is killed, at whatever moment, loses nothing that it has acknowledged and does nothing twice."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from award_ledger.server.store.opening import open_ledger
from tests.faults.callers import Callers
from tests.faults.history import History
from tests.faults.processes import Nursery, servers, wait_until
from tests.faults.storm import Storm, check_all
from tests.postgres_server import PostgresServer

KILLS = 12
LONG = int(os.environ.get("AWARD_LEDGER_SOAK_KILLS", "204"))


def test_killed_servers_lose_nothing_and_do_nothing_twice(
    nursery: Nursery, durable_database_url: str, tmp_path: Path
) -> None:
    storm = Storm(nursery, durable_database_url, tmp_path, seed=1, kills=KILLS)
    storm.run()
    assert storm.died_at == {"before_insert": 3, "after_insert": 3, "after_commit": 3, "": 3}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 2 + LONG // KILLS))
def test_servers_killed_for_long_lose_nothing(
    nursery: Nursery, durable_database_url: str, tmp_path: Path, seed: int
) -> None:
    Storm(nursery, durable_database_url, tmp_path, seed=seed, kills=KILLS, processes=1 + seed % 2).run()


def test_a_database_stopped_at_once_under_load_loses_nothing(nursery: Nursery, tmp_path: Path) -> None:
    stop_at_once(nursery, tmp_path, seed=1, times=1)


@pytest.mark.soak
def test_a_database_stopped_at_once_again_and_again_loses_nothing(nursery: Nursery, tmp_path: Path) -> None:
    stop_at_once(nursery, tmp_path, seed=2, times=20)


def stop_at_once(nursery: Nursery, folder: Path, seed: int, times: int) -> None:
    """`pg_ctl stop -m immediate` while clients ask; servers go on with the database that comes back."""
    history = History(folder / "history.jsonl")
    with PostgresServer(durable=True, settings={"recovery_init_sync_method": "syncfs"}) as postgres:
        url = postgres.create_database("ledger")
        open_ledger(url).close()
        with servers(nursery, url, folder, 2) as running:
            callers = Callers([server.address for server in running], history, seed)
            for server in running:
                wait_until(server.answers, "its start")
            callers.start()
            for _ in range(times):
                wanted = callers.answered + 25
                wait_until(partial(callers.have_answered, wanted), "some answers")
                postgres.stop_at_once()
                postgres.start_again()
            wanted = callers.answered + 25
            wait_until(partial(callers.have_answered, wanted), "answers after it came back")
            callers.settle()
            assert all(server.alive() for server in running), "the servers must go on by themselves"
        history.close()
        check_all(folder / "history.jsonl", url, f"seed {seed}")
