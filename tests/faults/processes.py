"""Real server processes in the hands of a test: started, killed, stopped and continued, each known by its id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import grpc
import msgspec

from award_ledger.v1.history_pb2 import GetHeadRequest
from tests.faults.nursery import Order
from tests.served import OFFICER, Caller

PATIENCE_S = 60.0
_LOOK_AGAIN_S = 0.002


def wait_until(condition: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Returns as soon as the condition holds. Raises AssertionError when it does not in time."""
    give_up_s = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < give_up_s, f"{what}: not in {patience_s} s"
        time.sleep(_LOOK_AGAIN_S)


class Nursery:
    """The process that forks servers. `inside` stands before its command: whose network they are to see."""

    def __init__(self, inside: Sequence[str] = ()) -> None:
        command = [*inside, sys.executable, "-m", "tests.faults.nursery"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def start(self, order: Order) -> int:
        """The id of a new server process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # its servers die with it
        self._process.communicate()


class ServerProcess:
    """One server at one address: whichever process serves there now."""

    def __init__(self, nursery: Nursery, order: Order) -> None:
        self.order = order
        self._nursery = nursery
        self.pid = 0

    @property
    def address(self) -> str:
        return self.order.listen

    def start(self, **changes: object) -> None:
        """A new process, with these changes of the order; the one before must be dead."""
        self.order = msgspec.structs.replace(self.order, **changes)
        self.pid = self._nursery.start(self.order)

    def alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def answers(self) -> bool:
        """Has it started?"""
        with grpc.insecure_channel(self.address) as channel:
            try:
                Caller(channel, OFFICER).send(GetHeadRequest(), timeout_s=5.0)
            except grpc.RpcError:
                return False
        return True

    def stopped(self) -> bool:
        """Has a SIGSTOP taken effect on it?"""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """Returns when it is dead."""
        if self.alive():
            self.send(signal.SIGKILL)
        wait_until(lambda: not self.alive(), f"the end of process {self.pid}")

    def said(self) -> str:
        """What it has logged; for messages of failure."""
        return Path(self.order.log).read_text() if Path(self.order.log).exists() else ""


@contextmanager
def servers(nursery: Nursery, database: str, folder: Path, count: int, **order: float) -> Iterator[list[ServerProcess]]:
    """That many servers on one database, at unix sockets in the folder; dead when the block ends."""
    made = []
    for number in range(count):
        first = Order(database, f"unix:{folder}/{number}.sock", str(folder / f"server-{number}.log"))
        made.append(ServerProcess(nursery, msgspec.structs.replace(first, **order)))
        made[-1].start()
    try:
        yield made
    finally:
        for server in made:
            server.kill()
