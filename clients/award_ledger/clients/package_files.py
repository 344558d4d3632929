"""Policy packages: folders of YAML that hold one measure's Terms per file, and the package's shared parts.

    package.yaml       title, shared defaults, funds, forecasts, and the measures by code
    A06-1.yaml         one measure: the fields of `award_ledger.v1.Terms` (a file of anyone's own may hold several)
    departments.yaml   who the department codes are
    words.yaml         what the codes of facts, evidence, stages and values mean
    later/             versions that are not published with the package

A measure's file says what is particular to it. It overrides the package's `defaults` field by field, mappings merge,
lists replace; only interpretations add up, since a reading of the whole text stays true for each measure.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from award_ledger.clients.package_binding import Sourced, bound, found
from award_ledger.clients.package_head import PACKAGE_FILE, Code, Head, currency_of, measure_files, read_head
from award_ledger.clients.package_source import (
    Fields,
    InvalidPackageError,
    Node,
    PackageFileError,
    Place,
    Problems,
    Text,
    did_you_mean,
    merged,
    read_documents,
    without,
)
from award_ledger.v1.common_pb2 import LocalizedText
from award_ledger.v1.funds_pb2 import CreateFundRequest
from award_ledger.v1.terms_pb2 import Forecast, Terms

__all__ = [
    "Code",
    "InvalidPackageError",
    "Package",
    "PackageFileError",
    "Place",
    "Sourced",
    "catalogue_names",
    "catalogue_path",
    "load_later",
    "load_package",
]


LATER_FOLDER = "later"


@dataclass(frozen=True)
class Package:
    """What a file or a folder holds; once loaded, at least one measure."""

    measures: tuple[Sourced[Terms], ...]
    title: LocalizedText = field(default_factory=LocalizedText)
    funds: tuple[Sourced[CreateFundRequest], ...] = ()
    """Appropriations to create; `request_id` is left to the caller."""
    forecasts: tuple[Forecast, ...] = ()
    """Sums about the package as a whole, to be shown and never enforced."""
    departments: tuple[Code, ...] = ()
    code_lists: Mapping[str, tuple[Code, ...]] = field(default_factory=dict)
    """Values of coded facts, by the name of the fact."""
    words: tuple[Code, ...] = ()
    """What codes mean to people: facts, kinds of evidence, stages, values."""


def load_package(path: Path) -> Package:
    """Reads a package folder, or one file of measures with the defaults of the package that it belongs to.

    A file belongs to the `package.yaml` beside it, or to the one that its first document names
    (`package: ../package.yaml`). Raises InvalidPackageError with everything that is wrong.
    """
    problems = Problems()
    package = Package(())
    with problems.gathered():
        package = _load_folder(path, problems) if path.is_dir() else _load_file(path, problems)
    problems.raise_any()
    return package


def load_later(path: Path) -> tuple[Sourced[Terms], ...]:
    """The versions that a package folder keeps in `later/`, to be published by hand; raises InvalidPackageError."""
    files = sorted((path / LATER_FOLDER).glob("*.yaml")) if path.is_dir() else []
    return tuple(measure for file in files for measure in load_package(file).measures)


def _load_folder(folder: Path, problems: Problems) -> Package:
    head = read_head(folder / PACKAGE_FILE, problems)
    documents: list[Node] = []
    for file in measure_files(head, problems):
        with problems.gathered():
            documents += read_documents(file)
    package = _package(head, documents, problems)
    for measure in package.measures if head.listed is not None else ():
        code, file = measure.message.measure_code, measure.locate("").file
        if code != file.stem:
            problems.report(measure.locate("measure_code"), "measure_code", f"{code!r} is written in {file.name}")
    return package


def _load_file(file: Path, problems: Problems) -> Package:
    first, *others = read_documents(file) or [Fields((), Place(file))]
    named, first = without(first, "package")
    if named is None:
        beside = file.parent / PACKAGE_FILE
        head = read_head(beside, problems) if beside.is_file() else Head(beside)
    elif isinstance(named, Text):
        head = read_head(file.parent / named.value, problems)
    else:
        problems.report(named.place, "package", f"expected the path of a package.yaml, found {found(named)}")
        head = Head(file)
    return _package(head, [first, *others], problems)


def _package(head: Head, documents: list[Node], problems: Problems) -> Package:
    measures = [_measure(head, document, problems) for document in documents]
    seen: dict[str, Place] = {}
    for measure in measures:
        code, place = measure.message.measure_code, measure.locate("measure_code")
        if not code:
            problems.report(place, "measure_code", "missing: the code of the measure, as A06-1")
        elif code in seen:
            problems.report(place, "measure_code", f"{code} is written twice: {seen[code]} has it already")
        seen.setdefault(code, place)
    if not measures:
        problems.report(Place(head.file), "measures", "no measure in this package")
    return Package(
        measures=tuple(measures),
        title=head.title,
        funds=head.funds,
        forecasts=head.forecasts,
        departments=head.departments,
        code_lists=head.code_lists,
        words=head.words,
    )


def _measure(head: Head, document: Node, problems: Problems) -> Sourced[Terms]:
    node = merged(head.defaults, document, added="interpretations")
    measure = bound(Terms(), node, currency_of(node), problems)
    if head.departments:
        for name in ("lead_departments", "responsible_departments"):
            check_codes(measure, name, getattr(measure.message, name), head.departments, problems)
    for index, requirement in enumerate(measure.message.requirements):
        if requirement.fact in head.code_lists:
            path, codes = f"requirements[{index}].allowed", head.code_lists[requirement.fact]
            check_codes(measure, path, requirement.allowed, codes, problems)
    return measure


def check_codes(
    measure: Sourced[Terms], path: str, values: Iterable[str], codes: Sequence[Code], problems: Problems
) -> None:
    """Reports the values of a list field that its code list does not have."""
    known = [entry.code for entry in codes]
    for index, value in enumerate(values):
        if value not in known:
            at = f"{path}[{index}]"
            problems.report(measure.locate(at), at, f"{value!r} is not in the code list{did_you_mean(value, known)}")


def catalogue_names() -> list[str]:
    """Names of the packages that ship with the product."""
    return sorted(path.name for path in _catalogue().iterdir() if (path / PACKAGE_FILE).is_file())


def catalogue_path(name: str) -> Path:
    """The folder of a package that ships with the product. Raises LookupError for a name that does not."""
    names = catalogue_names()
    if name not in names:
        raise LookupError(f"no package {name!r} in the catalogue ({', '.join(names)}){did_you_mean(name, names)}")
    return _catalogue() / name


def _catalogue() -> Path:
    # Looked up by its folder: it is data that is wanted, and none of the domain's code is to be imported.
    folder = importlib.resources.files("award_ledger").joinpath("domain").joinpath("catalogue")
    return Path(str(folder))
