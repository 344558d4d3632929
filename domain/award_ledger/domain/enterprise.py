"""Enterprise: a legal person with its applications and awards. Its stream holds every decision about it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, field

from award_ledger.domain import corrections as co
from award_ledger.domain import events as ev
from award_ledger.domain.application import Application, Review
from award_ledger.domain.award import Award, Instalment, Payment
from award_ledger.domain.bank_events import PaymentRejectionProposed
from award_ledger.domain.fact import Corrected, Event
from award_ledger.domain.objection import Objection, ObjectionAnswer, ObjectionAnswered, ObjectionRaised
from award_ledger.domain.personal_data import (
    ErasureProposal,
    PersonalDataErased,
    PersonalDataErasureProposed,
    told_by,
)
from award_ledger.domain.ruling import Ruling, with_more


class Enterprise(Struct):
    """A legal person. `group` is the group of linked enterprises it belongs to, if any.

    `named_at` are the positions at which the former names and the name were recorded; `corrected` holds, by position,
    what is right now about entries of money that were corrected.
    """

    id: UUID
    version: int = 0
    position: int = 0
    scheme: str = ""
    number: str = ""
    name: str = ""
    former_names: list[str] = field(default_factory=list)
    named_at: list[int] = field(default_factory=list)
    barred: bool = False
    memberships: list[tuple[date, str]] = field(default_factory=list)
    applications: dict[UUID, Application] = field(default_factory=dict)
    awards: dict[UUID, Award] = field(default_factory=dict)
    corrected: dict[int, Corrected] = field(default_factory=dict)

    @property
    def group(self) -> str:
        """The group recorded last; empty if none."""
        return self.memberships[-1][1] if self.memberships else ""

    def group_on(self, day: date) -> str:
        """The group to which it belongs on a day; empty if none."""
        return next((group for since, group in reversed(self.memberships) if since <= day), "")

    def apply(self, event: Event) -> None:
        """Folds one event of its stream; never checks a rule."""
        self.version = event.originator_version
        self.position = event.position
        _APPLY[type(event.fact)](self, event)

    def _registered(self, event: Event) -> None:
        fact: ev.EnterpriseRegistered = event.fact
        self.scheme, self.number, self.name = fact.scheme, fact.number, fact.name
        self.named_at.append(event.position)

    def _renamed(self, event: Event) -> None:
        self.former_names.append(self.name)
        self.name = event.fact.name
        self.named_at.append(event.position)

    def _barred(self, event: Event) -> None:
        self.barred = True

    def _reinstated(self, event: Event) -> None:
        self.barred = False

    def _linked(self, event: Event) -> None:
        self.memberships.append((event.fact.act.effective_on, event.fact.group))

    def _unlinked(self, event: Event) -> None:
        self.memberships.append((event.fact.act.effective_on, ""))

    def _submitted(self, event: Event) -> None:
        fact: ev.ApplicationSubmitted = event.fact
        self.applications[fact.application_id] = Application(
            fact.application_id,
            event.position,
            fact.measure,
            fact.asked_minor,
            fact.act.effective_on,
            fact.facts,
            fact.evidence,
            fact.payee,
            personal_data=told_by(event.position, fact.payee, fact.contact),
            payee_at=event.position,
        )

    def _erasure_proposed(self, event: Event) -> None:
        fact: PersonalDataErasureProposed = event.fact
        held = self.applications[fact.application_id].personal_data[fact.subject]
        held.proposal = ErasureProposal(fact.act.principal, fact.legal_basis)

    def _personal_data_erased(self, event: Event) -> None:
        held = self.applications[event.fact.application_id].personal_data[event.fact.subject]
        held.proposal, held.erased_at = None, held.erased_at or event.position

    def _withdrawn(self, event: Event) -> None:
        self.applications[event.fact.application_id].status = "withdrawn"

    def _reviewed(self, event: Event) -> None:
        fact: ev.ApplicationReviewed = event.fact
        review = Review(fact.act.principal, fact.up_to_minor, fact.overrides, fact.reason)
        self.applications[fact.application_id].reviews += (review,)

    def _refused(self, event: Event) -> None:
        self.applications[event.fact.application_id].status = "refused"

    def _approval_refused(self, event: Event) -> None:
        self.applications[event.fact.application_id].refused_approvals += 1

    def _approved(self, event: Event) -> None:
        fact: ev.AwardApproved = event.fact
        self.applications[fact.application_id].status = "approved"
        self.awards[fact.award_id] = Award(
            award_id=fact.award_id,
            number=event.position,
            measure=fact.measure,
            terms_version=fact.terms_version,
            application_id=fact.application_id,
            approved_minor=fact.amount_minor,
            counted_minor=fact.amount_minor,
            encumbered_minor=fact.amount_minor if fact.fund else 0,
            decided_on=fact.act.effective_on,
            principal=fact.act.principal,
            fund=fact.fund,
            decided_rate=fact.decided_rate,
            second=fact.act.second,
            overrides=fact.overrides,
            claims=fact.claims,
            upgrades=fact.upgrades,
            instalments=[
                Instalment(number, part.amount_minor, part.due_on, part.stage, part.waiting)
                for number, part in enumerate(fact.instalments, start=1)
            ],
        )

    def _adopted(self, event: Event) -> None:
        self.awards[event.fact.award_id].claims += event.fact.claims

    def _shrunk(self, fact: ev.AwardShrunk) -> Award:
        award = self.awards[fact.award_id]
        award.cancelled_minor += fact.cancelled_minor
        award.counted_minor -= fact.headroom_minor
        award.encumbered_minor -= fact.released_minor + fact.lapsed_minor
        award.expended_minor -= fact.refunded_minor
        award.holds_place = award.holds_place and not fact.frees_place
        award.freed_place = award.freed_place or fact.frees_place
        return award

    def _stage_result(self, event: Event) -> None:
        fact: ev.StageResultRecorded = event.fact
        award, on = self._shrunk(fact), fact.act.effective_on
        released, was_due_on = 0, None
        for instalment in award.instalments:
            if fact.released_stage and instalment.stage == fact.released_stage:
                released, was_due_on = instalment.number, instalment.due_on
                instalment.waiting, instalment.due_on = False, max(instalment.due_on, on)
        if fact.clawback_minor:
            award.order("breach", fact.clawback_minor, on, fact.result)
        ruling = _ruled(award, event, fact.result)
        order = len(award.clawbacks) if fact.clawback_minor else 0
        award.rule(msgspec.structs.replace(ruling, released=released, was_due_on=was_due_on, order=order))

    def _revoked(self, event: Event) -> None:
        award = self._shrunk(event.fact)
        award.rule(msgspec.structs.replace(_ruled(award, event, event.fact.ground), revokes=True))

    def _instructed(self, event: Event) -> None:
        fact: ev.PaymentInstructed = event.fact
        payment = Payment(
            fact.attempt,
            fact.end_to_end_id,
            fact.amount_minor,
            fact.act.effective_on,
            fact.act.principal,
            account=fact.account,
        )
        self.awards[fact.award_id].instalments[fact.instalment - 1].payments += (payment,)

    def _payment(
        self, fact: ev.PaymentSettled | PaymentRejectionProposed | ev.PaymentRejected | ev.PaymentReturned
    ) -> Payment:
        return self.awards[fact.award_id].instalments[fact.instalment - 1].payments[fact.attempt - 1]

    def _settled(self, event: Event) -> None:
        fact: ev.PaymentSettled = event.fact
        payment = self._payment(fact)
        payment.settled_minor += fact.amount_minor
        payment.rejection_proposed_by = ""
        award = self.awards[fact.award_id]
        award.encumbered_minor -= fact.expended_minor
        award.expended_minor += fact.expended_minor

    def _rejection_proposed(self, event: Event) -> None:
        self._payment(event.fact).rejection_proposed_by = event.fact.act.principal

    def _rejected(self, event: Event) -> None:
        payment = self._payment(event.fact)
        payment.failed, payment.rejection_proposed_by = True, ""

    def _returned(self, event: Event) -> None:
        fact: ev.PaymentReturned | ev.PaymentReturnedAndCancelled = event.fact
        award = self.awards[fact.award_id]
        award.come_back(fact.instalment, fact.attempt, fact.amount_minor, fact.encumbered_minor)

    def _returned_and_cancelled(self, event: Event) -> None:
        fact: ev.PaymentReturnedAndCancelled = event.fact
        self._returned(event)
        award = self._shrunk(fact)
        award.instalments[fact.instalment - 1].cancelled_minor += fact.cancelled_minor
        if award.ruling is not None:
            cancelled = [0] * (fact.instalment - 1) + [fact.cancelled_minor]
            award.rule(_more(award.ruling, fact, cancelled))

    def _objection_raised(self, event: Event) -> None:
        fact: ObjectionRaised = event.fact
        objection = Objection(
            fact.objection, fact.kind, fact.file_reference, fact.subject, fact.act.effective_on, fact.act.principal
        )
        self.awards[fact.award_id].objections += (objection,)

    def _objection_answered(self, event: Event) -> None:
        fact: ObjectionAnswered = event.fact
        answer = ObjectionAnswer(fact.outcome, fact.reason, fact.act.effective_on, fact.act.principal)
        self.awards[fact.award_id].objections[fact.objection - 1].answers.append(answer)

    def _clawback_ordered(self, event: Event) -> None:
        fact: ev.ClawbackOrdered = event.fact
        self.awards[fact.award_id].order(fact.ground, fact.amount_minor, fact.act.effective_on, fact.reason)

    def _clawback_received(self, event: Event) -> None:
        fact: ev.ClawbackReceived | ev.ClawbackSetOff = event.fact
        self._shrunk(fact).clawbacks[fact.clawback - 1].received_minor += fact.amount_minor

    def _set_off(self, event: Event) -> None:
        fact: ev.ClawbackSetOff = event.fact
        self.awards[fact.paid_award_id].set_off(fact.instalment, fact.amount_minor, fact.expended_minor)
        self._clawback_received(event)

    def _write_off_proposed(self, event: Event) -> None:
        fact: ev.ClawbackWriteOffProposed = event.fact
        clawback = self.awards[fact.award_id].clawbacks[fact.clawback - 1]
        clawback.write_off_proposed_by = fact.act.principal
        clawback.write_off_proposed_minor = fact.amount_minor

    def _written_off(self, event: Event) -> None:
        fact: ev.ClawbackWrittenOff = event.fact
        clawback = self.awards[fact.award_id].clawbacks[fact.clawback - 1]
        clawback.written_off_minor += fact.amount_minor
        clawback.write_off_proposed_by = ""
        clawback.write_off_proposed_minor = 0

    def _clawback_cancelled(self, event: Event) -> None:
        self.awards[event.fact.award_id].clawbacks[event.fact.clawback - 1].cancelled = True

    def _name_corrected(self, event: Event) -> None:
        fact: co.NameCorrected = event.fact
        index = self.named_at.index(fact.corrects)
        if index < len(self.former_names):
            self.former_names[index] = fact.name
        else:
            self.name = fact.name

    def _application_corrected(self, event: Event) -> None:
        fact: co.ApplicationCorrected = event.fact
        application = self.applications[fact.application_id]
        application.asked_minor, application.facts = fact.asked_minor, fact.facts
        application.evidence, application.reviews = fact.evidence, ()

    def _date_corrected(self, event: Event) -> None:
        fact: co.ApplicationDateCorrected = event.fact
        application = self.applications[fact.application_id]
        application.applied_on = fact.applied_on
        if application.status == "open":
            application.reviews = ()

    def _payee_proposed(self, event: Event) -> None:
        application = self._payee_told(event)
        application.payee_proposed_by, application.payee_proposed_at = event.fact.act.principal, event.position

    def _payee_corrected(self, event: Event) -> None:
        application = self._payee_told(event)
        application.payee, application.payee_at = event.fact.payee, event.position
        application.payee_proposed_by, application.payee_proposed_at = "", 0

    def _payee_told(self, event: Event) -> Application:
        application = self.applications[event.fact.application_id]
        held = application.personal_data.setdefault("payee", told_by(event.position, event.fact.payee)["payee"])
        if event.position not in held.entries:
            held.entries += (event.position,)
        return application

    def _entry_corrected(self, event: Event) -> Award:
        fact: co.AwardEntryCorrected = event.fact
        award = self.awards[fact.award_id]
        award.counted_minor += fact.counted_minor
        award.encumbered_minor += fact.encumbered_minor
        award.expended_minor += fact.expended_minor
        award.holds_place = bool(award.holds_place + fact.places)
        parts = {name: getattr(fact, name, 0) for name in ("moved_minor", "headroom_minor", "refunded_minor")}
        self.corrected[fact.corrects] = Corrected(by=event.position, amount_minor=fact.amount_minor, **parts)
        return award

    def _raise_proposed(self, event: Event) -> None:
        fact: co.AwardCorrectionProposed = event.fact
        award = self.awards[fact.award_id]
        award.raise_proposed_by, award.raise_proposed_minor = fact.act.principal, fact.amount_minor

    def _award_corrected(self, event: Event) -> None:
        fact: co.AwardCorrected = event.fact
        award = self._entry_corrected(event)
        award.approved_minor, award.void = fact.amount_minor, fact.void
        award.raise_proposed_by, award.raise_proposed_minor = "", 0
        if fact.assessment is not None:
            award.raised_by += tuple(who for who in (fact.act.principal, fact.act.second) if who)
        for instalment, part in zip(award.instalments, fact.instalments, strict=False):
            instalment.amount_minor = part.amount_minor
        first_new = len(award.instalments)
        award.instalments += [
            Instalment(number, part.amount_minor, part.due_on, part.stage, part.waiting)
            for number, part in enumerate(fact.instalments[first_new:], start=first_new + 1)
        ]

    def _payment_corrected(self, event: Event) -> None:
        fact: co.PaymentCorrected = event.fact
        award = self._entry_corrected(event)
        payment = award.instalments[fact.instalment - 1].payments[fact.attempt - 1]
        payment.superseded = fact.superseded
        if fact.entry == "settlement":
            payment.settled_minor += fact.change_minor
        else:
            payment.returned_minor += fact.change_minor
        if fact.restated is not None:
            award.restate(fact.restated)

    def _set_off_corrected(self, event: Event) -> None:
        fact: co.SetOffCorrected = event.fact
        self._entry_corrected(event).clawbacks[fact.clawback - 1].received_minor += fact.change_minor
        self.awards[fact.paid_award_id].set_off(fact.instalment, fact.change_minor, fact.paid_expended_minor)

    def _ruling_corrected(self, event: Event) -> None:
        self._entry_corrected(event).restate(event.fact.restated)

    def _clawback_corrected(self, event: Event) -> None:
        fact: co.ClawbackCorrected = event.fact
        clawback = self._entry_corrected(event).clawbacks[fact.clawback - 1]
        match fact.entry:
            case "order":
                clawback.ordered_minor += fact.change_minor
            case "receipt":
                clawback.received_minor += fact.change_minor
            case "write_off":
                clawback.written_off_minor += fact.change_minor


def _ruled(award: Award, event: Event, said: str) -> Ruling:
    """A result or a revocation, once what it gives back is in the award; what it cancels is cancelled here."""
    cancelled, stopped = award.cancel(event.fact.cancelled_minor)
    on = event.fact.act.effective_on
    return _more(Ruling(position=event.position, said=said, on=on, until=on, stopped=stopped), event.fact, cancelled)


def _more(ruling: Ruling, fact: ev.AwardShrunk, cancelled: list[int]) -> Ruling:
    names = ("headroom_minor", "released_minor", "lapsed_minor", "frees_place")
    return with_more(ruling, cancelled, fact.act.effective_on, **{name: getattr(fact, name) for name in names})


_APPLY: dict[type[Any], Callable[[Enterprise, Event], None]] = {
    ev.EnterpriseRegistered: Enterprise._registered,
    ev.EnterpriseRenamed: Enterprise._renamed,
    ev.EnterpriseBarred: Enterprise._barred,
    ev.EnterpriseReinstated: Enterprise._reinstated,
    ev.EnterpriseLinked: Enterprise._linked,
    ev.EnterpriseUnlinked: Enterprise._unlinked,
    ev.ApplicationSubmitted: Enterprise._submitted,
    ev.ApplicationWithdrawn: Enterprise._withdrawn,
    ev.ApplicationReviewed: Enterprise._reviewed,
    ev.ApplicationRefused: Enterprise._refused,
    ev.ApprovalRefused: Enterprise._approval_refused,
    ev.AwardApproved: Enterprise._approved,
    ev.AwardAdopted: Enterprise._adopted,
    ev.StageResultRecorded: Enterprise._stage_result,
    ev.AwardRevoked: Enterprise._revoked,
    ev.PaymentInstructed: Enterprise._instructed,
    ev.PaymentSettled: Enterprise._settled,
    PaymentRejectionProposed: Enterprise._rejection_proposed,
    ev.PaymentRejected: Enterprise._rejected,
    ev.PaymentReturned: Enterprise._returned,
    ev.PaymentReturnedAndCancelled: Enterprise._returned_and_cancelled,
    ObjectionRaised: Enterprise._objection_raised,
    ObjectionAnswered: Enterprise._objection_answered,
    ev.ClawbackOrdered: Enterprise._clawback_ordered,
    ev.ClawbackReceived: Enterprise._clawback_received,
    ev.ClawbackSetOff: Enterprise._set_off,
    ev.ClawbackWriteOffProposed: Enterprise._write_off_proposed,
    ev.ClawbackWrittenOff: Enterprise._written_off,
    ev.ClawbackCancelled: Enterprise._clawback_cancelled,
    co.NameCorrected: Enterprise._name_corrected,
    co.ApplicationCorrected: Enterprise._application_corrected,
    co.ApplicationDateCorrected: Enterprise._date_corrected,
    co.PayeeCorrectionProposed: Enterprise._payee_proposed,
    co.PayeeCorrected: Enterprise._payee_corrected,
    co.AwardCorrectionProposed: Enterprise._raise_proposed,
    co.AwardCorrected: Enterprise._award_corrected,
    co.PaymentCorrected: Enterprise._payment_corrected,
    co.ClawbackCorrected: Enterprise._clawback_corrected,
    co.SetOffCorrected: Enterprise._set_off_corrected,
    co.StageResultCorrected: Enterprise._ruling_corrected,
    co.RevocationCorrected: Enterprise._ruling_corrected,
    PersonalDataErasureProposed: Enterprise._erasure_proposed,
    PersonalDataErased: Enterprise._personal_data_erased,
}
