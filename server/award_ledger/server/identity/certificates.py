"""Certificates of callers: the names in them, and whether they have been revoked (RFC 5280).

gRPC verifies the chain when the connection is made. What may change later is looked at in every call: validity, and the
revocation lists, which gRPC for Python cannot be given. A list that is out of date is no list: nothing is believed.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from award_ledger.server.clock import Clock
from award_ledger.server.identity.people import certificate_name
from award_ledger.server.identity.refusals import CertificateRefused, IdentityRefused
from award_ledger.server.identity.watched import Watched

_URI = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Authority(NamedTuple):
    """Name and key id of an authority: one that changes its key may keep its name."""

    name: bytes
    key_id: bytes


@dataclass(frozen=True, slots=True)
class Certificate:
    """What of a client's certificate matters. Its subject does not: a name there proves nothing.

    `thumbprint` is the SHA-256 by which a token names the certificate that it is bound to (RFC 8705, section 3.1).
    """

    names: tuple[str, ...]
    thumbprint: str
    authority: Authority
    serial: int
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class RevocationList:
    """What one authority has revoked, until it says more; `void` where the authority is itself revoked."""

    serials: frozenset[int]
    this_update: datetime
    next_update: datetime
    void: bool = False


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

    def checked(self, pem: bytes) -> Certificate:
        """What a certificate says. Raises CertificateRefused."""
        try:
            certificate = read_certificate(pem)
        except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
            raise CertificateRefused("it cannot be read") from None
        now = datetime.fromtimestamp(self._clock.now_us() // 1_000_000, UTC)
        if now > certificate.not_after:
            raise CertificateRefused(f"it expired at {certificate.not_after.isoformat()}")
        if now < certificate.not_before:
            raise CertificateRefused(f"it is not valid before {certificate.not_before.isoformat()}")
        if self._revoked:
            _require_not_revoked(certificate, self._revoked.current(), now)
        return certificate


def _require_not_revoked(certificate: Certificate, lists: Mapping[Authority, RevocationList], now: datetime) -> None:
    known = lists.get(certificate.authority)
    if known is None:
        raise CertificateRefused("there is no revocation list of its authority")
    if known.void:
        raise CertificateRefused("its authority has been revoked")
    if now > known.next_update:
        raise CertificateRefused(f"the revocation list of its authority ended at {known.next_update.isoformat()}")
    if certificate.serial in known.serials:
        raise CertificateRefused("it has been revoked")


@lru_cache(maxsize=4_096)
def read_certificate(pem: bytes) -> Certificate:
    """What a certificate says. Raises ValueError, DuplicateExtension or UnsupportedGeneralNameType."""
    found = x509.load_pem_x509_certificate(pem)
    return Certificate(
        _names(found),
        base64.urlsafe_b64encode(found.fingerprint(SHA256())).rstrip(b"=").decode(),
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
        # A URI such as `email:li@kjt` would pass for a name of another kind, of which its authority may be less sure.
        *(uri for uri in alternatives.get_values_for_type(x509.UniformResourceIdentifier) if _URI.match(uri)),
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
    """The lists in a PEM file by authority, of each its newest. Raises IdentityRefused, OSError."""
    known = _certificates(authorities)
    lists: dict[Authority, RevocationList] = {}
    for pem in _lists(revocation_file.read_bytes()):
        try:
            signer, read = _read_list(pem, known)
        except ValueError as wrong:
            raise IdentityRefused(f"{revocation_file}: {wrong}") from None
        if signer not in lists or lists[signer].this_update < read.this_update:
            lists[signer] = read
    if not lists:
        raise IdentityRefused(f"{revocation_file} is not a list of revoked certificates in PEM")
    for revoked in _revoked_authorities(known, lists):
        if revoked in lists:
            lists[revoked] = replace(lists[revoked], void=True)
    return lists


def _read_list(pem: bytes, authorities: list[x509.Certificate]) -> tuple[Authority, RevocationList]:
    """A list and whose it is. Raises ValueError."""
    try:
        found = x509.load_pem_x509_crl(pem)
        critical = [extension.oid.dotted_string for extension in found.extensions if extension.critical]
    except (ValueError, x509.DuplicateExtension):
        raise ValueError("is not a list of revoked certificates in PEM") from None
    signer = next((authority for authority in authorities if _signed(found, authority)), None)
    if signer is None:
        raise ValueError("a list is not signed by one of the authorities")
    if found.next_update_utc is None:
        raise ValueError("a list does not say when the next one comes")
    if critical:  # a part of a list, or what changed since another: whoever is not in it may be revoked all the same
        raise ValueError(f"a list is not a whole one: it has the critical extension {', '.join(critical)}")
    serials = frozenset(entry.serial_number for entry in found)
    return _authority(signer), RevocationList(serials, found.last_update_utc, found.next_update_utc)


def _revoked_authorities(
    authorities: list[x509.Certificate], lists: Mapping[Authority, RevocationList]
) -> Iterator[Authority]:
    """Those that another has revoked, and those below them: gRPC does not tell through whom it trusts a caller."""
    above = {
        _authority(found): Authority(found.issuer.public_bytes(), _key_id_of_authority(found)) for found in authorities
    }
    revoked = {
        _authority(found)
        for found in authorities
        if (listed := lists.get(above[_authority(found)])) and found.serial_number in listed.serials
    }
    for authority in above:
        chain = [authority]
        while (higher := above.get(chain[-1])) and higher not in chain:
            chain.append(higher)
        if not revoked.isdisjoint(chain):
            yield authority


def _authority(certificate: x509.Certificate) -> Authority:
    return Authority(certificate.subject.public_bytes(), _key_id(certificate))


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
