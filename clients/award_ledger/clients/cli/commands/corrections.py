"""`award-ledger correct`: an entry that is wrong is corrected by another that names it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.commands.applications import payee_of
from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.options import (
    MAX_POSITION,
    DryRun,
    Etag,
    Facts,
    GroundChoice,
    MoneyFacts,
    On,
    Reason,
    RequestId,
    acting,
    day,
    declared,
    pairs,
)
from award_ledger.clients.cli.tables import line
from award_ledger.clients.cli.views.assessment import assessment_view
from award_ledger.clients.cli.views.case import application_view, award_view
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.clients.cli.views.register import enterprise_view, fund_view
from award_ledger.v1.common_pb2 import Evidence
from award_ledger.v1.corrections_pb2 import CorrectEntryResponse, RightApplication
from award_ledger.v1.terms_pb2 import Ground


def correct(
    context: typer.Context,
    position: Annotated[int, typer.Argument(metavar="POSITION", min=1, max=MAX_POSITION)],
    reason: Reason,
    amount: Annotated[str, typer.Option("--amount", metavar="AMOUNT")] = "",
    name: Annotated[str, typer.Option("--name", metavar="TEXT")] = "",
    asked: Annotated[str, typer.Option("--asked", metavar="AMOUNT")] = "",
    fact: Facts = None,
    money: MoneyFacts = None,
    evidence: Annotated[list[str] | None, typer.Option("--evidence", metavar="KIND=REFERENCE")] = None,
    applied_on: Annotated[str, typer.Option("--applied-on", metavar="DATE")] = "",
    payee_name: Annotated[str, typer.Option("--payee-name", metavar="TEXT")] = "",
    payee_account: Annotated[str, typer.Option("--payee-account", metavar="TEXT")] = "",
    payee_bank: Annotated[str, typer.Option("--payee-bank", metavar="TEXT")] = "",
    result: Annotated[str, typer.Option("--result", metavar="RESULT")] = "",
    ground: Annotated[GroundChoice | None, typer.Option("--ground", metavar="GROUND")] = None,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Correct an entry that is wrong."""
    desk = desk_of(context)
    payee = payee_of(desk, payee_name, payee_account, payee_bank)
    if sum(bool(given) for given in (amount, name, asked, applied_on, payee, result, ground)) != 1:
        raise UsageProblem(desk.say("usage.right"))
    client, options = desk.client, acting(desk, on, etag, request_id, dry_run)
    currency = "" if name else desk.currency_of_entry(position)
    if name:
        answer = client.correct_name(position, name, reason, **options)
    elif applied_on:
        answer = client.correct_application_date(position, day(desk, applied_on, "--applied-on"), reason, **options)
    elif payee is not None:
        answer = client.correct_payee(position, payee, reason, **options)
    elif result:
        answer = client.correct_result(position, result, reason, **options)
    elif ground is not None:
        answer = client.correct_ground(position, Ground.Value(f"GROUND_{ground.name}"), reason, **options)
    elif amount or not currency:
        # An entry without a currency has no amount; what to do about it instead is the ledger's to say.
        right = desk.minor(amount, currency, "--amount", signed=True) if currency else 0
        answer = client.correct_amount(position, right, reason, **options)
    else:
        said = RightApplication(
            asked_minor=desk.minor(asked, currency, "--asked"),
            facts=declared(desk, fact, money, currency),
            evidence=[Evidence(kind=kind, reference=item) for kind, item in pairs(desk, evidence, "--evidence")],
        )
        answer = client.correct_application(position, said, reason, **options)
    desk.answer(answer, lambda: _written(desk, answer, currency))


def _written(desk: Desk, answer: CorrectEntryResponse, currency: str) -> Iterator[RenderableType]:
    yield receipt_line(desk, answer.receipt)
    match answer.WhichOneof("corrected"):
        case "award":
            if answer.award.raise_proposed_by:
                yield line(desk.say("correct.proposed", principal=answer.award.raise_proposed_by), "yellow")
            yield from award_view(desk, answer.award)
            if answer.HasField("assessment"):
                yield from assessment_view(desk, answer.assessment)
        case "application":
            yield from application_view(desk, answer.application, currency)
        case "enterprise":
            yield from enterprise_view(desk, answer.enterprise)
        case "fund":
            yield from fund_view(desk, answer.fund)
