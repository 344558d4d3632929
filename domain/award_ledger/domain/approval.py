"""Deciding an application: the one place where an assessment becomes an award or a recorded refusal."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from award_ledger.domain import identity
from award_ledger.domain.application import Application
from award_ledger.domain.assess import assess, consenting
from award_ledger.domain.assessment import Assessment
from award_ledger.domain.case import Case, Usage, case_of, claims_of, usage_of
from award_ledger.domain.eligibility import upgraded
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import ApprovalRefused, AwardApproved
from award_ledger.domain.fact import Act, ClaimRef, InstalmentOwed, OverrideTaken
from award_ledger.domain.measure import Measure
from award_ledger.domain.money import positive
from award_ledger.domain.refusals import invalid_field
from award_ledger.domain.terms import Terms
from award_ledger.domain.working_set import WorkingSet


class PlannedInstalment(NamedTuple):
    """One part of a payment plan, minor units; no day: as soon as publicity ends."""

    amount_minor: int
    due_on: date | None = None


class Decided(NamedTuple):
    """What an officer decides. Neither amount nor rate: the amount asked."""

    amount_minor: int | None = None
    rate: str = ""
    overrides: tuple[OverrideTaken, ...] = ()
    instalments: tuple[PlannedInstalment, ...] = ()


def decide(
    enterprise: Enterprise,
    application: Application,
    measure: Measure,
    working_set: WorkingSet,
    act: Act,
    decided: Decided,
) -> AwardApproved | ApprovalRefused:
    """The award, or the refusal by the Terms in force, with its assessment.

    Raises AmountNotPositive if what is decided rounds down to nothing, InvalidFields for a plan of instalments
    that does not add up to what is granted.
    """
    terms, on = measure.terms, act.effective_on
    case = _decided_case(case_of(enterprise, application), act, decided)
    usage = usage_of(terms, case, enterprise, measure, working_set, on)
    assessment = assess(terms, case, usage, on, measure.terms_version)
    if not assessment.accepted:
        return ApprovalRefused(
            act=act,
            application_id=application.application_id,
            assessment=assessment,
            decided_rate=decided.rate,
            overrides=decided.overrides,
        )
    if terms.moves_money:
        # A rate of a small base, or an application from before the Terms named money.
        positive(assessment.granted_minor)
    claims = claims_of(terms, case, enterprise, on, measure.keys_of_others())
    return _award(application, terms, case, usage, assessment, act, decided, claims)


def assessment_of(
    enterprise: Enterprise,
    application: Application,
    measure: Measure,
    working_set: WorkingSet,
    on: date,
) -> Assessment:
    """How the application stands on a day, nothing being decided."""
    case = case_of(enterprise, application)
    usage = usage_of(measure.terms, case, enterprise, measure, working_set, on)
    return assess(measure.terms, case, usage, on, measure.terms_version)


def headroom(
    enterprise: Enterprise, facts: dict[str, str], measure: Measure, working_set: WorkingSet, on: date
) -> Assessment:
    """What the enterprise could still get on a day, and what binds."""
    case = Case(enterprise=f"{enterprise.scheme}:{enterprise.number}", enterprise_id=enterprise.id, facts=facts)
    usage = usage_of(measure.terms, case, enterprise, measure, working_set, on)
    return assess(measure.terms, case, usage, on, measure.terms_version)


def _decided_case(case: Case, act: Act, decided: Decided) -> Case:
    return msgspec.structs.replace(
        case,
        principal=act.principal,
        asked_minor=case.asked_minor if decided.amount_minor is None else decided.amount_minor,
        decided_rate=decided.rate,
        overrides=frozenset(override.check_id for override in decided.overrides),
    )


def _award(
    application: Application,
    terms: Terms,
    case: Case,
    usage: Usage,
    assessment: Assessment,
    act: Act,
    decided: Decided,
    claims: tuple[ClaimRef, ...],
) -> AwardApproved:
    taken = {check.id for check in assessment.checks if check.verdict == "overridden"}
    needs_two = bool(taken) or terms.second_person
    granted = assessment.granted_minor
    lower = upgraded(terms, case, usage)
    return AwardApproved(
        act=msgspec.structs.replace(act, second=consenting(case, granted, taken)) if needs_two else act,
        award_id=identity.award_id(application.application_id),
        application_id=application.application_id,
        measure=terms.measure_code,
        terms_version=assessment.terms_version,
        amount_minor=granted,
        instalments=_instalments(terms, granted, act.effective_on, decided.instalments),
        assessment=assessment,
        fund=usage.fund_code if usage.fund is not None and granted else "",
        decided_rate=decided.rate,
        claims=claims,
        overrides=tuple(override for override in decided.overrides if override.check_id in taken),
        upgrades=lower.award_id if lower else None,
    )


def _instalments(
    terms: Terms, granted: int, decided_on: date, plan: Sequence[PlannedInstalment]
) -> tuple[InstalmentOwed, ...]:
    payable_on = decided_on + timedelta(days=terms.publicity_days)
    staged = terms.staged()
    if staged is not None:
        if plan:
            raise invalid_field("instalments", "the Terms pay in stages; leave the plan out")
        parts, rest = [], granted
        for index, stage in enumerate(staged.stages):
            amount = min(rest, stage.ceiling_minor)
            rest -= amount
            if amount:
                parts.append(
                    InstalmentOwed(amount_minor=amount, due_on=payable_on, stage=stage.name, waiting=index > 0)
                )
        return tuple(parts)
    if not plan:
        return (InstalmentOwed(amount_minor=granted, due_on=payable_on),) if granted else ()
    total = sum(part.amount_minor for part in plan)
    if total != granted:
        raise invalid_field("instalments", f"the parts add up to {total}, but {granted} is granted")
    return tuple(
        InstalmentOwed(amount_minor=part.amount_minor, due_on=max(part.due_on or payable_on, payable_on))
        for part in plan
    )
