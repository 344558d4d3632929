"""The end of a fund's fiscal year: what lapses, what is carried, what stays to be paid, and what comes back later."""

from __future__ import annotations

from datetime import date

import pytest

from award_ledger.domain.policy_events import FundCreated
from award_ledger.domain.refusals import FundYearOpen, FundYearOver, InvalidFields, Refused
from award_ledger.server.commands.close_fund_year import CloseFundYear
from award_ledger.server.commands.correct_entry import CorrectEntry
from award_ledger.server.commands.create_fund import ChangeAppropriation
from award_ledger.server.commands.revoke_award import RevokeAward
from tests.domain.bank_desk import FinanceDesk, booked, part
from tests.domain.desk import Desk, all_back, terms

AFTER = date(2026, 1, 10)


@pytest.fixture
def desk() -> Desk:
    return Desk(terms(), funds_minor=1_000)


def close(desk: Desk, into: str = "", on: date = AFTER) -> None:
    desk.do(CloseFundYear("F/2025", into, "鲁财预〔2026〕3号"), by="qian", on=on)


def test_what_nobody_was_promised_lapses_and_what_was_stays_to_be_paid(desk: Desk) -> None:
    award = desk.grant("E", 300)
    close(desk)
    fund = desk.fund(2025)
    assert (fund.appropriated_minor, fund.available_minor, fund.encumbered_minor) == (300, 0, 300)
    assert (fund.lapsed_minor, fund.closed_on) == (700, AFTER)
    desk.pay(award, on=AFTER)
    assert (desk.fund(2025).encumbered_minor, desk.fund(2025).expended_minor) == (0, 300)


def test_what_is_carried_is_appropriated_in_the_later_fund_in_the_same_act(desk: Desk) -> None:
    desk.grant("E", 300)
    before = len(desk.events)
    close(desk, "F/2026")
    assert len(desk.events) == before + 2
    assert (desk.fund(2025).lapsed_minor, desk.fund(2026).appropriated_minor) == (0, 1_700)


def test_a_year_that_is_not_over_is_not_closed(desk: Desk) -> None:
    with pytest.raises(FundYearOpen):
        close(desk, on=date(2025, 12, 31))


@pytest.mark.parametrize("into", ["F/2024", "F/2025", "F/9999"])
def test_only_a_later_fund_that_there_is_takes_what_is_carried(desk: Desk, into: str) -> None:
    with pytest.raises(Refused):
        close(desk, into)
    assert desk.fund(2025).closed_on is None


def test_a_closed_year_takes_no_appropriation_and_is_closed_once(desk: Desk) -> None:
    close(desk)
    with pytest.raises(FundYearOver):
        desk.do(ChangeAppropriation("F/2025", 5, ""), on=AFTER)
    with pytest.raises(FundYearOver):
        close(desk)
    with pytest.raises(InvalidFields):
        desk.do(CloseFundYear("F/2024", "", " "), on=AFTER)


def test_money_that_comes_back_in_a_later_year_stays_expended_in_its_own(desk: Desk) -> None:
    award = desk.grant("E", 300)
    desk.pay(award)
    close(desk)
    desk.comes_back(award, 100, on=AFTER)
    fund = desk.fund(2025)
    assert (fund.available_minor, fund.encumbered_minor, fund.expended_minor) == (0, 0, 300)


def test_a_year_with_unexplained_bank_lines_is_not_closed() -> None:
    desk = FinanceDesk()
    desk.statement(booked("a", -5))
    with pytest.raises(FundYearOpen, match="1 bank line"):
        close(desk)
    desk.match("a", part("fee", 5))
    close(desk)
    assert desk.fund(2025).closed_on == AFTER


def test_a_closed_year_promises_nothing_more_whatever_became_available_since() -> None:
    desk = Desk(terms(gives_back=all_back("revocation")), funds_minor=1_000)
    award = desk.grant("E", 300)
    close(desk)
    created = next(e for e in desk.events if isinstance(e.fact, FundCreated) and e.fact.fiscal_year == 2025)
    with pytest.raises(FundYearOver):
        desk.do(CorrectEntry(created, 5_000, "漏记"), by="qian", on=AFTER)
    desk.do(RevokeAward("other", "E", award.award_id, "revocation", "终止"), on=date(2025, 12, 30))
    assert desk.fund(2025).available_minor == 300
    refused = desk.asks("E", 100)
    assert (refused.accepted, refused.first_failure().reason) == (False, "FUND_EXHAUSTED")
    close(desk)
    assert desk.fund(2025).available_minor == 0
