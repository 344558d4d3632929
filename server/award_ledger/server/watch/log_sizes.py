"""How far the transparency log has come, looked at now and then, so that whoever asks never waits for a database."""

import logging
from threading import Event, Thread

from eventsourcing.persistence import PersistenceError

from award_ledger.server.transparency.published import PublishedLog, Sizes

_LOG = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
_LONGEST_LOOK_S = 10.0


class LogSizes:
    """`newest` is None before the first look that succeeded; a look that fails leaves what was known.

    Start and stop once.
    """

    def __init__(self, published: PublishedLog) -> None:
        self.newest: Sizes | None = None
        self._published = published
        self._stopped = Event()
        self._thread = Thread(target=self._watch, name="log-sizes", daemon=True)

    def start(self) -> None:
        """Looks, and goes on looking."""
        self._thread.start()

    def stop(self) -> None:
        """Looks no more: the log's store may be closed."""
        self._stopped.set()
        self._thread.join(_LONGEST_LOOK_S)

    def look(self) -> None:
        """Reads the log once."""
        try:
            self.newest = self._published.sizes()
        except PersistenceError as error:
            _LOG.warning("the sizes of the transparency log cannot be read: %s", error)

    def _watch(self) -> None:
        self.look()
        while not self._stopped.wait(LOOK_EVERY_S):
            self.look()
