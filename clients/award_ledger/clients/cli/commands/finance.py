"""`award-ledger finance …`: bank accounts, statements, what their lines are, and an account's day."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.commands.finance_attempts import attempts
from award_ledger.clients.cli.commands.finance_files import extra, import_, journal, save, verify
from award_ledger.clients.cli.commands.finance_receivables import vouchers, write_off
from award_ledger.clients.cli.commands.finance_runs import run_commands
from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of, json_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.options import (
    AsOf,
    Document,
    DryRun,
    Etag,
    FundArgument,
    MinPosition,
    On,
    Reason,
    RequestId,
    acting,
    asking,
    dated,
    day,
    writing,
)
from award_ledger.clients.cli.tables import line
from award_ledger.clients.cli.views.finance import (
    CONTENT,
    accounts_rows,
    accounts_table,
    day_rows,
    line_rows,
    line_table,
    proposal_table,
    short_key,
    status_rows,
    status_view,
)
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.clients.cli.views.register import fund_view
from award_ledger.clients.department.calling import enterprise_number, pages
from award_ledger.clients.department.finance import MOST_MATCHES
from award_ledger.v1.bank_lines_pb2 import Allocation, AllocationKind, BankLine, LineClass
from award_ledger.v1.common_pb2 import Receipt
from award_ledger.v1.finance_pb2 import LineMatch, ListBankLinesResponse, Proposal
from award_ledger.v1.funds_pb2 import CloseFundYearResponse

AccountArgument = Annotated[str, typer.Argument(metavar="ACCOUNT")]
ToFile = Annotated[Path | None, typer.Option("--to", metavar="FILE", dir_okay=False)]
LineArgument = Annotated[str, typer.Argument(metavar="LINE")]


MOST_DAYS = 3_660
"""Of control totals in one answer."""


class ClassChoice(StrEnum):
    """The one class in which a line is."""

    IMPORTED = "imported"
    PROPOSED = "proposed"
    MATCHED = "matched"
    SUSPENSE = "suspense"
    OWN_TRANSFER = "own_transfer"
    FEE = "fee"


def open_(
    context: typer.Context,
    account: AccountArgument,
    name: Annotated[str, typer.Option("--name", metavar="TEXT")],
    bank: Annotated[str, typer.Option("--bank", metavar="TEXT")] = "",
    currency: Annotated[str, typer.Option("--currency", metavar="CURRENCY")] = "CNY",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Keep a bank account of ours."""
    desk = desk_of(context)
    options = writing(request_id, dry_run)
    answer = desk.client.open_bank_account(account, name=name, bank=bank, currency=currency.upper(), **options)
    desk.answer(answer, lambda: [receipt_line(desk, answer.receipt)])


def match(
    context: typer.Context,
    account: AccountArgument,
    post: Annotated[bool, typer.Option("--post")] = False,
) -> None:
    """Say what could explain the open lines; with --post, post what is exact and without rival."""
    desk = desk_of(context)
    proposals = list(desk.client.propose_matches(account))
    automatic = [_match(proposal) for proposal in proposals if proposal.automatic]
    posted: list[str] = []
    for begin in range(0, len(automatic) if post else 0, MOST_MATCHES):
        posted += desk.client.post_matches(account, automatic[begin : begin + MOST_MATCHES]).posted
    done = set(posted)
    left = [proposal for proposal in proposals if proposal.line.key not in done]
    if desk.json:
        told = [json.loads(json_of(proposal)) for proposal in left]
        document = {"lines": len(proposals), "automatic": len(automatic), "posted": posted, "proposals": told}
        desk.write_json(json.dumps(document, ensure_ascii=False, indent=2))
        return
    desk.print(_proposed(desk, account, proposals, automatic, posted, left))


def _match(proposal: Proposal) -> LineMatch:
    [explanation] = proposal.explanations
    return LineMatch(line=proposal.line.key, allocations=explanation.allocations, basis=explanation.step)


def _proposed(
    desk: Desk,
    account: str,
    proposals: list[Proposal],
    automatic: list[LineMatch],
    posted: list[str],
    left: list[Proposal],
) -> Iterator[RenderableType]:
    counts = {"lines": len(proposals), "automatic": len(automatic), "posted": len(posted)}
    yield line(desk.say("finance.proposed", **counts))
    if left:
        currency = desk.client.get_account_status(account).status.currency
        yield proposal_table(desk, left, currency)


