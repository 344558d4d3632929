"""Deciding again what the roster holds: grants, revocations, and the consent of another to Terms before they stand.

Written from what docs/security.md says of each, and not shared with servers, whose commands decide first.
"""

from __future__ import annotations

from datetime import date

from award_ledger.clients.audit.differences import Findings
from award_ledger.domain import roster_events as ro
from award_ledger.domain.fact import Event
from award_ledger.domain.policy_events import TermsPublished
from award_ledger.domain.roster import RoleGrant, Roster, terms_digest
from award_ledger.domain.working_set import Ledger


def compare_roster_act(event: Event, ledger: Ledger, findings: Findings) -> None:
    """Compares a fact of the roster, or a publication of Terms, with what may stand right before it is folded."""
    match event.fact:
        case TermsPublished() as fact:
            _compare_publication(event, fact, ledger, findings)
        case ro.TermsReviewed() as fact:
            subject = f"consent to Terms of {fact.terms.measure_code}"
            version = ledger.measure(fact.terms.measure_code).terms_version + 1
            findings.expect(event.position, subject, "version", version, fact.version)
            findings.expect(event.position, subject, "roster", True, ledger.roster().opened)
        case ro.TermsByTwoProposed() | ro.TermsByTwoRequired() as fact:
            _compare_rule(event, fact, ledger.roster(), findings)
        case ro.RosterOpened() | ro.RoleGranted() | ro.RoleRevoked() as fact:
            why = _fault(fact, ledger.roster())
            findings.expect(event.position, f"roster, {fact.TOPIC}", "", "" if not why else f"nothing: {why}", "")


def _compare_publication(event: Event, fact: TermsPublished, ledger: Ledger, findings: Findings) -> None:
    """A version that follows, in the same currency, of a measure that is not closed; and the consent of another."""
    measure, roster = ledger.measure(fact.terms.measure_code), ledger.roster()
    subject, at = f"publication of Terms of {fact.terms.measure_code}", event.position
    findings.expect(at, subject, "aggregate_id", str(measure.id), str(event.originator_id))
    findings.expect(at, subject, "version", measure.terms_version + 1, fact.version)
    if measure.versions:
        findings.expect(at, subject, "currency", measure.terms.currency, fact.terms.currency)
        findings.expect(at, subject, "closed", False, measure.held == "closed")
    consent = roster.consents.get(fact.terms.measure_code)
    second = ""
    if consent is not None and consent.principal != fact.act.principal:
        these = (fact.version, terms_digest(fact.terms))
        second = consent.principal if (consent.version, consent.digest) == these else ""
    if roster.terms_need_two and not second:
        findings.add(
            at, subject, "second", "another's consent to these Terms as this version", fact.act.second or "none"
        )
        return
    findings.expect(at, subject, "second", second, fact.act.second)


def _compare_rule(
    event: Event, fact: ro.TermsByTwoProposed | ro.TermsByTwoRequired, roster: Roster, findings: Findings
) -> None:
    """Proposed once, by one; made by another; and nothing to make where it is made."""
    subject, at = "the rule that Terms need two", event.position
    proposed_by = roster.terms_by_two_proposed_by
    findings.expect(at, subject, "stood", False, roster.terms_need_two)
    if isinstance(fact, ro.TermsByTwoProposed):
        findings.expect(at, subject, "proposed_by", "", proposed_by)
        return
    another = proposed_by if proposed_by != fact.act.principal else ""
    if another:
        findings.expect(at, subject, "second", another, fact.act.second)
    else:
        findings.add(at, subject, "second", "another's proposal of it", fact.act.second or "none")


def _fault(fact: ro.RosterOpened | ro.RoleGranted | ro.RoleRevoked, roster: Roster) -> str:
    """Why a change of the roster may not be; empty if it may."""
    if isinstance(fact, ro.RosterOpened):
        few = len(set(fact.administrators)) < (2 if fact.terms_need_two else 1)
        return "it is open already" if roster.opened else "the administrators are too few" if few else ""
    if not roster.opened:
        return "the roster is not open"
    if isinstance(fact, ro.RoleRevoked):
        return _fault_of_revocation(fact, roster)
    if fact.holder == fact.act.principal:
        return f"{fact.holder} grants a role to themselves"
    meeting = [grant for grant in roster.grants.get(fact.holder, ()) if _meet(grant, fact.act.effective_on, fact.until)]
    if any((grant.role, grant.department) == (fact.role, fact.department) for grant in meeting):
        return f"{fact.holder} holds this role at that time already"
    if any("auditor" in {grant.role, fact.role} for grant in meeting if grant.role != fact.role):
        return f"{fact.holder} would audit and hold another role"
    return ""


def _fault_of_revocation(fact: ro.RoleRevoked, roster: Roster) -> str:
    on = fact.act.effective_on
    held = roster.matching(fact.holder, fact.role, fact.department)
    if not any(grant.reaches(max(on, grant.since)) for grant in held):
        return f"{fact.holder} does not hold this role on {on} or later"
    left = [grant for grant in roster.every_grant() if grant.role == "administrator" and grant.holder != fact.holder]
    if fact.role == "administrator" and not any(grant.open_ended and grant.since <= on for grant in left):
        return "no administrator would be left"
    return ""


def _meet(grant: RoleGrant, since: date, until: date | None) -> bool:
    """Is there a day on which both are in force?"""
    first = max(grant.since, since)
    return (until is None or first <= until) and grant.reaches(first)
