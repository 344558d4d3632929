"""A certificate authority and an issuer of tokens for development, in one folder, made and renewed by one command.

Whoever can read the folder can be anybody, so this is not for real money. What it makes has the forms of production:
certificates with SPIFFE ids, a revocation list, a JWK set, the identity file, profiles for the clients,
and a key for the vault.
"""

import ipaddress
import json
import os
import re
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from award_ledger.server.clock import Clock
from award_ledger.server.identity.refusals import IdentityRefused
from award_ledger.server.private_files import create_private, replace_private

ISSUER = "https://development.award-ledger.invalid"
AUDIENCE = "award-ledger"

_PERSON = re.compile(r"([a-z0-9][a-z0-9._-]*)@([a-z0-9][a-z0-9.-]*)")
_AUTHORITY_DAYS = 3_650
_TOKEN_S = 43_200
_REVOKED_TOKENS = "revoked-tokens.txt"
_THIS_MACHINE, _USUAL_PORT = ("localhost", "127.0.0.1"), 50_051
_EARLIER = timedelta(minutes=5)
"""Certificates are valid a little before they are made: clocks differ."""


class DevelopmentAuthority:
    """What is in one folder. Raises IdentityRefused where a file there is not what it should be."""

    def __init__(self, folder: Path, clock: Clock, days: int = 30) -> None:
        self.folder = folder
        self._now = datetime.fromtimestamp(clock.now_us() // 1_000_000, UTC)
        self._valid = timedelta(days=days)
        self._people = folder / "people"
        self._people.mkdir(parents=True, exist_ok=True)
        self._key = self._kept_key("authority.key")
        self._certificate = self._authority()
        create_private(folder / "vault.key", f"{os.urandom(32).hex()}\n".encode())  # one that is there stays

    def hosts(self) -> list[str]:
        """Names and addresses of the server, according to its certificate; this machine's, where there is none."""
        path = self.folder / "server.pem"
        if not path.exists():
            return list(_THIS_MACHINE)
        found = x509.load_pem_x509_certificate(path.read_bytes()).extensions
        names = found.get_extension_for_class(x509.SubjectAlternativeName).value
        return [str(name.value) for name in names]

    def port(self) -> int:
        """The port in the clients' profiles; the usual one, where there are none."""
        path = self.folder / "profiles.toml"
        known = tomllib.loads(path.read_text("utf-8")).get("profiles", {}) if path.exists() else {}
        return next((int(profile["server"].rpartition(":")[2]) for profile in known.values()), _USUAL_PORT)

    def renew_server(self, hosts: Sequence[str]) -> None:
        """A new key and certificate for the server, put in the place of the old ones."""
        names: list[x509.GeneralName] = [_host(host) for host in hosts]
        self._issue(self.folder / "server", "award-ledger server", names, ExtendedKeyUsageOID.SERVER_AUTH)

    def renew_person(self, principal: str) -> None:
        """A new key, certificate and token for a person. Raises IdentityRefused for what is not `name@department`."""
        spiffe = x509.UniformResourceIdentifier(spiffe_id(principal))
        self._issue(self._people / principal, principal, [spiffe], ExtendedKeyUsageOID.CLIENT_AUTH)
        replace_private(self._people / f"{principal}.token", f"{self.token(principal)}\n".encode())

    def token(self, principal: str) -> str:
        """A token that says so, valid for half a day."""
        key = self._kept_key("tokens.key")
        now_s = int(self._now.timestamp())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": principal, "iat": now_s, "exp": now_s + _TOKEN_S}
        claims["jti"] = str(uuid4())
        return jwt.encode(claims, key, algorithm="ES256", headers={"kid": _kid(key)})

    def revoke(self, principals: Sequence[str]) -> None:
        """Writes the lists of revoked certificates and tokens anew, with these people's present ones added."""
        path = self.folder / "revoked.pem"
        serials: set[int] = set()
        if path.exists():
            serials |= {entry.serial_number for entry in x509.load_pem_x509_crl(path.read_bytes())}
        for principal in principals:
            certificate = self._people / f"{principal}.pem"
            if not certificate.exists():
                raise IdentityRefused(f"{principal} has no certificate in {self._people}")
            serials.add(x509.load_pem_x509_certificate(certificate.read_bytes()).serial_number)
        builder = x509.CertificateRevocationListBuilder(
            issuer_name=self._certificate.subject, last_update=self._now, next_update=self._now + self._valid
        )
        for serial in sorted(serials):
            revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(self._now).build()
            builder = builder.add_revoked_certificate(revoked)
        replace_private(path, builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM))
        self._revoke_tokens(principals)

    def _revoke_tokens(self, principals: Sequence[str]) -> None:
        path = self.folder / _REVOKED_TOKENS
        lines = path.read_text("utf-8").splitlines() if path.exists() else ["# Ids (jti) of tokens that count no more."]
        for principal in principals:
            token = (self._people / f"{principal}.token").read_text("utf-8").strip()
            lines.append(jwt.decode(token, options={"verify_signature": False}).get("jti", ""))
        replace_private(path, "".join(f"{line}\n" for line in lines if line).encode())

    def write_identity_file(self, port: int, host: str) -> None:
        """The JWK set, the identity file and the clients' profiles, for all people who have a certificate here."""
        key = self._kept_key("tokens.key")
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
        key_set = {"keys": [{**public, "kid": _kid(key), "alg": "ES256", "use": "sig"}]}
        replace_private(self.folder / "tokens.jwks.json", f"{json.dumps(key_set, indent=2)}\n".encode())
        people = sorted(path.name.removesuffix(".pem") for path in self._people.glob("*@*.pem"))
        replace_private(self.folder / "identity.toml", _identity_file(people).encode())
        replace_private(self.folder / "profiles.toml", _profiles(people, host, port).encode())

    def _authority(self) -> x509.Certificate:
        path = self.folder / "authority.pem"
        if path.exists():
            return x509.load_pem_x509_certificate(path.read_bytes())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "award-ledger development authority")])
        public = self._key.public_key()
        certificate = (
            x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - _EARLIER)
            .not_valid_after(self._now + timedelta(days=_AUTHORITY_DAYS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(authority=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self._key, SHA256())
        )
        replace_private(path, certificate.public_bytes(Encoding.PEM))
        return certificate

    def _issue(self, stem: Path, common_name: str, names: list[x509.GeneralName], use: x509.ObjectIdentifier) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        public = self._key.public_key()
        certificate = (
            x509.CertificateBuilder(
                issuer_name=self._certificate.subject,
                subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])]),
                public_key=key.public_key(),
            )
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - _EARLIER)
            .not_valid_after(self._now + self._valid)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
            .sign(self._key, SHA256())
        )
        # The key first: a server that reads between the two sees a pair that does not fit, and keeps what it has.
        replace_private(stem.with_name(f"{stem.name}.key"), _pem(key))
        replace_private(stem.with_name(f"{stem.name}.pem"), certificate.public_bytes(Encoding.PEM))

    def _kept_key(self, name: str) -> ec.EllipticCurvePrivateKey:
        path = self.folder / name
        create_private(path, _pem(ec.generate_private_key(ec.SECP256R1())))  # one that is there stays
        try:
            key = load_pem_private_key(path.read_bytes(), None)
        except ValueError:
            raise IdentityRefused(f"{path} is not a private key in PEM") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise IdentityRefused(f"{path} is not a key on an elliptic curve")
        return key


