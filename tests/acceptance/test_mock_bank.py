"""Two weeks with a bank of somebody else's making, a process of its own: it rejects, returns, is silent, loses things.

Nothing of what it sends is changed on the way. In the end every line is explained, and what is absent is listed.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from award_ledger.v1 import awards_pb2
from award_ledger.v1.common_pb2 import Payee
from tests import samples
from tests.acceptance import mock_bank
from tests.acceptance.mock_bank import MockBank
from tests.served import Served, serving

BEAN_CHECK = Path(sys.executable).parent / "bean-check"
OURS = "NL14MOCK0000000099"
CLOSED = "NL84MOCK0000000003"
"""An account that the bank keeps from the start, and that is closed."""

Run = Callable[..., Any]


class Weeks:
    """The bank, the ledger, and finance in between."""

    def __init__(self, bank: MockBank, served: Served, run: Run, folder: Path) -> None:
        self.bank, self.served, self.run, self.folder = bank, served, run, folder
        self.awards: dict[int, str] = {}

    def on(self, day: str) -> None:
        """Midnight at the bank, and four in the afternoon of Shanghai at the ledger."""
        self.bank.until(day)
        afternoon = datetime.combine(date.fromisoformat(day), time(8), UTC)
        self.served.clock.us = int(afternoon.timestamp()) * 1_000_000

    def award(self, serial: int, amount: int, account: str) -> None:
        """An award to an enterprise of its own, with its payee."""
        if serial > 1:
            self.served.officer.do(samples.register(serial))
        payee = Payee(account_name=f"示例企业{serial}", account_number=account, bank="102451000013 某行")
        asked = samples.submit(serial, asked_minor=amount, payee=payee)
        application = self.served.officer.do(asked).application.application_id
        approval = awards_pb2.ApproveAwardRequest(enterprise=asked.enterprise, application_id=application)
        self.awards[serial] = self.served.officer.do(approval).award.award_id

    def pay(self, code: str, day: str, *serials: int) -> list[str]:
        """A run of these awards, drafted, approved, and written for the bank; the ids of its payments."""
        named = [f"--pay={samples.number(serial).number}/{self.awards[serial]}" for serial in serials]
        self.run("run", "draft", code, OURS, "--execute-on", day, *named)
        self.run("run", "approve", code, by="feng@czt")
        self.run("run", "approve", code, by="sun@czt")
        sent = self.run("run", "send", code, str(self.file(code)))
        return [payment["end_to_end_id"] for payment in sent["run"]["payments"]]

    def file(self, code: str) -> Path:
        return self.folder / f"{code}.xml"

    def take(self, kind: str) -> list[tuple[str, int]]:
        """Imports what the bank has sent of a type: the outcome, and how many lines or answers."""
        return [told for path in self.bank.collect(kind) for told in self.take_file(path)]

    def take_file(self, path: Path, code: int = 0) -> list[tuple[str, int]]:
        told = self.run("import", str(path), code=code)
        return [(one["outcome"], one.get("lines", 0) or one.get("answers", 0)) for one in told]

    def states(self) -> dict[str, str]:
        found = self.run("attempts", OURS).get("attempts", [])
        return {one["end_to_end_id"]: one["state"].removeprefix("ATTEMPT_STATE_") for one in found}

    def exceptions(self) -> dict[str, int]:
        ageing = self.run("status", OURS)["status"]["ageing"]
        return {aged["kind"]: int(aged["amount_minor"]) for aged in ageing if aged["amount_minor"] != "0"}

    def missing(self) -> list[str]:
        found: list[str] = self.run("status", OURS)["status"].get("missing", [])
        return found

    def matched(self) -> int:
        """How many lines are posted by one person, by their ids alone."""
        return len(self.run("match", OURS, "--post")["posted"])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """On one database: what the bank says does not depend on it."""
    with serving(f"sqlite:///{tmp_path}/ledger.sqlite3") as running:
        yield running


@pytest.fixture
def weeks(served: Served, run: Run, tmp_path: Path) -> Iterator[Weeks]:
    samples.prepare(served.officer)
    account = {"id": "SDCZ", "iban": OURS, "name": "省级专户", "balance": 1_000_000, "currency": "CNY"}
    with mock_bank.running(account, "2025-08-01T09:00", tmp_path) as bank:
        found = Weeks(bank, served, run, tmp_path)
        for serial, amount in ((1, 300), (2, 310), (3, 320), (4, 330)):
            found.award(serial, amount, CLOSED if serial == 2 else f"62220000{serial:08}")
        run("open", OURS, "--name", "省级专户", "--bank", "102451000013 某银行")
        yield found


def test_two_weeks_with_a_bank_that_does_everything_a_bank_does(weeks: Weeks) -> None:
    paid, refused, returning = _one_is_rejected(weeks)
    again, late = _what_was_rejected_is_paid_again_and_the_bank_is_silent(weeks, paid, returning)
    lost = _a_statement_is_lost_and_money_comes_back(weeks, returning)
    _silence_leaves_payments_unknown(weeks, again, late)
    _the_lost_statement_comes_after_all(weeks, lost, again, late)
    third = _a_statement_has_a_hole(weeks)
    weeks.served.clock.advance_s(14 * 86_400)
    settled = dict.fromkeys((paid, again, late), "SETTLED")
    assert weeks.states() == {**settled, refused: "FAILED", returning: "RETURNED", third: "REPORTED"}
    assert weeks.run("lines", OURS, "--class", "imported").get("lines", []) == []
    assert weeks.exceptions() == {"in_transit": 320, "reported": 320, "suspense": 77}
    assert weeks.missing() == [
        "between 2025-08-07 and 2025-08-11: closed with 999137, opens with 998817",
        "statement number 6 of 2025",
        "silent since 2025-08-11",
    ]
    believed = [
        weeks.run("status", OURS, "--as-of", day)["status"].get("missing", []) for day in ("2025-08-06", "2025-08-07")
    ]
    assert [len(found) for found in believed] == [2, 2]
    assert weeks.run("attempts", OURS, "--as-of", "2025-08-07", "--on", "2025-08-08", "--state", "unknown")["attempts"]


def _one_is_rejected(weeks: Weeks) -> list[str]:
    """Friday: three payments, of which one goes to a closed account and one will come back."""
    ids = paid, refused, returning = weeks.pay("R-1", "2025-08-01", 1, 2, 3)
    weeks.bank.behave("return-later", days=2, reason="AC04", end_to_end_id=returning)
    assert weeks.bank.pay(weeks.file("R-1"))["status"] == "PART"
    [answer] = weeks.bank.collect("pain.002")
    assert weeks.take_file(answer) == [("answered", 3)]
    assert weeks.take_file(answer) == [("unchanged", 3)]
    assert weeks.states() == {paid: "ACCEPTED", refused: "FAILED", returning: "ACCEPTED"}
    # The file goes out twice by mistake: the copy is turned away as one, and what the first became stands.
    assert weeks.bank.pay(weeks.file("R-1"))["reason"] == "DUPL"
    assert weeks.take("pain.002") == [("answered", 3)]
    assert weeks.states() == {paid: "ACCEPTED", refused: "FAILED", returning: "ACCEPTED"}
    weeks.bank.report()
    assert (weeks.take("camt.052"), weeks.take("camt.054")) == ([("reported", 2)], [("reported", 2)])
    assert weeks.states() == {paid: "REPORTED", refused: "FAILED", returning: "REPORTED"}
    assert weeks.exceptions() == {"in_transit": 620, "reported": 620, "awaiting_reissue": 310}
    return list(ids)


def _what_was_rejected_is_paid_again_and_the_bank_is_silent(weeks: Weeks, paid: str, returning: str) -> list[str]:
    """Monday: the statement of Friday settles; another run goes out, on the evidence of the rejection."""
    weeks.on("2025-08-04")
    [friday] = weeks.bank.collect("camt.053")
    assert (weeks.take_file(friday), weeks.matched()) == ([("imported", 2)], 2)
    assert {weeks.states()[one] for one in (paid, returning)} == {"SETTLED"}
    certificate = weeks.folder / "day.json"
    weeks.run("day", OURS, "2025-08-01", "--certificate", str(certificate))
    assert weeks.run("verify", str(certificate), str(friday)) == {"holds": True, "findings": []}
    weeks.bank.call("PATCH", "/_mock/accounts/INITECH", {"closed": False, "behaviour": "accept"})
    weeks.bank.behave("silent")
    ids = weeks.pay("R-2", "2025-08-04", 2, 4)
    assert weeks.bank.pay(weeks.file("R-2"))["accepted"] == 2
    assert weeks.take("pain.002") == []
    return ids


def _a_statement_is_lost_and_money_comes_back(weeks: Weeks, returning: str) -> Path:
    """Wednesday: the statement of Monday got lost on the way; that of Tuesday has the money that came back."""
    weeks.on("2025-08-06")
    stranger = {"account": "SDCZ", "amount": 77, "currency": "CNY", "debtor": {"name": "陌生公司"}, "note": ["来款"]}
    assert weeks.bank.call("POST", "/_mock/credits", stranger).get("amount") == 77
    lost, tuesday = weeks.bank.collect("camt.053")
    assert (weeks.take_file(tuesday), weeks.matched()) == ([("imported", 1)], 1)
    assert weeks.states()[returning] == "RETURNED"
    assert weeks.missing() == [
        "between 2025-08-01 and 2025-08-05: closed with 999380, opens with 998740",
        "statement number 2 of 2025",
    ]
    return lost


def _silence_leaves_payments_unknown(weeks: Weeks, again: str, late: str) -> None:
    """Friday: nobody has answered the second run, nothing pays it again. Two people set a stranger's money aside."""
    weeks.on("2025-08-08")
    assert {weeks.states()[one] for one in (again, late)} == {"UNKNOWN"}
    assert weeks.missing()[-1] == "no answer to R-2 by 2025-08-07: 2 payment(s), 640"
    named = f"--pay={samples.number(2).number}/{weeks.awards[2]}"
    assert "covered" in weeks.run("run", "draft", "R-X", OURS, "--execute-on", "2025-08-08", named, code=1)
    assert weeks.take("camt.053") == [("imported", 1), ("imported", 0)]
    [unexplained] = weeks.run("lines", OURS, "--class", "imported")["lines"]
    part = ("--as-part", "suspense:0.77", "--reason", "来款不明")
    for person in ("zhou@czt", "wu@czt"):
        weeks.run("assign", OURS, unexplained["key"], *part, by=person)


