"""The packages that a command names: from files and folders, or from the catalogue that ships with the product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import typer

from award_ledger.clients.cli.desk import Desk, UsageProblem
from award_ledger.clients.cli.exit_codes import FAILED
from award_ledger.clients.cli.plain.speaker import Vocabulary
from award_ledger.clients.cli.tables import line
from award_ledger.clients.package_files import (
    InvalidPackageError,
    Package,
    PackageFileError,
    catalogue_names,
    catalogue_path,
    load_later,
    load_package,
)
from award_ledger.v1.terms_pb2 import Terms

_Loaded = TypeVar("_Loaded")


class Volume(NamedTuple):
    """A package to be read: its measures, the versions kept for later, and what its codes mean."""

    package: Package
    later: tuple[Terms, ...]
    vocabulary: Vocabulary


def chosen_packages(desk: Desk, files: Sequence[Path], catalogues: Sequence[str], act: str) -> list[Package]:
    """The packages of files, folders and the catalogue: every one, or none, with all that is wrong in them reported.

    `act` is `publish`, `review` or `load`. Raises UsageProblem, and typer.Exit for wrong files.
    """
    return _loaded(desk, files, catalogues, act, load_package)


def chosen_volumes(desk: Desk, files: Sequence[Path], catalogues: Sequence[str]) -> list[Volume]:
    """As `chosen_packages`, to be shown: with the versions that each package keeps for later."""
    return _loaded(desk, files, catalogues, "show", _volume)


def shipped_vocabulary(document: str) -> Vocabulary:
    """What codes mean in Terms that rest on this document, if a package that ships with the product speaks of it.

    Another document may use the same codes for other things, so its Terms are shown with their codes alone.
    """
    for volume in map(_volume, map(catalogue_path, catalogue_names())):
        terms = [*(item.message for item in volume.package.measures), *volume.later]
        if any(item.instrument.document == document for item in terms):
            return volume.vocabulary
    return Vocabulary()


def _volume(path: Path) -> Volume:
    package = load_package(path)
    later = tuple(item.message for item in load_later(path))
    return Volume(package, later, _vocabulary(package))


def _vocabulary(package: Package) -> Vocabulary:
    return Vocabulary(
        departments={entry.code: entry.name for entry in package.departments},
        words={entry.code: entry.name for entry in package.words},
        values={fact: {entry.code: entry.name for entry in codes} for fact, codes in package.code_lists.items()},
    )


def _loaded(
    desk: Desk, files: Sequence[Path], catalogues: Sequence[str], act: str, load: Callable[[Path], _Loaded]
) -> list[_Loaded]:
    paths = [*_catalogues(desk, catalogues), *files]
    if not paths:
        raise UsageProblem(desk.say("usage.publish"), "FILE")
    found: list[_Loaded] = []
    wrong: list[PackageFileError] = []
    for path in paths:
        if not path.exists():
            raise UsageProblem(desk.say("usage.no_file", path=path), "FILE")
        try:
            found.append(load(path))
        except InvalidPackageError as error:
            wrong += error.errors
    if not wrong:
        return found
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
