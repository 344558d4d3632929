"""What files say, read again when they change, so that keys and names rotate without a restart."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from award_ledger.server.identity.refusals import IdentityRefused

_LOG = logging.getLogger(__name__)

LOOK_AGAIN_S = 1.0

T = TypeVar("T")


class Watched(Generic[T]):
    """The value that `load` makes of some files, as they are now or were at most a second ago.

    Files that changed into something wrong change nothing: what was right goes on, and the log says what is wrong, once
    for each change. `load` raises IdentityRefused or OSError.
    """

    def __init__(
        self, paths: Sequence[Path], load: Callable[[], T], monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Reads the files. Raises IdentityRefused."""
        self._paths, self._load, self._monotonic_s = tuple(paths), load, monotonic_s
        self._lock = threading.Lock()
        self._seen = self._look()
        try:
            self._value = load()
        except OSError as error:
            raise IdentityRefused(f"{error.filename} cannot be read: {error.strerror}") from None
        self._looked_s = monotonic_s()
        self.changes = 0

    def current(self) -> T:
        """The value now."""
        if self._monotonic_s() - self._looked_s >= LOOK_AGAIN_S and self._lock.acquire(blocking=False):
            try:
                self._looked_s = self._monotonic_s()
                self._read_if_changed()
            finally:
                self._lock.release()
        return self._value

    def _read_if_changed(self) -> None:
        if (seen := self._look()) == self._seen:
            return
        self._seen = seen
        try:
            self._value = self._load()
        except (IdentityRefused, OSError) as wrong:
            _LOG.error("changed, but not taken over; what was right before goes on: %s", wrong)
            return
        self.changes += 1
        _LOG.info("read again after a change: %s", ", ".join(path.name for path in self._paths))

    def _look(self) -> tuple[tuple[int, ...] | None, ...]:
        return tuple(map(_trace, self._paths))


def _trace(path: Path) -> tuple[int, ...] | None:
    """What changes when a file is written or replaced; None where there is none."""
    try:
        found = path.stat()  # follows links: secrets are mounted as links that are turned over at once
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)
