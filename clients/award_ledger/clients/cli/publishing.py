"""Publishing policy packages: what is in force already is left alone, what is wrong is shown where it is written.

So that publishing a package again, or after a break, publishes only what is new or changed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, UsageProblem, json_of
from award_ledger.clients.cli.exit_codes import FAILED
from award_ledger.clients.cli.tables import line, localized, table
from award_ledger.clients.cli.views.failure import failure_json, reason_of
from award_ledger.clients.errors import Conflict, LedgerError, NotFound, Unavailable
from award_ledger.clients.package_files import (
    InvalidPackageError,
    Package,
    PackageFileError,
    Sourced,
    catalogue_names,
    catalogue_path,
    load_package,
)
from award_ledger.v1.funds_pb2 import CreateFundRequest, CreateFundResponse
from award_ledger.v1.measures_pb2 import Measure, PublishTermsResponse
from award_ledger.v1.terms_pb2 import Terms

_PUBLICATIONS = uuid.UUID("5f0c6a52-6f0e-5d5b-9a53-0d8a2b1f7c11")


@dataclass
class _Outcome:
    """What became of one measure or fund."""

    code: str
    name: str
    outcome: str
    answer: PublishTermsResponse | CreateFundResponse | None = None
    error: LedgerError | None = None
    places: list[str] = field(default_factory=list)


@dataclass
class Publisher:
    """Publishes packages for one desk, with one date of effect; `dry_run` records nothing."""

    desk: Desk
    effective_on: str
    dry_run: bool
    outcomes: list[_Outcome] = field(default_factory=list)

    def publish(self, packages: Sequence[Package], only: Sequence[str], with_funds: bool) -> None:
        """Publish and report, also what was done before an exception; raises LedgerError for no answer.

        Raises typer.Exit where a measure or fund failed.
        """
        try:
            for package in packages:
                for fund in package.funds if with_funds else ():
                    self.outcomes.append(_fund(self.desk, fund, self.dry_run))
            for package in packages:
                for terms in package.measures:
                    if not only or terms.message.measure_code in only:
                        self.outcomes.append(_measure(self.desk, terms, self.effective_on, self.dry_run))
        finally:
            _report(self.desk, self.outcomes)
        if any(item.error for item in self.outcomes):
            raise typer.Exit(FAILED)


def chosen_packages(desk: Desk, files: Sequence[Path], catalogues: Sequence[str], only: Sequence[str]) -> list[Package]:
    """The packages of files, folders and the catalogue; raises UsageProblem, and typer.Exit for wrong files."""
    paths = [*_catalogues(desk, catalogues), *files]
    if not paths:
        raise UsageProblem(desk.say("usage.publish"), "FILE")
    packages = _packages(desk, paths)
    known = {item.message.measure_code for package in packages for item in package.measures}
    for code in only:
        if code not in known:
            raise UsageProblem(desk.say("usage.only", code=code), "--only")
    return packages


def _catalogues(desk: Desk, names: Sequence[str]) -> list[Path]:
    known = catalogue_names()
    for name in names:
        if name not in known:
            text = desk.say("usage.catalogue", name=name, names=desk.say("list.separator").join(known))
            raise UsageProblem(text, "--catalogue")
    return [catalogue_path(name) for name in names]


def _packages(desk: Desk, paths: list[Path]) -> list[Package]:
    """Every package, or none: what is wrong in any file is reported, and nothing is published."""
    packages: list[Package] = []
    wrong: list[PackageFileError] = []
    for path in paths:
        if not path.exists():
            raise UsageProblem(desk.say("usage.no_file", path=path), "FILE")
        try:
            packages.append(load_package(path))
        except InvalidPackageError as error:
            wrong += error.errors
    if not wrong:
        return packages
    for problem in wrong:
        desk.err.print(line(str(problem)))
    desk.err.print(line(desk.say("publish.invalid", count=len(wrong)), "bold red"))
    raise typer.Exit(FAILED)


def _fund(desk: Desk, item: Sourced[CreateFundRequest], dry_run: bool) -> _Outcome:
    fund = item.message
    outcome = _Outcome(fund.code, localized(fund.name, desk.language), "created")
    try:
        outcome.answer = desk.client.create_fund(
            fund.code,
            fiscal_year=fund.fiscal_year,
            appropriated_minor=fund.appropriated_minor,
            currency=fund.currency,
            name=fund.name,
            document=fund.document,
            effective_on=fund.effective_on,
            validate_only=dry_run,
        )
    except Conflict:
        outcome.outcome = "exists"
    except Unavailable:
        raise
    except LedgerError as error:
        _fail(outcome, item, error)
    return outcome


def _measure(desk: Desk, item: Sourced[Terms], effective_on: str, dry_run: bool) -> _Outcome:
    """Publish one measure's Terms, unless those in force are the same.

    Whether they are is seen by trying first: the answer shows them as the ledger would keep them, with every default
    written out.
    """
    terms = item.message
    outcome = _Outcome(terms.measure_code, localized(terms.name, desk.language), "checked")
    try:
        current = _current(desk, terms.measure_code)
        if current is not None or dry_run:
            outcome.answer = desk.client.publish_terms(terms, effective_on=effective_on, validate_only=True)
            if current is not None and outcome.answer.measure.terms == current.terms:
                outcome.outcome, outcome.answer = "unchanged", None
                return outcome
        if not dry_run:
            request_id = _publication_id(terms, current.terms_version if current else 0, effective_on)
            outcome.answer = desk.client.publish_terms(terms, effective_on=effective_on, request_id=request_id)
            outcome.outcome = "published"
    except Unavailable:
        raise
    except LedgerError as error:
        _fail(outcome, item, error)
    return outcome


def _publication_id(terms: Terms, version: int, effective_on: str) -> str:
    """The same for the same Terms after the same version, so that a lost answer is found again."""
    content = terms.SerializeToString(deterministic=True).hex()
    return str(uuid.uuid5(_PUBLICATIONS, f"{terms.measure_code} {version} {effective_on} {content}"))


def _current(desk: Desk, code: str) -> Measure | None:
    try:
        return desk.client.get_measure(code).measure
    except NotFound:
        return None


def _fail(outcome: _Outcome, item: Sourced[Terms] | Sourced[CreateFundRequest], error: LedgerError) -> None:
    """Note the failure with the places in the file that the server's field paths mean."""
    outcome.outcome, outcome.error = "failed", error
    outcome.places = [f"{item.locate(path)}: {path}: {what}" for path, what in error.violations]


