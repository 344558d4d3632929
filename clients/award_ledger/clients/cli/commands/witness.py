"""`award-ledger witness …`: the witness that a second body runs."""

from __future__ import annotations

import json
import logging
import re
import signal
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated

import typer

from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.exit_codes import FAILED
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.tables import fields, line
from award_ledger.clients.clock import now_s

if TYPE_CHECKING:
    from award_ledger.clients.witness.serving import WitnessServer

Listen = Annotated[str, typer.Option("--listen", metavar="HOST:PORT")]

_ADDRESS = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[^:\[\]]+)):(?P<port>[0-9]{1,5})", re.ASCII)
_CHECKED_S = 0.2
"""How often connections are looked after."""


def keys(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE")],
) -> None:
    """Make the key of a witness, and say what goes into policies."""
    desk = desk_of(context)
    _needs_the_extra(desk)
    from award_ledger.clients.verification.failures import Malformed
    from award_ledger.clients.witness.signing_keys import KeyFileRefused, new_signing_key, write_signing_key

    try:
        key = new_signing_key(name)
    except Malformed as error:
        raise UsageProblem(str(error), "NAME") from error
    try:
        write_signing_key(key, out)
    except KeyFileRefused as error:
        raise UsageProblem(str(error), "--out") from error
    if desk.json:
        desk.write_json(json.dumps({"name": name, "verifier_key": str(key.public), "file": str(out)}, indent=2))
        return
    desk.print([fields([(desk.say("witness.vkey"), str(key.public))]), line(desk.say("witness.made", path=out))])


def serve(
    context: typer.Context,
    key: Annotated[Path, typer.Option("--key", metavar="FILE")],
    logs: Annotated[Path, typer.Option("--logs", metavar="FILE")],
    records: Annotated[Path, typer.Option("--records", metavar="FOLDER")],
    listen: Listen = "127.0.0.1:8787",
) -> None:
    """Serve a witness over HTTP until it is told to stop."""
    desk = desk_of(context)
    _needs_the_extra(desk)
    from award_ledger.clients.verification.failures import Malformed
    from award_ledger.clients.verification.policies import parse_policy
    from award_ledger.clients.witness.records import Records, RecordsRefused
    from award_ledger.clients.witness.serving import WitnessServer
    from award_ledger.clients.witness.signing_keys import KeyFileRefused, read_signing_key
    from award_ledger.clients.witness.submissions import Witness

    match = _ADDRESS.fullmatch(listen)
    if match is None:
        raise UsageProblem(desk.say("witness.address"), "--listen")
    try:
        signing, policy = read_signing_key(key), parse_policy(logs.read_bytes())
        with Records(records) as kept:
            witness = Witness(signing, policy.logs, kept, now_s)
            with WitnessServer((match["six"] or match["host"], int(match["port"])), witness) as server:
                desk.err.print(
                    line(desk.say("witness.serving", port=server.server_port, vkey=signing.public)), soft_wrap=True
                )
                _serve_until_stopped(server)
    except Malformed as error:
        raise UsageProblem(str(error), "--logs") from error
    except (KeyFileRefused, RecordsRefused) as error:
        raise UsageProblem(str(error)) from error
    except OSError as error:
        desk.err.print(line(desk.say("witness.failed", problem=error), "bold red"))
        raise typer.Exit(FAILED) from error


def _serve_until_stopped(server: WitnessServer) -> None:
    """Serves in a thread; returns when SIGTERM or SIGINT comes."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    stopped = Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    thread = Thread(target=server.serve_forever, args=(_CHECKED_S,))
    thread.start()
    try:
        stopped.wait()
    finally:
        server.shutdown()
        thread.join()
        for number, handler in before.items():
            signal.signal(number, handler)


def _needs_the_extra(desk: Desk) -> None:
    from importlib.util import find_spec

    if find_spec("cryptography") is None:
        raise UsageProblem(desk.say("audit.extra"))


def witness_commands() -> typer.Typer:
    """The group of commands."""
    commands = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    commands.command("keys", cls=HelpCommand)(keys)
    commands.command("serve", cls=HelpCommand)(serve)
    return commands
