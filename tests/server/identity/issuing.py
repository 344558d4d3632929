"""Issuers of tokens and certificates in a test's hand, good ones and bad ones."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from award_ledger.server.clock import Clock

ISSUER, AUDIENCE = "https://id.kjt.example", "award-ledger"
NOW_S = 1_754_020_800

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass
class SteppedClock(Clock):
    """The machine's clock, or a fixed instant, and some seconds: certificates are made for the machine's day."""

    fixed_s: int | None = NOW_S
    ahead_s: int = 0

    def now_us(self) -> int:
        now_s = int(time.time()) if self.fixed_s is None else self.fixed_s
        return (now_s + self.ahead_s) * 1_000_000


@dataclass
class Signer:
    """One key of an issuer."""

    algorithm: str
    key: PrivateKey
    kid: str | None = "k1"

    def jwk(self, **more: Any) -> dict[str, Any]:
        """The public half, as a JWK set has it."""
        make: Any = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}[self.algorithm]
        named = {"kid": self.kid} if self.kid else {}
        return {**json.loads(make.to_jwk(self.key.public_key())), **named, **more}

    def token(self, *, without: str = "", header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        """A token that is good, but for the claims and header given."""
        good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "1001", "iat": NOW_S - 60, "exp": NOW_S + 600}
        said = {name: value for name, value in {**good, **claims}.items() if name != without}
        named = {"kid": self.kid} if self.kid else {}
        return jwt.encode(said, self.key, self.algorithm, headers={**named, **(header or {})})


def rs256(kid: str | None = "k1", bits: int = 2_048) -> Signer:
    return Signer("RS256", rsa.generate_private_key(65_537, bits), kid)


def es256(kid: str | None = "k1") -> Signer:
    return Signer("ES256", ec.generate_private_key(ec.SECP256R1()), kid)


def eddsa(kid: str | None = "k1") -> Signer:
    return Signer("EdDSA", ed25519.Ed25519PrivateKey.generate(), kid)


@dataclass
class Provider:
    """An OIDC provider on this machine: what it answers, and what it was asked."""

    address: str = ""
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def publishes(self, *keys: dict[str, Any], issuer: str = "", jwks_uri: str = "") -> None:
        document = {"issuer": issuer or self.address, "jwks_uri": jwks_uri or f"{self.address}/jwks"}
        self.answers["/.well-known/openid-configuration"] = (200, json.dumps(document).encode(), {})
        self.answers["/jwks"] = (200, json.dumps({"keys": keys}).encode(), {})


@contextmanager
def provider() -> Iterator[Provider]:
    """One that serves until the end of the block."""
    known = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append(self.path)
            status, body, headers = known.answers.get(self.path, (404, b"", {}))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
