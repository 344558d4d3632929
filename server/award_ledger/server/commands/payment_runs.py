"""Runs of payments: drafted by one person, approved by another, sent to the bank as one file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from award_ledger.domain.bank_events import (
    PaymentRunApproved,
    PaymentRunCancelled,
    PaymentRunDrafted,
    PaymentRunSent,
    RunPayment,
)
from award_ledger.domain.bank_refusals import PayeeMissing, PaymentRunExists, PaymentRunNotFound, PaymentRunState
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Act, Fact
from award_ledger.domain.payment_run import PaymentRun
from award_ledger.domain.refusals import CurrencyMismatch, SegregationOfDuties, invalid_field
from award_ledger.domain.working_set import Aggregate, WorkingSet
from award_ledger.server.commands.bank_accounts import kept
from award_ledger.server.commands.command import (
    application_of,
    award_of,
    instalment_of,
    needed,
    registered,
    short,
    terms_of,
)
from award_ledger.server.commands.instruct_payment import check_instruction, instruction

MOST_PAYMENTS = 2_000
"""Of one run: all of them are instructed in one act."""

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,29}\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


def drafted(ledger: WorkingSet, code: str) -> PaymentRun:
    """The run with this code. Raises PaymentRunNotFound."""
    run = ledger.payment_run(code)
    if not run.version:
        raise PaymentRunNotFound(code)
    return run


@dataclass(frozen=True, slots=True)
class RunRow:
    """An instalment that is to be paid."""

    scheme: str
    number: str
    enterprise_id: UUID
    award_id: UUID
    instalment: int


@dataclass(frozen=True, slots=True)
class DraftPaymentRun:
    """Each instalment must be payable now, and by whoever drafts: the approver is asked again."""

    code: str
    account: str
    execute_on: date
    rows: tuple[RunRow, ...]

    def subject(self, ledger: WorkingSet) -> PaymentRun:
        """The run, drafted or not."""
        return ledger.payment_run(self.code)

    def decide(self, ledger: WorkingSet, act: Act) -> PaymentRunDrafted:
        """Raises InvalidFields, PaymentRunExists, BankAccountNotFound, or what `run_payment` raises."""
        if not _CODE.match(self.code):
            raise invalid_field("code", "must be 1 to 30 capital letters, digits or '-'")
        if self.subject(ledger).version:
            raise PaymentRunExists(self.code)
        account = kept(ledger, self.account)
        if self.execute_on < act.effective_on:
            raise invalid_field("execute_on", f"must not be before {act.effective_on}, when it is drafted")
        if not 1 <= len(self.rows) <= MOST_PAYMENTS:
            raise invalid_field("payments", f"must be 1 to {MOST_PAYMENTS}")
        if len({(row.award_id, row.instalment) for row in self.rows}) != len(self.rows):
            raise invalid_field("payments", "name an instalment twice")
        return PaymentRunDrafted(
            act=act,
            code=self.code,
            account=account.account,
            execute_on=self.execute_on,
            payments=tuple(run_payment(row, account.currency, ledger, act) for row in self.rows),
        )


def run_payment(row: RunRow, currency: str, ledger: WorkingSet, act: Act) -> RunPayment:
    """An instalment in full, if whoever acts may pay it now from an account in a currency.

    Raises not-found refusals, CurrencyMismatch, PayeeMissing, or what instructing raises.
    """
    enterprise = registered(ledger.enterprise(row.enterprise_id), row.scheme, row.number)
    award = award_of(enterprise, row.award_id)
    instalment = instalment_of(award, row.instalment)
    terms = terms_of(ledger, award)
    if terms.currency != currency:
        raise CurrencyMismatch(terms.currency, currency)
    if application_of(enterprise, award.application_id).payee is None:
        raise PayeeMissing(str(award.award_id))
    check_instruction(enterprise, award, instalment, ledger, act)
    return RunPayment(
        enterprise_id=enterprise.id,
        award_id=award.award_id,
        instalment=instalment.number,
        amount_minor=instalment.open_minor,
    )


@dataclass(frozen=True, slots=True)
class ApprovePaymentRun:
    """Every payment is instructed, or none. The amounts are those of the draft."""

    code: str

    def subject(self, ledger: WorkingSet) -> PaymentRun:
        """The run. Raises PaymentRunNotFound."""
        return drafted(ledger, self.code)

    def decide(self, ledger: WorkingSet, act: Act) -> PaymentRunApproved:
        """Raises PaymentRunNotFound, PaymentRunState or SegregationOfDuties."""
        run = _in_state(self.subject(ledger), "drafted")
        if act.principal == run.drafted_by:
            raise SegregationOfDuties(act.principal, "who drafts a payment run does not approve it")
        return PaymentRunApproved(act=act, account=run.account, count=len(run.payments), amount_minor=run.amount_minor)

    def following(self, ledger: WorkingSet, act: Act, fact: PaymentRunApproved) -> Iterator[tuple[Aggregate, Fact]]:
        """The instructions. Raises what instructing raises, or PaymentRunState where an amount has changed."""
        run = self.subject(ledger)
        for place in range(fact.count):
            payment = run.payments[place]
            enterprise: Enterprise = ledger.enterprise(payment.enterprise_id)
            instructed = instruction(
                enterprise, payment.award_id, payment.instalment, ledger, act, account=fact.account, run=run.code
            )
            if instructed.amount_minor != payment.amount_minor:
                was, now = payment.amount_minor, instructed.amount_minor
                raise PaymentRunState(run.code, f"payment {place + 1} was drafted with {was}, now {now} is open")
            yield enterprise, instructed


@dataclass(frozen=True, slots=True)
class CancelPaymentRun:
    """A draft alone: what was instructed is rejected or settled by the bank."""

    code: str
    reason: str

    def subject(self, ledger: WorkingSet) -> PaymentRun:
        """The run. Raises PaymentRunNotFound."""
        return drafted(ledger, self.code)

    def decide(self, ledger: WorkingSet, act: Act) -> PaymentRunCancelled:
        """Raises InvalidFields, PaymentRunNotFound or PaymentRunState."""
        reason = needed(self.reason, "reason")
        _in_state(self.subject(ledger), "drafted")
        return PaymentRunCancelled(act=act, reason=reason)


@dataclass(frozen=True, slots=True)
class RecordRunSent:
    """Once: the same payments in two files would be paid twice. `answer_by` None: the bank has the usual days."""

    code: str
    file_sha256: str
    format: str
    answer_by: date | None = None

    def subject(self, ledger: WorkingSet) -> PaymentRun:
        """The run. Raises PaymentRunNotFound."""
        return drafted(ledger, self.code)

    def decide(self, ledger: WorkingSet, act: Act) -> PaymentRunSent:
        """Raises InvalidFields, PaymentRunNotFound or PaymentRunState."""
        if not _SHA256.match(self.file_sha256):
            raise invalid_field("file_sha256", "must be 64 hexadecimal digits")
        if self.answer_by is not None and self.answer_by < act.effective_on:
            raise invalid_field("answer_by", f"must not be before {act.effective_on}, when it is sent")
        run = _in_state(self.subject(ledger), "approved")
        account = kept(ledger, run.account)
        for payment in run.payments:
            expected = account.payment(payment.end_to_end_id)
            if expected is not None and expected.failed:
                raise PaymentRunState(run.code, f"{payment.end_to_end_id} was rejected before it was sent")
        return PaymentRunSent(
            act=act,
            account=run.account,
            file_sha256=self.file_sha256,
            format=short(needed(self.format, "format"), "format"),
            answer_by=self.answer_by,
        )


def _in_state(run: PaymentRun, state: str) -> PaymentRun:
    if run.state != state:
        raise PaymentRunState(run.code, f"is {run.state}, not {state}")
    return run
