"""What is owed to an account comes in parts or is written off by two people; vouchers name payments; in memory."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from award_ledger.domain.account_status import account_status
from award_ledger.domain.award_refusals import AmountExceedsOutstanding
from award_ledger.domain.bank_account import BankAccount
from award_ledger.domain.bank_events import ReceivableWriteOffProposed
from award_ledger.domain.bank_refusals import (
    BankLineState,
    MatchNotExact,
    ReceivableNotFound,
    VoucherConflict,
    VouchersExist,
)
from award_ledger.domain.encoding import decode_snapshot, encode_snapshot
from award_ledger.domain.refusals import InvalidFields, PaymentNotFound, SecondPersonRequired, SegregationOfDuties
from award_ledger.server.commands.write_off_receivable import WriteOffReceivable
from tests.domain.bank_desk import BOOKED, OURS, FinanceDesk, booked, part


@pytest.fixture
def desk() -> FinanceDesk:
    """A run of one payment of 100, debited twice: the second debit is a receivable."""
    desk = FinanceDesk()
    [paid] = desk.run(desk.awarded(100))
    desk.statement(booked("a", -100, paid), booked("b", -100, paid), booked("c", 30), booked("d", 70), booked("e", 1))
    desk.match("a", part("settlement", 100, paid))
    desk.match("b", part("receivable", 100))
    return desk


def owed(desk: FinanceDesk) -> tuple[int, int, int]:
    """Received, written off, outstanding."""
    [receivable] = desk.account.receivables.values()
    return receivable.received_minor, receivable.written_off_minor, receivable.outstanding_minor


def listed(desk: FinanceDesk, on: date = BOOKED) -> int:
    ageing = account_status(desk.account, on, desk.ledger).ageing
    return next(aged.amount_minor for aged in ageing if aged.kind == "receivable")


def test_a_receivable_is_received_in_parts_and_the_rest_is_written_off_by_two_people(desk: FinanceDesk) -> None:
    [reference] = desk.account.receivables
    desk.match("c", part("receivable_receipt", 30, reference))
    assert (owed(desk), listed(desk)) == ((30, 0, 70), 70)
    desk.write_off(reference, 20, by=("zhou",))
    assert (owed(desk), listed(desk)) == ((30, 0, 70), 70)
    with pytest.raises(SecondPersonRequired):
        desk.write_off(reference, 20, by=("zhou",))
    desk.write_off(reference, 20, by=("wu",))
    assert (owed(desk), listed(desk)) == ((30, 20, 50), 50)
    desk.write_off(reference, 50)
    assert (owed(desk), listed(desk)) == ((30, 70, 0), 0)


def test_no_more_is_written_off_than_is_outstanding_nor_received_than_is_left(desk: FinanceDesk) -> None:
    [reference] = desk.account.receivables
    with pytest.raises(AmountExceedsOutstanding):
        desk.write_off(reference, 101)
    desk.write_off(reference, 40)
    with pytest.raises(MatchNotExact, match="has 60 outstanding"):
        desk.match("d", part("receivable_receipt", 70, reference))
    with pytest.raises(ReceivableNotFound):
        desk.write_off("RV-0", 1)
    for amount, reason in ((0, "x"), (1, " ")):
        with pytest.raises(InvalidFields):
            desk.do(WriteOffReceivable(OURS, reference, amount, reason), by="zhou")


def test_another_amount_proposes_anew_and_is_completed_by_a_second_word_for_it(desk: FinanceDesk) -> None:
    [reference] = desk.account.receivables
    desk.write_off(reference, 20, by=("zhou",))
    proposed = desk.do(WriteOffReceivable(OURS, reference, 30, "x"), by="wu").fact
    assert isinstance(proposed, ReceivableWriteOffProposed)
    written_off = desk.do(WriteOffReceivable(OURS, reference, 30, "x"), by="zhou").fact
    assert (written_off.act.principal, written_off.act.second) == ("zhou", "wu")
    assert owed(desk) == (0, 30, 70)


def test_money_in_under_the_id_of_a_second_debit_may_be_that_one_coming_back_and_is_left_to_people(
    desk: FinanceDesk,
) -> None:
    [reference] = desk.account.receivables
    paid = desk.account.lines["a"].said.end_to_end_id
    desk.statement(booked("f", 100, paid))
    with pytest.raises(MatchNotExact, match=f"may be received for {reference}"):
        desk.post("f", part("return", 100, paid))
    desk.write_off(reference, 100)  # nobody hoped for it any more, and yet it may be what came
    with pytest.raises(MatchNotExact, match=f"may be received for {reference}"):
        desk.post("f", part("return", 100, paid))
    desk.write_off(reference, -100)
    desk.match("f", part("receivable_receipt", 100, reference))
    assert (owed(desk), desk.attempt(paid).returned_minor) == ((100, 0, 0), 0)
    desk.statement(booked("g", 100, paid))
    desk.post("g", part("return", 100, paid))
    assert desk.attempt(paid).returned_minor == 100


def test_money_in_may_be_a_second_debits_while_nobody_has_said_what_that_is() -> None:
    desk = FinanceDesk()
    [paid] = desk.run(desk.awarded(100))
    desk.statement(booked("a", -100, paid), booked("b", -100, paid), booked("c", 100, paid))
    desk.match("a", part("settlement", 100, paid))
    with pytest.raises(MatchNotExact, match="another line claims"):
        desk.post("c", part("return", 100, paid))


def test_two_parts_of_one_line_receive_no_more_than_is_outstanding(desk: FinanceDesk) -> None:
    [reference] = desk.account.receivables
    desk.statement(booked("f", 120))
    with pytest.raises(MatchNotExact, match="has 100 outstanding"):
        desk.match("f", part("receivable_receipt", 60, reference), part("receivable_receipt", 60, reference))


def test_what_was_written_off_may_come_in_after_all(desk: FinanceDesk) -> None:
    [reference] = desk.account.receivables
    desk.write_off(reference, 100)
    with pytest.raises(BankLineState, match=r"100 of .* was written off"):
        desk.unmatch("b")
    with pytest.raises(AmountExceedsOutstanding):
        desk.write_off(reference, -101)
    desk.write_off(reference, -100)
    desk.match("d", part("receivable_receipt", 70, reference))
    assert owed(desk) == (70, 0, 30)


def test_a_payment_is_matched_by_its_voucher_alone_by_one_person() -> None:
    desk = FinanceDesk()
    first, second = desk.run(desk.awarded(100), desk.awarded(100, "F"))
    desk.vouchers(**{first: "ZF2025000001", second: "ZF2025000002"})
    desk.statement(booked("a", -100, voucher="zf2025000001"), booked("b", -100, voucher="ZF2025-000002"))
    with pytest.raises(MatchNotExact, match="does not say so"):
        desk.post("a", part("settlement", 100, second), basis="reference")
    with pytest.raises(SegregationOfDuties, match="records a voucher"):
        desk.post("a", part("settlement", 100, first), basis="reference", by="qian")
    desk.post("a", part("settlement", 100, first), basis="reference", by="sun")
    assert desk.attempt(first).settled_minor == 100
    assert decode_snapshot(BankAccount, encode_snapshot(desk.account)) == desk.account


def test_two_lines_with_one_voucher_are_left_to_people() -> None:
    desk = FinanceDesk()
    [paid] = desk.run(desk.awarded(100))
    desk.vouchers(**{paid: "ZF2025000001"})
    desk.statement(booked("a", -100, voucher="ZF2025000001"), booked("b", -100, voucher="ZF2025000001"))
    for line in ("a", "b"):
        with pytest.raises(MatchNotExact, match="another line claims"):
            desk.post(line, part("settlement", 100, paid), basis="reference")


def test_a_line_whose_voucher_is_of_another_payment_than_its_id_is_left_to_people() -> None:
    desk = FinanceDesk()
    first, second = desk.run(desk.awarded(100), desk.awarded(100, "F"))
    desk.vouchers(**{second: "ZF2025000002"})
    desk.statement(booked("a", -100, first, voucher="ZF2025000002"))
    with pytest.raises(MatchNotExact, match="too"):
        desk.post("a", part("settlement", 100, first))


def test_a_voucher_is_one_payments_and_recorded_while_it_is_under_way() -> None:
    desk = FinanceDesk()
    first, second = desk.run(desk.awarded(100), desk.awarded(200, "F"), send=False)
    desk.vouchers(**{first: "ZF2025000001"})
    with pytest.raises(VoucherConflict):
        desk.vouchers(**{second: "zf 2025000001"})
    with pytest.raises(VouchersExist):
        desk.vouchers(**{first: "ZF2025000001"})
    assert desk.vouchers(**{first: "ZF2025000001", second: "ZF2025000002"}).vouchers[0].end_to_end_id == second
    desk.vouchers(**{first: "ZF2025000009"})
    assert set(desk.account.vouchers.values()) == {first, second}
    for wrong in ("ZF1", "Z" * 65):
        with pytest.raises(InvalidFields):
            desk.vouchers(**{first: wrong})
    with pytest.raises(PaymentNotFound):
        desk.vouchers(**{"AL25-00000099-01R1-00": "ZF2025000003"})
    desk.statement(booked("a", -100, first))
    desk.post("a", part("settlement", 100, first))
    with pytest.raises(VoucherConflict, match="not under way"):
        desk.vouchers(**{first: "ZF2025000010"})


def test_a_file_that_went_out_keeps_the_numbers_that_it_went_with() -> None:
    desk = FinanceDesk()
    [paid] = desk.run(desk.awarded(100))
    desk.vouchers(**{paid: "ZF2025000001"})
    known = desk.account.payment(paid)
    assert known is not None
    assert (known.voucher, known.file_voucher) == ("ZF2025000001", "")


def test_a_receivable_ages_from_the_day_on_which_its_money_went_out(desk: FinanceDesk) -> None:
    ageing = account_status(desk.account, BOOKED + timedelta(days=40), desk.ledger).ageing
    assert [aged.counts for aged in ageing if aged.kind == "receivable"] == [(0, 0, 0, 1)]
