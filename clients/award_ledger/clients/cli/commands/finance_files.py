"""What finance does with files on this machine: importing statements, and verifying a certificate offline."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.exit_codes import FAILED
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.options import MAX_POSITION, DryRun
from award_ledger.clients.cli.progress import progress
from award_ledger.clients.cli.tables import line
from award_ledger.clients.cli.words.bank_files import FILE_REASONS
from award_ledger.clients.errors import LedgerError
from award_ledger.v1.bank_answers_pb2 import RecordEvidenceRequest
from award_ledger.v1.common_pb2 import Receipt

if TYPE_CHECKING:
    from award_ledger.clients.finance.certificate_check import Finding
    from award_ledger.clients.finance.files.opening import BankFile
    from award_ledger.clients.finance.files.quarantine import Quarantined
    from award_ledger.clients.finance.files.statement import Statement
    from award_ledger.clients.finance.table_file import Table

_UNCHANGED = "STATEMENT_EXISTS"


class JournalFormat(StrEnum):
    """Programs that read journals."""

    BEANCOUNT = "beancount"
    HLEDGER = "hledger"


@contextmanager
def extra(desk: Desk) -> Iterator[None]:
    """For imports of what only award-ledger[finance] has; raises UsageProblem."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("award_ledger"):
            raise
        raise UsageProblem(desk.say("finance.extra")) from error


