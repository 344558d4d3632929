"""Bank accounts, statements, runs and matches, decided one after another on a ledger in memory."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.domain import identity
from award_ledger.domain.account_status import account_status
from award_ledger.domain.bank_account import BankAccount, Line, claim_out
from award_ledger.domain.bank_events import LineMatch, LineMatchProposed, LinesMatched, StatementLine
from award_ledger.domain.bank_refusals import (
    BankAccountNotFound,
    BankLineState,
    MatchNotExact,
    PayeeMissing,
    PaymentRunState,
    StatementConflict,
    StatementExists,
    StatementUnbalanced,
)
from award_ledger.domain.encoding import decode_snapshot, encode_snapshot
from award_ledger.domain.refusals import InvalidFields, Refused, SecondPersonRequired, SegregationOfDuties
from award_ledger.server.commands import bank_accounts
from award_ledger.server.commands.match_lines import MatchLine, PostMatches
from award_ledger.server.commands.payment_runs import (
    ApprovePaymentRun,
    CancelPaymentRun,
    DraftPaymentRun,
    RecordRunSent,
)
from award_ledger.server.commands.record_rejection import RecordRejection
from award_ledger.server.commands.unmatch_line import UnmatchLine
from tests.domain.bank_desk import BOOKED, OURS, FinanceDesk, booked, part, statement
from tests.domain.desk import DAY


@pytest.fixture
def desk() -> FinanceDesk:
    return FinanceDesk()


def test_a_run_needs_two_people_of_whom_neither_approved_an_award_in_it(desk: FinanceDesk) -> None:
    row = desk.awarded(100)
    with pytest.raises(SegregationOfDuties):
        desk.do(DraftPaymentRun("R", OURS, DAY, (row,)), by="officer")
    desk.do(DraftPaymentRun("R", OURS, DAY, (row,)), by="qian")
    for person in ("qian", "officer"):
        with pytest.raises(SegregationOfDuties):
            desk.do(ApprovePaymentRun("R"), by=person)
    assert desk.account.payments == {}
    desk.do(ApprovePaymentRun("R"), by="sun")
    assert [payment.open_minor for payment in desk.account.payments.values()] == [100]


def test_a_run_is_instructed_whole_or_not_at_all(desk: FinanceDesk) -> None:
    rows = [desk.awarded(100), desk.awarded(200)]
    desk.do(DraftPaymentRun("R", OURS, DAY, tuple(rows)), by="qian")
    desk.run(rows[1])
    with pytest.raises(Refused):
        desk.do(ApprovePaymentRun("R"), by="sun")
    assert desk.ledger.payment_run("R").state == "drafted"
    assert [payment.amount_minor for payment in desk.account.payments.values()] == [200]


def test_a_payment_whose_account_nobody_approved_is_in_no_run(desk: FinanceDesk) -> None:
    with pytest.raises(PayeeMissing):
        desk.do(DraftPaymentRun("R", OURS, DAY, (desk.awarded(100, payee=None),)), by="qian")


def test_a_run_is_sent_once_and_only_when_it_is_approved(desk: FinanceDesk) -> None:
    desk.do(DraftPaymentRun("R", OURS, DAY, (desk.awarded(100),)), by="qian")
    with pytest.raises(PaymentRunState):
        desk.do(RecordRunSent("R", "a" * 64, "pain"))
    desk.do(ApprovePaymentRun("R"), by="sun")
    with pytest.raises(PaymentRunState):
        desk.do(CancelPaymentRun("R", "doch nicht"))
    desk.do(RecordRunSent("R", "a" * 64, "pain"))
    with pytest.raises(PaymentRunState):
        desk.do(RecordRunSent("R", "b" * 64, "pain"))


def test_a_rejection_told_by_two_people_is_known_to_the_account(desk: FinanceDesk) -> None:
    row = desk.awarded(100)
    [first] = desk.run(row)
    for person in ("qian", "zhou"):
        desk.do(RecordRejection("other", "E", row.award_id, 1, 0, "AC04"), by=person)
    [second] = desk.run(row)
    assert (desk.account.payment(first).open_minor, desk.account.payment(second).open_minor) == (0, 100)  # type: ignore[union-attr]
    assert first != second


def test_importing_again_or_overlapping_changes_nothing(desk: FinanceDesk) -> None:
    desk.statement(booked("a", -10), booked("b", 5), opening=100)
    before = encode_snapshot(desk.account)
    with pytest.raises(StatementExists):
        desk.do(statement(booked("a", -10), booked("b", 5), opening=100, key="S1"))
    assert encode_snapshot(desk.account) == before
    desk.statement(booked("b", 5), booked("c", 7), opening=90)
    assert {key: line.said.amount_minor for key, line in desk.account.lines.items()} == {"a": -10, "b": 5, "c": 7}
    assert [s.new_lines for s in desk.account.statements.values()] == [2, 1]


def test_a_known_key_with_another_content_is_a_conflict_and_nothing_is_overwritten(desk: FinanceDesk) -> None:
    desk.statement(booked("a", -10), opening=100)
    before = encode_snapshot(desk.account)
    with pytest.raises(StatementConflict):
        desk.do(statement(booked("a", -11), opening=100, key="S2"))
    with pytest.raises(StatementConflict):
        desk.do(statement(booked("a", -10), opening=100, key="S1", content_sha256="d" * 64))
    assert encode_snapshot(desk.account) == before


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"closing_minor": 89}, StatementUnbalanced),
        ({"account": "12345"}, BankAccountNotFound),
        ({"currency": "EUR"}, Refused),
        ({"period_to": date(2025, 6, 19)}, InvalidFields),
        ({"lines": (booked("a", -5), booked("a", -5))}, InvalidFields),
    ],
)
def test_a_statement_that_fails_a_gate_is_refused_whole(desk: FinanceDesk, wrong: Any, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        desk.do(statement(booked("a", -10), opening=100, **wrong))
    assert desk.account.statements == {}


def test_a_long_statement_is_one_act_of_several_facts(desk: FinanceDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_accounts, "LINES_A_FACT", 2)
    desk.statement(*(booked(str(n), 1) for n in range(5)))
    assert [len(event.fact.lines) for event in desk.events[-3:]] == [2, 2, 1]
    [found] = desk.account.statements.values()
    assert (found.lines, found.new_lines, len(desk.account.lines)) == (5, 5, 5)
    assert desk.account.lines["4"].position == desk.events[-1].position


def test_an_exact_id_is_posted_by_one_person_as_the_settlement_of_its_award(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.statement(booked("a", -100, paid), opening=100)
    desk.post("a", part("settlement", 100, paid))
    assert (desk.attempt(paid).state, desk.account.lines["a"].kind) == ("settled", "matched")
    assert desk.fund().expended_minor == 100
    settled = desk.events[-1].fact
    assert (settled.act.effective_on, settled.bank_reference) == (BOOKED, "a")


@pytest.mark.parametrize(
    ("line", "allocated", "basis"),
    [
        (booked("a", -99, "ID"), 99, "id"),
        (booked("a", -100, "other"), 100, "id"),
        (booked("a", -100, "", found_ids=("ID",)), 100, "text"),
        (booked("a", -100, "", found_ids=("ID",)), 100, "id"),
        (booked("a", -100, "", payment_information_id="R9"), 100, "batch"),
        (booked("a", 100, "ID"), 100, "id"),
    ],
    ids=("short", "another id", "text", "text told as an id", "another run", "money in"),
)
def test_what_is_not_exact_is_not_posted_by_one_person(
    desk: FinanceDesk, line: StatementLine, allocated: int, basis: str
) -> None:
    [paid] = desk.run(desk.awarded(100))
    told = {"end_to_end_id": paid if line.end_to_end_id == "ID" else line.end_to_end_id}
    found = tuple(paid for _ in line.found_ids)
    desk.statement(
        booked("a", line.amount_minor, **told, found_ids=found, payment_information_id=line.payment_information_id)
    )
    with pytest.raises(MatchNotExact):
        desk.post("a", part("settlement", allocated, paid), basis=basis)
    assert desk.attempt(paid).state == "instructed"


def test_two_lines_that_name_one_payment_are_both_left_to_people(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.statement(booked("a", -100, paid), booked("b", -100, found_ids=(paid,)))
    with pytest.raises(MatchNotExact, match="claims"):
        desk.post("a", part("settlement", 100, paid))


def test_a_line_whose_text_names_another_payment_than_its_id_is_left_to_people(desk: FinanceDesk) -> None:
    first, second = desk.run(desk.awarded(100), desk.awarded(100, "F"))
    desk.statement(booked("a", -100, first, found_ids=(second,)))
    with pytest.raises(MatchNotExact, match=f"names {second} too"):
        desk.post("a", part("settlement", 100, first))


def test_a_debit_of_one_run_that_lists_the_payments_of_another_is_left_to_people(desk: FinanceDesk) -> None:
    ours = desk.run(desk.awarded(100), desk.awarded(100, "F"))
    others = desk.run(desk.awarded(100, "G"), desk.awarded(100, "H"))
    desk.statement(booked("a", -200, payment_information_id="R1", batch_count=2, found_ids=tuple(others)))
    with pytest.raises(MatchNotExact, match="too"):
        desk.post("a", *(part("settlement", 100, paid) for paid in ours), basis="batch")


def test_a_line_of_zero_needs_no_explanation_and_claims_no_payment(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.statement(booked("zero", 0, paid), booked("a", -100, paid))
    with pytest.raises(BankLineState, match="no money"):
        desk.match("zero", by=("zhou",))
    desk.post("a", part("settlement", 100, paid))
    ageing = {aged.kind: sum(aged.counts) for aged in account_status(desk.account, BOOKED, desk.ledger).ageing}
    assert (ageing["unexplained"], desk.account.lines["zero"].kind) == (0, "matched")


def test_one_debit_for_a_run_settles_each_payment_of_it(desk: FinanceDesk) -> None:
    ids = desk.run(desk.awarded(30), desk.awarded(70, "F"))
    desk.statement(booked("a", -100, payment_information_id="R1", batch_count=2))
    desk.post("a", part("settlement", 30, ids[0]), part("settlement", 70, ids[1]), basis="batch")
    assert {desk.attempt(paid).state for paid in ids} == {"settled"}


def test_of_many_matches_those_that_no_longer_hold_are_left_out(desk: FinanceDesk) -> None:
    ids = desk.run(desk.awarded(30), desk.awarded(70))
    desk.statement(booked("a", -30, ids[0]), booked("b", -69, ids[1]))
    rows = [("a", 30, ids[0]), ("b", 69, ids[1])]
    matches = tuple(
        LineMatch(line=key, allocations=(part("settlement", amount, paid),), basis="id") for key, amount, paid in rows
    )
    fact: LinesMatched = desk.do(PostMatches(OURS, matches)).fact
    assert [match.line for match in fact.matches] == ["a"]
    assert [desk.attempt(paid).state for paid in ids] == ["settled", "instructed"]


def test_a_match_by_hand_needs_two_people_who_did_not_instruct(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.statement(booked("a", -100))
    settles = part("settlement", 100, paid)
    with pytest.raises(SegregationOfDuties):  # `sun` approved the run, and so instructed
        desk.match("a", settles, by=("sun",))
    desk.match("a", settles, by=("zhou",))
    with pytest.raises(SecondPersonRequired):
        desk.match("a", settles, by=("zhou",))
    assert (desk.account.lines["a"].kind, desk.attempt(paid).state) == ("proposed", "instructed")
    desk.match("a", settles, by=("wu",))
    assert (desk.account.lines["a"].kind, desk.attempt(paid).state) == ("matched", "settled")
    assert desk.events[-1].fact.act.second == "zhou"


def test_somebody_elses_other_word_proposes_anew(desk: FinanceDesk) -> None:
    desk.statement(booked("a", -5))
    desk.match("a", part("fee", 5), by=("zhou",))
    assert isinstance(desk.do(MatchLine(OURS, "a", (part("suspense", 5),), "?"), by="wu").fact, LineMatchProposed)


def test_a_line_is_explained_to_its_last_minor_unit_or_not_at_all(desk: FinanceDesk) -> None:
    desk.statement(booked("a", -5))
    for parts in ([part("fee", 4)], [part("fee", 4), part("suspense", 2)], [part("return", 5, "x")], []):
        with pytest.raises(MatchNotExact):
            desk.match("a", *parts, by=("zhou",))


def test_suspense_is_cleared_by_two_people_and_never_by_one(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.statement(booked("a", -100, paid))
    desk.match("a", part("suspense", 100))
    assert (desk.account.lines["a"].kind, desk.account.lines["a"].suspense_minor) == ("suspense", 100)
    with pytest.raises(BankLineState, match="suspense"):
        desk.post("a", part("settlement", 100, paid))
    desk.match("a", part("settlement", 100, paid))
    assert desk.attempt(paid).state == "settled"
    with pytest.raises(BankLineState):
        desk.match("a", part("suspense", 100), by=("zhou",))


def test_a_return_reopens_the_instalment_and_its_reissue_is_another_attempt(desk: FinanceDesk) -> None:
    row = desk.awarded(100)
    [paid] = desk.run(row)
    desk.statement(booked("a", -100, paid), booked("b", 100, paid))
    with pytest.raises(MatchNotExact):  # nothing of it has settled that could come back
        desk.post("b", part("return", 100, paid))
    desk.post("a", part("settlement", 100, paid))
    desk.post("b", part("return", 100, paid))
    assert (desk.fund().expended_minor, desk.fund().encumbered_minor) == (0, 100)
    [again] = desk.run(row)
    assert again != paid
    assert (desk.account.payment(paid).open_minor, desk.account.payment(again).open_minor) == (0, 100)  # type: ignore[union-attr]


def test_a_receipt_under_an_order_is_recorded_in_parts(desk: FinanceDesk) -> None:
    row = desk.awarded(100)
    [paid] = desk.run(row)
    desk.statement(booked("a", -100, paid), booked("b", 30), booked("c", 71))
    desk.post("a", part("settlement", 100, paid))
    award = desk.ledger.enterprise(row.enterprise_id).awards[row.award_id]
    desk.order(award, 100)
    owed: dict[str, Any] = {"enterprise_id": row.enterprise_id, "award_id": row.award_id, "clawback": 1}
    desk.match("b", part("recovery", 30, **owed))
    with pytest.raises(Refused):
        desk.match("c", part("recovery", 71, **owed), by=("zhou",))
    desk.match("c", part("recovery", 70, **owed), part("suspense", 1))
    order = desk.ledger.enterprise(row.enterprise_id).awards[row.award_id].clawbacks[0]
    assert (order.received_minor, order.state) == (100, "closed")


def test_a_second_debit_is_a_receivable_of_its_own_and_touches_no_award(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.statement(booked("a", -100, paid), booked("b", -100, paid), booked("c", 60))
    desk.match("a", part("settlement", 100, paid))
    desk.match("b", part("receivable", 100))
    [owed] = desk.account.receivables.values()
    with pytest.raises(MatchNotExact):
        desk.match("c", part("receivable_receipt", 60, "RV-1-1-ABCDEF"), by=("zhou",))
    desk.match("c", part("receivable_receipt", 60, owed.reference))
    assert (owed.outstanding_minor, desk.attempt(paid).settled_minor, desk.fund().expended_minor) == (40, 100, 100)
    with pytest.raises(BankLineState, match="came in"):
        desk.unmatch("b", by=("zhou",))
    desk.unmatch("c")
    desk.unmatch("b")
    assert desk.account.receivables == {}


def test_unmatching_takes_two_people_and_corrects_what_was_posted_to_nothing(desk: FinanceDesk) -> None:
    ids = desk.run(desk.awarded(30), desk.awarded(70, "F"))
    desk.statement(booked("a", -100, payment_information_id="R1"))
    before = desk.fund().expended_minor
    desk.post("a", part("settlement", 30, ids[0]), part("settlement", 70, ids[1]), basis="batch")
    desk.unmatch("a", by=("zhou",))
    with pytest.raises(SecondPersonRequired):
        desk.unmatch("a", by=("zhou",))
    desk.unmatch("a", by=("wu",))
    assert {desk.attempt(paid).state for paid in ids} == {"instructed"}
    assert (desk.account.lines["a"].kind, desk.fund().expended_minor) == ("imported", before)
    desk.post("a", part("settlement", 30, ids[0]), part("settlement", 70, ids[1]), basis="batch")
    assert {desk.attempt(paid).state for paid in ids} == {"settled"}


def test_a_match_made_anew_is_not_taken_back_by_who_looked_at_the_old_one(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.statement(booked("a", -100, paid))
    desk.post("a", part("settlement", 100, paid))
    with pytest.raises(BankLineState, match="anew"):
        desk.do(UnmatchLine(OURS, "a", "x", ()), by="zhou")


kinds = st.sampled_from(
    ("run", "debit", "short", "again", "credit", "post", "hand", "suspense", "unmatch", "receivable")
)


@given(st.lists(st.tuples(kinds, st.integers(0, 5), st.integers(1, 3)), max_size=25))
def test_whatever_happens_every_line_is_explained_once_and_the_account_agrees_with_the_awards(history: Any) -> None:
    desk = FinanceDesk()
    ids: list[str] = []
    for kind, which, amount in history:
        paid = ids[which % len(ids)] if ids else ""
        key = f"L{which}"
        try:
            match kind:
                case "run":
                    ids += desk.run(desk.awarded(amount, f"N{which}"))
                case "debit" | "short" | "again" | "credit":
                    owed = desk.account.payment(paid).amount_minor if paid else amount  # type: ignore[union-attr]
                    signed = {"debit": -owed, "short": -owed - 1, "again": -owed, "credit": owed}[kind]
                    desk.statement(booked(f"L{desk.imported}", signed, paid))
                case "post":
                    line = desk.account.lines[key]
                    out = line.said.amount_minor < 0
                    desk.post(key, part("settlement" if out else "return", abs(line.said.amount_minor), paid))
                case "unmatch":
                    desk.unmatch(key)
                case _:
                    sum_ = abs(desk.account.lines[key].said.amount_minor)
                    named = {"hand": "settlement", "suspense": "suspense", "receivable": "receivable"}[kind]
                    desk.match(key, part(named, sum_, paid if kind == "hand" else ""))
        except (Refused, KeyError):
            continue
        check(desk)
    assert decode_snapshot(BankAccount, encode_snapshot(desk.account)) == desk.account


def check(desk: FinanceDesk) -> None:
    """The invariants of matching: lines, attempts and awards say the same."""
    account = desk.account
    posted: dict[tuple[str, str], int] = {}
    for line in account.lines.values():
        allocated = sum(part.amount_minor for part in line.allocations)
        assert allocated in (0, abs(line.said.amount_minor))
        for one in line.allocations:
            posted[one.kind, one.reference] = posted.get((one.kind, one.reference), 0) + one.amount_minor
    for payment in account.payments.values():
        attempt = desk.attempt(payment.end_to_end_id)
        assert (payment.settled_minor, payment.returned_minor) == (attempt.settled_minor, attempt.returned_minor)
        assert payment.settled_minor == posted.get(("settlement", payment.end_to_end_id), 0) <= payment.amount_minor
        assert payment.returned_minor == posted.get(("return", payment.end_to_end_id), 0) <= payment.settled_minor
    closings = sum(s.closing_minor - s.opening_minor for s in account.statements.values())
    assert closings == sum(line.said.amount_minor for line in account.lines.values())
    assert account.claimed == claims(account.lines.values())
    fund = desk.fund()
    assert fund.expended_minor == sum(payment.paid_minor for payment in account.payments.values())


def claims(lines: Any) -> dict[str, int]:
    counted: dict[str, int] = {}
    for line in lines:
        assert isinstance(line, Line)
        for name in line.said.names if line.open else ():
            for claim in (name, claim_out(name)) if line.said.amount_minor < 0 else (name,):
                counted[claim] = counted.get(claim, 0) + 1
    return counted


def test_ids_are_found_in_any_free_text_and_only_with_right_check_digits() -> None:
    paid = identity.end_to_end_id(1234, date(2025, 1, 1), 2, 1)
    for text in (
        paid,
        f"附言:{paid.lower()}，拨付",
        paid.replace("-", ""),
        f"x {paid[:11]}\n{paid[11:]}",
        f"（{paid}）",
    ):
        assert identity.end_to_end_ids(text) == (paid,), text
    wrong = paid[:-1] + str((int(paid[-1]) + 1) % 10)
    for text in (wrong, paid[:-1], f"{paid}9", "AL25", ""):
        assert identity.end_to_end_ids(text) == (), text
