"""A file that is deleted or replaced under a running server: nothing is acknowledged, and health says so."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sqlalchemy import Connection

from award_ledger.server.rpc import store_health
from award_ledger.server.store import ledger_file
from award_ledger.server.store.ledger_file import LedgerFileMoved
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.refusals import LedgerFileLost
from award_ledger.v1.history_pb2 import GetHeadRequest
from tests import samples
from tests.served import Served, serving

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
def path(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


def aside(path: Path) -> Path:
    return path.with_name(f"aside-{path.name}")


def delete(path: Path) -> None:
    path.rename(aside(path))


def replace_by_a_copy(path: Path) -> None:
    shutil.copy(path, path.with_name("copy"))
    path.rename(aside(path))
    path.with_name("copy").rename(path)


def wal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def told(served: Served) -> Iterator[Any]:
    stub: Any = health_pb2_grpc.HealthStub(served.officer.channel)
    return (answer.status for answer in stub.Watch(health_pb2.HealthCheckRequest(), timeout=20))


def events_in(path: Path) -> int:
    """Counted in a copy, as another program would find them after the server is gone."""
    kept = path.with_name("kept")
    shutil.copy(path, kept)
    if wal(path).exists():
        shutil.copy(wal(path), wal(kept))
    with sqlite3.connect(kept) as connection:
        return int(connection.execute("SELECT count(*) FROM event").fetchone()[0])


@pytest.mark.parametrize("happens", [delete, replace_by_a_copy])
def test_a_write_to_a_file_that_is_gone_is_not_acknowledged_and_the_log_says_what_to_do(
    served: Served, path: Path, happens: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    samples.prepare(served.officer)
    happens(path)
    with caplog.at_level(logging.WARNING):
        refusal = served.officer.refused(samples.register(2))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
    assert "Put the very file back" in caplog.text
    assert served.officer.refused(GetHeadRequest()).reason == "STORE_UNAVAILABLE"
    aside(path).replace(path)
    assert served.officer.do(GetHeadRequest()).position == 3  # nothing was written meanwhile
    served.officer.do(samples.register(2))
    assert events_in(path) == 4


def test_a_write_whose_log_was_deleted_is_not_acknowledged(served: Served, path: Path) -> None:
    samples.prepare(served.officer)
    wal(path).rename(aside(path))
    assert served.officer.refused(samples.register(2)).reason == "STORE_UNAVAILABLE"
    aside(path).rename(wal(path))
    served.officer.do(samples.register(2))
    assert events_in(path) == 4


def test_a_new_ledger_guards_its_file_from_the_first_write_on(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    with serving(f"sqlite:///{path}") as served:
        samples.prepare(served.officer)
        wal(path).unlink()
        assert served.officer.refused(samples.register(2)).reason == "STORE_UNAVAILABLE"


@pytest.mark.parametrize("create", [True, False])
def test_a_second_server_does_not_throw_away_the_log_of_a_file_that_was_moved(
    served: Served, sqlite_url: str, path: Path, create: bool
) -> None:
    samples.prepare(served.officer)
    delete(path)
    for empty in (False, True):
        if empty:
            path.touch()
        with pytest.raises(LedgerFileLost, match="Put the file back"):
            open_ledger(sqlite_url, create=create)
    aside(path).replace(path)
    served.officer.do(samples.register(2))
    assert events_in(path) == 4


def test_no_second_file_is_made_where_the_first_one_has_gone(served: Served, path: Path) -> None:
    delete(path)
    served.recorder.engine.dispose()  # so that the next read must open the file
    assert served.officer.refused(GetHeadRequest()).reason == "STORE_UNAVAILABLE"
    assert not path.exists()


def test_a_connection_made_later_does_not_take_to_the_file_that_came_instead(served: Served, path: Path) -> None:
    replace_by_a_copy(path)
    served.recorder.engine.dispose()
    assert served.officer.refused(GetHeadRequest()).reason == "STORE_UNAVAILABLE"


def test_a_file_replaced_during_the_commit_leaves_the_write_unacknowledged_and_a_repeat_is_safe(
    served: Served, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples.prepare(served.officer)
    request = samples.register(2)
    check = ledger_file.require_in_place

    def after_the_commit(connection: Connection) -> None:
        delete(path)
        check(connection)

    monkeypatch.setattr("award_ledger.server.store.recorder.require_in_place", after_the_commit)
    assert served.officer.refused(request).reason == "STORE_UNAVAILABLE"
    monkeypatch.undo()
    aside(path).rename(path)
    assert served.officer.do(request).receipt.repeated
    assert served.head() == 4


def test_health_follows_the_file(
    served: Served, path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_health, "LOOK_EVERY_S", 0.01)  # after the look that it waits for already
    statuses = told(served)
    assert next(statuses) == SERVING
    with caplog.at_level(logging.WARNING):
        delete(path)
        assert next(statuses) == NOT_SERVING
        aside(path).rename(path)
        assert next(statuses) == SERVING
    assert [record.message.split(",")[0] for record in caplog.records] == ["not serving", "serving again"]


def test_a_symbolic_link_may_lead_to_the_file(sqlite_url: str, path: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "link.sqlite3"
    link.parent.mkdir()
    link.symlink_to(path)
    with serving(f"sqlite:///{link}") as served:
        samples.prepare(served.officer)
        link.unlink()
        link.symlink_to(tmp_path / "another")
        assert served.officer.refused(samples.register(2)).reason == "STORE_UNAVAILABLE"
        with pytest.raises(LedgerFileMoved, match="deleted or moved away"), served.recorder.reading() as reader:
            assert reader.head


@pytest.mark.parametrize("name", ["a b", "50%", "#1", "中文", "file:x"])
def test_any_name_that_a_file_may_have_will_do(tmp_path: Path, name: str) -> None:
    with serving(f"sqlite:///{tmp_path / name}") as served:
        samples.prepare(served.officer)
        assert served.head() == 3
    assert (tmp_path / name).exists()


def test_a_look_that_is_under_way_ends_before_the_store_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_health, "LOOK_EVERY_S", 0.001)
    looking, stopped, overtaken = Event(), Event(), []

    class SlowStore:
        def max_notification_id(self) -> int:
            looking.set()
            overtaken.append(stopped.wait(0.3))
            return 0

    health = store_health.StoreHealth(SlowStore(), ())  # type: ignore[arg-type]
    health.start()
    assert looking.wait(20)
    health.stop()
    stopped.set()
    health._thread.join(20)
    assert not any(overtaken)
