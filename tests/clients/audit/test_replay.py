"""An honest ledger agrees with its replay in every value; whatever is altered, dropped or made up is found."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from award_ledger.clients.audit.replay import Replay, replay
from award_ledger.clients.department import LedgerClient
from award_ledger.v1.enterprises_pb2 import GetEnterpriseResponse
from award_ledger.v1.funds_pb2 import ListFundsResponse
from award_ledger.v1.history_pb2 import Event
from award_ledger.v1.measures_pb2 import ListMeasuresResponse
from tests.clients.audit.liar import Change, rehashed

Lying = Callable[[Change], LedgerClient]

APPROVED, REFUSED = "enterprise.award_approved.v1", "enterprise.approval_refused.v1"


def found(outcome: Replay) -> set[tuple[str, str]]:
    """Subjects (their first word) and fields that differ."""
    return {(difference.subject.split()[0], difference.field) for difference in outcome.differences}


def fields(outcome: Replay) -> set[str]:
    return {difference.field for difference in outcome.differences}


def replacing(topic: str, old: bytes, new: bytes) -> Change:
    """Alters the state of the events of a topic, and mends their hashes."""

    def change(event: Event) -> Event:
        if event.topic == topic:
            event.state = event.state.replace(old, new)
        return rehashed(event)

    return change


def test_an_honest_ledger_agrees_in_every_value(honest: LedgerClient, receipts: dict[int, bytes]) -> None:
    outcome = replay(honest, receipts=receipts)
    assert (outcome.differences, outcome.agrees) == ((), True)
    assert (outcome.events, outcome.position) == (18, 18)
    assert (outcome.decisions, outcome.funds, outcome.measures, outcome.enterprises) == (7, 1, 1, 2)
    assert outcome.values > 200


def test_every_earlier_position_agrees_too(honest: LedgerClient, receipts: dict[int, bytes]) -> None:
    for position in range(1, 19):
        outcome = replay(honest, upto=position, receipts=receipts)
        assert outcome.differences == ()
        assert outcome.events == position


def test_a_position_that_the_log_has_not_is_refused(honest: LedgerClient) -> None:
    with pytest.raises(ValueError, match="position 19 is not in the log, which ends at 18"):
        replay(honest, upto=19)


@pytest.mark.parametrize("position", range(1, 19))
def test_an_altered_byte_of_any_event_is_found(lying: Lying, position: int) -> None:
    def flip(event: Event) -> Event:
        if event.position == position:
            middle = len(event.state) // 2
            event.state = event.state[:middle] + bytes([event.state[middle] ^ 1]) + event.state[middle + 1 :]
        return event

    outcome = replay(lying(flip))
    assert ("event", "event_hash") in found(outcome)
    assert outcome.differences[0].position == position


def test_an_altered_event_with_a_mended_hash_is_found_by_the_receipt(lying: Lying, receipts: dict[int, bytes]) -> None:
    renamed = lying(replacing("enterprise.registered.v1", "示例".encode(), "假冒".encode()))
    assert ("event", "receipt") in found(replay(renamed, receipts=receipts))
    assert "name" in fields(replay(renamed))


def test_a_larger_award_with_a_mended_hash_is_found_by_deciding_again(lying: Lying) -> None:
    outcome = replay(lying(replacing(APPROVED, b'"amount_minor":200000000', b'"amount_minor":210000000')))
    position = outcome.differences[0].position
    assert {d.field for d in outcome.differences if d.position == position} == {
        "amount_minor",
        "instalments[0].amount_minor",
    }
    assert "encumbered_minor" in fields(outcome)


def test_terms_that_were_changed_afterwards_decide_otherwise(lying: Lying) -> None:
    topic = "measure.terms_published.v1"
    outcome = replay(lying(replacing(topic, b'"limit_minor":500000000', b'"limit_minor":900000000')))
    decision = next(d for d in outcome.differences if d.field == "decision")
    assert (decision.replayed, decision.given) == (APPROVED, REFUSED)
    assert {"amount_minor", "assessment.granted_minor", "assessment.checks[14].limit"} <= fields(outcome)


def test_a_raise_that_was_forged_is_found_by_deciding_again(lying: Lying) -> None:
    topic = "enterprise.award_corrected.v1"
    larger = replay(lying(replacing(topic, b'"amount_minor":150000000', b'"amount_minor":190000000')))
    assert "assessment.asked_minor" in fields(larger)
    passed = replay(lying(replacing(topic, b'"limit":500000000', b'"limit":900000000')))
    assert fields(passed) == {"assessment.checks[14].limit"}


def test_a_raise_without_its_assessment_is_found(lying: Lying) -> None:
    def without(event: Event) -> Event:
        if event.topic == "enterprise.award_corrected.v1":
            fact = json.loads(event.state)
            fact.pop("assessment", None)
            event.state = json.dumps(fact, ensure_ascii=False, separators=(",", ":")).encode()
        return rehashed(event)

    assert fields(replay(lying(without))) == {"assessment"}


def test_an_event_that_says_more_than_is_known_ends_the_replay_and_is_named(lying: Lying) -> None:
    """Whoever audits with an older release must not agree to half of an event."""
    outcome = replay(lying(replacing("enterprise.award_approved.v1", b'"assessment":', b'"tomorrow":1,"assessment":')))
    assert not outcome.agrees
    assert "unknown field `tomorrow`" in outcome.differences[0].replayed


def test_a_forged_refusal_by_a_department_is_found(lying: Lying) -> None:
    topic = "enterprise.application_refused.v1"
    outcome = replay(lying(replacing(topic, b'"limit":500000000', b'"limit":400000000')))
    assert fields(outcome) == {"assessment.checks[14].limit"}


@pytest.mark.parametrize("position", range(1, 19))
def test_a_missing_event_is_found(lying: Lying, position: int) -> None:
    outcome = replay(lying(lambda event: None if event.position == position else event))
    assert not outcome.agrees
    assert outcome.differences[0].field in {"position", "last position"}


@pytest.mark.parametrize("position", range(1, 19))
def test_a_missing_event_is_found_when_the_rest_is_renumbered(
    lying: Lying, receipts: dict[int, bytes], position: int
) -> None:
    def close_the_gap(event: Event) -> Event | None:
        if event.position == position:
            return None
        if event.position > position:
            event.position -= 1
        return rehashed(event)

    assert not replay(lying(close_the_gap)).agrees
    if position in receipts and position < 18:
        assert ("event", "receipt") in found(replay(lying(close_the_gap), receipts=receipts))


def test_what_an_event_is_said_to_say_is_compared_with_what_it_says(lying: Lying) -> None:
    def misquote(event: Event) -> Event:
        event.principal, event.effective_on = "chen@czt", "2025-06-17"
        return event

    assert found(replay(lying(misquote))) == {("event", "principal"), ("event", "effective_on")}


def test_a_request_that_stands_in_the_log_twice_is_found(lying: Lying) -> None:
    first: list[bytes] = []

    def repeat(event: Event) -> Event:
        if event.topic == "enterprise.registered.v1":
            first.append(event.state)
            event.state = first[0]
        return rehashed(event)

    assert any(subject == "request" for subject, _ in found(replay(lying(repeat))))


def test_bytes_that_nobody_can_read_end_the_replay(lying: Lying) -> None:
    def spoil(event: Event) -> Event:
        if event.position == 9:
            event.topic = "enterprise.no_such_thing.v1"
        return rehashed(event)

    outcome = replay(lying(spoil))
    (difference,) = outcome.differences
    assert (difference.position, outcome.events) == (9, 9)
    assert "cannot be folded" in difference.replayed


def test_a_changed_balance_of_a_fund_is_found(honest: LedgerClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = honest.list_funds

    def one_fen_more(**options: object) -> ListFundsResponse:
        answer = asked(**options)  # type: ignore[arg-type]
        answer.funds[0].available_minor += 1
        return answer

    monkeypatch.setattr(honest, "list_funds", one_fen_more)
    (difference,) = replay(honest).differences
    assert (difference.subject, difference.field) == ("fund A06-1/2025", "available_minor")
    assert int(difference.given) == int(difference.replayed) + 1


def test_a_changed_payment_of_an_enterprise_is_found(honest: LedgerClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = honest.get_enterprise

    def paid_less(enterprise: object, **options: object) -> GetEnterpriseResponse:
        answer = asked(enterprise, **options)  # type: ignore[arg-type]
        for award in answer.enterprise.awards[:1]:
            award.instalments[0].payments[0].settled_minor -= 1
        return answer

    monkeypatch.setattr(honest, "get_enterprise", paid_less)
    (difference,) = replay(honest).differences
    assert difference.field.endswith("instalments[0].payments[0].settled_minor")


def test_a_measure_that_is_not_shown_is_found(honest: LedgerClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(honest, "list_measures", lambda **_: ListMeasuresResponse())
    (difference,) = replay(honest).differences
    assert (difference.subject, difference.given) == ("measure A06-1", "(absent)")
