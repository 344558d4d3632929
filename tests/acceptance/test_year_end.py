"""The end of a year as finance does it by the command line, and what comes late; on both databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from award_ledger.v1.clawbacks_pb2 import OrderClawbackRequest
from award_ledger.v1.funds_pb2 import GetFundRequest
from award_ledger.v1.terms_pb2 import GROUND_BREACH
from tests import samples
from tests.acceptance.test_finance_commands import OURS, awards, camt
from tests.served import Served

BEAN_CHECK = Path(sys.executable).parent / "bean-check"
NEXT, LATE = "F/2026", "2026-01-09"
Run = Callable[..., Any]


def paid(run: Run, code: str, on: str, folder: Path, *, opening: int, number: int) -> list[str]:
    """The ids of a run of all that is due, after the bank's statement of it is matched."""
    run("run", "draft", code, OURS, "--execute-on", on, "--measure", samples.MEASURE)
    run("run", "approve", code, by="feng@czt")
    run("run", "approve", code, by="sun@czt")
    sent = run("run", "send", code, str(folder / f"{code}.xml"))["run"]["payments"]
    lines = [(-int(payment["amount_minor"]), payment["end_to_end_id"], "") for payment in sent]
    run("import", str(camt(folder / f"{code}-bank.xml", *lines, opening=opening, number=number, day=on)))
    assert len(run("match", OURS, "--post")["posted"]) == len(lines)
    return [payment["end_to_end_id"] for payment in sent]


def exceptions(run: Run, *options: str) -> dict[str, int]:
    ageing = run("status", OURS, *options)["status"]["ageing"]
    return {aged["kind"]: int(aged["amount_minor"]) for aged in ageing if aged["amount_minor"] != "0"}


def stands(served: Served, code: str) -> tuple[int, int, int, int]:
    fund = served.officer.do(GetFundRequest(code=code)).fund
    return fund.appropriated_minor, fund.available_minor, fund.encumbered_minor, fund.expended_minor


@pytest.mark.soak
def test_a_year_is_closed_and_what_comes_late_goes_where_the_rules_say(
    served: Served, run: Run, tmp_path: Path
) -> None:
    _, second = awards(served, 300, 400)
    later = samples.create_fund(NEXT)
    later.fiscal_year = 2026
    served.officer.do(later)
    run("open", OURS, "--name", "省级专户", "--bank", "102451000013")
    first_id, _ = paid(run, "R-1", samples.DAY, tmp_path, opening=1_000_000, number=1)
    close = ("close-year", samples.FUND, "--carry-into", NEXT, "--document", "鲁财预〔2026〕1号")
    run(*close, code=1)

    served.clock.advance_s(161 * 86_400)
    tried = run(*close, "--dry-run")
    assert stands(served, samples.FUND) == (samples.FUND_MINOR, 9_300, 0, 700)
    closed = run(*close)
    assert [closed[name] for name in ("lapsed_minor", "carried_minor")] == ["9300", "9300"]
    assert tried["lapsed_minor"] == closed["lapsed_minor"]
    assert stands(served, samples.FUND) == (700, 0, 0, 700)
    assert stands(served, NEXT) == (samples.FUND_MINOR + 9_300, samples.FUND_MINOR + 9_300, 0, 0)
    run(*close, code=1)

    bank = camt(tmp_path / "late.xml", (300, first_id, ""), (100, "", "退款"), opening=999_300, number=2, day=LATE)
    run("import", str(bank))
    assert len(run("match", OURS, "--post")["posted"]) == 1
    assert exceptions(run) == {"unexplained": 100, "awaiting_reissue": 300}
    firm = samples.number(2).number
    served.officer.do(
        OrderClawbackRequest(
            enterprise=samples.number(2), award_id=second, amount_minor=100, ground=GROUND_BREACH, reason="违约"
        )
    )
    [refund] = [told["key"] for told in run("lines", OURS, "--class", "imported")["lines"]]
    for person in ("zhou@czt", "wu@czt"):
        part = f"recovery:1.00:{firm}/{second}/1"
        run("assign", OURS, refund, "--as-part", part, "--reason", "看过回单", by=person)
    paid(run, "R-2", LATE, tmp_path, opening=999_700, number=3)
    assert exceptions(run) == {}
    assert stands(served, samples.FUND) == (700, 0, 0, 700)
    assert exceptions(run, "--as-of", "2025-12-31") == {}

    journal = tmp_path / "journal.beancount"
    run("journal", str(journal), "--journal-profile", "paying_unit")
    checked = subprocess.run([str(BEAN_CHECK), "--no-cache", str(journal)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
