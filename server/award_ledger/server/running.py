"""One running ledger: store, writer and API put together, and taken apart in the order that loses nothing."""

import grpc

from award_ledger.server.clock import Clock, SystemClock
from award_ledger.server.rpc.interceptors.identity import Authenticator
from award_ledger.server.rpc.serving import LedgerServer, ServingLimits
from award_ledger.server.rpc.watch import Occupancy, Watch
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.transparency.running import RunningLog
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.writer import Writer, WriterLimits


class RunningLedger:
    """Owns the recorder and the transparency log that it is given. `start` once, `stop` once."""

    def __init__(
        self,
        recorder: LogRecorder,
        vault: Vault,
        authenticator: Authenticator,
        *,
        clock: Clock | None = None,
        serving: ServingLimits | None = None,
        writing: WriterLimits | None = None,
        transparency: RunningLog | None = None,
        rights: bool = False,
        watch: Watch | None = None,
    ) -> None:
        watch = (watch or Watch()).harmless()
        clock = clock or SystemClock()
        self.recorder = recorder
        self.writer = Writer(recorder, clock, vault, writing or WriterLimits(), watch.batch)
        self.transparency = transparency
        published = transparency.published if transparency else None
        self._server = LedgerServer(
            recorder, self.writer, vault, clock, authenticator, serving, published, rights=rights, watch=watch
        )

    def occupancy(self) -> Occupancy:
        """How busy it is."""
        return self._server.occupancy()

    def bind(self, address: str, credentials: grpc.ServerCredentials | None = None) -> int:
        """Listens at one more address, before the start. Raises RuntimeError when it cannot be had."""
        return self._server.bind(address, credentials)

    def start(self, address: str, credentials: grpc.ServerCredentials | None = None) -> int:
        """Listens and answers; returns the port. Raises RuntimeError when the address cannot be had."""
        port = self._server.bind(address, credentials)
        self.writer.start()
        if self.transparency:
            self.transparency.start(self._server.announce_sealing)
        self._server.start()
        return port

    def stop(self, grace_s: float) -> None:
        """Takes no new call, lets those under way end within the grace, writes and seals what waits, and closes."""
        self._server.stop(grace_s)
        self.writer.drain(grace_s)
        if self.transparency:
            self.transparency.stop(grace_s)
        self.recorder.close()
