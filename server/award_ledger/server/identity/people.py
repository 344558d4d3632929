"""The file that says who is who: which certificates and tokens are whose, and which issuers of tokens are believed.

One person is one principal, however many certificates and tokens they have. The file holds no secret.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from award_ledger.server.identity.refusals import CertificateRefused, IdentityRefused, PrincipalUnknown, TokenRefused

LONGEST_NAME = 200
ALGORITHMS = ("RS256", "ES256", "EdDSA")

_CLAIMED_NAME = re.compile(r"[^\s@]+")
_CERTIFICATE_NAME = re.compile(r"(dns|email):\S+|[a-z][a-z0-9+.-]*://\S+")

NOBODY = "it is nobody's here"
_OFF = "its principal is switched off"


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file."""


class Issuer(_Entry, frozen=True, kw_only=True):
    """Who issues tokens. Its keys are in `keys_file`, or found by OIDC discovery.

    With `name_claim` and `department` its people need no entry each: the claim's value `zhang` is
    `zhang@DEPARTMENT`. The issuer then answers for that claim: it must be unique there, and never be given to
    another person. `revoked_tokens_file` lists the ids (`jti`) of tokens that count no more, one a line.
    """

    issuer: str
    audience: str
    keys_file: str = ""
    revoked_tokens_file: str = ""
    ca_file: str = ""
    algorithms: tuple[str, ...] = ALGORITHMS
    clock_skew_s: int = 60
    longest_s: int = 86_400
    name_claim: str = ""
    department: str = ""


class TokenOf(_Entry, frozen=True, kw_only=True):
    """Whose tokens: issuer and subject."""

    issuer: str
    subject: str


class Person(_Entry, frozen=True, kw_only=True):
    """A principal, its certificates and its tokens. `disabled` cuts it off, whatever it proves.

    Tokens that were issued before `tokens_since` count no more.
    """

    name: str
    certificates: tuple[str, ...] = ()
    tokens: tuple[TokenOf, ...] = ()
    tokens_since: datetime | None = None
    disabled: bool = False


class IdentityFile(_Entry, frozen=True, kw_only=True):
    """The file as it is written."""

    issuers: tuple[Issuer, ...] = ()
    principals: tuple[Person, ...] = ()


def canonical(name: str) -> str:
    """The one form of a name: width, case and repeated spaces do not make another person."""
    # A few letters take a second round: folded, they compose anew.
    for _ in range(2):
        name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(name.split())


