"""Logging in at an OpenID provider from a terminal: the device authorization grant (RFC 8628).

The person opens an address in any browser, on any device, and confirms a code; this program never sees a password.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
MOST_BYTES = 1024 * 1024
_TIMEOUT_S = 10
_LONGEST_WAIT_S = 60


class LoginFailed(Exception):
    """The provider said no, or could not be asked; `problem` is its own word, or says what is wrong with it."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the person does: open the address and confirm the code, within so many seconds."""

    address: str
    code: str
    seconds: int


def device_login(
    issuer: str,
    client_id: str,
    *,
    scope: str,
    wanted: str,
    invite: Callable[[Invitation], None],
    sleep: Callable[[float], None],
    ca_file: Path | None = None,
) -> str:
    """The token that the provider gives once the person has confirmed; `wanted` is access_token or id_token.

    `invite` shows the person what to do. Raises LoginFailed.
    """
    provider = _Provider(issuer, ca_file)
    begun = provider.post("device_authorization_endpoint", {"client_id": client_id, "scope": scope})
    wait_s, left_s = _seconds(begun, "interval", 5), _seconds(begun, "expires_in", 600)
    invite(
        Invitation(
            _text(begun, "verification_uri_complete") or _text(begun, "verification_uri"),
            _text(begun, "user_code"),
            left_s,
        )
    )
    asked = {"grant_type": GRANT, "device_code": _text(begun, "device_code"), "client_id": client_id}
    while left_s > 0:
        sleep(wait_s)
        left_s -= wait_s
        answer = provider.post("token_endpoint", asked)
        match answer.get("error"):
            case None:
                token = _text(answer, wanted)
                if not token:
                    raise LoginFailed(f"the provider gave no {wanted}")
                return token
            case "authorization_pending":
                continue
            case "slow_down":
                wait_s += 5
            case problem:
                raise LoginFailed(str(problem)[:100])
    raise LoginFailed("expired_token")


def expiry_s(token: str) -> int | None:
    """When a token says that it expires, in seconds since 1970; None for what is no JWT. Nothing is verified here."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return int(claims["exp"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


class _Provider:
    """An OpenID provider, found by discovery."""

    def __init__(self, issuer: str, ca_file: Path | None) -> None:
        self._opener = urllib.request.build_opener(
            _NoRedirect, urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca_file))
        )
        self._found = self._ask(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if self._found.get("issuer") != issuer:
            raise LoginFailed("what discovery found is of another issuer")

    def post(self, endpoint: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """The provider's answer, an error of its own among them."""
        address = _text(self._found, endpoint)
        if not address:
            raise LoginFailed(f"the provider has no {endpoint}")
        return self._ask(address, urllib.parse.urlencode(form).encode())

    def _ask(self, address: str, form: bytes | None = None) -> Mapping[str, Any]:
        if not _is_safe(address):
            raise LoginFailed(f"{address} is neither https nor on this machine")
        request = urllib.request.Request(address, form, {"Accept": "application/json"})  # noqa: S310  # checked above
        try:
            try:
                with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
                    body = answer.read(MOST_BYTES)
            except urllib.error.HTTPError as refused:
                body = refused.read(MOST_BYTES)
            document = json.loads(body)
        except (OSError, HTTPException, ValueError, RecursionError) as error:
            raise LoginFailed(f"{address}: {error}") from error
        if not isinstance(document, dict):
            raise LoginFailed(f"{address} does not answer as a provider does")
        return document


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead anywhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _is_safe(address: str) -> bool:
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name, "")
    return value if isinstance(value, str) else ""


def _seconds(document: Mapping[str, Any], name: str, usual: int) -> int:
    value = document.get(name, usual)
    return min(max(value, 1), 3_600 if name == "expires_in" else _LONGEST_WAIT_S) if isinstance(value, int) else usual
