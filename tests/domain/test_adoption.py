"""Limits that a later version introduces count what was granted before them."""

from __future__ import annotations

from datetime import date
from typing import Any

from award_ledger.domain.assessment import Assessment
from award_ledger.domain.events import AwardAdopted
from award_ledger.domain.terms import (
    Cap,
    EvidenceRule,
    GiveBack,
    Quota,
    Tier,
    Tiered,
    Uniqueness,
    Window,
)
from award_ledger.server.commands.link_enterprise import LinkEnterprise
from award_ledger.server.commands.publish_terms import PublishTerms
from tests.domain.correcting import correct, last
from tests.domain.desk import DAY, Desk, all_back, terms

LIFETIME = Window(kind="lifetime")
FIELD = {"field": "AI"}


def reason(assessment: Assessment) -> str:
    return "" if assessment.accepted else assessment.first_failure().reason


def adopted(desk: Desk) -> list[AwardAdopted]:
    return [event.fact for event in desk.events if isinstance(event.fact, AwardAdopted)]


def publish(desk: Desk, **rules: Any) -> None:
    desk.do(PublishTerms(terms(**rules)))


def test_a_quota_that_comes_later_counts_the_awards_before_it() -> None:
    desk = Desk(terms())
    first, second = desk.grant("E"), desk.grant("F")
    publish(desk, quotas=(Quota(window=LIFETIME, count=2, hard=True),))
    assert [fact.award_id for fact in adopted(desk)] == [first.award_id, second.award_id]
    assert reason(desk.asks("G")) == "QUOTA_EXCEEDED"


def test_a_key_that_comes_later_is_taken_by_the_awards_before_it() -> None:
    desk = Desk(terms())
    desk.grant("E", facts=FIELD)
    publish(desk, uniqueness=(Uniqueness(id="field", key_facts=("field",), window=LIFETIME),))
    assert reason(desk.asks("F", facts=FIELD)) == "KEY_IN_USE"
    assert not reason(desk.asks("F", facts={"field": "chips"}))


def test_a_key_cap_that_comes_later_counts_the_awards_before_it_and_those_of_other_measures() -> None:
    desk = Desk(terms(), terms(measure_code="N"))
    desk.grant("E", 100, facts=FIELD)
    desk.grant("F", 100, facts=FIELD, measure="N")
    cap = Cap(id="field", limit_minor=300, scope="key", key_facts=("field",), window=LIFETIME, measures=("N",))
    publish(desk, caps=(cap,))
    assert [fact.measure for fact in adopted(desk)] == ["M", "N"]
    assert desk.room("G", field="AI").admissible_minor == 100
    desk.grant("F", 60, facts=FIELD, measure="N")  # N itself knows nothing of the cap of M
    assert desk.room("G", field="AI").admissible_minor == 40
    assert reason(desk.asks("G", 41, facts=FIELD)) == "CAP_EXCEEDED"


def test_a_key_cap_counts_a_measure_that_is_published_after_it() -> None:
    cap = Cap(id="field", limit_minor=300, scope="key", key_facts=("field",), window=LIFETIME, measures=("N",))
    desk = Desk(terms(caps=(cap,)), terms(measure_code="N"))
    desk.grant("F", 250, facts=FIELD, measure="N")
    assert desk.room("G", field="AI").admissible_minor == 50


def test_evidence_that_stops_being_shareable_is_in_use() -> None:
    licence = (("licence", "L-1"),)
    desk = Desk(terms(evidence=(EvidenceRule(kind="licence", shareable=True),)))
    desk.grant("E", evidence=licence)
    assert not reason(desk.asks("F", evidence=licence))
    publish(desk)
    assert reason(desk.asks("G", evidence=licence)) == "EVIDENCE_IN_USE"


def test_a_lineage_that_comes_later_counts_the_lower_tier_before_it() -> None:
    desk = Desk(terms())
    desk.grant("E", 100, facts={"cluster": "C", "tier": "low"})
    tiered = Tiered(
        tier_fact="tier",
        tiers=(Tier(name="low", ceiling_minor=100), Tier(name="high", ceiling_minor=500)),
        lineage_facts=("cluster",),
    )
    publish(desk, amounts=(tiered,))
    assert desk.room("F", cluster="C", tier="high").admissible_minor == 400


def test_what_is_adopted_gives_its_place_back_like_any_other() -> None:
    desk = Desk(terms(gives_back=all_back("revocation")))
    award = desk.grant("E", facts=FIELD)
    publish(
        desk,
        gives_back=all_back("revocation"),
        quotas=(Quota(window=LIFETIME, count=1, hard=True),),
        uniqueness=(Uniqueness(id="field", key_facts=("field",), window=LIFETIME),),
    )
    assert reason(desk.asks("F", facts=FIELD)) == "KEY_IN_USE"
    desk.revoke(award)
    assert not reason(desk.asks("F", facts=FIELD))


def test_an_upgrade_shares_its_place_in_a_quota_that_comes_later() -> None:
    title = Uniqueness(id="title", key_facts=("enterprise",), window=LIFETIME, upgrades_from=("M",))
    desk = Desk(terms(uniqueness=(title,)))
    desk.grant("E")
    desk.grant("E")  # upgrades the first
    publish(desk, uniqueness=(title,), quotas=(Quota(window=LIFETIME, count=2, hard=True),))
    assert not reason(desk.asks("F"))
    assert reason(desk.asks("G")) == "QUOTA_EXCEEDED"


