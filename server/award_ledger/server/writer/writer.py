"""The writer: lock the head, catch up, decide each waiting command, append all events, commit, answer all.

One thread a process. A command is answered only after the commit that holds its event. On any failure memory is
dropped, since it may be ahead of the log, and the callers are told to send the same request again.
"""

import logging
import queue
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from eventsourcing.persistence import PersistenceError

from award_ledger.server.clock import Clock
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.deciding import Deciding
from award_ledger.server.writer.failures import Overloaded, ShuttingDown, StoreUnavailable
from award_ledger.server.writer.resident import Resident
from award_ledger.server.writer.submission import Repeated, Submission

_LOG = logging.getLogger(__name__)

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class WriterLimits:
    """Commands that may wait, commands decided under one lock, and aggregates kept in memory between batches."""

    waiting: int = 5_000
    batch: int = 500
    resident: int = 100_000


class _Waiting(NamedTuple):
    """A submission and where its answer goes."""

    submission: Submission[Any]
    future: Future[Any]


class Writer:
    """Decides and records. Threads may share one; `start` before the first submission."""

    def __init__(self, recorder: LogRecorder, clock: Clock, vault: Vault, limits: WriterLimits | None = None) -> None:
        self._recorder, self._clock, self._vault = recorder, clock, vault
        self._limits = limits or WriterLimits()
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(self._limits.waiting)
        self._resident = Resident(self._limits.resident)
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self._held: _Waiting | None = None
        # Held while something enters the queue, so that nothing enters after what ends it.
        self._door = Lock()
        self._stopping = False

    def start(self) -> None:
        """Starts the thread that writes."""
        self._thread.start()

    def submit(self, submission: Submission[R]) -> "Future[R | Repeated]":
        """Puts a command in the queue. The future raises a Refused or a WriterFailure, or has the answer or a Repeated.

        Raises Overloaded or ShuttingDown at once.
        """
        future: Future[R | Repeated] = Future()
        with self._door:
            if self._stopping:
                raise ShuttingDown("the server is stopping")
            try:
                self._queue.put_nowait(_Waiting(submission, future))
            except queue.Full:
                raise Overloaded(self._queue.qsize()) from None
        return future

    def drain(self, timeout_s: float | None = None) -> None:
        """Takes no more commands, and returns when those that wait are answered."""
        with self._door:
            self._stopping = True
        self._queue.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            batch, last = self._take()
            if batch:
                self._decide_together(batch)
            if last:
                return

    def _take(self) -> tuple[list[_Waiting], bool]:
        """The next commands, no request twice among them, and whether they are the last."""
        batch: list[_Waiting] = []
        keys: set[UUID] = set()
        waiting = self._held or self._queue.get()
        self._held = None
        while waiting is not None:
            key = waiting.submission.key
            if key in keys:
                # A repeat is answered from the log, so it waits until the first is there.
                self._held = waiting
                return batch, False
            keys.add(key)
            batch.append(waiting)
            if len(batch) == self._limits.batch:
                return batch, False
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _decide_together(self, batch: list[_Waiting]) -> None:
        try:
            outcomes = self._commit(batch)
        except PersistenceError as error:
            self._resident.forget()
            _LOG.warning("the store failed", exc_info=error)
            for waiting in batch:
                waiting.future.set_exception(StoreUnavailable("the database could not be written"))
        except Exception as error:  # noqa: BLE001  whatever it is, its caller must hear of it
            # A defect, not a refusal. Nothing was committed; find the one command that carries it.
            self._resident.forget()
            if len(batch) > 1:
                for waiting in batch:
                    self._decide_together([waiting])
                return
            _LOG.exception("a command could not be decided")
            batch[0].future.set_exception(error)
        else:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, Exception):
                    waiting.future.set_exception(outcome)
                else:
                    waiting.future.set_result(outcome)

    def _commit(self, batch: list[_Waiting]) -> list[Any]:
        with self._recorder.writing() as transaction:
            self._resident.catch_up(transaction)
            deciding = Deciding(transaction, self._resident, self._vault, self._clock.now_us())
            deciding.look_up(waiting.submission for waiting in batch)
            outcomes = [deciding.outcome(waiting.submission) for waiting in batch]
            deciding.append()
        self._resident.release()
        return outcomes
