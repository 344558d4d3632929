"""A desk at which examples are told in a line each: one measure `M`, one fund a year, and what people do."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from award_ledger.domain import identity
from award_ledger.domain.approval import Decided, PlannedInstalment, headroom
from award_ledger.domain.assessment import Assessment
from award_ledger.domain.award import Award
from award_ledger.domain.events import ApprovalRefused
from award_ledger.domain.fact import EvidenceRef, OverrideTaken
from award_ledger.domain.fund import Fund
from award_ledger.domain.terms import (
    FundLine,
    GiveBack,
    Instrument,
    LocalizedText,
    Terms,
    UpTo,
    Validity,
)
from award_ledger.server.commands.approve_award import ApproveAward
from award_ledger.server.commands.create_fund import CreateFund
from award_ledger.server.commands.instruct_payment import InstructPayment
from award_ledger.server.commands.order_clawback import OrderClawback
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.record_recovery import RecordRecovery
from award_ledger.server.commands.record_return import RecordReturn
from award_ledger.server.commands.record_settlement import RecordSettlement
from award_ledger.server.commands.record_stage_result import RecordStageResult
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from award_ledger.server.commands.review_application import ReviewApplication
from award_ledger.server.commands.revoke_award import RevokeAward
from award_ledger.server.commands.submit_application import SubmitApplication
from tests.domain.driving import Driver

DAY = date(2025, 6, 1)
YEARS = (2023, 2024, 2025, 2026)


def terms(**rules: Any) -> Terms:
    """At most 1000 for one award, from one fund a year; no ground gives anything back."""
    kept: dict[str, Any] = {
        "measure_code": "M",
        "name": LocalizedText(en="measure"),
        "instrument": Instrument(document="rule"),
        "currency": "CNY",
        "validity": Validity(valid_from=date(2023, 1, 1), valid_to=date(2027, 12, 31)),
        "amounts": (UpTo(ceiling_minor=1000),),
        "funds": tuple(FundLine(fiscal_year=year, fund_code=f"F/{year}") for year in YEARS),
    }
    return Terms(**{**kept, **rules})


def all_back(*grounds: Any) -> tuple[GiveBack, ...]:
    """These grounds give everything back."""
    return tuple(GiveBack(ground=ground, headroom=True, place=True, fund_money=True) for ground in grounds)


class Desk(Driver):
    """Registers enterprises when they first ask; approvals are answered with the assessment."""

    def __init__(self, *published: Terms, funds_minor: int = 10_000) -> None:
        super().__init__()
        for year in YEARS:
            self.do(CreateFund(f"F/{year}", LocalizedText(en="fund"), year, "CNY", funds_minor, ""))
        for version in published:
            self.do(PublishTerms(version))

    def fund(self, year: int = 2025) -> Fund:
        return self.ledger.fund(f"F/{year}")

    def apply(self, number: str = "E", asked: int = 100, *, measure: str = "M", on: date = DAY, **more: Any) -> UUID:
        if not self.ledger.enterprise(identity.enterprise_id("other", number)).version:
            self.do(RegisterEnterprise("other", number, "firm"))
        refs = tuple(EvidenceRef(kind=kind, reference=ref) for kind, ref in more.get("evidence", ()))
        command = SubmitApplication("other", number, measure, asked, more.get("facts", {}), refs)
        found: UUID = self.do(command, on=on).fact.application_id
        return found

    def review(
        self, application: UUID, number: str = "E", *, up_to: int = 10**6, by: str = "second", **more: Any
    ) -> None:
        self.do(ReviewApplication("other", number, application, up_to, more.get("overrides", ()), "reason"), by=by)

    def decide(self, application: UUID, number: str = "E", *, on: date = DAY, **more: Any) -> Assessment:
        taken = tuple(OverrideTaken(check_id=check, reason="reason") for check in more.get("overrides", ()))
        parts = tuple(PlannedInstalment(*part) for part in more.get("plan", ()))
        decided = Decided(more.get("amount"), more.get("rate", ""), taken, parts)
        event = self.do(ApproveAward("other", number, application, decided), by="officer", on=on)
        assessment: Assessment = event.fact.assessment
        assert assessment.accepted != isinstance(event.fact, ApprovalRefused)
        return assessment

    def grant(self, number: str = "E", asked: int = 100, *, on: date = DAY, **more: Any) -> Award:
        """An award, applied for and approved on one day."""
        applied = {name: more.pop(name) for name in ("facts", "evidence", "measure") if name in more}
        application = self.apply(number, asked, on=on, **applied)
        found = self.decide(application, number, on=on, **more)
        assert found.accepted, found
        return self.award(application, number)

    def asks(self, number: str = "E", asked: int = 100, *, on: date = DAY, **more: Any) -> Assessment:
        """How an application stands that is decided as it was asked."""
        applied = {name: more.pop(name) for name in ("facts", "evidence", "measure") if name in more}
        return self.decide(self.apply(number, asked, on=on, **applied), number, on=on, **more)

    def award(self, application: UUID, number: str = "E") -> Award:
        enterprise = self.ledger.enterprise(identity.enterprise_id("other", number))
        return enterprise.awards[identity.award_id(application)]

    def room(self, number: str = "E", *, on: date = DAY, measure: str = "M", **facts: str) -> Assessment:
        enterprise = self.ledger.enterprise(identity.enterprise_id("other", number))
        return headroom(enterprise, facts, self.ledger.measure(measure), self.ledger, on)

    # What happens to an award of the enterprise E.

    def instruct(self, award: Award, instalment: int = 1, *, on: date = DAY) -> int:
        event = self.do(InstructPayment("other", "E", award.award_id, instalment), by="payer", on=on)
        amount: int = event.fact.amount_minor
        return amount

    def settle(self, award: Award, amount: int, instalment: int = 1, *, on: date = DAY, attempt: int = 0) -> None:
        self.do(RecordSettlement("other", "E", award.award_id, instalment, attempt, amount, ""), by="payer", on=on)

    def pay(self, award: Award, instalment: int = 1, *, on: date = DAY) -> None:
        self.settle(award, self.instruct(award, instalment, on=on), instalment, on=on)

    def comes_back(self, award: Award, amount: int, instalment: int = 1, *, on: date = DAY) -> None:
        self.do(RecordReturn("other", "E", award.award_id, instalment, 0, amount, ""), by="payer", on=on)

    def order(self, award: Award, amount: int, ground: Any = "breach", *, on: date = DAY) -> None:
        self.do(OrderClawback("other", "E", award.award_id, amount, ground, "reason"), on=on)

    def receive(self, award: Award, amount: int, clawback: int = 1, *, on: date = DAY) -> None:
        self.do(RecordRecovery("other", "E", award.award_id, clawback, amount, ""), on=on)

    def revoke(self, award: Award, ground: Any = "revocation", *, on: date = DAY) -> None:
        self.do(RevokeAward("other", "E", award.award_id, ground, "reason"), on=on)

    def result(self, award: Award, result: str, *, on: date = DAY) -> None:
        self.do(RecordStageResult("other", "E", award.award_id, result, ""), on=on)