class People:
    """Who is who. Raises IdentityRefused where the file contradicts itself."""

    def __init__(self, file: IdentityFile) -> None:
        self.issuers: Mapping[str, Issuer] = {issuer.issuer: _checked(issuer) for issuer in file.issuers}
        if len(self.issuers) != len(file.issuers):
            raise IdentityRefused("an issuer is there twice")
        departments = [canonical(issuer.department) for issuer in self.issuers.values() if issuer.department]
        if len(set(departments)) != len(departments):
            raise IdentityRefused("two issuers name the people of one department: one's zhang could be the other's")
        self._of_certificate: dict[str, str] = {}
        self._of_token: dict[tuple[str, str], str] = {}
        self._disabled: set[str] = set()
        self._tokens_since: dict[str, datetime] = {}
        for person in file.principals:
            self._add(person)

    def holder(self, names: tuple[str, ...]) -> str | None:
        """The principal of a certificate with these names, None if it is nobody's.

        Raises CertificateRefused, PrincipalUnknown for a principal that is switched off.
        """
        found = {self._of_certificate[name] for name in names if name in self._of_certificate}
        if len(found) > 1:
            raise CertificateRefused("its names belong to several people")
        return self._enabled(found.pop(), shown(names)) if found else None

    def of_token(self, issuer: Issuer, claims: Mapping[str, Any]) -> str:
        """The principal of a verified token. Raises TokenRefused, PrincipalUnknown."""
        subject = str(claims["sub"])
        proven = f"{issuer.issuer} subject {subject}"
        listed = self._of_token.get((issuer.issuer, subject))
        if listed:
            return self._of_now(listed, claims, proven)
        if not issuer.name_claim:
            raise PrincipalUnknown(proven, NOBODY)
        claimed = claims.get(issuer.name_claim)
        if not isinstance(claimed, str) or not _CLAIMED_NAME.fullmatch(canonical(claimed)):
            raise TokenRefused(f"its claim {issuer.name_claim} is not a name without spaces and @")
        name = canonical(f"{claimed}@{issuer.department}")
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise TokenRefused(f"its claim {issuer.name_claim} is too long, or cannot be printed")
        return self._of_now(name, claims, proven)

    def _of_now(self, name: str, claims: Mapping[str, Any], proven: str) -> str:
        since = self._tokens_since.get(name)
        if since is not None and claims.get("iat", 0) < since.timestamp():
            raise TokenRefused(f"tokens of before {since.isoformat()} count no more; log in again")
        return self._enabled(name, proven)

    def _enabled(self, name: str, proven: str) -> str:
        if name in self._disabled:
            raise PrincipalUnknown(proven, _OFF)
        return name

    def _add(self, person: Person) -> None:
        name = canonical(person.name)
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise IdentityRefused(f"{person.name!r} is not a printable name of at most {LONGEST_NAME} letters")
        if person.disabled:
            self._disabled.add(name)
        if person.tokens_since is not None:
            if person.tokens_since.tzinfo is None:
                raise IdentityRefused(f"tokens_since of {name} needs an offset, such as 2025-05-03T08:00:00+08:00")
            self._tokens_since[name] = max(person.tokens_since, self._tokens_since.get(name, person.tokens_since))
        for certificate in person.certificates:
            if not _CERTIFICATE_NAME.fullmatch(certificate):
                raise IdentityRefused(
                    f"certificate name {certificate!r} of {name} is neither spiffe://…, another URI, dns:… nor email:…"
                )
            if self._of_certificate.setdefault(certificate_name(certificate), name) != name:
                raise IdentityRefused(f"certificate name {certificate} is {name}'s and another's too")
        for token in person.tokens:
            if token.issuer not in self.issuers:
                raise IdentityRefused(f"{name} has tokens of {token.issuer}, which is not among the issuers")
            if self._of_token.setdefault((token.issuer, token.subject), name) != name:
                raise IdentityRefused(f"subject {token.subject} of {token.issuer} is {name}'s and another's too")


def shown(names: tuple[str, ...]) -> str:
    """The names of a certificate as a refusal tells them."""
    return ", ".join(names) or "a certificate without a name (URI, DNS or e-mail)"


def certificate_name(name: str) -> str:
    """One form for names whose case means nothing: of hosts and e-mail addresses."""
    return name.lower() if name.startswith(("dns:", "email:")) else name


def read_people(path: Path) -> People:
    """Who is who, according to a TOML file. Raises IdentityRefused, OSError."""
    try:
        return People(msgspec.toml.decode(path.read_bytes(), type=IdentityFile))
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as wrong:
        raise IdentityRefused(f"{path}: {wrong}") from None
    except IdentityRefused as wrong:
        raise IdentityRefused(f"{path}: {wrong}") from None


def _checked(issuer: Issuer) -> Issuer:
    if unknown := set(issuer.algorithms) - set(ALGORITHMS):
        raise IdentityRefused(f"{issuer.issuer}: {', '.join(sorted(unknown))} is none of {', '.join(ALGORITHMS)}")
    if not issuer.issuer or not issuer.audience or not issuer.algorithms:
        raise IdentityRefused(f"issuer {issuer.issuer!r} needs a name, an audience and an algorithm")
    if bool(issuer.name_claim) != bool(issuer.department):
        raise IdentityRefused(f"{issuer.issuer}: name_claim and department need each other")
    if issuer.department and not _CLAIMED_NAME.fullmatch(issuer.department):
        raise IdentityRefused(f"{issuer.issuer}: a department is a code without spaces and @")
    if not 0 <= issuer.clock_skew_s <= 300 or issuer.longest_s < 1:
        raise IdentityRefused(f"{issuer.issuer}: clock_skew_s is 0 to 300 seconds, longest_s at least 1")
    return issuer
