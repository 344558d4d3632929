"""A primary that dies under load: its synchronous standby takes over, and no acknowledged command is lost."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from award_ledger.server.store.opening import open_ledger
from tests.faults.callers import Callers
from tests.faults.history import History
from tests.faults.processes import Nursery, servers, wait_until
from tests.faults.storm import check_all
from tests.postgres_server import PostgresServer, StandbyServer, either_url, require_standby

SETTINGS = {"recovery_init_sync_method": "syncfs"}
DATABASE = "ledger"


def test_a_standby_takes_over_with_everything_that_was_acknowledged(nursery: Nursery, tmp_path: Path) -> None:
    fail_over(nursery, tmp_path, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 22))
def test_a_standby_takes_over_again_and_again(nursery: Nursery, tmp_path: Path, seed: int) -> None:
    fail_over(nursery, tmp_path, seed)


def fail_over(nursery: Nursery, folder: Path, seed: int) -> None:
    """Two servers know both databases by one address; they go on by themselves when the standby is promoted."""
    history = History(folder / "history.jsonl")
    with PostgresServer(durable=True, settings=SETTINGS) as primary:
        open_ledger(primary.create_database(DATABASE)).close()
        with StandbyServer(durable=True, settings=SETTINGS, primary=primary) as standby:
            require_standby(primary)
            url = either_url(DATABASE, primary, standby)
            with servers(nursery, url, folder, 2) as running:
                callers = Callers([server.address for server in running], history, seed)
                for server in running:
                    wait_until(server.answers, f"its start {server.said()}")
                callers.start()
                _await_more(callers, 25 + seed)
                primary.kill()
                standby.promote()
                _await_more(callers, 25)
                callers.settle()
                assert all(server.alive() for server in running), "the servers must go on by themselves"
            history.close()
            check_all(folder / "history.jsonl", standby.url(DATABASE), f"seed {seed}")


def _await_more(callers: Callers, answers: int) -> None:
    wait_until(partial(callers.have_answered, callers.answered + answers), "some more answers")
