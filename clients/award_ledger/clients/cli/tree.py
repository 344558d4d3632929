"""The tree of commands, and its help in the language of the run.

Commands are declared once, without words; the words come from `words.commands` by the path of the command and the
name of the parameter, so that both languages have the same commands by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from award_ledger.clients.cli.bulk.command import import_
from award_ledger.clients.cli.commands import applications, awards, history, login
from award_ledger.clients.cli.commands.audit import audit_commands
from award_ledger.clients.cli.commands.clawbacks import clawback_commands
from award_ledger.clients.cli.commands.corrections import correct
from award_ledger.clients.cli.commands.enterprises import enterprises_commands, headroom
from award_ledger.clients.cli.commands.finance import finance_commands
from award_ledger.clients.cli.commands.funds import funds_commands
from award_ledger.clients.cli.commands.measures import measures_commands
from award_ledger.clients.cli.commands.objections import objections_commands
from award_ledger.clients.cli.commands.payments import pay_commands
from award_ledger.clients.cli.commands.pro_rata import pro_rata
from award_ledger.clients.cli.commands.roles import roles_commands
from award_ledger.clients.cli.commands.witness import witness_commands
from award_ledger.clients.cli.desk import Desk, UsageProblem
from award_ledger.clients.cli.exit_codes import USAGE
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.simulation.command import simulate
from award_ledger.clients.cli.words import Language, Phrase
from award_ledger.clients.cli.words.commands import COMMANDS
from award_ledger.clients.cli.words.labels import LABELS
from award_ledger.clients.cli.words.options import OPTIONS, PANEL_NAMES
from award_ledger.clients.profiles import Profile, ProfileProblem, load_profile

PROGRAM = "award-ledger"
DEFAULT_SERVER = "localhost:50051"


class LanguageChoice(StrEnum):
    """Languages of the command line."""

    ZH = "zh"
    EN = "en"


@dataclass
class Session:
    """One run before its desk exists: the desk is made when the global options have been read."""

    language: Language
    out: Console
    err: Console
    desk: Desk | None = None

    def close(self) -> None:
        """Close the desk, if there is one."""
        if self.desk is not None:
            self.desk.close()


def command_tree(session: Session) -> Any:
    """The command of the whole program, in the language of the session. (Typer does not name its type.)"""
    app = typer.Typer(cls=HelpGroup, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback(cls=HelpGroup, invoke_without_command=True)(_global_options(session))
    for name, function in _ACTS.items():
        app.command(name, cls=HelpCommand)(function)
    for name, make_group in _GROUPS.items():
        app.add_typer(make_group(), name=name)
    tree: Any = typer.main.get_command(app)
    tree.aliases = ALIASES
    ordered = [name for names in PANELS.values() for name in names]
    tree.commands = {name: tree.commands[name] for name in ordered}
    for path, command in walk(tree):
        _translate(command, path, session.language)
    return tree


def walk(command: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command below and with this one, by its path (`pay settle`; the program itself: empty)."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from walk(child, f"{path} {name}".strip())


def option_phrase(path: str, name: str) -> Phrase:
    """The help of a command's parameter: its own words where it has some, else those that it shares."""
    return OPTIONS.get(f"{path}:{name}") or OPTIONS[name]


def _translate(command: Any, path: str, language: Language) -> None:
    """Give a command its words."""
    command.language = language
    command.help = COMMANDS[path].say(language)
    command.short_help = command.help.partition("\n")[0]
    command.panel = next((PANEL_NAMES[panel].say(language) for panel, names in PANELS.items() if path in names), "")
    for param in command.params:
        param.help = option_phrase(path, param.name).say(language)
    help_option = command.get_help_option(typer.Context(command))
    help_option.help = OPTIONS["help"].say(language)


