"""Whom a call's certificate and token prove, by all of the files together."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from award_ledger.server.clock import Clock
from award_ledger.server.identity.certificates import CertificateCheck
from award_ledger.server.identity.key_sets import KeySet, key_set_of
from award_ledger.server.identity.people import NOBODY, Issuer, People, read_people, shown
from award_ledger.server.identity.refusals import CredentialsDisagree, PrincipalUnknown, TokenRefused
from award_ledger.server.identity.revoked_tokens import RevokedTokens
from award_ledger.server.identity.tokens import issuer_claimed, require_bound, verified_claims
from award_ledger.server.identity.watched import Watched


class _Known(NamedTuple):
    people: People
    keys: Mapping[str, KeySet]
    revoked: Mapping[str, RevokedTokens]


class Proof:
    """Says which principal is calling. The files are read again when they change."""

    def __init__(self, identity_file: Path, certificates: CertificateCheck, clock: Clock) -> None:
        """Raises IdentityRefused."""
        self._file, self._certificates, self._clock = identity_file, certificates, clock
        self._kept: dict[tuple[str, str, str], KeySet] = {}
        self._known = Watched([identity_file], self._read)

    def principal(self, certificate: bytes | None, token: str | None) -> str:
        """The principal of a client's certificate (PEM), of a token, or of both, which must then be one person's.

        A certificate that is nobody's may carry people's tokens: the one of a department's system. One that is
        revoked carries nothing. Raises NotProven, IssuerUnreachable.
        """
        known = self._known.current()
        shows = self._certificates.checked(certificate) if certificate else None
        names = shows.names if shows else ()
        holder = known.people.holder(names)
        if token is None:
            if holder is None:
                raise PrincipalUnknown(shown(names), NOBODY)
            return holder
        person = self._of_token(known, token, shows.thumbprint if shows else None)
        if holder not in (None, person):
            raise CredentialsDisagree(f"its certificate is of {holder}, its token of {person}")
        return person

    def _of_token(self, known: _Known, token: str, thumbprint: str | None) -> str:
        claimed = issuer_claimed(token)
        issuer = known.people.issuers.get(claimed)
        if issuer is None:
            raise TokenRefused("its issuer is not one that this ledger believes")
        claims = verified_claims(token, issuer, known.keys[issuer.issuer], self._clock)
        require_bound(claims, thumbprint)
        if issuer.issuer in known.revoked:
            known.revoked[issuer.issuer].require_not_revoked(claims)
        return known.people.of_token(issuer, claims)

    def _read(self) -> _Known:
        people, folder = read_people(self._file), self._file.parent
        return _Known(
            people,
            {name: self._keys_of(issuer) for name, issuer in people.issuers.items()},
            {
                name: RevokedTokens(folder / issuer.revoked_tokens_file)
                for name, issuer in people.issuers.items()
                if issuer.revoked_tokens_file
            },
        )

    def _keys_of(self, issuer: Issuer) -> KeySet:
        """The same keys as before the change, where the issuer's own lines did not change: fetched ones stay."""
        source = (issuer.issuer, issuer.keys_file, issuer.ca_file)
        if source not in self._kept:
            self._kept[source] = key_set_of(issuer, self._file.parent)
        return self._kept[source]
