"""`award-ledger measures publish`: policy packages from files, or from the catalogue that ships with the product."""

from __future__ import annotations

from typing import Annotated

import typer

from award_ledger.clients.cli.desk import desk_of
from award_ledger.clients.cli.options import Catalogues, DryRun, On, PackageFiles, day


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
