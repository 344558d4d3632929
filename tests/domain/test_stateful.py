"""The whole domain against the independent model of `tests/model`: arbitrary Terms, days and acts in any order.

What must hold after every step is in `telling` and `invariants`.
"""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from award_ledger.domain.award import Award, Clawback, Instalment
from award_ledger.domain.events import ApplicationRefused
from award_ledger.domain.identity import request_key
from award_ledger.domain.refusals import RequestIdReused
from award_ledger.domain.terms import Terms
from award_ledger.server.commands.instruct_payment import InstructPayment
from award_ledger.server.commands.order_clawback import CancelClawback
from award_ledger.server.commands.record_recovery import RecordRecovery
from award_ledger.server.commands.record_rejection import RecordRejection
from award_ledger.server.commands.record_return import RecordReturn
from award_ledger.server.commands.record_stage_result import RecordStageResult
from award_ledger.server.commands.refuse_application import RefuseApplication
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from award_ledger.server.commands.revoke_award import RevokeAward
from award_ledger.server.commands.withdraw_application import WithdrawApplication
from award_ledger.server.commands.write_off_clawback import WriteOffClawback
from tests.domain import arbitrary
from tests.domain.mending import Mending
from tests.domain.telling import Named, Told, part_of
from tests.domain.withholding import Withholding, due, paid

FIRMS = ("E1", "E2", "E3")
PEOPLE = ("ann", "bob")
PAYERS = ("pay", "bob", "ann")

picks = st.integers(0, 30)
days = arbitrary.days
firms = st.sampled_from(FIRMS)
people = st.sampled_from(PEOPLE)
payers = st.sampled_from(PAYERS)
parts = st.sampled_from(("all", "all", "half", "one", "over", "none", "huge"))


def _tried(award: Award) -> list[Instalment]:
    return [instalment for instalment in award.instalments if instalment.payments]


def _last(instalment: Instalment, what: str) -> int:
    last = instalment.payments[-1]
    return last.paid_minor if what == "return" else last.amount_minor - last.settled_minor


def _staged(award: Award) -> bool:
    return any(instalment.stage for instalment in award.instalments) and not award.stage_result


def _clawed_back(award: Award) -> tuple[Clawback, ...]:
    return award.clawbacks


