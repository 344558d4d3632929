"""`award-ledger audit …`: what an auditor checks for himself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.commands import bundles, inquiries
from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.exit_codes import FAILED
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.options import MAX_POSITION
from award_ledger.clients.cli.tables import fields
from award_ledger.clients.cli.views.verification import differences_view

if TYPE_CHECKING:
    from award_ledger.clients.audit.replay import Replay

To = Annotated[int, typer.Option("--to", metavar="POSITION", min=0, max=MAX_POSITION)]

_COUNTS = ("events", "decisions", "funds", "measures", "enterprises", "values")


def replay(context: typer.Context, to: To = 0) -> None:
    """Replay the log from zero and compare with every answer of the ledger; exit code 1 if anything differs."""
    desk = desk_of(context)
    outcome = _replayed(desk, to)
    if desk.json:
        desk.write_json(json.dumps({"agrees": outcome.agrees} | asdict(outcome), ensure_ascii=False, indent=2))
    else:
        desk.print(_view(desk, outcome))
    if not outcome.agrees:
        raise typer.Exit(FAILED)


def _replayed(desk: Desk, to: int) -> Replay:
    try:
        from award_ledger.clients.audit import replay as audit
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("award_ledger"):
            raise
        raise UsageProblem(desk.say("audit.extra")) from error
    head = desk.client.get_head().position
    if to > head:
        raise UsageProblem(desk.say("audit.position", position=to, head=head), "--to")
    return audit.replay(desk.client, upto=to)


def _view(desk: Desk, outcome: Replay) -> Iterator[RenderableType]:
    counted = [(desk.say(f"audit.{name}"), f"{getattr(outcome, name):,}") for name in _COUNTS]
    yield fields([(desk.say("field.head"), str(outcome.position)), *counted])
    yield from differences_view(desk, outcome)


def audit_commands() -> typer.Typer:
    """The group of commands."""
    commands = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    commands.add_typer(inquiries.state_commands(), name="state")
    questions = (
        *(inquiries.timeline, inquiries.overrides, inquiries.officer, inquiries.contract, inquiries.evidence),
        *(inquiries.limit, inquiries.refusals),
    )
    for command in (*questions, replay, bundles.verify, bundles.export, bundles.follow, bundles.receipt):
        commands.command(command.__name__, cls=HelpCommand)(command)
    return commands
