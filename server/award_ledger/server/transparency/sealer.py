"""The thread that seals in the background: soon after events are recorded, and again and again while it cannot."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread

import structlog
from eventsourcing.persistence import PersistenceError

from award_ledger.server.transparency.notes import NoteRefused
from award_ledger.server.transparency.sealing import LogDisagrees, Sealing
from award_ledger.server.transparency.signer import SignerUnavailable, SigningRefused

_LOG = structlog.get_logger("award_ledger.sealing")


@dataclass(frozen=True, slots=True)
class SealingPace:
    """A checkpoint is signed `interval_s` after the last one, or sooner once `at_events` wait for it.

    `look_s`: how often it is looked whether events wait; `longest_pause_s`: between attempts that fail.
    """

    interval_s: float = 5.0
    at_events: int = 1_000
    look_s: float = 0.2
    longest_pause_s: float = 30.0


class Sealer:
    """Runs a Sealing."""

    def __init__(self, sealing: Sealing, pace: SealingPace) -> None:
        self._sealing, self._pace = sealing, pace
        self._announce: Callable[[bool], None] = lambda _: None
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="sealer", daemon=True)
        self._failures = 0
        self._sealed_at_s = 0.0

    def start(self, announce: Callable[[bool], None]) -> None:
        """Starts the thread. `announce` hears whether it can seal: now, and at each change."""
        self._announce = announce
        announce(True)
        self._thread.start()

    def stop(self, grace_s: float) -> None:
        """Seals what is recorded by now, if that can be done in time, and ends."""
        self._stopping.set()
        self._thread.join(grace_s)

    def _run(self) -> None:
        last = False
        while not last:
            last = self._stopping.wait(self._pause_s())
            self._attempt(force=last)

    def _pause_s(self) -> float:
        if not self._failures:
            return self._pace.look_s
        doubled: float = self._pace.look_s * (1 << min(self._failures, 16))
        return min(doubled, self._pace.longest_pause_s)

    def _attempt(self, *, force: bool) -> None:
        try:
            if force or self._due():
                self._seal()
        except (PersistenceError, SignerUnavailable) as error:
            self._failed("sealing waits", error)
        except (SigningRefused, LogDisagrees, NoteRefused) as error:
            self._failed("SEALING REFUSED: somebody must look", error)
        except Exception as error:  # noqa: BLE001  # a thread that dies would end sealing without a word
            self._failed("sealing failed", error, exc_info=error)
        else:
            self._succeeded()

    def _due(self) -> bool:
        behind = self._sealing.behind()
        waited_s = time.monotonic() - self._sealed_at_s
        return behind >= self._pace.at_events or (behind != 0 and waited_s >= self._pace.interval_s)

    def _seal(self) -> None:
        begun_s = time.monotonic()
        while self._sealing.extend() and not self._stopping.is_set():
            pass
        sealed = self._sealing.sign()
        self._sealed_at_s = time.monotonic()
        if sealed.anew:
            _LOG.info("sealed", size=sealed.size, ms=int((self._sealed_at_s - begun_s) * 1_000))

    def _failed(self, what: str, error: Exception, exc_info: Exception | None = None) -> None:
        if not self._failures:
            self._announce(False)
        self._failures += 1
        _LOG.error(what, why=str(error), attempt=self._failures, exc_info=exc_info)

    def _succeeded(self) -> None:
        if self._failures:
            _LOG.info("sealing again")
            self._failures = 0
            self._announce(True)
