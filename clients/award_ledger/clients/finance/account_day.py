"""An account's day as the ledger has it at one position, read from the server for its certificate."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, NamedTuple

from award_ledger.clients.department import LedgerClient
from award_ledger.clients.department.calling import pages
from award_ledger.clients.finance.certificate import certificate
from award_ledger.v1.bank_lines_pb2 import BankLine


class AccountDay(NamedTuple):
    """`document` is the certificate, `lines` are those of the day in full."""

    document: dict[str, Any]
    lines: list[BankLine]


def account_day(client: LedgerClient, account: str, on: dt.date, **asked: Any) -> AccountDay:
    """As of the point that `asked` names, or now. Raises LedgerError."""
    answer = client.get_account_status(account, **asked)
    at = {"day": on, "as_of": answer.position, "page_size": 1000}
    statements = [told for page in pages(client.list_statements, account, **at) for told in page.statements]
    lines = [told for page in pages(client.list_bank_lines, account, **at) for told in page.lines]
    status = answer.status
    decided = _deciders(client, lines)
    document = certificate(status.account, status.currency, on, answer.position, statements, lines, decided)
    return AccountDay(document, lines)


def _deciders(client: LedgerClient, lines: list[BankLine]) -> dict[int, list[str]]:
    """Who said what the lines are, by the position of the match: one person, or the second and the first."""
    decided: dict[int, list[str]] = {}
    for position in sorted({told.matched_at for told in lines} - {0}):
        for event in client.follow_events(position - 1, to_position=position):
            act = json.loads(event.state)["act"]
            decided[position] = [person for person in (act["principal"], act.get("second", "")) if person]
    return decided