def _the_lost_statement_comes_after_all(weeks: Weeks, lost: Path, again: str, late: str) -> None:
    """What was unknown is found in it, and nothing is missing; other people's program agrees with the journal."""
    assert (weeks.take_file(lost), weeks.matched()) == ([("imported", 2)], 2)
    assert {weeks.states()[one] for one in (again, late)} == {"SETTLED"}
    assert (weeks.missing(), weeks.exceptions()) == ([], {"suspense": 77, "awaiting_reissue": 320})
    journal = weeks.folder / "journal.beancount"
    weeks.run("journal", str(journal))
    checked = subprocess.run([str(BEAN_CHECK), "--no-cache", str(journal)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def _a_statement_has_a_hole(weeks: Weeks) -> str:
    """What came back is paid again, and seen in a notification; the statement of that day is quarantined whole."""
    weeks.bank.behave("statement-gap")
    [paid] = weeks.pay("R-3", "2025-08-08", 3)
    weeks.bank.pay(weeks.file("R-3"))
    assert (weeks.take("pain.002"), weeks.take("camt.054")[-1]) == ([("answered", 1)], ("reported", 1))
    weeks.on("2025-08-12")
    holed, monday = weeks.bank.collect("camt.053")
    [told] = weeks.run("import", str(holed), code=1)
    assert (told["outcome"], told["reason"]) == ("quarantined", "balance")
    assert weeks.take_file(monday) == [("imported", 0)]
    return paid
