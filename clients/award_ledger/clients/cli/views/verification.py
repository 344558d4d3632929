"""What verifying found, on the screen: the checkpoint, what was checked, and each failure with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from award_ledger.clients.cli.desk import Desk
from award_ledger.clients.cli.tables import fields, line, table

if TYPE_CHECKING:
    from award_ledger.clients.audit.replay import Replay
    from award_ledger.clients.verification.bundle_check import Verification
    from award_ledger.clients.verification.checkpoints import Checkpoint
    from award_ledger.clients.verification.failures import NotVerified


def checkpoint_json(checkpoint: Checkpoint, **more: object) -> str:
    """A checkpoint as one JSON document, and what else there is to say."""
    told = {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex(), **more}
    return json.dumps(told, ensure_ascii=False, indent=2)


def checkpoint_view(desk: Desk, checkpoint: Checkpoint, said: str) -> Iterator[RenderableType]:
    """A checkpoint that was verified, and what that shows."""
    yield fields(_of_checkpoint(desk, checkpoint))
    yield line(said, "bold green")


def verification_view(desk: Desk, outcome: Verification) -> Iterator[RenderableType]:
    """The log of a bundle: what was verified, or what failed."""
    said = [] if outcome.checkpoint is None else _of_checkpoint(desk, outcome.checkpoint)
    yield fields(
        [
            *said,
            (desk.say("audit.signers"), ", ".join(outcome.signers)),
            (desk.say("audit.held_size"), "" if outcome.held_size is None else f"{outcome.held_size:,}"),
            (desk.say("audit.verified" if outcome.full else "audit.selected"), f"{outcome.events:,}"),
            *_of_openings(desk, outcome),
            (
                desk.say("audit.timestamps"),
                "; ".join(desk.say("audit.stamped", **asdict(one)) for one in outcome.timestamps),
            ),
            (desk.say("audit.anchors"), f"{outcome.anchors:,}" if outcome.anchors else ""),
        ]
    )
    if outcome.holds:
        yield line(desk.say("audit.holds"), "bold green")
        return
    names = ("field.position", "audit.check", "audit.finding")
    rows = [
        [str(found.position or ""), desk.name("audit.check", found.check), found.text] for found in outcome.findings
    ]
    yield table([desk.say(name) for name in names], rows, right="0")
    yield line(desk.say("audit.fails", count=outcome.count), "bold red")


def replay_view(desk: Desk, outcome: Replay) -> Iterator[RenderableType]:
    """Decisions taken again from a bundle: how many, and what differs."""
    names = ("events", "decisions", "values")
    yield fields([(desk.say(f"audit.{name}"), f"{getattr(outcome, name):,}") for name in names])
    yield from differences_view(desk, outcome)


def differences_view(desk: Desk, outcome: Replay) -> Iterator[RenderableType]:
    """What differs, or that nothing does."""
    if outcome.agrees:
        yield line(desk.say("audit.agrees"), "bold green")
        return
    names = ("field.position", "audit.subject", "audit.field", "audit.replayed", "audit.given")
    rows = [
        [str(found.position), found.subject, found.field, found.replayed, found.given] for found in outcome.differences
    ]
    yield table([desk.say(name) for name in names], rows, right="0")
    yield line(desk.say("audit.differs", count=outcome.count), "bold red")


def not_verified_view(desk: Desk, error: NotVerified) -> Text:
    """One failure, in a line."""
    return line(f"{desk.name('audit.check', error.check)}: {error}", "bold red")


def _of_checkpoint(desk: Desk, checkpoint: Checkpoint) -> list[tuple[str, str]]:
    return [
        (desk.say("audit.origin"), checkpoint.origin),
        (desk.say("audit.size"), f"{checkpoint.size:,}"),
        (desk.say("audit.root"), checkpoint.root.hex()),
    ]


def _of_openings(desk: Desk, outcome: Verification) -> list[tuple[str, str]]:
    if not outcome.commitments:
        return []
    told = {"opened": outcome.opened, "of": outcome.commitments, "erased": outcome.erased}
    return [(desk.say("audit.openings"), desk.say("audit.opened", **told))]
