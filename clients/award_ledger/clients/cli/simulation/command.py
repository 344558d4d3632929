"""`award-ledger simulate`: Terms tried on published awards, or on what a ledger has recorded."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from award_ledger.clients.cli.desk import UsageProblem, desk_of
from award_ledger.clients.cli.options import MAX_POSITION
from award_ledger.clients.cli.tables import DEFAULT_SCHEME
from award_ledger.clients.department.calling import MAX_BATCH_ROWS

BATCH_ROWS = 500


class DecimalMarkChoice(StrEnum):
    """The mark before the decimals of an amount."""

    POINT = "point"
    COMMA = "comma"


def simulate(
    context: typer.Context,
    measure: Annotated[str, typer.Option("--measure", metavar="FILE|CODE")],
    awards: Annotated[Path | None, typer.Option("--awards", metavar="FILE")] = None,
    scheme: Annotated[str, typer.Option("--scheme", metavar="SCHEME")] = DEFAULT_SCHEME,
    decimal_mark: Annotated[
        DecimalMarkChoice, typer.Option("--decimal-mark", metavar="point|comma")
    ] = DecimalMarkChoice.POINT,
    encoding: Annotated[str, typer.Option("--encoding", metavar="NAME")] = "",
    into: Annotated[str, typer.Option("--into", metavar="HOST:PORT")] = "",
    batch_rows: Annotated[int, typer.Option("--batch-rows", metavar="NUMBER", min=1, max=MAX_BATCH_ROWS)] = BATCH_ROWS,
    against_history: Annotated[bool, typer.Option("--against-history")] = False,
    terms: Annotated[Path | None, typer.Option("--terms", metavar="FILE")] = None,
    to: Annotated[int, typer.Option("--to", metavar="POSITION", min=0, max=MAX_POSITION)] = 0,
    result_file: Annotated[Path | None, typer.Option("--result", metavar="FILE")] = None,
) -> None:
    """Try Terms on awards."""
    desk = desk_of(context)
    if against_history == (awards is not None):
        raise UsageProblem(desk.say("simulate.one_kind"))
    if against_history:
        from award_ledger.clients.cli.simulation.history import simulate_history

        if terms is None:
            raise UsageProblem(desk.say("usage.missing", name="--terms"))
        simulate_history(desk, measure, terms, to, result_file)
        return
    if terms is not None or to:
        raise UsageProblem(desk.say("simulate.of_history"))
    # Imported here, so that the other commands do not wait for YAML.
    from award_ledger.clients.cli.simulation.run import AwardsRun, simulate_awards

    if awards is not None:
        mark = "," if decimal_mark is DecimalMarkChoice.COMMA else "."
        asked = AwardsRun(Path(measure), awards, scheme.strip().lower(), mark, encoding, into, batch_rows)  # type: ignore[arg-type]
        simulate_awards(desk, asked, result_file or Path(f"{awards.stem}.simulated.csv"))
