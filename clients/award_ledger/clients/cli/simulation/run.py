"""Published awards through a real server: one of its own, on a temporary file, unless another is named."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.bulk.columns import FileProblem
from award_ledger.clients.cli.desk import Desk, UsageProblem
from award_ledger.clients.cli.exit_codes import FAILED
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.packages import chosen_packages
from award_ledger.clients.cli.progress import progress
from award_ledger.clients.cli.simulation.amounts import DecimalMark
from award_ledger.clients.cli.simulation.awards_file import Award, AwardsFile, Reading, batches, read_awards
from award_ledger.clients.cli.simulation.result_file import ResultFile
from award_ledger.clients.cli.simulation.sending import ERROR, OUTCOMES, Decision, Enterprises, Sender
from award_ledger.clients.cli.simulation.terms_facts import fact_names
from award_ledger.clients.cli.simulation.totals import Totals
from award_ledger.clients.cli.tables import fields, line, table
from award_ledger.clients.demo.server_process import ServerFailed, running_server
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.errors import LedgerError, NotFound
from award_ledger.clients.package_files import Package
from award_ledger.v1.terms_pb2 import Terms

PATIENCE = 12
"""A batch call is given this many times the deadline of a single call."""

PRINCIPAL = "simulation"


@dataclass(frozen=True)
class AwardsRun:
    """What is asked: the file of the measure, that of the awards, and how the latter is read and sent."""

    measure: Path
    awards: Path
    scheme: str
    mark: DecimalMark
    encoding: str
    into: str
    batch_rows: int


def simulate_awards(desk: Desk, asked: AwardsRun, result: Path) -> None:
    """Decides every row that can be decided, and answers with totals; raises UsageProblem, LedgerError, typer.Exit."""
    package, terms = one_measure(desk, asked.measure)
    if result.resolve() in (asked.awards.resolve(), asked.measure.resolve()):
        raise UsageProblem(desk.say("import.same_file"), "--result")
    if result.is_dir() or not result.parent.is_dir():
        raise UsageProblem(desk.say("simulate.no_folder", path=result), "--result")  # before anything is sent
    file = _read(desk, asked, terms)
    desk.server = asked.into or desk.server  # of which a failure speaks
    totals = Totals()
    try:
        with _ledger(desk, asked.into, terms) as client:
            _decide(desk, asked, package, terms, file, client, result, totals)
    except ServerFailed as failed:
        desk.err.print(line(desk.say("simulate.server", problem=failed), "bold red"))
        raise typer.Exit(FAILED) from failed
    finally:
        if totals.counts:
            _tell(desk, asked, totals, terms.currency, result)
    if totals.counts[ERROR]:
        raise typer.Exit(FAILED)


def one_measure(desk: Desk, path: Path) -> tuple[Package, Terms]:
    """The package and the Terms of a file that holds one measure; raises UsageProblem, typer.Exit for wrong files."""
    (package,) = chosen_packages(desk, [path], (), "publish")
    if len(package.measures) != 1:
        codes = desk.say("list.separator").join(item.message.measure_code for item in package.measures)
        raise UsageProblem(desk.say("simulate.one_measure", path=path, codes=codes))
    return package, package.measures[0].message


def _read(desk: Desk, asked: AwardsRun, terms: Terms) -> AwardsFile:
    try:
        return read_awards(asked.awards, Reading(terms.currency, asked.mark, fact_names(terms), asked.encoding))
    except FileProblem as problem:
        raise UsageProblem(desk.say(problem.key, **problem.values), str(asked.awards)) from problem
    except OSError as error:
        raise UsageProblem(desk.say("failure.file", path=asked.awards, problem=error.strerror), "--awards") from error


@contextmanager
def _ledger(desk: Desk, into: str, terms: Terms) -> Iterator[LedgerClient]:
    """The ledger that decides; raises ServerFailed, and UsageProblem for a principal that is none."""
    department = next((code for code in terms.lead_departments if code.isascii() and code.isalnum()), PRINCIPAL)
    principal = desk.principal or f"{PRINCIPAL}@{department}"
    if into:
        try:
            client = LedgerClient(into, principal=principal, timeout_s=desk.timeout_s)
        except ValueError as error:
            raise UsageProblem(desk.say("usage.principal", principal=principal), "--as") from error
        with client:
            yield client
        return
    with (
        tempfile.TemporaryDirectory(prefix="award-ledger-simulation-") as folder,
        running_server(Path(folder)) as server,
        LedgerClient(server.address, principal=principal, timeout_s=desk.timeout_s) as client,
    ):
        yield client


def _decide(
    desk: Desk,
    asked: AwardsRun,
    package: Package,
    terms: Terms,
    file: AwardsFile,
    client: LedgerClient,
    result: Path,
    totals: Totals,
) -> None:
    timeout_s = PATIENCE * desk.timeout_s
    published = _published(desk, client, terms)
    enterprises = Enterprises(client, asked.scheme, asked.batch_rows, timeout_s)
    enterprises.register(file.awards, desk.say("simulate.scheme", scheme=asked.scheme))
    if not published:
        client.publish_terms(terms)
    if not asked.into:
        _create_funds(client, package, terms)
    sender = Sender(client, terms.measure_code, enterprises, timeout_s)
    try:
        with (
            ResultFile(result, desk, terms.currency) as results,
            progress(desk, asked.awards.name, len(file.awards)) as advance,
        ):
            results.skip(file.skipped)
            totals.skip(file.skipped)
            done = 0
            for batch in batches(file.awards, asked.batch_rows):
                try:
                    decisions = sender.decide(batch)
                except LedgerError as error:
                    # Not one row is without its fate: those that were not answered say so.
                    unanswered = [_unanswered(award, error) for award in file.awards[done:]]
                    results.add(unanswered)
                    totals.add(unanswered)
                    raise
                results.add(decisions)
                totals.add(decisions)
                done += len(batch)
                advance(len(batch))
    except OSError as error:
        raise UsageProblem(desk.say("failure.write", path=result, problem=error.strerror)) from error


def _unanswered(award: Award, error: LedgerError) -> Decision:
    decision = Decision(award, error=error)
    decision.enterprise.number = award.recipient_id
    return decision


def _published(desk: Desk, client: LedgerClient, terms: Terms) -> bool:
    """True if the measure is in force just so. Raises LedgerError for Terms that could not be published.

    Raises UsageProblem where a measure of the same code has other Terms: those are not ours to replace.
    """
    would_be = client.publish_terms(terms, validate_only=True).measure
    try:
        current = client.get_measure(terms.measure_code).measure
    except NotFound:
        return False
    if would_be.terms != current.terms:
        raise UsageProblem(desk.say("simulate.other_terms", code=terms.measure_code), "--into")
    return True


def _create_funds(client: LedgerClient, package: Package, terms: Terms) -> None:
    """Creates the funds of the package that the Terms name."""
    named = {fund.fund_code for fund in terms.funds}
    for item in package.funds:
        fund = item.message
        if fund.code in named:
            client.create_fund(
                fund.code,
                fiscal_year=fund.fiscal_year,
                appropriated_minor=fund.appropriated_minor,
                currency=fund.currency,
                name=fund.name,
                document=fund.document,
            )


def _tell(desk: Desk, asked: AwardsRun, totals: Totals, currency: str, result: Path) -> None:
    if desk.json:
        document = {"ledger": asked.into or "temporary", **totals.document(currency), "result_file": str(result)}
        desk.write_json(json.dumps(document, ensure_ascii=False, indent=2))
        return
    desk.print(_view(desk, totals, currency, result))


def _view(desk: Desk, totals: Totals, currency: str, result: Path) -> Iterator[RenderableType]:
    enterprise, most = totals.top
    counted = [(desk.say(f"simulate.{outcome}"), f"{totals.counts[outcome]:,}") for outcome in OUTCOMES]
    yield fields(
        [
            (desk.say("field.asked"), f"{to_major(totals.asked_minor, currency)} {currency}"),
            (desk.say("field.granted"), f"{to_major(totals.granted_minor, currency)} {currency}"),
            (desk.say("simulate.rows"), f"{totals.counts.total():,}"),
            (desk.say("simulate.decided"), f"{totals.decided:,}"),
            *counted,
            (desk.say("simulate.enterprises"), f"{len(totals.by_enterprise):,}"),
            (desk.say("simulate.under_other"), f"{totals.under_other:,}"),
            (desk.say("simulate.top"), f"{to_major(most, currency)} {currency}  {enterprise}" if enterprise else ""),
        ]
    )
    rows = [
        [desk.say(f"simulate.{outcome}"), reason, f"{count:,}"]
        for (outcome, reason), count in sorted(totals.reasons.items())
    ]
    if rows:
        names = ("simulate.outcome", "failure.reason", "field.count")
        yield table([desk.say(name) for name in names], rows, right="2")
    yield line(desk.say("import.result", path=result))