def _global_options(session: Session) -> Callable[..., None]:
    def options(
        context: typer.Context,
        server: Annotated[
            str, typer.Option("--server", metavar="HOST:PORT", envvar="AWARD_LEDGER_SERVER")
        ] = DEFAULT_SERVER,
        principal: Annotated[
            str, typer.Option("--as", metavar="NAME@DEPARTMENT", envvar="AWARD_LEDGER_PRINCIPAL")
        ] = "",
        profile: Annotated[str, typer.Option("--profile", metavar="PROFILE", envvar="AWARD_LEDGER_PROFILE")] = "",
        lang: Annotated[
            LanguageChoice | None, typer.Option("--lang", metavar="zh|en", envvar="AWARD_LEDGER_LANG")
        ] = None,
        json: Annotated[bool, typer.Option("--json")] = False,
        timeout: Annotated[float, typer.Option("--timeout", metavar="SECONDS", min=0.1)] = 10.0,
        show_version: Annotated[  # noqa: ARG001  (its callback does what is asked)
            bool, typer.Option("--version", callback=_print_version, is_eager=True)
        ] = False,
    ) -> None:
        """Make the desk at which the command works."""
        if context.invoked_subcommand is None:
            context.get_help()
            raise typer.Exit(USAGE)
        language = lang.value if lang else session.language
        chosen = chosen_profile(language, profile, _given(context, server))
        session.desk = Desk(
            server=chosen.server if chosen else server,
            principal=principal,
            language=language,
            json=json,
            timeout_s=timeout,
            out=session.out,
            err=session.err,
            profile=chosen,
        )
        context.obj = session.desk

    return options


def chosen_profile(language: Language, name: str, server: str) -> Profile | None:
    """The profile named, or the default one where no server is named; raises UsageProblem."""
    if server and not name:
        return None
    try:
        profile = load_profile(name)
    except ProfileProblem as problem:
        raise UsageProblem(LABELS[problem.key].say(language, **problem.values), "--profile") from problem
    if profile is not None and server and server != profile.server:
        told = LABELS["profile.two_servers"].say(language, name=name, server=server, other=profile.server)
        raise UsageProblem(told, "--server")
    return profile


def _given(context: typer.Context, server: str) -> str:
    """The server, if somebody named it: empty for the default."""
    source = context.get_parameter_source("server")
    return "" if source is not None and source.name == "DEFAULT" else server


def _print_version(asked: bool) -> None:
    if not asked:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        print(f"{PROGRAM} {version(PROGRAM)}")
    except PackageNotFoundError:
        print(PROGRAM)
    raise typer.Exit


_ACTS: dict[str, Callable[..., None]] = {
    "apply": applications.apply,
    "review": applications.review,
    "approve": awards.approve,
    "pro-rata": pro_rata,
    "refuse": applications.refuse,
    "withdraw": applications.withdraw,
    "stage-result": awards.stage_result,
    "revoke": awards.revoke,
    "correct": correct,
    "import": import_,
    "headroom": headroom,
    "simulate": simulate,
    "follow": history.follow,
    "login": login.login,
    "logout": login.logout,
    "status": history.status,
}

_GROUPS: dict[str, Callable[[], typer.Typer]] = {
    "measures": measures_commands,
    "funds": funds_commands,
    "enterprises": enterprises_commands,
    "applications": applications.applications_commands,
    "awards": awards.awards_commands,
    "objections": objections_commands,
    "pay": pay_commands,
    "clawback": clawback_commands,
    "finance": finance_commands,
    "history": history.history_commands,
    "audit": audit_commands,
    "witness": witness_commands,
    "roles": roles_commands,
}

ALIASES = {"measure": "measures", "fund": "funds", "enterprise": "enterprises", "objection": "objections"}
"""Groups that answer to the singular too."""

PANELS = {
    "rules": ("measures", "funds"),
    "cases": (
        "enterprises",
        "apply",
        "review",
        "approve",
        "pro-rata",
        "refuse",
        "withdraw",
        "stage-result",
        "revoke",
        "objections",
        "correct",
        "import",
    ),
    "money": ("pay", "clawback", "finance"),
    "questions": ("headroom", "applications", "awards", "history", "follow", "status", "simulate", "audit", "witness"),
    "rights": ("roles",),
    "identity": ("login", "logout"),
}
"""Commands of the first level, as the help orders them."""
