"""`award-ledger funds …`: appropriations of a fiscal year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, desk_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.listing import write_csv
from award_ledger.clients.cli.options import (
    MAX_NUMBER,
    Amount,
    AsOf,
    Catalogues,
    Csv,
    Document,
    DryRun,
    Etag,
    FundArgument,
    MinPosition,
    On,
    PackageFiles,
    RequestId,
    acting,
    asking,
    day,
    writing,
)
from award_ledger.clients.cli.tables import line
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.clients.cli.views.register import fund_table, fund_view
from award_ledger.clients.department.calling import pages
from award_ledger.v1.common_pb2 import LocalizedText, Receipt
from award_ledger.v1.funds_pb2 import Fund, ListFundsResponse

Year = Annotated[int, typer.Option("--year", metavar="YEAR", min=0, max=MAX_NUMBER)]


def create(
    context: typer.Context,
    fund: FundArgument,
    year: Year,
    amount: Amount,
    currency: Annotated[str, typer.Option("--currency", metavar="CURRENCY")] = "CNY",
    name_zh: Annotated[str, typer.Option("--name-zh", metavar="TEXT")] = "",
    name_en: Annotated[str, typer.Option("--name-en", metavar="TEXT")] = "",
    document: Document = "",
    on: On = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Create a fund with its first appropriation."""
    desk = desk_of(context)
    answer = desk.client.create_fund(
        fund,
        fiscal_year=year,
        appropriated_minor=desk.minor(amount, currency, "--amount"),
        currency=currency.upper(),
        name=LocalizedText(zh=name_zh, en=name_en),
        document=document,
        effective_on=day(desk, on, "--on"),
        **writing(request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.fund, answer.receipt))


def change(
    context: typer.Context,
    fund: FundArgument,
    by: Annotated[str, typer.Option("--by", metavar="AMOUNT")],
    document: Document,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Raise or lower an appropriation."""
    desk = desk_of(context)
    change_minor = desk.minor(by, desk.currency_of_fund(fund), "--by", signed=True)
    options = acting(desk, on, etag, request_id, dry_run)
    answer = desk.client.change_appropriation(fund, change_minor=change_minor, document=document, **options)
    desk.answer(answer, lambda: _written(desk, answer.fund, answer.receipt))


def load(
    context: typer.Context,
    files: PackageFiles = None,
    catalogue: Catalogues = None,
    dry_run: DryRun = False,
) -> None:
    """Create the funds that packages list."""
    desk = desk_of(context)
    # Imported here, so that the other commands do not wait for YAML.
    from award_ledger.clients.cli.fund_loading import FundLoader
    from award_ledger.clients.cli.packages import chosen_packages

    FundLoader(desk, dry_run).load(chosen_packages(desk, files or (), catalogue or (), "load"))


def list_(
    context: typer.Context,
    year: Year = 0,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List funds by code."""
    desk = desk_of(context)
    found = ListFundsResponse()
    listing = pages(desk.client.list_funds, fiscal_year=year, **asking(desk, as_of, min_position))
    if csv:
        write_csv(desk, (fund_table(desk, page.funds) for page in listing))
        return
    for page in listing:
        found.funds.extend(page.funds)
        found.position = page.position
    desk.answer(found, lambda: [fund_table(desk, found.funds) if found.funds else line(desk.say("none"))])


def show(context: typer.Context, fund: FundArgument, as_of: AsOf = "", min_position: MinPosition = 0) -> None:
    """Show one fund."""
    desk = desk_of(context)
    answer = desk.client.get_fund(fund, **asking(desk, as_of, min_position))
    desk.answer(answer, lambda: fund_view(desk, answer.fund))


def _written(desk: Desk, fund: Fund, receipt: Receipt) -> Iterator[RenderableType]:
    yield receipt_line(desk, receipt)
    yield from fund_view(desk, fund)


def funds_commands() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    group.command("create", cls=HelpCommand)(create)
    group.command("load", cls=HelpCommand)(load)
    group.command("change", cls=HelpCommand)(change)
    group.command("list", cls=HelpCommand)(list_)
    group.command("show", cls=HelpCommand)(show)
    return group
