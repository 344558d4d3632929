"""Balances of awards and funds, recomputed each time from the whole list of accepted acts.

Nothing is kept: what an award is, is what its acts say when they are read again from the first.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.model.rulings import (
    correct_ruling,
    end_again,
    give_back,
    last_ruling,
    lift,
    make_order,
    note,
    on_account,
    order_by,
    rule,
)
from tests.model.sums import (
    State,
    encumbered_of,
    expended_of,
    open_amount,
    outstanding,
    paid,
    received,
    recoverable,
    total_open,
    total_paid,
    under_way,
)
from tests.model.windows import year

Acts = list[dict[str, Any]]

__all__ = [
    "Acts",
    "State",
    "approvals",
    "award",
    "encumbered_of",
    "expended_of",
    "fund",
    "open_amount",
    "outstanding",
    "owed",
    "paid",
    "received",
    "recoverable",
    "right",
    "total_open",
    "total_paid",
    "under_way",
]


def approvals(acts: Acts) -> Acts:
    """The acts by which awards came to be, oldest first."""
    return [act for act in acts if act["act"] == "approve"]


def award(acts: Acts, award_id: Any) -> State:
    """Everything about one award.

    `late` is what came back after the fund's fiscal year and is owed again; `gone` what came back then and is not.
    """
    state: State = {}
    for act in acts:
        if award_id in (act.get("award"), act.get("paid_award")):
            _CHANGES[act["act"]](state, act)
    return state


def fund(acts: Acts, code: str) -> State:
    """The balances of a fund; what is available is what the others leave."""
    made = next(act for act in acts if act["act"] == "create_fund" and act["fund"] == code)
    changed = [act for act in acts if act["act"] == "change_appropriation" and act["fund"] == code]
    changes = sum(right(acts, act) for act in changed)
    awards = [award(acts, act["award"]) for act in approvals(acts) if act["fund"] == code]
    lapsed = sum(state["lapsed"] for state in awards)
    appropriated = right(acts, made) + changes - lapsed
    encumbered = sum(encumbered_of(state) for state in awards)
    expended = sum(expended_of(state) for state in awards)
    return {
        "appropriated": appropriated,
        "available": appropriated - encumbered - expended,
        "encumbered": encumbered,
        "expended": expended,
        "recovered": sum(received(state) for state in awards),
        "lapsed": lapsed,
        "fiscal_year": made["fiscal_year"],
        "currency": made["currency"],
    }


def right(acts: Acts, entry: State) -> int:
    """What is right of an entry of a fund: its latest correction, or itself."""
    said = [act["amount"] for act in acts if act["act"] == "correct" and act["at_entry"] == entry.get("at")]
    return int(said[-1] if said else entry["change"] if "change" in entry else entry["amount"])


def owed(acts: Acts, number: str) -> dict[str, int]:
    """What an enterprise has been ordered to return and has not, by currency."""
    sums: dict[str, int] = {}
    for act in approvals(acts):
        state = award(acts, act["award"])
        left = sum(map(outstanding, state["clawbacks"]))
        if state["enterprise"] == number and left:
            currency = state["terms"].currency
            sums[currency] = sums.get(currency, 0) + left
    return sums


def _approve(state: State, act: State) -> None:
    parts = [
        {"amount": amount, "due": due, "stage": stage, "waiting": waiting, "cancelled": 0, "attempts": [], "set_off": 0}
        for amount, due, stage, waiting in act["parts"]
    ]
    state.update(act, parts=parts, clawbacks=[], counted=act["amount"], place=True, revoked=False, result="")
    state.update(objections=[], freed=False, ended="", late=0, gone=0, lapsed=0, released=0, refunded=0, cancelled=0)
    state.update(planned=[part["amount"] for part in parts], shown=len(parts))
    state.update(rulings=[], entries={}, void=False, proposed=None, raised_by=set())


def _instruct(state: State, act: State) -> None:
    part = state["parts"][act["instalment"] - 1]
    part["attempts"].append(
        {"amount": open_amount(part), "settled": 0, "returned": 0, "failed": False, "given_up": False}
    )


def _attempt(state: State, act: State) -> State:
    attempt: State = state["parts"][act["instalment"] - 1]["attempts"][act["attempt"] - 1]
    return attempt


def _settle(state: State, act: State) -> None:
    _attempt(state, act)["settled"] += act["amount"]
    late = min(state["late"], act["amount"])
    state["late"] -= late
    note(state, act, late=late)


def _reject(state: State, act: State) -> None:
    _attempt(state, act)["failed"] = True


def _return(state: State, act: State) -> None:
    _attempt(state, act)["returned"] += act["amount"]
    note(state, act)
    if state["fund"] and year(act["on"]) != state["fund_year"]:
        state["late"] += act["amount"]
    if state["ended"]:
        # Nothing is owed of it any more: what comes back is not either.
        on_account(state, last_ruling(state), state["ended"], act, [state["parts"][act["instalment"] - 1]])


def _set_off(state: State, act: State) -> None:
    """One award is paid by it, one receives under its order; both may be the same."""
    late = min(state["late"], act["amount"]) if state["award"] == act["paid_award"] else 0
    if state["award"] == act["paid_award"]:
        state["parts"][act["instalment"] - 1]["set_off"] += act["amount"]
        state["late"] -= late
    if state["award"] == act["award"]:
        _receive(state, act)
    note(state, act, late=late)


def _object(state: State, act: State) -> None:
    state["objections"].append("open")


def _answer(state: State, act: State) -> None:
    state["objections"][act["objection"] - 1] = act["outcome"]


def _receive(state: State, act: State) -> None:
    clawback = state["clawbacks"][act["clawback"] - 1]
    clawback["received"] += act["amount"]
    note(state, act)
    give_back(state, clawback["ground"], act, came_in=act["amount"])


def _propose(state: State, act: State) -> None:
    state["clawbacks"][act["clawback"] - 1].update(proposed=act["amount"], proposed_by=act["by"])


def _write_off(state: State, act: State) -> None:
    clawback = state["clawbacks"][act["clawback"] - 1]
    clawback.update(written_off=clawback["written_off"] + act["amount"], proposed=0, proposed_by="")
    note(state, act)


def _cancel_order(state: State, act: State) -> None:
    state["clawbacks"][act["clawback"] - 1]["cancelled"] = True


def _correct(state: State, act: State) -> None:
    if act["of"] == "approve":
        _correct_amount(state, act)
        return
    if act["of"] in ("stage_result", "revoke"):
        correct_ruling(state, act)
        return
    entry = state["entries"][act["at_entry"]]
    change = act["amount"] - entry["amount"]
    money = act["of"] in ("settle", "return")
    if money and state["ended"]:
        lift(state, last_ruling(state))
    if act["of"] == "settle":
        _correct_settlement(state, act, entry, change)
    elif act["of"] == "set_off":
        _correct_set_off(state, act, entry, change)
    elif act["of"] == "return":
        _attempt(state, act)["returned"] += change
        if state["fund"] and year(act["was_on"]) != state["fund_year"]:
            state["late"] += change
    else:
        _correct_clawback(state, act, change)
    entry["amount"] = act["amount"]
    if money and state["ended"]:
        _order_what_is_paid(state, last_ruling(state), change if act["of"] == "settle" else -change)
        end_again(state)


def _order_what_is_paid(state: State, ruling: State, more: int) -> None:
    """A result that ordered all back orders what is paid then."""
    if ruling["act"]["act"] != "stage_result":
        return
    if not ruling["order"]:
        order_by(state, ruling, "breach", min(more, recoverable(state)))
        return
    order = state["clawbacks"][ruling["order"] - 1]
    if not order["cancelled"]:
        order["ordered"] += max(more, -outstanding(order))


def _correct_settlement(state: State, act: State, entry: State, change: int) -> None:
    attempt, attempts = _attempt(state, act), state["parts"][act["instalment"] - 1]["attempts"]
    held = encumbered_of(state)
    attempt["settled"] += change
    attempt["given_up"] = not attempt["settled"] and attempt is not attempts[-1]
    if state["fund"]:
        late = _late_of(state, entry, act["amount"], held)
        state["late"] -= late - entry["late"]
        entry["late"] = late


def _correct_set_off(state: State, act: State, entry: State, change: int) -> None:
    """On the side of the instalment a settlement without a bank, on the side of the order a receipt."""
    if state["award"] == act["paid_award"]:
        held = encumbered_of(state)
        state["parts"][act["instalment"] - 1]["set_off"] += change
        if state["fund"]:
            late = _late_of(state, entry, act["amount"], held)
            state["late"] -= late - entry["late"]
            entry["late"] = late
    if state["award"] == act["award"]:
        _correct_clawback(state, {**act, "of": "receive"}, change)


def _late_of(state: State, entry: State, amount: int, held: int) -> int:
    """How much of what had come back late a settlement of this amount would have used, as far as it is there.

    On its day all of that was used up, if the entry took anything else; if not, perhaps more of it was there.
    """
    first, first_late = entry["first"], entry["first_late"]
    if first_late == first and amount > first:
        beyond = max(0, entry["amount"] - first)
        there = state["late"] - max(0, first - entry["amount"]) + (entry["late"] - first if beyond else 0)
        late = first + min(amount - first, there)
    else:
        late = min(first_late, amount)
    change = amount - entry["amount"]
    least, most = (max(0, change - held), min(change, state["late"])) if change > 0 else (change, 0)
    return int(min(max(late, entry["late"] + least, 0), entry["late"] + most))


def _correct_clawback(state: State, act: State, change: int) -> None:
    clawback = state["clawbacks"][state["entries"][act["at_entry"]]["clawback"] - 1]
    name = {"order": "ordered", "receive": "received", "write_off": "written_off"}[act["of"]]
    clawback[name] += change
    if name != "received":
        return
    rule = next((rule for rule in state["terms"].gives_back if rule.ground == clawback["ground"]), None)
    if rule is not None and rule.headroom:
        state["counted"] -= change
    if rule is not None and rule.fund_money and state["fund"] and year(act["was_on"]) == state["fund_year"]:
        state["refunded"] += change
    _hold_place(state, rule)


def _correct_amount(state: State, act: State) -> None:
    change = act["amount"] - state["amount"]
    state.update(amount=act["amount"], counted=state["counted"] + change, void=not act["amount"], proposed=None)
    state["raised_by"] |= act.get("raised_by", set())
    _fill(state)
    ground = next((c["ground"] for c in reversed(state["clawbacks"]) if c["received"]), "revocation")
    _hold_place(state, next((rule for rule in state["terms"].gives_back if rule.ground == ground), None))
    state["place"] = state["place"] and not state["void"]


def _fill(state: State) -> None:
    """Parts as the decision would have made them, but none below what is paid and cancelled of it."""
    parts, staged = state["parts"], state["terms"].staged()
    payable = state["on"] + timedelta(days=state["terms"].publicity_days)
    for index, stage in enumerate(staged.stages if staged else ()):
        if index >= len(parts):
            new = {"due": payable, "stage": stage.name, "waiting": index > 0}
            parts.append({"amount": 0, "cancelled": 0, "set_off": 0, "attempts": [], **new})
    left = state["amount"] - sum(part["amount"] - open_amount(part) for part in parts)
    for index, part in enumerate(parts):
        had = part["amount"] - open_amount(part)
        planned = staged.stages[index].ceiling_minor if staged else state["planned"][index]
        more = left if index == len(parts) - 1 else min(left, max(0, planned - had))
        part["amount"], left = had + more, left - more
    while len(parts) > state["shown"] and not parts[-1]["amount"]:
        parts.pop()
    state["shown"] = len(parts)


def _hold_place(state: State, rule: Any) -> None:
    """A place is held as long as anything is left; else it is free if the Terms give it back."""
    if total_open(state) or total_paid(state) > received(state):
        state["place"] = True
    elif state["freed"] or (rule is not None and rule.place):
        state["place"] = False


def _propose_raise(state: State, act: State) -> None:
    state["proposed"] = (act["by"], act["amount"])


_CHANGES = {
    "correct": _correct,
    "propose_raise": _propose_raise,
    "approve": _approve,
    "stage_result": rule,
    "revoke": rule,
    "instruct": _instruct,
    "settle": _settle,
    "reject": _reject,
    "return": _return,
    "order": make_order,
    "receive": _receive,
    "set_off": _set_off,
    "object": _object,
    "answer": _answer,
    "propose": _propose,
    "write_off": _write_off,
    "cancel_order": _cancel_order,
}
