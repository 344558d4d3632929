"""`award-ledger measures publish` and `review`: policy packages from files, or from the shipped catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.options import Catalogues, DryRun, On, PackageFiles, Reason, day
from award_ledger.clients.cli.tables import line
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.v1.measures_pb2 import ReviewTermsResponse


def publish(
    context: typer.Context,
    files: PackageFiles = None,
    catalogue: Catalogues = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="CODE")] = None,
    on: On = "",
    dry_run: DryRun = False,
) -> None:
    """Publish the Terms of measures."""
    desk = desk_of(context)
    effective_on = day(desk, on, "--on")
    # Imported here, so that the other commands do not wait for YAML.
    from award_ledger.clients.cli.packages import chosen_packages
    from award_ledger.clients.cli.publishing import Publisher

    packages = chosen_packages(desk, files or (), catalogue or (), "publish")
    Publisher(desk, effective_on, dry_run).publish(packages, only or ())


def review(
    context: typer.Context,
    reason: Reason,
    files: PackageFiles = None,
    catalogue: Catalogues = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="CODE")] = None,
    on: On = "",
    dry_run: DryRun = False,
) -> None:
    """Consent to the Terms of measures."""
    desk = desk_of(context)
    effective_on = day(desk, on, "--on")
    from award_ledger.clients.cli.packages import chosen_packages

    packages = chosen_packages(desk, files or (), catalogue or (), "review")
    measures = {item.message.measure_code: item.message for package in packages for item in package.measures}
    for code in only or measures:
        if code not in measures:
            raise UsageProblem(desk.say("usage.only", code=code), "--only")
    for code in only or measures:
        answer = desk.client.review_terms(measures[code], reason, effective_on=effective_on, validate_only=dry_run)
        desk.answer(answer, partial(_reviewed, desk, code, answer))


def _reviewed(desk: Desk, code: str, answer: ReviewTermsResponse) -> Sequence[RenderableType]:
    said = line(desk.say("terms_review.version", code=code, version=answer.version))
    return [said, receipt_line(desk, answer.receipt)]
