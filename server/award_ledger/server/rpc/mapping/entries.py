"""Entries: an event in words that all kinds share, so that one table holds decisions, payments and corrections alike.

Facts name the same thing by the same name; what a kind has under a name of its own is listed here.
"""

from collections.abc import Callable
from typing import Any

from award_ledger.domain.assessment import Assessment, Check
from award_ledger.domain.award import Award
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import ApplicationReviewed, AwardRevoked, StageResultRecorded
from award_ledger.domain.fact import OverrideTaken
from award_ledger.domain.terms import Instrument, Terms
from award_ledger.server.rpc.mapping.assessments import check_message
from award_ledger.server.rpc.mapping.awards import number_message
from award_ledger.v1 import awards_pb2, common_pb2, inquiries_pb2, terms_pb2

Telling = Callable[[Check, Assessment], bool]
"""Which checks of a calculation an answer shows."""

_AMOUNTS = ("amount_minor", "granted_minor", "up_to_minor", "appropriated_minor", "change_minor", "counted_minor")
_DETAILS = ("result", "said", "outcome", "ground", "kind", "name", "group", "holder")
_REFERENCES = ("bank_reference", "document", "file_reference", "end_to_end_id")


def decisive(check: Check, assessment: Assessment) -> bool:
    """The checks that made the decision what it is: they refuse, cut or bind, or two people passed them."""
    return check.refuses or check.verdict in ("cut", "overridden") or check.id in assessment.binding


def overrides_of(fact: Any) -> tuple[OverrideTaken, ...]:
    """The checks that a fact passes, or is to pass, by two people."""
    if isinstance(fact, ApplicationReviewed):
        return tuple(OverrideTaken(check_id=check, reason=fact.reason) for check in fact.overrides)
    if hasattr(fact, "overrides"):
        taken: tuple[OverrideTaken, ...] = fact.overrides
        return taken
    assessment: Assessment | None = getattr(fact, "assessment", None)
    checks = assessment.checks if assessment is not None else ()
    reason = getattr(fact, "reason", "")
    return tuple(OverrideTaken(check_id=check.id, reason=reason) for check in checks if check.verdict == "overridden")


def tell_fact(entry: inquiries_pb2.Entry, fact: Any) -> None:
    """What the fact says itself."""
    entry.topic, entry.effective_on = fact.TOPIC, fact.act.effective_on.isoformat()
    entry.principal, entry.second_principal = fact.act.principal, fact.act.second
    amount = _amount(fact)
    if amount is not None:
        entry.amount_minor = amount
    assessment: Assessment | None = getattr(fact, "assessment", None)
    asked = getattr(fact, "asked_minor", assessment.asked_minor if assessment is not None else None)
    if asked is not None:
        entry.asked_minor = asked
    if hasattr(fact, "stood_minor"):
        entry.stood_minor = fact.stood_minor
    for name in ("instalment", "attempt", "clawback", "objection", "decided_rate"):
        setattr(entry, name, getattr(fact, name, type(getattr(entry, name))()))
    entry.detail = _first_text(fact, _DETAILS)
    entry.reference = _first_text(fact, _REFERENCES) or str(getattr(fact, "paid_award_id", ""))
    entry.reason = _first_text(fact, ("reason", "subject"))
    entry.evidence.extend(
        common_pb2.Evidence(kind=ref.kind, reference=ref.reference) for ref in getattr(fact, "evidence", ())
    )
    entry.overrides.extend(
        awards_pb2.Override(check_id=taken.check_id, reason=taken.reason) for taken in overrides_of(fact)
    )


def _amount(fact: Any) -> int | None:
    if isinstance(fact, StageResultRecorded | AwardRevoked):
        return int(getattr(fact, "clawback_minor", 0) or fact.cancelled_minor)
    return next((getattr(fact, name) for name in _AMOUNTS if hasattr(fact, name)), None)


def _first_text(fact: Any, names: tuple[str, ...]) -> str:
    """The first of these members that is a text and not empty."""
    values = (getattr(fact, name, "") for name in names)
    return next((value for value in values if isinstance(value, str) and value), "")


def tell_enterprise(entry: inquiries_pb2.Entry, enterprise: Enterprise, award: Award | None, application: Any) -> None:
    """Whose it is, and of which application and award."""
    entry.enterprise.CopyFrom(number_message(enterprise))
    entry.enterprise_name = enterprise.name
    if application is not None:
        entry.application_id, entry.application_number = str(application.application_id), application.number
    if award is not None:
        entry.award_id, entry.award_number = str(award.award_id), award.number


def tell_terms(entry: inquiries_pb2.Entry, fact: Any, version: int, terms: Terms, telling: Telling) -> None:
    """On which words it rests, and which checks decided."""
    entry.basis.terms_version = version
    entry.basis.instrument.CopyFrom(_instrument(terms.instrument))
    assessment: Assessment | None = getattr(fact, "assessment", None)
    if assessment is not None:
        entry.checks.extend(check_message(check, terms) for check in assessment.checks if telling(check, assessment))
        entry.binding.extend(assessment.binding)


def _instrument(instrument: Instrument) -> terms_pb2.Instrument:
    return terms_pb2.Instrument(
        document=instrument.document,
        title=instrument.title,
        article=instrument.article,
        quote=instrument.quote,
        dated=instrument.dated.isoformat() if instrument.dated else "",
        address=instrument.address,
    )
