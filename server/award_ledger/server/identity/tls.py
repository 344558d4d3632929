"""The server's own certificate, and whose clients it takes: read again when the files change, for each new connection.

TLS 1.2 and 1.3 with forward secrecy and authenticated ciphers alone: gRPC's BoringSSL has no others unless the variable
GRPC_SSL_CIPHER_SUITES asks for them.
"""

from pathlib import Path
from typing import Any, NamedTuple

import grpc
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from award_ledger.server.identity.refusals import IdentityRefused
from award_ledger.server.identity.watched import Watched
from award_ledger.server.private_files import FileExposed, read_private


class TlsFiles(NamedTuple):
    """PEM files: certificate with its chain, key, and the authorities of clients where these need a certificate."""

    certificate: Path
    key: Path
    client_authorities: Path | None = None


def server_credentials(files: TlsFiles) -> grpc.ServerCredentials:
    """Credentials that follow their files. With authorities of clients, a client without a certificate is turned away.

    Raises IdentityRefused.
    """
    paths = [path for path in files if path is not None]
    watched = Watched(paths, lambda: _configuration(files))
    first = watched.current()
    given = [0]

    def newer() -> Any:  # None for no change, which the stubs do not know
        configuration = watched.current()
        if watched.changes == given[0]:
            return None
        given[0] = watched.changes
        return configuration

    return grpc.dynamic_ssl_server_credentials(
        first, newer, require_client_authentication=files.client_authorities is not None
    )


def _configuration(files: TlsFiles) -> grpc.ServerCertificateConfiguration:
    chain = files.certificate.read_bytes()
    try:
        key = read_private(files.key)
    except FileExposed as exposed:
        raise IdentityRefused(f"{files.key}: {exposed}; give it to the server's account with mode 0600") from None
    authorities = files.client_authorities.read_bytes() if files.client_authorities else None
    _require_pair(files, chain, key)
    if authorities is not None:
        _certificates(files.client_authorities, authorities)
    return grpc.ssl_server_certificate_configuration([(key, chain)], root_certificates=authorities)


def _require_pair(files: TlsFiles, chain: bytes, key: bytes) -> None:
    """What gRPC would only notice when a client fails to connect."""
    leaf = _certificates(files.certificate, chain)[0]
    try:
        private = load_pem_private_key(key, None)
    except (ValueError, TypeError):
        raise IdentityRefused(f"{files.key} is not a private key in PEM without a password") from None
    if private.public_key() != leaf.public_key():
        raise IdentityRefused(f"{files.key} is not the key of {files.certificate}")


def _certificates(path: Path | None, data: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError:
        raise IdentityRefused(f"{path} holds no certificate in PEM") from None
