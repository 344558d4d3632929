"""The index of touches made again from the events: what was missing or too much, with its guards in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import PersistenceError
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import IntegrityError

from award_ledger.server.commands.correct_entry import CorrectEntry
from award_ledger.server.store.engine import open_engine
from award_ledger.server.store.integrity import findings
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.refusals import LedgerInUse, LedgerUnreachable
from award_ledger.server.store.schema import snapshot, touch
from award_ledger.server.writer import touch_verification
from award_ledger.server.writer.indexing import Reindexed, reindex
from award_ledger.server.writer.verification import verify
from tests.server.writer.conftest import Desk, apply, approve, prepare, register

EVENTS = 7


@pytest.fixture
def ledger_url(database_url: str) -> str:
    """Some history, and nobody at work on it."""
    desk = Desk(database_url)
    desk.writer.start()
    prepare(desk)
    desk.do(register("1"))
    application = desk.do(apply("1", "C-1")).event.fact.application_id
    approved = desk.do(approve("1", application)).event
    desk.do(apply("1", "C-2"))
    desk.do(CorrectEntry(approved, 60, "typed wrongly"))
    desk.close()
    return database_url


@contextmanager
def alone(url: str) -> Iterator[LogRecorder]:
    recorder = open_ledger(url, create=False, alone=True)
    try:
        yield recorder
    finally:
        recorder.close()


@contextmanager
def unguarded(url: str) -> Iterator[Connection]:
    """The table of touches, changed as the ledger would never do; its guards are back afterwards."""
    engine = open_engine(url)
    guards = []
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            found = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'touch'"
            for name, statement in connection.execute(text(found)).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
                guards.append(statement)
        else:
            connection.exec_driver_sql("ALTER TABLE touch DISABLE TRIGGER USER")
            guards.append("ALTER TABLE touch ENABLE TRIGGER USER")
        yield connection
        for guard in guards:
            connection.exec_driver_sql(guard)
    engine.dispose()


def rows(url: str) -> set[tuple[object, int]]:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = {(row.aggregate_id, row.position) for row in connection.execute(select(touch))}
    engine.dispose()
    return found


def lose_rows(connection: Connection) -> None:
    connection.execute(touch.delete().where(touch.c.position > 3))


def make_up_rows(connection: Connection) -> None:
    owner = connection.execute(text("SELECT originator_id FROM event WHERE position = 3")).scalar_one()
    connection.execute(
        text("INSERT INTO touch SELECT originator_id, 1 FROM event WHERE originator_id = :owner LIMIT 1"),
        {"owner": owner},
    )
    connection.execute(touch.insert().values(aggregate_id=uuid4(), position=2))


def lose_all(connection: Connection) -> None:
    connection.execute(touch.delete())


@pytest.mark.parametrize("damage", [lose_rows, make_up_rows, lose_all])
def test_a_wrong_index_is_made_right_and_keeps_its_guards(
    ledger_url: str, damage: Callable[[Connection], None]
) -> None:
    right = rows(ledger_url)
    with unguarded(ledger_url) as connection:
        damage(connection)
        connection.execute(
            snapshot.insert().values(aggregate_id=uuid4(), position=1, topic="folded.through.it", state=b"{}")
        )
    wrong = rows(ledger_url)
    with alone(ledger_url) as recorder:
        assert reindex(recorder) == Reindexed(EVENTS, len(right - wrong), len(wrong - right), 1)
        assert verify(recorder).agrees
        with recorder.reading() as reader:
            assert reader.head == EVENTS
    assert rows(ledger_url) == right
    engine = open_engine(ledger_url)
    with engine.connect() as connection:
        assert list(findings(connection)) == []
        assert connection.execute(select(func.count()).select_from(snapshot)).scalar_one() == 0
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(touch.delete())
    engine.dispose()


def test_any_row_that_leads_elsewhere_is_found(ledger_url: str) -> None:
    """Also one that no aggregate misses, since it folds that event into nothing."""
    for aggregate_id, position in sorted(rows(ledger_url)):
        row = (touch.c.aggregate_id == aggregate_id) & (touch.c.position == position)
        for elsewhere in ({"aggregate_id": uuid4()}, {"position": EVENTS + position}):
            moved = {"aggregate_id": aggregate_id, "position": position} | elsewhere
            back = (touch.c.aggregate_id == moved["aggregate_id"]) & (touch.c.position == moved["position"])
            with unguarded(ledger_url) as connection:
                assert connection.execute(touch.update().where(row).values(elsewhere)).rowcount == 1
            with alone(ledger_url) as recorder:
                assert [found for found in verify(recorder).findings if "index of touches" in found]
            with unguarded(ledger_url) as connection:
                connection.execute(touch.update().where(back).values(aggregate_id=aggregate_id, position=position))
    with alone(ledger_url) as recorder:
        assert verify(recorder).agrees


def test_what_is_wrong_is_named_by_where_it_is(ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touch_verification, "_SPAN", 2)
    monkeypatch.setattr(touch_verification, "_PAGE", 2)
    with unguarded(ledger_url) as connection:
        connection.execute(touch.insert().values(aggregate_id=uuid4(), position=4))
        connection.execute(touch.insert().values(aggregate_id=uuid4(), position=EVENTS + 50))
    with alone(ledger_url) as recorder:
        assert verify(recorder).findings == [
            f"the index of touches differs from the events between positions {first} and {first + 1}:"
            " `award-ledger-server reindex` makes it again"
            for first in (3, EVENTS + 50)
        ]


@pytest.mark.parametrize(
    "row", ["zeroblob(3), 2", "'abcdefghijklmnop', 2", "7, 2", "zeroblob(16), 'abc'", "zeroblob(16), 4.5"]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_row_that_is_none_is_said_of_the_index_and_all_else_is_compared_and_made_right(
    ledger_url: str, row: str
) -> None:
    with unguarded(ledger_url) as connection:
        connection.exec_driver_sql(f"INSERT INTO touch VALUES ({row})")
    with alone(ledger_url) as recorder:
        verification = verify(recorder)
        [found] = verification.findings
        assert found.startswith("the index of touches cannot be read: `award-ledger-server reindex` makes it again (")
        assert verification.aggregates > 0
        assert reindex(recorder).removed == 1
        assert verify(recorder).agrees


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_row_that_is_there_twice_is_found_wherever_a_page_ends(
    ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(touch_verification, "_PAGE", 1)
    with unguarded(ledger_url) as connection:
        connection.exec_driver_sql("ALTER TABLE touch DROP CONSTRAINT touch_pkey")
        connection.exec_driver_sql("INSERT INTO touch SELECT * FROM touch ORDER BY 1, 2 LIMIT 1")
    with alone(ledger_url) as recorder:
        [found] = verify(recorder).findings
    assert "are different ones" in found


def test_a_database_that_fails_is_no_disagreement(ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(reader: LogReader, _: int) -> Iterator[tuple[UUID, int]]:
        reader._connection.exec_driver_sql("SELECT nothing FROM nowhere")
        yield from ()

    monkeypatch.setattr(LogReader, "touches", failing)
    with alone(ledger_url) as recorder, pytest.raises(PersistenceError):
        verify(recorder)


def test_a_right_index_is_left_as_it_is(ledger_url: str) -> None:
    with alone(ledger_url) as recorder:
        assert reindex(recorder) == Reindexed(EVENTS, 0, 0, 0)


def test_beside_a_server_at_work_nothing_is_made_anew(ledger_url: str) -> None:
    with unguarded(ledger_url) as connection:
        lose_rows(connection)
    wrong = rows(ledger_url)
    working = Desk(ledger_url)
    working.writer.start()
    working.do(register("2"))
    with pytest.raises(LedgerInUse, match=r"Stop the servers"), alone(ledger_url) as recorder:
        reindex(recorder)
    working.do(register("3"))
    working.close()
    assert wrong < rows(ledger_url)
    with alone(ledger_url) as recorder:
        assert reindex(recorder).added > 0
        assert verify(recorder).agrees


def test_a_rebuild_that_fails_leaves_all_as_it_was(ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with unguarded(ledger_url) as connection:
        make_up_rows(connection)
    wrong = rows(ledger_url)
    nowhere = select(touch.c.aggregate_id, touch.c.position).where(text("no_such_column > 0"))
    monkeypatch.setattr("award_ledger.server.store.reindexing._MISSING", nowhere)
    with alone(ledger_url) as recorder, pytest.raises(PersistenceError):
        reindex(recorder)
    assert rows(ledger_url) == wrong
    open_ledger(ledger_url).close()  # whose checks find every guard in its place


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_while_it_is_made_anew_no_server_gets_at_the_file(ledger_url: str) -> None:
    with alone(ledger_url) as recorder:
        recorder.max_notification_id()
        with pytest.raises((LedgerInUse, LedgerUnreachable)):
            open_ledger(ledger_url, alone=True)
