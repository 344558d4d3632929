"""The ledger, once more: each act is accepted or refused with a reason, by looking through all accepted acts.

Written from the design, the comments of terms.proto and what the commands document; it shares no code with the domain
but the Terms as data. `refused` is the reason, empty if the act was accepted and added to `acts`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from award_ledger.domain.terms import Terms
from tests.model import balances
from tests.model.balances import State
from tests.model.case import Standing, compared, key
from tests.model.checks import upgraded
from tests.model.decision import Outcome, decide
from tests.model.payments import Payments, size


class Model(Payments):
    """A list of accepted acts, and nothing else."""

    def register(self, number: str, **act: Any) -> str:
        if self.registered(number):
            return "ENTERPRISE_EXISTS"
        return self.accept(act="register", number=number, **act)

    def bar(self, number: str, barred: bool, **act: Any) -> str:
        if not self.registered(number):
            return "ENTERPRISE_NOT_FOUND"
        if self.barred(number) == barred:
            return "ENTERPRISE_STATUS"
        return self.accept(act="bar", number=number, barred=barred, **act)

    def link(self, number: str, group: str, **act: Any) -> str:
        """An empty group ends the membership."""
        if not self.registered(number):
            return "ENTERPRISE_NOT_FOUND"
        links = self.of("link", number=number)
        if bool(links and links[-1]["group"]) == bool(group):
            return "ENTERPRISE_STATUS"
        decided = [award["on"] for award in self.of("approve", enterprise=number)]
        if any(act["on"] <= day for day in decided) or any(act["on"] < link["on"] for link in links):
            return "INVALID_FIELD"
        return self.accept(act="link", number=number, group=group, **act)

    def create_fund(self, code: str, fiscal_year: int, currency: str, amount: int, **act: Any) -> str:
        if self.of("create_fund", fund=code):
            return "FUND_EXISTS"
        if amount and size(amount):
            return size(amount)
        return self.accept(
            act="create_fund", fund=code, fiscal_year=fiscal_year, currency=currency, amount=amount, **act
        )

    def change_appropriation(self, code: str, change: int, **act: Any) -> str:
        if not self.of("create_fund", fund=code):
            return "FUND_NOT_FOUND"
        if not change:
            return "INVALID_FIELD"
        fund = balances.fund(self.acts, code)
        if fund["appropriated"] + change < fund["encumbered"] + fund["expended"]:
            return "APPROPRIATION_TOO_LOW"
        return self.accept(act="change_appropriation", fund=code, change=change, **act)

    def publish(self, terms: Terms, **act: Any) -> str:
        """The Terms are well formed."""
        code = terms.measure_code
        if self.held(code) == "closed":
            return "MEASURE_CLOSED"
        if self.terms(code) and self.terms(code)[-1].currency != terms.currency:
            return "CURRENCY_MISMATCH"
        return self.accept(act="publish", measure=code, terms=terms, **act)

    def hold(self, code: str, status: str, **act: Any) -> str:
        if not self.terms(code):
            return "MEASURE_NOT_FOUND"
        held = self.held(code)
        if held == status or (status == "suspended" and held == "closed"):
            return "MEASURE_STATUS"
        return self.accept(act="hold", measure=code, status=status, **act)

    def submit(self, number: str, code: str, asked: int, application: Any, **act: Any) -> str:
        """`act` holds facts (a dict) and evidence (pairs of kind and reference) too."""
        if not self.registered(number):
            return "ENTERPRISE_NOT_FOUND"
        if not self.terms(code):
            return "MEASURE_NOT_FOUND"
        if self.held(code) == "closed":
            return "MEASURE_CLOSED"
        if size(asked) and (asked or self.terms(code)[-1].moves_money):
            return size(asked)
        return self.accept(act="submit", number=number, measure=code, asked=asked, application=application, **act)

    def review(self, number: str, application: Any, up_to: int, overrides: tuple[str, ...], **act: Any) -> str:
        refused = self.not_open(number, application) or (size(up_to) if up_to else "")
        return refused or self.accept(act="review", application=application, up_to=up_to, overrides=overrides, **act)

    def withdraw(self, number: str, application: Any, **act: Any) -> str:
        return self.not_open(number, application) or self.accept(act="withdraw", application=application, **act)

    def refuse(self, number: str, application: Any, **act: Any) -> tuple[str, Outcome | None]:
        refused = self.not_open(number, application)
        if refused:
            return refused, None
        _, outcome = self._outcome(number, application, {**act, "by": "", "overrides": set(), "rate": ""})
        return self.accept(act="refuse", application=application, **act), outcome

    def approve(self, number: str, application: Any, award: Any, **act: Any) -> tuple[str, Outcome | None]:
        """`act` holds amount (or None), rate, overrides (a set) and plan (pairs of amount and day, or None) too."""
        refused = self.not_open(number, application) or self._misshapen(application, act)
        if refused:
            return refused, None
        case, outcome = self._outcome(number, application, act)
        terms = self.terms(case["measure"])[-1]
        if outcome.reason:
            return outcome.reason, outcome
        if terms.moves_money and size(outcome.granted):
            return size(outcome.granted), None
        parts = self._parts(terms, outcome.granted, act)
        if sum(amount for amount, *_ in parts) != outcome.granted:
            return "INVALID_FIELD", None
        code = self._fund_code(terms, act["on"]) if terms.moves_money else ""
        standing = self._standing(number, terms, act["on"])
        made = {
            "act": "approve",
            "award": award,
            "application": application,
            "enterprise": number,
            "measure": terms.measure_code,
            "terms": terms,
            "amount": outcome.granted,
            "second": outcome.second,
            "taken": outcome.overridden,
            "parts": parts,
            "fund": code,
            "fund_year": self.of("create_fund", fund=code)[0]["fiscal_year"] if code else 0,
            "upgrades": upgraded(terms, case, standing).get("award"),
        }
        self.accept(**{**act, **made, **_held_keys(terms, case)})
        return "", outcome

    def _misshapen(self, application: Any, act: State) -> str:
        terms = self.terms(self.of("submit", application=application)[0]["measure"])[-1]
        amount, plan = act["amount"], act["plan"] or ()
        if amount is not None and size(amount) and (amount or terms.moves_money):
            return size(amount)
        if act["rate"] and not any(type(rule).__name__ == "RateOf" for rule in terms.amounts):
            return "INVALID_FIELD"
        wrong = [size(amount) for amount, _ in plan if size(amount)]
        return wrong[0] if wrong else ""

    def _outcome(self, number: str, application: Any, act: State) -> tuple[State, Outcome]:
        asked_for = self.of("submit", application=application)[0]
        terms = self.terms(asked_for["measure"])[-1]
        case = {**asked_for, "applied_on": asked_for["on"], **{name: act[name] for name in ("by", "overrides", "rate")}}
        case["reviews"] = self.of("review", application=application)
        if act.get("amount") is not None:
            case["asked"] = act["amount"]
        return case, decide(terms, case, self._standing(number, terms, act["on"]), act["on"])

    def _standing(self, number: str, terms: Terms, on: date) -> Standing:
        code = self._fund_code(terms, on)
        held = self.held(terms.measure_code)
        status = "needs_rule" if held == "open" and not terms.amounts else held
        awards = [
            {**balances.award(self.acts, act["award"]), **self.claims(act)} for act in balances.approvals(self.acts)
        ]
        awards = [{**award, "group": compared(self.group(award["enterprise"], award["on"]))} for award in awards]
        fund = balances.fund(self.acts, code) if self.of("create_fund", fund=code) else None
        return Standing(
            status, self.barred(number), awards, self.group(number, on), fund, balances.owed(self.acts, number)
        )

    def claims(self, approval: State) -> State:
        """Under what an award stands: its own Terms, every later version, and every key cap that names its measure."""
        case = self.of("submit", application=approval["application"])[0]
        versions = self.terms(approval["measure"])
        held = [_held_keys(terms, case) for terms in versions[versions.index(approval["terms"]) :]]
        naming = [cap for act in self.of("publish") for cap in act["terms"].caps if approval["measure"] in cap.measures]
        keys = {key(cap.key_facts, case) for cap in naming if cap.scope == "key"}
        united = {name: set().union(*(claims[name] for claims in held)) for name in held[0]}
        return {**united, "keys": united["keys"] | keys}

    def group(self, number: str, on: date) -> str:
        """The group to which an enterprise belongs on a day."""
        groups = [link["group"] for link in self.of("link", number=number) if link["on"] <= on]
        return groups[-1] if groups else ""

    @staticmethod
    def _fund_code(terms: Terms, on: date) -> str:
        return next((line.fund_code for line in terms.funds if line.fiscal_year == on.year), "")

    @staticmethod
    def _parts(terms: Terms, granted: int, act: State) -> list[tuple[int, date, str, bool]]:
        payable = act["on"] + timedelta(days=terms.publicity_days)
        staged = terms.staged()
        if staged is None:
            plan = act["plan"] or ([(granted, None)] if granted else [])
            return [(amount, max(due or payable, payable), "", False) for amount, due in plan]
        if act["plan"]:
            return [(-1, payable, "", False)]  # no plan may stand beside the stages
        parts, left = [], granted
        for index, stage in enumerate(staged.stages):
            part = min(left, stage.ceiling_minor)
            left -= part
            parts.append((part, payable, stage.name, index > 0))
        return [part for part in parts if part[0]]


def _held_keys(terms: Terms, case: State) -> State:
    """Under what an award stands: evidence, unique keys, keys of caps and lineages, pools of quotas."""
    shareable = {rule.kind for rule in terms.evidence if rule.shareable}
    lineages = [rule.lineage_facts for rule in terms.amounts if type(rule).__name__ == "Tiered"]  # type: ignore[union-attr]
    named = [*(cap.key_facts for cap in terms.caps if cap.scope == "key"), *lineages]
    return {
        "evidence": {(kind, compared(ref)) for kind, ref in case["evidence"] if kind not in shareable},
        "unique": {(u.pool or terms.measure_code, u.id, key(u.key_facts, case)) for u in terms.uniqueness},
        "keys": {key(names, case) for names in named if names},
        "pools": {quota.pool or terms.measure_code for quota in terms.quotas},
    }
