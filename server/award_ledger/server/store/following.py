"""Following the log: a subscription that yields every event once, in order, and waits for the next.

It asks for the head and reads up to it. Nothing is pushed by the database, which not every engine can do; a commit of
this process wakes its followers at once, one of another process is seen at the next look.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition

from eventsourcing.persistence import ApplicationRecorder, Notification, Subscription

_PAGE = 500
_LOOK_AGAIN_S = 0.1


class HeadSignal:
    """Tells followers in this process how far it has committed, as soon as it has."""

    def __init__(self) -> None:
        self._moved = Condition()
        self._position = 0

    def announce(self, position: int) -> None:
        """Say that the log now reaches `position`."""
        with self._moved:
            self._position = max(self._position, position)
            self._moved.notify_all()

    def nudge(self) -> None:
        """Wake everyone to look around without news of the log."""
        with self._moved:
            self._moved.notify_all()

    def wait_beyond(self, position: int, timeout_s: float, unless: Callable[[], bool]) -> None:
        """Return when a commit beyond `position` was announced, on any nudge, after the timeout, or if `unless`."""
        with self._moved:
            if self._position <= position and not unless():
                self._moved.wait(timeout_s)


class LogSubscription(Subscription[ApplicationRecorder]):
    """Events after `gt`, only those with one of `topics` when some are given; ends when it is stopped."""

    def __init__(
        self, recorder: ApplicationRecorder, signal: HeadSignal, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._signal = signal
        self._examined = gt or 0
        self._page: deque[Notification] = deque()

    def stop(self) -> None:
        super().stop()
        self._signal.nudge()

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            if self._page:
                return self._page.popleft()
            head = self._recorder.max_notification_id() or 0
            if head > self._examined:
                self._read_up_to(head)
            else:
                self._signal.wait_beyond(self._examined, _LOOK_AGAIN_S, unless=lambda: self._has_been_stopped)
        raise StopIteration

    def _read_up_to(self, head: int) -> None:
        """One page. Positions are dense and final, so nothing at or below `head` can appear later."""
        found = self._recorder.select_notifications(
            self._examined, _PAGE, stop=head, topics=self._topics, inclusive_of_start=False
        )
        self._page.extend(found)
        self._examined = found[-1].id if len(found) == _PAGE else head
