"""`award-ledger measures show`: a measure as the ledger has it, or a package before anything is published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.options import AsOf, Catalogues, MinPosition, On, asking, day
from award_ledger.clients.cli.plain.speaker import Vocabulary
from award_ledger.clients.cli.tables import heading, localized
from award_ledger.clients.cli.views.register import measure_view
from award_ledger.clients.cli.views.terms import terms_view
from award_ledger.clients.cli.words import Language
from award_ledger.v1.terms_pb2 import Terms

if TYPE_CHECKING:
    from award_ledger.clients.cli.packages import Volume

BOTH: tuple[Language, ...] = ("zh", "en")


def show(
    context: typer.Context,
    measure: Annotated[str, typer.Argument(metavar="MEASURE")] = "",
    catalogue: Catalogues = None,
    package: Annotated[list[Path] | None, typer.Option("--package", metavar="FILE")] = None,
    both_languages: Annotated[bool, typer.Option("--both-languages")] = False,
    on: On = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
) -> None:
    """Show one measure, or a package."""
    desk = desk_of(context)
    if both_languages and (measure or not (catalogue or package)):
        raise UsageProblem(desk.say("usage.show_both"), "--both-languages")
    if catalogue or package:
        if on or as_of or min_position:
            raise UsageProblem(desk.say("usage.show_point"))
        _show_packages(desk, measure, catalogue or (), package or (), both_languages)
        return
    if not measure:
        raise UsageProblem(desk.say("usage.missing", name="MEASURE"), "MEASURE")
    answer = desk.client.get_measure(measure, on=day(desk, on, "--on"), **asking(desk, as_of, min_position))
    desk.answer(answer, lambda: measure_view(desk, answer.measure, _vocabulary(answer.measure.terms)))


def _vocabulary(terms: Terms) -> Vocabulary:
    # Imported here and below, so that the other commands do not wait for YAML.
    from award_ledger.clients.cli.packages import shipped_vocabulary

    return shipped_vocabulary(terms.instrument.document)


def _show_packages(
    desk: Desk, measure: str, catalogues: Sequence[str], files: Sequence[Path], both_languages: bool
) -> None:
    """Show packages, or one measure of them. Raises UsageProblem for a code that none of them has."""
    from award_ledger.clients.cli.packages import chosen_volumes
    from award_ledger.clients.cli.plain.page import Page

    volumes = chosen_volumes(desk, files, catalogues)
    if measure and not any(_versions(volume, measure) for volume in volumes):
        raise UsageProblem(desk.say("usage.only", code=measure), "MEASURE")
    if desk.json:
        documents = [_document(volume, measure) for volume in volumes]
        desk.write_json(json.dumps({"packages": documents}, ensure_ascii=False, indent=2))
    elif measure:
        desk.print(part for volume in volumes for part in _measure_views(desk, volume, measure))
    else:
        languages = BOTH if both_languages else (desk.language,)
        pages = (Page(volume.package, volume.later, volume.vocabulary, languages).markdown() for volume in volumes)
        desk.write("\n".join(pages))


def _versions(volume: Volume, measure: str) -> list[tuple[Terms, bool]]:
    """The versions of a measure in a package (of all, where none is named), and whether each is kept for later."""
    published = [(item.message, False) for item in volume.package.measures]
    later = [(terms, True) for terms in volume.later]
    return [(terms, kept) for terms, kept in published + later if measure in ("", terms.measure_code)]


def _measure_views(desk: Desk, volume: Volume, measure: str) -> Iterator[RenderableType]:
    for terms, kept in _versions(volume, measure):
        if kept:
            yield heading(f"\n{desk.say('show.later')}")
        name = localized(terms.name, desk.language)
        head = [(desk.say("field.code"), terms.measure_code), (desk.say("field.name"), name)]
        yield from terms_view(desk, terms, volume.vocabulary, head)


def _document(volume: Volume, measure: str) -> dict[str, Any]:
    versions = _versions(volume, measure)
    return {
        "title": _json(volume.package.title),
        "terms": [_json(terms) for terms, kept in versions if not kept],
        "later_terms": [_json(terms) for terms, kept in versions if kept],
    }


def _json(message: Message) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
