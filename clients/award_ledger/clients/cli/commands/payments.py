"""`award-ledger pay …`: instructing a payment, and recording what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.options import (
    MAX_NUMBER,
    Amount,
    AwardArgument,
    BankReference,
    DryRun,
    EnterpriseArgument,
    Etag,
    On,
    Reason,
    RequestId,
    acting,
)
from award_ledger.clients.cli.views.case import instalment_table
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.v1.awards_pb2 import Award
from award_ledger.v1.common_pb2 import Receipt
from award_ledger.v1.payments_pb2 import Instalment

InstalmentArgument = Annotated[int, typer.Argument(metavar="INSTALMENT", min=0, max=MAX_NUMBER, show_default=False)]
Attempt = Annotated[int, typer.Option("--attempt", metavar="NUMBER", min=0, max=MAX_NUMBER, show_default=False)]


def instruct(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    instalment: InstalmentArgument = 0,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Start an attempt to pay an instalment."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    number = instalment_meant(desk, meant, instalment)
    options = acting(desk, on, etag, request_id, dry_run)
    answer = desk.client.instruct_payment(enterprise, meant.award_id, number, **options)
    desk.answer(answer, lambda: _written(desk, answer.instalment, answer.receipt, meant.currency))


def settle(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    amount: Amount,
    instalment: InstalmentArgument = 0,
    reference: BankReference = "",
    attempt: Attempt = 0,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Record that a payment was settled."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    answer = desk.client.record_settlement(
        enterprise,
        meant.award_id,
        instalment_meant(desk, meant, instalment),
        amount_minor=desk.minor(amount, meant.currency, "--amount"),
        bank_reference=reference,
        attempt=attempt,
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.instalment, answer.receipt, meant.currency))


def reject(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    reason: Reason,
    instalment: InstalmentArgument = 0,
    attempt: Attempt = 0,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Record that a payment was rejected and no money moved."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    answer = desk.client.record_rejection(
        enterprise,
        meant.award_id,
        instalment_meant(desk, meant, instalment),
        reason=reason,
        attempt=attempt,
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.instalment, answer.receipt, meant.currency))


def return_(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    amount: Amount,
    instalment: InstalmentArgument = 0,
    reference: BankReference = "",
    attempt: Attempt = 0,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Record that settled money came back."""
    desk = desk_of(context)
    meant = desk.award(enterprise, award)
    answer = desk.client.record_return(
        enterprise,
        meant.award_id,
        instalment_meant(desk, meant, instalment),
        amount_minor=desk.minor(amount, meant.currency, "--amount"),
        bank_reference=reference,
        attempt=attempt,
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.instalment, answer.receipt, meant.currency))


def instalment_meant(desk: Desk, award: Award, number: int) -> int:
    """The instalment meant: the only one where none is named; raises UsageProblem where there are several."""
    if number or len(award.instalments) == 1:
        return number or award.instalments[0].number
    raise UsageProblem(desk.say("usage.which_instalment", count=len(award.instalments)), "INSTALMENT")


def _written(desk: Desk, instalment: Instalment, receipt: Receipt, currency: str) -> Iterator[RenderableType]:
    yield receipt_line(desk, receipt)
    yield instalment_table(desk, [instalment], currency)


def pay_commands() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    group.command("instruct", cls=HelpCommand)(instruct)
    group.command("settle", cls=HelpCommand)(settle)
    group.command("reject", cls=HelpCommand)(reject)
    group.command("return", cls=HelpCommand)(return_)
    return group
