"""What the health service says: serving while the store can be read, else not; and why, in the log."""

import logging
from collections.abc import Sequence
from threading import Event, Thread

from eventsourcing.persistence import ConnectionUnavailableError, PersistenceError
from grpc_health.v1 import health, health_pb2

from award_ledger.server.store.recorder import LogRecorder

_LOG = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0

_LONGEST_LOOK_S = 10.0
"""For the end of a look that is under way when the server stops; then the store is closed over it."""

_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class StoreHealth:
    """Owns the servicer of grpc.health.v1. `start` once, `stop` once."""

    def __init__(self, recorder: LogRecorder, services: Sequence[str]) -> None:
        self.servicer = health.HealthServicer()
        self._recorder, self._services = recorder, ("", *services)
        self._reachable = True
        self.head = 0
        """Position of the last event, when it was last looked at."""
        self._stopped = Event()
        self._thread = Thread(target=self._watch, name="store-health", daemon=True)

    @property
    def reachable(self) -> bool:
        """Could the store be read, when it was last tried?"""
        return self._reachable

    def start(self) -> None:
        """Says that the server serves, and goes on looking."""
        self._say(_SERVING)
        self._thread.start()

    def stop(self) -> None:
        """Says for good that it does not, and looks no more: afterwards every connection of its own is given back."""
        self.servicer.enter_graceful_shutdown()
        self._stopped.set()
        if self._thread.ident is not None:  # started
            self._thread.join(_LONGEST_LOOK_S)

    def say_of(self, name: str, well: bool) -> None:
        """Says of something else than the store whether it goes well."""
        self.servicer.set(name, _SERVING if well else _NOT_SERVING)

    def look(self) -> None:
        """Reads the head; what is said changes when whether that can be done has changed."""
        try:
            self.head = self._recorder.max_notification_id() or 0
        except ConnectionUnavailableError:
            return  # too many readers say nothing about the store
        except PersistenceError as error:
            if self._reachable:
                _LOG.error("not serving, the store cannot be read: %s", error)
                self._reachable = False
                self._say(_NOT_SERVING)
            return
        if not self._reachable:
            _LOG.warning("serving again, the store can be read")
            self._reachable = True
            self._say(_SERVING)

    def _watch(self) -> None:
        self.look()
        while not self._stopped.wait(LOOK_EVERY_S):
            self.look()

    def _say(self, status: int) -> None:
        for name in self._services:
            self.servicer.set(name, status)
