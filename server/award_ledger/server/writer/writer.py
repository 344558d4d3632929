"""The writer: lock the head, catch up, decide each waiting command, append all events, commit, answer all.

One thread a process. A command is answered only after the commit that holds its event. On any failure memory is
dropped, since it may be ahead of the log, and the callers are told to send the same request again.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Thread
from time import monotonic_ns
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from eventsourcing.persistence import PersistenceError

from award_ledger.server.clock import Clock
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.deciding import Deciding
from award_ledger.server.writer.failures import Overloaded, ShuttingDown, StoreUnavailable
from award_ledger.server.writer.outcomes import Outcomes
from award_ledger.server.writer.resident import MemoryUse, Resident
from award_ledger.server.writer.submission import Submission
from award_ledger.server.writer.timing import BatchTimes

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
    outcomes: Outcomes[Any]
    place: int

    def settle(self, outcome: Any) -> None:
        self.outcomes.settle(self.place, outcome)


class Writer:
    """Decides and records. Threads may share one; `start` before the first submission."""

    def __init__(
        self,
        recorder: LogRecorder,
        clock: Clock,
        vault: Vault,
        limits: WriterLimits | None = None,
        heard: Callable[[BatchTimes | None], None] | None = None,
    ) -> None:
        """`heard` is told of each batch: its times, or None for one that the store did not take."""
        self._recorder, self._clock, self._vault, self._heard = recorder, clock, vault, heard
        self._limits = limits or WriterLimits()
        self._queue: deque[_Waiting] = deque()
        # Held while the queue is looked at or changed, so that nothing enters after what ends it.
        self._door = Condition()
        self._resident = Resident(self._limits.resident)
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self._stopping = False

    @property
    def waiting(self) -> int:
        """Commands in the queue, those that are being decided not among them."""
        return len(self._queue)

    @property
    def memory(self) -> MemoryUse:
        """Of the aggregates in memory."""
        return self._resident.use

    def start(self) -> None:
        """Starts the thread that writes."""
        self._thread.start()

    def submit(self, submission: Submission[R]) -> Outcomes[R]:
        """Puts a command in the queue. Its outcome is the answer, a Repeated, a Refused or a WriterFailure.

        Overloaded or ShuttingDown is its outcome at once.
        """
        return self.submit_together([submission])

    def submit_together(self, submissions: Sequence[Submission[R]]) -> Outcomes[R]:
        """Puts several in the queue at once, so that they are decided in one batch; what does not fit is Overloaded."""
        outcomes: Outcomes[R] = Outcomes(len(submissions))
        with self._door:
            for place, submission in enumerate(submissions):
                if self._stopping:
                    outcomes.settle(place, ShuttingDown("the server is stopping"))
                elif len(self._queue) >= self._limits.waiting:
                    outcomes.settle(place, Overloaded(len(self._queue)))
                else:
                    self._queue.append(_Waiting(submission, outcomes, place))
            self._door.notify()
        return outcomes

    def drain(self, timeout_s: float | None = None) -> None:
        """Takes no more commands, and returns when those that wait are answered."""
        with self._door:
            self._stopping = True
            self._door.notify()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while batch := self._take():
            self._decide_together(batch)

    def _take(self) -> list[_Waiting]:
        """The next commands, no request twice among them: a repeat is answered from the log, so it waits until the
        first is there. Empty when the writer is to stop.
        """
        batch: list[_Waiting] = []
        keys: set[UUID] = set()
        with self._door:
            while not self._queue and not self._stopping:
                self._door.wait()
            while self._queue and len(batch) < self._limits.batch and self._queue[0].submission.key not in keys:
                waiting = self._queue.popleft()
                keys.add(waiting.submission.key)
                batch.append(waiting)
        return batch

    def _decide_together(self, batch: list[_Waiting]) -> None:
        try:
            outcomes = self._commit(batch)
        except PersistenceError as error:
            self._resident.forget()
            _LOG.warning("the store failed", exc_info=error)
            if self._heard:
                self._heard(None)
            for waiting in batch:
                waiting.settle(StoreUnavailable("the database could not be written"))
        except Exception as error:  # noqa: BLE001  whatever it is, its caller must hear of it
            # A defect, not a refusal. Nothing was committed; find the one command that carries it.
            self._resident.forget()
            if len(batch) > 1:
                for waiting in batch:
                    self._decide_together([waiting])
                return
            _LOG.exception("a command could not be decided")
            batch[0].settle(error)
        else:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                waiting.settle(outcome)

    def _commit(self, batch: list[_Waiting]) -> list[Any]:
        begun_ns = monotonic_ns()
        with self._recorder.writing() as transaction:
            self._resident.catch_up(transaction)
            held_ns = monotonic_ns()
            deciding = Deciding(transaction, self._resident, self._vault, self._clock.now_us())
            deciding.look_up(waiting.submission for waiting in batch)
            outcomes = [_outcome(deciding, waiting.submission) for waiting in batch]
            decided_ns = monotonic_ns()
            deciding.append()
            appended_ns = monotonic_ns()
        self._resident.release()
        times = BatchTimes(
            begun_ns, held_ns, decided_ns, appended_ns, monotonic_ns(), commands=len(batch), events=deciding.events
        )
        for waiting in batch:
            if waiting.submission.passage is not None:
                waiting.submission.passage.batch = times
        if self._heard:
            self._heard(times)
        return outcomes


def _outcome(deciding: Deciding, submission: Submission[Any]) -> Any:
    passage = submission.passage
    if passage is None:
        return deciding.outcome(submission)
    passage.assessed_from_ns = monotonic_ns()
    outcome = deciding.outcome(submission)
    passage.assessed_to_ns = monotonic_ns()
    return outcome
