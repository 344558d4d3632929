"""The result file of an import: one line for each row, written as the answers come."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from award_ledger.clients.cli.bulk.sending import Outcome
from award_ledger.clients.cli.desk import Desk
from award_ledger.clients.cli.money import plain_major
from award_ledger.clients.cli.views.failure import reason_of
from award_ledger.v1.common_pb2 import Assessment

COLUMNS = (
    "line",
    "enterprise",
    "measure",
    "outcome",
    "application",
    "award",
    "asked",
    "approved",
    "admissible",
    "currency",
    "reason",
    "message",
    "binding",
    "position",
    "repeated",
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class ResultFile:
    """Writes outcomes. UTF-8 with a byte order mark, as spreadsheets want it; flushed after every batch."""

    def __init__(self, path: Path, desk: Desk) -> None:
        self._desk = desk
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([desk.say(f"result.{name}") for name in COLUMNS])
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, outcomes: Iterable[Outcome]) -> None:
        """Write some outcomes and make sure that they are in the file; raises OSError."""
        for outcome in outcomes:
            self._writer.writerow([harmless(cell) for cell in self._cells(outcome)])
        self._file.flush()

    def _cells(self, outcome: Outcome) -> list[str]:
        row, requests = outcome.prepared.row, outcome.prepared.requests
        currency = requests.currency if requests else ""
        award, assessment, error = outcome.award, outcome.assessment, outcome.error
        return [
            str(row.line),
            row.get("enterprise"),
            row.get("measure"),
            self._desk.say(f"outcome.{outcome.kind}"),
            outcome.application_id,
            award.award_id if award else "",
            plain_major(requests.submit.asked_minor, currency) if requests else row.get("asked"),
            plain_major(award.approved_minor, currency) if award else "",
            self._admissible(assessment, currency) if assessment else "",
            currency,
            (error.reason or error.code.name) if error else "",
            self._message(outcome),
            "; ".join(assessment.binding) if assessment else "",
            str(outcome.position or ""),
            self._desk.say("result.yes") if outcome.repeated else "",
        ]

    def _admissible(self, assessment: Assessment, currency: str) -> str:
        return (
            self._desk.say("unlimited") if assessment.unlimited else plain_major(assessment.admissible_minor, currency)
        )

    def _message(self, outcome: Outcome) -> str:
        error = outcome.error
        if error is None:
            return outcome.problem
        what = reason_of(error).what.say(self._desk.language, server=self._desk.server)
        wrong = [f"{path}: {problem}" for path, problem in error.violations]
        return " ".join([what, error.message, *wrong]).strip()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
