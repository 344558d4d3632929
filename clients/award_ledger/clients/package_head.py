"""The head of a policy package, `package.yaml`: what its measures share, and what is said about all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from award_ledger.clients.package_binding import Binding, Sourced, bound, exponent_of, found
from award_ledger.clients.package_source import (
    Fields,
    Items,
    Node,
    PackageFileError,
    Problems,
    Text,
    fields_of,
    joined,
    merged,
    read_documents,
)
from award_ledger.v1.common_pb2 import LocalizedText
from award_ledger.v1.funds_pb2 import CreateFundRequest
from award_ledger.v1.terms_pb2 import Forecast

PACKAGE_FILE = "package.yaml"

HEAD_FIELDS = ("title", "defaults", "departments", "code_lists", "words", "funds", "forecasts", "measures")

NOT_IN_FILES = ("request_id", "validate_only")
"""Fields of a request that say how it is sent, not what it asks for."""


@dataclass(frozen=True, slots=True)
class Code:
    """An entry of a code list: a department, a key field, a word for a code."""

    code: str
    name: LocalizedText
    group: LocalizedText


@dataclass
class Head:
    """What `package.yaml` says; empty for a measure that belongs to no package."""

    file: Path
    title: LocalizedText = field(default_factory=LocalizedText)
    defaults: Node | None = None
    departments: tuple[Code, ...] = ()
    code_lists: dict[str, tuple[Code, ...]] = field(default_factory=dict)
    words: tuple[Code, ...] = ()
    funds: tuple[Sourced[CreateFundRequest], ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    listed: Node | None = None
    other_files: set[Path] = field(default_factory=set)
    """Files of the package that hold no measure."""


def read_head(file: Path, problems: Problems) -> Head:
    """Reads `package.yaml` and the code lists that it names. Raises PackageFileError where the file cannot be read."""
    documents = read_documents(file)
    if len(documents) != 1:
        raise PackageFileError(file, 1, 1, "", f"expected one document, found {len(documents)}")
    written = {name: value for name, _, value in fields_of(documents[0], "", HEAD_FIELDS, problems)}
    head = Head(file, defaults=written.get("defaults"), listed=written.get("measures"), other_files={file})
    if head.defaults is not None and not isinstance(head.defaults, Fields):
        problems.report(head.defaults.place, "defaults", f"expected a mapping of fields, found {found(head.defaults)}")
    exponent_of(currency_of(head.defaults), "defaults.currency", problems)
    if "title" in written:
        Binding(problems).fill(head.title, written["title"], "title")
    if "departments" in written:
        head.departments = _code_list(head, written["departments"], "departments", problems)
    if "code_lists" in written:
        for fact, _, value in fields_of(written["code_lists"], "code_lists", None, problems):
            head.code_lists[fact] = _code_list(head, value, f"code_lists.{fact}", problems)
    if "words" in written:
        head.words = _code_list(head, written["words"], "words", problems)
    head.funds = tuple(_funds(head, written.get("funds"), problems))
    head.forecasts = tuple(_forecasts(head, written.get("forecasts"), problems))
    return head


def measure_files(head: Head, problems: Problems) -> list[Path]:
    """The files of the measures: those that are listed, or all in the folder where there is no list.

    A file that is listed and not there, or there and not listed, is reported: a package is whole or it is wrong.
    """
    present = set(head.file.parent.glob("*.yaml")) - head.other_files
    if head.listed is None:
        return sorted(present)
    listed = []
    for path, node in items_of(head.listed, "measures", problems):
        file = _named_file(head, node, path, problems, suffix=".yaml")
        if file is not None and file in listed:
            problems.report(node.place, path, f"{file.name} is listed twice")
        elif file is not None:
            listed.append(file)
    for file in sorted(present.difference(listed)):
        problems.report(head.listed.place, "measures", f"{file.name} is in the folder and not listed")
    return listed


def items_of(node: Node | None, path: str, problems: Problems) -> Iterator[tuple[str, Node]]:
    """The items of a list, if there is one, with their paths; what is not a list is reported."""
    if isinstance(node, Items):
        yield from ((f"{path}[{index}]", item) for index, item in enumerate(node.items))
    elif node is not None:
        problems.report(node.place, path, f"expected a list, found {found(node)}")


def currency_of(node: Node | None) -> Node | None:
    """What a mapping says about its currency."""
    return node.get("currency") if isinstance(node, Fields) else None


def _funds(head: Head, node: Node | None, problems: Problems) -> Iterator[Sourced[CreateFundRequest]]:
    shared = currency_of(head.defaults)
    for path, item in items_of(node, "funds", problems):
        base = Fields(((Text("currency", shared.place), shared),), item.place) if shared else None
        whole = merged(base, item)
        yield bound(CreateFundRequest(), whole, currency_of(whole), problems, written_in=path, hidden=NOT_IN_FILES)


def _forecasts(head: Head, node: Node | None, problems: Problems) -> Iterator[Forecast]:
    for path, item in items_of(node, "forecasts", problems):
        yield bound(Forecast(), item, currency_of(head.defaults), problems, written_in=path).message


def _code_list(head: Head, node: Node, path: str, problems: Problems) -> tuple[Code, ...]:
    file = _named_file(head, node, path, problems)
    codes: dict[str, Code] = {}
    if file is None:
        return ()
    head.other_files.add(file)
    with problems.gathered():
        for document in read_documents(file):
            for at, item in items_of(document, "", problems):
                code = _code(item, at, problems)
                if code.code in codes:
                    problems.report(item.place, joined(at, "code"), f"{code.code!r} is written twice")
                codes[code.code] = code
    return tuple(codes.values())


def _code(node: Node, path: str, problems: Problems) -> Code:
    entry = Code("", LocalizedText(), LocalizedText())
    code = ""
    for name, _, value in fields_of(node, path, ("code", "name", "group"), problems):
        if name != "code":
            Binding(problems).fill(getattr(entry, name), value, joined(path, name))
        elif isinstance(value, Text) and value.value:
            code = value.value
        else:
            problems.report(value.place, joined(path, name), f"expected text, found {found(value)}")
    return Code(code, entry.name, entry.group)


def _named_file(head: Head, node: Node, path: str, problems: Problems, *, suffix: str = "") -> Path | None:
    """A file of the package's folder by its name; reported where it is not there."""
    if not isinstance(node, Text) or node.bare:
        problems.report(node.place, path, f"expected the name of a file, found {found(node)}")
        return None
    name = node.value + suffix
    file = head.file.parent / name
    if Path(name).name != name or not file.is_file():
        problems.report(node.place, path, f"there is no file {name} in the package's folder")
        return None
    return file
