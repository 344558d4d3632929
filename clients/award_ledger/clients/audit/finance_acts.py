"""What follows acts of finance: instructions a run, rejections a status report, postings a match, and corrections a
match that is taken back.

Whether the bank's line was that payment is for people and the day's certificate; here it is whether the log posted to
the awards exactly what it says of the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from award_ledger.domain import bank_events as be
from award_ledger.domain import events as ev
from award_ledger.domain.bank_account import BankAccount
from award_ledger.domain.corrections import ClawbackCorrected, PaymentCorrected
from award_ledger.domain.expected_payment import Expected
from award_ledger.domain.fact import Event
from award_ledger.domain.identity import fund_id
from award_ledger.domain.payment_run import PaymentRun
from award_ledger.domain.policy_events import AppropriationChanged, FundYearClosed
from award_ledger.domain.working_set import Ledger


class Sketch(NamedTuple):
    """A fact that must come, as far as what came before says it. `originator_id` None: in whatever stream."""

    originator_id: UUID | None
    topics: tuple[str, ...]
    fields: dict[str, Any]


def finance_sketches(event: Event, ledger: Ledger) -> Iterator[Sketch]:
    """In the order of the log; the event has just been folded."""
    match event.fact:
        case be.StatementImported(part=1) as fact:
            for part in range(2, fact.parts + 1):
                fields = {"statement_key": fact.statement_key, "part": part}
                yield Sketch(event.originator_id, (fact.TOPIC,), fields)
        case be.EvidenceRecorded(part=1) as fact:
            yield from _evidence(fact, ledger.find(BankAccount, event.originator_id))
        case FundYearClosed(carried_minor=carried) as fact if carried:
            fields = {"change_minor": carried, "document": fact.document}
            yield Sketch(fund_id(fact.into), (AppropriationChanged.TOPIC,), fields)
        case be.PaymentRunApproved():
            run = ledger.find(PaymentRun, event.originator_id)
            for payment in run.payments:
                fields = {"award_id": payment.award_id, "instalment": payment.instalment}
                fields |= {"amount_minor": payment.amount_minor, "account": run.account, "run": run.code}
                yield Sketch(payment.enterprise_id, (ev.PaymentInstructed.TOPIC,), fields)
        case be.LinesMatched() as fact:
            account = ledger.find(BankAccount, event.originator_id)
            for match in fact.matches:
                yield from (_posting(part, account) for part in match.allocations if part.posts)
        case be.LineUnmatched() as fact:
            for position in reversed(fact.posted):
                topics = (PaymentCorrected.TOPIC, ClawbackCorrected.TOPIC)
                yield Sketch(None, topics, {"corrects": position, "amount_minor": 0})


def _evidence(fact: be.EvidenceRecorded, account: BankAccount) -> Iterator[Sketch]:
    for part in range(2, fact.parts + 1):
        yield Sketch(account.id, (fact.TOPIC,), {"evidence_key": fact.evidence_key, "part": part})
    for end_to_end_id in fact.rejected:
        yield _rejection(account.payment(end_to_end_id), fact.source_sha256)


def _rejection(payment: Expected | None, evidence: str) -> Sketch:
    """An attempt fails by a status report only if that says so of it, and no money of it had been seen."""
    if payment is None or payment.answer != "rejected" or payment.seen_out or payment.settled_minor:
        return Sketch(None, ("a payment that the status report rejects",), {})
    fields = {"award_id": payment.award_id, "instalment": payment.instalment, "attempt": payment.attempt}
    return Sketch(payment.enterprise_id, (ev.PaymentRejected.TOPIC,), {**fields, "evidence": evidence})


def _posting(part: be.Allocation, account: BankAccount) -> Sketch:
    amount = {"amount_minor": part.amount_minor}
    if part.kind == "recovery":
        fields = {"award_id": part.award_id, "clawback": part.clawback}
        return Sketch(part.enterprise_id, (ev.ClawbackReceived.TOPIC,), {**fields, **amount})
    payment = account.payment(part.reference)
    if payment is None:
        return Sketch(None, ("a payment of the account",), {})
    fields = {"award_id": payment.award_id, "instalment": payment.instalment, "attempt": payment.attempt}
    returned = (ev.PaymentReturned.TOPIC, ev.PaymentReturnedAndCancelled.TOPIC)
    topics = (ev.PaymentSettled.TOPIC,) if part.kind == "settlement" else returned
    return Sketch(payment.enterprise_id, topics, {**fields, **amount})
