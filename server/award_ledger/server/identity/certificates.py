"""Certificates of callers: the names in them, and whether they have been revoked (RFC 5280).

gRPC verifies the chain when the connection is made. What may change later is looked at in every call: validity, and the
revocation lists, which gRPC for Python cannot be given. A list that is out of date is no list: nothing is believed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509

from award_ledger.server.clock import Clock
from award_ledger.server.identity.people import certificate_name
from award_ledger.server.identity.refusals import CertificateRefused, IdentityRefused
from award_ledger.server.identity.watched import Watched


class Authority(NamedTuple):
    """Name and key id of an authority: one that changes its key may keep its name."""

    name: bytes
    key_id: bytes


@dataclass(frozen=True, slots=True)
class Certificate:
    """What of a client's certificate matters. Its subject does not: a name there proves nothing."""

    names: tuple[str, ...]
    authority: Authority
    serial: int
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class RevocationList:
    """What one authority has revoked, until it says more."""

    serials: frozenset[int]
    next_update: datetime


class CertificateCheck:
    """Believes the certificates of connections, unless they have expired or been revoked."""

    def __init__(self, clock: Clock, revocation_file: Path | None = None, authorities: Path | None = None) -> None:
        """`revocation_file`: PEM lists, each signed by one of the `authorities`. Raises IdentityRefused."""
        self._clock = clock
        self._revoked: Watched[Mapping[Authority, RevocationList]] | None = None
        if revocation_file and authorities:
            self._revoked = Watched(
                [revocation_file, authorities], lambda: read_revocation_lists(revocation_file, authorities)
            )

    def names(self, pem: bytes) -> tuple[str, ...]:
        """The names in a certificate, as the identity file writes them. Raises CertificateRefused."""
        try:
            certificate = read_certificate(pem)
        except ValueError:
            raise CertificateRefused("it cannot be read") from None
        now = datetime.fromtimestamp(self._clock.now_us() // 1_000_000, UTC)
        if now > certificate.not_after:
            raise CertificateRefused(f"it expired at {certificate.not_after.isoformat()}")
        if now < certificate.not_before:
            raise CertificateRefused(f"it is not valid before {certificate.not_before.isoformat()}")
        if self._revoked:
            _require_not_revoked(certificate, self._revoked.current(), now)
        return certificate.names


def _require_not_revoked(certificate: Certificate, lists: Mapping[Authority, RevocationList], now: datetime) -> None:
    known = lists.get(certificate.authority)
    if known is None:
        raise CertificateRefused("there is no revocation list of its authority")
    if now > known.next_update:
        raise CertificateRefused(f"the revocation list of its authority ended at {known.next_update.isoformat()}")
    if certificate.serial in known.serials:
        raise CertificateRefused("it has been revoked")


@lru_cache(maxsize=4_096)
def read_certificate(pem: bytes) -> Certificate:
    """What a certificate says. Raises ValueError."""
    found = x509.load_pem_x509_certificate(pem)
    return Certificate(
        _names(found),
        Authority(found.issuer.public_bytes(), _key_id_of_authority(found)),
        found.serial_number,
        found.not_valid_before_utc,
        found.not_valid_after_utc,
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return (
        *alternatives.get_values_for_type(x509.UniformResourceIdentifier),
        *(certificate_name(f"dns:{name}") for name in alternatives.get_values_for_type(x509.DNSName)),
        *(certificate_name(f"email:{name}") for name in alternatives.get_values_for_type(x509.RFC822Name)),
    )


def _key_id_of_authority(certificate: x509.Certificate) -> bytes:
    try:
        signed_by = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    except x509.ExtensionNotFound:
        return b""
    return signed_by.key_identifier or b""


def _key_id(authority: x509.Certificate) -> bytes:
    try:
        return authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return x509.SubjectKeyIdentifier.from_public_key(authority.public_key()).digest


def read_revocation_lists(revocation_file: Path, authorities: Path) -> Mapping[Authority, RevocationList]:
    """The lists in a PEM file by the authority that signed them. Raises IdentityRefused, OSError."""
    known = _certificates(authorities)
    lists: dict[Authority, RevocationList] = {}
    for pem in _lists(revocation_file.read_bytes()):
        try:
            found = x509.load_pem_x509_crl(pem)
        except ValueError:
            raise IdentityRefused(f"{revocation_file} is not a list of revoked certificates in PEM") from None
        signer = next((authority for authority in known if _signed(found, authority)), None)
        if signer is None:
            raise IdentityRefused(f"{revocation_file}: a list is not signed by an authority of {authorities}")
        if found.next_update_utc is None:
            raise IdentityRefused(f"{revocation_file}: a list does not say when the next one comes")
        lists[Authority(found.issuer.public_bytes(), _key_id(signer))] = RevocationList(
            frozenset(entry.serial_number for entry in found), found.next_update_utc
        )
    if not lists:
        raise IdentityRefused(f"{revocation_file} is not a list of revoked certificates in PEM")
    return lists


def _signed(found: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    public: Any = authority.public_key()
    return found.issuer == authority.subject and found.is_signature_valid(public)


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError:
        raise IdentityRefused(f"{path} holds no certificate in PEM") from None


def _lists(data: bytes) -> list[bytes]:
    end = b"-----END X509 CRL-----"
    return [part + end for part in data.split(end)[:-1]]
