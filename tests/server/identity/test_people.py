"""The file that says who is who: one person is one principal, and a file that contradicts itself is refused."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from award_ledger.server.identity import watched
from award_ledger.server.identity.certificates import CertificateCheck
from award_ledger.server.identity.people import People, canonical, read_people
from award_ledger.server.identity.proof import Proof
from award_ledger.server.identity.refusals import (
    CertificateRefused,
    IdentityRefused,
    PrincipalUnknown,
    TokenRefused,
)
from tests.server.identity.issuing import ISSUER, NOW_S, SteppedClock

ISSUERS = f"""
[[issuers]]
issuer = "{ISSUER}"
audience = "award-ledger"

[[issuers]]
issuer = "https://id.czt.example"
audience = "award-ledger"
name_claim = "preferred_username"
department = "czt"
"""
LI = f"""
[[principals]]
name = "Li@KJT"
certificates = ["spiffe://gov.example/kjt/li", "dns:LI.kjt.example", "email:li@kjt.example"]
tokens = [{{ issuer = "{ISSUER}", subject = "1001" }}]
"""
OFF = """
[[principals]]
name = "qian@czt"
certificates = ["spiffe://gov.example/czt/qian"]
disabled = true
"""


def people(tmp_path: Path, text: str) -> People:
    path = tmp_path / "identity.toml"
    path.write_text(text, "utf-8")
    return read_people(path)


@pytest.fixture
def known(tmp_path: Path) -> People:
    return people(tmp_path, ISSUERS + LI + OFF)


@pytest.mark.parametrize("name", ["spiffe://gov.example/kjt/li", "dns:li.kjt.example", "email:li@kjt.example"])
def test_two_certificates_and_a_token_of_one_person_are_one_principal(known: People, name: str) -> None:
    token = known.of_token(known.issuers[ISSUER], {"sub": "1001"})
    assert known.holder((name,)) == token == "li@kjt"


def test_a_certificate_that_is_nobodys_proves_nobody(known: People) -> None:
    assert known.holder(("spiffe://gov.example/kjt/LI",)) is None  # the case of a path means something
    assert known.holder(()) is None


def test_a_subject_that_is_not_listed_is_nobody(known: People) -> None:
    with pytest.raises(PrincipalUnknown, match="subject 1002"):
        known.of_token(known.issuers[ISSUER], {"sub": "1002"})


def test_a_subject_of_another_issuer_is_another_person(known: People) -> None:
    claims = {"sub": "1001", "preferred_username": "Zhao"}
    assert known.of_token(known.issuers["https://id.czt.example"], claims) == "zhao@czt"


@pytest.mark.parametrize("claimed", ["li@kjt", "", " ", "a b", 7, None, ["zhao"], "x" * 200, "zhao\x00"])
def test_an_issuer_speaks_for_its_own_department_alone(known: People, claimed: Any) -> None:
    with pytest.raises(TokenRefused):
        known.of_token(known.issuers["https://id.czt.example"], {"sub": "1", "preferred_username": claimed})


def test_who_is_switched_off_is_nobody_by_certificate_or_token(known: People) -> None:
    with pytest.raises(PrincipalUnknown, match="switched off"):
        known.holder(("spiffe://gov.example/czt/qian",))
    with pytest.raises(PrincipalUnknown, match="switched off"):
        known.of_token(known.issuers["https://id.czt.example"], {"sub": "1", "preferred_username": "QIAN"})


def test_tokens_of_before_an_instant_count_no_more_and_certificates_do(tmp_path: Path) -> None:
    since = OFF.replace("disabled = true", "tokens_since = 2025-08-01T12:00:00+08:00")
    known = people(tmp_path, ISSUERS + since)
    issuer, zhao = known.issuers["https://id.czt.example"], {"sub": "1", "preferred_username": "qian"}
    with pytest.raises(TokenRefused, match="2025-08-01T12:00:00"):
        known.of_token(issuer, {**zhao, "iat": NOW_S - 1})
    assert known.of_token(issuer, {**zhao, "iat": NOW_S}) == "qian@czt"
    assert known.holder(("spiffe://gov.example/czt/qian",)) == "qian@czt"


def test_a_name_has_one_form_however_often_it_is_put_into_it() -> None:
    for letter in map(chr, (*range(0x2500), *range(0xFB00, 0xFB50))):
        for name in (letter, f"a{letter}\u0345", f"{letter}\u0301"):
            assert canonical(canonical(name)) == canonical(name)


def test_a_certificate_with_the_names_of_two_people_is_refused(known: People, tmp_path: Path) -> None:
    two = people(
        tmp_path,
        ISSUERS
        + LI
        + LI.replace("Li@KJT", "wang@kjt").replace("li", "wang").replace("LI", "W").replace("1001", "1002"),
    )
    with pytest.raises(CertificateRefused, match="several people"):
        two.holder(("spiffe://gov.example/kjt/li", "spiffe://gov.example/kjt/wang"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ISSUERS + LI + LI.replace("Li@KJT", "wang@kjt"), "another's too"),
        (LI, "not among the issuers"),
        (ISSUERS + ISSUERS, "twice"),
        (ISSUERS + LI.replace("spiffe://", "CN="), "neither spiffe"),
        (ISSUERS + LI.replace("Li@KJT", ""), "not a printable name"),
        (ISSUERS + LI.replace("certificates", "certificate"), "unknown field"),
        (ISSUERS.replace('department = "czt"', ""), "need each other"),
        (ISSUERS.replace('"award-ledger"', '""'), "audience"),
        (ISSUERS + 'algorithms = ["HS256"]', "HS256 is none of"),
        (ISSUERS + "clock_skew_s = 3600", "clock_skew_s"),
        (
            ISSUERS.replace('"award-ledger"\n\n', '"award-ledger"\nname_claim = "n"\ndepartment = "CZT"\n'),
            "two issuers",
        ),
        (ISSUERS.replace('"czt"', '"c@t"'), "without spaces and @"),
        (OFF.replace("disabled = true", "tokens_since = 2025-08-01T12:00:00"), "needs an offset"),
        ("[[", "identity.toml"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(IdentityRefused, match=says):
        people(tmp_path, text)


def test_a_change_holds_at_once_and_a_wrong_one_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watched, "LOOK_AGAIN_S", 0)
    path = tmp_path / "identity.toml"
    path.write_text(LI.replace("tokens", "# tokens"), "utf-8")
    proof = Proof(path, CertificateCheck(SteppedClock()), SteppedClock())
    known = proof._known.current
    assert known().people.holder(("dns:li.kjt.example",)) == "li@kjt"
    path.write_text("[[", "utf-8")
    with caplog.at_level(logging.ERROR):
        assert known().people.holder(("dns:li.kjt.example",)) == "li@kjt"
        known()
    assert [record.levelname for record in caplog.records] == ["ERROR"]  # once for each change
    path.write_text("", "utf-8")
    assert known().people.holder(("dns:li.kjt.example",)) is None