def assign(
    context: typer.Context,
    account: AccountArgument,
    line_key: LineArgument,
    part: Annotated[list[str], typer.Option("--as-part", metavar="KIND:AMOUNT[:REFERENCE]")],
    reason: Reason,
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Say by hand what a line is; another person's same command completes it."""
    desk = desk_of(context)
    currency = desk.client.get_account_status(account).status.currency
    parts = [_part(desk, text, currency) for text in part]
    whole = _whole_key(desk, account, line_key)
    answer = desk.client.match_line(account, whole, parts, reason=reason, **writing(request_id, dry_run))
    desk.answer(answer, lambda: _line_written(desk, answer.line, answer.receipt, currency))


def _whole_key(desk: Desk, account: str, shown: str) -> str:
    """The key of a line that is named as tables show it. Raises UsageProblem where several lines are shown so."""
    if not shown.startswith(CONTENT) or short_key(shown) != shown:
        return shown
    every = (told.key for page in pages(desk.client.list_bank_lines, account, page_size=1000) for told in page.lines)
    found = [key for key in every if short_key(key) == shown]
    if len(found) > 1:
        raise UsageProblem(desk.say("finance.several_lines", shown=shown, lines=", ".join(found)), "LINE")
    return found[0] if found else shown


def _part(desk: Desk, text: str, currency: str) -> Allocation:
    kind, _, rest = text.partition(":")
    amount, _, reference = rest.partition(":")
    name = f"ALLOCATION_KIND_{kind.strip().upper().replace('-', '_')}"
    if name not in AllocationKind.keys()[1:]:
        raise UsageProblem(desk.say("usage.part", text=text), "--as-part")
    made = Allocation(kind=AllocationKind.Value(name), amount_minor=desk.minor(amount, currency, "--as-part"))
    if made.kind != AllocationKind.ALLOCATION_KIND_RECOVERY:
        made.reference = reference
        return made
    enterprise, _, award = reference.partition("/")
    award, _, number = award.partition("/")
    if not (enterprise and award and number.isascii() and number.isdecimal() and len(number) < 10):
        raise UsageProblem(desk.say("usage.part", text=text), "--as-part")
    made.enterprise.CopyFrom(enterprise_number(enterprise))
    made.award_id, made.clawback = desk.award(enterprise, award).award_id, int(number)
    return made


def unmatch(
    context: typer.Context,
    account: AccountArgument,
    line_key: LineArgument,
    reason: Reason,
    on: On = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Take back what a line was said to be; another person's same command completes it."""
    desk = desk_of(context)
    options = dated(desk, on, request_id, dry_run)
    answer = desk.client.unmatch_line(account, _whole_key(desk, account, line_key), reason=reason, **options)
    currency = desk.client.get_account_status(account).status.currency
    desk.answer(answer, lambda: _line_written(desk, answer.line, answer.receipt, currency))


def _line_written(desk: Desk, told: BankLine, receipt: Receipt, currency: str) -> Iterator[RenderableType]:
    yield receipt_line(desk, receipt)
    yield line_table(desk, [told], currency)


def lines(
    context: typer.Context,
    account: AccountArgument,
    of_day: Annotated[str, typer.Option("--day", metavar="DATE")] = "",
    line_class: Annotated[ClassChoice | None, typer.Option("--class")] = None,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    to: ToFile = None,
) -> None:
    """List the lines of an account."""
    desk = desk_of(context)
    asked = asking(desk, as_of, min_position)
    found = _lines(desk, account, day(desk, of_day, "--day"), line_class, asked)
    currency = desk.client.get_account_status(account, **asked).status.currency
    if to is not None:
        save(desk, to, line_rows(desk, found.lines, currency))
    desk.answer(found, lambda: [line_table(desk, found.lines, currency) if found.lines else line(desk.say("none"))])


def _lines(desk: Desk, account: str, of_day: str, line_class: ClassChoice | None, asked: Any) -> ListBankLinesResponse:
    kind = LineClass.Value(f"LINE_CLASS_{line_class.name if line_class else 'UNSPECIFIED'}")
    found = ListBankLinesResponse()
    for page in pages(desk.client.list_bank_lines, account, day=of_day, line_class=kind, page_size=1000, **asked):
        found.lines.extend(page.lines)
        found.position = page.position
    return found


def status(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT")] = "",
    on: Annotated[str, typer.Option("--on", metavar="DATE")] = "",
    days: Annotated[int, typer.Option("--days", metavar="NUMBER", min=0, max=MOST_DAYS)] = 10,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    to: ToFile = None,
) -> None:
    """Show how an account stands, or stood; without one, how all of them do."""
    desk = desk_of(context)
    asked: Any = {"on": day(desk, on, "--on"), "days": days, **asking(desk, as_of, min_position)}
    if account:
        answer = desk.client.get_account_status(account, **asked)
        if to is not None:
            save(desk, to, status_rows(desk, answer.status), day_rows(desk, [answer.status]))
        desk.answer(answer, lambda: status_view(desk, answer.status))
        return
    listed = pages(desk.client.list_bank_accounts, page_size=1000, **asking(desk, as_of, min_position))
    found = [desk.client.get_account_status(number, **asked) for page in listed for number in page.accounts]
    every = [answer.status for answer in found]
    if to is not None:
        save(desk, to, accounts_rows(desk, every), day_rows(desk, every))
    if desk.json:
        told = [json.loads(json_of(answer)) for answer in found]
        desk.write_json(json.dumps({"accounts": told}, ensure_ascii=False, indent=2))
        return
    desk.print([accounts_table(desk, every) if every else line(desk.say("none"))])


def day_(
    context: typer.Context,
    account: AccountArgument,
    of_day: Annotated[str, typer.Argument(metavar="DATE")],
    certificate: Annotated[Path | None, typer.Option("--certificate", metavar="FILE")] = None,
    as_of: AsOf = "",
) -> None:
    """Show an account's day: its statements and every line in one class; --certificate writes it to be verified."""
    desk = desk_of(context)
    with extra(desk):
        from award_ledger.clients.finance.account_day import account_day
        from award_ledger.clients.finance.certificate import written
    on = dt.date.fromisoformat(day(desk, of_day, "DATE"))
    document, found = account_day(desk.client, account, on, **asking(desk, as_of, 0))
    if certificate is not None:
        certificate.write_text(written(document), "utf-8")
    if desk.json:
        desk.write_json(json.dumps(document, ensure_ascii=False, indent=2))
        return
    desk.print(_day(desk, document, found, certificate))


def _day(
    desk: Desk, document: dict[str, Any], found: list[BankLine], certificate: Path | None
) -> Iterator[RenderableType]:
    currency = document["currency"]
    for told in document["statements"]:
        opening, closing = (to_major(told[name], currency) for name in ("opening_minor", "closing_minor"))
        named = told["statement_id"] or told["format"]
        yield line(desk.say("finance.statement", id=named, opening=opening, closing=closing))
    yield line_table(desk, found, currency) if found else line(desk.say("none"))
    if certificate is not None:
        yield line(desk.say("finance.certified", file=str(certificate), sha256=document["sha256"]))


def close_year(
    context: typer.Context,
    fund: FundArgument,
    document: Document,
    carry_into: Annotated[str, typer.Option("--carry-into", metavar="FUND")] = "",
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Close the fiscal year of a fund: what nobody was promised lapses, or is carried into another fund."""
    desk = desk_of(context)
    options = acting(desk, on, etag, request_id, dry_run)
    answer = desk.client.close_fund_year(fund, document=document, carry_into=carry_into, **options)
    desk.answer(answer, lambda: _closed(desk, answer))


def _closed(desk: Desk, answer: CloseFundYearResponse) -> Iterator[RenderableType]:
    yield receipt_line(desk, answer.receipt)
    told = {
        name: to_major(getattr(answer, f"{name}_minor"), answer.fund.currency)
        for name in ("lapsed", "carried", "encumbered")
    }
    yield line(desk.say("finance.year_closed", **told))
    yield from fund_view(desk, answer.fund)


def finance_commands() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    group.command("open", cls=HelpCommand)(open_)
    group.command("import", cls=HelpCommand)(import_)
    group.command("match", cls=HelpCommand)(match)
    group.command("assign", cls=HelpCommand)(assign)
    group.command("unmatch", cls=HelpCommand)(unmatch)
    group.command("write-off", cls=HelpCommand)(write_off)
    group.command("vouchers", cls=HelpCommand)(vouchers)
    group.command("lines", cls=HelpCommand)(lines)
    group.command("status", cls=HelpCommand)(status)
    group.command("attempts", cls=HelpCommand)(attempts)
    group.command("day", cls=HelpCommand)(day_)
    group.command("verify", cls=HelpCommand)(verify)
    group.command("journal", cls=HelpCommand)(journal)
    group.command("close-year", cls=HelpCommand)(close_year)
    group.add_typer(run_commands(), name="run")
    return group