class Decisions(Told):
    """Applications and what is decided on them."""

    @rule(
        what=st.sampled_from(("publish", "bar", "hold", "register", "fund", "change", "link")), on=days, data=st.data()
    )
    def administer(self, what: str, on: date, data: st.DataObject) -> None:
        if what == "publish":
            self.publish(data.draw(arbitrary.terms()), on)
        elif what == "bar":
            self.bar(data.draw(firms), data.draw(st.sampled_from((True, False))), on)
        elif what == "hold":
            codes, statuses = st.sampled_from(arbitrary.MEASURES), st.sampled_from(("open", "suspended", "closed"))
            self.hold(data.draw(codes), data.draw(statuses), on)
        elif what == "register":
            self.register(data.draw(st.sampled_from((*FIRMS, "E4"))), "ann", on)
        elif what == "fund":
            years, money = st.sampled_from((2026, 2024)), st.sampled_from((400, 100, 0, 10**15 + 1))
            self.create_fund(data.draw(years), data.draw(st.sampled_from(("CNY", "EUR"))), data.draw(money), on)
        elif what == "change":
            years, changes = st.sampled_from((2024, 2025, 2026)), st.sampled_from((200, 50, 0, -1, -100, -400))
            self.change_appropriation(data.draw(years), data.draw(changes), on)
        else:
            self.link(data.draw(firms), data.draw(st.sampled_from(("G", "g ", "H", ""))), on)

    @rule(
        number=st.sampled_from((*FIRMS, "E4")),
        code=st.sampled_from((*arbitrary.MEASURES, "M-9")),
        asked=arbitrary.amounts | st.sampled_from((0, -1, 10**15 + 1)),
        facts=arbitrary.facts,
        evidence=arbitrary.evidence,
        on=days,
    )
    def submit(
        self, number: str, code: str, asked: int, facts: dict[str, str], evidence: tuple[Any, ...], on: date
    ) -> None:
        self.submitted(number, code, asked, facts, evidence, on)

    @precondition(lambda self: self.applications)
    @rule(
        pick=picks,
        by=people,
        up_to=st.sampled_from((0, 50, 1000, 1000)),
        overrides=st.sampled_from(("all", "all", "none")),
        on=days,
    )
    def review(self, pick: int, by: str, up_to: int, overrides: str, on: date) -> None:
        number, application = self.applications[pick % len(self.applications)]
        checks = tuple(self.overridable(application)) if overrides == "all" else ()
        self.reviewed(Named(number, application), up_to, checks, by, on)

    @precondition(lambda self: self.applications)
    @rule(pick=picks, final=st.sampled_from(("withdraw", "refuse", "refuse")), on=days)
    def end(self, pick: int, final: str, on: date) -> None:
        number, application = self.applications[pick % len(self.applications)]
        if final == "withdraw":
            withdraw = WithdrawApplication("other", number, application, "")
            self.both(withdraw, lambda: self.model.withdraw(number, application, by="ann", on=on), "ann", on)
            return
        refuse = RefuseApplication("other", number, application, "reason")
        event, _ = self.judged(refuse, lambda: self.model.refuse(number, application, on=on), "ann", on)
        assert event is None or isinstance(event.fact, ApplicationRefused)

    @precondition(lambda self: self.applications)
    @rule(
        pick=picks,
        amount=st.none() | arbitrary.amounts | st.sampled_from((0, -1, 10**15 + 1)),
        rate=st.sampled_from(("", "", "", "0.05", "0.5", "1", "0.001")),
        override=arbitrary.flags,
        plan=st.sampled_from((None, None, None, (1,), (40, 10), (50, 50))),
        by=people,
        on=days,
    )
    def approve(
        self,
        pick: int,
        amount: int | None,
        rate: str,
        override: bool,
        plan: tuple[int, ...] | None,
        by: str,
        on: date,
    ) -> None:
        number, application = self.applications[pick % len(self.applications)]
        self.decide(Named(number, application), amount, rate, override, plan, by, on)

    @rule(
        number=firms,
        code=st.sampled_from(arbitrary.MEASURES),
        asked=st.sampled_from(("all", "half", "over", "one", "all")) | arbitrary.amounts,
        facts=arbitrary.facts,
        evidence=arbitrary.evidence,
        obeying=st.sampled_from((True, True, True, False)),
        reviewer=st.sampled_from(("bob", "bob", "ann")),
        on=days,
    )
    def submit_and_approve(
        self,
        number: str,
        code: str,
        asked: int | str,
        facts: dict[str, str],
        evidence: tuple[Any, ...],
        obeying: bool,
        reviewer: str,
        on: date,
    ) -> None:
        """The common case in one step, and a second try at what the first says is admissible."""
        terms = self.model.terms(code)[-1]
        needed: list[tuple[str, str]] = []
        if obeying:
            facts = {**facts, **{rule.fact: rule.allowed[0] for rule in terms.requirements if rule.allowed}}
            needed = [(kind, f"C-{len(self.applications)}{i}") for i in "ab" for kind in self.kinds(terms)]
        if isinstance(asked, str):
            asked = part_of(self.room(number, code, facts, on), asked) or 50
        named = self.submitted(number, code, asked, facts, (*evidence, *needed), on)
        if named is None:
            return
        if obeying:
            self.reviewed(named, 1000, tuple(self.overridable(named.id)), reviewer, on)
        outcome = self.decide(named, None, "", obeying, None, "ann", on)
        if outcome is not None and outcome.reason and outcome.admissible:
            self.decide(named, outcome.admissible, "", obeying, None, "ann", on)

    submit_and_approve_twice_as_often = submit_and_approve
    submit_and_approve_thrice_as_often = submit_and_approve


