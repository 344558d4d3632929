"""`award-ledger history …`, `follow` and `status`: the log itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToJson
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, desk_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.listing import write_csv
from award_ledger.clients.cli.options import (
    MAX_POSITION,
    AsOf,
    Csv,
    EnterpriseArgument,
    FundArgument,
    MeasureArgument,
    MinPosition,
    asking,
)
from award_ledger.clients.cli.sheet import Sheet
from award_ledger.clients.cli.tables import fields, line, moment
from award_ledger.clients.cli.views.event import EventCurrencies, event_line, event_table, event_view
from award_ledger.clients.department.calling import ReadOptions, pages
from award_ledger.clients.department.history import subject
from award_ledger.v1.history_pb2 import ListEventsResponse, Subject

Limit = Annotated[int, typer.Option("--limit", metavar="NUMBER", min=1)]
NewestFirst = Annotated[bool, typer.Option("--newest-first")]
Reference = Annotated[str, typer.Argument(metavar="REFERENCE")]
Position = Annotated[int, typer.Argument(metavar="POSITION", min=1, max=MAX_POSITION)]
After = Annotated[int, typer.Option("--after", metavar="POSITION", min=0, max=MAX_POSITION)]
To = Annotated[int, typer.Option("--to", metavar="POSITION", min=0, max=MAX_POSITION)]


def enterprise(
    context: typer.Context,
    enterprise: EnterpriseArgument,
    limit: Limit = 1000,
    newest_first: NewestFirst = False,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List the events of an enterprise."""
    desk = desk_of(context)
    _list(desk, subject(enterprise=enterprise), limit, newest_first, asking(desk, as_of, min_position), csv)


def measure(
    context: typer.Context,
    measure: MeasureArgument,
    limit: Limit = 1000,
    newest_first: NewestFirst = False,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List the events of a measure."""
    desk = desk_of(context)
    _list(desk, subject(measure_code=measure), limit, newest_first, asking(desk, as_of, min_position), csv)


def fund(
    context: typer.Context,
    fund: FundArgument,
    limit: Limit = 1000,
    newest_first: NewestFirst = False,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List the events of a fund."""
    desk = desk_of(context)
    _list(desk, subject(fund_code=fund), limit, newest_first, asking(desk, as_of, min_position), csv)


def contract(
    context: typer.Context,
    reference: Reference,
    limit: Limit = 1000,
    newest_first: NewestFirst = False,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List the events of a contract."""
    desk = desk_of(context)
    whose = subject(evidence=("contract", reference))
    _list(desk, whose, limit, newest_first, asking(desk, as_of, min_position), csv)


def evidence(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND")],
    reference: Reference,
    limit: Limit = 1000,
    newest_first: NewestFirst = False,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List the events of a piece of evidence."""
    desk = desk_of(context)
    whose = subject(evidence=(kind, reference))
    _list(desk, whose, limit, newest_first, asking(desk, as_of, min_position), csv)


def group(
    context: typer.Context,
    group: Annotated[str, typer.Argument(metavar="GROUP")],
    limit: Limit = 1000,
    newest_first: NewestFirst = False,
    as_of: AsOf = "",
    min_position: MinPosition = 0,
    csv: Csv = False,
) -> None:
    """List the events of a group of linked enterprises."""
    desk = desk_of(context)
    _list(desk, subject(group=group), limit, newest_first, asking(desk, as_of, min_position), csv)


def event(context: typer.Context, position: Position, as_of: AsOf = "", min_position: MinPosition = 0) -> None:
    """Show one event with all that is stored."""
    desk = desk_of(context)
    answer = desk.client.get_event(position, **asking(desk, as_of, min_position))
    desk.answer(answer, lambda: event_view(desk, answer.event))


def follow(
    context: typer.Context,
    after: After = 0,
    to: To = 0,
    wait: Annotated[bool, typer.Option("--wait/--no-wait")] = True,
) -> None:
    """Show every event after a position, and go on as new ones come; with --json one document a line."""
    desk = desk_of(context)
    currencies = EventCurrencies(desk)
    for item in desk.client.follow_events(after, to_position=to, wait=wait):
        if desk.json:
            desk.write_json(
                MessageToJson(
                    item,
                    preserving_proto_field_name=True,
                    always_print_fields_with_no_presence=True,
                    ensure_ascii=False,
                    indent=None,
                )
            )
        else:
            desk.print([event_line(desk, item, currencies)])


def status(context: typer.Context, as_of: AsOf = "", min_position: MinPosition = 0) -> None:
    """Say which ledger answers, and how far its log has come."""
    desk = desk_of(context)
    head = desk.client.get_head(**asking(desk, as_of, min_position))
    desk.answer(
        head,
        lambda: [
            fields(
                [
                    (desk.say("field.server"), desk.server),
                    (desk.say("field.ledger"), head.ledger_id),
                    (desk.say("field.head"), str(head.position)),
                    (desk.say("field.recorded_at"), moment(head.recorded_at)),
                    (desk.say("field.principal"), desk.principal),
                ]
            )
        ],
    )


def _list(desk: Desk, whose: Subject, limit: int, newest_first: bool, options: ReadOptions, csv: bool) -> None:
    found = ListEventsResponse()
    listing = pages(
        lambda **page: desk.client.list_events(whose, newest_first=newest_first, **page),
        page_size=min(limit, 1000),
        **options,
    )
    if csv:
        write_csv(desk, _sheets(desk, listing, limit))
        return
    for page in listing:
        found.events.extend(page.events)
        found.position, found.next_page_token = page.position, page.next_page_token
        if len(found.events) >= limit:
            break
    more = bool(found.next_page_token) or len(found.events) > limit
    del found.events[limit:]
    desk.answer(found, lambda: _listed(desk, found, more))


def _sheets(desk: Desk, listing: Iterable[ListEventsResponse], limit: int) -> Iterator[Sheet]:
    """Pages as sheets, up to a number of events."""
    currencies = EventCurrencies(desk)
    for page in listing:
        events = page.events[:limit]
        yield event_table(desk, events, currencies)
        limit -= len(events)
        if not limit:
            return


def _listed(desk: Desk, found: ListEventsResponse, more: bool) -> Iterator[RenderableType]:
    if not found.events:
        yield line(desk.say("none"))
        return
    yield event_table(desk, found.events)
    if more:
        yield line(desk.say("more"), "yellow")


def history_commands() -> typer.Typer:
    """The group of commands."""
    commands = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    for name, function in (
        ("enterprise", enterprise),
        ("measure", measure),
        ("fund", fund),
        ("contract", contract),
        ("evidence", evidence),
        ("group", group),
        ("event", event),
    ):
        commands.command(name, cls=HelpCommand)(function)
    return commands
