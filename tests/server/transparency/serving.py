"""A served ledger that seals, with a signer whose keys the test holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.transparency.opening import log_address, open_log
from award_ledger.server.transparency.running import RunningLog, TransparencySettings
from award_ledger.server.transparency.sealer import SealingPace
from award_ledger.server.transparency.signer import HeldSigner, SignerMemory, create_memory
from award_ledger.server.transparency.signing_keys import SigningKey
from tests.server.transparency.logs import KEYS, ORIGIN

PATIENCE_S = 20


class SealedLedgers:
    """Makes the log of a served ledger; `signer` is its signer, `log` the log."""

    def __init__(self, url: str, folder: Path, keys: tuple[SigningKey, ...] = KEYS) -> None:
        self.url, self.memory = url, folder / "signed"
        create_memory(self.memory, ORIGIN)
        self.signer = ChangingSigner(keys, self.memory)

    def __call__(self, recorder: LogRecorder) -> RunningLog:
        with recorder.reading() as reader:
            store = open_log(log_address(self.url), reader.ledger_id)
        pace = SealingPace(interval_s=0, look_s=0.005, longest_pause_s=0.01)
        self.log = RunningLog(recorder, store, self.signer, TransparencySettings(pace))
        return self.log

    def wait_for(self, size: int) -> None:
        """Returns once so much is published."""
        wait_until(lambda: self.log.published.covered() >= size)


class ChangingSigner(HeldSigner):
    """As if it were restarted with another key file."""

    def __init__(self, keys: tuple[SigningKey, ...], memory: Path) -> None:
        super().__init__(keys, SignerMemory(memory))

    def restart_with(self, *keys: SigningKey) -> None:
        self._keys = keys


def wait_until(holds: Callable[[], bool]) -> None:
    """Returns as soon as it holds; an AssertionError if it never does."""
    pause = Event()
    for _ in range(PATIENCE_S * 100):
        if holds():
            return
        pause.wait(0.01)
    raise AssertionError("it never came about")
