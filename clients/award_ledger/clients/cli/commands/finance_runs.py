"""`award-ledger finance run …`: payments that go to the bank together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.commands.finance_files import extra
from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of, json_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.options import (
    AsOf,
    DryRun,
    Etag,
    MinPosition,
    On,
    Reason,
    RequestId,
    acting,
    asking,
    dated,
    day,
)
from award_ledger.clients.cli.tables import line, number_of
from award_ledger.clients.cli.views.finance import payable_table, run_table, run_view
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.clients.department.calling import pages
from award_ledger.v1.common_pb2 import Receipt
from award_ledger.v1.payment_runs_pb2 import (
    ListPayableResponse,
    ListPaymentRunsResponse,
    PayableInstalment,
    PaymentRun,
)

MOST_PAYMENTS = 2_000
"""Of one run."""

CodeArgument = Annotated[str, typer.Argument(metavar="CODE")]
Counter = Annotated[bool, typer.Option("--counter")]


def draft(
    context: typer.Context,
    code: CodeArgument,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT")],
    execute_on: Annotated[str, typer.Option("--execute-on", metavar="DATE")],
    pay: Annotated[list[str] | None, typer.Option("--pay", metavar="ENTERPRISE/AWARD[/INSTALMENT]")] = None,
    measure: Annotated[str, typer.Option("--measure", metavar="MEASURE")] = "",
    on: On = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Draft a run of payments that are due."""
    desk = desk_of(context)
    when = day(desk, execute_on, "--execute-on")
    wanted = [_named(desk, text) for text in pay or ()]
    due = _due(desk, measure, account, day(desk, on, "--on")) if measure else []
    payable = [instalment for instalment in due if not instalment.reason]
    room = MOST_PAYMENTS - len(wanted)
    left = [instalment for instalment in due if instalment.reason] + payable[room:]
    wanted += [(number_of(one.pays.enterprise), one.pays.award_id, one.pays.instalment) for one in payable[:room]]
    if not wanted:
        raise UsageProblem(desk.say("finance.nothing_to_pay", left=len(left)), "--pay")
    options = dated(desk, on, request_id, dry_run)
    answer = desk.client.draft_payment_run(code, account, wanted, execute_on=when, **options)
    if desk.json:
        document = json.loads(json_of(answer))
        document["left_out"] = [json.loads(json_of(one)) for one in left]
        desk.write_json(json.dumps(document, ensure_ascii=False, indent=2))
        return
    desk.print([*_written(desk, answer.run, answer.receipt), *_left_out(desk, left, answer.run.currency)])


def _left_out(desk: Desk, left: list[PayableInstalment], currency: str) -> Iterator[RenderableType]:
    if left:
        yield line(desk.say("finance.left_out", count=len(left)), "yellow")
        yield payable_table(desk, left, currency)


def payable(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT")],
    measure: Annotated[str, typer.Argument(metavar="MEASURE")],
    on: On = "",
) -> None:
    """List what is due under a measure, and whether a run of yours could pay it."""
    desk = desk_of(context)
    found = ListPayableResponse(instalments=_due(desk, measure, account, day(desk, on, "--on")))
    currency = desk.client.get_account_status(account).status.currency
    shown = found.instalments
    desk.answer(found, lambda: [payable_table(desk, shown, currency) if shown else line(desk.say("none"))])


def _named(desk: Desk, text: str) -> tuple[str, str, int]:
    enterprise, _, rest = text.partition("/")
    reference, _, number = rest.partition("/")
    if not reference or not (number or "1").isdecimal() or len(number) > 9:
        raise UsageProblem(desk.say("usage.pay", text=text), "--pay")
    award = desk.award(enterprise, reference)
    return enterprise, award.award_id, int(number or "1")


def _due(desk: Desk, measure: str, account: str, on: str) -> list[PayableInstalment]:
    """Every instalment of a measure that is due, payable or not."""
    found = pages(desk.client.list_payable, measure, account, on=on, page_size=1000)
    return [instalment for page in found for instalment in page.instalments]


