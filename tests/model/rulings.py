"""Results and revocations of the model, what they give back, and how they are undone."""

from __future__ import annotations

from tests.model.sums import (
    State,
    open_amount,
    paid,
    received,
    recoverable,
    total_open,
    total_paid,
)
from tests.model.windows import year

_COUNTED = ("counted", "released", "lapsed", "gone", "late", "cancelled")


def rule(state: State, act: State) -> None:
    said = act["result"] if act["act"] == "stage_result" else act["ground"]
    ruling = {"at": act.get("at"), "act": act, "said": "", "undo": dict.fromkeys(_COUNTED, 0), "order": 0}
    ruling.update(parts=[], stopped=set(), let_go=None, freed=False)
    state["rulings"].append(ruling)
    _carry_out(state, ruling, said)


def _carry_out(state: State, ruling: State, said: str) -> None:
    """What a result or a revocation does, noted so that it can be undone."""
    ruling["said"] = said
    _ends(state)
    if not said:
        return
    act = ruling["act"]
    if act["act"] == "revoke":
        on_account(state, ruling, said, act, state["parts"])
        return
    effect = effect_of(state, said)
    waiting = [part for part in state["parts"] if part["waiting"]]
    if effect == "release" and waiting:
        ruling["let_go"] = (waiting[0], waiting[0]["due"])
        waiting[0].update(waiting=False, due=max(waiting[0]["due"], act["on"]))
    if effect == "cancel_rest":
        on_account(state, ruling, "revocation", act, waiting)
    if effect == "recover_all":
        on_account(state, ruling, "breach", act, state["parts"])
        if not ruling["order"]:
            order_by(state, ruling, "breach", recoverable(state))


def effect_of(state: State, result: str) -> str:
    """What the Terms say that a result does; empty for one that they do not know."""
    staged = state["terms"].staged()
    return next((r.effect for r in staged.results if r.result == result), "") if staged else ""


def _ends(state: State) -> None:
    """What its rulings make of an award, the last of them first."""
    said = [ruling for ruling in state["rulings"] if ruling["said"]]
    results = [ruling["said"] for ruling in said if ruling["act"]["act"] == "stage_result"]
    grounds = [ruling["said"] for ruling in said if ruling["act"]["act"] == "revoke"]
    bad = results and effect_of(state, results[-1]) == "recover_all"
    state.update(result=results[-1] if results else "", revoked=bool(grounds))
    state["ended"] = grounds[-1] if grounds else "breach" if bad else ""


def last_ruling(state: State) -> State:
    """The latest result or revocation that stands."""
    found: State = [ruling for ruling in state["rulings"] if ruling["said"]][-1]
    return found


def on_account(state: State, ruling: State, ground: str, act: State, parts: list[State]) -> None:
    """Cancels what is open of some parts, and notes with the ruling what that has changed."""
    before, waited = {name: state[name] for name in _COUNTED}, [part["waiting"] for part in state["parts"]]
    place, cancelled = state["place"], [part["cancelled"] for part in state["parts"]]
    give_back(state, ground, act, cancelled=_cancel(parts))
    for name in _COUNTED:
        ruling["undo"][name] += state[name] - before[name]
    ruling["freed"] = ruling["freed"] or (place and not state["place"])
    ruling["parts"] += [0] * (len(state["parts"]) - len(ruling["parts"]))
    for index, part in enumerate(state["parts"]):
        ruling["parts"][index] += part["cancelled"] - cancelled[index]
        if waited[index] and not part["waiting"]:
            ruling["stopped"].add(index)


def lift(state: State, ruling: State) -> None:
    """As if the ruling had cancelled, released and given back nothing; what it ordered stays."""
    for name in _COUNTED:
        state[name] -= ruling["undo"][name]
    for index, cancelled in enumerate(ruling["parts"]):
        state["parts"][index]["cancelled"] -= cancelled
    for index in ruling["stopped"]:
        state["parts"][index]["waiting"] = True
    if ruling["let_go"]:
        part, due = ruling["let_go"]
        part.update(waiting=True, due=due)
    if ruling["freed"]:
        state.update(place=True, freed=False)
    elif total_open(state) or total_paid(state) > received(state):
        state["place"] = True
    ruling.update(undo=dict.fromkeys(_COUNTED, 0), parts=[], stopped=set(), let_go=None, freed=False)


def end_again(state: State) -> None:
    if state["ended"] and total_open(state):
        ruling = last_ruling(state)
        on_account(state, ruling, state["ended"], ruling["act"], state["parts"])
    if state["freed"] and not total_open(state) and total_paid(state) <= received(state):
        state["place"] = False


def order_by(state: State, ruling: State, ground: str, amount: int) -> None:
    if amount > 0:
        make_order(state, {**ruling["act"], "ground": ground, "amount": amount})
        ruling["order"] = len(state["clawbacks"])


def correct_ruling(state: State, act: State) -> None:
    ruling = next(ruling for ruling in state["rulings"] if ruling["at"] == act["at_entry"])
    stage = ruling["let_go"][0] if ruling["let_go"] else None
    lift(state, ruling)
    recovers = act["of"] == "stage_result" and effect_of(state, act["said"]) == "recover_all"
    if ruling["order"] and not (recovers and effect_of(state, ruling["said"]) == "recover_all"):
        if not recovers:
            state["clawbacks"][ruling["order"] - 1]["cancelled"] = True
        ruling["order"] = 0
    _carry_out(state, ruling, act["said"])
    if stage is not None and paid(stage) and effect_of(state, act["said"]) == "cancel_rest":
        stage["waiting"] = False
        order_by(state, ruling, "overpayment", min(paid(stage), recoverable(state)))
    end_again(state)


def make_order(state: State, act: State) -> None:
    new = {
        "on": act["on"],
        "ordered": act["amount"],
        "ground": act["ground"],
        "received": 0,
        "written_off": 0,
        "cancelled": False,
    }
    state["clawbacks"].append({**new, "proposed": 0, "proposed_by": ""})
    note(state, {**act, "clawback": len(state["clawbacks"])})


def note(state: State, act: State, late: int = 0) -> None:
    """Keeps what the entry says, in case it is corrected: its amount, and how much of it was of late returns."""
    said = {"amount": act["amount"], "late": late, "first": act["amount"], "first_late": late}
    state["entries"][act.get("at")] = {**said, "clawback": act.get("clawback")}


def _cancel(parts: list[State]) -> int:
    cancelled = sum(open_amount(part) for part in parts)
    for part in parts:
        part.update(waiting=part["waiting"] and not open_amount(part))
        part.update(cancelled=part["cancelled"] + open_amount(part))
    return cancelled


def give_back(state: State, ground: str, act: State, cancelled: int = 0, came_in: int = 0) -> None:
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
