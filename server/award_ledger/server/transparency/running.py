"""One ledger's transparency log at work: store, sealer, witnesses and static files, started and stopped together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.transparency.http_files import TransparencyHttp
from award_ledger.server.transparency.log_store import LogStore
from award_ledger.server.transparency.published import PublishedLog
from award_ledger.server.transparency.sealer import Sealer, SealingPace
from award_ledger.server.transparency.sealing import Sealing
from award_ledger.server.transparency.signer import Signer
from award_ledger.server.transparency.witnesses import Cosigning, Witness


@dataclass(frozen=True, slots=True)
class TransparencySettings:
    """`quorum`: cosignatures that a checkpoint needs before it is given out as the newest."""

    pace: SealingPace = field(default_factory=SealingPace)
    witnesses: Sequence[Witness] = ()
    quorum: int = 0
    http: tuple[str, int] | None = None


class RunningLog:
    """Owns the store and the signer. Start once, stop once. Without a signer it publishes what others seal."""

    def __init__(
        self,
        recorder: LogRecorder,
        store: LogStore,
        signer: Signer | None,
        settings: TransparencySettings | None = None,
    ) -> None:
        """Binds the address of the static files. Raises OSError when it cannot be had."""
        settings = settings or TransparencySettings()
        self._store, self._signer = store, signer
        self.published = PublishedLog(store, settings.quorum)
        self._sealer: Sealer | None = None
        self._cosigning = Cosigning(store, self.published, settings.witnesses)
        if signer is not None:
            sealing = Sealing(recorder, store, self.published, signer)
            self._sealer = Sealer(sealing, settings.pace)
        self.http = TransparencyHttp(self.published, *settings.http) if settings.http else None

    def start(self, announce: Callable[[bool], None]) -> None:
        """Seals, asks witnesses, and answers for files. `announce` hears whether it can seal, at each change."""
        if self._sealer:
            self._sealer.start(announce)
        self._cosigning.start()
        if self.http:
            self.http.start()

    def stop(self, grace_s: float) -> None:
        """Seals what is recorded by now, and lets go of everything. The recorder must still be open."""
        if self.http:
            self.http.stop()
        if self._sealer:
            self._sealer.stop(grace_s)
        self._cosigning.stop()
        self.close()

    def close(self) -> None:
        """Lets go of store and signer without a start."""
        if self._signer:
            self._signer.close()
        self._store.close()
