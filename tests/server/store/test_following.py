"""Subscriptions: each event once and in order, new ones as they come, an end when told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from eventsourcing.persistence import ProgrammingError, StoredEvent

from award_ledger.server.store import following
from award_ledger.server.store.following import HeadSignal, LogSubscription
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from tests.server.store.events import new_stream


def _take(subscription: LogSubscription, count: int) -> list[int]:
    """The next positions; a subscription that withholds one fails the test instead of stopping it for ever."""
    with ThreadPoolExecutor(1) as threads:
        taken = threads.submit(lambda: [next(subscription).id for _ in range(count)])
        try:
            return taken.result(timeout=30)
        finally:
            if not taken.done():
                subscription.stop()


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a follower has found nothing new; from then on only a signal can wake it within the hour."""
    found_nothing = threading.Event()
    wait_beyond = HeadSignal.wait_beyond

    def note(signal: HeadSignal, position: int, timeout_s: float, unless: Callable[[], bool]) -> None:
        found_nothing.set()
        wait_beyond(signal, position, timeout_s, unless)

    monkeypatch.setattr(HeadSignal, "wait_beyond", note)
    monkeypatch.setattr(following, "_LOOK_AGAIN_S", 3600.0)
    return found_nothing


def test_what_is_there_comes_first_then_what_is_appended_here_or_elsewhere(log: LogRecorder, database_url: str) -> None:
    elsewhere = open_ledger(database_url)
    log.insert_events(new_stream(3))
    with log.subscribe(gt=1) as subscription:
        assert _take(subscription, 2) == [2, 3]
        log.insert_events(new_stream(1))
        assert _take(subscription, 1) == [4]
        elsewhere.insert_events(new_stream(2))
        assert _take(subscription, 2) == [5, 6]
    elsewhere.close()


def test_a_commit_of_this_process_wakes_its_followers(log: LogRecorder, waiting: threading.Event) -> None:
    with log.subscribe() as subscription, ThreadPoolExecutor(1) as threads:
        taken = threads.submit(_take, subscription, 2)
        assert waiting.wait(30)
        log.insert_events(new_stream(2))
        assert taken.result() == [1, 2]


def test_a_commit_elsewhere_is_seen_by_looking_again(
    log: LogRecorder, database_url: str, waiting: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_LOOK_AGAIN_S", 0.01)
    elsewhere = open_ledger(database_url)
    with log.subscribe() as subscription, ThreadPoolExecutor(1) as threads:
        taken = threads.submit(_take, subscription, 2)
        assert waiting.wait(30)
        elsewhere.insert_events(new_stream(2))
        assert taken.result() == [1, 2]
    elsewhere.close()


def test_what_is_appended_between_a_look_and_a_read_comes_once(
    log: LogRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, late = log.max_notification_id, [new_stream(2)]

    def look_then_append() -> int | None:
        head = look()
        if late:
            log.insert_events(late.pop())
        return head

    log.insert_events(new_stream(2))
    monkeypatch.setattr(log, "max_notification_id", look_then_append)
    with log.subscribe() as subscription:
        assert _take(subscription, 4) == [1, 2, 3, 4]
        log.insert_events(new_stream(1))
        assert _take(subscription, 1) == [5]


def test_a_log_longer_than_a_page_is_followed_to_its_end(log: LogRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_PAGE", 3)
    log.insert_events(new_stream(10))
    with log.subscribe() as subscription:
        assert _take(subscription, 10) == list(range(1, 11))


def test_only_the_topics_asked_for_come(log: LogRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_PAGE", 2)
    stream = new_stream(9)
    wanted = {2, 3, 6, 7, 8}
    log.insert_events(
        [
            StoredEvent(new.originator_id, at, "wanted.v1" if at in wanted else "other.v1", new.state)
            for at, new in enumerate(stream, start=1)
        ]
    )
    with log.subscribe(topics=["wanted.v1"]) as subscription:
        assert _take(subscription, len(wanted)) == sorted(wanted)


def test_stopping_ends_a_wait_for_the_next_event(log: LogRecorder, waiting: threading.Event) -> None:
    with log.subscribe() as subscription, ThreadPoolExecutor(1) as threads:
        followed = threads.submit(list, subscription)
        assert waiting.wait(30)
        subscription.stop()
        assert followed.result(timeout=30) == []


def test_a_stopped_subscription_gives_nothing_more(log: LogRecorder) -> None:
    log.insert_events(new_stream(5))
    with log.subscribe() as subscription:
        assert next(subscription).id == 1
        subscription.stop()
        assert list(subscription) == []


def test_a_subscription_is_entered_once(log: LogRecorder) -> None:
    subscription = log.subscribe()
    with subscription, pytest.raises(ProgrammingError):
        subscription.__enter__()
