"""Applications and awards on the screen: what was asked, what was granted, what is owed, paid and ordered back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.sheet import Sheet
from award_ledger.clients.cli.tables import fields, heading, line, number_of, table
from award_ledger.v1.applications_pb2 import Application, ApplicationStatus, PersonalData, PersonalDataSubject
from award_ledger.v1.awards_pb2 import Award, AwardStatus
from award_ledger.v1.clawbacks_pb2 import Clawback, ClawbackStatus
from award_ledger.v1.objections_pb2 import Objection, ObjectionKind, ObjectionOutcome, ObjectionStatus
from award_ledger.v1.payments_pb2 import Instalment, InstalmentStatus, Payment, PaymentStatus
from award_ledger.v1.terms_pb2 import Ground


def application_view(desk: Desk, application: Application, currency: str) -> Iterator[RenderableType]:
    """One application."""
    say = desk.say
    yield fields(
        [
            (say("field.application"), f"{application.number}  {application.application_id}"),
            (say("field.enterprise"), number_of(application.enterprise)),
            (say("field.measure"), application.measure_code),
            (say("field.asked"), f"{to_major(application.asked_minor, currency)} {currency}"),
            (say("field.applied_on"), application.applied_on),
            (say("field.status"), application_status(desk, application)),
            (say("field.award"), application.award_id),
            (say("field.facts"), "\n".join(f"{name} = {value}" for name, value in sorted(application.facts.items()))),
            (say("field.evidence"), "\n".join(f"{item.kind}: {item.reference}" for item in application.evidence)),
            (say("field.refused_approvals"), str(application.refused_approvals or "")),
            (say("field.personal_data"), "\n".join(_held(desk, held) for held in application.personal_data)),
        ]
    )
    if application.payee_proposed_by:
        yield line(say("correct.payee_proposed", principal=application.payee_proposed_by), "yellow")
    for review in application.reviews:
        yield heading(say("heading.review"))
        yield fields(
            [
                (say("field.by"), review.principal),
                (say("field.up_to"), f"{to_major(review.up_to_minor, currency)} {currency}"),
                (say("field.overrides"), ", ".join(review.overrides)),
                (say("field.reason"), review.reason),
            ]
        )


def _held(desk: Desk, held: PersonalData) -> str:
    """What an application told in confidence, and what became of it."""
    if held.erased_at:
        state = desk.say("personal_data.erased", position=held.erased_at)
    elif held.erasure_proposed_by:
        state = desk.say("personal_data.proposed", principal=held.erasure_proposed_by)
    else:
        state = desk.say("personal_data.kept")
    return f"{desk.name('personal_data_subject', PersonalDataSubject.Name(held.subject))}: {state}"


def application_table(desk: Desk, applications: Iterable[Application]) -> Sheet:
    """Applications; raises LedgerError (currencies are asked for)."""
    names = ("number", "enterprise", "measure", "applied_on", "asked", "status")
    rows = [
        [
            str(item.number),
            number_of(item.enterprise),
            item.measure_code,
            item.applied_on,
            to_major(item.asked_minor, desk.currency_of(item.measure_code)),
            application_status(desk, item),
        ]
        for item in applications
    ]
    return table([desk.say(f"field.{name}") for name in names], rows, right="04")


def application_status(desk: Desk, application: Application) -> str:
    """The status in words."""
    return desk.name("application_status", ApplicationStatus.Name(application.status))


def award_view(desk: Desk, award: Award) -> Iterator[RenderableType]:
    """One award with its instalments, clawbacks and objections."""
    yield fields(_award_fields(desk, award))
    if award.instalments:
        yield instalment_table(desk, award.instalments, award.currency)
    if award.clawbacks:
        yield from clawback_view(desk, award.clawbacks, award.currency)
    if award.objections:
        yield objection_view(desk, award.objections)


def _award_fields(desk: Desk, award: Award) -> Iterator[tuple[str, str]]:
    say, currency = desk.say, award.currency
    yield say("field.award"), f"{award.number}  {award.award_id}"
    yield say("field.enterprise"), number_of(award.enterprise)
    yield say("field.measure"), f"{award.measure_code} ({say('terms.version', version=award.terms_version)})"
    yield say("field.approved"), f"{to_major(award.approved_minor, currency)} {currency}"
    for name in ("cancelled", "counted", "paid"):
        minor: int = getattr(award, f"{name}_minor")
        yield say(f"field.{name}"), f"{to_major(minor, currency)} {currency}" if minor or name == "paid" else ""
    yield say("field.rate"), award.decided_rate
    yield say("field.decided_on"), award.decided_on
    yield say("field.payable_on"), award.payable_on
    yield say("field.fund"), award.fund_code
    yield say("field.status"), desk.name("award_status", AwardStatus.Name(award.status))
    yield say("field.by"), award.principal
    yield say("field.second"), award.second_principal
    yield say("field.overrides"), "\n".join(f"{item.check_id}: {item.reason}" for item in award.overrides)
    yield say("field.stage_result"), award.stage_result


def award_table(desk: Desk, awards: Iterable[Award], *, title: str = "") -> Sheet:
    """Awards of one measure or one enterprise."""
    names = ("number", "enterprise", "measure", "decided_on", "approved", "paid", "status")
    rows = [
        [
            str(item.number),
            number_of(item.enterprise),
            item.measure_code,
            item.decided_on,
            to_major(item.approved_minor, item.currency),
            to_major(item.paid_minor, item.currency),
            desk.name("award_status", AwardStatus.Name(item.status)),
        ]
        for item in awards
    ]
    return table([desk.say(f"field.{name}") for name in names], rows, title=title, right="045")


def instalment_table(desk: Desk, instalments: Iterable[Instalment], currency: str) -> RenderableType:
    """Instalments, each with its attempts below it."""
    names = ("instalment", "due_on", "amount", "paid", "status")
    rows: list[list[str]] = []
    for item in instalments:
        label = f"{item.number} {item.stage}".strip()
        status = desk.name("instalment_status", InstalmentStatus.Name(item.status))
        amounts = [to_major(item.amount_minor, currency), to_major(item.paid_minor, currency)]
        rows.append([label, item.due_on, *amounts, status])
        rows += [_payment_row(desk, payment, currency) for payment in item.payments]
        if item.set_off_minor:
            rows.append([f"  └ {desk.say('field.set_off')}", "", "", to_major(item.set_off_minor, currency), ""])
    return table([desk.say(f"field.{name}") for name in names], rows, title=desk.say("heading.instalments"), right="23")


def _payment_row(desk: Desk, payment: Payment, currency: str) -> list[str]:
    status = desk.name("payment_status", PaymentStatus.Name(payment.status))
    paid = to_major(payment.settled_minor - payment.returned_minor, currency)
    label = f"  └ {desk.say('field.attempt')} {payment.attempt}"
    amount = to_major(payment.amount_minor, currency)
    waits = ""
    if payment.rejection_proposed_by:
        waits = desk.say("payment.rejection_proposed", principal=payment.rejection_proposed_by)
    told = "\n".join(text for text in (status, payment.end_to_end_id, waits) if text)
    return [label, payment.instructed_on, amount, paid, told]


def clawback_view(desk: Desk, clawbacks: Sequence[Clawback], currency: str) -> Iterator[RenderableType]:
    """Orders to return money, and write-offs that wait for a second person."""
    names = ("clawback", "ordered_on", "ground", "ordered", "received", "written_off", "outstanding", "status")
    rows = [
        [
            str(item.number),
            item.ordered_on,
            desk.name("ground", Ground.Name(item.ground)),
            to_major(item.ordered_minor, currency),
            to_major(item.received_minor, currency),
            to_major(item.written_off_minor, currency),
            to_major(item.outstanding_minor, currency),
            desk.name("clawback_status", ClawbackStatus.Name(item.status)),
        ]
        for item in clawbacks
    ]
    title = desk.say("heading.clawbacks")
    yield table([desk.say(f"field.{name}") for name in names], rows, title=title, right="03456")
    for item in clawbacks:
        if item.write_off_proposed_by:
            amount = f"{to_major(item.write_off_proposed_minor, currency)} {currency}"
            proposer = item.write_off_proposed_by
            yield line(desk.say("clawback.proposed", number=item.number, principal=proposer, amount=amount), "yellow")


def objection_view(desk: Desk, objections: Iterable[Objection]) -> RenderableType:
    """What is said against an award, each with its answers below it."""
    names = ("objection", "raised_on", "kind_of_objection", "file", "subject", "status")
    rows: list[list[str]] = []
    for item in objections:
        kind = desk.name("objection_kind", ObjectionKind.Name(item.kind))
        status = desk.name("objection_status", ObjectionStatus.Name(item.status))
        rows.append([str(item.number), item.raised_on, kind, item.file_reference, item.subject, status])
        for answer in item.answers:
            outcome = desk.name("objection_outcome", ObjectionOutcome.Name(answer.outcome))
            rows.append(["", answer.answered_on, "", answer.principal, answer.reason, f"└ {outcome}"])
    return table([desk.say(f"field.{name}") for name in names], rows, title=desk.say("heading.objections"), right="0")
