"""Deciding again, by the same functions under the Terms of then: approvals, refusals, corrections of money."""

from __future__ import annotations

import msgspec

from award_ledger.clients.audit.differences import Findings
from award_ledger.clients.audit.kept_entries import KeptEntries
from award_ledger.clients.audit.recorrecting import corrected
from award_ledger.domain.approval import Decided, PlannedInstalment, assessment_of, decide
from award_ledger.domain.corrections import (
    AppropriationCorrected,
    AwardCorrectionProposed,
    AwardEntryCorrected,
)
from award_ledger.domain.encoding import encode_fact
from award_ledger.domain.events import ApplicationRefused, ApprovalRefused, AwardApproved
from award_ledger.domain.fact import Event, Fact, ProRataShare
from award_ledger.domain.policy_events import ProRataDecided
from award_ledger.domain.pro_rata import decide_pro_rata, rows_of
from award_ledger.domain.refusals import Refused
from award_ledger.domain.working_set import Ledger


def redecide(ledger: Ledger, event: Event, entries: KeptEntries, findings: Findings) -> bool:
    """Compares a decision with what the ledger, as it stood right before it, decides now; False for other events.

    `entries` are those before it that it may correct.
    """
    fact = event.fact
    if isinstance(fact, ProRataDecided):
        _spread_again(ledger, event, fact, findings)
        return True
    if isinstance(fact, AwardEntryCorrected | AwardCorrectionProposed | AppropriationCorrected):
        _corrected_again(ledger, event, entries, findings)
        return True
    if not isinstance(fact, AwardApproved | ApprovalRefused | ApplicationRefused):
        return False
    enterprise = ledger.enterprise(event.originator_id)
    application = enterprise.applications[fact.application_id]
    subject = f"decision on application {fact.application_id} under {application.measure}"
    findings.expect(event.position, subject, "status of the application", "open", application.status)
    try:
        again = decided_again(ledger, event, fact)
    except Refused as refusal:
        findings.add(event.position, subject, "decision", f"{refusal.reason}: {refusal}", fact.TOPIC)
        return True
    findings.expect(event.position, subject, "decision", again.TOPIC, fact.TOPIC)
    if type(again) is type(fact):
        _compare(event.position, subject, again, fact, findings)
    return True


def _compare(position: int, subject: str, again: Fact, fact: Fact, findings: Findings) -> None:
    """Value by value where the bytes differ. Equal bytes, which are the rule, leave no value to look at."""
    if encode_fact(again) == encode_fact(fact):
        findings.values += 1
        return
    findings.compare(position, subject, msgspec.to_builtins(again), msgspec.to_builtins(fact))


def _corrected_again(ledger: Ledger, event: Event, entries: KeptEntries, findings: Findings) -> None:
    """What the right amount, result or ground changes is worked out anew, value by value."""
    fact = event.fact
    subject = f"correction of the entry at position {fact.corrects}"
    try:
        again = corrected(fact, event.originator_id, entries.at(fact.corrects), ledger)
    except Refused as refusal:
        findings.add(event.position, subject, "decision", f"{refusal.reason}: {refusal}", fact.TOPIC)
        return
    findings.expect(event.position, subject, "decision", "no such entry" if again is None else again.TOPIC, fact.TOPIC)
    if again is not None and type(again) is type(fact):
        _compare(event.position, subject, again, fact, findings)


def _spread_again(ledger: Ledger, event: Event, fact: ProRataDecided, findings: Findings) -> None:
    subject = f"decision on a batch under {fact.measure}"
    measure = ledger.measure(fact.measure)
    try:
        again = decide_pro_rata(measure, ledger, fact.act, rows_of(fact), fact.at_most_minor, fact.reason)
    except Refused as refusal:
        findings.add(event.position, subject, "decision", f"{refusal.reason}: {refusal}", fact.TOPIC)
        return
    _compare(event.position, subject, again, fact, findings)


def decided_again(ledger: Ledger, event: Event, fact: AwardApproved | ApprovalRefused | ApplicationRefused) -> Fact:
    """What the same act decides on this ledger: same day and person, same amount or rate, same overrides.

    A plan of instalments is kept where it still adds up. Raises Refused where nothing can be decided at all.
    """
    enterprise = ledger.enterprise(event.originator_id)
    application = enterprise.applications[fact.application_id]
    measure = ledger.measure(application.measure)
    if isinstance(fact, ApplicationRefused):
        assessment = assessment_of(enterprise, application, measure, ledger, fact.act.effective_on)
        return msgspec.structs.replace(fact, measure=measure.code, assessment=assessment)
    # Who consented is for the decision to find again, among the reviews.
    act = msgspec.structs.replace(fact.act, second="")
    decided = Decided(
        amount_minor=None if fact.decided_rate else fact.assessment.asked_minor,
        rate=fact.decided_rate,
        overrides=fact.overrides,
    )
    again = decide(enterprise, application, measure, ledger, act, decided)
    if isinstance(again, AwardApproved) and isinstance(fact, AwardApproved) and _is_planned(again, fact):
        plan = tuple(PlannedInstalment(part.amount_minor, part.due_on) for part in fact.instalments)
        again = decide(enterprise, application, measure, ledger, act, decided._replace(instalments=plan))
    return again


def decided_share(ledger: Ledger, event: Event, share: ProRataShare) -> Fact:
    """What the act decides on one share of a batch. Raises Refused where nothing can be decided at all."""
    enterprise = ledger.enterprise(event.originator_id)
    application = enterprise.applications[share.application_id]
    decided = Decided(amount_minor=share.share_minor, overrides=share.overrides)
    act = msgspec.structs.replace(event.fact.act, second="")
    return decide(enterprise, application, ledger.measure(application.measure), ledger, act, decided)


def _is_planned(again: AwardApproved, fact: AwardApproved) -> bool:
    """True if the officer may have chosen other instalments than those that the Terms give by themselves."""
    staged = any(part.stage for part in again.instalments)
    total = sum(part.amount_minor for part in fact.instalments)
    return not staged and again.instalments != fact.instalments and total == again.amount_minor
