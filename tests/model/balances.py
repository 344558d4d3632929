"""Balances of awards and funds, recomputed each time from the whole list of accepted acts.

Nothing is kept: what an award is, is what its acts say when they are read again from the first.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.model.windows import year

Acts = list[dict[str, Any]]
State = dict[str, Any]


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


def paid(part: State) -> int:
    """Settled less returned, and set off, of one instalment."""
    by_bank = sum(int(attempt["settled"]) - int(attempt["returned"]) for attempt in part["attempts"])
    return by_bank + int(part["set_off"])


def open_amount(part: State) -> int:
    """Owed and not paid, of one instalment."""
    return int(part["amount"]) - int(part["cancelled"]) - paid(part)


def under_way(part: State) -> bool:
    """Is there an attempt of which the bank has said nothing?"""
    return any(not a["failed"] and not a["given_up"] and not a["settled"] for a in part["attempts"])


def total_paid(state: State) -> int:
    """Settled less returned, of the whole award."""
    return sum(paid(part) for part in state["parts"])


def total_open(state: State) -> int:
    """Owed and not paid, of the whole award."""
    return sum(open_amount(part) for part in state["parts"])


def received(state: State) -> int:
    """Received under orders to return money."""
    return sum(int(clawback["received"]) for clawback in state["clawbacks"])


def recoverable(state: State) -> int:
    """Paid and not ordered back."""
    return total_paid(state) - sum(int(c["ordered"]) for c in state["clawbacks"] if not c["cancelled"])


def outstanding(clawback: State) -> int:
    """Ordered, and neither received nor written off."""
    return 0 if clawback["cancelled"] else int(clawback["ordered"] - clawback["received"] - clawback["written_off"])


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


def encumbered_of(state: State) -> int:
    """What the fund still holds for an award: all that is owed, but for what it has spent on it already."""
    return total_open(state) - int(state["late"]) if state["fund"] else 0


def expended_of(state: State) -> int:
    """What the fund has spent on an award."""
    spent = total_paid(state) + int(state["late"]) + int(state["gone"])
    return spent - int(state["refunded"]) if state["fund"] else 0


def _approve(state: State, act: State) -> None:
    parts = [
        {"amount": amount, "due": due, "stage": stage, "waiting": waiting, "cancelled": 0, "attempts": [], "set_off": 0}
        for amount, due, stage, waiting in act["parts"]
    ]
    state.update(act, parts=parts, clawbacks=[], counted=act["amount"], place=True, revoked=False, result="")
    state.update(objections=[], freed=False, ended="", late=0, gone=0, lapsed=0, released=0, refunded=0, cancelled=0)
    state.update(planned=[part["amount"] for part in parts], shown=len(parts))
    state.update(entries={}, void=False, proposed=None, raised_by=set())


def _stage_result(state: State, act: State) -> None:
    state["result"] = act["result"]
    effect = next(r.effect for r in state["terms"].staged().results if r.result == act["result"])
    waiting = [part for part in state["parts"] if part["waiting"]]
    if effect == "release" and waiting:
        waiting[0].update(waiting=False, due=max(waiting[0]["due"], act["on"]))
    if effect == "cancel_rest":
        _give_back(state, "revocation", act, cancelled=_cancel(waiting))
    if effect == "recover_all":
        state["ended"] = "breach"
        _give_back(state, "breach", act, cancelled=_cancel(state["parts"]))
        if recoverable(state):
            _order(state, {**act, "ground": "breach", "amount": recoverable(state)})


def _revoke(state: State, act: State) -> None:
    state.update(revoked=True, ended=act["ground"])
    _give_back(state, act["ground"], act, cancelled=_cancel(state["parts"]))


def _cancel(parts: list[State]) -> int:
    cancelled = sum(open_amount(part) for part in parts)
    for part in parts:
        part.update(waiting=part["waiting"] and not open_amount(part))
        part.update(cancelled=part["cancelled"] + open_amount(part))
    return cancelled


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
    _note(state, act, late=late)


def _reject(state: State, act: State) -> None:
    _attempt(state, act)["failed"] = True


def _return(state: State, act: State) -> None:
    _attempt(state, act)["returned"] += act["amount"]
    _note(state, act)
    if state["fund"] and year(act["on"]) != state["fund_year"]:
        state["late"] += act["amount"]
    if state["ended"]:
        # Nothing is owed of it any more: what comes back is not either.
        cancelled = _cancel([state["parts"][act["instalment"] - 1]])
        _give_back(state, state["ended"], act, cancelled=cancelled)


def _set_off(state: State, act: State) -> None:
    """One award is paid by it, one receives under its order; both may be the same."""
    if state["award"] == act["paid_award"]:
        state["parts"][act["instalment"] - 1]["set_off"] += act["amount"]
        state["late"] -= min(state["late"], act["amount"])
    if state["award"] == act["award"]:
        _receive(state, act)


def _object(state: State, act: State) -> None:
    state["objections"].append("open")


def _answer(state: State, act: State) -> None:
    state["objections"][act["objection"] - 1] = act["outcome"]


def _order(state: State, act: State) -> None:
    new = {
        "on": act["on"],
        "ordered": act["amount"],
        "ground": act["ground"],
        "received": 0,
        "written_off": 0,
        "cancelled": False,
    }
    state["clawbacks"].append({**new, "proposed": 0, "proposed_by": ""})
    _note(state, {**act, "clawback": len(state["clawbacks"])})


def _receive(state: State, act: State) -> None:
    clawback = state["clawbacks"][act["clawback"] - 1]
    clawback["received"] += act["amount"]
    _note(state, act)
    _give_back(state, clawback["ground"], act, came_in=act["amount"])


def _propose(state: State, act: State) -> None:
    state["clawbacks"][act["clawback"] - 1].update(proposed=act["amount"], proposed_by=act["by"])


def _write_off(state: State, act: State) -> None:
    clawback = state["clawbacks"][act["clawback"] - 1]
    clawback.update(written_off=clawback["written_off"] + act["amount"], proposed=0, proposed_by="")
    _note(state, act)


def _cancel_order(state: State, act: State) -> None:
    state["clawbacks"][act["clawback"] - 1]["cancelled"] = True


def _give_back(state: State, ground: str, act: State, cancelled: int = 0, came_in: int = 0) -> None:
    """What the Terms give back for a ground; called when what is cancelled or has come in is in the state already."""
    rule = next((rule for rule in state["terms"].gives_back if rule.ground == ground), None)
    state["cancelled"] += cancelled
    if rule is not None and rule.headroom:
        state["counted"] -= cancelled + came_in
    if rule is not None and rule.place and not total_open(state) and total_paid(state) == received(state):
        state["freed"] = state["freed"] or state["place"]
        state["place"] = False
    if not state["fund"]:
        return
    money = rule is not None and rule.fund_money and year(act["on"]) == state["fund_year"]
    if cancelled and not total_open(state):
        # What came back late lies in no fund any more: the year in which it was spent is closed.
        cancelled -= state["late"]
        state["gone"] += state["late"]
        state["late"] = 0
    state["released" if money else "lapsed"] += cancelled
    state["refunded"] += came_in if money else 0


def _note(state: State, act: State, late: int = 0) -> None:
    """Keeps what the entry says, in case it is corrected: its amount, and how much of it was of late returns."""
    said = {"amount": act["amount"], "late": late, "first": act["amount"], "first_late": late}
    state["entries"][act.get("at")] = {**said, "clawback": act.get("clawback")}


def _correct(state: State, act: State) -> None:
    if act["of"] == "approve":
        _correct_amount(state, act)
        return
    entry = state["entries"][act["at_entry"]]
    change = act["amount"] - entry["amount"]
    if act["of"] == "settle":
        _correct_settlement(state, act, entry, change)
    elif act["of"] == "return":
        _attempt(state, act)["returned"] += change
        if state["fund"] and year(act["was_on"]) != state["fund_year"]:
            state["late"] += change
    else:
        _correct_clawback(state, act, change)
    entry["amount"] = act["amount"]


def _correct_settlement(state: State, act: State, entry: State, change: int) -> None:
    attempt, attempts = _attempt(state, act), state["parts"][act["instalment"] - 1]["attempts"]
    held = encumbered_of(state)
    attempt["settled"] += change
    attempt["given_up"] = not attempt["settled"] and attempt is not attempts[-1]
    if state["fund"]:
        late = _late_of(state, entry, act["amount"], held)
        state["late"] -= late - entry["late"]
        entry["late"] = late


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
    "stage_result": _stage_result,
    "revoke": _revoke,
    "instruct": _instruct,
    "settle": _settle,
    "reject": _reject,
    "return": _return,
    "order": _order,
    "receive": _receive,
    "set_off": _set_off,
    "object": _object,
    "answer": _answer,
    "propose": _propose,
    "write_off": _write_off,
    "cancel_order": _cancel_order,
}
