"""`award-ledger finance attempts`: where each attempt to pay stands, by all that the bank said until then."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, desk_of
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.options import AsOf, MinPosition, asking, day
from award_ledger.clients.cli.tables import line, number_of, table
from award_ledger.clients.department.calling import pages
from award_ledger.v1.bank_answers_pb2 import AttemptState, ListAttemptsResponse


class StateChoice(StrEnum):
    """Where an attempt stands."""

    INSTRUCTED = "instructed"
    SENT = "sent"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    REPORTED = "reported"
    SETTLED = "settled"
    PARTLY_SETTLED = "partly_settled"
    RETURNED = "returned"
    FAILED = "failed"


def attempts(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT")],
    state: Annotated[StateChoice | None, typer.Option("--state")] = None,
    on: Annotated[str, typer.Option("--on", metavar="DATE")] = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
) -> None:
    """List the attempts to pay through an account."""
    desk = desk_of(context)
    asked: Any = {"on": day(desk, on, "--on"), "page_size": 1000, **asking(desk, as_of, min_position)}
    asked["state"] = AttemptState.Value(f"ATTEMPT_STATE_{state.name if state else 'UNSPECIFIED'}")
    found = ListAttemptsResponse()
    for page in pages(desk.client.list_attempts, account, **asked):
        found.attempts.extend(page.attempts)
        found.position = page.position
    currency = desk.client.get_account_status(account, as_of=found.position).status.currency
    desk.answer(found, lambda: [_table(desk, found, currency) if found.attempts else line(desk.say("none"))])


def _table(desk: Desk, found: ListAttemptsResponse, currency: str) -> RenderableType:
    columns = ("end_to_end_id", "code", "enterprise", "amount", "status", "sent_on", "answer_by", "answer")
    rows = []
    for attempt in found.attempts:
        state = desk.name("attempt_state", AttemptState.Name(attempt.state))
        contradicted = desk.say("finance.contradicted") if attempt.contradicted else ""
        rows.append(
            [
                attempt.end_to_end_id,
                attempt.run,
                number_of(attempt.payment.enterprise),
                to_major(attempt.amount_minor, currency),
                "\n".join(text for text in (state, contradicted) if text),
                attempt.sent_on,
                attempt.answer_by,
                attempt.answer,
            ]
        )
    return table([desk.say(f"finance.column.{name}") for name in columns], rows, right="3")
