"""Identity as the settings ask for it: who is believed, over which connection, and keys for development."""

import argparse
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

import grpc

from award_ledger.server.clock import Clock, SystemClock
from award_ledger.server.configuration import is_local
from award_ledger.server.identity.certificates import CertificateCheck
from award_ledger.server.identity.development_authority import DevelopmentAuthority
from award_ledger.server.identity.proof import Proof
from award_ledger.server.identity.refusals import IdentityRefused
from award_ledger.server.identity.tls import TlsFiles, server_credentials
from award_ledger.server.rpc.interceptors.allowances import CallerLimits
from award_ledger.server.rpc.interceptors.identity import Authenticator, DevelopmentIdentity, ProvenIdentity
from award_ledger.server.rpc.interceptors.patience import Longest
from award_ledger.server.rpc.serving import ServingLimits

_LOG = logging.getLogger("award_ledger.server")

_DEVELOPMENT_WARNING = """\
****************************************************************************
*  DEVELOPMENT MODE: whoever calls is believed to be who they say.         *
*  Nothing recorded here proves who decided. Never use it for real money.  *
*  开发模式:不核验调用者身份,切勿用于真实资金。                           *
****************************************************************************"""


@dataclass(frozen=True)
class Doors:
    """Who is believed, and how each address is secured; None is plain text. `tokens_at` is empty for one address."""

    authenticator: Authenticator
    credentials: grpc.ServerCredentials | None
    tokens_at: str = ""
    tokens_credentials: grpc.ServerCredentials | None = None


def doors(given: argparse.Namespace, clock: Clock | None = None) -> Doors:
    """What `serve` is asked for. Raises IdentityRefused where that lets in whoever comes, or is read on the way."""
    credentials, tokens_credentials = _credentials(given)
    if given.listen_tokens and tokens_credentials is None:
        raise IdentityRefused("--listen-tokens needs --tls-certificate-file and --tls-key-file")
    if given.development:
        _require_local(given, credentials)
        sys.stderr.write(f"{_DEVELOPMENT_WARNING}\n")
        _LOG.warning("development mode: whoever calls is believed")
        return Doors(DevelopmentIdentity(), credentials, given.listen_tokens, tokens_credentials)
    if not given.identity_file:
        raise IdentityRefused(
            "nobody could call: name the file that says who is who by --identity-file. `award-ledger-server keys`"
            " makes one to try, with all that it needs; --development believes whoever calls."
        )
    if credentials is None:
        _require_plaintext_is_meant(given)
    proof = Proof(Path(given.identity_file), _certificate_check(given, clock or SystemClock()), clock or SystemClock())
    return Doors(ProvenIdentity(proof), credentials, given.listen_tokens, tokens_credentials)


def serving_limits(given: argparse.Namespace) -> ServingLimits:
    """Limits of the server. Names that are only believed have none of their own, and may see the contract."""
    caller = CallerLimits(given.caller_rate, given.caller_calls, given.caller_streams, given.caller_rows)
    return ServingLimits(
        given.threads,
        given.followers,
        given.calls,
        given.message_bytes,
        caller=None if given.development else caller,
        longest=Longest(given.call_s, given.stream_s, given.request_s),
        reflection=given.development,
    )


def make_keys(given: argparse.Namespace, clock: Clock | None = None) -> list[str]:
    """The folder of `keys`, made or renewed; what to do with it. Raises IdentityRefused."""
    folder = Path(given.folder)
    hosts, people, revoked = (_listed(text) for text in (given.host, given.people, given.revoke))
    if given.port and not (given.port.isdecimal() and 0 < int(given.port) < 65_536):
        raise IdentityRefused(f"--port is a number from 1 to 65535, not {given.port}")
    try:
        authority = DevelopmentAuthority(folder, clock or SystemClock(), given.days)
        authority.revoke(revoked)
        port = int(given.port) if given.port else authority.port()
        hosts = hosts or authority.hosts()
        authority.renew_server(hosts)
        for person in people:
            authority.renew_person(person)
        authority.write_identity_file(port, hosts[0])
    except OSError as error:
        raise IdentityRefused(f"{error.filename or folder} cannot be written: {error.strerror}") from None
    flags = (
        f"--identity-file {folder}/identity.toml --tls-certificate-file {folder}/server.pem"
        f" --tls-key-file {folder}/server.key --client-authorities-file {folder}/authority.pem"
        f" --revocation-file {folder}/revoked.pem --vault-key-file {folder}/vault.key"
    )
    return [
        f"keys for development are in {folder}; whoever reads them can be anybody: never for real money",
        f"server: {flags}",
        f"people: AWARD_LEDGER_PROFILES={folder}/profiles.toml award-ledger --profile NAME@DEPARTMENT ...",
    ]


def _credentials(
    given: argparse.Namespace,
) -> tuple[grpc.ServerCredentials | None, grpc.ServerCredentials | None]:
    """Of the address itself, and of that for tokens alone."""
    certificate, key = given.tls_certificate_file, given.tls_key_file
    if bool(certificate) != bool(key):
        raise IdentityRefused("--tls-certificate-file and --tls-key-file need each other")
    if not certificate:
        if given.client_authorities_file:
            raise IdentityRefused("--client-authorities-file needs --tls-certificate-file and --tls-key-file")
        return None, None
    files = TlsFiles(Path(certificate), Path(key))
    of_clients = Path(given.client_authorities_file) if given.client_authorities_file else None
    tokens_alone = server_credentials(files) if given.listen_tokens else None
    return server_credentials(files._replace(client_authorities=of_clients)), tokens_alone


def _certificate_check(given: argparse.Namespace, clock: Clock) -> CertificateCheck:
    if not given.revocation_file:
        return CertificateCheck(clock)
    if not given.client_authorities_file:
        raise IdentityRefused("--revocation-file needs --client-authorities-file, which signs it")
    return CertificateCheck(clock, Path(given.revocation_file), Path(given.client_authorities_file))


def _require_local(given: argparse.Namespace, credentials: grpc.ServerCredentials | None) -> None:
    for address in filter(None, (given.listen, given.listen_tokens)):
        if is_local(address):
            continue
        if not given.development_on_network:
            raise IdentityRefused(
                f"development mode believes whoever calls, so it listens on this machine alone, not on {address}."
                " Listen on 127.0.0.1, or say --development-on-network."
            )
        if credentials is None:
            raise IdentityRefused(
                f"plain text does not leave this machine: to listen on {address}, name --tls-certificate-file"
                " and --tls-key-file, or listen on 127.0.0.1."
            )


def _require_plaintext_is_meant(given: argparse.Namespace) -> None:
    if not given.insecure_plaintext_on_loopback:
        raise IdentityRefused(
            "without encryption, tokens and data could be read on the way: name --tls-certificate-file and"
            " --tls-key-file, or, on this machine alone, say --insecure-plaintext-on-loopback."
        )
    if not is_local(given.listen):
        raise IdentityRefused(f"plain text does not leave this machine: listen on 127.0.0.1, not on {given.listen}.")
    _LOG.warning("plain text on %s: whoever listens on this machine reads tokens and data", given.listen)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
