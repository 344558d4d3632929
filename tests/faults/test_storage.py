"""Storage that fails: commands are refused as UNAVAILABLE with a reason, nothing is half written, and the server goes
on by itself when the storage does.
"""

from __future__ import annotations

import resource
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import event as hooks
from sqlalchemy import make_url, text

from award_ledger.server.store.engine import EngineLimits
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.transaction import WriteTransaction
from award_ledger.server.writer.verification import verify
from award_ledger.v1.enterprises_pb2 import GetEnterpriseRequest
from tests import samples
from tests.faults.processes import Nursery, servers, wait_until
from tests.postgres_server import PostgresServer
from tests.served import OFFICER, Caller, Refusal, Served, read_refusal, serving

IMPATIENT = EngineLimits(lock_wait_s=0.2, connection_wait_s=2.0, connect_s=2)
Trouble = Callable[[Served], Any]


@contextmanager
def file_locked(served: Served) -> Iterator[None]:
    """Another program holds the write lock of the file."""
    other = sqlite3.connect(str(served.recorder.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


@contextmanager
def _pragma(served: Served, during: str, after: str) -> Iterator[None]:
    """Every connection is told so when it is next used."""

    def tell(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA {during if failing else after}")

    failing = True
    hooks.listen(served.recorder.engine, "checkout", tell)
    yield
    failing = False


@contextmanager
def disk_full_sqlite(served: Served) -> Iterator[None]:
    """The file cannot grow by a page (SQLITE_FULL)."""
    # Fewer than there are: SQLite takes what there is.
    with _pragma(served, "max_page_count = 1", "max_page_count = 1073741823"):
        yield


@contextmanager
def file_read_only(served: Served) -> Iterator[None]:
    """Nothing can be written (SQLITE_READONLY)."""
    with _pragma(served, "query_only = ON", "query_only = OFF"):
        yield


@contextmanager
def disk_full_postgres(served: Served) -> Iterator[None]:
    """The database says that it cannot extend the table (53100)."""
    with served.recorder.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
            )
        )
        connection.execute(
            text("CREATE TRIGGER full_disk AFTER INSERT ON touch FOR EACH ROW EXECUTE FUNCTION full_disk()")
        )
    yield
    with served.recorder.engine.begin() as connection:
        connection.execute(text("DROP FUNCTION full_disk CASCADE"))


@contextmanager
def head_locked(served: Served) -> Iterator[None]:
    """Another session holds the head."""
    with served.recorder.engine.connect() as connection:
        connection.execute(text("SELECT * FROM head FOR UPDATE"))
        yield
        connection.rollback()


@contextmanager
def connection_reset(served: Served) -> Iterator[None]:
    """The database ends the session between insert and commit."""
    real = WriteTransaction.append

    def append(transaction: WriteTransaction, *given: Any) -> range:
        positions = real(transaction, *given)
        pid = transaction._connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with served.recorder.engine.connect() as other:
            other.execute(text(f"SELECT pg_terminate_backend({pid})"))
        return positions

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WriteTransaction, "append", append)
        yield


@pytest.mark.parametrize(
    ("engine", "trouble"),
    [
        ("sqlite", file_locked),
        ("sqlite", disk_full_sqlite),
        ("sqlite", file_read_only),
        ("postgresql", disk_full_postgres),
        ("postgresql", head_locked),
        ("postgresql", connection_reset),
    ],
)
def test_a_command_fails_as_unavailable_and_the_server_recovers_by_itself(
    engine: str, trouble: Trouble, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("sqlite_url" if engine == "sqlite" else "postgres_url")
    with serving(url, engine=IMPATIENT) as served:
        samples.prepare(served.officer)
        command = large()
        with trouble(served):
            is_unavailable(served.officer.refused(command))
            assert served.head() == 3, "nothing of it may be there"
            assert served.officer.do(GetEnterpriseRequest(number=samples.number())).position == 3
        answer = served.officer.do(command)
        assert (answer.receipt.position, answer.receipt.repeated) == (4, False)
        assert verify(served.recorder).findings == []


def large() -> Any:
    """A command that needs more than the page that may be free."""
    facts = {f"fact-{n}": "x" * 1_900 for n in range(50)}
    return samples.submit(request_id=str(uuid4()), facts=facts, reference="C-1")


def is_unavailable(refusal: Refusal) -> None:
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
    assert refusal.retry_ms > 0


def test_a_database_that_is_gone_and_comes_back_is_used_again() -> None:
    with (
        PostgresServer(durable=True) as postgres,
        serving(postgres.create_database("ledger"), engine=IMPATIENT) as served,
    ):
        samples.prepare(served.officer)
        command = samples.submit(request_id=str(uuid4()))
        postgres.stop_at_once()
        is_unavailable(served.officer.refused(command))
        is_unavailable(served.officer.refused(GetEnterpriseRequest(number=samples.number())))
        postgres.start_again()
        assert served.officer.do(GetEnterpriseRequest(number=samples.number())).enterprise.name
        assert not served.officer.do(command).receipt.repeated
        assert verify(served.recorder).findings == []


def test_idle_connections_that_were_reset_cost_no_command(postgres_url: str) -> None:
    with serving(postgres_url) as served:
        samples.prepare(served.officer)
        name = make_url(postgres_url).database
        with served.recorder.engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    f" WHERE datname = '{name}' AND pid <> pg_backend_pid()"
                )
            )
        assert served.officer.do(samples.submit()).receipt.position == 4
        assert served.officer.do(GetEnterpriseRequest(number=samples.number())).position == 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux changes the limits of another process")
def test_a_process_whose_files_cannot_grow_refuses_and_recovers(
    nursery: Nursery, sqlite_url: str, tmp_path: Path
) -> None:
    """The operating system itself says no, in the middle of a write, at one size of the file after another."""
    with servers(nursery, sqlite_url, tmp_path, 1) as [server], ExitStack() as stack:
        wait_until(server.answers, "its start")
        caller = Caller(stack.enter_context(grpc.insecure_channel(server.address)), OFFICER)
        samples.prepare(caller)
        _, most = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        refused = 0
        for number in range(24):
            wal = Path(f"{make_url(sqlite_url).database}-wal").stat().st_size
            command = samples.submit(request_id=str(uuid4()), reference=f"C-{number}")
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (wal + number * 1_024, most))
            refusal = _refusal(caller, command)
            if refusal is not None:
                is_unavailable(refusal)
                refused += 1
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (most, most))
            assert caller.do(command).receipt.position == 4 + number
        assert refused > 3
        assert server.alive()
    recorder = open_ledger(sqlite_url)
    assert verify(recorder).findings == []
    recorder.close()


def _refusal(caller: Caller, command: Any) -> Refusal | None:
    try:
        caller.send(command)
    except grpc.RpcError as error:
        return read_refusal(error)
    return None
