"""Help in the language of the run. Typer's own has no languages, and cuts Chinese where it should wrap it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from award_ledger.clients.cli.words import Language
from award_ledger.clients.cli.words.options import HELP_WORDS, METAVARS

MOST_FOR_NAMES = 34
"""Columns of the screen that the names of options may take."""


class HelpCommand(TyperCommand):
    """A command whose help is in `language`; `panel` names the section of its group's help."""

    language: Language = "en"
    panel = ""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        show_help(self, ctx, self.language)


class HelpGroup(TyperGroup):
    """A group of commands whose help is in `language`; `panel` as for a command, `aliases` are other names."""

    language: Language = "en"
    panel = ""
    aliases: Mapping[str, str] = MappingProxyType({})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name or an alias."""
        return super().get_command(ctx, self.aliases.get(cmd_name, cmd_name))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        show_help(self, ctx, self.language)


def show_help(command: Any, context: Any, language: Language) -> None:
    """Print usage, what the command does, its arguments and options, and the commands below it."""
    out = Console(markup=False, emoji=False, highlight=False)
    params = [param for param in command.get_params(context) if not param.hidden]
    arguments = [param for param in params if param.param_type_name == "argument"]
    options = [param for param in params if param.param_type_name == "option"]
    subcommands = getattr(command, "commands", {})

    usage = [context.command_path, HELP_WORDS["options"].say(language)]
    usage += [_argument_name(param, language) for param in arguments]
    usage += [HELP_WORDS["subcommand"].say(language)] if subcommands else []
    out.print(Text(HELP_WORDS["usage"].say(language) + " ".join(usage), style="bold"))
    out.print(Padding(Text(command.help or ""), (1, 0, 1, 2)))
    for part in _sections(arguments, options, subcommands, language):
        out.print(part)


def _sections(
    arguments: list[Any], options: list[Any], subcommands: dict[str, Any], language: Language
) -> Iterator[RenderableType]:
    panels: dict[str, list[tuple[str, str]]] = {}
    for name, child in subcommands.items():
        if not child.hidden:
            panel = child.panel or HELP_WORDS["commands"].say(language)
            panels.setdefault(panel, []).append((name, child.short_help or ""))
    for panel, rows in panels.items():
        yield from _section(panel, rows)
    if arguments:
        rows = [(_argument_name(param, language), _about(param, language)) for param in arguments]
        yield from _section(HELP_WORDS["arguments"].say(language), rows)
    rows = [(_option_name(param, language), _about(param, language)) for param in options]
    yield from _section(HELP_WORDS["options_heading"].say(language), rows)


def _section(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[RenderableType]:
    yield Text(title, style="bold")
    grid = Table.grid(padding=(0, 2), pad_edge=True)
    grid.add_column(style="cyan", overflow="fold", max_width=MOST_FOR_NAMES)
    grid.add_column(overflow="fold")
    for name, about in rows:
        grid.add_row(Text(name), Text(about))
    yield grid
    yield Text("")


def _argument_name(param: Any, language: Language) -> str:
    name = _metavar(param, language)
    if param.nargs == -1:
        name += "..."
    return name if param.required else f"[{name}]"


def _option_name(param: Any, language: Language) -> str:
    names = " / ".join([*param.opts, *param.secondary_opts])
    return names if param.is_flag else f"{names} {_metavar(param, language)}"


def _metavar(param: Any, language: Language) -> str:
    metavar = param.metavar or str(param.name).upper()
    return METAVARS[metavar].say(language) if metavar in METAVARS else metavar


def _about(param: Any, language: Language) -> str:
    """What the parameter means, and what holds where it is left out."""
    notes = []
    if param.required:
        notes.append(HELP_WORDS["required"].say(language))
    elif param.default not in ("", None, False) and param.show_default:
        notes.append(HELP_WORDS["default"].say(language, value=param.default))
    if getattr(param, "envvar", None):
        notes.append(HELP_WORDS["variable"].say(language, name=param.envvar))
    return " ".join([str(param.help or ""), *notes])
