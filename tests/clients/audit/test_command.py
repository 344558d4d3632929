"""`award-ledger audit replay` says what agrees and what does not, in tables or JSON; its exit code says which."""

from __future__ import annotations

import json
from typing import Any

import pytest

from award_ledger.clients.cli import main
from award_ledger.clients.demo.server_process import RunningServer
from award_ledger.clients.department import LedgerClient

pytestmark = pytest.mark.usefixtures("receipts")


def run(server: RunningServer, *arguments: str, lang: str = "en") -> int:
    return main(["--server", server.address, "--as", "auditor@sjt", "--lang", lang, "audit", "replay", *arguments])


@pytest.fixture
def wrong_fund(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for funds is told of one fen more."""
    asked = LedgerClient.list_funds

    def one_fen_more(self: LedgerClient, **options: Any) -> Any:
        answer = asked(self, **options)
        answer.funds[0].available_minor += 1
        return answer

    monkeypatch.setattr(LedgerClient, "list_funds", one_fen_more)


@pytest.mark.parametrize(("lang", "word"), [("en", "Everything agrees."), ("zh", "全部一致。")])
def test_an_honest_ledger_agrees(
    server: RunningServer, capsys: pytest.CaptureFixture[str], lang: str, word: str
) -> None:
    assert run(server, lang=lang) == 0
    assert word in capsys.readouterr().out


def test_json_has_every_count(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(server, "--to", "9", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["agrees"], answer["position"], answer["events"], answer["differences"]) == (True, 9, 9, [])


@pytest.mark.usefixtures("wrong_fund")
def test_a_difference_is_shown_and_makes_it_fail(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(server) == 1
    shown = capsys.readouterr().out
    assert "available_minor" in shown
    assert "1 value(s) differ." in shown


@pytest.mark.usefixtures("wrong_fund")
def test_a_difference_is_data_in_json(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(server, "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    (difference,) = answer["differences"]
    assert (answer["agrees"], difference["subject"]) == (False, "fund A06-1/2025")
    assert int(difference["given"]) == int(difference["replayed"]) + 1


def test_a_position_that_is_not_there_cannot_be_meant(
    server: RunningServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(server, "--to", "999") == 2
    assert "position 999 is not in the log, which ends at 18" in capsys.readouterr().err
