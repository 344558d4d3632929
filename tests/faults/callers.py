"""Clients of real servers: each asks one thing at a time, and resends by request id, elsewhere, until it knows."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from threading import Event, Thread
from typing import Any
from uuid import UUID

import grpc

from tests.faults.answers import acknowledgement, ending
from tests.faults.history import History
from tests.faults.processes import PATIENCE_S, wait_until
from tests.faults.workload import Asked, Workload
from tests.served import Caller

DEADLINE_S = 3.0
AHEAD = 12
"""Operations that may begin beyond those that are answered, while a run waits for something to happen."""
QUICK = [
    ("grpc.initial_reconnect_backoff_ms", 20),
    ("grpc.min_reconnect_backoff_ms", 20),
    ("grpc.max_reconnect_backoff_ms", 100),
    ("grpc.use_local_subchannel_pool", 1),
]


class Callers:
    """Some clients on as many threads. They stop asking when told, and end when they know every answer."""

    def __init__(
        self, addresses: Sequence[str], history: History, seed: int, count: int = 5, deadline_s: float = DEADLINE_S
    ) -> None:
        self.history, self.answered = history, 0
        self._addresses, self._deadline_s = addresses, deadline_s
        self._workload = Workload(Random(seed))
        self._stopping = Event()
        self.allowed = 0
        """How many operations may have begun so far: who drives the run gives more as it goes on."""
        self._begun = 0
        self._threads = [Thread(target=self._call, args=(number,), daemon=True) for number in range(count)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def have_answered(self, wanted: int) -> bool:
        """Have that many operations an answer? They may always begin some more than have one."""
        self.allowed = max(self.allowed, self.answered + AHEAD)
        return self.answered >= wanted

    def settle(self) -> None:
        """No new operation; returns when every one has its answer. Raises AssertionError when that takes too long."""
        self._stopping.set()
        wait_until(lambda: not any(thread.is_alive() for thread in self._threads), "the last answers", PATIENCE_S)

    def _call(self, number: int) -> None:
        channels = [grpc.insecure_channel(address, options=QUICK) for address in self._addresses]
        try:
            while not self._stopping.is_set():
                if self._begun >= self.allowed:
                    self._stopping.wait(0.002)
                    continue
                self._begun += 1
                self._settle(self._workload.next(), channels, number)
        finally:
            for channel in channels:
                channel.close()

    def _settle(self, asked: Asked, channels: list[grpc.Channel], place: int) -> None:
        fields: Any = asked.request
        is_write = "request_id" in asked.request.DESCRIPTOR.fields_by_name
        operation = UUID(fields.request_id) if is_write else self._workload.uuid()
        self.history.invoked(operation, asked.principal, asked.request)
        while not self._attempt(operation, asked, channels[place % len(channels)]):
            place += 1
            self._stopping.wait(0.01)  # as its retry delay says, but shorter
            self.history.invoked_again(operation)

    def _attempt(self, operation: UUID, asked: Asked, channel: grpc.Channel) -> bool:
        """Is it known now?"""
        try:
            response = Caller(channel, asked.principal).send(asked.request, timeout_s=self._deadline_s)
        except grpc.RpcError as error:
            what, answer, note = ending(error)
        else:
            what, answer, note = "acknowledged", acknowledgement(response), ""
        self.history.ended(operation, what, answer, note)
        if answer is not None:
            self._workload.told(asked.request, answer)
        self.answered += answer is not None
        return answer is not None or what == "incident"
