"""What becomes of commands that were submitted together: whoever submitted them waits once for all of them."""

from threading import Event
from typing import Any, Generic, TypeVar

from award_ledger.server.writer.submission import Repeated

R = TypeVar("R")


class Outcomes(Generic[R]):
    """One place for each command, in their order. A future for each would cost as much as the weighing of a cap."""

    def __init__(self, count: int) -> None:
        self._places: list[Any] = [None] * count
        self._missing = count
        self._complete = Event()
        if not count:
            self._complete.set()

    def settle(self, place: int, outcome: R | Repeated | Exception) -> None:
        """What became of one, each once; never by two threads at a time. The last one wakes whoever waits."""
        self._places[place] = outcome
        self._missing -= 1
        if not self._missing:
            self._complete.set()

    def wait(self, timeout_s: float | None = None) -> list[R | Repeated | Exception]:
        """All of them. Raises TimeoutError."""
        if not self._complete.wait(timeout_s):
            raise TimeoutError
        return self._places

    def result(self, timeout_s: float | None = None) -> R | Repeated:
        """Of a command that was submitted alone. Raises the Refused or WriterFailure that it is, or TimeoutError."""
        [outcome] = self.wait(timeout_s)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
