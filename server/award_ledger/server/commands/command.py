"""What several commands share: look-ups that refuse, and bounds of texts."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from award_ledger.domain import identity
from award_ledger.domain.application import Application
from award_ledger.domain.award import Award, Clawback, Instalment, Payment
from award_ledger.domain.award_refusals import (
    ApplicationNotOpen,
)
from award_ledger.domain.bank_refusals import StatementRequired
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fund import Fund
from award_ledger.domain.measure import Measure
from award_ledger.domain.objection import Objection
from award_ledger.domain.refusals import (
    ApplicationNotFound,
    AwardNotFound,
    ClawbackNotFound,
    EnterpriseNotFound,
    FundNotFound,
    MeasureNotFound,
    ObjectionNotFound,
    PaymentNotFound,
    invalid_field,
)
from award_ledger.domain.terms import Terms
from award_ledger.domain.working_set import Aggregate, WorkingSet
from award_ledger.server.writer.submission import Held

MAX_TEXT = 2000
"""Longest reason, name or value of a fact, in characters."""


class EnterpriseKey:
    """Mixin of commands whose fact joins an enterprise's stream."""

    scheme: str
    number: str

    def subject(self, ledger: WorkingSet) -> Enterprise:
        """The enterprise, registered or not."""
        return ledger.enterprise(identity.enterprise_id(self.scheme, self.number))

    def measures(self, ledger: WorkingSet) -> tuple[Measure, ...]:
        """That of the application or the award that the command names."""
        enterprise = self.subject(ledger)
        application = enterprise.applications.get(getattr(self, "application_id", enterprise.id))
        award = enterprise.awards.get(getattr(self, "award_id", enterprise.id))
        return tuple(ledger.measure(found.measure) for found in (application, award) if found is not None)

    def foreseen(self, held: Held, on: date) -> Iterator[tuple[type[Aggregate], UUID]]:
        """The enterprise."""
        yield Enterprise, identity.enterprise_id(self.scheme, self.number)

    def enterprise(self, ledger: WorkingSet) -> Enterprise:
        """The registered enterprise. Raises EnterpriseNotFound."""
        return registered(self.subject(ledger), self.scheme, self.number)


def registered(enterprise: Enterprise, scheme: str, number: str) -> Enterprise:
    """The enterprise, if it is registered. Raises EnterpriseNotFound."""
    if not enterprise.version:
        raise EnterpriseNotFound(scheme, number)
    return enterprise


def measures_named(ledger: WorkingSet, code: str) -> tuple[Measure, ...]:
    """The measure with this code, if it is published."""
    measure = ledger.measure(code)
    return (measure,) if measure.version else ()


def published(ledger: WorkingSet, code: str) -> Measure:
    """The measure with this code. Raises MeasureNotFound."""
    measure = ledger.measure(code)
    if not measure.version:
        raise MeasureNotFound(code)
    return measure


def created(ledger: WorkingSet, code: str) -> Fund:
    """The fund with this code. Raises FundNotFound."""
    fund = ledger.fund(code)
    if not fund.version:
        raise FundNotFound(code)
    return fund


def application_of(enterprise: Enterprise, application_id: UUID) -> Application:
    """One of its applications. Raises ApplicationNotFound."""
    application = enterprise.applications.get(application_id)
    if application is None:
        raise ApplicationNotFound(str(application_id))
    return application


def open_application(enterprise: Enterprise, application_id: UUID) -> Application:
    """One of its applications that waits for a decision. Raises ApplicationNotFound or ApplicationNotOpen."""
    application = application_of(enterprise, application_id)
    if application.status != "open":
        raise ApplicationNotOpen(str(application_id), application.status)
    return application


def award_of(enterprise: Enterprise, award_id: UUID) -> Award:
    """One of its awards. Raises AwardNotFound."""
    award = enterprise.awards.get(award_id)
    if award is None:
        raise AwardNotFound(str(award_id))
    return award


def instalment_of(award: Award, number: int) -> Instalment:
    """One of its instalments. Raises PaymentNotFound."""
    if not 1 <= number <= len(award.instalments):
        raise PaymentNotFound(str(award.award_id), number, 0)
    return award.instalments[number - 1]


def payment_of(award: Award, instalment_number: int, attempt: int) -> Payment:
    """An attempt to pay an instalment; 0: the latest. Raises PaymentNotFound."""
    payments = instalment_of(award, instalment_number).payments
    wanted = attempt or len(payments)
    if not 1 <= wanted <= len(payments):
        raise PaymentNotFound(str(award.award_id), instalment_number, attempt)
    return payments[wanted - 1]


def check_evidence(payment: Payment, *, by_statement: bool) -> None:
    """Raises StatementRequired for a payment from an own account of which a person says what became of it."""
    if payment.account and not by_statement:
        raise StatementRequired(payment.end_to_end_id, payment.account)


def clawback_of(award: Award, number: int) -> Clawback:
    """One of its clawbacks. Raises ClawbackNotFound."""
    if not 1 <= number <= len(award.clawbacks):
        raise ClawbackNotFound(str(award.award_id), number)
    return award.clawbacks[number - 1]


def objection_of(award: Award, number: int) -> Objection:
    """One of the objections to it. Raises ObjectionNotFound."""
    if not 1 <= number <= len(award.objections):
        raise ObjectionNotFound(str(award.award_id), number)
    return award.objections[number - 1]


def terms_of(ledger: WorkingSet, award: Award) -> Terms:
    """The Terms under which an award was decided."""
    return ledger.measure(award.measure).versions[award.terms_version - 1]


def needed(text: str, field: str) -> str:
    """The text, if there is one of bearable length. Raises InvalidFields."""
    if not text.strip():
        raise invalid_field(field, "must not be empty")
    return short(text, field)


def short(text: str, field: str) -> str:
    """The text, if it is of bearable length. Raises InvalidFields."""
    if len(text) > MAX_TEXT:
        raise invalid_field(field, f"must be at most {MAX_TEXT} characters")
    return text
