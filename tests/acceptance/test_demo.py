"""`make demo` tells every story and ends well; a single wrong number, of a story or of an answer, ends it badly."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import pytest
from rich.console import Console

from award_ledger.clients import cli
from award_ledger.clients.demo import performance
from award_ledger.clients.demo.__main__ import WIDTH, main
from award_ledger.clients.demo.programme import STORIES
from award_ledger.clients.demo.server_process import ServerFailed
from award_ledger.clients.demo.stage import Stage
from award_ledger.clients.department import LedgerClient

LONGEST_S = 60
BEAN_CHECK = Path(sys.executable).parent / "bean-check"


def width_of(line: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in line)


def test_the_demo_tells_every_story_and_everything_agrees_the_journal_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With one act more at its end: the journal of all that happened, for a program of other people to prove."""
    journal = tmp_path / "journal.beancount"
    balance = performance._balance

    def with_a_journal(stage: Stage, on: date) -> None:
        balance(stage, on)
        assert cli.main(["--server", stage.address, "--as", "sun@sjt", "finance", "journal", str(journal)]) == 0

    monkeypatch.setattr(performance, "_balance", with_a_journal)
    monkeypatch.setattr(sys, "argv", ["demo", "--lang", "en"])
    began = time.monotonic()
    code = main()
    took_s = time.monotonic() - began
    said = capsys.readouterr()
    assert (code, said.err) == (0, ""), said.out + said.err
    proved = subprocess.run([str(BEAN_CHECK), "--no-cache", str(journal)], capture_output=True, text=True, check=False)
    assert (proved.returncode, proved.stderr) == (0, "")
    assert "balance" in journal.read_text("utf-8")
    lines = [line.rstrip() for line in said.out.splitlines()]
    assert lines[-1] == "demo: ok"
    assert [story.title.en for story in STORIES if not any(line.startswith(story.title.en) for line in lines)] == []
    assert "57 measures published" in said.out
    assert [line for line in lines if width_of(line) > WIDTH] == []
    assert took_s < LONGEST_S


def perform(tell: Callable[[Stage], None]) -> tuple[int, str]:
    """Exit code and words, in Chinese, of a performance of the first story alone as this function tells it."""
    out = StringIO()
    told = [replace(STORIES[0], tell=tell)]
    code = performance.perform("zh", Console(file=out, width=WIDTH, markup=False, emoji=False, highlight=False), told)
    return code, out.getvalue()


def test_a_number_that_is_a_fen_wrong_makes_the_demo_fail() -> None:
    def with_a_wrong_number(stage: Stage) -> None:
        STORIES[0].tell(stage)
        stage.expect("available", stage.auditor.get_fund("A06-1/2025").fund.available_minor, 2_938_271_605)

    code, said = perform(with_a_wrong_number)
    assert code == 1
    assert said.splitlines()[-1].rstrip() == "demo: failed: available: expected 2938271605, found 2938271606"


def test_an_answer_that_the_log_does_not_bear_out_makes_the_demo_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = LedgerClient.list_funds

    def one_fen_more(self: LedgerClient, **options: Any) -> Any:
        answer = asked(self, **options)
        answer.funds[0].expended_minor += 1
        return answer

    monkeypatch.setattr(LedgerClient, "list_funds", one_fen_more)
    code, said = perform(STORIES[0].tell)
    assert code == 1
    assert "按比例和上限核准" in said
    assert "expended_minor" in said
    assert said.splitlines()[-1].rstrip() == "demo: failed: differences: expected 0, found 1"


def test_a_database_that_does_not_verify_makes_the_demo_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def finds_something(_: str) -> str:
        raise ServerFailed("verify ended with exit code 1")

    monkeypatch.setattr(performance, "verify", finds_something)
    code, said = perform(STORIES[0].tell)
    assert (code, said.splitlines()[-1].rstrip()) == (1, "demo: failed: verify ended with exit code 1")
