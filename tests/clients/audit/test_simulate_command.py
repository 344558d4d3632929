"""`award-ledger simulate --against-history` at a real ledger: tables, JSON and a file, and not a byte written to it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from award_ledger.clients.audit.counterfactual import BrokenLog, compare
from award_ledger.clients.audit.entry import leaf_hash
from award_ledger.clients.audit.published_terms import domain_terms
from award_ledger.clients.cli import main
from award_ledger.clients.demo.server_process import RunningServer
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.package_files import catalogue_path, load_package
from tests.clients.audit.conftest import FIRM

pytestmark = pytest.mark.usefixtures("receipts")

CATALOGUE = catalogue_path("shandong-2025-49")
CAP = "limit: 5_000_000"


@pytest.fixture
def terms_file(tmp_path: Path) -> Callable[[str, str], Path]:
    """The Terms of A06-1 with something replaced."""

    def make(before: str = "", after: str = "") -> Path:
        text = (CATALOGUE / "A06-1.yaml").read_text("utf-8")
        assert before in text
        path = tmp_path / "terms.yaml"
        path.write_text(f"package: {CATALOGUE / 'package.yaml'}\n" + text.replace(before, after), "utf-8")
        return path

    return make


def run(server: RunningServer, terms: Path, *options: str, code: str = "A06-1", lang: str = "en") -> int:
    given = ["--server", server.address, "--as", "auditor@sjt", "--lang", lang, "simulate", "--against-history"]
    result = str(terms.parent / "result.csv")
    return main([*given, "--measure", code, "--terms", str(terms), "--result", result, *options])


def unwrapped(shown: str) -> str:
    """Without the line breaks that the width of the screen puts into it, in words and between them."""
    return "".join(shown.split())


def lines(terms: Path) -> list[dict[str, str]]:
    with (terms.parent / "result.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def head(server: RunningServer) -> int:
    with LedgerClient(server.address) as client:
        return client.get_head().position


@pytest.mark.parametrize(("lang", "word"), [("en", "Nobody would have fared otherwise."), ("zh", "结果均无不同。")])
def test_the_same_terms_change_nothing(
    server: RunningServer, terms_file: Any, capsys: pytest.CaptureFixture[str], lang: str, word: str
) -> None:
    terms = terms_file()
    assert run(server, terms, lang=lang) == 0
    assert word in capsys.readouterr().out
    assert [line["outcome"] for line in lines(terms)] == ["same", "same", "same"]


def test_a_lower_cap_is_told_in_sums_and_row_by_row_and_nothing_is_written(
    server: RunningServer, terms_file: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    before = head(server)
    terms = terms_file(CAP, "limit: 2_500_000.01")
    assert run(server, terms, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    (sums,) = found["measures"]
    assert (sums["recorded"], sums["otherwise"]) == ("4500000.00", "2500000.01")
    assert (sums["less"], sums["nothing"], sums["more"], sums["something"], sums["same"]) == (1, 1, 0, 0, 1)
    assert [(row["outcome"], row["change_minor"]) for row in found["changes"]] == [
        ("less", -49_999_999),
        ("nothing", -150_000_000),
    ]
    (fund,) = found["funds"]
    assert fund["available_otherwise_minor"] - fund["available_recorded_minor"] == 199_999_999
    assert [(line["enterprise"], line["recorded"], line["otherwise"], line["change"]) for line in lines(terms)] == [
        (FIRM, "3000000.00", "2500000.01", "-499999.99"),
        (FIRM, "1500000.00", "", "-1500000.00"),
        (FIRM, "", "", "0.00"),
    ]
    assert head(server) == before


def test_a_higher_cap_gives_more_and_undoes_a_refusal(
    server: RunningServer, terms_file: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(server, terms_file(CAP, "limit: 9_000_000")) == 0
    shown = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert "4,500,001.00" in shown
    assert "something" in shown


def test_history_may_end_earlier(server: RunningServer, terms_file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(server, terms_file(), "--to", "6", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["position"], found["measures"][0]["applications"]) == (6, 1)


@pytest.mark.parametrize(
    ("change", "options", "code", "said"),
    [
        (("", ""), ("--to", "999"), "A06-1", "position 999 is not in the log"),
        (("", ""), (), "A07-1", "holds Terms of A06-1, not of A07-1"),
        (("currency: CNY", "currency: EUR"), (), "A06-1", "cannot be compared"),
    ],
)
def test_what_cannot_be_compared_says_why(
    server: RunningServer,
    terms_file: Any,
    capsys: pytest.CaptureFixture[str],
    change: tuple[str, str],
    options: tuple[str, ...],
    code: str,
    said: str,
) -> None:
    before, after = change
    terms = terms_file("measure_code: A06-1", f"measure_code: A06-1\n{after}") if after else terms_file(before, after)
    assert run(server, terms, *options, code=code) == 2
    assert unwrapped(said) in unwrapped(capsys.readouterr().err)


def test_terms_that_could_not_be_published_are_shown_where_they_are_written(
    server: RunningServer, terms_file: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(server, terms_file(CAP, "limit: 0")) == 1
    assert "terms.yaml" in unwrapped(capsys.readouterr().err)


def test_an_altered_log_is_compared_with_nothing(lying: Any) -> None:
    def one_day_later(event: Any) -> Any:
        if event.position == 5:
            event.recorded_at.seconds += 86_400
        return event

    def another_kind(event: Any) -> Any:
        if event.position == 5:
            event.topic = "enterprise.crowned.v1"
            event.event_hash = leaf_hash(event)
        return event

    (terms,) = load_package(CATALOGUE / "A06-1.yaml").measures
    with pytest.raises(BrokenLog, match=r"position 5: enterprise\.crowned\.v1 cannot be read"):
        compare(lying(another_kind), "A06-1", domain_terms(terms.message))
    with pytest.raises(BrokenLog, match="position 5"):
        compare(lying(one_day_later), "A06-1", domain_terms(terms.message))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--measure", "A06-1"),
        ("--measure", "A06-1", "--against-history"),
        ("--measure", "A06-1", "--against-history", "--terms", "x.yaml", "--awards", "y.csv"),
        ("--measure", "x.yaml", "--awards", "y.csv", "--to", "5"),
    ],
)
def test_what_is_tried_must_be_said_once(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "en", "simulate", *arguments]) == 2
    assert "--" in capsys.readouterr().err