def spiffe_id(principal: str) -> str:
    """The SPIFFE id of a person here. Raises IdentityRefused for what is not `name@department` in plain letters."""
    match = _PERSON.fullmatch(principal)
    if not match:
        raise IdentityRefused(f"{principal!r} is not name@department in small letters, digits, dots and hyphens")
    return f"spiffe://development.award-ledger.invalid/{match[2]}/{match[1]}"


def _identity_file(people: Sequence[str]) -> str:
    text = f"""\
# Who is who, for development. Made by `award-ledger-server keys`.
[[issuers]]
issuer = "{ISSUER}"
audience = "{AUDIENCE}"
keys_file = "tokens.jwks.json"
revoked_tokens_file = "{_REVOKED_TOKENS}"
algorithms = ["ES256"]
"""
    for person in people:
        text += f"""
[[principals]]
name = "{person}"
certificates = ["{spiffe_id(person)}"]
tokens = [{{ issuer = "{ISSUER}", subject = "{person}" }}]
"""
    return text


def _profiles(people: Sequence[str], host: str, port: int) -> str:
    text = "# Profiles of the command line, for development. Made by `award-ledger-server keys`.\n"
    for person in people:
        text += f"""
[profiles."{person}"]
server = "{host}:{port}"
authorities_file = "authority.pem"
certificate_file = "people/{person}.pem"
key_file = "people/{person}.key"
"""
    return text


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _kid(key: ec.EllipticCurvePrivateKey) -> str:
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest.hex()


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
