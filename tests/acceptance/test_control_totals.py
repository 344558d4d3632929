"""Control totals by account and day, on the screen and in spreadsheets where numbers are numbers; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from tests import samples
from tests.acceptance.test_finance_commands import OURS, camt
from tests.served import Served

OTHER = "37001616808050008888"


def test_control_totals_are_shown_by_account_and_day(served: Served, run: Callable[..., Any], tmp_path: Path) -> None:
    for account in (OURS, OTHER):
        run("open", account, "--name", "省级专户")
    run("import", str(camt(tmp_path / "1.xml", (50, "", "来款"), (-20, "", "x"), opening=1_000)))
    served.clock.advance_s(3 * 86_400)
    run("import", str(camt(tmp_path / "2.xml", (-30, "", "y"), opening=1_030, number=2, day="2025-08-04")))
    run("import", str(camt(tmp_path / "3.xml", opening=1_001, number=3, day="2025-08-03")))

    days = run("status", OURS)["status"]["days"]
    names = ("opening_minor", "in_minor", "out_minor", "closing_minor", "bank_closing_minor")
    assert [(one["day"], *(int(one[name]) for name in names), one["open_count"]) for one in days] == [
        (samples.DAY, 1_000, 50, 20, 1_030, 1_030, 2),
        ("2025-08-03", 1_030, 0, 0, 1_030, 1_001, 0),
        ("2025-08-04", 1_030, 0, 30, 1_000, 1_000, 1),
    ]
    assert [one["day"] for one in run("status", OURS, "--days", "1")["status"]["days"]] == ["2025-08-04"]
    assert run("status", OURS, "--days", "0")["status"]["days"] == []
    assert [one["day"] for one in run("status", OURS, "--as-of", samples.DAY)["status"]["days"]] == [samples.DAY]
    run("status", OURS, "--days", "3661", code=2)

    accounts = run("status")["accounts"]
    assert [one["status"]["account"] for one in accounts] == [OTHER, OURS]
    book, table = tmp_path / "status.xlsx", tmp_path / "status.csv"
    run("status", "--to", str(book))
    every, by_day = openpyxl.load_workbook(book).worksheets
    assert [row[3] for row in every.iter_rows(min_row=2, values_only=True)] == [0, 10]
    cells: list[Any] = list(by_day.iter_rows(min_row=2))
    assert [(row[1].value, row[7].value, row[7].data_type) for row in cells] == [
        (samples.DAY, 10.3, "n"),
        ("2025-08-03", 10.3, "n"),
        ("2025-08-04", 10, "n"),
    ]
    assert (cells[0][0].value, cells[0][0].data_type) == (OURS, "s")
    run("status", OURS, "--to", str(table))
    text = table.read_text("utf-8-sig")
    assert f"{OURS},2025-08-04,10.30,0,0.00,1,{Decimal('0.30')},10.00,10.00,1" in text


def test_what_spreadsheets_of_chinese_input_would_compute_is_text(
    served: Served, run: Callable[..., Any], tmp_path: Path
) -> None:
    run("open", OURS, "--name", "省级专户")
    run("import", str(camt(tmp_path / "1.xml", (50, "", "＝1+1"), (60, "", "＠x"))))
    table = tmp_path / "lines.csv"
    run("lines", OURS, "--to", str(table))
    assert "'＝1+1" in (text := table.read_text("utf-8-sig"))
    assert "'＠x" in text
