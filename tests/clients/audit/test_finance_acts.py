"""An auditor finds out if the log posted to awards anything else than it says of the bank's lines."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from award_ledger.clients.audit.differences import Findings
from award_ledger.clients.audit.following import Following
from award_ledger.domain.bank_events import EvidenceRecorded, LinesMatched, LineUnmatched, PaymentRunApproved
from award_ledger.domain.fact import Event
from award_ledger.domain.working_set import Ledger
from tests.domain.bank_desk import FinanceDesk, booked, part, said


def told() -> list[Event]:
    """A run of two payments, one debit for both, and the match taken back; and a run that a status report rejects."""
    desk = FinanceDesk()
    ids = desk.run(desk.awarded(30), desk.awarded(70, "F"))
    desk.statement(booked("a", -100, payment_information_id="R1"))
    desk.post("a", part("settlement", 30, ids[0]), part("settlement", 70, ids[1]), basis="batch")
    desk.unmatch("a")
    [refused, _] = desk.run(desk.awarded(40), desk.awarded(50, "F"))
    desk.hears("R2", said("RJCT", refused), said("PDNG"))
    return desk.events


def found(events: list[Event]) -> set[object]:
    findings, ledger = Findings(), Ledger()
    following = Following(findings)
    for event in events:
        following.before(event)
        ledger.apply(event)
        following.after(event, ledger)
    following.end(len(events))
    return {difference.replayed for difference in findings.differences}


def after(kind: type) -> int:
    """The index of the last event of the act that begins with a fact of this kind."""
    return next(i for i, event in enumerate(told()) if isinstance(event.fact, kind)) + 2


def test_acts_of_finance_as_they_are_recorded_raise_nothing() -> None:
    assert found(told()) == set()


@pytest.mark.parametrize("kind", [LinesMatched, PaymentRunApproved, LineUnmatched])
def test_a_fact_that_is_missing_from_an_act_is_found(kind: type) -> None:
    events = told()[: after(kind)]
    assert any("of the act before" in str(finding) for finding in found(events))


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (LinesMatched, lambda fact: {"amount_minor": fact.amount_minor - 1}),
        (PaymentRunApproved, lambda fact: {"amount_minor": fact.amount_minor + 1}),
        (LineUnmatched, lambda fact: {"corrects": fact.corrects + 1}),
    ],
)
def test_a_posting_of_another_amount_or_of_something_else_is_found(kind: type, change: Callable[..., object]) -> None:
    events = told()[: after(kind) + 1]
    wrong = msgspec.structs.replace(events[-1].fact, **change(events[-1].fact))  # type: ignore[arg-type]
    events[-1] = msgspec.structs.replace(events[-1], fact=wrong)
    assert found(events) != set()


def test_a_rejection_that_is_missing_or_that_no_status_report_says_is_found() -> None:
    events = told()
    place = next(i for i, event in enumerate(events) if isinstance(event.fact, EvidenceRecorded))
    assert any("of the act before" in str(finding) for finding in found(events[: place + 1]))
    recorded = events[place]
    kept = tuple(one for one in recorded.fact.answers if one.verdict != "rejected")
    events[place] = msgspec.structs.replace(recorded, fact=msgspec.structs.replace(recorded.fact, answers=kept))
    assert any("that the status report rejects" in str(finding) for finding in found(events))
