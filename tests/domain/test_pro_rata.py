"""A batch decided as one: one ratio for all, never more than the fund leaves, never more than the Terms admit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from award_ledger.domain.approval import Decided
from award_ledger.domain.award_refusals import (
    ApplicationNotOpen,
    ShareTooSmall,
)
from award_ledger.domain.events import (
    AwardApproved,
)
from award_ledger.domain.fact import OverrideTaken
from award_ledger.domain.policy_events import (
    ProRataDecided,
)
from award_ledger.domain.refusals import (
    FundNotSet,
    InvalidFields,
    Refused,
    ShareRefused,
)
from award_ledger.domain.terms import MAX_AMOUNT_MINOR, Cap, Fixed, Quota, RateOf, UpTo, Window
from award_ledger.server.commands.approve_pro_rata import ApproveProRata, ProRataRow
from tests.domain.desk import DAY, Desk, terms

LIFETIME = Window(kind="lifetime")


def row(number: str, application: UUID, **decided: Any) -> ProRataRow:
    return ProRataRow("other", number, application, Decided(**decided))


def spread(desk: Desk, *rows: ProRataRow, at_most: int | None = None) -> tuple[ProRataDecided, list[AwardApproved]]:
    """The decision and the awards that follow it."""
    event = desk.do(ApproveProRata("M", rows, at_most, "short"), on=DAY)
    return event.fact, [following.fact for following in desk.events[event.position :]]


def test_all_are_cut_by_one_ratio_rounded_down() -> None:
    desk = Desk(terms(), funds_minor=1000)
    rows = [row(number, desk.apply(number, asked)) for number, asked in (("E", 700), ("F", 500), ("G", 301))]
    decision, awards = spread(desk, *rows)
    assert (decision.available_minor, decision.full_minor, decision.granted_minor) == (1000, 1501, 999)
    assert [award.amount_minor for award in awards] == [466, 333, 200]
    assert desk.fund().available_minor == 1
    assert {award.act.request_id for award in awards} == {decision.act.request_id}


def test_the_largest_amounts_of_all_are_spread_too() -> None:
    desk = Desk(terms(amounts=(UpTo(ceiling_minor=MAX_AMOUNT_MINOR),)), funds_minor=1000)
    rows = [row(number, desk.apply(number, MAX_AMOUNT_MINOR)) for number in "EFGHI"]
    _, awards = spread(desk, *rows)
    assert [award.amount_minor for award in awards] == [200] * 5


def test_where_the_fund_suffices_all_get_all() -> None:
    desk = Desk(terms(), funds_minor=1000)
    rows = [row(number, desk.apply(number, 500)) for number in "EF"]
    decision, awards = spread(desk, *rows)
    assert (decision.granted_minor, [award.amount_minor for award in awards]) == (1000, [500, 500])


def test_no_more_is_spread_than_was_decided_nor_than_the_fund_leaves() -> None:
    desk = Desk(terms(), funds_minor=1000)
    decision, _ = spread(desk, *[row(number, desk.apply(number, 500)) for number in "EF"], at_most=600)
    assert (decision.available_minor, decision.granted_minor, decision.at_most_minor) == (600, 600, 600)
    decision, _ = spread(desk, *[row(number, desk.apply(number, 500)) for number in "GH"], at_most=10**9)
    assert (decision.available_minor, decision.granted_minor) == (400, 400)


def test_the_ratio_is_taken_of_what_the_terms_admit_and_not_of_what_was_asked() -> None:
    cap = Cap(id="all", limit_minor=300, scope="enterprise", window=LIFETIME, mode="grant_what_fits")
    desk = Desk(terms(caps=(cap,)), funds_minor=400)
    applications = [desk.apply("E", 200), desk.apply("E", 200), desk.apply("F", 300)]
    decision, awards = spread(desk, *[row(n, a) for n, a in zip("EEF", applications, strict=True)])
    assert [share.full_minor for share in decision.shares] == [200, 100, 300]
    assert [award.amount_minor for award in awards] == [133, 66, 200]


def test_a_rate_an_amount_and_an_override_are_decided_before_the_ratio() -> None:
    desk = Desk(
        terms(
            amounts=(RateOf(rate="0.05", base_fact="base_minor"), UpTo(ceiling_minor=1000)),
            quotas=(Quota(window=LIFETIME, count=1),),
        ),
        funds_minor=300,
    )
    first = desk.apply("E", 500, facts={"base_minor": "10000"})
    second = desk.apply("F", 500, facts={"base_minor": "10000"})
    desk.review(second, "F", overrides=("quota.M",))
    override = OverrideTaken(check_id="quota.M", reason="about one")
    decision, awards = spread(
        desk, row("E", first, rate="0.04"), row("F", second, amount_minor=200, overrides=(override,))
    )
    assert [share.full_minor for share in decision.shares] == [400, 200]
    assert [(award.amount_minor, award.act.second) for award in awards] == [(200, ""), (100, "second")]


def test_one_application_that_the_terms_refuse_refuses_the_batch_and_nothing_is_recorded() -> None:
    desk = Desk(terms(quotas=(Quota(window=LIFETIME, count=1, hard=True),)))
    applications = [desk.apply(number, 100) for number in "EF"]
    before = desk.picture()
    with pytest.raises(ShareRefused) as refused:
        spread(desk, row("E", applications[0]), row("F", applications[1]))
    assert refused.value.reason == "QUOTA_EXCEEDED"
    assert refused.value.numbers()["application_id"] == str(applications[1])
    # The fund is taken to suffice: it has no numbers that would be true.
    assert "fund" not in {check.id for check in refused.value.assessment.checks}
    assert desk.picture() == before


def test_a_fixed_amount_cannot_be_cut() -> None:
    desk = Desk(terms(amounts=(Fixed(amount_minor=600),)), funds_minor=1000)
    rows = [row(number, desk.apply(number, 600)) for number in "EF"]
    with pytest.raises(ShareRefused) as refused:
        spread(desk, *rows)
    assert refused.value.reason == "AMOUNT_NOT_FIXED"


@pytest.mark.parametrize(
    ("rows", "at_most", "refusal"),
    [
        ("none", None, InvalidFields),
        ("twice", None, InvalidFields),
        ("foreign", None, InvalidFields),
        ("one", 0, Refused),
        ("one", -5, Refused),
        ("decided", None, ApplicationNotOpen),
    ],
)
def test_a_batch_that_cannot_be_meant_is_refused(rows: str, at_most: int | None, refusal: type[Refused]) -> None:
    desk = Desk(terms(), terms(measure_code="N"))
    one, decided = row("E", desk.apply("E")), desk.apply("F")
    desk.decide(decided, "F")
    given = {
        "none": (),
        "one": (one,),
        "twice": (one, one),
        "foreign": (one, row("F", desk.apply("F", measure="N"))),
        "decided": (row("F", decided),),
    }
    before = desk.picture()
    with pytest.raises(refusal):
        spread(desk, *given[rows], at_most=at_most)
    assert desk.picture() == before


def test_nothing_is_spread_without_a_fund_or_where_a_share_would_be_nothing() -> None:
    desk = Desk(terms(funds=()))
    with pytest.raises(FundNotSet):
        spread(desk, row("E", desk.apply("E")))
    desk = Desk(terms(), funds_minor=1)
    with pytest.raises(ShareTooSmall):
        spread(desk, *[row(number, desk.apply(number)) for number in "EF"])


@settings(max_examples=60, deadline=None)
@given(asked=st.lists(st.integers(1, 1000), min_size=1, max_size=8), fund=st.integers(1, 4000))
def test_no_share_is_off_its_ratio_by_a_whole_unit(asked: list[int], fund: int) -> None:
    desk = Desk(terms(), funds_minor=fund)
    rows = [row(f"E{i}", desk.apply(f"E{i}", amount)) for i, amount in enumerate(asked)]
    try:
        decision, awards = spread(desk, *rows)
    except ShareTooSmall:
        assert any(amount * fund // sum(asked) == 0 for amount in asked)
        return
    assert decision.granted_minor == sum(award.amount_minor for award in awards) <= fund
    for amount, award in zip(asked, awards, strict=True):
        exact = amount * min(fund, sum(asked))
        assert award.amount_minor * sum(asked) <= exact < (award.amount_minor + 1) * sum(asked)
    assert desk.fund().available_minor == fund - decision.granted_minor
