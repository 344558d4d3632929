"""What the treasury paid by voucher: its receipts settle, as a statement does, and prove no balance."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests import samples
from tests.acceptance.test_finance_commands import BEAN_CHECK, NAME, OURS, Run, awards, camt
from tests.served import Served

_HEAD = "支付令编号,支付金额,实际支付金额,实际支付日期,银行流水号,支付状态,失败原因,收款人全称,业务编号"


def receipts(path: Path, *rows: tuple[str, int, int, str, str]) -> Path:
    """Rows of a number, what was asked and paid in fen, why it failed, and the id of a payment."""
    told = []
    for number, asked, paid, why, named in rows:
        state = "支付成功" if paid else "支付失败" if why else "处理中"
        day, serial = (samples.DAY, f"S{number}") if paid else ("", "")
        told.append(
            f"{number},{asked / 100:.2f},{paid / 100:.2f},{day},{serial},{state},{why},{NAME},{named}"
            if paid or why
            else f"{number},{asked / 100:.2f},,,,{state},,{NAME},{named}"
        )
    footer = f"合计,{sum(row[1] for row in rows) / 100:.2f},,,,共{len(rows)}笔"
    path.write_text("\n".join((f"付款人账号：,{OURS}", _HEAD, *told, footer, "")), "gb18030")
    return path


def test_the_treasurys_receipts_settle_what_they_name_and_grow_during_their_day(
    served: Served, run: Run, tmp_path: Path
) -> None:
    awards(served, 100, 200, 300, 400)
    run("open", OURS, "--name", "零余额账户", "--bank", "102451000013 某银行")
    run("run", "draft", "R-1", OURS, "--execute-on", samples.DAY, "--measure", samples.MEASURE)
    payments = run("run", "approve", "R-1", by="sun@czt")["run"]["payments"]
    first, second, third, fourth = (payment["end_to_end_id"] for payment in payments)
    run("run", "send", "R-1", str(tmp_path / "R-1.csv"), "--counter")
    run("vouchers", OURS, "--voucher", f"{first}=ZF2025000001", by="zhou@czt")
    noon = receipts(
        tmp_path / "noon.csv",
        ("ZF2025000001", 100, 100, "", ""),
        ("ZF2025000002", 200, 0, "账户名称不符", ""),
        ("ZF2025000003", 300, 0, "", ""),
    )
    imported, failed = run("import", str(noon))
    assert (imported["outcome"], imported["new_lines"]) == ("imported", 1)
    assert (failed["outcome"], failed["statement"], failed["reason"]) == (
        "voucher_failed",
        "ZF2025000002",
        "账户名称不符",
    )
    assert run("import", str(noon))[0]["outcome"] == "unchanged"
    evening = receipts(
        tmp_path / "evening.csv",
        ("ZF2025000001", 100, 100, "", ""),
        ("ZF2025000003", 300, 300, "", third),
        ("ZF2025000004", 400, 399, "", fourth),
    )
    [more] = run("import", str(evening))
    assert (more["lines"], more["new_lines"]) == (3, 2)
    assert len(run("match", OURS, "--post")["posted"]) == 2
    states = {one["end_to_end_id"]: one["state"] for one in run("attempts", OURS)["attempts"]}
    assert {name: state.removeprefix("ATTEMPT_STATE_") for name, state in states.items()} == {
        first: "SETTLED",
        second: "SENT",
        third: "SETTLED",
        fourth: "SENT",
    }
    status = run("status", OURS)["status"]
    assert (status["closing_minor"], status["ledger_minor"], status.get("absences", [])) == ("-799", "-799", [])

    certificate, journal = tmp_path / "day.json", tmp_path / "journal.beancount"
    run("day", OURS, samples.DAY, "--certificate", str(certificate))
    assert run("verify", str(certificate), str(noon), str(evening))["holds"] is True
    run("journal", str(journal), "--journal-profile", "paying_unit")
    checked = subprocess.run([str(BEAN_CHECK), "--no-cache", str(journal)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")

    [mixed] = run("import", str(camt(tmp_path / "bank.xml", (50, "", "x"))), code=1)
    assert (mixed["outcome"], mixed["reason"]) == ("refused", "STATEMENT_CONFLICT")


def test_a_list_on_which_nothing_was_paid_yet_is_read_and_changes_nothing(
    served: Served, run: Run, tmp_path: Path
) -> None:
    run("open", OURS, "--name", "零余额账户")
    before = served.head()
    [told] = run("import", str(receipts(tmp_path / "early.csv", ("ZF2025000001", 300, 0, "", ""))))
    assert (told["outcome"], served.head()) == ("evidence", before)
