"""Signed tokens (RFC 7519, with the advice of RFC 8725): whose they are, if they are what they say.

PyJWT parses and verifies the signature; which key, which algorithm and which time are decided here, because the key
fixes the algorithm, never the token, and because time comes from the server's clock.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from award_ledger.server.clock import Clock
from award_ledger.server.identity.key_sets import KeySet
from award_ledger.server.identity.people import Issuer
from award_ledger.server.identity.refusals import TokenExpired, TokenRefused

LONGEST_TOKEN = 8_192
"""Letters; what gRPC takes as metadata is little more."""

SHORTEST_RSA_BITS = 2_048

_REQUIRED = ["iss", "aud", "sub", "exp", "iat"]
_KINDS = frozenset({"jwt", "at+jwt"})
"""Signed messages of other kinds, such as an issuer's order to log somebody out, prove nobody (RFC 8725, 3.11)."""
_FITS = {"RS256": ("RSA", None), "ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}


def issuer_claimed(token: str) -> str:
    """Who a token says has issued it: not verified. Raises TokenRefused."""
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused(f"it is longer than {LONGEST_TOKEN} letters")
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenRefused("it is not a signed JWT") from None
    return str(claims.get("iss", ""))


def verified_claims(token: str, issuer: Issuer, keys: KeySet, clock: Clock) -> Mapping[str, Any]:
    """The claims of a token that its issuer signed for this ledger and for this time.

    Raises TokenRefused, TokenExpired, IssuerUnreachable.
    """
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenRefused("it is not a signed JWT") from None
    if str(header.get("typ", "jwt")).lower().removeprefix("application/") not in _KINDS:
        raise TokenRefused("it is a token for another purpose, by its type")
    algorithm = header.get("alg")
    if algorithm not in issuer.algorithms:
        raise TokenRefused(f"it is not signed with {', '.join(issuer.algorithms)}")
    claims = _signed_claims(token, issuer, keys, algorithm, header.get("kid"))
    _require_time(claims, issuer, clock.now_us() // 1_000_000)
    return claims


def require_bound(claims: Mapping[str, Any], thumbprint: str | None) -> None:
    """A token that is bound to a key is nobody's without it (RFC 7800); `thumbprint` is the connection's certificate's.

    Raises TokenRefused.
    """
    if "cnf" not in claims:
        return
    bound = claims["cnf"]
    if not isinstance(bound, dict) or set(bound) != {"x5t#S256"}:
        raise TokenRefused("it is bound to a key in a way that this ledger cannot check")
    if bound["x5t#S256"] != thumbprint:
        raise TokenRefused("it is bound to another certificate than that of the connection")


def _signed_claims(token: str, issuer: Issuer, keys: KeySet, algorithm: str, kid: str | None) -> Mapping[str, Any]:
    for described in keys.keys(kid):
        key = _public_key(described, algorithm)
        if key is None:
            continue
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=issuer.audience,
                issuer=issuer.issuer,
                # The times are looked at below, by the server's clock.
                options={"require": _REQUIRED, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.InvalidAudienceError:
            raise TokenRefused(f"it is for another audience than {issuer.audience}") from None
        except jwt.MissingRequiredClaimError as missing:
            raise TokenRefused(f"it has no claim {missing.claim}") from None
        except (jwt.PyJWTError, ValueError):
            raise TokenRefused("its claims are malformed") from None
    raise TokenRefused("no key of its issuer has signed it")


def _public_key(described: Mapping[str, Any], algorithm: str) -> jwt.PyJWK | None:
    """The key for an algorithm that it is made for: a key never serves another algorithm."""
    kind, curve = _FITS[algorithm]
    if described["kty"] != kind or described.get("alg", algorithm) != algorithm:
        return None
    if curve and described.get("crv") != curve:
        return None
    try:
        key = jwt.PyJWK(dict(described), algorithm)
    except (jwt.PyJWTError, ValueError, KeyError, TypeError):
        return None
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < SHORTEST_RSA_BITS:
        return None
    return key


def _require_time(claims: Mapping[str, Any], issuer: Issuer, now_s: int) -> None:
    expires_s, issued_s = _instant_s(claims, "exp"), _instant_s(claims, "iat")
    if now_s >= expires_s + issuer.clock_skew_s:
        raise TokenExpired(datetime.fromtimestamp(expires_s, UTC).isoformat())
    begins_s = max(issued_s, _instant_s(claims, "nbf") if "nbf" in claims else 0)
    if now_s < begins_s - issuer.clock_skew_s:
        raise TokenRefused(f"it is not valid before {datetime.fromtimestamp(begins_s, UTC).isoformat()}")
    if expires_s - issued_s > issuer.longest_s:
        raise TokenRefused(f"it lives longer than {issuer.longest_s} seconds, which is longer than it may")


def _instant_s(claims: Mapping[str, Any], name: str) -> int:
    """Seconds since 1970; a part of a second is cut off."""
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefused(f"its claim {name} is not an instant")
    if not 0 <= value < 253_402_300_800:  # the year 10000; what is no number is refused here, too
        raise TokenRefused(f"its claim {name} is not an instant")
    return int(value)
