"""A primary that dies under load: its synchronous standby takes over, and no acknowledged command is lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import grpc
import pytest

from award_ledger.server.store.opening import open_ledger
from award_ledger.v1.enterprises_pb2 import RegisterEnterpriseRequest
from tests import samples
from tests.faults.callers import Callers
from tests.faults.history import History
from tests.faults.processes import Nursery, servers, wait_until
from tests.faults.storm import check_all
from tests.postgres_server import PostgresServer, StandbyServer, either_url, require_standby
from tests.served import Served, read_refusal, serving

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


@dataclass
class Pair:
    """A served ledger whose primary has a synchronous standby; what is asked for is asked with one request id."""

    primary: PostgresServer
    standby: StandbyServer
    served: Served
    request: RegisterEnterpriseRequest

    def ask(self) -> str:
        """How the call ends within two seconds."""
        return ask(self.served, self.request, timeout_s=2)


@pytest.fixture
def pair() -> Iterator[Pair]:
    """With a ledger in it that both have."""
    with PostgresServer(durable=True, settings=SETTINGS) as primary:
        open_ledger(primary.create_database(DATABASE)).close()
        with StandbyServer(durable=True, settings=SETTINGS, primary=primary) as standby:
            require_standby(primary)
            with serving(primary.url(DATABASE)) as served:
                request = samples.register()
                request.request_id = str(uuid4())
                yield Pair(primary, standby, served, request)


@pytest.mark.soak
def test_what_no_standby_has_is_acknowledged_to_nobody_not_even_to_who_asks_again(pair: Pair) -> None:
    pair.standby.stop_at_once()
    assert pair.ask() == "DEADLINE_EXCEEDED"
    pair.primary.stop_at_once()
    pair.primary.start_again()  # and now it shows what it alone has
    assert {pair.ask(), pair.ask()} <= {"DEADLINE_EXCEEDED", "UNAVAILABLE"}
    pair.standby.start_again()
    wait_until(lambda: pair.ask() == "OK", "the standby's word")


def test_a_wait_for_the_standby_that_somebody_cancels_acknowledges_nothing_now_or_later() -> None:
    cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' LIMIT 1"
    request = samples.register()
    request.request_id = str(uuid4())
    with PostgresServer(settings={"synchronous_commit": "on"}) as alone:
        open_ledger(alone.create_database(DATABASE)).close()
        alone.execute("ALTER SYSTEM SET synchronous_standby_names = 'away'", "SELECT pg_reload_conf()")
        with serving(alone.url(DATABASE)) as served, ThreadPoolExecutor(1) as thread:
            asked = thread.submit(ask, served, request, timeout_s=20)
            wait_until(lambda: alone.ask(cancel) == "True", "a commit that waits")
            assert asked.result() == "UNAVAILABLE"
            assert served.head() == 1
            assert ask(served, request, timeout_s=0.5) == "DEADLINE_EXCEEDED"
            alone.execute("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
            assert ask(served, request, timeout_s=20) == "OK"
            assert served.head() == 1


def ask(served: Served, request: RegisterEnterpriseRequest, timeout_s: float) -> str:
    """How the call ends: its code, or OK."""
    try:
        served.officer.send(request, timeout_s=timeout_s)
    except grpc.RpcError as error:
        return str(read_refusal(error).code.name)
    return "OK"
