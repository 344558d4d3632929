"""`award-ledger finance write-off` and `finance vouchers`: what is owed to an account, and the treasury's numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.commands.finance_files import extra
from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of, json_of
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.options import Amount, DryRun, On, Reason, RequestId, dated
from award_ledger.clients.cli.tables import line
from award_ledger.clients.cli.views.finance import receivable_line
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.clients.errors import LedgerError
from award_ledger.v1.finance_pb2 import WriteOffReceivableResponse

MOST_VOUCHERS = 2_000
"""Of one call."""

_UNCHANGED = "VOUCHERS_EXIST"


def write_off(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT")],
    receivable: Annotated[str, typer.Argument(metavar="RECEIVABLE")],
    amount: Amount,
    reason: Reason,
    back: Annotated[bool, typer.Option("--back")] = False,
    on: On = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Propose to write a receivable off, or complete another's proposal."""
    desk = desk_of(context)
    currency = desk.client.get_account_status(account).status.currency
    minor = desk.minor(amount, currency, "--amount")
    options = dated(desk, on, request_id, dry_run)
    answer = desk.client.write_off_receivable(
        account, receivable, amount_minor=-minor if back else minor, reason=reason, **options
    )
    desk.answer(answer, lambda: _written_off(desk, answer, currency))


def _written_off(desk: Desk, answer: WriteOffReceivableResponse, currency: str) -> Iterator[RenderableType]:
    yield receipt_line(desk, answer.receipt)
    owed = answer.receivable
    left = owed.amount_minor - owed.received_minor - owed.written_off_minor
    told = {"received": owed.received_minor, "written_off": owed.written_off_minor, "left": left}
    amounts = {name: f"{to_major(minor, currency)} {currency}" for name, minor in told.items()}
    yield line(desk.say("finance.written_off", reference=owed.reference, **amounts))
    yield from receivable_line(desk, owed, currency)


def vouchers(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT")],
    file: Annotated[Path | None, typer.Argument(metavar="FILE", exists=True, dir_okay=False)] = None,
    voucher: Annotated[list[str] | None, typer.Option("--voucher", metavar="ID=NUMBER")] = None,
    on: On = "",
    dry_run: DryRun = False,
) -> None:
    """Record the numbers of vouchers that the treasury issued for payments."""
    desk = desk_of(context)
    told, left = [_pair(desk, text) for text in voucher or ()], 0
    if file is not None:
        with extra(desk):
            from award_ledger.clients.finance.files.quarantine import Quarantined
            from award_ledger.clients.finance.voucher_file import issued_vouchers
        try:
            found = issued_vouchers(file)
        except Quarantined as refused:
            raise UsageProblem(str(refused), "FILE") from refused
        told, left = told + found.vouchers, found.left
    if not told:
        raise UsageProblem(desk.say("usage.no_vouchers"), "FILE")
    answers = []
    for begin in range(0, len(told), MOST_VOUCHERS):
        some = told[begin : begin + MOST_VOUCHERS]
        try:
            answers.append(desk.client.issue_vouchers(account, some, **dated(desk, on, "", dry_run)))
        except LedgerError as refused:
            if refused.reason != _UNCHANGED:
                raise
    if desk.json:
        parts = [json.loads(json_of(answer)) for answer in answers]
        desk.write_json(json.dumps({"answers": parts, "left": left}, ensure_ascii=False, indent=2))
        return
    issued = sum(len(answer.issued) for answer in answers)
    desk.print(
        [
            *(receipt_line(desk, answer.receipt) for answer in answers[-1:]),
            line(desk.say("finance.vouchers", issued=issued, left=left)),
        ]
    )


def _pair(desk: Desk, text: str) -> tuple[str, str]:
    paid, equals, number = text.partition("=")
    if not (paid.strip() and equals and number.strip()):
        raise UsageProblem(desk.say("usage.voucher", text=text), "--voucher")
    return paid.strip(), number.strip()
