"""`award-ledger objections …`: what is said against an award, and what was found. Never who said it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.options import (
    MAX_NUMBER,
    AwardArgument,
    DryRun,
    EnterpriseArgument,
    Etag,
    On,
    Reason,
    RequestId,
    acting,
)
from award_ledger.clients.cli.views.case import objection_view
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.v1.awards_pb2 import Award
from award_ledger.v1.common_pb2 import Receipt
from award_ledger.v1.objections_pb2 import Objection, ObjectionKind, ObjectionOutcome


class KindChoice(StrEnum):
    """What kind of objection it is."""

    OBJECTION = "objection"
    TIP_OFF = "tip-off"
    COMPLAINT = "complaint"


class OutcomeChoice(StrEnum):
    """What was found."""

    DISMISSED = "dismissed"
    UPHELD = "upheld"


def raise_(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    kind: Annotated[KindChoice, typer.Option("--kind", metavar="KIND")],
    file_reference: Annotated[str, typer.Option("--file", metavar="REFERENCE")],
    subject: Annotated[str, typer.Option("--subject", metavar="TEXT")],
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Record an objection to an award."""
    desk = desk_of(context)
    answer = desk.client.raise_objection(
        enterprise,
        desk.award(enterprise, award).award_id,
        kind=ObjectionKind.Value(f"OBJECTION_KIND_{kind.name}"),
        file_reference=file_reference,
        subject=subject,
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.objection, answer.receipt))


def answer_(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    outcome: Annotated[OutcomeChoice, typer.Option("--outcome", metavar="OUTCOME")],
    reason: Reason,
    objection: Annotated[int, typer.Argument(metavar="OBJECTION", min=0, max=MAX_NUMBER, show_default=False)] = 0,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Record what was found."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    answer = desk.client.answer_objection(
        enterprise,
        meant.award_id,
        _objection(desk, meant, objection),
        outcome=ObjectionOutcome.Value(f"OBJECTION_OUTCOME_{outcome.name}"),
        reason=reason,
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.objection, answer.receipt))


def _objection(desk: Desk, award: Award, number: int) -> int:
    """The objection meant: the only one where none is named; raises UsageProblem where there are several, or none."""
    if number or len(award.objections) == 1:
        return number or award.objections[0].number
    raise UsageProblem(desk.say("usage.which_objection", count=len(award.objections)), "OBJECTION")


def _written(desk: Desk, objection: Objection, receipt: Receipt) -> Iterator[RenderableType]:
    yield receipt_line(desk, receipt)
    yield objection_view(desk, [objection])


def objections_commands() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    group.command("raise", cls=HelpCommand)(raise_)
    group.command("answer", cls=HelpCommand)(answer_)
    return group