def approve(
    context: typer.Context,
    code: CodeArgument,
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Approve a draft of somebody else: all its payments are instructed, or none."""
    desk = desk_of(context)
    answer = desk.client.approve_payment_run(code, **acting(desk, on, etag, request_id, dry_run))
    desk.answer(answer, lambda: _written(desk, answer.run, answer.receipt))


def cancel(
    context: typer.Context,
    code: CodeArgument,
    reason: Reason,
    on: On = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Give a draft up."""
    desk = desk_of(context)
    options = dated(desk, on, request_id, dry_run)
    answer = desk.client.cancel_payment_run(code, reason=reason, **options)
    desk.answer(answer, lambda: _written(desk, answer.run, answer.receipt))


def send(
    context: typer.Context,
    code: CodeArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)],
    counter: Counter = False,
    text: Annotated[str, typer.Option("--text", metavar="TEXT")] = "",
    answer_by: Annotated[str, typer.Option("--answer-by", metavar="DATE")] = "",
) -> None:
    """Write the file of an approved run for the bank, and record its hash."""
    desk = desk_of(context)
    with extra(desk):
        from award_ledger.clients.finance.files.counter_csv import counter_csv
        from award_ledger.clients.finance.files.instruction import InvalidInstruction
        from award_ledger.clients.finance.files.pain001 import MESSAGE, pain001
        from award_ledger.clients.finance.run_file import instruction_of
    run = desk.client.get_payment_run(code, with_payees=True).run
    try:
        told = instruction_of(run, text)
        content = counter_csv(told) if counter else pain001(told)
    except InvalidInstruction as refused:
        raise UsageProblem(desk.say("finance.no_file", why=str(refused)), "CODE") from refused
    digest = hashlib.sha256(content).hexdigest()
    if run.file_sha256 and run.file_sha256 != digest:
        raise UsageProblem(desk.say("finance.sent_otherwise", sha256=run.file_sha256), "CODE")
    sent: Any = {
        "file_sha256": digest,
        "file_format": "counter.csv" if counter else MESSAGE,
        "answer_by": day(desk, answer_by, "--answer-by"),
    }
    if not run.file_sha256:
        desk.client.record_run_sent(code, **sent, validate_only=True)
    # On disk before it counts as sent: the other way round a run could be sent whose file nobody has.
    with file.open("xb") as new:
        new.write(content)
    if run.file_sha256:
        desk.print([line(desk.say("finance.written_again", file=str(file)))])
        return
    answer = desk.client.record_run_sent(code, **sent)
    desk.answer(answer, lambda: _written(desk, answer.run, answer.receipt))


def show(context: typer.Context, code: CodeArgument, as_of: AsOf = "", min_position: MinPosition = 0) -> None:
    """Show a run."""
    desk = desk_of(context)
    answer = desk.client.get_payment_run(code, **asking(desk, as_of, min_position))
    desk.answer(answer, lambda: run_view(desk, answer.run))


def list_(context: typer.Context, as_of: AsOf = "", min_position: MinPosition = 0) -> None:
    """List runs."""
    desk = desk_of(context)
    found = ListPaymentRunsResponse()
    for page in pages(desk.client.list_payment_runs, **asking(desk, as_of, min_position)):
        found.runs.extend(page.runs)
        found.position = page.position
    desk.answer(found, lambda: [run_table(desk, found.runs) if found.runs else line(desk.say("none"))])


def _written(desk: Desk, run: PaymentRun, receipt: Receipt) -> Iterator[RenderableType]:
    yield receipt_line(desk, receipt)
    yield from run_view(desk, run)


def run_commands() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    group.command("payable", cls=HelpCommand)(payable)
    group.command("draft", cls=HelpCommand)(draft)
    group.command("approve", cls=HelpCommand)(approve)
    group.command("cancel", cls=HelpCommand)(cancel)
    group.command("send", cls=HelpCommand)(send)
    group.command("show", cls=HelpCommand)(show)
    group.command("list", cls=HelpCommand)(list_)
    return group
