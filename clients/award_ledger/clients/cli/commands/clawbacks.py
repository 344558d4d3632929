"""`award-ledger clawback …`: ordering money back, and recording what became of the order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.commands.payments import InstalmentArgument, instalment_meant
from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.options import (
    MAX_NUMBER,
    Amount,
    AwardArgument,
    BankReference,
    DryRun,
    EnterpriseArgument,
    Etag,
    GroundChoice,
    On,
    Reason,
    RequestId,
    acting,
)
from award_ledger.clients.cli.tables import line
from award_ledger.clients.cli.views.case import clawback_view, instalment_table
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.v1.awards_pb2 import Award
from award_ledger.v1.clawbacks_pb2 import Clawback, SetOffClawbackResponse
from award_ledger.v1.common_pb2 import Receipt
from award_ledger.v1.terms_pb2 import Ground

ClawbackArgument = Annotated[int, typer.Argument(metavar="CLAWBACK", min=0, max=MAX_NUMBER, show_default=False)]


def order(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    amount: Amount,
    ground: Annotated[GroundChoice, typer.Option("--ground", metavar="GROUND")],
    reason: Reason,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Order money back."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    answer = desk.client.order_clawback(
        enterprise,
        meant.award_id,
        amount_minor=desk.minor(amount, meant.currency, "--amount"),
        ground=Ground.Value(f"GROUND_{ground.name}"),
        reason=reason,
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.clawback, answer.receipt, meant.currency))


def receive(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    amount: Amount,
    clawback: ClawbackArgument = 0,
    reference: BankReference = "",
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Record money received under an order."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    answer = desk.client.record_recovery(
        enterprise,
        meant.award_id,
        _clawback(desk, meant, clawback),
        amount_minor=desk.minor(amount, meant.currency, "--amount"),
        bank_reference=reference,
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.clawback, answer.receipt, meant.currency))


def set_off(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    instalment: InstalmentArgument = 0,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Pay an instalment by setting it off against what is outstanding."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    number = instalment_meant(desk, meant, instalment)
    options = acting(desk, on, etag, request_id, dry_run)
    answer = desk.client.set_off_clawback(enterprise, meant.award_id, number, **options)
    desk.answer(answer, lambda: _set_off(desk, answer, meant.currency))


def write_off(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    amount: Amount,
    reason: Reason,
    clawback: ClawbackArgument = 0,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Propose to write off, or complete another's proposal."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    answer = desk.client.write_off_clawback(
        enterprise,
        meant.award_id,
        _clawback(desk, meant, clawback),
        amount_minor=desk.minor(amount, meant.currency, "--amount"),
        reason=reason,
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.clawback, answer.receipt, meant.currency))


def cancel(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    reason: Reason,
    clawback: ClawbackArgument = 0,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Withdraw an order under which nothing was received."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    number = _clawback(desk, meant, clawback)
    options = acting(desk, on, etag, request_id, dry_run)
    answer = desk.client.cancel_clawback(enterprise, meant.award_id, number, reason, **options)
    desk.answer(answer, lambda: _written(desk, answer.clawback, answer.receipt, meant.currency))


def _clawback(desk: Desk, award: Award, number: int) -> int:
    """The clawback meant: the only one where none is named; raises UsageProblem where there are several, or none."""
    if number or len(award.clawbacks) == 1:
        return number or award.clawbacks[0].number
    raise UsageProblem(desk.say("usage.which_clawback", count=len(award.clawbacks)), "CLAWBACK")


def _written(desk: Desk, clawback: Clawback, receipt: Receipt, currency: str) -> Iterator[RenderableType]:
    yield receipt_line(desk, receipt)
    yield from clawback_view(desk, [clawback], currency)


def _set_off(desk: Desk, answer: SetOffClawbackResponse, currency: str) -> Iterator[RenderableType]:
    amount, left = (
        f"{to_major(minor, currency)} {currency}" for minor in (answer.amount_minor, answer.outstanding_minor)
    )
    yield receipt_line(desk, answer.receipt)
    yield line(desk.say("clawback.set_off", amount=amount, award=answer.ordered_award_id, outstanding=left))
    yield instalment_table(desk, [answer.instalment], currency)
    yield from clawback_view(desk, [answer.clawback], currency)


def clawback_commands() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    group.command("order", cls=HelpCommand)(order)
    group.command("receive", cls=HelpCommand)(receive)
    group.command("set-off", cls=HelpCommand)(set_off)
    group.command("write-off", cls=HelpCommand)(write_off)
    group.command("cancel", cls=HelpCommand)(cancel)
    return group
