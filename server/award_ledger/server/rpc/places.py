"""Places for what holds a thread for long, streams above all: a bound, and how many are taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from award_ledger.server.writer.failures import Overloaded


class Places:
    """Threads may share one. Without a bound, followers could leave no thread for writes."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self.taken = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Takes a place for the length of the block. Raises Overloaded where none is left."""
        with self._lock:
            if self.taken >= self._most:
                raise Overloaded(self._most)
            self.taken += 1
        try:
            yield
        finally:
            with self._lock:
                self.taken -= 1
