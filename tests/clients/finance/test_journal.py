"""Journals: bean-check, a program of other people, proves what the ledger says, to the last minor unit."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from award_ledger.clients.finance.journal.occurrences import occurrences
from award_ledger.clients.finance.journal.profiles import ProfileError, profile, profile_names
from award_ledger.clients.finance.journal.writing import journal
from award_ledger.domain.account_status import account_status
from award_ledger.domain.corrections import PaymentCorrected
from award_ledger.domain.encoding import encode_fact
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Event
from award_ledger.domain.fund import Fund
from award_ledger.domain.refusals import Refused
from award_ledger.domain.working_set import Ledger
from award_ledger.server.commands.payment_runs import RunRow
from award_ledger.server.commands.record_rejection import RecordRejection
from award_ledger.server.commands.revoke_award import RevokeAward
from tests.domain.bank_desk import FinanceDesk, booked, part
from tests.domain.desk import DAY
from tests.golden.reading import golden

BEAN_CHECK = Path(sys.executable).parent / "bean-check"


class Stored:
    """An event as the contract gives it."""

    def __init__(self, event: Event) -> None:
        self.position, self.aggregate_id = event.position, str(event.originator_id)
        self.topic, self.state = event.fact.TOPIC, encode_fact(event.fact)


def written(events: Iterable[Event], name: str = "general", file_format: str = "beancount") -> str:
    told = occurrences([Stored(event) for event in events])
    return "\n".join(journal(told, profile(name), file_format)) + "\n"


def checked(text: str, folder: Path) -> str:
    """What bean-check has against it; empty if nothing."""
    file = folder / "journal.beancount"
    file.write_text(text, "utf-8")
    done = subprocess.run([str(BEAN_CHECK), "--no-cache", str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (not done.stderr), done
    return done.stderr


def a_story() -> FinanceDesk:
    """Paid in a run, returned in part, ordered back and received, a second debit, a charge, a match taken back."""
    desk = FinanceDesk()
    row = desk.awarded(300)
    first, second = desk.run(row, desk.awarded(200, "F"))
    lines = [booked("a", -300, first), booked("b", -200, second), booked("c", 80, second), booked("d", 50)]
    lines += [booked("e", -200, second), booked("f", -5), booked("g", 7)]
    desk.statement(*lines, opening=1_000)
    desk.match("a", part("settlement", 300, first))
    desk.match("b", part("settlement", 200, second))
    desk.match("c", part("return", 80, second))
    award = desk.ledger.enterprise(row.enterprise_id).awards[row.award_id]
    desk.order(award, 100)
    owed: dict[str, Any] = {"enterprise_id": row.enterprise_id, "award_id": row.award_id, "clawback": 1}
    desk.match("d", part("recovery", 50, **owed))
    desk.match("e", part("receivable", 200))
    desk.match("f", part("fee", 5))
    desk.unmatch("c")
    [receivable] = desk.account.receivables
    desk.match("g", part("receivable_receipt", 7, receivable))
    desk.write_off(receivable, 90)
    desk.write_off(receivable, -10)
    return desk


@pytest.mark.parametrize("name", profile_names())
def test_a_story_of_finance_is_proved_by_bean_check(name: str, tmp_path: Path) -> None:
    assert checked(written(a_story().events, name), tmp_path) == ""


def test_what_is_owed_and_what_is_lost_is_in_the_journal_as_the_account_has_it() -> None:
    desk = a_story()
    [owed] = desk.account.receivables.values()
    told = sums(written(desk.events))
    assert told["Assets:Accrual:OtherReceivables"] == owed.outstanding_minor == 200 - 7 - 80
    assert told["Expenses:Accrual:Losses"] == owed.written_off_minor == 80


def test_a_slip_of_one_minor_unit_is_found(tmp_path: Path) -> None:
    text = written(a_story().events)
    amounts = list(re.finditer(r"^  \S+  (-?\d+\.\d\d) CNY$", text, re.MULTILINE))
    assert len(amounts) > 20
    for found in (amounts[0], amounts[len(amounts) // 2], amounts[-1]):
        slipped = f"{int(found[1].replace('.', '')) + 1:04d}"
        wrong = text[: found.start(1)] + f"{slipped[:-2]}.{slipped[-2:]}" + text[found.end(1) :]
        assert "does not balance" in checked(wrong, tmp_path)


def test_a_bank_balance_that_the_lines_do_not_bear_out_is_found(tmp_path: Path) -> None:
    text = written(a_story().events)
    wrong = re.sub(
        r"(balance \S+  )(\d+\.\d)(\d)", lambda found: f"{found[1]}{found[2]}{(int(found[3]) + 1) % 10}", text
    )
    assert wrong != text
    assert "Balance failed" in checked(wrong, tmp_path)


def test_the_golden_log_is_proved_with_every_kind_of_event(tmp_path: Path) -> None:
    assert checked(written(line.event() for line in golden()), tmp_path) == ""


def sums(text: str) -> dict[str, int]:
    """Balance of each account in minor units."""
    found: dict[str, int] = {}
    for account, amount in re.findall(r"^  ([A-Z]\S+)  (-?\d+\.\d\d) CNY$", text, re.MULTILINE):
        found[account] = found.get(account, 0) + int(amount.replace(".", ""))
    return found


@pytest.mark.parametrize("events", [[line.event() for line in golden()], a_story().events], ids=("golden", "story"))
def test_the_encumbrance_set_says_what_the_funds_say(events: list[Event]) -> None:
    ledger = Ledger()
    for event in events:
        ledger.apply(event)
    funds = [found for found in ledger.aggregates.values() if isinstance(found, Fund) and found.currency == "CNY"]
    told = sums(written(events))
    for name in ("available", "encumbered", "expended"):
        expected = sum(getattr(fund, f"{name}_minor") for fund in funds)
        assert told.get(f"Equity:Encumbrance:{name.title()}", 0) == expected, name
    assert told["Equity:Encumbrance:Appropriation"] == -sum(fund.appropriated_minor for fund in funds)


kinds = st.sampled_from(
    [
        *("run", "debit", "credit", "post", "suspense", "unmatch", "receivable", "received", "lost", "fee"),
        *("short", "again", "reject", "revoke"),
    ]
)


histories = st.lists(st.tuples(kinds, st.integers(0, 4), st.integers(1, 3)), min_size=6, max_size=25)


def lived(history: Any) -> FinanceDesk:
    """A desk at which all this was tried; what is refused changes nothing."""
    desk, ids, rows, closing = FinanceDesk(), list[str](), list[RunRow](), 500
    desk.statement(booked("L0", -5), opening=closing)
    desk.match("L0", part("receivable", 5))
    closing -= 5
    for kind, which, amount in history:
        paid, key = ids[which % len(ids)] if ids else "", f"L{which}"
        try:
            if kind == "run":
                rows.append(desk.awarded(amount, f"N{which}"))
                ids += desk.run(rows[-1])
            elif kind == "again":
                ids += desk.run(rows[which % len(rows)])
            elif kind == "short":
                desk.statement(booked(short := f"L{desk.imported}", -1, paid), opening=closing)
                closing -= 1
                desk.match(short, part("settlement", 1, paid))
            elif kind in ("reject", "revoke"):
                ended(desk, kind, rows[which % len(rows)])
            elif kind in ("debit", "credit"):
                known = desk.account.payment(paid)
                owed = amount if known is None else known.amount_minor
                signed = -owed if kind == "debit" else owed
                desk.statement(booked(f"L{desk.imported}", signed, paid), opening=closing)
                closing += signed
            elif kind == "post":
                out = desk.account.lines[key].said.amount_minor < 0
                desk.post(
                    key, part("settlement" if out else "return", abs(desk.account.lines[key].said.amount_minor), paid)
                )
            elif kind == "unmatch":
                desk.unmatch(key)
            elif kind == "lost":
                desk.write_off(list(desk.account.receivables)[which % 2], amount - 2 or 1)
            elif kind == "received":
                owed = list(desk.account.receivables)[which % 2]
                desk.match(key, part("receivable_receipt", desk.account.lines[key].said.amount_minor, owed))
            else:
                desk.match(key, part(kind, abs(desk.account.lines[key].said.amount_minor)))
        except (Refused, LookupError, ZeroDivisionError):
            continue
    return desk


def ended(desk: FinanceDesk, kind: str, row: RunRow) -> None:
    award = row.scheme, row.number, row.award_id
    if kind == "revoke":
        desk.do(RevokeAward(*award, "revocation", "终止"))
        return
    for person in ("zhou", "wu"):
        desk.do(RecordRejection(*award, row.instalment, 0, "AC04"), by=person)


@settings(max_examples=8, deadline=None)
@given(histories)
def test_random_histories_are_proved_by_bean_check(tmp_path_factory: pytest.TempPathFactory, history: Any) -> None:
    assert checked(written(lived(history).events), tmp_path_factory.mktemp("journal")) == ""


@settings(max_examples=40, deadline=None)
@given(histories)
def test_the_journal_of_a_random_history_says_what_the_account_and_the_awards_say(history: Any) -> None:
    desk = lived(history)
    told = sums(written(desk.events))
    assert told.get("Assets:Accrual:Clearing:37001616808050009999", 0) == 0
    status = {aged.kind: aged.amount_minor for aged in account_status(desk.account, DAY, desk.ledger).ageing}
    if not any(isinstance(event.fact, PaymentCorrected) for event in desk.events):
        assert told.get("Liabilities:Accrual:InTransit", 0) == -status["in_transit"]
    owed = {
        name: -told.get(f"Liabilities:Accrual:{name}", 0) for name in ("AwardsPayable", "ReturnedPayable", "InTransit")
    }
    firms = [one for one in desk.ledger.aggregates.values() if isinstance(one, Enterprise)]
    assert sum(owed.values()) == sum(award.open_minor for firm in firms for award in firm.awards.values())
    assert min(owed.values()) >= 0
    outstanding = sum(owed.outstanding_minor for owed in desk.account.receivables.values())
    assert told.get("Assets:Accrual:OtherReceivables", 0) == outstanding
    unexplained = sum(line.said.amount_minor for line in desk.account.lines.values() if line.open)
    assert told.get("Liabilities:Accrual:Suspense:37001616808050009999", 0) == -unexplained


def test_hledger_gets_the_same_postings_and_its_own_assertions() -> None:
    events = a_story().events
    text = written(events, file_format="hledger")
    found: dict[str, int] = {}
    for account, amount in re.findall(r"^    ([A-Z]\S+)  (-?\d+\.\d\d) CNY$", text, re.MULTILINE):
        found[account] = found.get(account, 0) + int(amount.replace(".", ""))
    assert found == sums(written(events))
    assert "  0 CNY = 4.32 CNY" in text


def test_a_profile_of_ones_own_is_a_file_and_a_wrong_one_says_what_is_wrong(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("accounts: {bank: Assets:B}\npostings: {bank_line: [[amount, bank, nowhere]]}\n", "utf-8")
    with pytest.raises(ProfileError, match="nowhere"):
        profile(str(own))
    with pytest.raises(ProfileError, match="there is no profile"):
        profile("unheard_of")
    own.write_text("accounts: {bank: Assets:B}\npostings: {}\n", "utf-8")
    with pytest.raises(ProfileError, match="posted nowhere"):
        written(a_story().events, str(own))
