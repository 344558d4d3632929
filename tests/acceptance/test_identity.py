"""Identity from end to end: keys made by one command, a server behind mutual TLS, and people at the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from award_ledger.clients.cli import main
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.errors import NotPermitted
from award_ledger.clients.profiles import load_profile
from award_ledger.server.identity import watched
from award_ledger.server.identity.development_authority import DevelopmentAuthority
from tests.clients.running import Ran
from tests.server.identity.issuing import SteppedClock
from tests.server.identity.secured import Secured

USCC = "91370100MA3C0K8U27"
NAME = "济南示例科技有限公司"


class Office:
    """A ledger, its authority, and a terminal."""

    def __init__(self, url: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.clock = SteppedClock(fixed_s=None)
        self.authority = DevelopmentAuthority(folder, self.clock)
        self.authority.revoke([])
        self.authority.renew_server(["localhost"])
        for person in ("zhang@dsjj", "qian@czt"):
            self.authority.renew_person(person)
        self.authority.write_identity_file(1, "localhost")
        self.secured = Secured(url, folder, self.clock)
        self.authority.write_identity_file(self.secured.served.port, "localhost")
        self._capsys = capsys

    def run(self, *arguments: str) -> Ran:
        self._capsys.readouterr()
        code = main(["--lang", "en", *arguments])
        written = self._capsys.readouterr()
        return Ran(code, " ".join(written.out.split()), " ".join(written.err.split()))


@pytest.fixture
def office(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Office]:
    monkeypatch.setattr(watched, "LOOK_AGAIN_S", 0)
    for name in ("AWARD_LEDGER_SERVER", "AWARD_LEDGER_PRINCIPAL", "AWARD_LEDGER_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWARD_LEDGER_PROFILES", str(tmp_path / "keys" / "profiles.toml"))
    made = Office(database_url, tmp_path / "keys", capsys)
    try:
        yield made
    finally:
        made.secured.stop()


def test_who_acts_is_whose_profile_it_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    registered = office.run("enterprises", "register", USCC, NAME, "--profile", "zhang@dsjj")
    assert registered.code == 0, registered.err
    monkeypatch.setenv("AWARD_LEDGER_PROFILE", "qian@czt")
    assert "zhang@dsjj" in office.run("history", "event", "1").out
    pretending = office.run("enterprises", "rename", USCC, "x", "--as", "zhang@dsjj")
    assert pretending.code == 1
    assert "CREDENTIALS_DISAGREE" in pretending.err


def test_a_certificate_that_is_taken_back_says_what_to_do(office: Office) -> None:
    assert office.run("status", "--profile", "zhang@dsjj").code == 0
    office.authority.revoke(["zhang@dsjj"])
    refused = office.run("status", "--profile", "zhang@dsjj")
    assert refused.code == 1
    assert "CERTIFICATE_REFUSED" in refused.err
    assert "for a new one" in refused.err
    office.authority.renew_person("zhang@dsjj")
    assert office.run("status", "--profile", "zhang@dsjj").code == 0


def test_a_server_that_is_not_trusted_is_not_spoken_to(office: Office, tmp_path: Path) -> None:
    stranger = DevelopmentAuthority(tmp_path / "stranger", office.clock)
    (office.authority.folder / "authority.pem").write_bytes((stranger.folder / "authority.pem").read_bytes())
    refused = office.run("status", "--profile", "zhang@dsjj", "--timeout", "1")
    assert refused.code == 3
    assert "does not trust the other" in refused.err
    assert "authorities_file" in refused.err


def test_the_python_client_takes_a_profile(office: Office) -> None:
    with LedgerClient.of_profile("qian@czt") as ledger:
        assert ledger.get_head().position == 0
    profile = load_profile("qian@czt")
    assert profile is not None
    with LedgerClient.of_profile(profile, principal="zhang@dsjj") as ledger, pytest.raises(NotPermitted):
        ledger.get_head()
