"""Several writers on one log: who waits, what followers see, and what is left of a writer that dies."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import islice

import pytest
from eventsourcing.persistence import OperationalError
from sqlalchemy import event as hooks

from award_ledger.server.store.engine import EngineLimits
from award_ledger.server.store.following import LogSubscription
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from tests.server.store.appender import appender
from tests.server.store.events import new_stream


def _follow(subscription: LogSubscription, count: int) -> list[int]:
    """The first `count` positions that a follower is given; fewer when it is stopped before."""
    return [notification.id for notification in islice(subscription, count)]


@contextmanager
def _another(log: LogRecorder, limits: EngineLimits) -> Iterator[LogRecorder]:
    """The same log through an engine of its own, as another process has it."""
    other = open_ledger(log.engine.url.render_as_string(hide_password=False), limits=limits)
    yield other
    other.close()


def test_processes_that_append_at_once_fill_the_log_without_a_gap(log: LogRecorder, database_url: str) -> None:
    total = 3 * 25 * 2
    with ThreadPoolExecutor(2) as followers, ExitStack() as stack:
        followed = [followers.submit(_follow, stack.enter_context(log.subscribe()), total) for _ in range(2)]
        processes = [stack.enter_context(appender(database_url, batches=25, size=2)) for _ in range(3)]
        for process in processes:
            process.go_on()
        batches = [batch for process in processes for batch in process.positions()]
        assert [each.result(timeout=60) for each in followed] == [list(range(1, total + 1))] * 2
    assert sorted(position for batch in batches for position in batch) == list(range(1, total + 1))
    with log.reading() as reader:
        events = reader.events_after(0, total + 1)
    assert [found.position for found in events] == list(range(1, total + 1))
    instants = [found.recorded_at_us for found in events]
    assert instants == sorted(instants)
    originators = {found.position: found.originator_id for found in events}
    for first, second in batches:
        assert second == first + 1
        assert originators[first] == originators[second]


def test_threads_that_append_at_once_fill_the_log_without_a_gap(log: LogRecorder) -> None:
    with ThreadPoolExecutor(8) as writers:
        given = list(writers.map(lambda size: log.insert_events(new_stream(size)), [1, 5, 2, 7] * 10))
    positions = [position for batch in given for position in batch]
    assert sorted(positions) == list(range(1, 151))
    assert all(batch == list(range(batch[0], batch[0] + len(batch))) for batch in given)


def test_a_follower_skips_nothing_while_a_transaction_is_held_open(log: LogRecorder, database_url: str) -> None:
    with ThreadPoolExecutor(1) as followers, ExitStack() as stack:
        followed = followers.submit(_follow, stack.enter_context(log.subscribe()), 3 + 2 * 4)
        others = [stack.enter_context(appender(database_url, batches=2, size=2)) for _ in range(2)]
        with log.writing() as transaction:
            assert transaction.append(new_stream(3), 1) == range(1, 4)
            for other in others:
                other.go_on()
            with log.reading() as reader:
                assert reader.head == 0
                assert reader.events_after(0, 10) == []
            assert not followed.done()
        given = sorted(position for other in others for batch in other.positions() for position in batch)
        assert followed.result(timeout=60) == list(range(1, 12))
    assert given == list(range(4, 12))


def test_a_writer_killed_before_its_commit_leaves_nothing_and_frees_the_head(
    log: LogRecorder, database_url: str
) -> None:
    with appender(database_url, batches=1, size=3, hold=True) as doomed:
        doomed.go_on()
        doomed.told("holding")
        doomed.kill()
    assert log.insert_events(new_stream(1)) == [1]


def test_a_writer_that_waited_goes_on_from_the_new_head(log: LogRecorder, database_url: str) -> None:
    asking = threading.Event()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FOR UPDATE" in statement or statement == "BEGIN IMMEDIATE":
            asking.set()

    hooks.listen(log.engine, "before_cursor_execute", note)
    with appender(database_url, batches=1, size=3, hold=True) as first, ThreadPoolExecutor(1) as threads:
        first.go_on()
        first.told("holding")
        second = threads.submit(log.insert_events, new_stream(2))
        assert asking.wait(30)
        first.go_on()
        assert second.result(timeout=60) == [4, 5]
        assert first.positions() == [[1, 2, 3]]
    hooks.remove(log.engine, "before_cursor_execute", note)


def test_nobody_else_gets_in_while_one_holds_the_head(log: LogRecorder) -> None:
    entered = []
    with _another(log, EngineLimits(lock_wait_s=0.05)) as other, log.writing():
        with pytest.raises(OperationalError), other.writing() as transaction:
            entered.append(transaction.head)
        assert not entered
        assert other.max_notification_id() is None
    assert log.insert_events(new_stream(1)) == [1]


def test_waiting_for_a_thread_of_the_same_process_has_an_end(log: LogRecorder) -> None:
    impatient = LogRecorder(log.engine, log._clock, turn_wait_s=0.05)
    with impatient.writing(), pytest.raises(OperationalError, match="another writer of this process"):
        impatient.insert_events(new_stream(1))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_writer_that_stalls_loses_the_head_and_cannot_commit(log: LogRecorder) -> None:
    def stall(sleeper: LogRecorder) -> None:
        with sleeper.writing() as transaction:
            transaction.append(new_stream(1), 1)
            # Whoever waits gets the head as soon as the server ends the stalled transaction.
            assert log.insert_events(new_stream(2)) == [1, 2]

    with (
        _another(log, EngineLimits(idle_in_transaction_s=0.2)) as sleeper,
        pytest.raises(OperationalError, match="connection was lost"),
    ):
        stall(sleeper)
    with log.reading() as reader:
        assert reader.head == 2