def test_a_place_that_a_revoked_award_keeps_is_adopted_though_nothing_of_it_counts() -> None:
    kept = (GiveBack(ground="revocation", headroom=True),)
    desk = Desk(terms(gives_back=kept))
    desk.revoke(desk.grant("E"))
    publish(desk, gives_back=kept, quotas=(Quota(window=LIFETIME, count=1, hard=True),))
    assert reason(desk.asks("F")) == "QUOTA_EXCEEDED"


def test_an_amount_that_a_revoked_award_keeps_is_adopted_though_its_place_is_free() -> None:
    kept = (GiveBack(ground="revocation", place=True),)
    desk = Desk(terms(gives_back=kept))
    desk.revoke(desk.grant("E", 100, facts=FIELD))
    cap = Cap(id="field", limit_minor=150, scope="key", key_facts=("field",), window=LIFETIME)
    publish(desk, gives_back=kept, caps=(cap,))
    assert desk.room("F", field="AI").admissible_minor == 50


def test_an_award_of_before_its_enterprise_joined_a_group_is_not_adopted_by_the_group() -> None:
    desk = Desk(terms())
    desk.grant("E")
    desk.do(LinkEnterprise("other", "E", "G", "reason"), on=date(2025, 7, 1))
    publish(desk)
    assert not adopted(desk)


def test_an_upgrade_holds_the_place_in_the_year_of_the_first_award_until_both_are_revoked() -> None:
    title = Uniqueness(id="title", key_facts=("enterprise",), window=LIFETIME, upgrades_from=("M",))
    a_year = Quota(window=Window(kind="calendar_years"), count=1, hard=True)
    desk = Desk(terms(uniqueness=(title,), quotas=(a_year,), gives_back=all_back("revocation")))
    lower, upper = desk.grant("E", on=date(2024, 6, 1)), desk.grant("E", on=date(2025, 6, 1))
    desk.revoke(lower)
    assert reason(desk.asks("F", on=date(2024, 7, 1))) == "QUOTA_EXCEEDED"
    desk.revoke(upper)
    for on, firm in ((date(2024, 7, 1), "F"), (date(2025, 7, 1), "H")):
        assert not reason(desk.asks(firm, on=on))
        assert reason(desk.asks("G", on=on)) == "QUOTA_EXCEEDED"


def test_what_counts_no_more_takes_nothing_and_nothing_is_adopted_twice() -> None:
    desk = Desk(terms(gives_back=all_back("revocation")))
    revoked, live = desk.grant("E"), desk.grant("F")
    desk.revoke(revoked)
    quota = (Quota(window=LIFETIME, count=2, hard=True),)
    for _ in range(2):
        publish(desk, quotas=quota)
    assert [(fact.award_id, fact.holds_place) for fact in adopted(desk)] == [
        (revoked.award_id, False),
        (live.award_id, True),
    ]
    desk.grant("G")
    assert reason(desk.asks("H")) == "QUOTA_EXCEEDED"


def test_a_revoked_award_is_adopted_since_the_revocation_may_be_wrong() -> None:
    desk = Desk(terms(gives_back=all_back("revocation")))
    desk.revoke(desk.grant("E", facts=FIELD))
    key = (Uniqueness(id="field", key_facts=("field",), window=LIFETIME),)
    publish(desk, gives_back=all_back("revocation"), uniqueness=key)
    correct(desk, last(desk, "award_revoked"), 0)
    assert reason(desk.asks("F", facts=FIELD)) == "KEY_IN_USE"


def test_a_void_award_is_adopted_since_a_correction_can_bring_it_back() -> None:
    desk = Desk(terms())
    desk.grant("E")
    approval = last(desk, "award_approved")
    correct(desk, approval, 0)
    publish(desk, quotas=(Quota(window=LIFETIME, count=1, hard=True),))
    correct(desk, approval, 100)
    assert reason(desk.asks("G")) == "QUOTA_EXCEEDED"


def test_an_award_that_was_wholly_received_back_is_adopted_since_the_receipt_may_be_wrong() -> None:
    desk = Desk(terms(gives_back=all_back("breach")))
    award = desk.grant("E", 100, facts=FIELD)
    desk.pay(award)
    desk.order(award, 100)
    desk.receive(award, 100)
    cap = Cap(id="field", limit_minor=150, scope="key", key_facts=("field",), window=LIFETIME)
    publish(desk, gives_back=all_back("breach"), caps=(cap,))
    assert desk.room("F", field="AI").admissible_minor == 150
    correct(desk, last(desk, "clawback_received"), 40, on=DAY)
    assert desk.room("F", field="AI").admissible_minor == 90


def test_a_fact_that_was_never_declared_makes_no_key() -> None:
    desk = Desk(terms())
    desk.grant("E")
    publish(desk, uniqueness=(Uniqueness(id="field", key_facts=("field",), window=LIFETIME),))
    assert not adopted(desk)
    assert not reason(desk.asks("F", facts=FIELD))
