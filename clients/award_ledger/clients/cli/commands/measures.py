"""`award-ledger measures …`: reading the rules, suspending, reopening, closing; publishing is in `publish`."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.commands.publish import publish, review
from award_ledger.clients.cli.commands.show import show
from award_ledger.clients.cli.desk import Desk, desk_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.listing import write_csv
from award_ledger.clients.cli.options import (
    AsOf,
    Csv,
    DryRun,
    Etag,
    MeasureArgument,
    MinPosition,
    On,
    Reason,
    RequestId,
    acting,
    asking,
)
from award_ledger.clients.cli.tables import line
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.clients.cli.views.register import measure_status, measure_table
from award_ledger.clients.department.calling import pages
from award_ledger.v1.common_pb2 import Receipt
from award_ledger.v1.measures_pb2 import ListMeasuresResponse, Measure, MeasureStatus


class MeasureStatusChoice(StrEnum):
    """Statuses of a measure, as they are typed."""

    NEEDS_RULE = "needs-rule"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


def list_(
    context: typer.Context,
    status: Annotated[MeasureStatusChoice | None, typer.Option("--status", metavar="STATUS")] = None,
    department: Annotated[str, typer.Option("--department", metavar="CODE")] = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List measures by code."""
    desk = desk_of(context)
    wanted = MeasureStatus.MEASURE_STATUS_UNSPECIFIED
    if status:
        wanted = MeasureStatus.Value(f"MEASURE_STATUS_{status.name}")
    options = asking(desk, as_of, min_position)
    found = ListMeasuresResponse()
    listing = pages(desk.client.list_measures, status=wanted, department=department, **options)
    if csv:
        write_csv(desk, (measure_table(desk, page.measures) for page in listing))
        return
    for page in listing:
        found.measures.extend(page.measures)
        found.position = page.position
    desk.answer(found, lambda: [measure_table(desk, found.measures) if found.measures else line(desk.say("none"))])


def suspend(
    context: typer.Context,
    measure: MeasureArgument,
    reason: Reason,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Stop approvals."""
    desk = desk_of(context)
    answer = desk.client.suspend_measure(measure, reason, **acting(desk, on, etag, request_id, dry_run))
    desk.answer(answer, lambda: _status(desk, answer.measure, answer.receipt))


def reopen(
    context: typer.Context,
    measure: MeasureArgument,
    reason: Reason,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Open again."""
    desk = desk_of(context)
    answer = desk.client.reopen_measure(measure, reason, **acting(desk, on, etag, request_id, dry_run))
    desk.answer(answer, lambda: _status(desk, answer.measure, answer.receipt))


def close(
    context: typer.Context,
    measure: MeasureArgument,
    reason: Reason,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """End applications and approvals."""
    desk = desk_of(context)
    answer = desk.client.close_measure(measure, reason, **acting(desk, on, etag, request_id, dry_run))
    desk.answer(answer, lambda: _status(desk, answer.measure, answer.receipt))


def _status(desk: Desk, measure: Measure, receipt: Receipt) -> Iterator[RenderableType]:
    yield receipt_line(desk, receipt)
    yield line(f"{measure.code}: {measure_status(desk, measure)}")


def measures_commands() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    group.command("publish", cls=HelpCommand)(publish)
    group.command("review", cls=HelpCommand)(review)
    group.command("list", cls=HelpCommand)(list_)
    group.command("show", cls=HelpCommand)(show)
    group.command("suspend", cls=HelpCommand)(suspend)
    group.command("reopen", cls=HelpCommand)(reopen)
    group.command("close", cls=HelpCommand)(close)
    return group
