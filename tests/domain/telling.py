"""One history, told to the ledger and to the model: after every act both have said the same.

The same reason, the same amounts; a refusal has changed nothing but its own record; every balance is the model's, and
the invariants of the design hold on what the ledger itself says.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from hypothesis.stateful import RuleBasedStateMachine, invariant

from award_ledger.domain import identity
from award_ledger.domain.approval import Decided, PlannedInstalment, headroom
from award_ledger.domain.assessment import Assessment
from award_ledger.domain.award import Award
from award_ledger.domain.corrections import AwardEntryCorrected
from award_ledger.domain.encoding import encode_snapshot
from award_ledger.domain.events import ApprovalRefused, AwardRevoked
from award_ledger.domain.fact import Event, EvidenceRef, OverrideTaken
from award_ledger.domain.refusals import Refused
from award_ledger.domain.terms import CaseByCase, LocalizedText, Terms
from award_ledger.server.commands.approve_award import ApproveAward
from award_ledger.server.commands.bar_enterprise import BarEnterprise, ReinstateEnterprise
from award_ledger.server.commands.correct_entry import CorrectEntry
from award_ledger.server.commands.create_fund import ChangeAppropriation, CreateFund
from award_ledger.server.commands.link_enterprise import LinkEnterprise, UnlinkEnterprise
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.record_settlement import RecordSettlement
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from award_ledger.server.commands.review_application import ReviewApplication
from award_ledger.server.commands.right import RightRuling
from award_ledger.server.commands.set_measure_status import CloseMeasure, ReopenMeasure, SuspendMeasure
from award_ledger.server.commands.submit_application import SubmitApplication
from tests.domain.driving import Driver
from tests.domain.invariants import check_approval, check_award, check_fund, check_measures, check_places, check_replay
from tests.model.corrections import Corrections
from tests.model.decision import Outcome


class Named(NamedTuple):
    """An application or an award, and whose it is."""

    number: str
    id: UUID


def part_of(amount: int, part: str) -> int:
    """All of an amount, some of it, or what nobody may ask."""
    sizes = {"all": amount, "half": amount // 2, "one": 1, "over": amount + 1, "none": 0, "huge": 10**15 + 1}
    return sizes[part]


def _balances(award: Award) -> Award:
    """Without what was said of it, and orders that were withdrawn: no balance is in those."""
    clawbacks = [clawback for clawback in award.clawbacks if not clawback.cancelled]
    return msgspec.structs.replace(award, rulings=[], clawbacks=clawbacks)


class Told(RuleBasedStateMachine):
    """Both ledgers, and how each act is told to them."""

    def __init__(self) -> None:
        super().__init__()
        self.driver, self.model = Driver(), Corrections()
        self.applications: list[Named] = []
        self.awards: list[Named] = []
        self.checked = 0
        self.counted: dict[UUID, int] = {}

    def both(self, command: Any, model: Callable[[], str], by: str, on: date) -> Event | None:
        """Asks both and compares; the event, if there is one."""
        before = self.driver.picture()
        try:
            event, refused = self.driver.do(command, by=by, on=on), ""
        except Refused as refusal:
            event, refused = None, refusal.reason
            assert self.driver.picture() == before, "a refusal changed something"
        assert refused == model(), command
        self.named(event)
        return event

    def judged(
        self, command: Any, model: Callable[[], tuple[str, Outcome | None]], by: str, on: date
    ) -> tuple[Event | None, Outcome | None]:
        """The same for commands that make an assessment, which is compared number by number."""
        before, said = self.driver.picture(), model()
        event = None
        try:
            event, refused = self.driver.do(command, by=by, on=on), ""
        except Refused as refusal:
            refused = refusal.reason
            assert self.driver.picture() == before, "a refusal changed something"
        reason, outcome = said
        if event is not None:
            assessment: Assessment = event.fact.assessment
            assert outcome is not None, (command, said, assessment)
            self.compare(assessment, outcome)
            if isinstance(event.fact, ApprovalRefused):
                refused = assessment.first_failure().reason
                self.only_recorded(before, event)
        assert refused == reason, (command, outcome)
        self.named(event)
        return event, outcome

    def named(self, event: Event | None) -> None:
        """The model's newest act goes by the position of its event; a recorded refusal is no act."""
        if event is not None and not isinstance(event.fact, ApprovalRefused):
            self.model.acts[-1]["at"] = event.position

    @staticmethod
    def compare(assessment: Assessment, outcome: Outcome) -> None:
        refusing = [check.id for check in assessment.checks if check.refuses]
        assert refusing == outcome.refusing, assessment
        assert assessment.asked_minor == outcome.asked, assessment
        assert assessment.granted_minor == outcome.granted, assessment
        assert assessment.admissible_minor == outcome.admissible, assessment
        assert sorted(assessment.binding) == sorted(outcome.binding), assessment
        overridden = {check.id for check in assessment.checks if check.verdict == "overridden"}
        assert overridden == outcome.overridden, assessment

    def only_recorded(self, before: dict[UUID, bytes], event: Event) -> None:
        """A recorded refusal changes nothing but its record: a position, and that there was one more."""
        changed = {key for key, state in self.driver.picture().items() if before.get(key) != state}
        touched = {event.originator_id, identity.measure_id(event.fact.assessment.measure_code)}
        assert changed <= touched
        enterprise = self.driver.ledger.enterprise(event.originator_id)
        assert enterprise.applications[event.fact.application_id].status == "open"
        assert event.fact.assessment.granted_minor == 0

    def register(self, number: str, by: str, on: date) -> None:
        command = RegisterEnterprise("other", number, "firm")
        self.both(command, lambda: self.model.register(number, by=by, on=on), by, on)

    def bar(self, number: str, barred: bool, on: date) -> None:
        command = (BarEnterprise if barred else ReinstateEnterprise)("other", number, "reason")
        self.both(command, lambda: self.model.bar(number, barred, by="ann", on=on), "ann", on)

    def link(self, number: str, group: str, on: date) -> None:
        command = LinkEnterprise("other", number, group, "") if group else UnlinkEnterprise("other", number, "")
        self.both(command, lambda: self.model.link(number, group, by="ann", on=on), "ann", on)

    def publish(self, terms: Terms, on: date) -> None:
        self.both(PublishTerms(terms), lambda: self.model.publish(terms, by="ann", on=on), "ann", on)

    def hold(self, code: str, status: str, on: date) -> None:
        command = {"open": ReopenMeasure, "suspended": SuspendMeasure, "closed": CloseMeasure}[status](code, "reason")
        self.both(command, lambda: self.model.hold(code, status, by="ann", on=on), "ann", on)

    def create_fund(self, year: int, currency: str, money: int, on: date) -> None:
        code = f"F/{year}"
        command = CreateFund(code, LocalizedText(en="fund"), year, currency, money, "")
        model = self.model
        self.both(command, lambda: model.create_fund(code, year, currency, money, by="ann", on=on), "ann", on)

    def change_appropriation(self, year: int, change: int, on: date) -> None:
        command = ChangeAppropriation(f"F/{year}", change, "")
        model = self.model
        self.both(command, lambda: model.change_appropriation(f"F/{year}", change, by="ann", on=on), "ann", on)

    def submitted(
        self, number: str, code: str, asked: int, facts: dict[str, str], evidence: tuple[Any, ...], on: date
    ) -> Named | None:
        refs = tuple(EvidenceRef(kind=kind, reference=reference) for kind, reference in evidence)
        command = SubmitApplication("other", number, code, asked, facts, refs)
        made: list[str] = []
        before = len(self.driver.events)
        more = {"facts": facts, "evidence": evidence, "by": "ann", "on": on}

        def model() -> str:
            event = self.driver.events[-1] if len(self.driver.events) > before else None
            application = event.fact.application_id if event else None
            made.append(self.model.submit(number, code, asked, application, **more))
            return made[-1]

        event = self.both(command, model, "ann", on)
        if event is None:
            return None
        self.applications.append(Named(number, event.fact.application_id))
        return self.applications[-1]

    def reviewed(self, named: Named, up_to: int, overrides: tuple[str, ...], by: str, on: date) -> None:
        number, application = named
        command = ReviewApplication("other", number, application, up_to, overrides, "reason")
        model = self.model
        self.both(command, lambda: model.review(number, application, up_to, overrides, by=by, on=on), by, on)

    def overridable(self, application: UUID) -> list[str]:
        """Every check that two people could pass."""
        asked_for = self.model.of("submit", application=application)[0]
        evidence = dict.fromkeys(f"evidence.{kind}:{reference}" for kind, reference in asked_for["evidence"])
        rest = ("fixed", "quota.M-1", "quota.M-2", "quota.shared", "unique.field", "unique.firm")
        return [*evidence, *rest]

    def room(self, number: str, code: str, facts: dict[str, str], on: date) -> int:
        ledger = self.driver.ledger
        enterprise = ledger.enterprise(identity.enterprise_id("other", number))
        return headroom(enterprise, facts, ledger.measure(code), ledger, on).admissible_minor

    @staticmethod
    def kinds(terms: Terms) -> list[str]:
        documents = ["document" for rule in terms.amounts if isinstance(rule, CaseByCase)]
        return [*(rule.kind for rule in terms.evidence if rule.at_least), *documents]

    def decide(
        self, named: Named, amount: int | None, rate: str, override: bool, plan: Any, by: str, on: date
    ) -> Outcome | None:
        number, application = named
        checks = self.overridable(application) if override else []
        planned = tuple(PlannedInstalment(part) for part in plan or ())
        taken = tuple(OverrideTaken(check_id=check_id, reason="reason") for check_id in checks)
        command = ApproveAward("other", number, application, Decided(amount, rate, taken, planned))
        award = identity.award_id(application)
        act = {"by": by, "on": on, "amount": amount, "rate": rate, "overrides": set(checks)}
        act["plan"] = [(part, None) for part in plan] if plan else None
        event, outcome = self.judged(command, lambda: self.model.approve(number, application, award, **act), by, on)
        if event is not None and not isinstance(event.fact, ApprovalRefused):
            self.awards.append(Named(number, award))
            check_approval(self.model, event)
        return outcome

    def those(self, wanted: Callable[[Award], Any]) -> list[Named]:
        """The awards that the ledger says are so."""
        return [named for named in self.awards if wanted(self.real(*named))]

    def real(self, number: str, award: UUID) -> Award:
        enterprise = self.driver.ledger.enterprise(identity.enterprise_id("other", number))
        return enterprise.awards[award]

    def settle(self, named: Named, instalment: int, attempt: int, amount: int, on: date) -> None:
        number, award = named
        command = RecordSettlement("other", number, award, instalment, attempt, amount, "")
        model = self.model
        self.both(command, lambda: model.settle(number, award, instalment, attempt, amount, by="pay", on=on), "pay", on)

    def correct(self, at: int, amount: int, by: str, on: date, said: str = "") -> Event | None:
        """`said` is a result or a ground, where that is what is right."""
        entry = self.driver.events[at - 1]
        right = RightRuling(said, revokes=isinstance(entry.fact, AwardRevoked)) if said else amount
        command = CorrectEntry(entry, right, "reason")
        event = self.both(command, lambda: self.model.correct(at, amount, said, by=by, on=on), by, on)
        if event is not None and isinstance(event.fact, AwardEntryCorrected):
            self.counted.pop(event.fact.award_id, None)
            if event.fact.counted_minor > 0:
                check_approval(self.model, event)
        return event

    def stands(self, at: int, said: int) -> int:
        """What is right of an entry now."""
        made = self.corrections(at)
        return made[-1].amount_minor if made else said

    def corrections(self, at: int) -> list[Any]:
        """Every correction of the amount of an entry."""
        facts = [event.fact for event in self.driver.events if getattr(event.fact, "corrects", 0) == at]
        return [fact for fact in facts if hasattr(fact, "stood_minor")]

    def money(self) -> list[Any]:
        """Every balance, without what only says that there was something to correct."""
        ledger = self.driver.ledger
        awards = [encode_snapshot(_balances(self.real(*named))) for named in self.awards]  # type: ignore[arg-type]
        funds = [ledger.fund(act["fund"]) for act in self.model.of("create_fund")]
        years = [ledger.measure(code).years for code in ("M-1", "M-2")]
        names = ("appropriated", "available", "encumbered", "expended", "recovered", "lapsed")
        return [awards, [[getattr(fund, f"{name}_minor") for name in names] for fund in funds], encode_snapshot(years)]  # type: ignore[arg-type]

    @invariant()
    def holds(self) -> None:
        if self.checked == len(self.driver.events):
            return
        self.checked = len(self.driver.events)
        for named in self.awards:
            award = self.real(*named)
            check_award(self.model.award(named.id), award)
            assert award.counted_minor <= self.counted.get(named.id, award.approved_minor), (
                "headroom is given back once"
            )
            self.counted[named.id] = award.counted_minor
        for created in self.model.of("create_fund"):
            check_fund(self.model, self.driver.ledger, created["fund"])
        check_places(self.model, self.driver.ledger)
        check_measures(self.model, self.driver.ledger)

    def teardown(self) -> None:
        check_replay(self.driver)
