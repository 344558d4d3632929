"""What goes out: who may instruct it, what alone says what became of it, and what is owed again; in memory."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from award_ledger.domain.account_status import account_status
from award_ledger.domain.bank_refusals import StatementRequired
from award_ledger.domain.refusals import InvalidFields, SegregationOfDuties
from award_ledger.server.commands.bank_accounts import OpenBankAccount
from award_ledger.server.commands.payment_runs import ApprovePaymentRun, DraftPaymentRun, RunRow
from award_ledger.server.commands.record_rejection import RecordRejection
from award_ledger.server.commands.record_return import RecordReturn
from award_ledger.server.commands.record_settlement import RecordSettlement
from award_ledger.server.commands.revoke_award import RevokeAward
from tests.domain.bank_desk import BOOKED, OURS, FinanceDesk, booked, part
from tests.domain.desk import DAY


@pytest.fixture
def desk() -> FinanceDesk:
    return FinanceDesk()


def attempt_of(row: RunRow) -> tuple[str, str, UUID, int, int]:
    return row.scheme, row.number, row.award_id, row.instalment, 0


def reissues(desk: FinanceDesk, on: date) -> tuple[int, tuple[int, ...]]:
    """What awaits its reissue on a day: minor units, and how many by age."""
    [aged] = [aged for aged in account_status(desk.account, on, desk.ledger).ageing if aged.kind == "awaiting_reissue"]
    return aged.amount_minor, aged.counts


@pytest.mark.parametrize("send", [True, False])
def test_nobody_settles_or_returns_by_hand_what_is_paid_from_an_account_of_ours(desk: FinanceDesk, send: bool) -> None:
    row = desk.awarded(100)
    [paid] = desk.run(row, send=send)
    with pytest.raises(StatementRequired, match=paid):
        desk.do(RecordSettlement(*attempt_of(row), 100, "回单"), by="zhou")
    desk.statement(booked("a", -100, paid))
    desk.post("a", part("settlement", 100, paid))
    with pytest.raises(StatementRequired):
        desk.do(RecordReturn(*attempt_of(row), 100, "退回"), by="zhou")
    assert (desk.attempt(paid).settled_minor, desk.attempt(paid).returned_minor) == (100, 0)


def test_who_drafted_a_run_does_not_match_its_payments_by_hand(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.statement(booked("a", -100))
    for instructor in ("qian", "sun"):
        with pytest.raises(SegregationOfDuties):
            desk.match("a", part("settlement", 100, paid), by=(instructor,))


def test_a_run_is_not_to_be_executed_before_it_is_drafted(desk: FinanceDesk) -> None:
    row = desk.awarded(100)
    with pytest.raises(InvalidFields, match="execute_on"):
        desk.do(DraftPaymentRun("R1", OURS, DAY - timedelta(days=1), (row,)), by="qian")


def test_what_came_back_awaits_its_reissue_since_the_day_it_came_back(desk: FinanceDesk) -> None:
    [paid] = desk.run(desk.awarded(100))
    desk.statement(booked("a", -100, paid), booked("b", 40, paid))
    desk.match("a", part("settlement", 100, paid))
    desk.match("b", part("return", 40, paid))
    assert (BOOKED - DAY).days > 5
    assert reissues(desk, BOOKED + timedelta(days=1)) == (40, (1, 0, 0, 0))
    desk.unmatch("b")
    assert reissues(desk, BOOKED) == (0, (0, 0, 0, 0))


def test_what_is_not_owed_any_more_does_not_await_its_reissue(desk: FinanceDesk) -> None:
    """A return after the award was revoked is cancelled as it comes, and a rejected payment of a revoked award too."""
    row, other = desk.awarded(100), desk.awarded(200, "F")
    first, _ = desk.run(row, other)
    desk.statement(booked("a", -100, first), booked("b", 100, first))
    desk.match("a", part("settlement", 100, first))
    for person in ("zhou", "wu"):
        desk.do(RecordRejection(*attempt_of(other), "AC04"), by=person)
    assert reissues(desk, DAY) == (200, (1, 0, 0, 0))
    for award in (row, other):
        desk.do(RevokeAward(award.scheme, award.number, award.award_id, "revocation", "终止"))
    desk.match("b", part("return", 100, first))
    assert reissues(desk, BOOKED)[0] == 0


def test_what_is_paid_again_from_another_account_does_not_await_its_reissue(desk: FinanceDesk) -> None:
    row = desk.awarded(100)
    desk.run(row)
    for person in ("zhou", "wu"):
        desk.do(RecordRejection(*attempt_of(row), "AC04"), by=person)
    assert reissues(desk, DAY)[0] == 100
    desk.do(OpenBankAccount("37001616808050008888", "另户", "某银行", "CNY"), by="qian")
    desk.do(DraftPaymentRun("R-X", "37001616808050008888", DAY, (row,)), by="qian")
    desk.do(ApprovePaymentRun("R-X"), by="sun")
    assert reissues(desk, DAY)[0] == 0


def in_transit(desk: FinanceDesk) -> int:
    return next(
        a.amount_minor for a in account_status(desk.account, BOOKED, desk.ledger).ageing if a.kind == "in_transit"
    )


def test_what_a_short_payment_left_is_in_transit_once_and_only_while_it_is_owed(desk: FinanceDesk) -> None:
    row = desk.awarded(100)
    [short] = desk.run(row)
    desk.statement(booked("a", -60, short))
    desk.match("a", part("settlement", 60, short))
    assert in_transit(desk) == 40
    desk.run(row)
    assert in_transit(desk) == 40
    for person in ("zhou", "wu"):
        desk.do(RecordRejection(*attempt_of(row), "AC04"), by=person)
    desk.do(RevokeAward(row.scheme, row.number, row.award_id, "revocation", "终止"))
    assert in_transit(desk) == 0
