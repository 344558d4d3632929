"""A reader that follows the log at whichever server answers, from where it has come to."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event, Thread

import grpc

from award_ledger.v1.history_pb2 import FollowEventsRequest
from tests.faults.callers import QUICK
from tests.faults.processes import wait_until
from tests.faults.stored_log import StoredLog
from tests.served import OFFICER, Caller

_STREAM_S = 20.0


class Follower:
    """Keeps position and hash of every event, in the order in which they came."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.seen: list[tuple[int, str]] = []
        self._addresses = addresses
        self._stopping = Event()
        self._thread = Thread(target=self._follow, daemon=True)
        self._thread.start()

    def check(self, log: StoredLog) -> None:
        """Waits for the end of the log. Raises AssertionError for an event that was skipped, repeated or changed."""
        wait_until(lambda: self.seen and self.seen[-1][0] >= log.head, "the last event at the follower")
        self._stopping.set()
        assert self.seen == [(row.position, row.event_hash()) for row in log.rows]

    def _follow(self) -> None:
        place = 0
        while not self._stopping.is_set():
            with grpc.insecure_channel(self._addresses[place % len(self._addresses)], options=QUICK) as channel:
                request = FollowEventsRequest(after_position=self.seen[-1][0] if self.seen else 0, wait=True)
                try:
                    for message in Caller(channel, OFFICER).send(request, timeout_s=_STREAM_S):
                        self.seen += [(event.position, event.event_hash.hex()) for event in message.events]
                        if self._stopping.is_set():
                            return
                except grpc.RpcError:
                    place += 1
                    self._stopping.wait(0.01)
