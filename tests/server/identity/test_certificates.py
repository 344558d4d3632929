"""Certificates and revocation lists as careless and hostile authorities make them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from award_ledger.server.identity import certificates as module
from award_ledger.server.identity.certificates import CertificateCheck, read_certificate
from award_ledger.server.identity.refusals import CertificateRefused, IdentityRefused
from tests.server.identity.issuing import NOW_S, SteppedClock

NOW, DAY = datetime.fromtimestamp(NOW_S, UTC), timedelta(days=1)
EMAIL = "email:li@kjt.example"


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@dataclass
class Signs:
    """An authority: its own root, or below another."""

    name: str
    above: Signs | None = None
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.certificate = (self.above or self).issues(self.name, self.key)

    def issues(
        self,
        subject: str,
        key: ec.EllipticCurvePrivateKey | None = None,
        names: Sequence[x509.GeneralName] = (),
    ) -> x509.Certificate:
        public = (key or ec.generate_private_key(ec.SECP256R1())).public_key()
        built = (
            x509.CertificateBuilder(issuer_name=named(self.name), subject_name=named(subject), public_key=public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - DAY)
            .not_valid_after(NOW + DAY)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        if names:
            built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return built.sign(self.key, SHA256())

    def revokes(
        self, *revoked: x509.Certificate, since: datetime = NOW, extension: x509.ExtensionType | None = None
    ) -> bytes:
        """Its list, in PEM."""
        built = x509.CertificateRevocationListBuilder(named(self.name), since, NOW + DAY)
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
            built = built.add_revoked_certificate(entry.revocation_date(NOW).build())
        if extension:
            built = built.add_extension(extension, critical=True)
        return built.sign(self.key, SHA256()).public_bytes(Encoding.PEM)


ROOT = Signs("root")
BETWEEN = Signs("between", ROOT)
BELOW = Signs("below", BETWEEN)
LI = ROOT.issues("li", names=[x509.RFC822Name("LI@kjt.example")])


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def check(folder: Path, *lists: bytes) -> CertificateCheck:
    (folder / "authorities.pem").write_bytes(b"".join(pem(signs.certificate) for signs in (ROOT, BETWEEN, BELOW)))
    (folder / "revoked.pem").write_bytes(b"".join(lists))
    return CertificateCheck(SteppedClock(), folder / "revoked.pem", folder / "authorities.pem")


def refused(checking: CertificateCheck, certificate: x509.Certificate) -> str:
    with pytest.raises(CertificateRefused) as caught:
        checking.checked(pem(certificate))
    return caught.value.why


def test_of_two_lists_of_one_authority_the_newer_counts_wherever_it_stands(tmp_path: Path) -> None:
    old, new = ROOT.revokes(since=NOW - DAY), ROOT.revokes(LI)
    for lists in ((old, new), (new, old)):
        assert refused(check(tmp_path, *lists), LI) == "it has been revoked"


@pytest.mark.parametrize(
    "extension",
    [
        x509.DeltaCRLIndicator(1),
        x509.IssuingDistributionPoint(
            full_name=None,
            relative_name=None,
            only_contains_user_certs=False,
            only_contains_ca_certs=True,
            only_some_reasons=None,
            indirect_crl=False,
            only_contains_attribute_certs=False,
        ),
    ],
    ids=["delta", "of authorities alone"],
)
def test_a_partial_list_does_not_pass_for_a_whole_one(tmp_path: Path, extension: x509.ExtensionType) -> None:
    with pytest.raises(IdentityRefused, match="not a whole one"):
        check(tmp_path, ROOT.revokes(extension=extension))


def test_a_revoked_authority_takes_those_below_it_along(tmp_path: Path) -> None:
    person, lower = BETWEEN.issues("wang"), BELOW.issues("zhao")
    lists = BETWEEN.revokes(), BELOW.revokes()
    for certificate in (person, lower, LI):
        check(tmp_path, ROOT.revokes(), *lists).checked(pem(certificate))
    checking = check(tmp_path, ROOT.revokes(BETWEEN.certificate), *lists)
    assert refused(checking, person) == refused(checking, lower) == "its authority has been revoked"
    checking.checked(pem(LI))


def test_a_uri_does_not_pass_for_a_name_of_another_kind() -> None:
    assert read_certificate(pem(LI)).names == (EMAIL,)
    sly = [x509.UniformResourceIdentifier(name) for name in (EMAIL, "dns:li.kjt.example", "spiffe://gov.example/li")]
    assert read_certificate(pem(ROOT.issues("sly", names=sly))).names == ("spiffe://gov.example/li",)


def test_a_name_in_the_subject_proves_nothing() -> None:
    assert read_certificate(pem(ROOT.issues(EMAIL))).names == ()


@pytest.mark.parametrize("trouble", [x509.UnsupportedGeneralNameType("x400"), ValueError("not ASCII")])
def test_a_certificate_that_cannot_be_understood_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def raising(_: bytes) -> None:
        raise trouble

    monkeypatch.setattr(module, "read_certificate", raising)
    assert refused(CertificateCheck(SteppedClock()), LI) == "it cannot be read"
