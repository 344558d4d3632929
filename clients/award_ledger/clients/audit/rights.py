"""Did whoever acted hold the right to, by the roster of the log itself? Asked anew, of the first fact of every act.

Nothing is asked before the roster is opened, since until then nobody holds a role. Which role records what is written
down here once more, fact by fact, so that a server which asked too little is seen.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from award_ledger.clients.audit.differences import Findings
from award_ledger.clients.audit.roster_acts import compare_roster_act
from award_ledger.domain import bank_events as be
from award_ledger.domain import corrections as co
from award_ledger.domain import events as ev
from award_ledger.domain import objection as ob
from award_ledger.domain import personal_data as pd
from award_ledger.domain import policy_events as po
from award_ledger.domain import roster_events as ro
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Event, Fact
from award_ledger.domain.measure import Measure
from award_ledger.domain.refusals import Denied
from award_ledger.domain.rights import Authority, Rule
from award_ledger.domain.working_set import KINDS, Ledger

_OFFICER = Rule(leading=frozenset({"officer"}))
_FINANCE = Rule(leading=frozenset({"finance"}))
_REGISTERING = Rule(anywhere=frozenset({"officer"}))
_FUNDING = Rule(anywhere=frozenset({"finance"}))
_ADMINISTRATOR = Rule(anywhere=frozenset({"administrator"}))
_STATUS = Rule(anywhere=frozenset({"administrator"}), leading=frozenset({"officer"}))
_OFFICER_OR_FINANCE = Rule(leading=frozenset({"officer", "finance"}))
_KNOWS_THE_CASE = Rule(leading=frozenset({"officer", "reviewer"}))

RULES: dict[type[Fact], Rule] = {
    ev.ApplicationReviewed: Rule(leading=frozenset({"reviewer"})),
    ob.ObjectionRaised: Rule(anywhere=frozenset({"officer", "reviewer"})),
    ob.ObjectionAnswered: _KNOWS_THE_CASE,
    pd.PersonalDataErasureProposed: _KNOWS_THE_CASE,
    pd.PersonalDataErased: _KNOWS_THE_CASE,
    ev.ClawbackWriteOffProposed: _OFFICER_OR_FINANCE,
    ev.ClawbackWrittenOff: _OFFICER_OR_FINANCE,
    **dict.fromkeys(
        (
            *(ev.ApplicationSubmitted, ev.ApplicationWithdrawn, ev.ApplicationRefused, ev.ApprovalRefused),
            *(ev.AwardApproved, po.ProRataDecided, ev.StageResultRecorded, ev.AwardRevoked),
            *(ev.ClawbackOrdered, ev.ClawbackCancelled),
            *(co.NameCorrected, co.ApplicationCorrected, co.ApplicationDateCorrected),
            *(co.PayeeCorrectionProposed, co.PayeeCorrected, co.AwardCorrectionProposed, co.AwardCorrected),
            *(co.StageResultCorrected, co.RevocationCorrected),
        ),
        _OFFICER,
    ),
    **dict.fromkeys(
        (
            *(ev.PaymentInstructed, ev.PaymentSettled, ev.PaymentRejected, ev.PaymentReturned),
            *(ev.PaymentReturnedAndCancelled, ev.ClawbackReceived, ev.ClawbackSetOff),
            *(co.PaymentCorrected, co.ClawbackCorrected, co.SetOffCorrected, co.AppropriationCorrected),
        ),
        _FINANCE,
    ),
    **dict.fromkeys(
        (
            *(ev.EnterpriseRegistered, ev.EnterpriseRenamed, ev.EnterpriseBarred, ev.EnterpriseReinstated),
            *(ev.EnterpriseLinked, ev.EnterpriseUnlinked),
        ),
        _REGISTERING,
    ),
    **dict.fromkeys((*be.BANK_EVENTS, po.FundCreated, po.AppropriationChanged, po.FundYearClosed), _FUNDING),
    be.PaymentRejectionProposed: _FINANCE,
    **dict.fromkeys((po.MeasureSuspended, po.MeasureReopened, po.MeasureClosed), _STATUS),
    **dict.fromkeys(
        (
            *(po.TermsPublished, po.LogKeysRotated, ro.TermsReviewed, ro.RoleGranted, ro.RoleRevoked),
            *(ro.TermsByTwoProposed, ro.TermsByTwoRequired),
        ),
        _ADMINISTRATOR,
    ),
}
"""Who may record a fact as the first of an act. No act begins with the adoption of an award, and none of those that
people call opens the roster."""

_ENTRIES_OF_OFFICERS = frozenset({"order", "write_off"})
"""What is corrected about a clawback by those who may record it: no money moved."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATES_OF_LAW = ZoneInfo("Asia/Shanghai")


class Rights:
    """Takes the events of a log in order, each before it is folded."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._request: tuple[str, UUID] | None = None

    def before(self, event: Event, ledger: Ledger, recorded_at_us: int) -> None:
        """Asks what the decision asked: the rule, on the day of recording, of the roster as it stood right before."""
        act = event.fact.act
        request = (act.principal, act.request_id)
        first, self._request = request != self._request, request
        compare_roster_act(event, ledger, self._findings)
        rule = _rule_of(event.fact)
        if not first or rule is None or not (roster := ledger.roster()).opened:
            return
        authority = Authority(event.fact.TOPIC, rule)
        measures = _measures_of(event, ledger) if rule.leading else []
        self._findings.values += 1
        try:
            authority.require(roster, act.principal, measures, _day_of_law(recorded_at_us))
        except Denied as denied:
            self._findings.add(event.position, f"act of {act.principal}", "right", denied, "it was recorded")


def _rule_of(fact: Fact) -> Rule | None:
    if isinstance(fact, co.ClawbackCorrected) and fact.entry in _ENTRIES_OF_OFFICERS:
        return _OFFICER
    return RULES.get(type(fact))


def _measures_of(event: Event, ledger: Ledger) -> list[Measure]:
    """The published measures that a fact is about: its own, or those of the application and the award it names."""
    fact, kind = event.fact, KINDS[event.fact.TOPIC.partition(".")[0]]
    if kind is Measure:
        return _published(ledger.find(Measure, event.originator_id))
    if kind is not Enterprise:
        return []
    if hasattr(fact, "measure") and not isinstance(fact, ev.ClawbackSetOff):
        return _published(ledger.measure(fact.measure))
    enterprise = ledger.find(Enterprise, event.originator_id)
    # By a set-off finance pays: the award that is paid says who leads.
    award_id = getattr(fact, "paid_award_id", getattr(fact, "award_id", enterprise.id))
    application_id = getattr(fact, "application_id", enterprise.id)
    cases = (enterprise.applications.get(application_id), enterprise.awards.get(award_id))
    return [measure for case in cases if case is not None for measure in _published(ledger.measure(case.measure))]


def _published(measure: Measure) -> list[Measure]:
    return [measure] if measure.versions else []


def _day_of_law(recorded_at_us: int) -> date:
    return (_EPOCH + timedelta(microseconds=recorded_at_us)).astimezone(_DATES_OF_LAW).date()
