"""Publishing policy packages: what is in force already is left alone, what is wrong is shown where it is written.

So that publishing a package again, or after a break, publishes only what is new or changed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, UsageProblem
from award_ledger.clients.cli.exit_codes import FAILED
from award_ledger.clients.cli.outcomes import Outcome, report
from award_ledger.clients.cli.tables import line, localized, table
from award_ledger.clients.errors import LedgerError, NotFound, Unavailable
from award_ledger.clients.package_files import Package, Sourced
from award_ledger.v1.measures_pb2 import Measure, PublishTermsResponse
from award_ledger.v1.terms_pb2 import Terms

_PUBLICATIONS = uuid.UUID("5f0c6a52-6f0e-5d5b-9a53-0d8a2b1f7c11")


@dataclass
class Publisher:
    """Publishes packages for one desk, with one date of effect; `dry_run` records nothing."""

    desk: Desk
    effective_on: str
    dry_run: bool
    outcomes: list[Outcome[PublishTermsResponse]] = field(default_factory=list)

    def publish(self, packages: Sequence[Package], only: Sequence[str]) -> None:
        """Publish and report, also what was done before an exception; raises LedgerError for no answer.

        Raises UsageProblem for a code of `only` that no package has, and typer.Exit where a measure failed.
        """
        measures = [terms for package in packages for terms in package.measures]
        known = {terms.message.measure_code for terms in measures}
        for code in only:
            if code not in known:
                raise UsageProblem(self.desk.say("usage.only", code=code), "--only")
        try:
            for terms in measures:
                if not only or terms.message.measure_code in only:
                    self.outcomes.append(_measure(self.desk, terms, self.effective_on, self.dry_run))
        finally:
            report(self.desk, self.outcomes, _table(self.desk, self.outcomes))
        if any(item.error for item in self.outcomes):
            raise typer.Exit(FAILED)


def _measure(desk: Desk, item: Sourced[Terms], effective_on: str, dry_run: bool) -> Outcome[PublishTermsResponse]:
    """Publish one measure's Terms, unless those in force are the same.

    Whether they are is seen by trying first: the answer shows them as the ledger would keep them, with every default
    written out.
    """
    terms = item.message
    outcome: Outcome[PublishTermsResponse] = Outcome(
        terms.measure_code, localized(terms.name, desk.language), "checked"
    )
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
        outcome.fail(item, error)
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


def _table(desk: Desk, outcomes: Sequence[Outcome[PublishTermsResponse]]) -> Iterator[RenderableType]:
    columns = [desk.say(key) for key in ("field.code", "field.name", "field.version", "publish.outcome")]
    rows = [
        [
            item.code,
            item.name,
            str(item.answer.measure.terms_version) if item.answer else "",
            desk.say(f"publish.{item.outcome}"),
        ]
        for item in outcomes
    ]
    yield table(columns, rows, right="2")
    counts = {kind: sum(item.outcome == kind for item in outcomes) for kind in ("unchanged", "failed")}
    published = sum(item.outcome in ("published", "checked") for item in outcomes)
    yield line(desk.say("publish.summary", published=published, **counts))
