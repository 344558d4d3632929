"""Arguments and options that commands share, and the values that they are read into.

Help texts are not here: `words.commands` has them in each language, by the name of the parameter.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from award_ledger.clients.cli.desk import Desk, UsageProblem
from award_ledger.clients.cli.money import AmountError, to_rate
from award_ledger.clients.cli.tables import CHINA
from award_ledger.clients.department.calling import ActOptions, DatedOptions, ReadOptions, WriteOptions

MAX_POSITION = 2**63 - 1
MAX_NUMBER = 2**31 - 1
"""The largest number of an instalment, an attempt, a clawback, a year."""

EnterpriseArgument = Annotated[str, typer.Argument(metavar="ENTERPRISE")]
ApplicationArgument = Annotated[str, typer.Argument(metavar="APPLICATION")]
AwardArgument = Annotated[str, typer.Argument(metavar="AWARD")]
MeasureArgument = Annotated[str, typer.Argument(metavar="MEASURE")]
OptionalMeasure = Annotated[str, typer.Argument(metavar="MEASURE")]
OfEnterprise = Annotated[str, typer.Option("--enterprise", metavar="ENTERPRISE")]
FundArgument = Annotated[str, typer.Argument(metavar="FUND")]

PackageFiles = Annotated[list[Path] | None, typer.Argument(metavar="FILE")]
Catalogues = Annotated[list[str] | None, typer.Option("--catalogue", metavar="NAME")]

Amount = Annotated[str, typer.Option("--amount", metavar="AMOUNT")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT")]
BankReference = Annotated[str, typer.Option("--reference", metavar="TEXT")]
Document = Annotated[str, typer.Option("--document", metavar="TEXT")]
Facts = Annotated[list[str] | None, typer.Option("--fact", metavar="NAME=VALUE")]
MoneyFacts = Annotated[list[str] | None, typer.Option("--money", metavar="NAME=AMOUNT")]

On = Annotated[str, typer.Option("--on", metavar="DATE")]
DryRun = Annotated[bool, typer.Option("--dry-run")]
Etag = Annotated[str, typer.Option("--etag", metavar="ETAG")]
RequestId = Annotated[str, typer.Option("--request-id", metavar="UUID")]
AsOf = Annotated[str, typer.Option("--as-of", metavar="POINT")]
Csv = Annotated[bool, typer.Option("--csv")]
MinPosition = Annotated[int, typer.Option("--min-position", metavar="POSITION", min=0, max=MAX_POSITION)]


class GroundChoice(StrEnum):
    """On what ground money is not paid, or comes back."""

    REVOCATION = "revocation"
    OVERPAYMENT = "overpayment"
    BREACH = "breach"


def writing(request_id: str, dry_run: bool) -> WriteOptions:
    """The options of any write."""
    options: WriteOptions = {"validate_only": dry_run}
    if request_id:
        options["request_id"] = request_id
    return options


def dated(desk: Desk, on: str, request_id: str, dry_run: bool) -> DatedOptions:
    """The options of a write that has a date of effect; raises UsageProblem."""
    options: DatedOptions = {"validate_only": dry_run, "effective_on": day(desk, on, "--on")}
    if request_id:
        options["request_id"] = request_id
    return options


def acting(desk: Desk, on: str, etag: str, request_id: str, dry_run: bool) -> ActOptions:
    """The options of a write that has a date of effect and may insist on an etag; raises UsageProblem."""
    options: ActOptions = {"validate_only": dry_run, "etag": etag, "effective_on": day(desk, on, "--on")}
    if request_id:
        options["request_id"] = request_id
    return options


def asking(desk: Desk, as_of: str, min_position: int) -> ReadOptions:
    """The options of a read; raises UsageProblem."""
    options: ReadOptions = {"min_position": min_position}
    if as_of:
        options["as_of"] = point(desk, as_of)
    return options


def require_one(desk: Desk, measure: str, enterprise: str) -> None:
    """Whose list is asked for; raises UsageProblem where nobody is named."""
    if not measure and not enterprise:
        raise UsageProblem(desk.say("usage.whose"), "MEASURE")


def day(desk: Desk, text: str, hint: str) -> str:
    """A date of law as it was typed, `YYYY-MM-DD`; empty stays empty: today; raises UsageProblem."""
    if not text:
        return ""
    try:
        if len(text) == 10:
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise UsageProblem(desk.say("usage.date", text=text), hint)


def point(desk: Desk, text: str) -> int | datetime:
    """A point of the log: a position, an instant, or a day (its end, in China); raises UsageProblem."""
    if re.fullmatch("[0-9]{1,18}", text):
        return int(text)
    try:
        if len(text) == 10:
            midnight = datetime.fromisoformat(text).replace(tzinfo=CHINA)
            return midnight + timedelta(days=1) - timedelta(microseconds=1)
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise UsageProblem(desk.say("usage.point", text=text), "--as-of") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=CHINA)


def rate(desk: Desk, text: str, hint: str = "--rate") -> str:
    """A rate as the contract takes it; raises UsageProblem."""
    try:
        return to_rate(text)
    except AmountError as error:
        raise UsageProblem(desk.say(error.key, **error.values), hint) from error


def pairs(desk: Desk, texts: list[str] | None, hint: str) -> list[tuple[str, str]]:
    """Options of the form NAME=VALUE, in order; raises UsageProblem."""
    split = [text.partition("=") for text in texts or ()]
    for name, equals, value in split:
        if not (name.strip() and equals and value.strip()):
            raise UsageProblem(desk.say("usage.pair", text=f"{name}{equals}{value}"), hint)
    return [(name.strip(), value.strip()) for name, _, value in split]


def declared(desk: Desk, facts: list[str] | None, money: list[str] | None, currency: str) -> dict[str, str]:
    """Declared facts by name; `--money settled=12.50` is the fact `settled_minor`; raises UsageProblem."""
    found = dict(pairs(desk, facts, "--fact"))
    for name, amount in pairs(desk, money, "--money"):
        found[name.removesuffix("_minor") + "_minor"] = str(desk.minor(amount, currency, "--money"))
    return found