def save(desk: Desk, path: Path, *tables: Table) -> None:
    """Writes tables for a spreadsheet; raises UsageProblem."""
    with extra(desk):
        from award_ledger.clients.finance.table_file import UnknownTable, write_tables
    try:
        write_tables(path, tables)
    except UnknownTable as error:
        raise UsageProblem(desk.say("finance.no_table", file=str(path)), "--to") from error
    except FileExistsError as error:
        raise UsageProblem(desk.say("finance.file_exists", file=str(path)), "--to") from error


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    account: Annotated[str, typer.Option("--account", metavar="ACCOUNT")] = "",
    profile: Annotated[str, typer.Option("--bank-profile", metavar="NAME")] = "",
    leniency: Annotated[str, typer.Option("--leniency", metavar="NAME")] = "",
    dry_run: DryRun = False,
) -> None:
    """Import bank statements; a file that fails is quarantined whole. Exit code 1 if anything was refused."""
    desk = desk_of(context)
    with extra(desk):
        from award_ledger.clients.finance.files import opening, quarantine
    reading = _reading(desk, profile, leniency)
    told: list[dict[str, Any]] = []
    for path in files:
        try:
            with (
                progress(desk, path.name, path.stat().st_size) as moved,
                opening.open_bank_file(path, account=account, progress=_steps(moved), **reading) as bank_file,
            ):
                told += _whole(desk, path, bank_file, account, dry_run)
        except quarantine.Quarantined as refused:
            finding = f"{refused.where}: {refused.finding}"
            told.append({"file": path.name, "outcome": "quarantined", "reason": refused.reason, "finding": finding})
    if desk.json:
        desk.write_json(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        desk.print([*(line(_sentence(desk, one)) for one in told), *_tried(desk, dry_run)])
    if any(one["outcome"] in ("quarantined", "refused") for one in told):
        raise typer.Exit(FAILED)


def _tried(desk: Desk, dry_run: bool) -> list[RenderableType]:
    return [line(desk.say("recorded.dry_run"), "yellow")] if dry_run else []


def _reading(desk: Desk, profile: str, leniency: str) -> dict[str, Any]:
    """How files are read: a profile by its name or from the caller's own file, a leniency. Raises UsageProblem."""
    from award_ledger.clients.finance.files.leniencies import leniencies
    from award_ledger.clients.finance.files.profiles import InvalidProfile, bundled_profiles, load_profile

    if leniency and leniency not in leniencies():
        raise UsageProblem(desk.say("finance.unknown_profile", name=leniency), "--leniency")
    if profile.endswith(".yaml"):
        try:
            own = load_profile(Path(profile).read_text("utf-8"), Path(profile).name)
        except (OSError, UnicodeDecodeError, InvalidProfile) as error:
            raise UsageProblem(str(error), "--bank-profile") from error
        return {"profile": own.profile, "own_profiles": (own,), "leniency": leniency}
    if profile and profile not in bundled_profiles():
        raise UsageProblem(desk.say("finance.unknown_profile", name=profile), "--bank-profile")
    return {"profile": profile, "leniency": leniency}


def _steps(moved: Any) -> Any:
    """A bar is moved on by what was read since; a file may be read more than once."""
    before = 0

    def step(done: int, _total: int) -> None:
        nonlocal before
        if done > before:
            moved(done - before)
            before = done

    return step


def _whole(desk: Desk, path: Path, bank_file: BankFile, account: str, dry_run: bool) -> list[dict[str, Any]]:
    """All statements of a file, or none: those of several are tried before the first is recorded."""
    if len(bank_file.statements) > 1 and not dry_run:
        tried = list(_imported(desk, path, bank_file, account, dry_run=True))
        if any(one["outcome"] == "refused" for one in tried):
            return [one if one["outcome"] in ("refused", "unchanged") else _held_back(one) for one in tried]
    return list(_imported(desk, path, bank_file, account, dry_run))


def _held_back(one: dict[str, Any]) -> dict[str, Any]:
    return {"file": one["file"], "statement": one["statement"], "outcome": "held_back"}


def _imported(desk: Desk, path: Path, bank_file: BankFile, account: str, dry_run: bool) -> Iterator[dict[str, Any]]:
    from award_ledger.clients.finance.evidence import answers_message, foretells, report_messages
    from award_ledger.clients.finance.sending import proved, statement_messages

    def recorded(messages: Callable[[], Iterator[RecordEvidenceRequest]]) -> dict[str, Any]:
        answer = desk.client.record_evidence(messages)
        told, about = answer.evidence, ("answered" if answer.evidence.run else "reported")
        counts = {"lines": told.line_count, "answers": told.answer_count, "rejected": len(told.rejected)}
        return {"outcome": _outcome(answer.receipt, about), **counts, "position": answer.receipt.position}

    def imported(statement: Statement, number: str) -> dict[str, Any]:
        answer = desk.client.import_statement(
            lambda: statement_messages(bank_file, statement, number, validate_only=dry_run)
        )
        counts = {"lines": answer.statement.line_count, "new_lines": answer.statement.new_line_count}
        return {"outcome": _outcome(answer.receipt, "imported"), **counts, "position": answer.receipt.position}

    for report in bank_file.status_reports:
        message = answers_message(report, validate_only=dry_run)
        told = _told(lambda: recorded(lambda: iter((message,))))  # noqa: B023  used at once
        yield {"file": path.name, "statement": report.message_id, **told}
    for statement in bank_file.statements:
        named = {"file": path.name, "statement": statement.statement_id or str(statement.place)}
        number = account if account and statement.account.masked else statement.account.number
        if proved(statement) is not None:
            yield {**named, **_told(lambda: imported(statement, number))}  # noqa: B023  used at once
        elif foretells(statement):
            told = _told(
                lambda: recorded(lambda: report_messages(bank_file, statement, number, validate_only=dry_run))  # noqa: B023
            )
            yield {**named, **told}
        else:
            yield {**named, "outcome": "evidence"}
        yield from _unpaid(path, bank_file, statement)


def _unpaid(path: Path, bank_file: BankFile, statement: Statement) -> Iterator[dict[str, Any]]:
    """Vouchers that the treasury's bank did not pay: no line has them, and people give their payments up."""
    from award_ledger.clients.finance.files.statement import Kind, Status

    for voucher in bank_file.lines(statement) if statement.kind is Kind.VOUCHERS else ():
        if voucher.status is Status.FAILED:
            told = {"statement": voucher.voucher_number, "reason": voucher.reason}
            yield {"file": path.name, **told, "outcome": "voucher_failed"}


def _outcome(receipt: Receipt, done: str) -> str:
    return "unchanged" if receipt.repeated else done


def _told(write: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What became of a part of a file, refusals among it. Raises LedgerError where the ledger did not decide."""
    try:
        return write()
    except LedgerError as refused:
        if refused.reason == _UNCHANGED:
            return {"outcome": "unchanged"}
        if not refused.reason:
            raise
        return {"outcome": "refused", "reason": refused.reason, "finding": refused.message}


_TOLD = ("file", "statement", "lines", "new_lines", "answers", "rejected", "reason", "finding")


def _sentence(desk: Desk, one: dict[str, Any]) -> str:
    values = {name: one.get(name, "") for name in _TOLD}
    if one["outcome"] == "quarantined":
        values["words"] = FILE_REASONS[one["reason"]].say(desk.language)
    return desk.say(f"finance.outcome.{one['outcome']}", **values)


def journal(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)],
    file_format: Annotated[JournalFormat, typer.Option("--format")] = JournalFormat.BEANCOUNT,
    profile: Annotated[str, typer.Option("--journal-profile", metavar="NAME")] = "general",
    to: Annotated[int, typer.Option("--to", metavar="POSITION", min=0, max=MAX_POSITION)] = 0,
) -> None:
    """Write the ledger as a journal for other people's programs; bank balances are asserted from statements."""
    desk = desk_of(context)
    with extra(desk):
        from award_ledger.clients.finance.journal import occurrences, profiles, writing
    try:
        posted = profiles.profile(profile)
        head = to or desk.client.get_head().position
        told = occurrences.occurrences(desk.client.follow_events(to_position=head) if head else ())
        text = "\n".join(writing.journal(told, posted, file_format.value)) + "\n"
    except profiles.ProfileError as error:
        raise UsageProblem(str(error), "--journal-profile") from error
    file.write_text(text, "utf-8")
    if desk.json:
        desk.write_json(json.dumps({"file": str(file), "position": head}, ensure_ascii=False, indent=2))
        return
    desk.print([line(desk.say("finance.journal", file=str(file), position=head))])


def verify(
    context: typer.Context,
    certificate: Annotated[Path, typer.Argument(metavar="CERTIFICATE", exists=True, dir_okay=False)],
    files: Annotated[list[Path], typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    profile: Annotated[str, typer.Option("--bank-profile", metavar="NAME")] = "",
    leniency: Annotated[str, typer.Option("--leniency", metavar="NAME")] = "",
) -> None:
    """Check a day's certificate again, offline, from the bank's own files; exit code 1 if anything differs."""
    desk = desk_of(context)
    with extra(desk):
        from award_ledger.clients.finance.certificate_check import findings
        from award_ledger.clients.finance.files import quarantine
    reading = _reading(desk, profile, leniency)
    try:
        document = json.loads(certificate.read_text("utf-8"))
        found = [_finding(desk, one, document["currency"]) for one in findings(document, files, **reading)]
    except quarantine.Quarantined as refused:
        found = [_quarantined(desk, refused)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageProblem(desk.say("finance.no_certificate", file=str(certificate)), "CERTIFICATE") from error
    if desk.json:
        desk.write_json(json.dumps({"holds": not found, "findings": found}, ensure_ascii=False, indent=2))
    else:
        desk.print([line(desk.say("finance.holds" if not found else "finance.fails"))] + [line(one) for one in found])
    if found:
        raise typer.Exit(FAILED)


def _finding(desk: Desk, finding: Finding, currency: str) -> str:
    told = {
        name: to_major(value, currency) if name.endswith("_minor") else value for name, value in finding.told.items()
    }
    return desk.say(f"finance.finding.{finding.what}", **told)


def _quarantined(desk: Desk, refused: Quarantined) -> str:
    words = FILE_REASONS[refused.reason].say(desk.language)
    return f"{words} {refused.reason}: {refused.where}: {refused.finding}"
