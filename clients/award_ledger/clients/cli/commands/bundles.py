"""`award-ledger audit verify | export | follow | receipt`: the log as an auditor holds it himself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.exit_codes import FAILED
from award_ledger.clients.cli.options import MAX_POSITION
from award_ledger.clients.cli.progress import progress
from award_ledger.clients.cli.views.verification import (
    checkpoint_json,
    checkpoint_view,
    not_verified_view,
    replay_view,
    verification_view,
)
from award_ledger.clients.clock import now_s

if TYPE_CHECKING:
    from award_ledger.clients.audit.replay import Replay
    from award_ledger.clients.verification.bundle_check import Verification
    from award_ledger.clients.verification.bundles import Bundle
    from award_ledger.clients.verification.policies import Policy

MAX_HELD_BYTES = 1024 * 1024
"""The largest policy, checkpoint or proof file that is read; real ones have some kilobytes."""

BundlePath = Annotated[Path, typer.Argument(metavar="BUNDLE")]
PolicyFile = Annotated[Path, typer.Option("--policy", metavar="FILE")]
HeldFile = Annotated[Path | None, typer.Option("--held", metavar="FILE")]
MaxAge = Annotated[int, typer.Option("--max-age", metavar="SECONDS", min=0)]
Size = Annotated[int, typer.Option("--size", metavar="NUMBER", min=0, max=MAX_POSITION)]


def verify(
    context: typer.Context,
    bundle: BundlePath,
    policy: PolicyFile,
    held: HeldFile = None,
    max_age: MaxAge = 0,
    openings: Annotated[bool, typer.Option("--openings")] = False,
    decide: Annotated[bool, typer.Option("--decide/--no-decide")] = True,
) -> None:
    """Verify a bundle offline, and decide everything in it again."""
    desk = desk_of(context)
    replayed: Replay | None = None
    with _auditing(desk), ExitStack() as stack:
        from award_ledger.clients.verification.bundle_check import verify_bundle
        from award_ledger.clients.verification.bundles import open_bundle

        trusted, earlier = _policy(desk, policy), None if held is None else _read(desk, held)
        opened = stack.enter_context(open_bundle(bundle))
        outcome = verify_bundle(
            opened,
            trusted,
            held=earlier,
            require_openings=openings,
            now_s=now_s(),
            max_age_s=max_age,
            watch=stack.enter_context(_watching(desk, "audit.verifying")),
        )
        if decide and outcome.holds and outcome.full:
            replayed = _decided(desk, opened, outcome)
    if desk.json:
        told = {"holds": outcome.holds and (replayed is None or replayed.agrees), "log": _verification_json(outcome)}
        told["decisions"] = None if replayed is None else {"agrees": replayed.agrees, **asdict(replayed)}
        desk.write_json(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        desk.print(verification_view(desk, outcome))
        if replayed is not None:
            desk.print(replay_view(desk, replayed))
    if not outcome.holds or (replayed is not None and not replayed.agrees):
        raise typer.Exit(FAILED)


def export(
    context: typer.Context,
    bundle: BundlePath,
    policy: PolicyFile,
    held: HeldFile = None,
    size: Size = 0,
    position: Annotated[
        list[int] | None, typer.Option("--position", metavar="POSITION", min=1, max=MAX_POSITION)
    ] = None,
) -> None:
    """Export the log, or some events of it, as a bundle; a broken export is taken up again."""
    desk = desk_of(context)
    with _auditing(desk), ExitStack() as stack:
        from award_ledger.clients.trail.bundle_writing import open_writing
        from award_ledger.clients.trail.export import Export
        from award_ledger.clients.trail.log_source import ServedLog

        text, _ = _read(desk, policy), _policy(desk, policy)
        writing = open_writing(bundle)
        stack.callback(writing.close)
        watch = stack.enter_context(_watching(desk, "audit.exporting"))
        exporting = Export(ServedLog(desk.client), writing, text, watch)
        earlier = None if held is None else _read(desk, held)
        if position:
            checkpoint = exporting.selection(position, size=size, held=earlier)
        else:
            checkpoint = exporting.whole(size=size, held=earlier)
    if desk.json:
        desk.write_json(checkpoint_json(checkpoint, bundle=str(bundle)))
    else:
        desk.print(checkpoint_view(desk, checkpoint, desk.say("audit.exported", bundle=bundle)))


def follow(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER")],
    policy: PolicyFile,
    max_age: MaxAge = 0,
) -> None:
    """Bring the copy in a folder up to date, proving that the log only grew."""
    desk = desk_of(context)
    with _auditing(desk), ExitStack() as stack:
        from award_ledger.clients.trail.following import follow as followed
        from award_ledger.clients.trail.log_source import ServedLog

        text, _ = _read(desk, policy), _policy(desk, policy)
        watch = stack.enter_context(_watching(desk, "audit.following"))
        done = followed(ServedLog(desk.client), folder, text, watch, now_s=now_s(), max_age_s=max_age)
    if desk.json:
        desk.write_json(checkpoint_json(done.checkpoint, old_size=done.old_size))
    else:
        said = desk.say("audit.followed", old=done.old_size, new=done.checkpoint.size)
        desk.print(checkpoint_view(desk, done.checkpoint, said))


def receipt(
    context: typer.Context,
    position: Annotated[int, typer.Argument(metavar="POSITION", min=1, max=MAX_POSITION)],
    event_hash: Annotated[str, typer.Argument(metavar="HASH")],
    policy: PolicyFile,
    proof: Annotated[Path | None, typer.Option("--proof", metavar="FILE")] = None,
    save: Annotated[Path | None, typer.Option("--save", metavar="FILE")] = None,
    max_age: MaxAge = 0,
) -> None:
    """Prove that the event of a receipt is in the log."""
    desk = desk_of(context)
    if not re.fullmatch("[0-9a-fA-F]{64}", event_hash):
        raise UsageProblem(desk.say("audit.hash"), "HASH")
    with _auditing(desk):
        from award_ledger.clients.trail.log_source import ServedLog
        from award_ledger.clients.trail.receipts import check_receipt

        trusted = _policy(desk, policy)
        file = ServedLog(desk.client).proof_file(position) if proof is None else _read(desk, proof)
        hashed = bytes.fromhex(event_hash)
        checkpoint = check_receipt(file, position, hashed, trusted, now_s=now_s(), max_age_s=max_age).checkpoint
        if save is not None:
            save.write_bytes(file)
    if desk.json:
        desk.write_json(checkpoint_json(checkpoint, position=position))
    else:
        desk.print(checkpoint_view(desk, checkpoint, desk.say("audit.proved", position=position)))


@contextmanager
def _auditing(desk: Desk) -> Iterator[None]:
    """What every command here may meet: the extra that is missing, files that cannot be read, and what is no proof."""
    try:
        from award_ledger.clients.verification.failures import NotVerified
    except ModuleNotFoundError as error:
        raise UsageProblem(desk.say("audit.extra")) from error
    try:
        yield
    except NotVerified as error:
        if desk.json:
            told = {"holds": False, "check": error.check, "text": str(error)}
            desk.write_json(json.dumps(told, ensure_ascii=False, indent=2), to_err=True)
        else:
            desk.err.print(not_verified_view(desk, error))
        raise typer.Exit(FAILED) from error
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("award_ledger"):
            raise
        raise UsageProblem(desk.say("audit.extra")) from error
    except OSError as error:
        text = desk.say("failure.file", path=error.filename or "", problem=error.strerror)
        raise UsageProblem(text) from error


@contextmanager
def _watching(desk: Desk, label: str) -> Iterator[Any]:
    """A bar that appears when it is known how much there is to do; yields what to tell of `done` and `total`."""
    with ExitStack() as stack:
        advance, before = None, 0

        def watch(done: int, total: int) -> None:
            nonlocal advance, before
            if advance is None:
                advance = stack.enter_context(progress(desk, desk.say(label), total))
            advance(done - before)
            before = done

        yield watch


def _decided(desk: Desk, bundle: Bundle, outcome: Verification) -> Replay:
    from award_ledger.clients.audit.replay import replay_bundle

    with _watching(desk, "audit.deciding") as watch:
        return replay_bundle(bundle, outcome.events, watch)


def _read(desk: Desk, path: Path) -> bytes:
    """A small file; raises UsageProblem."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_HELD_BYTES + 1)
    except OSError as error:
        raise UsageProblem(desk.say("failure.file", path=path, problem=error.strerror), "FILE") from error
    if len(data) > MAX_HELD_BYTES:
        raise UsageProblem(desk.say("audit.too_large", path=path, most=MAX_HELD_BYTES), "FILE")
    return data


def _policy(desk: Desk, path: Path) -> Policy:
    """The auditor's policy; raises UsageProblem: a policy that cannot be read is his own mistake."""
    from award_ledger.clients.verification.failures import Malformed
    from award_ledger.clients.verification.policies import parse_policy

    try:
        return parse_policy(_read(desk, path))
    except Malformed as error:
        raise UsageProblem(str(error), "--policy") from error


def _verification_json(outcome: Verification) -> dict[str, object]:
    told = asdict(outcome) | {"holds": outcome.holds}
    checkpoint = outcome.checkpoint
    told["checkpoint"] = None if checkpoint is None else json.loads(checkpoint_json(checkpoint))
    return told
