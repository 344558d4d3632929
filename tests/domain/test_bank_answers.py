"""What a bank says before a statement does: status reports, notifications, silence; decided on a ledger in memory."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.domain.account_status import account_status
from award_ledger.domain.award_refusals import InstalmentNotPayable
from award_ledger.domain.bank_account import BankAccount
from award_ledger.domain.bank_events import ANSWER_DAYS
from award_ledger.domain.bank_refusals import (
    PaymentRunState,
    StatementConflict,
    StatementExists,
    StatementUnbalanced,
    StatusReportMismatch,
)
from award_ledger.domain.encoding import decode_snapshot, encode_snapshot
from award_ledger.domain.expected_payment import Expected
from award_ledger.domain.refusals import InvalidFields, Refused, SecondPersonRequired
from award_ledger.server.commands import bank_accounts
from award_ledger.server.commands.payment_runs import DraftPaymentRun, RecordRunSent, RunRow
from award_ledger.server.commands.record_rejection import RecordRejection
from tests.domain.bank_desk import BOOKED, OURS, FinanceDesk, booked, evidence, part, said, statement
from tests.domain.desk import DAY

IN_TIME = DAY + timedelta(days=ANSWER_DAYS)
TOO_LATE = IN_TIME + timedelta(days=1)


@pytest.fixture
def desk() -> FinanceDesk:
    return FinanceDesk()


def expected(desk: FinanceDesk, end_to_end_id: str) -> Expected:
    payment = desk.account.payment(end_to_end_id)
    assert payment is not None
    return payment


def given_up(desk: FinanceDesk, row: RunRow, *people: str) -> None:
    for person in people:
        desk.do(RecordRejection(row.scheme, row.number, row.award_id, 1, 0, "银行电话答复"), by=person)


def amounts(desk: FinanceDesk, on: date = TOO_LATE) -> dict[str, int]:
    """What is exceptional on the account, by kind."""
    status = account_status(desk.account, on, desk.ledger)
    return {aged.kind: aged.amount_minor for aged in status.ageing if aged.amount_minor}


def missing(desk: FinanceDesk, on: date) -> list[str]:
    return [absence.text for absence in account_status(desk.account, on, desk.ledger).missing]


def test_a_payment_is_sent_then_accepted_and_only_a_statement_settles_it(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100), send=False)
    assert expected(desk, paid).state(TOO_LATE) == "instructed"
    desk.do(RecordRunSent("R1", "a" * 64, "pain.001.001.09"), by="qian")
    assert [expected(desk, paid).state(day) for day in (IN_TIME, TOO_LATE)] == ["sent", "unknown"]
    desk.hears("R1", said("ACCP", paid))
    assert (expected(desk, paid).state(TOO_LATE), desk.attempt(paid).state) == ("accepted", "instructed")
    desk.reported(booked("serial:1", -100, paid, serial="1"))
    assert (expected(desk, paid).state(TOO_LATE), desk.attempt(paid).state) == ("reported", "instructed")
    assert desk.fund().expended_minor == 0
    desk.statement(booked("serial:1", -100, paid, serial="1"), opening=100)
    desk.post("serial:1", part("settlement", 100, paid))
    assert (expected(desk, paid).state(TOO_LATE), desk.attempt(paid).state) == ("settled", "settled")


def test_what_a_status_report_rejects_has_failed_and_is_paid_again_on_that_evidence(desk: FinanceDesk) -> None:
    rows = [desk.awarded(100), desk.awarded(200, "F")]
    good, bad = desk.run(*rows)
    fact = desk.hears("R1", said("PART"), said("ACCP", good), said("RJCT", bad, reason="AC04 账户已销"))
    assert fact.rejected == (bad,)
    rejected = desk.events[-1].fact
    assert (rejected.reason, rejected.evidence, rejected.account) == ("RJCT AC04 账户已销", "9" * 64, OURS)
    assert (desk.attempt(good).state, desk.attempt(bad).state) == ("instructed", "failed")
    [again] = desk.run(rows[1])
    assert again != bad
    assert amounts(desk, IN_TIME) == {"in_transit": 300, "unanswered": 200}


@pytest.mark.parametrize(
    ("rows", "verdicts"),
    [
        ([said("ACCP")], ["accepted", "accepted"]),
        ([said("RJCT")], ["rejected", "rejected"]),
        ([said("PART")], ["pending", "pending"]),
        ([said("ACTC"), said("RJCT", "1")], ["rejected", "pending"]),
        ([said("RJCT", "1"), said("ACSP", "1")], ["rejected", ""]),
        ([said("XXXX", "2")], ["", "pending"]),
    ],
    ids=("whole file", "whole file rejected", "in parts", "one of them", "twice", "unknown code"),
)
def test_a_narrower_status_beats_a_wider_one_and_of_equals_the_heavier(
    desk: FinanceDesk, rows: Any, verdicts: list[str]
) -> None:
    ids = desk.run(desk.awarded(100), desk.awarded(200, "F"))
    named = {"1": ids[0], "2": ids[1], "": ""}
    told = [said(row.status, named[row.end_to_end_id]) for row in rows]
    desk.hears("R1", *told)
    assert [expected(desk, paid).answer for paid in ids] == verdicts


@pytest.mark.parametrize("reason", ["DUPL", "AM05 文件重复"])
def test_a_second_copy_that_is_turned_away_says_nothing_of_the_first(desk: FinanceDesk, reason: str) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.hears("R1", said("ACCP", paid))
    assert desk.hears("R1", said("RJCT", reason=reason), key="again").rejected == ()
    assert (desk.attempt(paid).state, expected(desk, paid).state(TOO_LATE)) == ("instructed", "accepted")


def test_an_acceptance_does_not_undo_a_rejection_whichever_came_first() -> None:
    states = []
    for order in (("ACCP", "RJCT"), ("RJCT", "ACCP")):
        desk = FinanceDesk()
        [paid] = desk.run(desk.awarded(100))
        for status in order:
            desk.hears("R1", said(status, paid), key=status)
        states.append((desk.attempt(paid).state, expected(desk, paid).answer))
    assert states == [("failed", "rejected")] * 2


def test_the_same_report_again_changes_nothing_and_another_content_is_a_conflict(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.hears("R1", said("ACCP", paid))
    desk.reported(booked("a", -100, paid))
    before = encode_snapshot(desk.account)
    with pytest.raises(StatementExists):
        desk.hears("R1", said("ACCP", paid))
    with pytest.raises(StatementExists):
        desk.reported(booked("a", -100, paid))
    with pytest.raises(StatementConflict):
        desk.hears("R1", said("RJCT", paid), content="d" * 64)
    assert encode_snapshot(desk.account) == before


def test_a_status_report_of_anything_else_is_refused_whole(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    [other] = desk.run(desk.awarded(100, "F"))
    wrong = [
        said("RJCT", other),
        said("RJCT", paid, amount_minor=99, currency="CNY"),
        said("RJCT", paid, amount_minor=100, currency="EUR"),
        said("RJCT", paid, payment_information_id="R2"),
    ]
    for row in wrong:
        with pytest.raises(StatusReportMismatch):
            desk.hears("R1", said("ACCP", paid), row)
    with pytest.raises(InvalidFields):
        desk.hears("R1")
    assert (expected(desk, paid).answer, desk.account.evidence) == ("", {})


def test_a_bank_cannot_answer_what_was_not_sent(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100), send=False)
    with pytest.raises(PaymentRunState):
        desk.hears("R1", said("ACCP", paid))


def test_no_answer_leaves_a_payment_unknown_which_blocks_until_two_people_decide(desk: FinanceDesk) -> None:
    row = desk.awarded(100)
    [paid] = desk.run(row)
    with pytest.raises(InstalmentNotPayable):
        desk.do(DraftPaymentRun("R2", OURS, TOO_LATE, (row,)), by="qian", on=TOO_LATE)
    given_up(desk, row, "zhou")
    with pytest.raises(SecondPersonRequired):
        given_up(desk, row, "zhou")
    with pytest.raises(InstalmentNotPayable):
        desk.run(row)
    given_up(desk, row, "wu")
    assert (desk.attempt(paid).state, desk.events[-1].fact.act.second) == ("failed", "zhou")
    [again] = desk.run(row)
    assert expected(desk, again).open_minor == 100


def test_the_day_by_which_the_bank_must_answer_may_be_said_and_lies_ahead(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100), send=False)
    with pytest.raises(InvalidFields):
        desk.do(RecordRunSent("R1", "a" * 64, "x", DAY - timedelta(days=1)))
    desk.do(RecordRunSent("R1", "a" * 64, "x", date(2025, 6, 30)))
    found = [expected(desk, paid).state(day) for day in (date(2025, 6, 30), date(2025, 7, 1))]
    assert found == ["sent", "unknown"]


def test_a_payment_given_up_before_its_file_went_out_is_never_sent(desk: FinanceDesk) -> None:
    row = desk.awarded(100)
    desk.run(row, send=False)
    given_up(desk, row, "qian")
    with pytest.raises(PaymentRunState, match="rejected before"):
        desk.do(RecordRunSent("R1", "a" * 64, "pain.001.001.09"), by="qian")


def test_stronger_evidence_of_money_stands_against_a_rejection_and_people_find_out(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.reported(booked("serial:1", -100, paid, serial="1"))
    assert desk.hears("R1", said("RJCT", paid)).rejected == ()
    assert (desk.attempt(paid).state, expected(desk, paid).contradicted) == ("instructed", True)
    assert amounts(desk) == {"in_transit": 100, "contradicted": 100, "reported": 100}


def test_money_seen_after_a_rejection_is_a_contradiction_and_no_payment(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.hears("R1", said("RJCT", paid))
    desk.reported(booked("serial:1", -100, paid, serial="1"))
    assert (desk.attempt(paid).state, expected(desk, paid).contradicted) == ("failed", True)
    desk.reported(booked("serial:2", 100, paid, serial="2"), key="N2")
    assert not expected(desk, paid).contradicted


def test_a_report_that_names_payments_of_another_sum_says_nothing_of_them(desk: FinanceDesk) -> None:
    ids = desk.run(desk.awarded(30), desk.awarded(70, "F"))
    desk.reported(booked("a", -99, found_ids=tuple(ids)), booked("b", -30, ids[1]))
    assert [expected(desk, paid).seen_out for paid in ids] == [False, False]
    desk.reported(booked("a", -100, found_ids=tuple(ids)), key="N2", kind="report")
    assert [expected(desk, paid).seen_out for paid in ids] == [True, True]


def test_a_line_that_was_reported_and_is_on_no_statement_of_its_day_is_missing(desk: FinanceDesk) -> None:
    desk.reported(booked("serial:1", -5, serial="1"), booked("serial:2", -7, serial="2"), booked("content:x", -9))
    assert missing(desk, BOOKED) == []
    desk.statement(booked("serial:1", -5, serial="1"), opening=100)
    [found] = missing(desk, BOOKED)
    assert found == f"serial:2 of -7, reported for {BOOKED}: its statement does not have it"
    desk.reported(booked("serial:1", -5, serial="1"), key="late")
    assert list(desk.account.reported) == ["serial:2"]


def test_a_reported_line_is_known_again_under_another_day_or_serial_or_by_its_id(desk: FinanceDesk) -> None:
    news = (
        booked("serial:1", -5, serial="1"),
        booked("serial:2", -7, "A", serial="2"),
        booked("serial:3", -7, "A", serial="3"),
        booked("content:x", -9, "B"),
    )
    told = (booked("other:1", -5, serial="1"), booked("other:2", -7, "A", serial="9"), booked("other:x", -9, "B"))
    late = FinanceDesk()
    desk.reported(*news)
    for one in (desk, late):
        one.statement(*told, opening=100)
    late.reported(*news)
    for one in (desk, late):
        assert missing(one, BOOKED) == [f"serial:3 of -7, reported for {BOOKED}: its statement does not have it"]
        assert decode_snapshot(BankAccount, encode_snapshot(one.account)) == one.account


def test_a_line_under_the_key_of_one_report_is_not_that_of_another(desk: FinanceDesk) -> None:
    desk.reported(booked("serial:1", -7, "A", serial="1"), booked("serial:2", -7, "A", serial="2"))
    desk.statement(booked("serial:1", -7, "A", serial="1"), opening=100)
    assert list(desk.account.reported) == ["serial:2"]
    assert missing(desk, BOOKED) == [f"serial:2 of -7, reported for {BOOKED}: its statement does not have it"]


def test_a_bank_that_is_silent_on_a_run_is_listed_with_its_sum(desk: FinanceDesk) -> None:
    desk.run(desk.awarded(100), desk.awarded(200, "F"))
    assert missing(desk, IN_TIME) == []
    assert missing(desk, TOO_LATE) == [f"no answer to R1 by {IN_TIME}: 2 payment(s), 300"]
    assert amounts(desk) == {"in_transit": 300, "unknown": 300}


def test_a_difference_that_no_gap_between_statements_shows_is_listed(desk: FinanceDesk) -> None:
    desk.statement(booked("a", -10), opening=100)
    desk.statement(booked("b", 5), opening=80, sequence="2")
    assert missing(desk, BOOKED) == [f"-10 of the balance of {BOOKED} that no line explains"]


def test_a_statement_within_the_days_of_another_leaves_nothing_missing(desk: FinanceDesk) -> None:
    month: dict[str, Any] = {"period_from": date(2025, 6, 1), "period_to": date(2025, 6, 30), "sequence": ""}
    desk.statement(booked("a", -10), booked("b", 5), opening=100, **month)
    desk.statement(booked("b", 5), opening=90, sequence="")
    assert missing(desk, date(2025, 6, 30)) == []
    assert account_status(desk.account, BOOKED, desk.ledger).closing_minor == 95


@pytest.mark.parametrize("keys", list(permutations("KLM")))
def test_statements_of_one_day_without_numbers_chain_whatever_they_are_called(keys: tuple[str, ...]) -> None:
    desk, opening = FinanceDesk(), 100
    for key in keys:
        desk.do(statement(booked(key, -ord(key)), opening=opening, key=key, sequence=""), by="qian")
        opening -= ord(key)
    status = account_status(desk.account, BOOKED, desk.ledger)
    assert (status.closing_minor, status.ledger_minor, status.missing) == (opening, opening, ())


def test_receipts_of_the_treasury_prove_no_balance_and_stand_beside_no_statement(desk: FinanceDesk) -> None:
    for wrong in ({"opening": 5}, {"closing_minor": 0}):
        with pytest.raises(StatementUnbalanced):
            desk.statement(booked("a", -10), receipts=True, **wrong)
    desk.statement(booked("a", -10), receipts=True)
    desk.statement(booked("a", -10), booked("b", -5), receipts=True)
    status = account_status(desk.account, BOOKED, desk.ledger)
    assert (status.closing_minor, status.ledger_minor, status.missing) == (-15, -15, ())
    with pytest.raises(StatementConflict, match="not by both"):
        desk.statement(booked("c", 1))
    other = FinanceDesk()
    other.statement(booked("c", 1))
    with pytest.raises(StatementConflict, match="not by both"):
        other.statement(booked("a", -10), receipts=True)


def test_a_long_report_is_one_act_of_several_facts(desk: FinanceDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_accounts, "LINES_A_FACT", 2)
    desk.reported(*(booked(f"serial:{n}", 1, serial=str(n)) for n in range(5)))
    assert [len(event.fact.lines) for event in desk.events[-3:]] == [2, 2, 1]
    assert (len(desk.account.reported), desk.account.evidence["N"].lines) == (5, 5)


def test_evidence_needs_a_name_and_a_hash(desk: FinanceDesk) -> None:
    with pytest.raises(InvalidFields, match="evidence_key"):
        desk.reported(booked("a", 1), key=" ")
    assert evidence("report", "k").kind == "report"


ACTS = "send again again again accept reject reject notify back give-up give-up debit credit post unmatch"
steps = st.tuples(st.sampled_from(ACTS.split()), st.integers(0, 1), st.integers(0, 5))
PEOPLE = ("qian", "zhou", "wu")


@given(st.lists(steps, max_size=30))
def test_whatever_a_bank_says_no_instalment_has_two_live_attempts_and_transit_is_what_is_open(history: Any) -> None:
    """Invariants 2, 3 and 7 of payments, over every state that an answer can lead to."""
    desk = FinanceDesk()
    rows = [desk.awarded(10), desk.awarded(20, "F")]
    ids = [*desk.run(rows[0]), *desk.run(rows[1], send=False)]
    for kind, which, day in history:
        with suppress(Refused, IndexError, KeyError):
            _step(desk, rows, ids, kind, which, day)
        check(desk, DAY + timedelta(days=day))
    assert decode_snapshot(BankAccount, encode_snapshot(desk.account)) == desk.account


def _step(desk: FinanceDesk, rows: list[RunRow], ids: list[str], kind: str, which: int, day: int) -> None:
    key = f"{kind}{len(desk.events)}"
    which = which if kind in ("send", "again", "give-up") else len(ids) - 1 - which
    match kind:
        case "send":
            desk.do(RecordRunSent(f"R{desk.runs - which}", "a" * 64, "x"), by="qian")
        case "again":
            ids.extend(desk.run(rows[which], send=day > 1))
        case "accept" | "reject":
            status = "ACCP" if kind == "accept" else "RJCT"
            desk.hears(expected(desk, ids[which]).run, said(status, ids[which]), key=key)
        case "notify" | "back" | "debit" | "credit":
            amount = expected(desk, ids[which]).amount_minor
            line = booked(f"L{which}{kind}", amount if kind in ("back", "credit") else -amount, ids[which])
            if kind in ("notify", "back"):
                desk.reported(line, key=key)
            else:
                desk.statement(line)
        case "give-up":
            given_up(desk, rows[which], PEOPLE[day % 3], PEOPLE[day % 2])
        case "post":
            for name, posts in (("debit", "settlement"), ("credit", "return")):
                if f"L{which}{name}" in desk.account.lines:
                    desk.match(f"L{which}{name}", part(posts, expected(desk, ids[which]).amount_minor, ids[which]))
        case _:
            desk.unmatch(f"L{which}debit")


def check(desk: FinanceDesk, on: date) -> None:
    account = desk.account
    live: dict[tuple[Any, int], int] = {}
    for payment in account.payments.values():
        attempt, state = desk.attempt(payment.end_to_end_id), payment.state(on)
        assert (state == "failed") == (attempt.state == "failed")
        assert payment.waits <= (state in ("sent", "unknown"))
        if attempt.under_way:
            assert state in ("instructed", "sent", "accepted", "unknown", "reported")
            instalment = (payment.award_id, payment.instalment)
            live[instalment] = live.get(instalment, 0) + 1
    assert all(count == 1 for count in live.values())
    for enterprise in {payment.enterprise_id for payment in account.payments.values()}:
        for award in desk.ledger.enterprise(enterprise).awards.values():
            attempts = [one for instalment in award.instalments for one in instalment.payments]
            held = sum(one.amount_minor for one in attempts if one.under_way)
            assert award.paid_minor + held <= award.approved_minor - award.cancelled_minor
    status = account_status(account, on, desk.ledger)
    kinds = {aged.kind: aged.amount_minor for aged in status.ageing}
    open_minor = sum(one.open_minor for one in account.payments.values())
    under_way = sum(one.amount_minor for one in account.payments.values() if desk.attempt(one.end_to_end_id).under_way)
    assert kinds["in_transit"] == open_minor == under_way
    assert kinds["unanswered"] + kinds["unknown"] <= kinds["in_transit"]
    listed = [one for one in status.missing if one.kind in ("statement", "difference")]
    assert status.closing_minor - status.ledger_minor == sum(
        one.amount_minor if one.kind == "difference" else one.next_minor - one.amount_minor for one in listed
    )
    suspense = sum(line.suspense_minor for line in account.lines.values())
    unexplained = sum(abs(line.said.amount_minor) for line in account.lines.values() if not line.allocations)
    assert (kinds["suspense"], kinds["unexplained"]) == (suspense, unexplained)
    assert reissued_rightly(desk)


def reissued_rightly(desk: FinanceDesk) -> bool:
    """Each attempt that another one follows came back in full, or was rejected by the bank's file or by two people."""
    rejections = {
        (fact.award_id, fact.attempt): fact
        for event in desk.events
        if (fact := event.fact).TOPIC == "enterprise.payment_rejected.v1"
    }
    for payment in desk.account.payments.values():
        if f"{payment.award_id}/{payment.instalment}/{payment.attempt + 1}" not in desk.account.payments:
            continue
        fact = rejections.get((payment.award_id, payment.attempt))
        by_people_or_file = fact is not None and (
            fact.evidence or fact.act.second not in ("", fact.act.principal) or payment.sent_on is None
        )
        if not by_people_or_file and payment.returned_minor != payment.amount_minor:
            return False
    return True
