"""Server processes that start in a moment and die at a named point: `python -m tests.faults.nursery`.

The nursery has imported all that a server needs. For each order, one JSON line on its standard input, it forks a
process that serves and answers with its process id. It ends when its input does, and every process with it.

A point is where a process kills or stops itself, the nth time that it comes there. The points are put around the
recorder here, from outside: the server itself knows nothing of them.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal
from unittest.mock import patch

import msgspec
from msgspec import Struct

from award_ledger.server.log_output import log_as_json
from award_ledger.server.rpc.interceptors.identity import DevelopmentIdentity
from award_ledger.server.rpc.serving import ServingLimits
from award_ledger.server.running import RunningLedger
from award_ledger.server.store.engine import EngineLimits
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.transaction import WriteTransaction
from award_ledger.server.store.values import NewEvent
from award_ledger.server.vault.keys import HeldKeys
from award_ledger.server.vault.sealing import Vault

Point = Literal["", "before_insert", "after_insert", "after_commit"]
POINTS: tuple[Point, ...] = ("before_insert", "after_insert", "after_commit")
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class Order(Struct, frozen=True):
    """What to serve, where to listen, and at which point, the nth time, which signal comes. Durations in seconds."""

    database: str
    listen: str
    log: str
    point: Point = ""
    nth: int = 1
    number: int = int(signal.SIGKILL)
    lock_wait_s: float = 15.0
    idle_in_transaction_s: float = 10.0
    calls: int = 1_000
    turn_away_s: float = 0.0


def main() -> None:
    """Takes orders until the input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    gc.freeze()
    for line in sys.stdin.buffer:
        order = msgspec.json.decode(line, type=Order)
        pid = os.fork()
        if not pid:
            _serve(order)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _serve(order: Order) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    os.dup2(2, 1)
    log_as_json("warning")
    if order.point:
        _put(order.point, order.nth, order.number)
    limits = EngineLimits(
        connections=8, lock_wait_s=order.lock_wait_s, idle_in_transaction_s=order.idle_in_transaction_s
    )
    try:
        ledger = RunningLedger(
            open_ledger(order.database, limits=limits),
            Vault(HeldKeys([b"k" * 32])),
            DevelopmentIdentity(),
            serving=ServingLimits(threads=24, followers=6, calls=order.calls, turn_away_s=order.turn_away_s),
        )
        ledger.start(order.listen)
        while True:
            signal.pause()
    except BaseException as error:  # noqa: BLE001  # the parent looks for the reason there
        sys.stderr.write(f"could not serve: {error!r}\n")
    finally:
        os._exit(1)


def _put(point: Point, nth: int, number: int) -> None:
    """Patches the recorder of this process, which is a test's own."""
    come = _countdown(nth, number)
    real_append, real_writing = WriteTransaction.append, LogRecorder.writing

    def append(transaction: WriteTransaction, events: Sequence[NewEvent], recorded_at_us: int) -> range:
        if point == "before_insert":
            come()
        positions = real_append(transaction, events, recorded_at_us)
        if point == "after_insert":
            come()
        return positions

    @contextmanager
    def writing(recorder: LogRecorder) -> Iterator[WriteTransaction]:
        with real_writing(recorder) as transaction:
            head = transaction.head
            yield transaction
        if point == "after_commit" and transaction.head > head:
            come()

    patch.object(WriteTransaction, "append", append).start()
    patch.object(LogRecorder, "writing", writing).start()


def _countdown(nth: int, number: int) -> Callable[[], None]:
    left = [nth]

    def come() -> None:
        left[0] -= 1
        if left[0] == 0:
            # To this thread: a signal to the process may let this one run on until another has taken it.
            signal.pthread_kill(threading.get_ident(), number)

    return come


if __name__ == "__main__":
    main()