def _report(desk: Desk, outcomes: list[_Outcome]) -> None:
    for item in outcomes:
        if item.error is None:
            continue
        if desk.json:
            desk.write_json(failure_json(item.error), to_err=True)
            continue
        desk.err.print(line(f"{item.code}: {reason_of(item.error).what.say(desk.language)} {item.error}", "red"))
        for place in item.places:
            desk.err.print(line(f"  {place}"))
    if desk.json:
        documents = [
            {"code": item.code, "outcome": item.outcome}
            | ({"answer": json.loads(json_of(item.answer))} if item.answer else {})
            for item in outcomes
        ]
        desk.write_json(json.dumps({"outcomes": documents}, ensure_ascii=False, indent=2))
        return
    desk.print(_table(desk, outcomes))


def _table(desk: Desk, outcomes: list[_Outcome]) -> Iterator[RenderableType]:
    columns = [desk.say(key) for key in ("field.code", "field.name", "field.version", "publish.outcome")]
    rows = [
        [
            item.code,
            item.name,
            str(item.answer.measure.terms_version) if isinstance(item.answer, PublishTermsResponse) else "",
            desk.say(f"publish.{item.outcome}"),
        ]
        for item in outcomes
    ]
    yield table(columns, rows, right="2")
    counts = {kind: sum(item.outcome == kind for item in outcomes) for kind in ("unchanged", "failed")}
    published = sum(item.outcome in ("published", "checked") for item in outcomes)
    yield line(desk.say("publish.summary", published=published, **counts))
