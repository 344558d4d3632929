"""The same thing twice as plain mappings: as the replayed aggregate has it, and as the ledger answers.

Every amount, count, date and status that an answer shows. Fields have the same names on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from google.protobuf.descriptor import EnumDescriptor

from award_ledger.domain import award as award_domain
from award_ledger.domain import enterprise as enterprise_domain
from award_ledger.domain.application import Application
from award_ledger.domain.case import quota_pool
from award_ledger.domain.fund import Fund
from award_ledger.domain.identity import award_id, quota_claim_id
from award_ledger.domain.measure import Measure
from award_ledger.domain.objection import Objection
from award_ledger.domain.windows import used_within
from award_ledger.domain.working_set import Ledger
from award_ledger.v1 import (
    applications_pb2,
    awards_pb2,
    clawbacks_pb2,
    enterprises_pb2,
    funds_pb2,
    measures_pb2,
    objections_pb2,
    payments_pb2,
    terms_pb2,
)

Picture = dict[str, object]

_FUND = (
    "code",
    "fiscal_year",
    "currency",
    "appropriated_minor",
    "available_minor",
    "encumbered_minor",
    "expended_minor",
    "recovered_minor",
    "lapsed_minor",
)
_AWARD = ("number", "terms_version", "approved_minor", "cancelled_minor", "counted_minor", "paid_minor")
_AWARD_TEXT = ("decided_rate", "principal", "stage_result", "raise_proposed_by", "raise_proposed_minor")
_INSTALMENT = ("number", "amount_minor", "paid_minor", "set_off_minor", "stage")
_PAYMENT = (
    "attempt",
    "end_to_end_id",
    "amount_minor",
    "settled_minor",
    "returned_minor",
    "principal",
    "rejection_proposed_by",
)
_CLAWBACK = (
    "number",
    "ordered_minor",
    "received_minor",
    "written_off_minor",
    "outstanding_minor",
    "reason",
    "write_off_proposed_by",
    "write_off_proposed_minor",
)
_OBJECTION = ("number", "file_reference", "subject", "principal")
_ANSWER = ("reason", "principal")
_REVIEW = ("principal", "up_to_minor", "reason")
_QUOTA = ("pool", "count", "used", "floor", "hard")


def of_fund(fund: Fund) -> Picture:
    """A fund as replayed."""
    return {**_picked(fund, _FUND), "name": [fund.name.zh, fund.name.en], "etag": str(fund.version)}


def of_answered_fund(fund: funds_pb2.Fund) -> Picture:
    """A fund as answered."""
    return {**_picked(fund, _FUND), "name": [fund.name.zh, fund.name.en], "etag": fund.etag}


def of_measure(ledger: Ledger, measure: Measure, on: date) -> Picture:
    """A measure as replayed; the use of its quotas is that of the windows around a day of law."""
    quotas = []
    for quota in measure.terms.quotas:
        pool = quota_pool(quota, measure.terms)
        used = used_within(quota.window, ledger.claim(quota_claim_id(pool)).places(), on)
        quotas.append({"pool": pool, "count": quota.count, "used": used, "floor": quota.floor, "hard": quota.hard})
    years = {str(year): [totals.awards, totals.approved_minor] for year, totals in measure.years.items()}
    return {
        "code": measure.code,
        "status": measure.status,
        "terms_version": measure.terms_version,
        "years": years,
        "quotas": quotas,
        "etag": str(measure.version),
    }


def of_answered_measure(measure: measures_pb2.Measure) -> Picture:
    """A measure as answered."""
    return {
        "code": measure.code,
        "status": _word(measures_pb2.MeasureStatus.DESCRIPTOR, measure.status),
        "terms_version": measure.terms_version,
        "years": {str(year.year): [year.awards, year.approved_minor] for year in measure.years},
        "quotas": [_picked(quota, _QUOTA) for quota in measure.quotas],
        "etag": measure.etag,
    }


def of_enterprise(ledger: Ledger, enterprise: enterprise_domain.Enterprise) -> Picture:
    """An enterprise as replayed, with everything that belongs to it."""
    return {
        "number": f"{enterprise.scheme}:{enterprise.number}",
        "name": enterprise.name,
        "former_names": list(enterprise.former_names),
        "status": "barred" if enterprise.barred else "active",
        "group": enterprise.group,
        "applications": {str(a.application_id): _application(a) for a in enterprise.applications.values()},
        "awards": {str(a.award_id): _award(ledger, a) for a in enterprise.awards.values()},
        "etag": str(enterprise.version),
    }


def of_answered_enterprise(enterprise: enterprises_pb2.Enterprise) -> Picture:
    """An enterprise as answered."""
    return {
        "number": f"{enterprise.number.scheme}:{enterprise.number.number}",
        "name": enterprise.name,
        "former_names": list(enterprise.former_names),
        "status": _word(enterprises_pb2.EnterpriseStatus.DESCRIPTOR, enterprise.status),
        "group": enterprise.group,
        "applications": {a.application_id: _answered_application(a) for a in enterprise.applications},
        "awards": {a.award_id: _answered_award(a) for a in enterprise.awards},
        "etag": enterprise.etag,
    }


def _application(application: Application) -> Picture:
    approved = application.status == "approved"
    return {
        **_asked(application),
        "measure": application.measure,
        "applied_on": application.applied_on.isoformat(),
        "status": application.status,
        "award_id": str(award_id(application.application_id)) if approved else "",
        "personal_data": {
            subject: [list(held.paths), held.proposal.principal if held.proposal else "", held.erased_at]
            for subject, held in application.personal_data.items()
        },
    }


def _answered_application(application: applications_pb2.Application) -> Picture:
    subjects = applications_pb2.PersonalDataSubject.DESCRIPTOR
    return {
        **_asked(application),
        "measure": application.measure_code,
        "applied_on": application.applied_on,
        "status": _word(applications_pb2.ApplicationStatus.DESCRIPTOR, application.status),
        "award_id": application.award_id,
        "personal_data": {
            _word(subjects, held.subject): [list(held.paths), held.erasure_proposed_by, held.erased_at]
            for held in application.personal_data
        },
    }


def _asked(application: Application | applications_pb2.Application) -> Picture:
    return {
        **_picked(application, ("number", "asked_minor", "refused_approvals", "payee_proposed_by")),
        "facts": dict(application.facts),
        "evidence": [[ref.kind, ref.reference] for ref in application.evidence],
        "reviews": [{**_picked(said, _REVIEW), "overrides": list(said.overrides)} for said in application.reviews],
    }


def _award(ledger: Ledger, award: award_domain.Award) -> Picture:
    terms = ledger.measure(award.measure).versions[award.terms_version - 1]
    return {
        **_picked(award, _AWARD + _AWARD_TEXT),
        "measure": award.measure,
        "currency": terms.currency,
        "fund": award.fund,
        "status": award.status,
        "second": award.second,
        "decided_on": award.decided_on.isoformat(),
        "payable_on": (award.decided_on + timedelta(days=terms.publicity_days)).isoformat(),
        "overrides": [[taken.check_id, taken.reason] for taken in award.overrides],
        "instalments": [
            {
                **_picked(part, _INSTALMENT),
                "due_on": part.due_on.isoformat(),
                "status": part.state,
                "payments": [
                    {
                        **_picked(payment, _PAYMENT),
                        "status": payment.state,
                        "instructed_on": payment.instructed_on.isoformat(),
                    }
                    for payment in part.payments
                ],
            }
            for part in award.instalments
        ],
        "clawbacks": [
            {
                **_picked(clawback, _CLAWBACK),
                "ground": clawback.ground,
                "status": clawback.state,
                "ordered_on": clawback.ordered_on.isoformat(),
            }
            for clawback in award.clawbacks
        ],
        "objections": [_objection(objection) for objection in award.objections],
    }


def _objection(objection: Objection) -> Picture:
    return {
        **_picked(objection, _OBJECTION),
        "kind": objection.kind,
        "status": objection.state,
        "raised_on": objection.raised_on.isoformat(),
        "answers": [
            [*_picked(answer, _ANSWER).values(), answer.outcome, answer.answered_on.isoformat()]
            for answer in objection.answers
        ],
    }


def _answered_award(award: awards_pb2.Award) -> Picture:
    return {
        **_picked(award, _AWARD + _AWARD_TEXT),
        "measure": award.measure_code,
        "currency": award.currency,
        "fund": award.fund_code,
        "status": _word(awards_pb2.AwardStatus.DESCRIPTOR, award.status),
        "second": award.second_principal,
        "decided_on": award.decided_on,
        "payable_on": award.payable_on,
        "overrides": [[taken.check_id, taken.reason] for taken in award.overrides],
        "instalments": [
            {
                **_picked(part, _INSTALMENT),
                "due_on": part.due_on,
                "status": _word(payments_pb2.InstalmentStatus.DESCRIPTOR, part.status),
                "payments": [
                    {
                        **_picked(payment, _PAYMENT),
                        "status": _word(payments_pb2.PaymentStatus.DESCRIPTOR, payment.status),
                        "instructed_on": payment.instructed_on,
                    }
                    for payment in part.payments
                ],
            }
            for part in award.instalments
        ],
        "clawbacks": [
            {
                **_picked(clawback, _CLAWBACK),
                "ground": _word(terms_pb2.Ground.DESCRIPTOR, clawback.ground),
                "status": _word(clawbacks_pb2.ClawbackStatus.DESCRIPTOR, clawback.status),
                "ordered_on": clawback.ordered_on,
            }
            for clawback in award.clawbacks
        ],
        "objections": [_answered_objection(objection) for objection in award.objections],
    }


def _answered_objection(objection: objections_pb2.Objection) -> Picture:
    outcomes = objections_pb2.ObjectionOutcome.DESCRIPTOR
    return {
        **_picked(objection, _OBJECTION),
        "kind": _word(objections_pb2.ObjectionKind.DESCRIPTOR, objection.kind),
        "status": _word(objections_pb2.ObjectionStatus.DESCRIPTOR, objection.status),
        "raised_on": objection.raised_on,
        "answers": [
            [*_picked(answer, _ANSWER).values(), _word(outcomes, answer.outcome), answer.answered_on]
            for answer in objection.answers
        ],
    }


def _picked(thing: object, names: Iterable[str]) -> Picture:
    return {name: getattr(thing, name) for name in names}


def _word(kind: EnumDescriptor, number: int) -> str:
    """The value as the domain names it: `AWARD_STATUS_PAID` is `paid`; a number that nobody knows is itself."""
    known = kind.values_by_number.get(number)
    prefix = kind.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return known.name.removeprefix(prefix).lower() if known else str(number)
