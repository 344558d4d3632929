"""Tokens that are believed, and every way of forging one that is known: RFC 8725 lists most of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from award_ledger.server.identity.key_sets import Keys
from award_ledger.server.identity.people import Issuer
from award_ledger.server.identity.refusals import NotProven, TokenExpired, TokenRefused
from award_ledger.server.identity.tokens import LONGEST_TOKEN, issuer_claimed, require_bound, verified_claims
from tests.server.identity.issuing import AUDIENCE, ISSUER, NOW_S, Signer, SteppedClock, eddsa, es256, rs256

KJT = Issuer(issuer=ISSUER, audience=AUDIENCE)
LATER = SteppedClock()


class Given:
    """Keys that are there."""

    def __init__(self, *keys: Mapping[str, Any]) -> None:
        self._keys: Keys = keys

    def keys(self, kid: str | None) -> Keys:
        return tuple(key for key in self._keys if kid is None or key.get("kid") == kid)


@cache
def rsa_signer() -> Signer:
    """Made once: RSA keys take long to make."""
    return rs256()


@cache
def ec_signer() -> Signer:
    return es256()


def claims(token: str, *keys: Mapping[str, Any], issuer: Issuer = KJT) -> Mapping[str, Any]:
    return verified_claims(token, issuer, Given(*(keys or (ec_signer().jwk(),))), LATER)


def refused(token: str, *keys: Mapping[str, Any], issuer: Issuer = KJT) -> str:
    with pytest.raises(NotProven) as caught:
        claims(token, *keys, issuer=issuer)
    return str(caught.value)


def segment(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def forged(header: Mapping[str, Any], secret: bytes = b"") -> str:
    """A token with the claims of a good one, signed with a secret by HMAC, or not at all."""
    signing = f"{segment(header)}.{ec_signer().token().split('.')[1]}"
    signature = hmac.new(secret, signing.encode(), hashlib.sha256).digest() if secret else b""
    return f"{signing}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.mark.parametrize("make", [rsa_signer, ec_signer, eddsa])
def test_a_token_of_each_algorithm_is_believed(make: Any) -> None:
    signer: Signer = make()
    assert claims(signer.token(), signer.jwk())["sub"] == "1001"
    assert claims(signer.token(aud=["other", AUDIENCE]), signer.jwk(alg=signer.algorithm))["iss"] == ISSUER


def test_a_token_without_key_id_is_believed_if_any_key_signed_it() -> None:
    signer = es256(kid=None)
    assert claims(signer.token(), ec_signer().jwk(), rsa_signer().jwk(), signer.jwk())["sub"] == "1001"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_alg_none_is_refused(algorithm: str) -> None:
    assert "not signed with" in refused(forged({"alg": algorithm, "typ": "JWT"}))


def test_an_algorithm_that_the_issuer_does_not_use_is_refused() -> None:
    only_ec = Issuer(issuer=ISSUER, audience=AUDIENCE, algorithms=("ES256",))
    assert "not signed with ES256" in refused(rsa_signer().token(), rsa_signer().jwk(), issuer=only_ec)


def test_key_confusion_a_public_key_is_no_secret_for_hmac() -> None:
    public = rsa_signer().key.public_key()
    for encoding in (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(rsa_signer().jwk()).encode(),
    ):
        token = forged({"alg": "HS256", "kid": "k1"}, encoding)
        assert "not signed with" in refused(token, rsa_signer().jwk())
        assert "not signed with" in refused(token, {"kty": "oct", "kid": "k1", "k": "AAAA"})


def test_key_confusion_a_key_never_serves_another_algorithm() -> None:
    assert "no key" in refused(ec_signer().token(), rsa_signer().jwk())
    assert "no key" in refused(ec_signer().token(), ec_signer().jwk(alg="ES384"))
    assert "no key" in refused(ec_signer().token(), {**ec_signer().jwk(), "crv": "P-384"})
    assert "no key" in refused(forged({"alg": "RS256", "kid": "k1"}, b"x"), ec_signer().jwk())


def test_a_short_rsa_key_is_no_key() -> None:
    weak = rs256(bits=1_024)
    with pytest.warns(UserWarning, match="bits"):
        token = weak.token()
    assert "no key" in refused(token, weak.jwk())


def test_a_key_that_the_token_brings_along_is_not_used() -> None:
    stranger = es256(kid="theirs")
    token = stranger.token(header={"jwk": stranger.jwk(), "jku": "https://evil.example/jwks", "x5c": ["AAAA"]})
    assert "no key" in refused(token)


def test_a_token_of_another_key_with_the_same_id_is_refused() -> None:
    assert "no key" in refused(es256().token())


def test_a_changed_claim_breaks_the_signature() -> None:
    head, _, signature = ec_signer().token().split(".")
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "1002", "iat": NOW_S, "exp": NOW_S + 600}
    assert "no key" in refused(f"{head}.{segment(good)}.{signature}")


def test_a_critical_extension_that_nobody_knows_is_refused() -> None:
    assert refused(ec_signer().token(header={"crit": ["exp"], "exp": 1}))


def test_an_expired_token_says_when_it_expired() -> None:
    with pytest.raises(TokenExpired) as caught:
        claims(ec_signer().token(exp=NOW_S - 60))
    assert caught.value.expired_at == "2025-08-01T03:59:00+00:00"


def test_clocks_may_differ_by_the_skew_and_no_more() -> None:
    assert claims(ec_signer().token(exp=NOW_S - 59))
    assert claims(ec_signer().token(nbf=NOW_S + 60, iat=NOW_S + 60))
    assert "not valid before" in refused(ec_signer().token(nbf=NOW_S + 61))
    assert "not valid before" in refused(ec_signer().token(iat=NOW_S + 61))


def test_a_token_for_another_audience_is_refused() -> None:
    assert "another audience" in refused(ec_signer().token(aud="payroll"))
    assert "another audience" in refused(ec_signer().token(aud=["payroll", "award-ledger-2"]))


def test_a_token_of_another_issuer_is_refused_even_if_the_key_fits() -> None:
    assert "malformed" in refused(ec_signer().token(iss="https://id.czt.example"))


@pytest.mark.parametrize("claim", ["aud", "sub", "exp", "iat"])
def test_a_token_without_a_claim_that_is_needed_is_refused(claim: str) -> None:
    assert refused(ec_signer().token(without=claim))


@pytest.mark.parametrize("exp", ["soon", float("nan"), float("inf"), True, -1, 10**30, 10**400, [1], None])
def test_an_expiry_that_is_no_instant_is_refused(exp: Any) -> None:
    assert refused(ec_signer().token(exp=exp))


def test_a_token_that_lives_too_long_to_be_taken_back_is_refused() -> None:
    assert "lives longer" in refused(ec_signer().token(iat=NOW_S, exp=NOW_S + 86_401))
    assert claims(ec_signer().token(iat=NOW_S, exp=NOW_S + 86_400))


@pytest.mark.parametrize(
    "token", ["", "x", "a.b", "a.b.c", "....", "\ud83d" * 3, "eyJhbGciOiJFUzI1NiJ9.e30.", "e30.e30.e30", "[" * 5_000]
)
def test_what_is_no_token_is_refused_in_words(token: str) -> None:
    with pytest.raises(TokenRefused):
        claims(token)


def test_a_token_that_is_too_long_is_not_parsed() -> None:
    with pytest.raises(TokenRefused, match="longer"):
        issuer_claimed("a" * (LONGEST_TOKEN + 1))


def test_no_refusal_repeats_the_token() -> None:
    token = ec_signer().token(aud="payroll")
    assert token.split(".")[1] not in refused(token)
    assert token.split(".")[2] not in refused(token)


@pytest.mark.parametrize("kind", ["logout+jwt", "dpop+jwt", "secevent+jwt", "Refresh", "application/at", ["JWT"]])
def test_a_signed_message_for_another_purpose_is_refused(kind: Any) -> None:
    assert refused(ec_signer().token(header={"typ": kind}))


@pytest.mark.parametrize("kind", ["JWT", "at+jwt", "application/at+jwt", "jwt"])
def test_an_access_token_may_say_that_it_is_one(kind: str) -> None:
    assert claims(ec_signer().token(header={"typ": kind}))


def test_a_token_that_is_bound_to_a_key_is_nobodys_without_it() -> None:
    bound = {"cnf": {"x5t#S256": "abc"}}
    require_bound(bound, "abc")
    require_bound({}, None)
    for given, thumbprint in ((bound, None), (bound, "abd"), ({"cnf": {"jkt": "abc"}}, "abc"), ({"cnf": None}, "abc")):
        with pytest.raises(TokenRefused, match="bound"):
            require_bound(given, thumbprint)


def test_json_that_is_nested_without_end_is_refused_in_words() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 2_900 + b"]" * 2_900).rstrip(b"=").decode()
    for token in (f"eyJhbGciOiJFUzI1NiJ9.{deep}.AAAA", f"{deep}.e30.AAAA"):
        with pytest.raises(TokenRefused, match="not a signed JWT"):
            issuer_claimed(token)
