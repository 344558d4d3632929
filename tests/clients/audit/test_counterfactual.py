"""The history under other Terms: the same under the same, and who would have got more, less, nothing or something."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from award_ledger.clients.audit.counterfactual import Case, Comparison, Histories, NotComparable
from award_ledger.clients.audit.reenacting import ACTS_ON_AWARDS, Twin, reenacted
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import ApplicationWithdrawn
from award_ledger.domain.fact import Event
from award_ledger.domain.fund import Fund
from award_ledger.domain.terms import Cap, Quota, Stage, Staged, StageResult, Terms, UpTo, Window
from award_ledger.domain.working_set import Ledger
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.refuse_application import RefuseApplication
from award_ledger.server.commands.withdraw_application import WithdrawApplication
from tests.domain.desk import Desk, all_back, terms
from tests.domain.driving import picture
from tests.domain.test_stateful import LedgerMachine, PaymentsMachine

LIFETIME = Window(kind="lifetime")


def cap(limit: int, mode: Any = "grant_what_fits", measures: tuple[str, ...] = ()) -> Cap:
    return Cap(id="all", limit_minor=limit, scope="enterprise", window=LIFETIME, mode=mode, measures=measures)


def told(events: list[Event], code: str, other: Terms) -> Histories:
    withdrawn = {event.fact.application_id for event in events if isinstance(event.fact, ApplicationWithdrawn)}
    histories = Histories(code, other, frozenset(withdrawn))
    for event in events:
        histories.take(event)
    return histories


def under(desk: Desk, other: Terms, code: str = "M") -> Comparison:
    return told(desk.events, code, other).compared()


def fates(outcome: Comparison) -> list[tuple[str, int | None, int | None]]:
    return [(case.kind, case.recorded_minor, case.otherwise_minor) for case in outcome.cases]


# Under the same Terms nothing changes, whatever has happened.


def check_the_same_terms_change_nothing(events: list[Event]) -> None:
    ledger = Ledger()
    for event in events:
        ledger.apply(event)
    published = {code: ledger.measure(code).versions for code in ("M-1", "M-2")}
    # M-9 is nowhere: every decision is taken again under its own Terms.
    codes = ["M-9", *(code for code, versions in published.items() if versions and len(set(map(repr, versions))) == 1)]
    for code in codes:
        histories = told(events, code, published[code][0] if code in published else terms(measure_code=code))
        assert picture(histories.otherwise) == picture(histories.recorded) == picture(ledger)
        if code in published:
            outcome = histories.compared()
            assert {case.kind for case in outcome.cases} <= {"same"}
            assert outcome.funds == ()


def check_each_act_is_itself_again(events: list[Event]) -> None:
    ledger = Ledger()
    for event in events:
        fact = event.fact
        if type(fact) in ACTS_ON_AWARDS:
            awards = ledger.enterprise(event.originator_id).awards
            award, paid = awards[fact.award_id], awards[getattr(fact, "paid_award_id", fact.award_id)]
            under_terms = ledger.measure(award.measure).versions[award.terms_version - 1]
            order = getattr(fact, "clawback", 0)
            assert reenacted(fact, Twin(award, award, under_terms, ledger.fund(award.fund), order, paid)) == fact
        ledger.apply(event)


def check_other_terms_keep_every_balance(events: list[Event]) -> None:
    """Under the rules of another measure: whatever becomes of them, acts neither fail nor leave a balance wrong."""
    published = {event.fact.terms.measure_code: event.fact.terms for event in events if hasattr(event.fact, "terms")}
    if published.keys() < {"M-1", "M-2"}:
        return
    other = told(events, "M-1", msgspec.structs.replace(published["M-2"], measure_code="M-1")).otherwise
    for found in other.aggregates.values():
        if isinstance(found, Fund):
            assert found.available_minor + found.committed_minor == found.appropriated_minor
            assert min(found.encumbered_minor, found.expended_minor) >= 0
        for award in found.awards.values() if isinstance(found, Enterprise) else ():
            assert 0 <= award.counted_minor <= award.approved_minor
            assert award.paid_minor + award.open_minor + award.cancelled_minor == award.approved_minor
            assert min(award.paid_minor, award.open_minor, award.encumbered_minor, award.expended_minor) >= 0
            assert award.recovered_minor <= award.paid_minor
            assert all(order.outstanding_minor >= 0 for order in award.clawbacks)


class Reconsidered(LedgerMachine):
    """Every kind of decision, and then all of them again."""

    def teardown(self) -> None:
        check_the_same_terms_change_nothing(self.driver.events)
        check_each_act_is_itself_again(self.driver.events)
        check_other_terms_keep_every_balance(self.driver.events)


class PaidAndReconsidered(PaymentsMachine):
    """Money that goes and comes back, and then all of it again."""

    def teardown(self) -> None:
        check_the_same_terms_change_nothing(self.driver.events)
        check_each_act_is_itself_again(self.driver.events)
        check_other_terms_keep_every_balance(self.driver.events)


@pytest.mark.parametrize("machine", [Reconsidered, PaidAndReconsidered])
def test_any_history_is_itself_under_the_same_terms_and_sound_under_others(machine: type[Any]) -> None:
    profile = settings(
        deadline=None,
        stateful_step_count=40,
        max_examples=80,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(machine, settings=profile)


# More, less, nothing, something.


@pytest.fixture
def desk() -> Desk:
    """Under a cap of 150 that cuts: 100 in full, 50 of 100, a refusal; and another enterprise with 40."""
    desk = Desk(terms(caps=(cap(150),)))
    desk.grant(asked=100)
    desk.grant(asked=100)
    desk.asks(asked=100)
    desk.grant("F", asked=40)
    return desk


def test_a_higher_cap_gives_more_and_something_instead_of_nothing(desk: Desk) -> None:
    outcome = under(desk, terms(caps=(cap(220),)))
    assert fates(outcome) == [("same", 100, 100), ("more", 50, 100), ("something", None, 20), ("same", 40, 40)]


def test_a_lower_cap_gives_less_and_nothing_with_the_reason(desk: Desk) -> None:
    outcome = under(desk, terms(caps=(cap(70),)))
    assert fates(outcome) == [("less", 100, 70), ("nothing", 50, None), ("same", None, None), ("same", 40, 40)]
    assert (outcome.cases[1].reason, outcome.cases[1].binding) == ("CAP_EXCEEDED", ("cap.all",))
    (fund,) = outcome.funds
    assert (fund.recorded_minor, fund.otherwise_minor) == (10_000 - 190, 10_000 - 110)


def test_a_quota_leaves_the_place_of_one_that_gets_nothing_to_the_next() -> None:
    desk = Desk(terms(quotas=(Quota(window=LIFETIME, count=1, hard=True),)))
    desk.grant(asked=100)
    desk.asks("F", asked=50)
    assert fates(
        under(desk, terms(amounts=(UpTo(ceiling_minor=60),), quotas=desk.ledger.measure("M").terms.quotas))
    ) == [
        ("nothing", 100, None),
        ("something", None, 50),
    ]


def test_every_version_is_the_other_terms_from_the_first_day(desk: Desk) -> None:
    desk.do(PublishTerms(terms(caps=(cap(1000),))))
    desk.grant(asked=100)
    assert fates(under(desk, terms(caps=(cap(200),))))[-1] == ("nothing", 100, None)


def test_nothing_recorded_is_touched(desk: Desk) -> None:
    before = desk.picture()
    under(desk, terms(caps=(cap(70),)))
    assert desk.picture() == before


def test_what_an_officer_decided_is_what_is_decided_again() -> None:
    desk = Desk(terms(amounts=(UpTo(ceiling_minor=80),)))
    desk.decide(desk.apply(asked=100), amount=80)
    desk.asks(asked=100)
    assert fates(under(desk, terms(amounts=(UpTo(ceiling_minor=120),)))) == [
        ("same", 80, 80),
        ("something", None, 100),
    ]


def test_a_refusal_that_passes_now_makes_later_decisions_on_it_fall_away() -> None:
    desk = Desk(terms(amounts=(UpTo(ceiling_minor=80),)))
    application = desk.apply(asked=100)
    desk.decide(application)
    desk.decide(application, amount=80)
    refused = desk.apply(asked=90)
    desk.decide(refused)
    desk.do(RefuseApplication("other", "E", refused, "reason"))
    assert fates(under(desk, terms(amounts=(UpTo(ceiling_minor=120),)))) == [("more", 80, 100), ("something", None, 90)]


def test_withdrawn_stays_withdrawn_and_uses_nothing() -> None:
    desk = Desk(terms(caps=(cap(50, "all_or_nothing"),)))
    application = desk.apply(asked=100)
    desk.decide(application)
    desk.do(WithdrawApplication("other", "E", application, "reason"))
    desk.asks(asked=100)
    assert fates(under(desk, terms(caps=(cap(100, "all_or_nothing"),)))) == [
        ("same", None, None),
        ("something", None, 100),
    ]


def test_a_departments_own_no_stays() -> None:
    desk = Desk(terms(amounts=(UpTo(ceiling_minor=10),)))
    desk.do(RefuseApplication("other", "E", desk.apply(asked=100), "reason"))
    assert under(desk, terms()).cases == ()


def test_another_measure_changes_only_through_a_shared_limit() -> None:
    shared = cap(150, measures=("M", "N"))
    desk = Desk(terms(caps=(shared,)), terms(measure_code="N", caps=(shared,)), terms(measure_code="O"))
    desk.grant(asked=100)
    desk.grant(asked=100, measure="N")
    desk.grant(asked=100, measure="O")
    outcome = under(desk, terms(amounts=(UpTo(ceiling_minor=80),), caps=(shared,)))
    assert [(case.measure, *rest) for case, rest in zip(outcome.cases, fates(outcome), strict=True)] == [
        ("M", "nothing", 100, None),
        ("N", "more", 50, 100),
        ("O", "same", 100, 100),
    ]


def test_a_fund_that_is_spent_otherwise_is_there_for_another_measure() -> None:
    desk = Desk(terms(), terms(measure_code="N"), funds_minor=150)
    desk.grant(asked=100)
    desk.asks(asked=100, measure="N")
    outcome = under(desk, terms(amounts=(UpTo(ceiling_minor=80),)))
    assert fates(outcome) == [("nothing", 100, None), ("something", None, 100)]


# What happens to awards afterwards.


def later(desk: Desk, other: Terms, number: str = "E") -> tuple[Any, Case]:
    """The first award in the other history, and the last decision."""
    histories = told(desk.events, "M", other)
    enterprise = next(a for a in histories.otherwise.aggregates.values() if getattr(a, "number", "") == number)
    return next(iter(enterprise.awards.values()), None), histories.compared().cases[-1]  # type: ignore[union-attr]


def test_a_smaller_award_that_is_revoked_gives_back_its_own_amount() -> None:
    back = all_back("revocation")
    desk = Desk(terms(caps=(cap(100),), gives_back=back))
    desk.revoke(desk.grant(asked=100))
    desk.grant(asked=90)
    award, last = later(desk, terms(caps=(cap(60),), gives_back=back))
    assert (award.approved_minor, award.cancelled_minor, award.counted_minor) == (60, 60, 0)
    assert (last.kind, last.otherwise_minor) == ("less", 60)


def test_give_back_follows_the_other_terms() -> None:
    desk = Desk(terms(caps=(cap(100),), gives_back=all_back("revocation")))
    desk.revoke(desk.grant(asked=100))
    desk.grant(asked=90)
    award, last = later(desk, terms(caps=(cap(100),)))
    assert (award.cancelled_minor, award.counted_minor, last.kind) == (100, 100, "nothing")


@pytest.mark.parametrize(("paid_back", "counted"), [(100, 0), (30, 40)])
def test_all_that_was_paid_and_taken_back_is_all_and_a_part_is_that_part(paid_back: int, counted: int) -> None:
    back = all_back("breach")
    desk = Desk(terms(caps=(cap(100),), gives_back=back))
    award = desk.grant(asked=100)
    desk.pay(award)
    desk.order(award, paid_back)
    desk.receive(award, paid_back)
    smaller, _ = later(desk, terms(caps=(cap(70),), gives_back=back))
    assert (smaller.paid_minor, smaller.counted_minor) == (70, counted)
    assert smaller.recovered_minor == min(paid_back, 70)


def test_acts_on_an_award_that_is_not_there_fall_away() -> None:
    desk = Desk(terms(gives_back=all_back("breach", "revocation")))
    award = desk.grant(asked=100)
    desk.pay(award)
    desk.comes_back(award, 10)
    desk.order(award, 20)
    desk.receive(award, 20)
    desk.revoke(award)
    nothing, last = later(desk, terms(amounts=(UpTo(ceiling_minor=50),)))
    assert (nothing, last.kind) == (None, "nothing")


STAGES = Staged(
    stages=(Stage(name="a", ceiling_minor=60), Stage(name="b", ceiling_minor=40)),
    results=(
        StageResult(result="good", effect="release"),
        StageResult(result="bad", effect="recover_all"),
        StageResult(result="fair", effect="cancel_rest"),
    ),
)


@pytest.mark.parametrize(
    ("result", "effect", "cancelled", "ordered"),
    [("bad", "release", 0, 0), ("good", "recover_all", 40, 60), ("bad", "cancel_rest", 40, 0)],
)
def test_a_result_does_what_the_other_terms_say(result: str, effect: Any, cancelled: int, ordered: int) -> None:
    desk = Desk(terms(amounts=(STAGES,)))
    award = desk.grant(asked=100)
    desk.pay(award)
    desk.result(award, result)
    changed = msgspec.structs.replace(STAGES, results=(StageResult(result=result, effect=effect),))
    other, _ = later(desk, terms(amounts=(changed,)))
    assert (other.cancelled_minor, sum(order.ordered_minor for order in other.clawbacks)) == (cancelled, ordered)
    unknown = msgspec.structs.replace(STAGES, results=(StageResult(result="other", effect="release"),))
    untouched, _ = later(desk, terms(amounts=(unknown,)))
    assert (untouched.stage_result, untouched.cancelled_minor) == ("", 0)


def test_receipts_stay_with_the_order_under_which_they_came() -> None:
    """The first order falls away with nothing paid; what came under the second is not taken for the first."""
    desk = Desk(terms(caps=(cap(100),), gives_back=all_back("breach", "overpayment")))
    award = desk.grant(asked=100, plan=((60, None), (40, None)))
    desk.pay(award, 1)
    desk.order(award, 60)
    desk.pay(award, 2)
    desk.order(award, 40, "overpayment")
    desk.receive(award, 40, 2)
    other, _ = later(desk, terms(caps=(cap(70),), gives_back=all_back("breach", "overpayment")))
    # 70 are paid at once: the plan does not add up. The first order is for all that was paid, the second for nothing.
    assert [(order.ground, order.ordered_minor, order.received_minor) for order in other.clawbacks] == [
        ("breach", 70, 0)
    ]


# What cannot be compared.


def test_other_money_cannot_be_compared(desk: Desk) -> None:
    with pytest.raises(NotComparable, match="CNY"):
        under(desk, terms(currency="EUR"))


def test_a_measure_that_was_never_published_cannot_be_compared(desk: Desk) -> None:
    with pytest.raises(NotComparable, match="N"):
        under(desk, terms(measure_code="N"), "N")


def test_an_undecided_application_is_no_case(desk: Desk) -> None:
    before = len(under(desk, terms()).cases)
    desk.apply(asked=5)
    assert len(under(desk, terms()).cases) == before
