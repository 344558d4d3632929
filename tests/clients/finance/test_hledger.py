"""Journals for hledger: the program itself, which shares no code with bean-check, reads and proves them too."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from award_ledger.clients.finance.journal.profiles import profile_names
from tests.clients.finance.test_journal import a_story, histories, lived, sums, written
from tests.golden.reading import golden

pytestmark = pytest.mark.skipif(shutil.which("hledger") is None, reason="needs Debian's hledger")


def hledger(text: str, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """What hledger answers to a command about this journal."""
    file = folder / "journal.hledger"
    file.write_text(text, "utf-8")
    # Its text is UTF-8 only where the locale says so.
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    call = ["hledger", "-f", str(file), *command]
    return subprocess.run(call, env=environment, capture_output=True, text=True, check=False)


def balances(text: str, folder: Path) -> dict[str, int]:
    """Of each account that is not empty, minor units, as hledger adds up."""
    done = hledger(text, folder, "balance", "cur:CNY", "--flat", "--no-total", "--output-format", "csv")
    assert done.returncode == 0, done.stderr
    _, *rows = csv.reader(io.StringIO(done.stdout))
    return {account: int(amount.removesuffix(" CNY").replace(".", "").replace(",", "")) for account, amount in rows}


@pytest.mark.parametrize("name", profile_names())
def test_hledger_proves_a_story_of_finance_and_adds_up_as_beancount_does(name: str, tmp_path: Path) -> None:
    events = a_story().events
    text = written(events, name, "hledger")
    assert hledger(text, tmp_path, "check").stderr == ""
    expected = {account: amount for account, amount in sums(written(events, name)).items() if amount}
    assert balances(text, tmp_path) == expected


def test_hledger_proves_the_golden_log_with_every_kind_of_event(tmp_path: Path) -> None:
    events = [line.event() for line in golden()]
    text = written(events, file_format="hledger")
    assert hledger(text, tmp_path, "check").stderr == ""
    expected = {account: amount for account, amount in sums(written(events)).items() if amount}
    assert balances(text, tmp_path) == expected


@settings(max_examples=6, deadline=None)
@given(histories)
def test_hledger_proves_random_histories_and_adds_up_as_beancount_does(
    tmp_path_factory: pytest.TempPathFactory, history: Any
) -> None:
    events, folder = lived(history).events, tmp_path_factory.mktemp("hledger")
    text = written(events, file_format="hledger")
    assert hledger(text, folder, "check").stderr == ""
    expected = {account: amount for account, amount in sums(written(events)).items() if amount}
    assert balances(text, folder) == expected


def test_hledger_finds_a_slip_of_one_minor_unit(tmp_path: Path) -> None:
    text = written(a_story().events, file_format="hledger")
    amounts = list(re.finditer(r"^    \S+  (-?\d+\.\d\d) CNY$", text, re.MULTILINE))
    assert len(amounts) > 20
    for found in (amounts[0], amounts[len(amounts) // 2], amounts[-1]):
        minor = int(found[1].replace(".", "")) + 1
        slipped = f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"
        done = hledger(text[: found.start(1)] + slipped + text[found.end(1) :], tmp_path, "check")
        assert done.returncode != 0
        assert "balance" in done.stderr


def test_hledger_finds_a_bank_balance_that_the_lines_do_not_bear_out(tmp_path: Path) -> None:
    text = written(a_story().events, file_format="hledger")
    wrong = re.sub(r"(  0 CNY = \d+\.\d)(\d)", lambda found: f"{found[1]}{(int(found[2]) + 1) % 10}", text)
    assert wrong != text
    done = hledger(wrong, tmp_path, "check")
    assert done.returncode != 0
    assert "assertion" in done.stderr
