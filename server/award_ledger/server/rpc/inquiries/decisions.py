"""Overrides, an officer's decisions, decisions that name a limit, and refusals: what to seek, and what answers."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from award_ledger.domain import events as ev
from award_ledger.domain.assessment import Assessment, Check
from award_ledger.domain.bank_events import (
    LineMatchProposed,
    LinesMatched,
    LineUnmatched,
    LineUnmatchProposed,
    PaymentRunApprovalProposed,
    PaymentRunApproved,
    PaymentRunCancelled,
)
from award_ledger.domain.corrections import CORRECTIONS, AwardCorrected
from award_ledger.domain.fact import Fact
from award_ledger.domain.objection import ObjectionAnswered
from award_ledger.domain.personal_data import PersonalDataErased, PersonalDataErasureProposed
from award_ledger.domain.policy_events import (
    AppropriationChanged,
    FundCreated,
    FundYearClosed,
    LogKeysRotated,
    MeasureClosed,
    MeasureReopened,
    MeasureSuspended,
    ProRataDecided,
    TermsPublished,
)
from award_ledger.domain.refusals import invalid_field
from award_ledger.domain.roster_events import ROSTER_EVENTS
from award_ledger.server.identity.people import canonical
from award_ledger.server.rpc.fields import chosen
from award_ledger.server.rpc.inquiries.selecting import named
from award_ledger.server.rpc.mapping.entries import Telling, decisive, overrides_of
from award_ledger.server.rpc.scanning import Sought
from award_ledger.v1 import common_pb2
from award_ledger.v1 import inquiries_pb2 as pb

DECIDING: tuple[type[Fact], ...] = (
    ev.EnterpriseBarred,
    ev.EnterpriseReinstated,
    ev.EnterpriseLinked,
    ev.EnterpriseUnlinked,
    ev.ApplicationReviewed,
    ev.ApplicationRefused,
    ev.ApprovalRefused,
    ev.AwardApproved,
    ev.StageResultRecorded,
    ev.AwardRevoked,
    ev.PaymentInstructed,
    ObjectionAnswered,
    ev.ClawbackOrdered,
    ev.ClawbackSetOff,
    ev.ClawbackWriteOffProposed,
    ev.ClawbackWrittenOff,
    ev.ClawbackCancelled,
    TermsPublished,
    ProRataDecided,
    MeasureSuspended,
    MeasureReopened,
    MeasureClosed,
    FundCreated,
    AppropriationChanged,
    *CORRECTIONS,
    LogKeysRotated,
    FundYearClosed,
    PersonalDataErasureProposed,
    PersonalDataErased,
    PaymentRunApprovalProposed,
    PaymentRunApproved,
    PaymentRunCancelled,
    LineMatchProposed,
    LinesMatched,
    LineUnmatchProposed,
    LineUnmatched,
    *ROSTER_EVENTS,
)
"""Facts by which somebody decides something. The others record what an applicant, a bank or a critic did, or follow
from a decision that has a fact of its own."""


class Question(NamedTuple):
    """What to seek, which facts answer, and which of their checks are shown.

    `in_measures`: all that answers is among the events of its measure.
    """

    sought: Sought
    matches: Callable[[Any], bool]
    telling: Telling = decisive
    in_measures: bool = True


def overrides(request: pb.ListOverridesRequest) -> Question:
    """Every override; of one check, or only those that took effect."""
    kinds: tuple[type[Fact], ...] = (ev.AwardApproved, AwardCorrected)
    if not request.taken_only:
        kinds += (ev.ApplicationReviewed, ev.ApprovalRefused)
    meant = named(request.check)

    def matches(fact: Any) -> bool:
        taken = overrides_of(fact)
        return any(meant(override.check_id) for override in taken) if request.check else bool(taken)

    return Question(Sought(_topics(kinds), (b'"overrides":[', b'"verdict":"overridden"')), matches)


def officer(request: pb.ListOfficerDecisionsRequest) -> Question:
    """What one person decided, or did. Raises InvalidFields."""
    person = canonical(request.principal)
    if not person:
        raise invalid_field("principal", "must not be empty")

    def matches(fact: Any) -> bool:
        return person in (fact.act.principal, fact.act.second)

    kinds = ev.ALL_EVENTS if request.all_acts else DECIDING
    return Question(Sought(_topics(kinds), (msgspec.json.encode(person),)), matches, in_measures=False)


def limit(request: pb.ListLimitDecisionsRequest) -> Question:
    """Decisions whose calculation has a check. Raises InvalidFields."""
    meant, verdict = (
        named(_check_name(request.check)),
        chosen(common_pb2.Verdict.DESCRIPTOR, request.verdict, "verdict"),
    )

    def telling(check: Check, assessment: Assessment) -> bool:
        bound = check.id in assessment.binding or not request.binding_only
        return meant(check.id) and bound and verdict in ("", check.verdict)

    def matches(fact: Any) -> bool:
        assessment: Assessment | None = getattr(fact, "assessment", None)
        return assessment is not None and any(telling(check, assessment) for check in assessment.checks)

    kinds = (ev.AwardApproved, ev.ApprovalRefused, ev.ApplicationRefused, AwardCorrected)
    return Question(Sought(_topics(kinds), (_naming(request.check),)), matches, telling)


def refusals(request: pb.ListRefusalsRequest) -> Question:
    """Refusals of the Terms and of departments; or only those against which a check stood."""
    meant = named(request.check)

    def matches(fact: Any) -> bool:
        return any(check.refuses and meant(check.id) for check in fact.assessment.checks)

    sought = Sought(_topics((ev.ApplicationRefused, ev.ApprovalRefused)), (_naming(request.check),))
    return Question(sought, matches) if request.check else Question(Sought(sought.topics), lambda _: True)


def _topics(kinds: tuple[type[Fact], ...]) -> tuple[str, ...]:
    return tuple(kind.TOPIC for kind in kinds)


def _check_name(check: str) -> str:
    if not check.strip():
        raise invalid_field("check", "must not be empty")
    return check


def _naming(check: str) -> bytes:
    """The stored words with which a check of this name, or kind, begins."""
    return b'"id":' + msgspec.json.encode(check)[:-1]
