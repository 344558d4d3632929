"""Snapshots: whichever aggregate is written down and read back at any point, it goes on as if nothing had been."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from award_ledger.domain.approval import Decided
from award_ledger.domain.encoding import SNAPSHOT_TOPICS, decode_snapshot, encode_snapshot
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Event, EvidenceRef
from award_ledger.domain.refusals import Refused
from award_ledger.domain.terms import LocalizedText
from award_ledger.domain.working_set import KINDS, concerned
from award_ledger.server.commands.approve_award import ApproveAward
from award_ledger.server.commands.bar_enterprise import BarEnterprise, ReinstateEnterprise
from award_ledger.server.commands.create_fund import ChangeAppropriation, CreateFund
from award_ledger.server.commands.instruct_payment import InstructPayment
from award_ledger.server.commands.link_enterprise import LinkEnterprise, UnlinkEnterprise
from award_ledger.server.commands.order_clawback import OrderClawback
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.record_recovery import RecordRecovery
from award_ledger.server.commands.record_return import RecordReturn
from award_ledger.server.commands.record_settlement import RecordSettlement
from award_ledger.server.commands.record_stage_result import RecordStageResult
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from award_ledger.server.commands.revoke_award import RevokeAward
from award_ledger.server.commands.set_measure_status import ReopenMeasure, SuspendMeasure
from award_ledger.server.commands.submit_application import SubmitApplication
from tests.domain import arbitrary
from tests.domain.driving import Driver
from tests.golden.reading import golden

FIRMS = (("other", "E1"), ("other", "E2"))
LAST_DAY = date(2026, 6, 30)

Step = tuple[str, int, int]
steps: st.SearchStrategy[Step] = st.tuples(
    st.sampled_from(("approve", "approve", "approve", "pay", "pay", "result", "revoke", "claw", "group", "rest")),
    st.integers(0, 1),
    st.integers(1, 120),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """What a ledger accepts of a random course of things."""
    driver = Driver()
    for firm in FIRMS:
        driver.do(RegisterEnterprise(*firm, "firm"))
    for year in (2025, 2026):
        driver.do(CreateFund(f"F/{year}", LocalizedText(en="fund"), year, "CNY", 400, ""))
    for code in arbitrary.MEASURES:
        driver.do(PublishTerms(draw(arbitrary.terms(code))))
    facts, evidence = draw(arbitrary.facts), draw(st.lists(arbitrary.evidence, min_size=4, max_size=4))
    for number, (what, pick, amount) in enumerate(draw(st.lists(steps, min_size=4, max_size=9))):
        refs = tuple(EvidenceRef(kind=kind, reference=name) for kind, name in evidence[number % 4])
        for command, by, on in _commands(driver, what, pick, amount, facts, refs):
            with suppress(Refused):
                driver.do(command, by=by, on=on)
    return driver.events


def _commands(
    driver: Driver, what: str, pick: int, amount: int, facts: dict[str, str], refs: tuple[EvidenceRef, ...]
) -> Sequence[tuple[Any, str, date]]:
    firm, code, on = FIRMS[pick], arbitrary.MEASURES[amount % 2], date(2025, 6, 1)
    if what == "approve":
        submitted = driver.do(SubmitApplication(*firm, code, amount, facts, refs), on=on)
        return [(ApproveAward(*firm, submitted.fact.application_id, Decided()), "officer", on)]
    if what == "group":
        return [
            (LinkEnterprise(*firm, "G", ""), "officer", on),
            (UnlinkEnterprise(*FIRMS[0], ""), "officer", LAST_DAY),
            (BarEnterprise(*FIRMS[1], "reason"), "officer", on),
        ]
    if what == "rest":
        return [
            (SuspendMeasure(code, "reason"), "officer", on),
            (ReopenMeasure(code, "reason"), "officer", on),
            (ReinstateEnterprise(*FIRMS[1], "reason"), "officer", on),
            (ChangeAppropriation("F/2025", amount, ""), "officer", on),
        ]
    return [
        (command, "payer", LAST_DAY if amount % 3 else date(2025, 12, 1))
        for firm, award in _awards(driver)[-2:]
        for command in _about(what, firm, award, amount)
    ]


def _awards(driver: Driver) -> list[tuple[tuple[str, str], UUID]]:
    found = [one for one in driver.ledger.aggregates.values() if isinstance(one, Enterprise)]
    return [((one.scheme, one.number), award) for one in found for award in one.awards]


def _about(what: str, firm: tuple[str, str], award: UUID, amount: int) -> list[Any]:
    match what:
        case "pay":
            return [
                InstructPayment(*firm, award, 1),
                RecordSettlement(*firm, award, 1, 0, max(1, amount // 2), ""),
                RecordReturn(*firm, award, 1, 0, max(1, amount // 8), ""),
            ]
        case "result":
            return [RecordStageResult(*firm, award, ("good", "fair", "bad")[amount % 3], "")]
        case "claw":
            return [
                OrderClawback(*firm, award, max(1, amount // 4), "overpayment", "reason"),
                RecordRecovery(*firm, award, 1, max(1, amount // 5), ""),
            ]
        case _:
            return [RevokeAward(*firm, award, "revocation", "reason")]


def by_aggregate(events: Sequence[Event]) -> dict[tuple[type[Any], UUID], list[Event]]:
    """The events that each aggregate folds, in order; an event is folded once for each time that it concerns it."""
    found: dict[tuple[type[Any], UUID], list[Event]] = {}
    for event in events:
        for key in concerned(event):
            found.setdefault(key, []).append(event)
    return found


def folded(aggregate: Any, events: Sequence[Event]) -> Any:
    for event in events:
        aggregate.apply(event)
    return aggregate


def reloaded(aggregate: Any) -> Any:
    return decode_snapshot(type(aggregate), encode_snapshot(aggregate))


def check_every_prefix(events: Sequence[Event]) -> None:
    for (kind, aggregate_id), concerning in by_aggregate(events).items():
        whole = folded(kind(id=aggregate_id), concerning)
        until_here = kind(id=aggregate_id)
        for place, event in enumerate(concerning, start=1):
            until_here.apply(event)
            again = reloaded(until_here)
            assert again == until_here
            assert encode_snapshot(again) == encode_snapshot(until_here)
            continued = folded(again, concerning[place:])
            assert continued == whole, (kind, place)
            assert encode_snapshot(continued) == encode_snapshot(whole)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_a_snapshot_at_any_point_of_a_history_makes_the_same_end(events: list[Event]) -> None:
    check_every_prefix(events)


def test_a_snapshot_at_any_point_of_the_golden_log_makes_the_same_end() -> None:
    check_every_prefix([line.event() for line in golden()])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_a_snapshot_shares_nothing_with_the_aggregate_that_it_was_taken_of(events: list[Event]) -> None:
    for (kind, aggregate_id), concerning in by_aggregate(events).items():
        half = len(concerning) // 2
        going_on = folded(kind(id=aggregate_id), concerning[:half])
        kept, state = reloaded(going_on), encode_snapshot(going_on)
        folded(going_on, concerning[half:])
        assert encode_snapshot(kept) == state


@pytest.mark.parametrize("kind", SNAPSHOT_TOPICS)
def test_an_aggregate_that_nothing_has_touched_comes_back_empty(kind: type[Any]) -> None:
    empty = kind(id=UUID(int=1))
    assert reloaded(empty) == empty
    assert empty.position == 0


def test_every_kind_of_aggregate_has_a_snapshot_topic_of_its_own() -> None:
    assert set(SNAPSHOT_TOPICS) == set(KINDS.values())
    assert len(set(SNAPSHOT_TOPICS.values())) == len(SNAPSHOT_TOPICS)
