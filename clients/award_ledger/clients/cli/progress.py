"""A bar for people who wait at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from award_ledger.clients.cli.desk import Desk


@contextmanager
def progress(desk: Desk, name: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr for people at a terminal; yields what to call with the number of things done."""
    if desk.json or not desk.err.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=desk.err) as bar:
        task = bar.add_task(name, total=total)
        yield lambda done: bar.advance(task, done)
