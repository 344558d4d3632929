"""`award-ledger apply`, `review`, `refuse`, `withdraw`, and `applications …`: what is asked for, up to a decision."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, desk_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.listing import write_csv
from award_ledger.clients.cli.options import (
    Amount,
    ApplicationArgument,
    AsOf,
    Csv,
    DryRun,
    EnterpriseArgument,
    Etag,
    Facts,
    MeasureArgument,
    MinPosition,
    MoneyFacts,
    OfEnterprise,
    On,
    OptionalMeasure,
    Reason,
    RequestId,
    acting,
    asking,
    day,
    declared,
    pairs,
    require_one,
    writing,
)
from award_ledger.clients.cli.tables import fields, line
from award_ledger.clients.cli.views.assessment import assessment_view
from award_ledger.clients.cli.views.case import application_table, application_view
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.clients.department.calling import pages
from award_ledger.v1.applications_pb2 import (
    Application,
    ApplicationStatus,
    GetPayeeResponse,
    ListApplicationsResponse,
    RefuseApplicationResponse,
)
from award_ledger.v1.common_pb2 import Contact, Payee, Receipt


class ApplicationStatusChoice(StrEnum):
    """Statuses of an application, as they are typed."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class SubjectChoice(StrEnum):
    """Whom data that were told in confidence are about, as it is typed."""

    PAYEE = "payee"
    CONTACT = "contact"


def apply(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    measure: MeasureArgument,
    amount: Amount = "0",
    fact: Facts = None,
    money: MoneyFacts = None,
    evidence: Annotated[list[str] | None, typer.Option("--evidence", metavar="KIND=REFERENCE")] = None,
    contract: Annotated[list[str] | None, typer.Option("--contract", metavar="REFERENCE")] = None,
    payee_name: Annotated[str, typer.Option("--payee-name", metavar="TEXT")] = "",
    payee_account: Annotated[str, typer.Option("--payee-account", metavar="TEXT")] = "",
    payee_bank: Annotated[str, typer.Option("--payee-bank", metavar="TEXT")] = "",
    contact_name: Annotated[str, typer.Option("--contact-name", metavar="TEXT")] = "",
    contact_telephone: Annotated[str, typer.Option("--contact-telephone", metavar="TEXT")] = "",
    contact_email: Annotated[str, typer.Option("--contact-email", metavar="TEXT")] = "",
    applied_on: Annotated[str, typer.Option("--applied-on", metavar="DATE")] = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Record what an enterprise asks for."""
    desk = desk_of(context)
    currency = desk.currency_of(measure)
    references = pairs(desk, evidence, "--evidence") + [("contract", item) for item in contract or ()]
    answer = desk.client.submit_application(
        enterprise,
        measure,
        desk.minor(amount, currency, "--amount"),
        facts=declared(desk, fact, money, currency),
        evidence=references,
        payee=payee_of(desk, payee_name, payee_account, payee_bank),
        contact=contact_of(contact_name, contact_telephone, contact_email),
        applied_on=day(desk, applied_on, "--applied-on"),
        etag=etag,
        **writing(request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.application, answer.receipt))


def payee_of(desk: Desk, name: str, account: str, bank: str) -> Payee | None:
    """Where money would go; `-` for the account asks for it without showing it."""
    if account == "-":
        account = typer.prompt(desk.say("prompt.account"), hide_input=True, err=True)
    return Payee(account_name=name, account_number=account, bank=bank) if name or account or bank else None


def contact_of(name: str, telephone: str, email: str) -> Contact | None:
    """Whom to ask; None where nothing of it is said."""
    return Contact(name=name, telephone=telephone, email=email) if name or telephone or email else None


def review(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    application: ApplicationArgument,
    up_to: Annotated[str, typer.Option("--up-to", metavar="AMOUNT")],
    reason: Reason,
    override: Annotated[list[str] | None, typer.Option("--override", metavar="CHECK")] = None,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Consent as the second person."""
    desk = desk_of(context)
    meant = desk.application(enterprise, application)
    answer = desk.client.review_application(
        enterprise,
        meant.application_id,
        up_to_minor=desk.minor(up_to, desk.currency_of(meant.measure_code), "--up-to"),
        reason=reason,
        overrides=override or (),
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.application, answer.receipt))


