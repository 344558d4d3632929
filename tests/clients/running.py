"""Running the command line against a fake ledger, as a person at a terminal would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pytest

from award_ledger.clients.cli import main
from tests.clients.fake_ledger import FakeLedger


@dataclass(frozen=True)
class Ran:
    """What came of one command."""

    code: int
    out: str
    err: str


class Run(Protocol):
    """Runs a command; the server and the principal are given."""

    def __call__(self, *arguments: str, lang: str = "en", width: int = 80) -> Ran: ...


def runner(ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A runner for one ledger, independent of the environment of whoever runs the tests."""
    for name in (
        "AWARD_LEDGER_SERVER",
        "AWARD_LEDGER_PRINCIPAL",
        "AWARD_LEDGER_LANG",
        "AWARD_LEDGER_PROFILE",
        "LC_ALL",
        "LC_MESSAGES",
        "LANG",
    ):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, lang: str = "en", width: int = 80) -> Ran:
        monkeypatch.setenv("COLUMNS", str(width))
        capsys.readouterr()
        given = ["--server", ledger.target, "--as", "zhang@kjt", "--lang", lang]
        code = main([*given, *arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run
