"""Awards with their instalments, attempts to pay and clawbacks."""

from datetime import timedelta

from award_ledger.domain import award as domain
from award_ledger.domain import objection as objections
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.terms import Terms
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.rpc.mapping.enums import number_of
from award_ledger.v1 import awards_pb2, clawbacks_pb2, common_pb2, objections_pb2, payments_pb2, terms_pb2

_AWARD_STATUS = awards_pb2.AwardStatus.DESCRIPTOR
_INSTALMENT_STATUS = payments_pb2.InstalmentStatus.DESCRIPTOR
_PAYMENT_STATUS = payments_pb2.PaymentStatus.DESCRIPTOR
_CLAWBACK_STATUS = clawbacks_pb2.ClawbackStatus.DESCRIPTOR
_OBJECTION_KIND = objections_pb2.ObjectionKind.DESCRIPTOR
_OBJECTION_OUTCOME = objections_pb2.ObjectionOutcome.DESCRIPTOR
_OBJECTION_STATUS = objections_pb2.ObjectionStatus.DESCRIPTOR
_GROUND = terms_pb2.Ground.DESCRIPTOR


def number_message(enterprise: Enterprise) -> common_pb2.EnterpriseNumber:
    """How an enterprise is known."""
    return common_pb2.EnterpriseNumber(scheme=enterprise.scheme, number=enterprise.number)


def terms_of_award(ledger: WorkingSet, award: domain.Award) -> Terms:
    """The version of Terms under which an award was decided."""
    return ledger.measure(award.measure).versions[award.terms_version - 1]


def award_message(enterprise: Enterprise, award: domain.Award, terms: Terms) -> awards_pb2.Award:
    """An award of an enterprise; `terms` are those under which it was decided."""
    message = awards_pb2.Award()
    fill_award(message, enterprise, award, terms)
    return message


def fill_award(message: awards_pb2.Award, enterprise: Enterprise, award: domain.Award, terms: Terms) -> None:
    """The same in place: a message that is put into another is copied."""
    message.award_id = str(award.award_id)
    message.number = award.number
    message.enterprise.scheme = enterprise.scheme
    message.enterprise.number = enterprise.number
    message.measure_code = award.measure
    message.terms_version = award.terms_version
    message.application_id = str(award.application_id)
    message.approved_minor = award.approved_minor
    message.cancelled_minor = award.cancelled_minor
    message.counted_minor = award.counted_minor
    message.paid_minor = award.paid_minor
    message.currency = terms.currency
    message.decided_rate = award.decided_rate
    message.decided_on = award.decided_on.isoformat()
    message.payable_on = (award.decided_on + timedelta(days=terms.publicity_days)).isoformat()
    message.fund_code = award.fund
    message.status = awards_pb2.AwardStatus.ValueType(number_of(_AWARD_STATUS, award.status))
    message.principal = award.principal
    message.second_principal = award.second
    for taken in award.overrides:
        message.overrides.add(check_id=taken.check_id, reason=taken.reason)
    for instalment in award.instalments:
        _fill_instalment(message.instalments.add(), instalment)
    message.clawbacks.extend(map(clawback_message, award.clawbacks))
    message.stage_result = award.stage_result
    message.etag = str(enterprise.version)
    message.objections.extend(map(objection_message, award.objections))
    message.raise_proposed_by = award.raise_proposed_by
    message.raise_proposed_minor = award.raise_proposed_minor


def instalment_message(instalment: domain.Instalment) -> payments_pb2.Instalment:
    """One part of what is owed, with every attempt to pay it."""
    message = payments_pb2.Instalment()
    _fill_instalment(message, instalment)
    return message


def _fill_instalment(message: payments_pb2.Instalment, instalment: domain.Instalment) -> None:
    message.number = instalment.number
    message.amount_minor = instalment.amount_minor
    message.paid_minor = instalment.paid_minor
    message.due_on = instalment.due_on.isoformat()
    message.stage = instalment.stage
    message.status = payments_pb2.InstalmentStatus.ValueType(number_of(_INSTALMENT_STATUS, instalment.state))
    message.payments.extend(map(_payment, instalment.payments))
    message.set_off_minor = instalment.set_off_minor


def clawback_message(clawback: domain.Clawback) -> clawbacks_pb2.Clawback:
    """An order to return money."""
    return clawbacks_pb2.Clawback(
        number=clawback.number,
        ground=terms_pb2.Ground.ValueType(number_of(_GROUND, clawback.ground)),
        ordered_minor=clawback.ordered_minor,
        received_minor=clawback.received_minor,
        written_off_minor=clawback.written_off_minor,
        outstanding_minor=clawback.outstanding_minor,
        status=clawbacks_pb2.ClawbackStatus.ValueType(number_of(_CLAWBACK_STATUS, clawback.state)),
        ordered_on=clawback.ordered_on.isoformat(),
        reason=clawback.reason,
        write_off_proposed_by=clawback.write_off_proposed_by,
        write_off_proposed_minor=clawback.write_off_proposed_minor,
    )


def objection_message(objection: objections.Objection) -> objections_pb2.Objection:
    """What is said against an award, with every answer."""
    return objections_pb2.Objection(
        number=objection.number,
        kind=objections_pb2.ObjectionKind.ValueType(number_of(_OBJECTION_KIND, objection.kind)),
        file_reference=objection.file_reference,
        subject=objection.subject,
        raised_on=objection.raised_on.isoformat(),
        principal=objection.principal,
        status=objections_pb2.ObjectionStatus.ValueType(number_of(_OBJECTION_STATUS, objection.state)),
        answers=[
            objections_pb2.ObjectionAnswer(
                outcome=objections_pb2.ObjectionOutcome.ValueType(number_of(_OBJECTION_OUTCOME, answer.outcome)),
                reason=answer.reason,
                answered_on=answer.answered_on.isoformat(),
                principal=answer.principal,
            )
            for answer in objection.answers
        ],
    )


def _payment(payment: domain.Payment) -> payments_pb2.Payment:
    return payments_pb2.Payment(
        attempt=payment.attempt,
        end_to_end_id=payment.end_to_end_id,
        amount_minor=payment.amount_minor,
        settled_minor=payment.settled_minor,
        returned_minor=payment.returned_minor,
        status=payments_pb2.PaymentStatus.ValueType(number_of(_PAYMENT_STATUS, payment.state)),
        instructed_on=payment.instructed_on.isoformat(),
        principal=payment.principal,
        rejection_proposed_by=payment.rejection_proposed_by,
    )