class Payments(Withholding, Mending):
    """What happens to awards."""

    @precondition(lambda self: self.awards)
    @rule(pick=picks, result=st.sampled_from(("good", "good", "fair", "bad", "odd")), on=days)
    def stage_result(self, pick: int, result: str, on: date) -> None:
        # Of five picks one falls on any award, staged or not.
        staged = (pick % 5 and self.those(_staged)) or self.awards
        number, award = staged[pick % len(staged)]
        command = RecordStageResult("other", number, award, result, "")
        self.both(command, lambda: self.model.stage_result(number, award, result, by="ann", on=on), "ann", on)

    stage_result_twice_as_often = stage_result

    @precondition(lambda self: self.awards)
    @rule(pick=picks, ground=st.sampled_from(("revocation", "revocation", "overpayment", "breach")), on=days)
    def revoke(self, pick: int, ground: Any, on: date) -> None:
        number, award = self.awards[pick % len(self.awards)]
        command = RevokeAward("other", number, award, ground, "reason")
        self.both(command, lambda: self.model.revoke(number, award, ground=ground, by="ann", on=on), "ann", on)

    @precondition(lambda self: self.awards)
    @rule(pick=picks, instalment=st.sampled_from((1, 1, 1, 2, 3, 0)), by=payers, on=days)
    def instruct(self, pick: int, instalment: int, by: str, on: date) -> None:
        number, award = self.awards[pick % len(self.awards)]
        command = InstructPayment("other", number, award, instalment)
        self.both(command, lambda: self.model.instruct(number, award, instalment, by=by, on=on), by, on)

    @precondition(lambda self: self.those(due))
    @rule(
        pick=picks,
        part=st.sampled_from(("all", "all", "half")),
        wait=st.sampled_from((0, 0, 200, 400)),
        by=st.sampled_from(("pay", "pay", "pay", *PAYERS)),
    )
    def pay(self, pick: int, part: str, wait: int, by: str) -> None:
        """The common case in one step: the first instalment that is due is paid."""
        awards = self.those(due)
        number, award = awards[pick % len(awards)]
        instalment = due(self.real(number, award))[0]
        on, nth = arbitrary.later(instalment.due_on, wait), instalment.number
        command = InstructPayment("other", number, award, nth)
        instructed = self.both(command, lambda: self.model.instruct(number, award, nth, by=by, on=on), by, on)
        if instructed is not None:
            self.settle(Named(number, award), nth, 0, part_of(instructed.fact.amount_minor, part), on)

    @precondition(lambda self: self.those(_tried))
    @rule(
        pick=picks,
        what=st.sampled_from(("return", "settle", "return", "settle", "reject")),
        nth=picks,
        attempt=st.sampled_from((0, 0, 1, 2, 7)),
        part=parts,
        on=days,
    )
    def bank_says(self, pick: int, what: str, nth: int, attempt: int, part: str, on: date) -> None:
        awards = self.those(_tried)
        number, award = awards[pick % len(awards)]
        tried = _tried(self.real(number, award))
        instalment = tried[nth % len(tried)].number
        amount = part_of(_last(tried[nth % len(tried)], what), part)
        model, place = self.model, (number, award, instalment, attempt)
        if what == "settle":
            self.settle(Named(number, award), instalment, attempt, amount, on)
        elif what == "reject":
            reject = RecordRejection("other", *place, "")
            self.both(reject, lambda: model.reject(*place, by="pay", on=on), "pay", on)
        else:
            command = RecordReturn("other", *place, amount, "")
            self.both(command, lambda: model.give_back(*place, amount, by="pay", on=on), "pay", on)

    @precondition(lambda self: self.those(paid))
    @rule(pick=picks, part=parts, ground=st.sampled_from(("breach", "overpayment", "breach", "revocation")), on=days)
    def order(self, pick: int, part: str, ground: Any, on: date) -> None:
        awards = self.those(paid)
        self.ordered(awards[pick % len(awards)], part, ground, on)

    @precondition(lambda self: self.those(_clawed_back))
    @rule(
        pick=picks,
        what=st.sampled_from(("receive", "receive", "write_off", "write_off", "cancel")),
        nth=st.sampled_from((0, 0, 0, 1, 9)),
        part=parts,
        by=people,
        on=days,
    )
    def clawback(self, pick: int, what: str, nth: int, part: str, by: str, on: date) -> None:
        ordered = self.those(_clawed_back)
        number, award = ordered[pick % len(ordered)]
        order = self.real(number, award).clawbacks[-1]
        clawback = order.number - nth
        amount = part_of(order.outstanding_minor, part)
        command: Any = CancelClawback("other", number, award, clawback, "reason")
        if what == "receive":
            command = RecordRecovery("other", number, award, clawback, amount, "")
            self.both(command, lambda: self.model.receive(number, award, clawback, amount, by=by, on=on), by, on)
        elif what == "write_off":
            command = WriteOffClawback("other", number, award, clawback, amount, "reason")
            self.both(command, lambda: self.model.write_off(number, award, clawback, amount, by=by, on=on), by, on)
        else:
            self.both(command, lambda: self.model.cancel_order(number, award, clawback, by=by, on=on), by, on)

    @precondition(lambda self: self.awards)
    @rule(pick=picks, on=days)
    def name_what_is_not_theirs(self, pick: int, on: date) -> None:
        """An award is looked for only at its own enterprise, which must be registered."""
        number, award = self.awards[pick % len(self.awards)]
        for other in (*(firm for firm in FIRMS if firm != number), "E9"):
            command = RevokeAward("other", other, award, "breach", "reason")
            self.both(command, lambda n=other: self.model.revoke(n, award, ground="breach", by="ann", on=on), "ann", on)  # type: ignore[misc]

    @precondition(lambda self: self.driver.events)
    @rule(pick=picks)
    def repeat(self, pick: int) -> None:
        """A repeated request changes nothing and answers the same; with another body it is refused."""
        nth = pick % len(self.driver.events)
        command, act = self.driver.commands[nth], self.driver.events[nth].fact.act
        before, event = self.driver.picture(), self.driver.answered[request_key(act.principal, act.request_id)]
        again = self.driver.do(command, by=act.principal, on=act.effective_on, request_id=act.request_id)
        assert again is event
        with pytest.raises(RequestIdReused):
            self.driver.do(RegisterEnterprise("other", "E8", "other body"), by=act.principal, request_id=act.request_id)
        assert self.driver.picture() == before

    pay_twice_as_often = pay


