"""`award-ledger approve`, `revoke`, `stage-result`, and `awards …`: decisions and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.listing import write_csv
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.options import (
    ApplicationArgument,
    AsOf,
    AwardArgument,
    Csv,
    Document,
    DryRun,
    EnterpriseArgument,
    Etag,
    GroundChoice,
    MinPosition,
    OfEnterprise,
    On,
    OptionalMeasure,
    Reason,
    RequestId,
    acting,
    asking,
    day,
    pairs,
    rate,
    require_one,
)
from award_ledger.clients.cli.tables import line
from award_ledger.clients.cli.views.assessment import assessment_view
from award_ledger.clients.cli.views.case import award_table, award_view
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.clients.department.calling import pages
from award_ledger.v1.awards_pb2 import ApproveAwardResponse, Award, GetAwardResponse, InstalmentPlan, ListAwardsResponse
from award_ledger.v1.common_pb2 import Receipt
from award_ledger.v1.terms_pb2 import Ground


def approve(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    application: ApplicationArgument,
    amount: Annotated[str, typer.Option("--amount", metavar="AMOUNT")] = "",
    decided_rate: Annotated[str, typer.Option("--rate", metavar="RATE")] = "",
    override: Annotated[list[str] | None, typer.Option("--override", metavar="CHECK=REASON")] = None,
    instalment: Annotated[list[str] | None, typer.Option("--instalment", metavar="AMOUNT[@DATE]")] = None,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Decide an application under the Terms in force."""
    desk = desk_of(context)
    if amount and decided_rate:
        raise UsageProblem(desk.say("usage.amount_and_rate"), "--rate")
    meant = desk.application(enterprise, application)
    currency = desk.currency_of(meant.measure_code)
    answer = desk.client.approve_award(
        enterprise,
        meant.application_id,
        amount_minor=desk.minor(amount, currency, "--amount") if amount else None,
        decided_rate=rate(desk, decided_rate) if decided_rate else None,
        overrides=dict(pairs(desk, override, "--override")),
        instalments=[_plan(desk, text, currency) for text in instalment or ()],
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _approved(desk, answer))


def _plan(desk: Desk, text: str, currency: str) -> InstalmentPlan:
    amount, at, due_on = text.partition("@")
    if at and not due_on:
        raise UsageProblem(desk.say("usage.instalment", text=text), "--instalment")
    minor = desk.minor(amount, currency, "--instalment")
    return InstalmentPlan(amount_minor=minor, due_on=day(desk, due_on, "--instalment"))


def _approved(desk: Desk, answer: ApproveAwardResponse) -> Iterator[RenderableType]:
    award, assessment = answer.award, answer.assessment
    yield receipt_line(desk, answer.receipt)
    if assessment.granted_minor < assessment.asked_minor:
        granted, asked = (
            f"{to_major(minor, award.currency)} {award.currency}"
            for minor in (assessment.granted_minor, assessment.asked_minor)
        )
        yield line(desk.say("granted.cut", granted=granted, asked=asked), "yellow")
    yield from award_view(desk, award)
    yield from assessment_view(desk, assessment)


def stage_result(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    result: Annotated[str, typer.Argument(metavar="RESULT")],
    document: Document = "",
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Record the certified result of a staged award."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    options = acting(desk, on, etag, request_id, dry_run)
    answer = desk.client.record_stage_result(enterprise, meant.award_id, result=result, document=document, **options)
    desk.answer(answer, lambda: _written(desk, answer.award, answer.receipt))


def revoke(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    reason: Reason,
    ground: Annotated[GroundChoice, typer.Option("--ground", metavar="GROUND")] = GroundChoice.REVOCATION,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Cancel what is not yet paid of an award."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    answer = desk.client.revoke_award(
        enterprise,
        meant.award_id,
        reason,
        ground=Ground.Value(f"GROUND_{ground.name}"),
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.award, answer.receipt))


def list_(
    context: typer.Context,
    measure: OptionalMeasure = "",
    enterprise: OfEnterprise = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List the awards of a measure or an enterprise."""
    desk = desk_of(context)
    require_one(desk, measure, enterprise)
    found = ListAwardsResponse()
    options = asking(desk, as_of, min_position)
    listing = pages(desk.client.list_awards, measure, enterprise=enterprise or None, **options)
    if csv:
        write_csv(desk, (award_table(desk, page.awards) for page in listing))
        return
    for page in listing:
        found.awards.extend(page.awards)
        found.position = page.position
    desk.answer(found, lambda: [award_table(desk, found.awards) if found.awards else line(desk.say("none"))])


def show(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
) -> None:
    """Show one award with the calculation of its approval."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    answer = desk.client.get_award(enterprise, meant.award_id, **asking(desk, as_of, min_position))
    desk.answer(answer, lambda: _shown(desk, answer))


def _shown(desk: Desk, answer: GetAwardResponse) -> Iterator[RenderableType]:
    yield from award_view(desk, answer.award)
    yield from assessment_view(desk, answer.assessment)


def _written(desk: Desk, award: Award, receipt: Receipt) -> Iterator[RenderableType]:
    yield receipt_line(desk, receipt)
    yield from award_view(desk, award)


def awards_commands() -> typer.Typer:
    """The group of commands that read."""
    group = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    group.command("list", cls=HelpCommand)(list_)
    group.command("show", cls=HelpCommand)(show)
    return group
