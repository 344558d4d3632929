"""`award-ledger audit state | timeline | overrides | officer | contract | evidence | limit | refusals`: questions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, desk_of, json_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.listing import flattened, write_list, write_pairs
from award_ledger.clients.cli.options import (
    AsOf,
    AwardArgument,
    Csv,
    EnterpriseArgument,
    FundArgument,
    MeasureArgument,
    MinPosition,
    OfEnterprise,
    asking,
    day,
)
from award_ledger.clients.cli.tables import fields, moment
from award_ledger.clients.cli.views.entry import EntryTable, entry_columns
from award_ledger.clients.cli.views.register import enterprise_view, fund_view, measure_view
from award_ledger.clients.department.calling import LARGEST_PAGE, ReadOptions, pages
from award_ledger.clients.department.inquiries import selection
from award_ledger.v1.common_pb2 import Verdict
from award_ledger.v1.inquiries_pb2 import GetStateResponse, Selection

WALK_TIMEOUT_S = 60.0
"""A page of a list without an index walks a long stretch of the log; so does a state about a day."""

About = Annotated[str, typer.Option("--about", metavar="DATE")]
OfMeasure = Annotated[str, typer.Option("--measure", metavar="MEASURE")]
From = Annotated[str, typer.Option("--from", metavar="DATE")]
To = Annotated[str, typer.Option("--to", metavar="DATE")]
OfCheck = Annotated[str, typer.Option("--check", metavar="CHECK")]
Reference = Annotated[str, typer.Argument(metavar="REFERENCE")]


class VerdictChoice(StrEnum):
    """How a check came out."""

    PASSED = "passed"
    FAILED = "failed"
    NEEDS_OVERRIDE = "needs_override"
    OVERRIDDEN = "overridden"
    CUT = "cut"
    NOTED = "noted"


def state_enterprise(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    about: About = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """Say what was known about an enterprise."""
    desk = desk_of(context)
    options = _asked(desk, as_of, min_position)
    _state(desk, desk.client.get_state(enterprise=enterprise, about=day(desk, about, "--about"), **options), csv)


def state_measure(
    context: typer.Context,
    measure: MeasureArgument,
    about: About = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """Say what was known about a measure."""
    desk = desk_of(context)
    options = _asked(desk, as_of, min_position)
    _state(desk, desk.client.get_state(measure_code=measure, about=day(desk, about, "--about"), **options), csv)


def state_fund(
    context: typer.Context,
    fund: FundArgument,
    about: About = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """Say what was known about a fund."""
    desk = desk_of(context)
    options = _asked(desk, as_of, min_position)
    _state(desk, desk.client.get_state(fund_code=fund, about=day(desk, about, "--about"), **options), csv)


def timeline(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    award: AwardArgument,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """Tell all that happened to an award."""
    desk = desk_of(context)
    award_id = desk.award(enterprise, award).award_id
    options = _asked(desk, as_of, min_position)
    _list(desk, pages(desk.client.list_award_timeline, enterprise, award_id, page_size=LARGEST_PAGE, **options), csv)


def overrides(
    context: typer.Context,
    check: OfCheck = "",
    taken_only: Annotated[bool, typer.Option("--taken-only")] = False,
    measure: OfMeasure = "",
    enterprise: OfEnterprise = "",
    effective_from: From = "",
    effective_to: To = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List every override."""
    desk = desk_of(context)
    wanted = _wanted(desk, measure, enterprise, effective_from, effective_to)
    asked = {"check": check, "taken_only": taken_only, "wanted": wanted, **_asked(desk, as_of, min_position)}
    _list(desk, pages(desk.client.list_overrides, page_size=LARGEST_PAGE, **asked), csv)


