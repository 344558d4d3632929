"""`award-ledger simulate --awards` through real servers: real awards under caps, to the cent, and any other file.

The real awards are no part of the project. They are looked for in the folder that AWARD_LEDGER_AWARDS names, else in
`shared/data/tam` beside the project; the synthetic file below covers the same behaviour without them.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from award_ledger.clients.cli import main
from award_ledger.clients.demo.server_process import RunningServer, running_server
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.errors import Unavailable

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "tam"
AWARDS = Path(os.environ.get("AWARD_LEDGER_AWARDS", BESIDE))
REAL, ORACLE = AWARDS / "portugal_minimal.csv", AWARDS / "portugal_cap_oracle.tsv"

WINDOWS = {
    "rolling": "{kind: rolling_years, years: 3}",
    "cal3": "{kind: calendar_years, years: 3}",
    "life": "{kind: lifetime}",
}
MODES = {"partial": "grant_what_fits", "all_or_nothing": "all_or_nothing"}

MEASURE = """
measure_code: {code_of}
name: {{zh: 每家企业上限, en: Cap per enterprise}}
instrument: {{document: simulation}}
currency: {currency}
validity: {{valid_from: 2000-01-01, valid_to: 2030-12-31}}
amounts: [up_to: {{ceiling: 1_000_000_000}}]
caps: [{{id: recipient, limit: {limit}, scope: enterprise, window: {window}, mode: {mode}}}]
{more}
"""


def measure(
    *,
    limit: str = "100",
    window: str = "life",
    mode: str = "partial",
    currency: str = "EUR",
    more: str = "",
    code_of: str = "CAP-1",
) -> str:
    """The file of a measure with one cap."""
    rules = {"limit": limit, "window": WINDOWS[window], "mode": MODES[mode], "currency": currency}
    return MEASURE.format(**rules, more=more, code_of=code_of)


Simulate = Callable[..., dict[str, Any]]


@pytest.fixture
def simulate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Simulate:
    """Runs one simulation under a cap and gives its document; the rows of the result file are in `lines`."""
    for name in ("AWARD_LEDGER_SERVER", "AWARD_LEDGER_PRINCIPAL", "AWARD_LEDGER_LANG"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "measure.yaml"

    def run(
        awards: Path,
        *options: str,
        code: int = 0,
        **rules: str,
    ) -> dict[str, Any]:
        file.write_text(measure(**rules), encoding="utf-8")
        result = tmp_path / "result.csv"
        given = ["simulate", "--measure", str(file), "--awards", str(awards), "--result", str(result), "--json"]
        capsys.readouterr()
        assert main([*given, *options]) == code, capsys.readouterr().err
        document: dict[str, Any] = json.loads(capsys.readouterr().out)
        with result.open(encoding="utf-8-sig", newline="") as lines:
            document["lines"] = list(csv.DictReader(lines))
        return document

    return run


def oracle() -> list[dict[str, str]]:
    if not ORACLE.is_file():
        return []
    with ORACLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


QUICK = (("200000", "rolling", "partial"), ("300000", "rolling", "all_or_nothing"), ("200000", "life", "partial"))


def _expected() -> list[Any]:
    """The rows of the oracle: three in every run, all nine where there is time."""
    return [
        pytest.param(
            row,
            marks=() if (row["cap_eur"], row["window"], row["mode"]) in QUICK else pytest.mark.soak,
            id=f"{row['cap_eur']}-{row['window']}-{row['mode']}",
        )
        for row in oracle()
    ] or [pytest.param({}, marks=pytest.mark.skip(reason=f"the real awards are not in {AWARDS}"))]


@pytest.mark.parametrize("expected", _expected())
def test_real_awards_under_a_cap_agree_with_two_independent_programs(
    simulate: Simulate, expected: dict[str, str]
) -> None:
    found = simulate(
        REAL, "--scheme", "pt.nif", limit=expected["cap_eur"], window=expected["window"], mode=expected["mode"]
    )
    assert found["asked_minor"] == cents(expected["asked_eur"])
    assert found["granted_minor"] == cents(expected["granted_eur"])
    assert found["top_recipient"]["granted_minor"] == cents(expected["sum_by_top_recipient"])
    counts = {name: int(expected[column]) for name, column in COUNTS.items()}
    assert {name: found[name] for name in COUNTS} == counts
    assert (found["rows"], found["skipped"], found["error"]) == (5389, 246, 0)
    assert found["reasons"]["skipped"] == {"AMOUNT_MISSING": 1, "AMOUNT_NOT_EXACT": 245}
    # Row by row the file says the same as the totals, and has every row once.
    assert len({line["line"] for line in found["lines"]}) == 5389
    assert sum(cents(line["granted"]) for line in found["lines"] if line["granted"]) == found["granted_minor"]


COUNTS = {"decided": "rows", "full": "full", "cut": "partial", "refused": "refused"}


def cents(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole + part.ljust(2, "0"))


SYNTHETIC = """ref_no,recipient_id,amount_raw,currency,granted_on,recipient_size
T-3,503842060,50.00,EUR,2016-02-29,SME
T-1,PT 503 842 060,60.00,EUR,2016-02-28,SME
T-2,503842060,"1,000 - 2,000",EUR,2016-02-28,SME
T-4,503842061,70,EUR,2016-03-01,LARGE
T-5,AA-123,30.5,EUR,2016-03-01,SME
T-6,503842060,60,EUR,2019-02-28,SME
T-7,503842060,50,EUR,2019-03-01,SME
T-7,503842060,51,EUR,2019-03-02,SME
T-8,503842060,,EUR,2019-03-02,SME
T-9,503842060,1,USD,2019-03-02,SME
"""


@pytest.fixture
def synthetic(tmp_path: Path) -> Path:
    path = tmp_path / "awards.csv"
    path.write_text(SYNTHETIC, encoding="utf-8")
    return path


def fates(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    lines = [(line["ref_no"], line["enterprise"], line["outcome"], line["granted"]) for line in found["lines"]]
    return sorted(lines)


# T-1 leaves the window of three years on 28 February 2019, T-3 (a leap day) on 1 March.
@pytest.mark.parametrize(
    ("window", "mode", "granted"),
    [
        ("rolling", "partial", {"T-1": "60.00", "T-3": "40.00", "T-6": "60.00", "T-7": "40.00"}),
        ("rolling", "all_or_nothing", {"T-1": "60.00", "T-3": "0.00", "T-6": "60.00", "T-7": "0.00"}),
        ("cal3", "partial", {"T-1": "60.00", "T-3": "40.00", "T-6": "60.00", "T-7": "40.00"}),
        ("life", "partial", {"T-1": "60.00", "T-3": "40.00", "T-6": "0.00", "T-7": "0.00"}),
    ],
)
def test_the_windows_and_modes_of_a_cap_decide_each_row(
    simulate: Simulate, synthetic: Path, window: str, mode: str, granted: dict[str, str]
) -> None:
    found = simulate(synthetic, "--scheme", "pt.nif", window=window, mode=mode)
    of_one = {ref: amount for ref, name, _, amount in fates(found) if name == "pt.nif:503842060" and amount}
    assert of_one == granted


def test_every_row_has_one_fate_with_its_reason(simulate: Simulate, synthetic: Path) -> None:
    found = simulate(synthetic, "--scheme", "pt.nif")
    assert fates(found) == [
        ("T-1", "pt.nif:503842060", "full", "60.00"),
        ("T-2", "503842060", "skipped", ""),
        ("T-3", "pt.nif:503842060", "cut", "40.00"),
        ("T-4", "other:503842061", "full", "70.00"),  # it fails the check digit
        ("T-5", "other:AA-123", "full", "30.50"),
        ("T-6", "pt.nif:503842060", "refused", "0.00"),
        ("T-7", "503842060", "skipped", ""),
        ("T-7", "pt.nif:503842060", "refused", "0.00"),
        ("T-8", "503842060", "skipped", ""),
        ("T-9", "503842060", "skipped", ""),
    ]
    by_ref = {line["ref_no"]: line for line in found["lines"] if line["outcome"] != "skipped"}
    assert (by_ref["T-3"]["binding"], by_ref["T-6"]["reason"]) == ("cap.recipient", "CAP_EXCEEDED")
    assert found["reasons"]["skipped"] == {
        "AMOUNT_MISSING": 1,
        "AMOUNT_NOT_EXACT": 1,
        "CURRENCY_DIFFERS": 1,
        "REFERENCE_REPEATED": 1,
    }
    assert (found["granted"], found["top_recipient"]["granted"], found["enterprises_under_other"]) == (
        "200.50",
        "100.00",
        2,
    )


def test_terms_may_ask_about_any_column(simulate: Simulate, synthetic: Path) -> None:
    found = simulate(synthetic, more="requirements: [{fact: recipient_size, allowed: [SME]}]")
    refused = {line["ref_no"]: line["reason"] for line in found["lines"] if line["outcome"] == "refused"}
    assert refused["T-4"] == "REQUIREMENT_NOT_MET"


@pytest.mark.parametrize(
    ("currency", "limit", "amounts", "granted"),
    [("JPY", "1000", ("700", "400"), ["700", "300"]), ("KWD", "1.005", ("0.700", "0.4"), ["0.700", "0.305"])],
)
def test_a_currency_has_the_decimals_that_it_has(
    simulate: Simulate, tmp_path: Path, currency: str, limit: str, amounts: tuple[str, str], granted: list[str]
) -> None:
    path = tmp_path / "awards.csv"
    rows = [f"R{i},X,{amount},2020-01-0{i}" for i, amount in enumerate(amounts, start=1)]
    path.write_text("\n".join(("ref_no,recipient_id,amount_raw,granted_on", *rows)), encoding="utf-8")
    found = simulate(path, currency=currency, limit=limit)
    assert [line["granted"] for line in found["lines"]] == granted


def test_a_result_that_cannot_be_written_is_noticed_before_anything_is_sent(
    synthetic: Path, server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, file = head(server), tmp_path / "measure.yaml"
    file.write_text(measure(code_of="CAP-4"), encoding="utf-8")
    given = ["--lang", "en", "simulate", "--measure", str(file), "--awards", str(synthetic), "--into", server.address]
    assert main([*given, "--result", str(tmp_path / "nowhere" / "result.csv")]) == 2
    assert main([*given, "--result", str(synthetic)]) == 2
    assert "cannot be written" in " ".join(capsys.readouterr().err.split())
    assert head(server) == before


@pytest.mark.parametrize("scheme", ["es.dni", "xx.nothing", "nonsense"])
def test_a_scheme_of_natural_persons_or_of_nobody_sends_nothing(
    synthetic: Path, tmp_path: Path, scheme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "measure.yaml"
    file.write_text(measure(), encoding="utf-8")
    result = tmp_path / "result.csv"
    arguments = ["simulate", "--measure", str(file), "--awards", str(synthetic), "--scheme", scheme]
    assert main([*arguments, "--result", str(result), "--lang", "en"]) == 2
    assert "nothing was sent" in capsys.readouterr().err
    assert not result.exists()


HISTORIES = (("300000", "rolling", "all_or_nothing"), ("300000", "rolling", "partial"))


@pytest.mark.skipif(not ORACLE.is_file(), reason=f"the real awards are not in {AWARDS}")
def test_a_history_under_another_cap_is_what_that_cap_would_have_granted(
    simulate: Simulate, server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Recorded under 200,000 that cut; asked what other caps had granted: to the cent what they grant by themselves."""
    simulate(REAL, "--into", server.address, "--scheme", "pt.nif", limit="200000", window="rolling", code_of="CAP-2")
    rows = {(row["cap_eur"], row["window"], row["mode"]): row for row in oracle()}
    for limit, window, mode in HISTORIES:
        terms = tmp_path / "other.yaml"
        terms.write_text(measure(limit=limit, window=window, mode=mode, code_of="CAP-2"), encoding="utf-8")
        given = [
            "--server",
            server.address,
            "simulate",
            "--against-history",
            "--measure",
            "CAP-2",
            "--terms",
            str(terms),
        ]
        capsys.readouterr()
        assert main([*given, "--result", str(tmp_path / "history.csv"), "--json"]) == 0
        (sums,) = json.loads(capsys.readouterr().out)["measures"]
        expected = rows[limit, window, mode]
        assert sums["recorded_minor"] == cents(rows["200000", "rolling", "partial"]["granted_eur"])
        assert sums["otherwise_minor"] == cents(expected["granted_eur"])
        granted = int(expected["full"]) + int(expected["partial"])
        assert sums["applications"] - granted == sum_of_refused(tmp_path / "history.csv")