def refuse(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    application: ApplicationArgument,
    reason: Reason,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Refuse an application for good."""
    desk = desk_of(context)
    meant = desk.application(enterprise, application)
    options = acting(desk, on, etag, request_id, dry_run)
    answer = desk.client.refuse_application(enterprise, meant.application_id, reason, **options)
    desk.answer(answer, lambda: _refused(desk, answer))


def _refused(desk: Desk, answer: RefuseApplicationResponse) -> Iterator[RenderableType]:
    yield from _written(desk, answer.application, answer.receipt)
    if answer.HasField("assessment"):
        yield from assessment_view(desk, answer.assessment)


def withdraw(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    application: ApplicationArgument,
    reason: Reason = "",
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Record that the applicant took it back."""
    desk = desk_of(context)
    meant = desk.application(enterprise, application)
    options = acting(desk, on, etag, request_id, dry_run)
    answer = desk.client.withdraw_application(enterprise, meant.application_id, reason, **options)
    desk.answer(answer, lambda: _written(desk, answer.application, answer.receipt))


def list_(
    context: typer.Context,
    measure: OptionalMeasure = "",
    enterprise: OfEnterprise = "",
    status: Annotated[ApplicationStatusChoice | None, typer.Option("--status", metavar="STATUS")] = None,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List the applications of a measure or an enterprise."""
    desk = desk_of(context)
    require_one(desk, measure, enterprise)
    wanted = ApplicationStatus.APPLICATION_STATUS_UNSPECIFIED
    if status:
        wanted = ApplicationStatus.Value(f"APPLICATION_STATUS_{status.name}")
    found = ListApplicationsResponse()
    options = asking(desk, as_of, min_position)
    listing = pages(desk.client.list_applications, measure, enterprise=enterprise or None, status=wanted, **options)
    if csv:
        write_csv(desk, (application_table(desk, page.applications) for page in listing))
        return
    for page in listing:
        found.applications.extend(page.applications)
        found.position = page.position
    desk.answer(found, lambda: _listed(desk, found))


def _listed(desk: Desk, found: ListApplicationsResponse) -> Iterator[RenderableType]:
    if not found.applications:
        yield line(desk.say("none"))
        return
    yield application_table(desk, found.applications)


def show(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    application: ApplicationArgument,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
) -> None:
    """Show one application."""
    desk = desk_of(context)
    meant = desk.application(enterprise, application)
    options = asking(desk, as_of, min_position)
    answer = desk.client.get_application(enterprise, meant.application_id, **options)
    desk.answer(
        answer,
        lambda: application_view(desk, answer.application, desk.currency_of(answer.application.measure_code)),
    )


def erase(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    application: ApplicationArgument,
    about: Annotated[SubjectChoice, typer.Option("--about", metavar="payee|contact")],
    legal_basis: Annotated[str, typer.Option("--legal-basis", metavar="TEXT")],
    reason: Reason = "",
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Erase what an application told in confidence."""
    desk = desk_of(context)
    meant = desk.application(enterprise, application)
    answer = desk.client.erase_personal_data(
        enterprise,
        meant.application_id,
        "payee" if about is SubjectChoice.PAYEE else "contact",
        legal_basis=legal_basis,
        reason=reason,
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.application, answer.receipt))


def payee(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    application: ApplicationArgument,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
) -> None:
    """Show where its money would go."""
    desk = desk_of(context)
    meant = desk.application(enterprise, application)
    answer = desk.client.get_payee(enterprise, meant.application_id, **asking(desk, as_of, min_position))
    desk.answer(answer, lambda: _payee_shown(desk, answer))


def _payee_shown(desk: Desk, answer: GetPayeeResponse) -> Iterator[RenderableType]:
    if not answer.HasField("payee"):
        yield line(desk.say("payee.none"))
        return
    names = ("account_name", "account_number", "bank")
    yield fields((desk.say(f"field.{name}"), getattr(answer.payee, name)) for name in names)
    if answer.masked:
        yield line(desk.say("payee.masked"), "dim")


def _written(desk: Desk, application: Application, receipt: Receipt) -> Iterator[RenderableType]:
    yield receipt_line(desk, receipt)
    yield from application_view(desk, application, desk.currency_of(application.measure_code))


def applications_commands() -> typer.Typer:
    """The group of commands that read."""
    group = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    group.command("list", cls=HelpCommand)(list_)
    group.command("show", cls=HelpCommand)(show)
    group.command("payee", cls=HelpCommand)(payee)
    group.command("erase", cls=HelpCommand)(erase)
    return group
