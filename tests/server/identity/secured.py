"""A ledger behind mutual TLS, and callers with certificates and tokens."""

from __future__ import annotations

from pathlib import Path

import grpc

from award_ledger.server.clock import Clock
from award_ledger.server.identity.certificates import CertificateCheck
from award_ledger.server.identity.proof import Proof
from award_ledger.server.identity.tls import TlsFiles, server_credentials
from award_ledger.server.rpc.interceptors.identity import ProvenIdentity
from tests.served import Caller, Served


class Secured:
    """Its keys are in one folder. `certificates`: whether clients need one."""

    def __init__(self, url: str, folder: Path, clock: Clock, *, certificates: bool = True) -> None:
        self.folder = folder
        check = CertificateCheck(clock, folder / "revoked.pem", folder / "authority.pem")
        files = TlsFiles(
            folder / "server.pem", folder / "server.key", folder / "authority.pem" if certificates else None
        )
        self.served = Served(
            url,
            authenticator=ProvenIdentity(Proof(folder / "identity.toml", check, clock)),
            credentials=server_credentials(files),
        )
        self._channels: list[grpc.Channel] = []

    def caller(self, certificate: str = "", *, folder: Path | None = None, token: str = "", told: str = "") -> Caller:
        """Somebody with the certificate of that name, of this authority or of the one in another folder."""
        folder = folder or self.folder
        stem = folder / "people" / certificate if "@" in certificate else folder / certificate
        pair = (Path(f"{stem}.key").read_bytes(), Path(f"{stem}.pem").read_bytes()) if certificate else (None, None)
        channel = grpc.secure_channel(
            f"localhost:{self.served.port}",
            grpc.ssl_channel_credentials((self.folder / "authority.pem").read_bytes(), *pair),
            options=[("grpc.use_local_subchannel_pool", 1)],  # a connection of their own, made now
        )
        self._channels.append(channel)
        caller = Caller(channel, told)
        if token:
            caller.metadata += (("authorization", f"Bearer {token}"),)
        return caller

    def stop(self) -> None:
        for channel in self._channels:
            channel.close()
        self.served.stop()
