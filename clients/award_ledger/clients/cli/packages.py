"""The packages that a command names: from files and folders, or from the catalogue that ships with the product."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from award_ledger.clients.cli.desk import Desk, UsageProblem
from award_ledger.clients.cli.exit_codes import FAILED
from award_ledger.clients.cli.tables import line
from award_ledger.clients.package_files import (
    InvalidPackageError,
    Package,
    PackageFileError,
    catalogue_names,
    catalogue_path,
    load_package,
)


def chosen_packages(desk: Desk, files: Sequence[Path], catalogues: Sequence[str], act: str) -> list[Package]:
    """The packages of files, folders and the catalogue: every one, or none, with all that is wrong in them reported.

    `act` is `publish` or `load`. Raises UsageProblem, and typer.Exit for wrong files.
    """
    paths = [*_catalogues(desk, catalogues), *files]
    if not paths:
        raise UsageProblem(desk.say("usage.publish"), "FILE")
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
    desk.err.print(line(desk.say(f"{act}.invalid", count=len(wrong)), "bold red"))
    raise typer.Exit(FAILED)


def _catalogues(desk: Desk, names: Sequence[str]) -> list[Path]:
    known = catalogue_names()
    for name in names:
        if name not in known:
            text = desk.say("usage.catalogue", name=name, names=desk.say("list.separator").join(known))
            raise UsageProblem(text, "--catalogue")
    return [catalogue_path(name) for name in names]
