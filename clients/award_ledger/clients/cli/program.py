"""One run of the command line: global options from anywhere, the language, and what comes out of it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence

import typer
from rich.console import Console

from award_ledger.clients.cli.desk import UsageProblem
from award_ledger.clients.cli.exit_codes import DONE, FAILED, INTERRUPTED, NO_ANSWER, USAGE
from award_ledger.clients.cli.tables import line, safe, show
from award_ledger.clients.cli.tree import PROGRAM, Session, command_tree
from award_ledger.clients.cli.views.failure import failure_json, failure_view
from award_ledger.clients.cli.words import Language, default_language
from award_ledger.clients.cli.words.labels import LABELS
from award_ledger.clients.cli.words.options import METAVARS
from award_ledger.clients.errors import LedgerError, Unavailable
from award_ledger.clients.profiles import ProfileProblem

LANGUAGE_VARIABLE = "AWARD_LEDGER_LANG"

GLOBAL_FLAGS = ("--json",)
GLOBAL_OPTIONS = ("--server", "--as", "--profile", "--lang", "--timeout")

_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""Typer's usage errors; it has them from Click and exports only this subclass."""


_FILE_PROBLEMS = (FileExistsError, FileNotFoundError, PermissionError)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an old terminal shows ? for what it lacks, and goes on
    ordered = globals_first(arguments)
    language = chosen_language(ordered, os.environ)
    session = Session(language, out=console(), err=console(stderr=True))
    try:
        result = command_tree(session).main(args=list(ordered), prog_name=PROGRAM, standalone_mode=False)
        return result if isinstance(result, int) else DONE
    except LedgerError as error:
        return failed(session, error)
    except UsageProblem as problem:
        return misused(session, problem)
    except ProfileProblem as problem:  # what came of a token or a key only when it was needed
        return misused(session, UsageProblem(LABELS[problem.key].say(language, **problem.values), "--profile"))
    except _UsageError as error:
        return misread(session, error)
    except (KeyboardInterrupt, typer.Abort):
        session.err.print(line(LABELS["failure.interrupted"].say(language), "red"))
        return INTERRUPTED
    except BrokenPipeError:
        # Who read the output has left; the interpreter would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        if error.filename is None:
            raise
        return misused(session, UsageProblem(_of_file(error, language), "FILE"))
    finally:
        session.close()


def _of_file(error: OSError, language: Language) -> str:
    """Which file could not be read or written, and why; the system's own word where there is no better."""
    key = next((f"failure.{kind.__name__}" for kind in _FILE_PROBLEMS if isinstance(error, kind)), "failure.path")
    return LABELS[key].say(language, path=error.filename, problem=error.strerror)


def console(*, stderr: bool = False) -> Console:
    """A console on which texts are data: no markup, no emoji codes, no colouring of numbers."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def globals_first(arguments: Sequence[str]) -> list[str]:
    """The arguments with the global options first, so that they may stand anywhere before `--`."""
    first: list[str] = []
    rest: list[str] = []
    remaining: Iterator[str] = iter(arguments)
    for argument in remaining:
        if argument == "--":
            rest += [argument, *remaining]
        elif argument in GLOBAL_FLAGS or argument.partition("=")[0] in GLOBAL_OPTIONS:
            first.append(argument)
            if argument in GLOBAL_OPTIONS:
                first += [value for value in [next(remaining, None)] if value is not None]
        else:
            rest.append(argument)
    return first + rest


def chosen_language(ordered: Sequence[str], environ: Mapping[str, str]) -> Language:
    """The language asked for by --lang, else by AWARD_LEDGER_LANG, else that of the locale."""
    asked = environ.get(LANGUAGE_VARIABLE, "")
    for index, argument in enumerate(ordered):
        if argument == "--lang" and index + 1 < len(ordered):
            asked = ordered[index + 1]
        elif argument.startswith("--lang="):
            asked = argument.partition("=")[2]
    if asked == "zh":
        return "zh"
    return "en" if asked == "en" else default_language(environ)


def failed(session: Session, error: LedgerError) -> int:
    """Say on stderr what the ledger said, for people or as JSON."""
    if session.desk is not None and session.desk.json:
        session.desk.write_json(failure_json(error), to_err=True)
    elif session.desk is not None:
        show(session.err, failure_view(session.desk, error))
    return NO_ANSWER if isinstance(error, Unavailable) else FAILED


def misused(session: Session, problem: UsageProblem) -> int:
    """Say on stderr what cannot be meant."""
    hint = METAVARS[problem.hint].say(session.language) if problem.hint in METAVARS else problem.hint
    hinted = f"{hint}: {problem.text}" if hint else problem.text
    session.err.print(line(LABELS["usage.heading"].say(session.language) + hinted, "red"))
    return USAGE


def misread(session: Session, error: Exception) -> int:
    """Say on stderr what Typer could not make sense of."""
    name = type(error).__name__
    if name == "NoArgsIsHelpError":
        return USAGE
    context = getattr(error, "ctx", None)
    param = getattr(error, "param", None)
    text = str(getattr(error, "format_message", error.__str__)())
    named = _named(param)
    named = METAVARS[named].say(session.language) if named in METAVARS else named
    say = LABELS
    if name == "MissingParameter" and param is not None:
        text = say["usage.missing"].say(session.language, name=named)
    elif name == "NoSuchOption":
        text = say["usage.no_such_option"].say(session.language, name=getattr(error, "option_name", ""))
    elif param is not None:
        text = say["usage.bad_value"].say(
            session.language, name=named, text=str(getattr(error, "message", "")).removeprefix("Value error, ")
        )
    misused(session, UsageProblem(safe(text)))
    if context is not None:
        session.err.print(line(say["usage.help"].say(session.language, command=context.command_path)))
    return USAGE


def _named(param: object) -> str:
    opts: Sequence[str] = getattr(param, "opts", ())
    dashed = [opt for opt in opts if opt.startswith("--")]
    return dashed[0] if dashed else str(getattr(param, "metavar", "") or getattr(param, "name", ""))
