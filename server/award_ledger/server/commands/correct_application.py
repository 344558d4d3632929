"""Correct what an application says, its day, or where its money goes."""

from msgspec import structs

from award_ledger.domain.application import Application
from award_ledger.domain.award import Award
from award_ledger.domain.award_refusals import ApplicationNotOpen, AwardState
from award_ledger.domain.corrections import (
    ApplicationCorrected,
    ApplicationDateCorrected,
    EntryCorrected,
    PayeeCorrected,
    PayeeCorrectionProposed,
)
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Act, Event
from award_ledger.domain.identity import award_id
from award_ledger.domain.money import not_negative, positive
from award_ledger.domain.refusals import OutsideValidity, PersonalDataNotHeld, SecondPersonRequired, invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import application_of, open_application, published, terms_of
from award_ledger.server.commands.right import Right, RightApplication, RightDate, RightPayee
from award_ledger.server.commands.submit_application import check_shape


def corrected_application(entry: Event, right: Right, ledger: WorkingSet, act: Act, reason: str) -> EntryCorrected:
    """Raises InvalidFields, or what the state of the application refuses."""
    enterprise: Enterprise = ledger.enterprise(entry.originator_id)
    match right:
        case RightApplication():
            return _said(enterprise, entry, right, ledger, act, reason)
        case RightDate():
            return _dated(enterprise, entry, right, ledger, act, reason)
        case RightPayee():
            return _paid_to(enterprise, entry, right, act, reason)
        case _:
            raise invalid_field("right", f"must be an application, its date or its payee for {entry.fact.TOPIC}")


def _said(
    enterprise: Enterprise, entry: Event, right: RightApplication, ledger: WorkingSet, act: Act, reason: str
) -> ApplicationCorrected:
    """While it is open: a decision was made on what it said."""
    check_shape(right.facts, right.evidence, "application.")
    application = open_application(enterprise, entry.fact.application_id)
    if published(ledger, application.measure).terms.moves_money:
        positive(right.asked_minor)
    if right == RightApplication(application.asked_minor, application.facts, application.evidence):
        raise invalid_field("application", "is what the entry says already")
    return ApplicationCorrected(
        act=act,
        corrects=entry.position,
        reason=reason,
        application_id=application.application_id,
        measure=application.measure,
        asked_minor=not_negative(right.asked_minor),
        facts=right.facts,
        evidence=right.evidence,
    )


def _dated(
    enterprise: Enterprise, entry: Event, right: RightDate, ledger: WorkingSet, act: Act, reason: str
) -> ApplicationDateCorrected:
    """Open, or approved under Terms that the right day satisfies as well."""
    application, award = _undecided_or_approved(enterprise, entry)
    if right.applied_on == application.applied_on:
        raise invalid_field("application_date", "is what the entry says already")
    if award is not None and not award.void:
        validity = terms_of(ledger, award).validity
        inside = validity.valid_from <= right.applied_on <= validity.valid_to
        if validity.tested == "application" and not inside:
            raise OutsideValidity(
                right.applied_on.isoformat(), validity.valid_from.isoformat(), validity.valid_to.isoformat()
            )
    return ApplicationDateCorrected(
        act=act,
        corrects=entry.position,
        reason=reason,
        application_id=application.application_id,
        measure=application.measure,
        applied_on=right.applied_on,
        stood=application.applied_on,
    )


def _paid_to(
    enterprise: Enterprise, entry: Event, right: RightPayee, act: Act, reason: str
) -> PayeeCorrected | PayeeCorrectionProposed:
    """The first names the payee; another who names the same completes it. Another payee is proposed anew."""
    application, award = _undecided_or_approved(enterprise, entry)
    held = application.personal_data.get("payee")
    if held is not None and held.erased_at:
        raise PersonalDataNotHeld(str(application.application_id), "payee", held.erased_at)
    if award is not None:
        _check_unpaid(award)
    if right.stands:
        raise invalid_field("payee", "is what the entry says already")
    proposed_at = application.payee_proposed_at
    if not proposed_at or right.confirms != proposed_at:
        return PayeeCorrectionProposed(
            act=act,
            corrects=entry.position,
            reason=reason,
            application_id=application.application_id,
            measure=application.measure,
            payee=right.payee,
        )
    if application.payee_proposed_by == act.principal:
        raise SecondPersonRequired(act.principal, "a correction of the payee")
    return PayeeCorrected(
        act=structs.replace(act, second=application.payee_proposed_by),
        corrects=entry.position,
        reason=reason,
        application_id=application.application_id,
        measure=application.measure,
        payee=right.payee,
        proposed_at=proposed_at,
    )


def _undecided_or_approved(enterprise: Enterprise, entry: Event) -> tuple[Application, Award | None]:
    """Raises ApplicationNotOpen for one that was withdrawn or refused."""
    application = application_of(enterprise, entry.fact.application_id)
    if application.status not in ("open", "approved"):
        raise ApplicationNotOpen(str(application.application_id), application.status)
    return application, enterprise.awards.get(award_id(application.application_id))


def _check_unpaid(award: Award) -> None:
    """Raises AwardState while money is with the payee that stands, or going there.

    An attempt that was rejected paid nobody, and what came back in full is not with them any more.
    """
    if award.under_way:
        raise AwardState(str(award.award_id), "an attempt to pay is under way")
    if award.paid_minor:
        raise AwardState(str(award.award_id), f"{award.paid_minor} of it was paid to the payee that stands")
