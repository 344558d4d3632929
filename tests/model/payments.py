"""Payments and clawbacks, once more, and how the model looks through its acts."""

from __future__ import annotations

from typing import Any

from award_ledger.domain.terms import MAX_AMOUNT_MINOR, Terms
from tests.model import balances
from tests.model.balances import Acts, State


def size(amount: int) -> str:
    """What is wrong with an amount by which money moves."""
    if amount <= 0:
        return "AMOUNT_NOT_POSITIVE"
    return "AMOUNT_TOO_LARGE" if amount > MAX_AMOUNT_MINOR else ""


class Payments:
    """The acts after an approval. Each returns the reason of refusal, or nothing."""

    def __init__(self) -> None:
        self.acts: Acts = []

    def accept(self, **act: Any) -> str:
        """Adds the act to those that were accepted."""
        self.acts.append(act)
        return ""

    def of(self, kind: str, **wanted: Any) -> Acts:
        """The acts of a kind with these fields, oldest first."""
        return [
            act
            for act in self.acts
            if act["act"] == kind and all(act.get(name) == value for name, value in wanted.items())
        ]

    def registered(self, number: str) -> bool:
        return bool(self.of("register", number=number))

    def barred(self, number: str) -> bool:
        bars = self.of("bar", number=number)
        return bool(bars and bars[-1]["barred"])

    def terms(self, code: str) -> list[Terms]:
        """The versions, oldest first."""
        return [act["terms"] for act in self.of("publish", measure=code)]

    def held(self, code: str) -> str:
        holds = self.of("hold", measure=code)
        return holds[-1]["status"] if holds else "open"

    def not_open(self, number: str, application: Any) -> str:
        """Why this application cannot be decided."""
        if not self.registered(number):
            return "ENTERPRISE_NOT_FOUND"
        if not self.of("submit", number=number, application=application):
            return "APPLICATION_NOT_FOUND"
        ends = [act for act in self.acts if act["act"] in ("withdraw", "refuse", "approve")]
        return "APPLICATION_NOT_OPEN" if any(act["application"] == application for act in ends) else ""

    def award(self, award_id: Any) -> State:
        return balances.award(self.acts, award_id)

    def not_found(self, number: str, award_id: Any) -> str:
        if not self.registered(number):
            return "ENTERPRISE_NOT_FOUND"
        return "" if self.of("approve", enterprise=number, award=award_id) else "AWARD_NOT_FOUND"

    def stage_result(self, number: str, award: Any, result: str, **act: Any) -> str:
        refused = self.not_found(number, award)
        if refused:
            return refused
        state = self.award(award)
        staged = state["terms"].staged()
        effects = {r.result: r.effect for r in staged.results} if staged else {}
        if result not in effects:
            return "STAGE_UNKNOWN"
        waits = any(part["waiting"] for part in state["parts"])
        if state["revoked"] or state["void"] or (state["result"] and not waits):
            return "AWARD_STATE"
        if effects[result] == "recover_all" and any(map(balances.under_way, state["parts"])):
            return "AWARD_STATE"
        return self.accept(act="stage_result", award=award, result=result, **act)

    def revoke(self, number: str, award: Any, **act: Any) -> str:
        refused = self.not_found(number, award)
        if refused:
            return refused
        state = self.award(award)
        if state["void"] or (state["revoked"] and not balances.total_open(state)):
            return "AWARD_STATE"
        if any(map(balances.under_way, state["parts"])):
            return "AWARD_STATE"
        return self.accept(act="revoke", award=award, **act)

    def not_payable(self, number: str, award: Any, instalment: int, **act: Any) -> str:
        """Why an instalment cannot be paid now, by a bank or by set-off."""
        refused = self.not_found(number, award)
        if refused:
            return refused
        state = self.award(award)
        if not 1 <= instalment <= len(state["parts"]):
            return "PAYMENT_NOT_FOUND"
        part, validity = state["parts"][instalment - 1], state["terms"].validity
        if state["revoked"]:
            return "AWARD_STATE"
        if balances.under_way(part) or not balances.open_amount(part) or part["waiting"] or act["on"] < part["due"]:
            return "INSTALMENT_NOT_PAYABLE"
        if any(found != "dismissed" for found in state["objections"]):
            return "OBJECTION_OPEN"
        if validity.tested == "payment" and not validity.valid_from <= act["on"] <= validity.valid_to:
            return "OUTSIDE_VALIDITY"
        if act["by"] in (state["by"], state["second"], *state["raised_by"]):
            return "SEGREGATION_OF_DUTIES"
        return ""

    def instruct(self, number: str, award: Any, instalment: int, **act: Any) -> str:
        refused = self.not_payable(number, award, instalment, **act)
        if refused:
            return refused
        terms, owed = self.award(award)["terms"], balances.owed(self.acts, number)
        if terms.outstanding_clawbacks == "hold" and owed:
            return "CLAWBACK_OUTSTANDING"
        if terms.outstanding_clawbacks == "net" and terms.currency in owed:
            return "SET_OFF_REQUIRED"
        return self.accept(act="instruct", award=award, instalment=instalment, **act)

    def owes(self, number: str) -> bool:
        """Has it been ordered to return something that it has not?"""
        return bool(balances.owed(self.acts, number))

    def set_off(self, number: str, award: Any, instalment: int, **act: Any) -> str:
        refused = self.not_found(number, award)
        if refused:
            return refused
        state = self.award(award)
        if not 1 <= instalment <= len(state["parts"]):
            return "PAYMENT_NOT_FOUND"
        if state["terms"].outstanding_clawbacks != "net":
            return "AWARD_STATE"
        refused = self.not_payable(number, award, instalment, **act)
        if refused:
            return refused
        orders = [
            (order["on"], nth, index, other["award"], balances.outstanding(order))
            for nth, other in enumerate(self.award(act["award"]) for act in self.of("approve", enterprise=number))
            for index, order in enumerate(other["clawbacks"], start=1)
            if other["terms"].currency == state["terms"].currency and balances.outstanding(order)
        ]
        if not orders:
            return "AWARD_STATE"
        _, _, clawback, ordered, left = min(orders)
        amount = min(left, balances.open_amount(state["parts"][instalment - 1]))
        named = {"award": ordered, "clawback": clawback, "paid_award": award, "instalment": instalment}
        return self.accept(act="set_off", amount=amount, **named, **act)

    def object_to(self, number: str, award: Any, **act: Any) -> str:
        return self.not_found(number, award) or self.accept(act="object", award=award, **act)

    def answer(self, number: str, award: Any, objection: int, outcome: str, **act: Any) -> str:
        refused = self.not_found(number, award)
        if refused:
            return refused
        state = self.award(award)
        if not 1 <= objection <= len(state["objections"]):
            return "OBJECTION_NOT_FOUND"
        if act["by"] in (state["by"], state["second"]):
            return "SEGREGATION_OF_DUTIES"
        return self.accept(act="answer", award=award, objection=objection, outcome=outcome, **act)

    def attempt(self, number: str, award: Any, instalment: int, attempt: int) -> tuple[str, int]:
        """What is wrong with the name of an attempt, and its number; 0 names the latest."""
        refused = self.not_found(number, award)
        if refused:
            return refused, 0
        parts = self.award(award)["parts"]
        attempts = parts[instalment - 1]["attempts"] if 1 <= instalment <= len(parts) else []
        wanted = attempt or len(attempts)
        return ("", wanted) if 1 <= wanted <= len(attempts) else ("PAYMENT_NOT_FOUND", 0)

    def settle(self, number: str, award: Any, instalment: int, attempt: int, amount: int, **act: Any) -> str:
        refused, found = self.attempt(number, award, instalment, attempt)
        if size(amount) or refused:
            return size(amount) or refused
        part = self.award(award)["parts"][instalment - 1]
        tried = part["attempts"][found - 1]
        if (
            tried["failed"]
            or tried["returned"]
            or tried["settled"] == tried["amount"]
            or found != len(part["attempts"])
        ):
            return "PAYMENT_STATE"
        if amount > min(tried["amount"] - tried["settled"], balances.open_amount(part)):
            return "AMOUNT_EXCEEDS_OUTSTANDING"
        return self.accept(act="settle", award=award, instalment=instalment, attempt=found, amount=amount, **act)

    def reject(self, number: str, award: Any, instalment: int, attempt: int, **act: Any) -> str:
        refused, found = self.attempt(number, award, instalment, attempt)
        if refused:
            return refused
        tried = self.award(award)["parts"][instalment - 1]["attempts"][found - 1]
        if tried["failed"] or tried["given_up"] or tried["settled"]:
            return "PAYMENT_STATE"
        return self.accept(act="reject", award=award, instalment=instalment, attempt=found, **act)

    def give_back(self, number: str, award: Any, instalment: int, attempt: int, amount: int, **act: Any) -> str:
        """Settled money came back."""
        refused, found = self.attempt(number, award, instalment, attempt)
        if size(amount) or refused:
            return size(amount) or refused
        state = self.award(award)
        tried = state["parts"][instalment - 1]["attempts"][found - 1]
        if not tried["settled"]:
            return "PAYMENT_STATE"
        if amount > min(tried["settled"] - tried["returned"], balances.recoverable(state)):
            return "AMOUNT_EXCEEDS_OUTSTANDING"
        made = {"act": "return", "award": award, "instalment": instalment, "attempt": found, "amount": amount}
        return self.accept(**made, cancels=bool(state["ended"]), **act)

    def order(self, number: str, award: Any, amount: int, ground: str, **act: Any) -> str:
        if size(amount):
            return size(amount)
        if ground not in ("overpayment", "breach"):
            return "INVALID_FIELD"
        refused = self.not_found(number, award)
        if refused:
            return refused
        if amount > balances.recoverable(self.award(award)):
            return "AMOUNT_EXCEEDS_OUTSTANDING"
        return self.accept(act="order", award=award, amount=amount, ground=ground, **act)

    def not_ordered(self, number: str, award: Any, clawback: int) -> str:
        refused = self.not_found(number, award)
        if refused:
            return refused
        clawbacks = self.award(award)["clawbacks"]
        if not 1 <= clawback <= len(clawbacks):
            return "CLAWBACK_NOT_FOUND"
        return "" if balances.outstanding(clawbacks[clawback - 1]) else "CLAWBACK_STATE"

    def receive(self, number: str, award: Any, clawback: int, amount: int, **act: Any) -> str:
        refused = size(amount) or self.not_ordered(number, award, clawback)
        if refused:
            return refused
        if amount > balances.outstanding(self.award(award)["clawbacks"][clawback - 1]):
            return "AMOUNT_EXCEEDS_OUTSTANDING"
        return self.accept(act="receive", award=award, clawback=clawback, amount=amount, **act)

    def write_off(self, number: str, award: Any, clawback: int, amount: int, **act: Any) -> str:
        """The first proposes, another completes the same amount."""
        refused = size(amount) or self.not_ordered(number, award, clawback)
        if refused:
            return refused
        order = self.award(award)["clawbacks"][clawback - 1]
        if amount > balances.outstanding(order):
            return "AMOUNT_EXCEEDS_OUTSTANDING"
        if order["proposed"] != amount:
            return self.accept(act="propose", award=award, clawback=clawback, amount=amount, **act)
        if order["proposed_by"] == act["by"]:
            return "SECOND_PERSON_REQUIRED"
        return self.accept(act="write_off", award=award, clawback=clawback, amount=amount, **act)

    def cancel_order(self, number: str, award: Any, clawback: int, **act: Any) -> str:
        refused = self.not_ordered(number, award, clawback)
        if refused:
            return refused
        order = self.award(award)["clawbacks"][clawback - 1]
        if order["received"] or order["written_off"]:
            return "CLAWBACK_STATE"
        return self.accept(act="cancel_order", award=award, clawback=clawback, **act)
