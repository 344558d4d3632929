"""PaymentRun: instalments that are paid together, drafted by one person and approved by two others."""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from award_ledger.domain import bank_events as be
from award_ledger.domain.events import PaymentInstructed
from award_ledger.domain.fact import Event

RunState = Literal["drafted", "approved", "sent", "cancelled"]


class RunAttempt(Struct):
    """What the run says is paid, minor units; the attempt has its id once the run is approved."""

    enterprise_id: UUID
    award_id: UUID
    instalment: int
    amount_minor: int
    attempt: int = 0
    end_to_end_id: str = ""


class PaymentRun(Struct):
    """Payments stand in the order of the draft. `first_approved_by` and `approved_by` are the two who approved."""

    id: UUID
    version: int = 0
    position: int = 0
    code: str = ""
    account: str = ""
    execute_on: date = date.min
    state: RunState = "drafted"
    drafted_by: str = ""
    approved_by: str = ""
    first_approved_by: str = ""
    payments: list[RunAttempt] = []
    file_sha256: str = ""
    format: str = ""
    instructed: int = 0

    @property
    def amount_minor(self) -> int:
        """Of all payments."""
        return sum(payment.amount_minor for payment in self.payments)

    def apply(self, event: Event) -> None:
        """Folds one event; never checks a rule."""
        self.position = event.position
        if event.originator_id == self.id:
            self.version = event.originator_version
        match event.fact:
            case be.PaymentRunDrafted() as fact:
                self.code, self.account, self.execute_on = fact.code, fact.account, fact.execute_on
                self.drafted_by = fact.act.principal
                self.payments = [
                    RunAttempt(part.enterprise_id, part.award_id, part.instalment, part.amount_minor)
                    for part in fact.payments
                ]
            case be.PaymentRunApprovalProposed() as fact:
                self.first_approved_by = fact.act.principal
            case be.PaymentRunApproved() as fact:
                self.state, self.approved_by = "approved", fact.act.principal
            case be.PaymentRunCancelled():
                self.state = "cancelled"
            case be.PaymentRunSent() as fact:
                self.state, self.file_sha256, self.format = "sent", fact.file_sha256, fact.format
            case PaymentInstructed() as fact:
                # They follow the approval, in the order of the draft.
                payment = self.payments[self.instructed]
                payment.attempt, payment.end_to_end_id = fact.attempt, fact.end_to_end_id
                self.instructed += 1
