"""Time stamps (RFC 3161) over the text of a checkpoint: signed by an authority whose certificate the policy holds.

OpenSSL verifies signature and chain, as of the time that the stamp states; it knows of no revocation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import NamedTuple

from cryptography.x509 import BasicConstraints, Certificate, ExtensionNotFound, load_der_x509_certificate
from rfc3161_client import TimeStampResponse, VerificationError, VerifierBuilder, decode_timestamp_response

from award_ledger.clients.verification.failures import Malformed, NotVerified
from award_ledger.clients.verification.text_fields import from_base64

MAX_RESPONSE_BYTES = 256 * 1024
"""A response with a chain of certificates has some kilobytes."""


class TimestampRefused(NotVerified):
    """A time stamp is of something else, or of nobody whom the policy names."""

    check = "timestamp"


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """The log of `size` events was there `at` an instant (ISO 8601, UTC), as an authority of the policy says."""

    size: int
    authority: str
    at: str


@dataclass(frozen=True, slots=True)
class Authority:
    """Certificates of one authority: of issuers, and, where these are pinned or not sent, of who signs."""

    issuers: tuple[Certificate, ...]
    signers: tuple[Certificate, ...]

    def vouches(self, response: TimeStampResponse, text: bytes) -> str:
        """Why it does not: empty if it does."""
        why = "the policy has no certificate of an issuer"
        for signer in self.signers or (None,):
            verifier = VerifierBuilder(roots=list(self.issuers), tsa_certificate=signer).build()
            try:
                verifier.verify_message(response, text)
            except (VerificationError, ValueError) as error:
                why = str(error)
            else:
                return ""
        return why


def parse_certificate(encoded: str) -> Certificate:
    """A certificate from the base64 of its DER, as it stands in a PEM file, on one line. Raises Malformed."""
    data = from_base64("certificate", encoded)
    try:
        return load_der_x509_certificate(data)
    except ValueError as error:
        raise Malformed("certificate", f"it is no X.509 certificate: {error}") from error


def authority_of(certificates: Sequence[Certificate]) -> Authority:
    """Sorts them. Raises Malformed where none issues others: there is nothing to trust then."""
    issuers = tuple(one for one in certificates if _issues(one) or one.issuer == one.subject)
    if not issuers:
        raise Malformed("policy", "none of the certificates of a time stamping authority is that of an issuer")
    return Authority(issuers, tuple(one for one in certificates if not _issues(one)))


def verify_timestamp(response: bytes, size: int, text: bytes, authorities: Mapping[str, Authority]) -> TimeStamp:
    """What a response proves about the text of the checkpoint of a size. Raises Malformed, TimestampRefused."""
    if len(response) > MAX_RESPONSE_BYTES:
        raise Malformed("time stamp", f"it has {len(response)} bytes, more than {MAX_RESPONSE_BYTES}")
    try:
        decoded = decode_timestamp_response(_sorted_certificates(response))
        at = decoded.tst_info.gen_time.astimezone(UTC).isoformat()
    except ValueError as error:
        raise Malformed("time stamp", f"it is no RFC 3161 response: {error}") from error
    refused = []
    for name, authority in authorities.items():
        why = authority.vouches(decoded, text)
        if not why:
            return TimeStamp(size, name, at)
        refused.append(f"{name}: {why}")
    raise TimestampRefused(f"no authority of the policy says so of the log of {size}; {'; '.join(refused)}")


def _issues(certificate: Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(BasicConstraints).value.ca
    except (ExtensionNotFound, ValueError):
        return False


# OpenSSL writes a chain in its own order, where DER wants a set sorted; the decoder insists. The chain is signed by
# nobody, and in its right order it has as many bytes.

_SEQUENCE, _TAGGED = 0x30, 0xA0


class _Part(NamedTuple):
    tag: int
    start: int
    begin: int
    end: int


def _sorted_certificates(response: bytes) -> bytes:
    """The response with the certificates of its signed data in order; what is not to be found is left as it is."""
    chain = next(_within(response, 0, len(response)), None)
    for tag, place in ((_SEQUENCE, 1), (_TAGGED, 1), (_SEQUENCE, 0), (_TAGGED, 3)):
        parts = [] if chain is None else list(_within(response, chain.begin, chain.end))
        chain = parts[place] if len(parts) > place and parts[place].tag == tag else None
    if chain is None:
        return response
    certificates = sorted(response[part.start : part.end] for part in _within(response, chain.begin, chain.end))
    found = b"".join(certificates)
    return response[: chain.begin] + found + response[chain.begin + len(found) :]


def _within(data: bytes, at: int, end: int) -> Iterator[_Part]:
    """The DER values from one place to another, up to the first that is not whole."""
    while at + 2 <= end:
        begin, length = at + 2, data[at + 1]
        if length & 0x80:
            begin += length & 0x7F
            length = int.from_bytes(data[at + 2 : begin], "big")
        if begin + length > end:
            return
        yield _Part(data[at], at, begin, begin + length)
        at = begin + length
