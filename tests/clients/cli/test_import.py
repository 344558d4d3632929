"""Bulk import: every row gets its outcome, whatever is in the file, and running again changes nothing."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from award_ledger.clients.cli.bulk.columns import ALIASES, KNOWN, PREFIX_ALIASES, PREFIXES
from award_ledger.clients.cli.words.commands import COMMANDS
from tests.clients.fake_ledger import FakeLedger
from tests.clients.running import Ran, Run
from tests.clients.toy_ledger import ToyLedger

FIRST, SECOND = "91370100MA3C0K8U27", "91370200MA3ABCD12B"
HEADING = "enterprise,name,measure,asked,contract,money:settled\n"


@pytest.fixture
def toy(ledger: FakeLedger) -> ToyLedger:
    made = ToyLedger()
    made.serve(ledger)
    return made


def results(path: Path) -> list[dict[str, str]]:
    """The rows of the result file by heading."""
    with path.with_suffix(".result.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def imported(run: Run, path: Path, text: str | bytes, *options: str, lang: str = "en") -> Ran:
    """Write a file and import it."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return run("import", str(path), *options, lang=lang)


def outcomes(path: Path) -> list[str]:
    return [row["outcome"] for row in results(path)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "applications.csv"


def test_rows_are_registered_submitted_and_approved(toy: ToyLedger, ledger: FakeLedger, run: Run, path: Path) -> None:
    ran = imported(
        run,
        path,
        HEADING
        + f"{FIRST},济南示例,A06-1,50000.00,HT-1,1000000\n"
        + f'{SECOND},青岛示例,A06-1,"60,000.00",HT-2;HT-3,1200000\n'
        + f"{FIRST},济南示例,A06-1,60000,HT-4,\n",
        "--approve",
    )
    assert ran.code == 1  # one approval was refused
    rows = results(path)
    assert [row["outcome"] for row in rows] == ["approved", "approved", "approval refused"]
    assert [row["approved"] for row in rows] == ["50000.00", "60000.00", ""]
    assert rows[2] | {"admissible": "50000.00", "reason": "CAP_EXCEEDED", "binding": "cap.lifetime"} == rows[2]
    assert rows[2]["position"] == str(toy.events)
    assert toy.registered == {FIRST: "济南示例", SECOND: "青岛示例"}
    submitted = ledger.asked("BatchSubmitApplications")[0].requests
    assert [item.reference for item in submitted[1].evidence] == ["HT-2", "HT-3"]
    assert dict(submitted[0].facts) == {"settled_minor": "100000000"}
    assert dict(submitted[2].facts) == {}
    assert [len(request.requests) for request in ledger.asked("BatchRegisterEnterprises")] == [2]


def test_without_approve_nothing_is_approved(toy: ToyLedger, ledger: FakeLedger, run: Run, path: Path) -> None:
    ran = imported(run, path, HEADING + f"{FIRST},a,A06-1,1,,\n")
    assert ran.code == 0
    assert outcomes(path) == ["submitted"]
    assert ledger.asked("BatchApproveAwards") == []


def test_running_again_changes_nothing(toy: ToyLedger, run: Run, path: Path) -> None:
    text = HEADING + f"{FIRST},a,A06-1,60000,HT-1,\n{FIRST},a,A06-1,60000,HT-2,\n"
    imported(run, path, text, "--approve")
    first, events = results(path), toy.events
    imported(run, path, text, "--approve")
    assert toy.events == events
    assert [{**row, "done before": ""} for row in results(path)] == first
    assert [row["done before"] for row in results(path)] == ["yes", "yes"]  # of a refusal, its application's


def test_running_again_after_a_crash_completes_the_file(toy: ToyLedger, run: Run, path: Path) -> None:
    text = HEADING + "".join(f"{FIRST},a,A06-1,1.{n:02},HT-{n},\n" for n in range(10))
    toy.dies_after = 4  # the answer to the second batch of approvals is lost, though it was recorded
    ran = imported(run, path, text, "--approve", "--batch-rows", "4", "--timeout", "0.1")
    assert ran.code == 3
    assert len(results(path)) == 4
    assert "not sent" in ran.out
    toy.dies_after = 10**9
    assert imported(run, path, text, "--approve", "--batch-rows", "3").code == 0
    assert outcomes(path) == ["approved"] * 10
    assert toy.events == 1 + 10 + 10


def test_sorting_or_correcting_the_file_repeats_nothing(toy: ToyLedger, run: Run, path: Path) -> None:
    good = [f"{FIRST},a,A06-1,1,HT-{n},\n" for n in range(3)]
    imported(run, path, HEADING + "".join(good) + f"{SECOND},b,A06-1,1.005,HT-9,\n")
    assert outcomes(path) == ["submitted"] * 3 + ["wrong in the file"]
    events = toy.events
    reordered = "measure,asked,enterprise,contract,name\r\n" + "".join(
        f"A06-1,1.00,{FIRST},HT-{n},a\r\n" for n in (2, 0, 1)
    )
    imported(run, path, "\ufeff" + reordered + f"A06-1,1.05,{SECOND},HT-9,b\r\n")
    assert toy.events == events + 2  # the registration and the application of the corrected row
    assert [row["done before"] for row in results(path)] == ["yes", "yes", "yes", ""]


def test_equal_rows_are_two_applications(toy: ToyLedger, run: Run, path: Path) -> None:
    text = HEADING + f"{FIRST},a,A06-1,1,,\n" * 2
    imported(run, path, text)
    assert len({row["application"] for row in results(path)}) == 2
    events = toy.events
    imported(run, path, text)
    assert toy.events == events


def test_approving_later_does_not_apply_again(toy: ToyLedger, run: Run, path: Path) -> None:
    imported(run, path, HEADING + f"{FIRST},a,A06-1,1,,\n")
    events = toy.events
    heading = HEADING.strip() + ",approve_amount,decided_on\n"
    assert imported(run, path, heading + f"{FIRST},a,A06-1,1,,,0.50,2025-06-30\n", "--approve").code == 0
    assert toy.events == events + 1
    assert results(path)[0]["approved"] == "0.50"


def test_another_round_asks_again_for_what_was_refused(toy: ToyLedger, run: Run, path: Path) -> None:
    text = HEADING + f"{FIRST},a,A06-1,200000,,\n"
    imported(run, path, text, "--approve")
    events = toy.events
    imported(run, path, text, "--approve")
    assert toy.events == events
    imported(run, path, text, "--approve", "--round", "2")
    assert toy.events == events + 1


def test_another_payee_for_the_same_row_is_not_a_new_application(
    toy: ToyLedger, ledger: FakeLedger, run: Run, path: Path
) -> None:
    heading = HEADING.strip() + ",payee_name,payee_account,payee_bank\n"
    imported(run, path, heading + f"{FIRST},a,A06-1,1,,,户名,6222,工行\n")
    imported(run, path, heading + f"{FIRST},a,A06-1,1,,,户名,6223,工行\n")
    assert results(path)[0]["reason"] == "REQUEST_ID_REUSED"
    ids = [batch.requests[0].request_id for batch in ledger.asked("BatchSubmitApplications")]
    assert ids[0] == ids[1]  # an account number leaves no trace in an id that everybody may read


def test_headings_and_results_speak_chinese(toy: ToyLedger, ledger: FakeLedger, run: Run, path: Path) -> None:
    text = (
        "序号#,统一社会信用代码,企业名称,政策措施,申报金额,合同,金额：settled,事实:industry,申报日期\r\n"
        f'1,{FIRST},济南示例科技有限公司,A06-1,"50,000.00",鲁合〔2025〕1号；鲁合〔2025〕2号,1000000,制造,2025-06-01\r\n'
    ).replace("序号#", "#序号")
    ran = imported(run, path, text.encode("gb18030"), lang="zh")
    assert ran.code == 0
    row = results(path)[0]
    assert (row["结果"], row["申报金额"], row["币种"]) == ("已登记申报", "50000.00", "CNY")
    request = ledger.asked("BatchSubmitApplications")[0].requests[0]
    assert [item.reference for item in request.evidence] == ["鲁合〔2025〕1号", "鲁合〔2025〕2号"]
    assert dict(request.facts) == {"settled_minor": "100000000", "industry": "制造"}
    assert request.applied_on == "2025-06-01"
    assert "已登记申报" in ran.out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_the_same_file_in_any_encoding_is_the_same_request(
    toy: ToyLedger, run: Run, path: Path, encoding: str, ending: str
) -> None:
    text = HEADING + f"{FIRST},济南示例,A06-1,1,鲁合1号,\n\n  \n,,,,,\n"
    imported(run, path, text)
    events = toy.events
    ran = imported(run, path, text.replace("\n", ending).encode(encoding))
    assert ran.code == 0
    assert toy.events == events
    assert [row["line"] for row in results(path)] == ["2"]


def test_hostile_rows_fail_alone(toy: ToyLedger, run: Run, path: Path) -> None:
    rows = [
        (f"{FIRST},a,A06-1,1,,", "submitted"),
        (f"{FIRST},a,A06-1,1", "wrong in the file"),
        (f"{FIRST},a,A06-1,1,,,extra", "wrong in the file"),
        (f"{FIRST},a,A06-1,1.001,,", "wrong in the file"),
        (f"{FIRST},a,A06-1,1e3,,", "wrong in the file"),
        (f"{FIRST},a,A06-1,-5,,", "wrong in the file"),
        (f"{FIRST},a,A06-1,{'9' * 30},,", "wrong in the file"),
        (f"{FIRST},a,A06-1,9223372036854775808,,", "wrong in the file"),
        (f"{FIRST},a,A06-1,1,,12.345", "wrong in the file"),
        (",a,A06-1,1,,", "wrong in the file"),
        (f"{FIRST},a,,1,,", "wrong in the file"),
        (f'{FIRST},"a\nb",A06-1,1,,', "wrong in the file"),
        (f"{FIRST},a\0,A06-1,1,,", "wrong in the file"),
        (f"{FIRST},a,B99-9,1,,", "failed"),
        ("123,a,A06-1,1,,", "failed"),
        (f"{SECOND},,A06-1,1,,", "failed"),
        (f'{FIRST},"=cmd|""x""",A06-1,1,"=1+1",', "submitted"),
        (f"{FIRST},a,A06-1,{'1' * 70_000},,", "wrong in the file"),
        (f"  {FIRST} ,a, A06-1 , 2 ,,", "submitted"),
        (f"{FIRST},a,A06-1,,,", "submitted"),
    ]
    ran = imported(run, path, HEADING + "".join(text + "\n" for text, _ in rows))
    assert ran.code == 1
    assert outcomes(path) == [outcome for _, outcome in rows]
    told = {row["line"]: row["message"] for row in results(path)}
    assert told["3"] == "4 cells where the heading has 6"
    assert "asked: 1.001: CNY has 2 decimal places" in told["5"]
    assert "asked: '1e3' is not an amount" in told["6"]
    assert "money:settled" in told["10"]
    assert "control character" in told["13"]
    assert "There is no such measure." in told["16"]  # two lines further: one row has a line break


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("enterprise,measure\n", "the file lacks the column(s) asked"),
        ("enterprise,measure,asked,aplied_on\n", "unknown column(s) aplied_on"),
        ("enterprise,measure,asked,fact:\n", "unknown column(s) fact:"),
        ("enterprise,measure,asked,contract,evidence:contract\n", "occur twice"),
        ("enterprise;measure;asked\n", "the file lacks the column(s)"),
        (HEADING + f'{FIRST},"a,A06-1,1,,\n' + f"{FIRST},b,A06-1,1,,\n" * 3, "from line 2 on this is no CSV"),
        (HEADING + f'{FIRST},"a"b,A06-1,1,,\n', "from line 2 on this is no CSV"),
        (HEADING.encode() + b"\xff\xff\xff\n", "the file is in none of utf-8, gb18030"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_sends_nothing(
    toy: ToyLedger, ledger: FakeLedger, run: Run, path: Path, text: str | bytes, said: str
) -> None:
    ran = imported(run, path, text)
    assert ran.code == 2
    assert said in " ".join(ran.err.split())
    assert ledger.calls == []
    assert not path.with_suffix(".result.csv").exists()


def test_an_encoding_can_be_named(toy: ToyLedger, run: Run, path: Path) -> None:
    text = (HEADING + f"{FIRST},São Tomé,A06-1,1,,\n").encode("latin-1")
    assert imported(run, path, text, "--encoding", "latin-1").code == 0
    assert toy.registered[FIRST] == "São Tomé"
    assert imported(run, path, text, "--encoding", "klingon").code == 2


def test_a_check_records_nothing(toy: ToyLedger, ledger: FakeLedger, run: Run, path: Path) -> None:
    text = HEADING + f"{FIRST},a,A06-1,1,,\n{FIRST},a,A06-1,x,,\n{FIRST},a,B1,1,,\n"
    assert imported(run, path, text, "--check", "--approve").code == 1
    assert outcomes(path) == ["well-formed", "wrong in the file", "failed"]
    assert toy.events == 0
    assert {call.method for call in ledger.calls} == {"GetHead", "GetMeasure"}


def test_a_summary_as_json_is_one_document(toy: ToyLedger, run: Run, path: Path) -> None:
    ran = imported(run, path, HEADING + f"{FIRST},a,A06-1,1,,\n", "--json")
    document = json.loads(ran.out)
    assert (document["rows"], document["submitted"], document["failed"]) == (1, 1, 0)
    assert ran.err == ""


def test_an_earlier_result_stays_while_the_ledger_is_down(run: Run, path: Path) -> None:
    path.write_text(HEADING + f"{FIRST},a,A06-1,1,,\n", "utf-8")
    path.with_suffix(".result.csv").write_text("earlier", "utf-8")
    ran = run("import", str(path), "--server", "127.0.0.1:1", "--timeout", "0.2")
    assert ran.code == 3
    assert path.with_suffix(".result.csv").read_text("utf-8") == "earlier"


def test_the_result_never_overwrites_the_file(toy: ToyLedger, run: Run, path: Path) -> None:
    ran = imported(run, path, HEADING, "--result", str(path))
    assert ran.code == 2
    assert path.read_text("utf-8") == HEADING


def test_a_result_that_cannot_be_written_is_said_before_anything_is_sent(
    toy: ToyLedger, ledger: FakeLedger, run: Run, path: Path
) -> None:
    ran = imported(run, path, HEADING + f"{FIRST},a,A06-1,1,,\n", "--result", str(path.parent / "no" / "r.csv"))
    assert ran.code == 2
    assert "cannot be written" in " ".join(ran.err.split())
    assert {call.method for call in ledger.calls} == {"GetHead"}


def test_a_spreadsheet_runs_nothing_from_the_result(toy: ToyLedger, run: Run, path: Path) -> None:
    imported(run, path, HEADING + '"=HYPERLINK(1)",,@SUM(A1),1,,\n')
    row = results(path)[0]
    assert row["enterprise"] == "'=HYPERLINK(1)"
    assert row["measure"] == "'@SUM(A1)"


def test_large_files_go_in_batches(toy: ToyLedger, ledger: FakeLedger, run: Run, path: Path) -> None:
    text = HEADING + "".join(f"{FIRST},a,A06-1,0.01,HT-{n},\n" for n in range(1_201))
    assert imported(run, path, text).code == 0
    assert [len(batch.requests) for batch in ledger.asked("BatchSubmitApplications")] == [500, 500, 201]
    assert len(results(path)) == 1_201
    bulky = HEADING + "".join(f"{FIRST},a,A06-1,0.02,{'x' * 40_000}{n},\n" for n in range(60))
    assert imported(run, path, bulky).code == 0
    assert all(batch.ByteSize() < 2**21 for batch in ledger.asked("BatchSubmitApplications"))


def test_every_column_is_documented() -> None:
    text = (Path(__file__).parents[3] / "docs" / "command-line.md").read_text("utf-8")
    helped = COMMANDS["import"]
    for column in (*KNOWN, *(f"{prefix}:" for prefix in PREFIXES)):
        assert column in text
        assert column in helped.en
        assert column in helped.zh
    for heading in ALIASES:
        assert heading in text
    for prefix in PREFIX_ALIASES:
        assert f"{prefix}:" in text