def sum_of_refused(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(not line["otherwise"] for line in csv.DictReader(file))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("ledger")) as running:
        yield running


def head(server: RunningServer) -> int:
    with LedgerClient(server.address) as client:
        return client.get_head().position


def test_a_run_into_a_named_server_is_repeated_safely_and_never_replaces_terms(
    simulate: Simulate, synthetic: Path, server: RunningServer, tmp_path: Path
) -> None:
    first = simulate(synthetic, "--into", server.address, "--scheme", "pt.nif")
    after = head(server)
    again = simulate(synthetic, "--into", server.address, "--scheme", "pt.nif", "--batch-rows", "2")
    assert (head(server), fates(again)) == (after, fates(first))
    assert {line["repeated"] for line in again["lines"] if line["outcome"] != "skipped"} == {"yes"}
    with pytest.raises(json.JSONDecodeError):  # nothing is answered on stdout
        simulate(synthetic, "--into", server.address, limit="99", code=2)
    assert head(server) == after


def test_a_run_of_its_own_leaves_the_ledger_at_the_usual_address_alone(
    simulate: Simulate, synthetic: Path, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = head(server)
    monkeypatch.setenv("AWARD_LEDGER_SERVER", server.address)
    assert simulate(synthetic)["ledger"] == "temporary"
    assert head(server) == before


def test_a_number_that_the_ledger_takes_under_no_scheme_is_an_error_and_the_others_go_on(
    simulate: Simulate, tmp_path: Path
) -> None:
    path = tmp_path / "awards.csv"
    rows = [f"R1,{'9' * 65},1,2020-01-01", "R2,X,1,2020-01-01"]
    path.write_text("\n".join(("ref_no,recipient_id,amount_raw,granted_on", *rows)), encoding="utf-8")
    found = simulate(path, code=1)
    assert [(line["ref_no"], line["outcome"], line["reason"]) for line in found["lines"]] == [
        ("R1", "error", "ENTERPRISE_NUMBER_INVALID"),
        ("R2", "full", ""),
    ]
    assert (found["decided"], found["error"], found["asked"]) == (1, 1, "1.00")


def test_rows_that_get_no_answer_say_so_and_are_decided_when_the_run_is_repeated(
    simulate: Simulate, synthetic: Path, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = LedgerClient.batch_approve_awards
    calls: list[int] = []

    def breaks_off(self: LedgerClient, *requests: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise Unavailable(grpc.StatusCode.UNAVAILABLE, message="gone")
        return answered(self, *requests, **options)

    given = ("--into", server.address, "--scheme", "pt.nif", "--batch-rows", "2")
    with monkeypatch.context() as broken:
        broken.setattr(LedgerClient, "batch_approve_awards", breaks_off)
        first = simulate(synthetic, *given, code=3, code_of="CAP-3")
    assert (len(first["lines"]), first["full"] + first["cut"], first["error"]) == (10, 2, 4)
    assert {line["reason"] for line in first["lines"] if line["outcome"] == "error"} == {"UNAVAILABLE"}
    again = simulate(synthetic, *given, code_of="CAP-3")
    assert fates(again) == fates(simulate(synthetic, "--scheme", "pt.nif"))
