"""`award-ledger measures publish`: policy packages from files, or from the catalogue that ships with the product."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from award_ledger.clients.cli.desk import desk_of
from award_ledger.clients.cli.options import DryRun, On, day


def publish(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE")] = None,
    catalogue: Annotated[list[str] | None, typer.Option("--catalogue", metavar="NAME")] = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="CODE")] = None,
    with_funds: Annotated[bool, typer.Option("--with-funds")] = False,
    on: On = "",
    dry_run: DryRun = False,
) -> None:
    """Publish the Terms of measures."""
    desk = desk_of(context)
    effective_on = day(desk, on, "--on")
    # Imported here, so that the other commands do not wait for YAML.
    from award_ledger.clients.cli.publishing import Publisher, chosen_packages

    packages = chosen_packages(desk, files or (), catalogue or (), only or ())
    Publisher(desk, effective_on, dry_run).publish(packages, only or (), with_funds)
