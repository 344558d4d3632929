"""Proof of a write on the screen."""

from __future__ import annotations

from rich.text import Text

from award_ledger.clients.cli.desk import Desk
from award_ledger.clients.cli.tables import line, moment
from award_ledger.v1.common_pb2 import Receipt


def receipt_line(desk: Desk, receipt: Receipt) -> Text:
    """Where the act is recorded, that it was before, or that it was only tried."""
    if not receipt.position:
        return line(desk.say("recorded.dry_run"), "yellow")
    key = "recorded.before" if receipt.repeated else "recorded"
    return line(desk.say(key, position=receipt.position, moment=moment(receipt.recorded_at)), "green")