def officer(
    context: typer.Context,
    officer: Annotated[str, typer.Argument(metavar="NAME@DEPARTMENT")],
    all_acts: Annotated[bool, typer.Option("--all-acts")] = False,
    measure: OfMeasure = "",
    enterprise: OfEnterprise = "",
    effective_from: From = "",
    effective_to: To = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List what one person decided."""
    desk = desk_of(context)
    wanted = _wanted(desk, measure, enterprise, effective_from, effective_to)
    asked = {"all_acts": all_acts, "wanted": wanted, **_asked(desk, as_of, min_position)}
    _list(desk, pages(desk.client.list_officer_decisions, officer, page_size=LARGEST_PAGE, **asked), csv)


def contract(
    context: typer.Context, reference: Reference, as_of: AsOf = "", min_position: MinPosition = 0, csv: Csv = False
) -> None:
    """List all that touches a contract."""
    _uses(desk_of(context), "contract", reference, as_of, min_position, csv)


def evidence(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND")],
    reference: Reference,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List all that touches a piece of evidence."""
    _uses(desk_of(context), kind, reference, as_of, min_position, csv)


def limit(
    context: typer.Context,
    check: Annotated[str, typer.Argument(metavar="CHECK")],
    verdict: Annotated[VerdictChoice | None, typer.Option("--verdict", metavar="VERDICT")] = None,
    binding_only: Annotated[bool, typer.Option("--binding-only")] = False,
    measure: OfMeasure = "",
    enterprise: OfEnterprise = "",
    effective_from: From = "",
    effective_to: To = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List the decisions whose explanation names a limit."""
    desk = desk_of(context)
    named = Verdict.VERDICT_UNSPECIFIED if verdict is None else Verdict.Value(f"VERDICT_{verdict.name}")
    wanted = _wanted(desk, measure, enterprise, effective_from, effective_to)
    asked = {"verdict": named, "binding_only": binding_only, "wanted": wanted, **_asked(desk, as_of, min_position)}
    _list(desk, pages(desk.client.list_limit_decisions, check, page_size=LARGEST_PAGE, **asked), csv)


def refusals(
    context: typer.Context,
    check: OfCheck = "",
    measure: OfMeasure = "",
    enterprise: OfEnterprise = "",
    effective_from: From = "",
    effective_to: To = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List the refusals on record."""
    desk = desk_of(context)
    wanted = _wanted(desk, measure, enterprise, effective_from, effective_to)
    asked = {"check": check, "wanted": wanted, **_asked(desk, as_of, min_position)}
    _list(desk, pages(desk.client.list_refusals, page_size=LARGEST_PAGE, **asked), csv)


def _uses(desk: Desk, kind: str, reference: str, as_of: str, min_position: int, csv: bool) -> None:
    options = _asked(desk, as_of, min_position)
    _list(desk, pages(desk.client.list_evidence_uses, kind, reference, page_size=LARGEST_PAGE, **options), csv)


def _asked(desk: Desk, as_of: str, min_position: int) -> ReadOptions:
    options = asking(desk, as_of, min_position)
    options["timeout_s"] = max(desk.timeout_s, WALK_TIMEOUT_S)
    return options


def _wanted(desk: Desk, measure: str, enterprise: str, effective_from: str, effective_to: str) -> Selection:
    return selection(
        measure_code=measure,
        enterprise=enterprise or None,
        effective_from=day(desk, effective_from, "--from"),
        effective_to=day(desk, effective_to, "--to"),
    )


def _list(desk: Desk, listing: Iterable[Any], csv: bool) -> None:
    write_list(desk, listing, "entries", EntryTable(desk), lambda entries: entry_columns(desk, entries), as_csv=csv)


def _state(desk: Desk, answer: GetStateResponse, csv: bool) -> None:
    if csv:
        write_pairs(desk, flattened(json.loads(json_of(answer))))
    else:
        desk.answer(answer, lambda: _state_view(desk, answer))


def _state_view(desk: Desk, answer: GetStateResponse) -> Iterator[RenderableType]:
    yield fields(
        [
            (desk.say("field.known_at"), f"{answer.position}  {moment(answer.known_at)}".strip()),
            (desk.say("field.about"), answer.about),
            (desk.say("field.left_out"), str(answer.left_out) if answer.about else ""),
        ]
    )
    match answer.WhichOneof("state"):
        case "enterprise":
            yield from enterprise_view(desk, answer.enterprise)
        case "measure":
            # Imported here, so that the other commands do not wait for YAML.
            from award_ledger.clients.cli.packages import shipped_vocabulary

            vocabulary = shipped_vocabulary(answer.measure.terms.instrument.document)
            yield from measure_view(desk, answer.measure, vocabulary)
        case _:
            yield from fund_view(desk, answer.fund)


def state_commands() -> typer.Typer:
    """The states."""
    commands = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    for name, command in (("enterprise", state_enterprise), ("measure", state_measure), ("fund", state_fund)):
        commands.command(name, cls=HelpCommand)(command)
    return commands
