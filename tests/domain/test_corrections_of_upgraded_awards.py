"""An award that was upgraded is corrected as on its own day; its upgrades and it have no more than those may have."""

from __future__ import annotations

from typing import Any

import pytest

from award_ledger.domain.award import Award
from award_ledger.domain.refusals import ApprovalRefused
from award_ledger.domain.terms import Cap, Quota, Tier, Tiered, Uniqueness, UpTo
from tests.domain.correcting import LIFE, correct, last, totals
from tests.domain.desk import Desk, all_back, terms

ALL = all_back("revocation", "overpayment", "breach")
TIERS = Tiered(
    tier_fact="tier",
    tiers=(Tier(name="low", ceiling_minor=60), Tier(name="high", ceiling_minor=200)),
    lineage_facts=("field",),
)
LOW, HIGH = {"tier": "low", "field": "AI"}, {"tier": "high", "field": "AI"}


def line(level: str, ceiling: int, *, upgrades_from: tuple[str, ...] = ()) -> Any:
    """One award for each field in life, of the two levels M and N together; the higher level gets the difference."""
    cap = Cap(id="field", limit_minor=ceiling, scope="key", key_facts=("field",), window=LIFE, measures=("M", "N"))
    field = Uniqueness(id="field", key_facts=("field",), window=LIFE, pool="P", upgrades_from=upgrades_from)
    return terms(
        measure_code=level,
        amounts=(UpTo(ceiling_minor=ceiling),),
        caps=(cap,),
        quotas=(Quota(window=LIFE, pool="P", count=1, hard=True),),
        uniqueness=(field,),
        gives_back=ALL,
    )


def upgraded(lower: int, upper: int) -> tuple[Desk, Award, Award, int]:
    """An award, its upgrade, and the position of its approval."""
    desk = Desk(line("M", 60), line("N", 200, upgrades_from=("M",)))
    award = desk.grant(asked=lower, facts={"field": "AI"})
    entry = last(desk, "approved")
    upgrade = desk.grant(asked=upper, measure="N", facts={"field": "AI"})
    assert upgrade.upgrades == award.award_id
    return desk, award, upgrade, entry


def test_an_upgraded_award_is_corrected_down_and_back_and_is_void_and_back() -> None:
    desk, award, _, entry = upgraded(50, 100)
    for right in (40, 60, 0, 50):
        correct(desk, entry, right)
        assert (award.counted_minor, totals(desk)) == (right, (int(right > 0), right))


def test_an_upgraded_award_is_raised_only_as_far_as_its_upgrade_left_something() -> None:
    desk, award, _, entry = upgraded(50, 145)
    with pytest.raises(ApprovalRefused) as refused:
        correct(desk, entry, 56)
    [check] = refused.value.assessment.checks
    assert (check.reason, check.limit, check.used, check.left) == ("CAP_EXCEEDED", 200, 56, 144)
    correct(desk, entry, 55)
    assert award.approved_minor == 55


def test_a_wrong_revocation_of_an_upgraded_award_is_undone_although_the_upgrade_holds_the_key_and_the_place() -> None:
    desk, award, _, _ = upgraded(50, 100)
    desk.revoke(award)
    correct(desk, last(desk, "award_revoked"), 0)
    assert (award.status, award.holds_place, award.counted_minor, totals(desk)) == ("live", True, 50, (1, 50))


def test_what_is_undone_in_a_lineage_of_tiers_must_fit_beside_what_a_higher_tier_got_since() -> None:
    desk = Desk(terms(amounts=(TIERS,), gives_back=ALL))
    award = desk.grant(asked=60, facts=LOW)
    desk.revoke(award)
    desk.grant(asked=200, facts=HIGH)
    with pytest.raises(ApprovalRefused) as refused:
        correct(desk, last(desk, "award_revoked"), 0)
    [check] = refused.value.assessment.checks
    assert (check.id, check.reason, check.limit, check.used) == ("tiered", "CEILING_EXCEEDED", 200, 60)
    assert award.counted_minor == 0


@pytest.mark.parametrize("upper", [140, 141])
def test_a_receipt_that_never_came_counts_again_as_far_as_the_higher_tier_left_it(upper: int) -> None:
    desk = Desk(terms(amounts=(TIERS,), gives_back=ALL))
    award = desk.grant(asked=60, facts=LOW)
    desk.pay(award)
    desk.order(award, 30, "overpayment")
    desk.receive(award, 30)
    desk.grant("F", asked=upper, facts=HIGH)
    entry = last(desk, "clawback_received")
    if upper > 140:
        with pytest.raises(ApprovalRefused):
            correct(desk, entry, 0)
    else:
        correct(desk, entry, 0)
    assert award.counted_minor == (60 if upper == 140 else 30)
