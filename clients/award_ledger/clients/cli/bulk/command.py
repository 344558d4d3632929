"""`award-ledger import FILE.csv`: read once to check, then prepare, send and write the result, batch by batch."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from award_ledger.clients.cli.bulk.columns import FileProblem
from award_ledger.clients.cli.bulk.requests import Preparation, Prepared
from award_ledger.clients.cli.bulk.result_file import ResultFile
from award_ledger.clients.cli.bulk.rows import ImportFile, open_import
from award_ledger.clients.cli.bulk.sending import (
    APPROVED,
    CHECKED,
    INVALID,
    OUTCOMES,
    SUBMITTED,
    UNANSWERED,
    Outcome,
    Sender,
    batches,
)
from award_ledger.clients.cli.bulk.sending import FAILED as FAILED_ROW
from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.exit_codes import FAILED, NO_ANSWER
from award_ledger.clients.cli.options import MAX_NUMBER
from award_ledger.clients.cli.progress import progress
from award_ledger.clients.cli.tables import fields, line
from award_ledger.clients.department.calling import MAX_BATCH_ROWS

WELL = (APPROVED, SUBMITTED, CHECKED)
BATCH_ROWS = 500
BATCH_PATIENCE = 6
"""A batch is given this many times the deadline of a single call."""


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    approve: Annotated[bool, typer.Option("--approve")] = False,
    check: Annotated[bool, typer.Option("--check")] = False,
    result_file: Annotated[Path | None, typer.Option("--result", metavar="FILE")] = None,
    encoding: Annotated[str, typer.Option("--encoding", metavar="NAME")] = "",
    batch_rows: Annotated[int, typer.Option("--batch-rows", metavar="NUMBER", min=1, max=MAX_BATCH_ROWS)] = BATCH_ROWS,
    approval_round: Annotated[int, typer.Option("--round", metavar="NUMBER", min=1, max=MAX_NUMBER)] = 1,
) -> None:
    """Import a CSV file."""
    desk = desk_of(context)
    result = result_file or file.with_suffix(".result.csv")
    source = _open(desk, file, encoding)
    if result.resolve() == file.resolve():
        raise UsageProblem(desk.say("import.same_file"), "--result")
    desk.client.get_head()  # a ledger that does not answer is noticed before an earlier result is overwritten
    sender = None if check else Sender(desk.client, approve, approval_round, BATCH_PATIENCE * desk.timeout_s)
    counts: Counter[str] = Counter()
    try:
        with ResultFile(result, desk) as results, progress(desk, file.name, source.rows) as advance:
            for batch in batches(_prepared(desk, source), batch_rows):
                outcomes = sender.send(batch) if sender else [_checked(prepared) for prepared in batch]
                results.write(outcomes)
                counts.update(outcome.kind for outcome in outcomes)
                advance(len(batch))
    except OSError as error:
        text = desk.say("failure.write", path=result, problem=error.strerror)
        raise UsageProblem(text) from error
    finally:
        if counts:
            _summary(desk, counts, source, result)
    if any(counts[kind] for kind in OUTCOMES if kind not in WELL):
        raise typer.Exit(NO_ANSWER if counts[UNANSWERED] else FAILED)


def _open(desk: Desk, file: Path, encoding: str) -> ImportFile:
    try:
        return open_import(file, encoding)
    except FileProblem as problem:
        raise UsageProblem(desk.say(problem.key, **problem.values), str(file)) from problem
    except OSError as error:
        raise UsageProblem(desk.say("failure.file", path=file, problem=error.strerror), "FILE") from error


def _prepared(desk: Desk, source: ImportFile) -> Iterator[Prepared]:
    preparation = Preparation(desk)
    return (preparation.prepare(row) for row in source.read())


def _checked(prepared: Prepared) -> Outcome:
    """The outcome of a row that is not sent."""
    if prepared.error:
        return Outcome(prepared, FAILED_ROW, error=prepared.error)
    return Outcome(prepared, INVALID, problem=prepared.problem) if prepared.problem else Outcome(prepared, CHECKED)


def _summary(desk: Desk, counts: Counter[str], source: ImportFile, result: Path) -> None:
    """How many rows became what, and where to read why."""
    if desk.json:
        document = {"rows": source.rows, **{kind: counts[kind] for kind in OUTCOMES}, "result_file": str(result)}
        desk.write_json(json.dumps(document, ensure_ascii=False, indent=2))
        return
    told = [(desk.say(f"outcome.{kind}"), str(counts[kind])) for kind in OUTCOMES if counts[kind]]
    missing = source.rows - counts.total()
    if missing:
        told.append((desk.say("import.not_sent"), str(missing)))
    desk.print([fields(told), line(desk.say("import.result", path=result))])
