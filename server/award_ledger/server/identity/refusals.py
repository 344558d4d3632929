"""Why a caller is not believed. Each says what the caller can do; none says anything of other callers."""

from dataclasses import dataclass

from award_ledger.domain.refusals import Refused


class NotProven(Refused):
    """Nobody stands behind the call."""


@dataclass(eq=False)
class TokenExpired(NotProven):
    expired_at: str
    reason = "TOKEN_EXPIRED"
    template = "the token expired at {expired_at}; log in again"


@dataclass(eq=False)
class TokenRefused(NotProven):
    why: str
    reason = "TOKEN_REFUSED"
    template = "the token is not accepted: {why}"


@dataclass(eq=False)
class CertificateRefused(NotProven):
    why: str
    reason = "CERTIFICATE_REFUSED"
    template = "the client certificate is not accepted: {why}"


@dataclass(eq=False)
class PrincipalUnknown(NotProven):
    """`identity` is what was proven: the names in a certificate, or issuer and subject of a token."""

    identity: str
    why: str
    reason = "PRINCIPAL_UNKNOWN"
    template = "{identity} is proven, and {why}; who runs the ledger can change that"


@dataclass(eq=False)
class CredentialsDisagree(NotProven):
    """The call says that it is two people."""

    why: str
    reason = "CREDENTIALS_DISAGREE"
    template = "the call says that it is two people: {why}"


class IssuerUnreachable(Exception):
    """The keys of an issuer of tokens are not to be had, so nothing of it can be believed now."""


class IdentityRefused(Exception):
    """Says to the operator what is wrong with the files that settle identity, and what to do."""
