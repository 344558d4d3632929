"""Balances of awards and funds, recomputed each time from the whole list of accepted acts.

Nothing is kept: what an award is, is what its acts say when they are read again from the first.
"""

from __future__ import annotations

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
    changes = sum(act["change"] for act in acts if act["act"] == "change_appropriation" and act["fund"] == code)
    awards = [award(acts, act["award"]) for act in approvals(acts) if act["fund"] == code]
    lapsed = sum(state["lapsed"] for state in awards)
    appropriated = made["amount"] + changes - lapsed
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


def paid(part: State) -> int:
    """Settled less returned, and set off, of one instalment."""
    by_bank = sum(int(attempt["settled"]) - int(attempt["returned"]) for attempt in part["attempts"])
    return by_bank + int(part["set_off"])


def open_amount(part: State) -> int:
    """Owed and not paid, of one instalment."""
    return int(part["amount"]) - int(part["cancelled"]) - paid(part)


def under_way(part: State) -> bool:
    """Is there an attempt of which the bank has said nothing?"""
    return any(not attempt["failed"] and not attempt["settled"] for attempt in part["attempts"])


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
    state.update(objections=[], ended="", late=0, gone=0, lapsed=0, released=0, refunded=0, cancelled=0)


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
        part.update(cancelled=part["cancelled"] + open_amount(part), waiting=False)
    return cancelled


def _instruct(state: State, act: State) -> None:
    part = state["parts"][act["instalment"] - 1]
    part["attempts"].append(
        {"amount": open_amount(part), "settled": 0, "returned": 0, "failed": False, "by": act["by"]}
    )


def _attempt(state: State, act: State) -> State:
    attempt: State = state["parts"][act["instalment"] - 1]["attempts"][act["attempt"] - 1]
    return attempt


def _settle(state: State, act: State) -> None:
    _attempt(state, act)["settled"] += act["amount"]
    state["late"] -= min(state["late"], act["amount"])


def _reject(state: State, act: State) -> None:
    _attempt(state, act)["failed"] = True


def _return(state: State, act: State) -> None:
    _attempt(state, act)["returned"] += act["amount"]
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


def _receive(state: State, act: State) -> None:
    clawback = state["clawbacks"][act["clawback"] - 1]
    clawback["received"] += act["amount"]
    _give_back(state, clawback["ground"], act, came_in=act["amount"])


def _propose(state: State, act: State) -> None:
    state["clawbacks"][act["clawback"] - 1].update(proposed=act["amount"], proposed_by=act["by"])


def _write_off(state: State, act: State) -> None:
    clawback = state["clawbacks"][act["clawback"] - 1]
    clawback.update(written_off=clawback["written_off"] + act["amount"], proposed=0, proposed_by="")


def _cancel_order(state: State, act: State) -> None:
    state["clawbacks"][act["clawback"] - 1]["cancelled"] = True


def _give_back(state: State, ground: str, act: State, cancelled: int = 0, came_in: int = 0) -> None:
    """What the Terms give back for a ground; called when what is cancelled or has come in is in the state already."""
    rule = next((rule for rule in state["terms"].gives_back if rule.ground == ground), None)
    state["cancelled"] += cancelled
    if rule is not None and rule.headroom:
        state["counted"] -= cancelled + came_in
    if rule is not None and rule.place and not total_open(state) and total_paid(state) == received(state):
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


_CHANGES = {
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
