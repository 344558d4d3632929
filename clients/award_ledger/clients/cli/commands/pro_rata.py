"""`award-ledger pro-rata`: a batch decided as one, each award cut by one ratio where the fund does not suffice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.options import (
    AsOf,
    DryRun,
    Etag,
    MeasureArgument,
    On,
    Reason,
    RequestId,
    acting,
    asking,
)
from award_ledger.clients.cli.tables import line, number_of, table
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.clients.department.calling import pages
from award_ledger.v1.applications_pb2 import APPLICATION_STATUS_OPEN, Application
from award_ledger.v1.awards_pb2 import ApproveProRataResponse, ProRataRow


def pro_rata(
    context: typer.Context,
    measure: MeasureArgument,
    reason: Reason,
    application: Annotated[list[int] | None, typer.Option("--application", metavar="NUMBER")] = None,
    at_most: Annotated[str, typer.Option("--at-most", metavar="AMOUNT")] = "",
    as_of: AsOf = "",
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Approve applications of a measure as one decision."""
    desk = desk_of(context)
    currency = desk.currency_of(measure)
    answer = desk.client.approve_pro_rata(
        measure,
        [
            ProRataRow(enterprise=meant.enterprise, application_id=meant.application_id)
            for meant in _applications(desk, measure, application or [], as_of)
        ],
        reason,
        at_most_minor=desk.minor(at_most, currency, "--at-most") if at_most else None,
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _view(desk, answer))


def _applications(desk: Desk, measure: str, numbers: list[int], as_of: str) -> list[Application]:
    """Those that are open, oldest first, or of them those with these numbers; raises UsageProblem."""
    found: dict[int, Application] = {}
    options = asking(desk, as_of, 0)
    for page in pages(desk.client.list_applications, measure, status=APPLICATION_STATUS_OPEN, **options):
        found.update({item.number: item for item in page.applications})
    missing = [number for number in numbers if number not in found]
    if missing:
        raise UsageProblem(
            desk.say("usage.application.not_open", measure=measure, reference=missing[0]), "--application"
        )
    if not found:
        raise UsageProblem(desk.say("usage.application.none_open", measure=measure), "MEASURE")
    return [found[number] for number in numbers or found]


def _view(desk: Desk, answer: ApproveProRataResponse) -> Iterator[RenderableType]:
    yield receipt_line(desk, answer.receipt)
    full, available, granted = (
        f"{to_major(minor, answer.currency)} {answer.currency}"
        for minor in (answer.full_minor, answer.available_minor, answer.granted_minor)
    )
    key = "pro_rata.cut" if answer.granted_minor < answer.full_minor else "pro_rata.full"
    yield line(desk.say(key, full=full, available=available, granted=granted, fund=answer.fund_code))
    names = ("number", "enterprise", "in_full", "approved")
    rows = [
        [
            str(share.award.number or ""),
            number_of(share.award.enterprise),
            to_major(share.full_minor, answer.currency),
            to_major(share.award.approved_minor, answer.currency),
        ]
        for share in answer.shares
    ]
    yield table([desk.say(f"field.{name}") for name in names], rows, right="023")
