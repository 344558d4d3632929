"""Corrections, once more: what an entry could have been, found by looking through all accepted acts.

An act is named by `at`, the position of its event. What is right of it is what the latest correction of it says.
"""

from __future__ import annotations

from typing import Any

from award_ledger.domain.terms import MAX_AMOUNT_MINOR
from tests.model import balances, rulings
from tests.model.balances import State
from tests.model.case import Standing, key
from tests.model.decision import Outcome, decide
from tests.model.ledger import Model
from tests.model.limits import limits_of, rule_of
from tests.model.windows import year

_OF_FUNDS = ("create_fund", "change_appropriation")
_OF_CLAWBACKS = ("order", "receive", "write_off")
_RULINGS = {"stage_result": "result", "revoke": "ground"}
_LATER = ("quota.", "fund", "second_person")


class Corrections(Model):
    """The model with the act of correcting amounts."""

    def correct(self, at: int, amount: int, said: str = "", **act: Any) -> str:
        """Something else than an amount is asked for where names and applications are named; `said` of rulings."""
        found = next((done for done in self.acts if done.get("at") == at), {"act": ""})
        kind = found["act"]
        if kind in ("register", "submit"):
            return "INVALID_FIELD"
        if kind in _RULINGS:
            return "INVALID_FIELD" if amount else self._ruling(found, said, {**act, "at_entry": at, "of": kind})
        if kind not in ("approve", "settle", "return", "set_off", *_OF_FUNDS, *_OF_CLAWBACKS):
            return "ENTRY_NOT_CORRECTABLE"
        if amount < 0 and kind != "change_appropriation":
            return "AMOUNT_NOT_POSITIVE"
        if abs(amount) > MAX_AMOUNT_MINOR:
            return "AMOUNT_TOO_LARGE"
        act = {**act, "at_entry": at, "of": kind, "amount": amount, "was_on": found["on"]}
        if kind in _OF_FUNDS:
            return self._appropriation(found, act)
        act = {
            **act,
            **{
                name: found[name]
                for name in ("award", "paid_award", "instalment", "attempt", "clawback")
                if name in found
            },
        }
        state = self.award(found["award"])
        if kind == "approve":
            return self._amount(found, state, act)
        stood = state["entries"][at]["amount"]
        if kind == "set_off":
            return self._set_off(state, stood, act)
        if kind in _OF_CLAWBACKS:
            return self._clawback(found, state, stood, act)
        return self._payment(state, stood, act)

    def _appropriation(self, found: State, act: State) -> str:
        stood, fund = balances.right(self.acts, found), balances.fund(self.acts, found["fund"])
        if stood == act["amount"]:
            return "CORRECTION_IMPOSSIBLE"
        appropriated = fund["appropriated"] + act["amount"] - stood
        if abs(appropriated) > MAX_AMOUNT_MINOR:
            return "AMOUNT_TOO_LARGE"
        if appropriated < fund["encumbered"] + fund["expended"]:
            return "APPROPRIATION_TOO_LOW"
        return self.accept(act="correct", fund=found["fund"], **act)

    def _ruling(self, found: State, said: str, act: State) -> str:
        state = self.award(found["award"])
        ruling = next(ruling for ruling in state["rulings"] if ruling["at"] == found["at"])
        later = [other for other in state["rulings"] if other["said"] and other["at"] > found["at"]]
        if state["void"] or later or any(map(balances.under_way, state["parts"])):
            return "AWARD_STATE"
        effect = rulings.effect_of(state, said)
        if said and act["of"] == "stage_result" and not effect:
            return "STAGE_UNKNOWN"
        if said == ruling["said"]:
            return "INVALID_FIELD"
        order = state["clawbacks"][ruling["order"] - 1] if ruling["order"] else {"cancelled": True}
        if not order["cancelled"] and effect != "recover_all" and order["received"] + order["written_off"]:
            return "AWARD_STATE"
        if not said and ruling["let_go"] and balances.paid(ruling["let_go"][0]):
            return "AWARD_STATE"
        act = {**act, "award": found["award"], "said": said}
        return self._room(state, act) or self.accept(act="correct", **act)

    def _payment(self, state: State, stood: int, act: State) -> str:
        before, falls = state, 0
        if state["ended"]:
            before, ruling = self.award(act["award"]), rulings.last_ruling(state)
            falls = balances.outstanding(state["clawbacks"][ruling["order"] - 1]) if ruling["order"] else 0
            rulings.lift(state, ruling)
        part = state["parts"][act["instalment"] - 1]
        tried = part["attempts"][act["attempt"] - 1]
        kept, backed = tried["settled"] - tried["returned"], balances.recoverable(state) + falls
        more = act["amount"] > stood
        if act["of"] == "settle":
            least = stood - min(kept, backed)
            most = stood + min(tried["amount"] - tried["settled"], balances.open_amount(part))
        else:
            in_year = state["fund"] and year(act["was_on"]) == state["fund_year"]
            owed = balances.encumbered_of(state) if in_year else state["late"]
            least = stood - min(balances.open_amount(part), owed if state["fund"] else balances.total_open(state))
            most = stood + min(kept, backed)
        if act["amount"] == stood or not max(0, least) <= act["amount"] <= most:
            return "CORRECTION_IMPOSSIBLE"
        if act["of"] == "settle" and more and tried["failed"]:
            return "PAYMENT_STATE"
        if more == (act["of"] == "settle"):
            others = [other for other in part["attempts"] if other is not tried]
            if balances.under_way({"attempts": others}):
                return "AWARD_STATE"
        refused = self._room(before, act) if before["ended"] else ""
        return refused or self.accept(act="correct", **act)

    def _set_off(self, state: State, stood: int, act: State) -> str:
        paid, order = self.award(act["paid_award"]), state["clawbacks"][act["clawback"] - 1]
        if paid["ended"]:
            return "AWARD_STATE"
        if order["cancelled"]:
            return "CLAWBACK_STATE"
        part = paid["parts"][act["instalment"] - 1]
        most = stood + min(balances.outstanding(order), balances.open_amount(part))
        if act["amount"] == stood or not stood - balances.recoverable(paid) <= act["amount"] <= most:
            return "CORRECTION_IMPOSSIBLE"
        if act["amount"] > stood and balances.under_way(part):
            return "AWARD_STATE"
        return self._room(state, act) or self.accept(act="correct", **act)

    def _clawback(self, found: State, state: State, stood: int, act: State) -> str:
        order, amount = state["clawbacks"][state["entries"][found["at"]]["clawback"] - 1], act["amount"]
        if order["cancelled"]:
            return "CLAWBACK_STATE"
        outstanding = balances.outstanding(order)
        least, most = 0, stood + outstanding
        if act["of"] == "order":
            least, most = order["received"] + order["written_off"], stood + balances.recoverable(state)
        if act["of"] == "write_off":
            most = min(most, found["amount"])
        if amount == stood or not least <= amount <= most:
            return "CORRECTION_IMPOSSIBLE"
        refused = self._room(state, act) if act["of"] == "receive" else ""
        return refused or self.accept(act="correct", **act)

    def _room(self, state: State, act: State) -> str:
        """Have others taken what the entry gave back?"""
        after = balances.award([*self.acts, {"act": "correct", **act}], state["award"])
        if state["fund"]:
            more = balances.expended_of(after) - balances.expended_of(state) + after["lapsed"] - state["lapsed"]
            more += balances.encumbered_of(after) - balances.encumbered_of(state)
            if more > balances.fund(self.acts, state["fund"])["available"]:
                return "APPROPRIATION_TOO_LOW"
        again = after["place"] and not state["place"]
        if after["counted"] <= state["counted"] and not again:
            return ""
        outcome, cut = self._weighed(state, after["counted"], state["by"])
        reasons = {"cap": "CAP_EXCEEDED", "tiered": "CEILING_EXCEEDED"}
        reasons |= {"quota": "QUOTA_EXCEEDED", "unique": "KEY_IN_USE"} if again else {}
        against = [name for name in outcome.refusing if name.partition(".")[0] in reasons]
        against += [name for name in outcome.refusing if again and name.startswith("evidence.") and ":" in name]
        kinds = {name.partition(".")[0] for name in against} | ({"cap"} if cut else set())
        reasons["evidence"] = "EVIDENCE_IN_USE"
        order = ("evidence", "unique", "tiered", "cap", "quota")
        refused = next((reasons[kind] for kind in order if kind in kinds), "")
        more = after["counted"] > state["counted"]
        return refused or (self._of_upgrades(state, after["counted"]) if more else "")

    def _amount(self, found: State, state: State, act: State) -> str:
        amount, stood, terms = act["amount"], state["amount"], state["terms"]
        if state["revoked"] or any(map(balances.under_way, state["parts"])):
            return "AWARD_STATE"
        if not terms.moves_money and (amount or state["void"]):
            return "ENTRY_NOT_CORRECTABLE"
        if amount > stood:
            return self._raised(state, act)
        free = balances.encumbered_of(state) if state["fund"] else balances.total_open(state)
        if amount < stood - free or (amount == stood and (state["void"] or terms.moves_money)):
            return "CORRECTION_IMPOSSIBLE"
        return self.accept(act="correct", **act)

    def _raised(self, state: State, act: State) -> str:
        if state["cancelled"] or state["ended"]:
            return "AWARD_STATE"
        outcome, cut = self._weighed(state, act["amount"], act["by"])
        proposed = state["proposed"]
        if not cut and set(outcome.refusing) <= {"second_person"}:
            refused = self._of_upgrades(state, state["counted"] + act["amount"] - state["amount"])
            if refused:
                return refused
        if outcome.refusing == ["second_person"] and not cut:
            if proposed == (act["by"], act["amount"]):
                return "SECOND_PERSON_REQUIRED"
            return self.accept(act="propose_raise", award=act["award"], amount=act["amount"], by=act["by"])
        if cut and (not outcome.refusing or outcome.refusing[0].startswith(_LATER)):
            return "CAP_EXCEEDED"
        if outcome.reason:
            return outcome.reason
        paid_by = {done["by"] for done in self.of("instruct", award=act["award"])}
        if paid_by & {act["by"], outcome.second}:
            return "SEGREGATION_OF_DUTIES"
        return self.accept(act="correct", raised_by={act["by"], outcome.second}, **act)

    def _of_upgrades(self, state: State, counted: int) -> str:
        """Did what came after it in its line get more than would be left for it, if the award counted so much?"""
        upgrades, after = self._line(state)
        for award in dict.fromkeys((*upgrades, *after)):
            other = self.award(award)
            if not other["counted"]:
                continue
            outcome, cut = self._weighed(other, other["counted"], other["by"], {state["award"]: counted})
            if "tiered" in outcome.refusing:
                return "CEILING_EXCEEDED"
            if cut or any(name.startswith("cap.") for name in outcome.refusing):
                return "CAP_EXCEEDED"
        return ""

    def _line(self, state: State) -> tuple[list[Any], list[Any]]:
        """Its upgrades, and the later awards that got the difference to what the same lineage had."""
        upgrades: list[Any] = []
        made = balances.approvals(self.acts)
        for act in made:
            if act["upgrades"] in (state["award"], *upgrades):
                upgrades.append(act["award"])
        tiered = rule_of(state["terms"], "Tiered")
        if tiered is None or tiered.upgrade == "full":
            return upgrades, []
        asked_for = self.of("submit", application=state["application"])[0]
        name = key(tiered.lineage_facts, asked_for)
        place = [act["award"] for act in made].index(state["award"])
        later = [act for act in made[place + 1 :] if act["measure"] == state["measure"]]
        return upgrades, [
            act["award"]
            for act in later
            if (name in self.claims(act)["keys"] if name else act["enterprise"] == state["enterprise"])
        ]

    def _weighed(
        self, state: State, amount: int, by: str, counting: dict[Any, int] | None = None
    ) -> tuple[Outcome, bool]:
        """The decision on another amount, without the award and what upgraded it, and whether a cap would cut it.

        `counting` is what other awards would count.
        """
        asked_for = self.of("submit", application=state["application"])[0]
        terms, on = state["terms"], state["on"]
        reviews = list(self.of("review", application=state["application"]))
        if state["proposed"]:
            reviews.append({"by": state["proposed"][0], "up_to": state["proposed"][1], "overrides": state["taken"]})
        case = {**asked_for, "applied_on": asked_for["on"], "by": by, "overrides": state["taken"], "rate": ""}
        case |= {"asked": amount, "reviews": reviews}
        standing = self._standing(state["enterprise"], terms, on)
        for held in standing.awards:
            held["counted"] = (counting or {}).get(held["award"], held["counted"])
        standing = self._without(state, standing)
        cut = any(
            limit.cuts and not limit.problem and limit.left < amount for limit in limits_of(terms, case, standing, on)
        )
        return decide(terms, case, standing, on), cut

    def _without(self, state: State, standing: Standing) -> Standing:
        upgrades, after = self._line(state)
        others = [
            {**held, "counted": 0, "place": False}
            if held["award"] in (state["award"], *upgrades)
            else {**held, "came_after": held["award"] in after}
            for held in standing.awards
        ]
        fund = standing.fund
        if fund is not None and state["fund"]:
            own = balances.encumbered_of(state) + balances.expended_of(state)
            fund = {**fund, "available": fund["available"] + own}
        return standing._replace(status="open", barred=False, awards=others, fund=fund)
