"""Keys that verify tokens: a JWK set in a file, or at the address that OIDC discovery names (RFC 7517).

A key that is not known is asked for again, but seldom: whoever invents key ids must not make this server call the
issuer. Without keys nothing is believed.
"""

import ipaddress
import json
import logging
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import urlsplit

from award_ledger.server.identity.people import Issuer
from award_ledger.server.identity.refusals import IdentityRefused, IssuerUnreachable
from award_ledger.server.identity.watched import Watched

_LOG = logging.getLogger(__name__)

Keys = tuple[Mapping[str, Any], ...]

FETCH_TIMEOUT_S = 5.0
MOST_BYTES = 1024 * 1024
FRESH_S, USABLE_S = 3_600.0, 86_400.0
"""Keys are asked for again after the first; where that fails they are believed until the second has passed."""
BETWEEN_FETCHES_S = 30.0


class KeySet(Protocol):
    """The keys of one issuer."""

    def keys(self, kid: str | None) -> Keys:
        """The keys that a token with this key id may be signed by. Raises IssuerUnreachable."""
        ...


class FileKeys:
    """A JWK set in a file, read again when it changes."""

    def __init__(self, path: Path) -> None:
        """Raises IdentityRefused."""
        self._watched = Watched([path], lambda: parse_key_set(path.read_bytes(), str(path)))

    def keys(self, kid: str | None) -> Keys:
        return _named(self._watched.current(), kid)


class DiscoveredKeys:
    """The JWK set of an OIDC provider, kept for an hour."""

    def __init__(
        self, issuer: str, ca_file: Path | None = None, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        """`ca_file`: who signed the provider's certificate; default: whom this machine trusts.

        Raises IdentityRefused.
        """
        if not _may_be_fetched(issuer):
            raise IdentityRefused(f"{issuer}: discovery needs https, or http on this machine")
        self._issuer, self._monotonic_s = issuer, monotonic_s
        self._opener = _opener(ca_file)
        self._lock = threading.Lock()
        self._keys: Keys = ()
        self._fetched_s = self._tried_s = float("-inf")

    def keys(self, kid: str | None) -> Keys:
        if self._monotonic_s() - self._fetched_s > FRESH_S or not _named(self._keys, kid):
            self._fetch_seldom(kid)
        if self._monotonic_s() - self._fetched_s > USABLE_S:
            raise IssuerUnreachable(self._issuer)
        return _named(self._keys, kid)

    def _fetch_seldom(self, kid: str | None) -> None:
        """One thread asks; those who have keys do not wait for it."""
        usable = bool(_named(self._keys, kid)) and self._monotonic_s() - self._fetched_s <= USABLE_S
        if not self._lock.acquire(blocking=not usable):
            return
        try:
            if self._monotonic_s() - self._tried_s < BETWEEN_FETCHES_S:
                return
            self._tried_s = self._monotonic_s()
            self._keys = self._fetch()
            self._fetched_s = self._monotonic_s()
        except (OSError, HTTPException, ValueError, IdentityRefused) as error:
            _LOG.warning("the keys of %s cannot be had: %s: %s", self._issuer, type(error).__name__, error)
        finally:
            self._lock.release()

    def _fetch(self) -> Keys:
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        document = json.loads(self._get(address))
        if not isinstance(document, dict) or document.get("issuer") != self._issuer:
            raise IdentityRefused("what discovery found is of another issuer")
        keys_at = document.get("jwks_uri")
        if not isinstance(keys_at, str) or not _may_be_fetched(keys_at):
            raise IdentityRefused("discovery names no jwks_uri with https")
        return parse_key_set(self._get(keys_at), keys_at)

    def _get(self, address: str) -> bytes:
        request = urllib.request.Request(address, headers={"Accept": "application/json"})  # noqa: S310  # checked: https
        with self._opener.open(request, timeout=FETCH_TIMEOUT_S) as answer:
            body: bytes = answer.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise IdentityRefused(f"{address} answers more than {MOST_BYTES} bytes")
        return body


def key_set_of(issuer: Issuer, folder: Path) -> KeySet:
    """The keys of an issuer; names of files are beside the identity file. Raises IdentityRefused."""
    if issuer.keys_file:
        return FileKeys(folder / issuer.keys_file)
    return DiscoveredKeys(issuer.issuer, folder / issuer.ca_file if issuer.ca_file else None)


def parse_key_set(data: bytes, source: str) -> Keys:
    """The public keys for signatures in a JWK set. Raises IdentityRefused."""
    try:
        found = json.loads(data)
        keys = found["keys"]
        usable = tuple(key for key in keys if key["kty"] in {"RSA", "EC", "OKP"} and key.get("use", "sig") == "sig")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise IdentityRefused(f"{source} is not a JWK set") from None
    if any("d" in key for key in usable):
        raise IdentityRefused(f"{source} holds a private key; a key set is for public ones")
    if not usable:
        raise IdentityRefused(f"{source} holds no public key for signatures")
    return usable


def _named(keys: Keys, kid: str | None) -> Keys:
    """A token without key id may be signed by any; the algorithm leaves few."""
    return tuple(key for key in keys if kid is None or key.get("kid") == kid)


def _may_be_fetched(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _opener(ca_file: Path | None) -> urllib.request.OpenerDirector:
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:
        raise IdentityRefused(f"{ca_file} cannot be read: {error.strerror or error}") from None
    return urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=context))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead anywhere, to plain http or into this network."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        return None
