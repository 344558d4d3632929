"""Matching: what explains a bank line, and when one person may post it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.domain.matching import BankLine, Order, Payment, Proposal, Share, propose

DAY = date(2025, 9, 10)


def paid(identity: str, amount: int = 100, **more: Any) -> Payment:
    kept: dict[str, Any] = {"open_minor": amount, "paid_minor": 0, "instructed_on": DAY, "run": "R1"}
    return Payment(end_to_end_id=identity, **{**kept, **more})


def line(key: str, amount: int = -100, **more: Any) -> BankLine:
    return BankLine(key=key, amount_minor=amount, booked_on=more.pop("booked_on", DAY), **more)


def only(lines: list[BankLine], payments: list[Payment], orders: tuple[Order, ...] = ()) -> Proposal:
    [proposal] = propose(lines, payments, orders)
    return proposal


def test_an_exact_id_and_amount_is_posted_automatically() -> None:
    proposal = only([line("L", end_to_end_id="A")], [paid("A"), paid("B")])
    assert proposal.automatic
    assert proposal.explanations[0].shares == (Share("settlement", "A", 100),)


def test_a_short_payment_is_never_posted_and_says_by_how_much() -> None:
    proposal = only([line("L", -99, end_to_end_id="A")], [paid("A")])
    assert (proposal.possible, proposal.automatic, proposal.note) == (0, False, "A has 100 open, the line 99")


def test_money_in_under_the_id_of_a_payment_is_its_return_and_not_another_payment() -> None:
    settled = paid("A", 0, paid_minor=100)
    assert only([line("L", 100, end_to_end_id="A")], [settled]).explanations[0].shares == (Share("return", "A", 100),)


def test_a_second_debit_under_one_id_is_a_case_and_no_settlement() -> None:
    proposal = only([line("L", end_to_end_id="A")], [paid("A", 0, paid_minor=100)])
    assert (proposal.possible, "second debit" in proposal.note) == (0, True)


def test_money_in_under_an_id_that_was_debited_twice_has_two_explanations() -> None:
    twice = paid("A", 0, paid_minor=100, owed_back=(("RV-1", 100),))
    proposal = only([line("L", 100, end_to_end_id="A")], [twice])
    kinds = [explanation.shares[0].kind for explanation in proposal.explanations]
    assert (kinds, proposal.automatic) == (["return", "receivable_receipt"], False)
    part = only([line("L", 40, end_to_end_id="A")], [twice])
    assert (part.explanations[0].shares, part.automatic) == ((Share("receivable_receipt", "RV-1", 40),), False)


@pytest.mark.parametrize("step", [{"end_to_end_id": "A"}, {"references": ("A",)}, {"payment_information_id": "R1"}])
def test_a_line_whose_text_names_another_payment_is_left_to_people(step: dict[str, Any]) -> None:
    payments = [paid("A", references=("A",)), paid("B", run="R2", references=("B",))]
    proposal = only([line("L", found_ids=("B",), **step)], payments)
    assert (proposal.possible, proposal.automatic) == (1, False)
    assert "B" in proposal.note


def test_two_lines_that_claim_one_payment_are_rivals_and_neither_is_posted() -> None:
    first, second = propose([line("L1", end_to_end_id="A"), line("L2", end_to_end_id="A")], [paid("A")])
    assert (first.automatic, second.automatic) == (False, False)
    assert (first.claimed_by, second.claimed_by) == (("L2",), ("L1",))


def test_a_line_by_voucher_and_one_by_text_that_claim_one_payment_are_rivals() -> None:
    lines = [line("L1", references=("V7",)), line("L2", found_ids=("A",))]
    assert [p.automatic for p in propose(lines, [paid("A", references=("V7",))])] == [False, False]


def test_one_debit_for_a_whole_run_is_explained_by_count_and_control_sum() -> None:
    run = [paid("A", 30), paid("B", 70)]
    booked = line("L", payment_information_id="R1", batch_count=2)
    assert only([booked], run).automatic
    assert not only([line("L", -99, payment_information_id="R1", batch_count=2)], run).automatic
    assert not only([line("L", payment_information_id="R1", batch_count=3)], run).automatic


def test_an_id_in_the_free_text_is_a_proposal_for_a_person() -> None:
    proposal = only([line("L", found_ids=("A",))], [paid("A")])
    assert (proposal.possible, proposal.automatic, proposal.explanations[0].step) == (1, False, "text")


def test_a_batch_line_that_names_its_parts_is_a_proposal_for_all_of_them() -> None:
    payments = [paid("A", 30), paid("B", 70), paid("C", 100)]
    proposal = only([line("L", found_ids=("A", "B"))], payments)
    assert proposal.explanations[0].shares == (Share("settlement", "A", 30), Share("settlement", "B", 70))
    assert not proposal.automatic


def test_equal_payments_to_one_payee_are_so_many_explanations() -> None:
    two = [paid("A", name="济南示例科技"), paid("B", name="济南示例科技")]
    proposal = only([line("L", name="济南示例科技 ")], two)
    assert (proposal.possible, proposal.automatic, proposal.explanations[0].step) == (2, False, "party")


@pytest.mark.parametrize(("days", "possible"), [(10, 1), (11, 0), (-10, 1), (-11, 0)])
def test_names_and_amounts_connect_only_within_the_window(days: int, possible: int) -> None:
    booked = line("L", name="N", booked_on=DAY + timedelta(days))
    assert only([booked], [paid("A", name="N")]).possible == possible


def test_a_right_name_with_another_account_explains_nothing() -> None:
    assert only([line("L", name="N", account="1")], [paid("A", name="N", account="2")]).possible == 0


def test_money_from_somebody_who_owes_is_proposed_for_the_order_also_in_part() -> None:
    proposal = only([line("L", 40, name="N")], [], (Order(reference="C1", outstanding_minor=100, name="N"),))
    assert proposal.explanations[0].shares == (Share("recovery", "C1", 40),)
    assert not proposal.automatic


def test_a_sum_of_payments_to_one_payee_is_proposed_only_if_no_other_sum_is_possible() -> None:
    payee = {"name": "N"}
    sums = [paid("A", 30, **payee), paid("B", 70, **payee), paid("C", 45, **payee)]
    assert only([line("L", name="N")], sums).explanations[0].step == "subset"
    assert only([line("L", name="N")], [*sums, paid("D", 55, **payee)]).possible == 0


@given(st.lists(st.integers(1, 30), min_size=2, max_size=8), st.integers(2, 90))
def test_the_sum_found_is_the_only_one_there_is(amounts: list[int], wanted: int) -> None:
    payments = [paid(str(i), amount, name="N") for i, amount in enumerate(amounts)]
    proposal = only([line("L", -wanted, name="N")], payments)
    sums = [
        chosen
        for size in range(1, len(amounts) + 1)
        for chosen in combinations(range(len(amounts)), size)
        if sum(amounts[i] for i in chosen) == wanted
    ]
    singles = [chosen for chosen in sums if len(chosen) == 1]
    if singles:
        assert proposal.possible == len(singles)
    else:
        assert proposal.possible == (len(sums) == 1)


@st.composite
def books(draw: st.DrawFn) -> tuple[list[BankLine], list[Payment]]:
    """Few ids, amounts and names, so that lines and payments meet in every way."""
    ids, names, amounts = st.sampled_from("ABCDE"), st.sampled_from(["", "N", "M"]), st.sampled_from([1, 2, 3])
    payments = [
        paid(identity, draw(amounts) * draw(st.booleans()), paid_minor=draw(amounts), name=draw(names))
        for identity in draw(st.sets(ids))
    ]
    lines = [
        line(
            f"L{i}",
            draw(amounts) * draw(st.sampled_from([1, -1])),
            end_to_end_id=draw(st.sampled_from(["", *"ABCDE"])),
            found_ids=tuple(draw(st.sets(ids, max_size=2))),
            payment_information_id=draw(st.sampled_from(["", "R1"])),
            name=draw(names),
        )
        for i in range(draw(st.integers(0, 6)))
    ]
    return lines, payments


@given(books(), st.randoms())
def test_what_is_automatic_is_exact_and_uses_nothing_twice_in_any_order(
    given_books: tuple[list[BankLine], list[Payment]], chance: Any
) -> None:
    lines, payments = given_books
    proposals = {proposal.line: proposal for proposal in propose(lines, payments)}
    by_key, open_minor = {line.key: line for line in lines}, {p.end_to_end_id: p.open_minor for p in payments}
    used: list[Share] = []
    for proposal in proposals.values():
        for explanation in proposal.explanations:
            assert sum(share.amount_minor for share in explanation.shares) == abs(by_key[proposal.line].amount_minor)
        if proposal.automatic:
            assert (proposal.possible, proposal.claimed_by) == (1, ())
            used += proposal.explanations[0].shares
    assert len(used) == len(set(used))
    for share in used:
        assert share.kind != "settlement" or share.amount_minor == open_minor[share.reference]
    chance.shuffle(lines)
    chance.shuffle(payments)
    again = {proposal.line: proposal for proposal in propose(lines, payments)}
    assert {key: p.automatic for key, p in again.items()} == {key: p.automatic for key, p in proposals.items()}


def test_a_line_or_a_payment_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="line"):
        propose([line("L"), line("L")], [])
    with pytest.raises(ValueError, match="payment"):
        propose([], [paid("A"), paid("A")])