grants = st.tuples(
    st.sampled_from(FIRMS[:2]), st.sampled_from(arbitrary.MEASURES), st.sampled_from(("all", "half", "over")), days
)


class PaymentsMachine(Payments):
    """Awards that are easy to get, and then all that can happen to money."""

    @initialize(
        first=arbitrary.paying_terms("M-1"),
        second=arbitrary.paying_terms("M-2"),
        money=st.sampled_from((1000, 300)),
        granted=st.lists(st.tuples(grants, arbitrary.flags, parts), min_size=3, max_size=4),
    )
    def begin(self, first: Terms, second: Terms, money: int, granted: list[Any]) -> None:
        for number in FIRMS[:2]:
            self.register(number, "ann", arbitrary.FIRST)
        for year in (2023, 2024, 2025, 2026):
            self.create_fund(year, "CNY", money, arbitrary.FIRST)
        self.publish(first, arbitrary.FIRST)
        self.publish(second, arbitrary.FIRST)
        for pick, (grant, split, part) in enumerate(granted):
            self.grant(grant, split)
            if self.those(due) and part != "none":
                self.pay(pick, part, 0, "pay")

    @rule(grant=grants, split=arbitrary.flags)
    def grant(self, grant: tuple[str, str, str, date], split: bool) -> None:
        number, code, part, on = grant
        asked = part_of(self.room(number, code, {"field": "AI"}, on), part) or 1
        named = self.submitted(number, code, asked, {"field": "AI"}, (("contract", f"C-{len(self.applications)}"),), on)
        plan = (asked // 2, asked - asked // 2) if split and asked > 1 else None
        if named is not None:
            self.decide(named, None, "", False, plan, "ann", on)


class LedgerMachine(Decisions, Payments):
    """Everything, under Terms of every kind."""

    @initialize(
        first=arbitrary.terms("M-1"),
        second=arbitrary.terms("M-2"),
        money=st.sampled_from((150, 400)),
        linked_on=st.none() | days,
    )
    def begin(self, first: Terms, second: Terms, money: int, linked_on: date | None) -> None:
        for number in FIRMS:
            self.register(number, "ann", arbitrary.FIRST)
        for year in (2023, 2024, 2025):
            self.create_fund(year, "CNY", money, arbitrary.FIRST)
        self.publish(first, arbitrary.FIRST)
        self.publish(second, arbitrary.FIRST)
        for number in FIRMS[:2] if linked_on else ():
            self.link(number, "G", linked_on or arbitrary.FIRST)


PROFILE = settings(
    deadline=None,
    stateful_step_count=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
LONG = int(os.environ.get("AWARD_LEDGER_SOAK_EXAMPLES", "5000"))


@pytest.mark.parametrize(("machine", "examples"), [(LedgerMachine, 120), (PaymentsMachine, 120)])
def test_the_ledger_does_what_the_model_says(machine: type[Told], examples: int) -> None:
    run_state_machine_as_test(machine, settings=settings(PROFILE, max_examples=examples))


@pytest.mark.soak
@pytest.mark.parametrize("machine", [LedgerMachine, PaymentsMachine])
def test_the_ledger_does_what_the_model_says_for_long(machine: type[Told]) -> None:
    run_state_machine_as_test(machine, settings=settings(PROFILE, stateful_step_count=100, max_examples=LONG))
