"""What became of each thing of a package, and how it is told: failures on stderr with their places, then all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from google.protobuf.message import Message
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, json_of
from award_ledger.clients.cli.tables import line
from award_ledger.clients.cli.views.failure import failure_json, reason_of
from award_ledger.clients.errors import LedgerError
from award_ledger.clients.package_files import Sourced

M = TypeVar("M", bound=Message)
S = TypeVar("S", bound=Message)


@dataclass
class Outcome(Generic[M]):
    """What became of one measure or fund: `outcome` is the word for it, `answer` what the ledger said."""

    code: str
    name: str
    outcome: str
    answer: M | None = None
    error: LedgerError | None = None
    places: list[str] = field(default_factory=list)

    def fail(self, item: Sourced[S], error: LedgerError) -> None:
        """Note the failure with the places in the file that the server's field paths mean."""
        self.outcome, self.error = "failed", error
        self.places = [f"{item.locate(path)}: {path}: {what}" for path, what in error.violations]


def report(desk: Desk, outcomes: Sequence[Outcome[M]], parts: Iterable[RenderableType]) -> None:
    """Tell all: as one JSON document, or as `parts`."""
    for item in outcomes:
        if item.error is None:
            continue
        if desk.json:
            desk.write_json(failure_json(item.error), to_err=True)
            continue
        desk.err.print(line(f"{item.code}: {reason_of(item.error).what.say(desk.language)} {item.error}", "red"))
        for place in item.places:
            desk.err.print(line(f"  {place}"))
    if not desk.json:
        desk.print(parts)
        return
    documents = [
        {"code": item.code, "outcome": item.outcome}
        | ({"answer": json.loads(json_of(item.answer))} if item.answer else {})
        for item in outcomes
    ]
    desk.write_json(json.dumps({"outcomes": documents}, ensure_ascii=False, indent=2))
