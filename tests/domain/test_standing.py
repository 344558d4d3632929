"""What was known about a day of law: every aggregate says the same of it, whatever the order in which things came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from award_ledger.domain import identity
from award_ledger.domain.claim import Claim
from award_ledger.domain.encoding import encode_snapshot
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import AwardApproved
from award_ledger.domain.fact import Event
from award_ledger.domain.fund import Fund
from award_ledger.domain.measure import Measure
from award_ledger.domain.standing import Counted, Standing, claim_by, enterprise_by, fund_by, measure_by
from award_ledger.domain.terms import Stage, Staged, StageResult, UpTo
from award_ledger.domain.working_set import Aggregate, Ledger, concerned
from tests.domain import arbitrary
from tests.domain.correcting import correct
from tests.domain.desk import Desk, terms
from tests.domain.test_stateful import PROFILE, LedgerMachine, PaymentsMachine

FAR = date(2199, 12, 31)
TELLING: dict[type[Any], Any] = {
    Enterprise: enterprise_by,
    Measure: measure_by,
    Fund: fund_by,
    Claim: claim_by,
}


class Told:
    """What some events say of one day."""

    def __init__(self, events: Iterable[Event], by: date) -> None:
        self.events = list(events)
        self.known = Ledger()
        self._concerning: dict[UUID, list[Event]] = {}
        for event in self.events:
            self.known.apply(event)
            for _, aggregate_id in concerned(event):
                self._concerning.setdefault(aggregate_id, []).append(event)
        self._standing = Standing(by, lambda position: self.events[position - 1], self._decided_on)
        self.counted: dict[UUID, Counted[Any]] = {
            key: TELLING[type(found)](self._standing, key, lambda key=key: self._concerning[key])
            for key, found in self.known.aggregates.items()
            if type(found) in TELLING and found.position
        }

    def of(self, kind: type[Any]) -> list[Any]:
        found: list[Aggregate] = [counted.aggregate for counted in self.counted.values()]
        return [aggregate for aggregate in found if isinstance(aggregate, kind) and aggregate.position]

    def _decided_on(self, enterprise: UUID, award: UUID) -> date:
        return self.known.enterprise(enterprise).awards[award].decided_on


def check_agreement(told: Told) -> None:
    """Funds balance and hold what the awards say; measures and claims count what the awards count."""
    awards = [award for enterprise in told.of(Enterprise) for award in enterprise.awards.values()]
    for fund in told.of(Fund):
        assert fund.available_minor + fund.encumbered_minor + fund.expended_minor == fund.appropriated_minor
        drawn = [award for award in awards if award.fund == fund.code]
        assert fund.encumbered_minor == sum(award.encumbered_minor for award in drawn)
        assert fund.expended_minor == sum(award.expended_minor for award in drawn)
        assert fund.recovered_minor == sum(award.recovered_minor for award in drawn)
    for measure in told.of(Measure):
        for year, totals in measure.years.items():
            decided = [award for award in awards if (award.measure, award.decided_on.year) == (measure.code, year)]
            assert totals.approved_minor == sum(award.counted_minor for award in decided)
            assert totals.awards == sum(award.holds_place for award in decided)
    counted = {award.award_id: award.counted_minor for award in awards}
    granted = {event.fact.award_id: event.fact for event in told.events if isinstance(event.fact, AwardApproved)}
    for claim in told.of(Claim):
        for held in claim.holders.values():
            if claim.id in {ref.id for ref in granted[held.award_id].claims}:  # others came under it later
                assert held.counted_minor == counted[held.award_id]


def check_history(events: list[Event]) -> None:
    """At the end and half-way, about every day on which something has effect and the days beside it."""
    days = {event.fact.act.effective_on for event in events}
    for known in (events, events[: len(events) // 2]):
        for by in sorted({day + timedelta(days=n) for day in days for n in (-1, 0)}):
            told = Told(known, by)
            check_agreement(told)
            assert all(award.decided_on <= by for firm in told.of(Enterprise) for award in firm.awards.values())
        everything = Told(known, FAR)
        for key, counted in everything.counted.items():
            assert encode_snapshot(counted.aggregate) == encode_snapshot(everything.known.aggregates[key])
            assert counted.left_out == 0
    nothing = Told(events, arbitrary.FIRST - timedelta(days=10_000))
    assert [counted.aggregate.position for counted in nothing.counted.values() if counted.aggregate.position] == []


def told(desk: Desk, by: date) -> tuple[Enterprise, Measure, Fund]:
    """The enterprise E, the measure M and the fund of 2025."""
    found = Told(desk.events, by)
    check_agreement(found)
    ids = (identity.enterprise_id("other", "E"), identity.measure_id("M"), identity.fund_id("F/2025"))
    enterprise, measure, fund = (found.counted[key].aggregate for key in ids)
    return enterprise, measure, fund


def on(month: int, day: int, year: int = 2025) -> date:
    return date(year, month, day)


def test_a_correction_of_later_counts_from_the_day_of_what_it_corrects() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=400, on=on(8, 1))
    correct(desk, award.number, 300, on=on(2, 1, 2026))
    enterprise, measure, fund = told(desk, on(8, 31))
    assert enterprise.awards[award.award_id].approved_minor == 300
    assert measure.years[2025].approved_minor == fund.encumbered_minor == 300
    enterprise, measure, fund = told(desk, on(7, 31))
    assert (enterprise.awards, measure.years, fund.encumbered_minor) == ({}, {}, 0)


def test_a_payment_dated_before_its_award_counts_from_the_award_on() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=400, on=on(8, 1))
    desk.instruct(award, on=on(8, 20))
    desk.settle(award, 400, on=on(7, 1))
    enterprise, _, fund = told(desk, on(7, 15))
    assert (enterprise.awards, fund.expended_minor, fund.available_minor) == ({}, 0, 10_000)
    enterprise, _, fund = told(desk, on(8, 10))
    (payment,) = enterprise.awards[award.award_id].instalments[0].payments
    assert (payment.settled_minor, payment.instructed_on, fund.expended_minor) == (400, on(8, 20), 400)


def test_money_that_comes_before_the_result_that_ordered_it_shows_the_order_and_not_the_result() -> None:
    staged = Staged(
        stages=(Stage(name="first", ceiling_minor=50), Stage(name="second", ceiling_minor=50)),
        results=(StageResult(result="failed", effect="recover_all"),),
    )
    desk = Desk(terms(amounts=(staged,)))
    award = desk.grant(asked=100)
    desk.pay(award)
    desk.result(award, "failed", on=on(9, 1))
    desk.receive(award, 20, on=on(8, 1))
    enterprise, _, _ = told(desk, on(8, 1))
    found = enterprise.awards[award.award_id]
    assert (found.clawbacks[0].ordered_minor, found.recovered_minor) == (50, 20)
    assert (found.stage_result, found.cancelled_minor) == ("", 0)
    assert told(desk, on(9, 1))[0].awards[award.award_id].cancelled_minor == 50


def test_an_award_dated_before_its_terms_its_fund_and_its_registration_is_told_with_them() -> None:
    desk = Desk(terms(), terms(amounts=(UpTo(ceiling_minor=900),)))
    correct(desk, 3, 6_000)
    award = desk.grant(asked=400, on=on(5, 1))
    enterprise, measure, fund = told(desk, on(5, 1))
    assert (enterprise.number, [found.number for found in enterprise.awards.values()]) == ("E", [award.number])
    assert measure.terms_version == award.terms_version == 2
    assert (fund.appropriated_minor, fund.available_minor, fund.encumbered_minor) == (6_000, 5_600, 400)
    enterprise, measure, fund = told(desk, on(4, 30))
    assert (enterprise.version, measure.version, fund.version) == (0, 0, 0)


class AnyOrder(LedgerMachine):
    """Everything, and then every day is asked about."""

    def teardown(self) -> None:
        super().teardown()
        check_history(self.driver.events)


class AnyPayments(PaymentsMachine):
    """Payments and clawbacks above all."""

    def teardown(self) -> None:
        super().teardown()
        check_history(self.driver.events)


@pytest.mark.parametrize("machine", [AnyOrder, AnyPayments])
def test_all_aggregates_say_the_same_of_any_day_in_any_history(machine: type[LedgerMachine]) -> None:
    run_state_machine_as_test(machine, settings=settings(PROFILE, max_examples=30))
