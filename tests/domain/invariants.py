"""The invariants of the design, checked on what the ledger itself says, and its balances against the model's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from award_ledger.domain import identity
from award_ledger.domain.award import Award
from award_ledger.domain.encoding import decode_fact, decode_snapshot, encode_fact, encode_snapshot
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Event
from award_ledger.domain.terms import Cap
from award_ledger.domain.working_set import Ledger, concerned
from tests.domain.driving import Driver, picture
from tests.model import balances
from tests.model.balances import State
from tests.model.case import compared
from tests.model.ledger import Model
from tests.model.windows import used


def check_award(expected: State, award: Award) -> None:
    """Invariant 3, and every balance of the award as the model has it."""
    payable = award.approved_minor - award.cancelled_minor
    assert 0 <= award.paid_minor <= payable <= award.approved_minor
    assert 0 <= award.recovered_minor <= award.paid_minor
    assert award.recoverable_minor >= 0
    assert 0 <= award.counted_minor <= award.approved_minor
    assert sum(part.amount_minor for part in award.instalments) == award.approved_minor
    assert sum(part.cancelled_minor for part in award.instalments) == award.cancelled_minor
    for part, model in zip(award.instalments, expected["parts"], strict=True):
        assert part.open_minor >= 0
        assert (part.waiting, part.due_on) == (model["waiting"], model["due"])
        assert (part.open_minor, part.paid_minor) == (balances.open_amount(model), balances.paid(model))
        assert sum(payment.under_way for payment in part.payments) <= 1
        assert part.set_off_minor == model["set_off"]
    assert [objection.state for objection in award.objections] == expected["objections"]
    for clawback, ordered in zip(award.clawbacks, expected["clawbacks"], strict=True):
        assert clawback.outstanding_minor == balances.outstanding(ordered) >= 0
        assert (clawback.received_minor, clawback.written_off_minor) == (ordered["received"], ordered["written_off"])
        if not clawback.cancelled:
            parts = clawback.received_minor, clawback.written_off_minor, clawback.outstanding_minor
            assert sum(parts) == clawback.ordered_minor
    assert award.counted_minor == expected["counted"]
    assert award.cancelled_minor == expected["cancelled"]
    assert award.holds_place == expected["place"]
    assert award.encumbered_minor == balances.encumbered_of(expected) >= 0
    assert award.expended_minor == balances.expended_of(expected) >= 0


def check_fund(model: Model, ledger: Ledger, code: str) -> None:
    """Invariant 2, and the balances as the model derives them from the awards."""
    fund, expected = ledger.fund(code), balances.fund(model.acts, code)
    assert fund.available_minor + fund.encumbered_minor + fund.expended_minor == fund.appropriated_minor
    assert min(fund.available_minor, fund.encumbered_minor, fund.expended_minor, fund.appropriated_minor) >= 0
    for name in ("appropriated", "available", "encumbered", "expended", "recovered", "lapsed"):
        assert getattr(fund, f"{name}_minor") == expected[name], name


def check_approval(model: Model, event: Event) -> None:
    """Invariant 1 at the position of an approval, for every window that the award is in.

    Later positions need no look: what counts of an award never grows, and each new award is checked in its turn.
    """
    states = [model.award(act["award"]) for act in balances.approvals(model.acts)]
    states = [{**state, "group": compared(model.group(state["enterprise"], state["on"]))} for state in states]
    new = next(state for state in states if state["award"] == event.fact.award_id)
    for cap in new["terms"].caps:
        counting = [state for state in states if _counts(cap, state, new)]
        assert any(state["award"] == new["award"] for state in counting)
        assert used(cap.window, [(s["on"], s["counted"]) for s in counting], new["on"]) <= cap.limit_minor, cap
    fund = new["fund"]
    assert not fund or balances.fund(model.acts, fund)["available"] >= 0


def _counts(cap: Cap, state: State, new: State) -> bool:
    if state["measure"] not in {new["measure"], *cap.measures}:
        return False
    if cap.scope == "group" and new["group"] and state["group"] == new["group"]:
        return True
    if cap.scope == "key":
        return any(tuple(name for name, _ in key) == cap.key_facts for key in new["keys"] & state["keys"])
    return bool(state["enterprise"] == new["enterprise"])


def check_places(model: Model, ledger: Ledger) -> None:
    """Invariant 4: two awards stand on one piece of evidence only if two people said so; claims agree with awards."""
    awards = _awards(ledger)
    decided: dict[Any, list[UUID]] = {}
    adopted: dict[Any, list[UUID]] = {}
    for act in balances.approvals(model.acts):
        if awards[act["award"]].holds_place:
            for name in act["evidence"]:
                decided.setdefault(name, []).append(act["award"])
            for name in model.claims(act)["evidence"]:  # of later versions too: what may no longer be shared
                adopted.setdefault(name, []).append(act["award"])
    for (kind, reference), held in adopted.items():
        once = decided.get((kind, reference), [])
        passed = [award for award in once if _passed(awards[award], f"evidence.{kind}:", reference)]
        assert len(once) - len(passed) <= 1, (kind, reference)
        claim = ledger.claim(identity.evidence_claim_id(kind, reference))
        assert {h.award_id for h in claim.holders.values() if h.holds_place} == set(held)
    for act in balances.approvals(model.acts):
        for claimed in awards[act["award"]].claims:
            holder = ledger.claim(claimed.id).holders[act["award"]]
            assert holder.counted_minor == awards[act["award"]].counted_minor
            assert holder.holds_place == awards[act["award"]].holds_place


def check_measures(model: Model, ledger: Ledger) -> None:
    """A measure's yearly totals are those of its awards that hold a place, and of what counts."""
    for code in {act["measure"] for act in model.of("publish")}:
        states = [model.award(act["award"]) for act in balances.approvals(model.acts) if act["measure"] == code]
        for year, totals in ledger.measure(code).years.items():
            decided = [state for state in states if state["on"].year == year]
            assert totals.awards == sum(state["place"] for state in decided)
            assert totals.approved_minor == sum(state["counted"] for state in decided)


def _passed(award: Award, prefix: str, reference: str) -> bool:
    names = [taken.check_id for taken in award.overrides if taken.check_id.startswith(prefix)]
    return any(identity.normalised(name.removeprefix(prefix)) == reference for name in names)


def _awards(ledger: Ledger) -> dict[UUID, Award]:
    enterprises = [found for found in ledger.aggregates.values() if isinstance(found, Enterprise)]
    return {key: award for enterprise in enterprises for key, award in enterprise.awards.items()}


def _reloaded(aggregate: Any) -> Any:
    return decode_snapshot(type(aggregate), encode_snapshot(aggregate))


def check_replay(driver: Driver) -> None:
    """Invariant 7: bytes read back, folded from zero and from snapshots taken half-way, make the same state."""
    cold, halved, half = Ledger(), Ledger(), len(driver.events) // 2
    for event in driver.events:
        state = encode_fact(event.fact)
        fact = decode_fact(event.fact.TOPIC, state)
        assert fact == event.fact
        assert encode_fact(fact) == state
        again = Event(event.originator_id, event.originator_version, event.position, fact)
        cold.apply(again)
        halved.apply(again)
        if event.position == half:
            halved.aggregates = {k: _reloaded(a) for k, a in halved.aggregates.items()}
        assert all(aggregate_id in cold.aggregates for _, aggregate_id in concerned(event))
    assert picture(cold) == picture(halved) == driver.picture()
