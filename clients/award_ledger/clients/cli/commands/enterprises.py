"""`award-ledger enterprises …`: legal persons, their names, bars and groups; and what one could still get."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, desk_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.options import (
    AsOf,
    DryRun,
    EnterpriseArgument,
    Etag,
    Facts,
    MeasureArgument,
    MinPosition,
    MoneyFacts,
    On,
    Reason,
    RequestId,
    acting,
    asking,
    day,
    declared,
    writing,
)
from award_ledger.clients.cli.tables import line
from award_ledger.clients.cli.views.assessment import admissible, assessment_view
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.clients.cli.views.register import enterprise_head, enterprise_view
from award_ledger.v1.common_pb2 import Receipt
from award_ledger.v1.enterprises_pb2 import Enterprise, GetHeadroomResponse

NameArgument = Annotated[str, typer.Argument(metavar="NAME")]


def register(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    name: NameArgument,
    on: On = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Register a legal person."""
    desk = desk_of(context)
    answer = desk.client.register_enterprise(
        enterprise, name, effective_on=day(desk, on, "--on"), **writing(request_id, dry_run)
    )
    desk.answer(answer, lambda: _written(desk, answer.enterprise, answer.receipt))


def show(
    context: typer.Context, enterprise: EnterpriseArgument, as_of: AsOf = "", min_position: MinPosition = 0
) -> None:
    """Show one enterprise with its applications and awards."""
    desk = desk_of(context)
    answer = desk.client.whole_enterprise(enterprise, **asking(desk, as_of, min_position))
    desk.answer(answer, lambda: enterprise_view(desk, answer.enterprise))


def rename(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    name: NameArgument,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Record a change of name."""
    desk = desk_of(context)
    answer = desk.client.rename_enterprise(enterprise, name, **acting(desk, on, etag, request_id, dry_run))
    desk.answer(answer, lambda: _written(desk, answer.enterprise, answer.receipt))


def bar(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    reason: Reason,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Bar an enterprise from approvals."""
    desk = desk_of(context)
    answer = desk.client.bar_enterprise(enterprise, reason, **acting(desk, on, etag, request_id, dry_run))
    desk.answer(answer, lambda: _written(desk, answer.enterprise, answer.receipt))


def reinstate(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    reason: Reason,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Lift a bar."""
    desk = desk_of(context)
    answer = desk.client.reinstate_enterprise(enterprise, reason, **acting(desk, on, etag, request_id, dry_run))
    desk.answer(answer, lambda: _written(desk, answer.enterprise, answer.receipt))


def link(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    group: Annotated[str, typer.Argument(metavar="GROUP")],
    reason: Reason = "",
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Record that an enterprise belongs to a group."""
    desk = desk_of(context)
    options = acting(desk, on, etag, request_id, dry_run)
    answer = desk.client.link_enterprise(enterprise, group, reason, **options)
    desk.answer(answer, lambda: _written(desk, answer.enterprise, answer.receipt))


def unlink(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    reason: Reason = "",
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Record that an enterprise left its group."""
    desk = desk_of(context)
    answer = desk.client.unlink_enterprise(enterprise, reason, **acting(desk, on, etag, request_id, dry_run))
    desk.answer(answer, lambda: _written(desk, answer.enterprise, answer.receipt))


def headroom(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    measure: MeasureArgument,
    fact: Facts = None,
    money: MoneyFacts = None,
    on: On = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
) -> None:
    """Say what an enterprise could still get under a measure, and what binds."""
    desk = desk_of(context)
    facts = declared(desk, fact, money, desk.currency_of(measure) if money else "")
    options = asking(desk, as_of, min_position)
    answer = desk.client.get_headroom(enterprise, measure, facts=facts, on=day(desk, on, "--on"), **options)
    desk.answer(answer, lambda: _headroom(desk, answer))


def _headroom(desk: Desk, answer: GetHeadroomResponse) -> Iterator[RenderableType]:
    assessment = answer.assessment
    if assessment.unlimited:
        told = desk.say("headroom.unlimited")
    elif assessment.admissible_minor:
        told = desk.say("headroom", amount=admissible(desk, assessment))
    else:
        told = desk.say("headroom.none")
    yield line(told, "bold")
    yield from assessment_view(desk, assessment, hypothetical=True)


def _written(desk: Desk, enterprise: Enterprise, receipt: Receipt) -> Iterator[RenderableType]:
    yield receipt_line(desk, receipt)
    yield enterprise_head(desk, enterprise)


def enterprises_commands() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    group.command("register", cls=HelpCommand)(register)
    group.command("show", cls=HelpCommand)(show)
    group.command("rename", cls=HelpCommand)(rename)
    group.command("bar", cls=HelpCommand)(bar)
    group.command("reinstate", cls=HelpCommand)(reinstate)
    group.command("link", cls=HelpCommand)(link)
    group.command("unlink", cls=HelpCommand)(unlink)
    return group
