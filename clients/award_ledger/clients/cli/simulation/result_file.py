"""The result of a simulation: one line for each row, written as the answers come.

Headings and outcomes are the same in every language: programs read this file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from award_ledger.clients.cli.bulk.result_file import harmless
from award_ledger.clients.cli.desk import Desk
from award_ledger.clients.cli.money import plain_major
from award_ledger.clients.cli.simulation.awards_file import SkippedRow
from award_ledger.clients.cli.simulation.sending import SKIPPED, Decision
from award_ledger.clients.cli.tables import number_of
from award_ledger.clients.cli.views.failure import reason_of

COLUMNS = (
    "line",
    "ref_no",
    "enterprise",
    "granted_on",
    "currency",
    "asked",
    "granted",
    "outcome",
    "reason",
    "message",
    "binding",
    "admissible",
    "application",
    "award",
    "position",
    "repeated",
)


class ResultFile:
    """Writes rows. UTF-8 with a byte order mark, as spreadsheets want it; flushed after every batch."""

    def __init__(self, path: Path, desk: Desk, currency: str) -> None:
        self._desk, self._currency = desk, currency
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.DictWriter(self._file, COLUMNS, restval="")
        self._writer.writeheader()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def skip(self, rows: Iterable[SkippedRow]) -> None:
        """Writes rows that cannot be used; raises OSError."""
        for row in rows:
            self._write(
                line=row.line,
                ref_no=row.ref_no,
                enterprise=row.recipient_id,
                granted_on=row.granted_on,
                outcome=SKIPPED,
                reason=row.why.reason,
                message=self._desk.say(f"simulate.{row.why.reason}", **row.why.values),
            )
        self._file.flush()

    def add(self, decisions: Iterable[Decision]) -> None:
        """Writes rows that were sent; raises OSError."""
        for decision in decisions:
            award, assessment, error = decision.award, decision.assessment, decision.error
            self._write(
                line=award.line,
                ref_no=award.ref_no,
                enterprise=number_of(decision.enterprise),
                granted_on=award.granted_on,
                currency=self._currency,
                asked=plain_major(award.asked_minor, self._currency),
                granted=plain_major(decision.granted_minor, self._currency),
                outcome=decision.outcome,
                reason=(error.reason or error.code.name) if error else "",
                message=self._message(decision),
                binding="; ".join(assessment.binding) if assessment and held_back(decision) else "",
                admissible=plain_major(assessment.admissible_minor, self._currency)
                if assessment and not assessment.unlimited
                else "",
                application=decision.application_id,
                award=decision.award_id,
                position=decision.position or "",
                repeated="yes" if decision.repeated else "",
            )
        self._file.flush()

    def _message(self, decision: Decision) -> str:
        if decision.error is None:
            return ""
        what = reason_of(decision.error).what.say(self._desk.language, server=self._desk.server)
        wrong = [f"{path}: {problem}" for path, problem in decision.error.violations]
        return " ".join([what, decision.error.message, *wrong]).strip()

    def _write(self, **cells: object) -> None:
        self._writer.writerow({name: harmless(str(cell)) for name, cell in cells.items()})


def held_back(decision: Decision) -> bool:
    """True where some limit held back what was asked."""
    return decision.granted_minor != decision.award.asked_minor
