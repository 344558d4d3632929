"""Loading the funds that packages list: an act of finance, apart from publishing. Forecasts are shown beside them.

A fund that is there is never changed, since an appropriation changes by a document of its own (`funds change`): it is
unchanged, or it is reported with what differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk
from award_ledger.clients.cli.exit_codes import FAILED
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.outcomes import Outcome, report
from award_ledger.clients.cli.tables import line, localized, table
from award_ledger.clients.errors import Conflict, LedgerError, Unavailable
from award_ledger.clients.package_files import Package, Sourced
from award_ledger.v1.common_pb2 import LocalizedText
from award_ledger.v1.funds_pb2 import CreateFundRequest, CreateFundResponse, Fund


@dataclass
class FundLoader:
    """Creates funds for one desk; `dry_run` records nothing."""

    desk: Desk
    dry_run: bool
    outcomes: list[Outcome[CreateFundResponse]] = field(default_factory=list)
    differences: list[tuple[str, list[str]]] = field(default_factory=list)
    forecasts: list[str] = field(default_factory=list)
    listed: int = 0

    def load(self, packages: Sequence[Package]) -> None:
        """Create and report, also what was done before an exception; raises LedgerError for no answer.

        Raises typer.Exit where a fund failed, or is there with other content.
        """
        self.listed = sum(len(package.funds) for package in packages)
        try:
            for package in packages:
                self.forecasts += _forecasts(package)
                for fund in package.funds:
                    self.outcomes.append(self._create(fund))
        finally:
            report(self.desk, self.outcomes, self._told())
            for code, lines in self.differences:
                self.desk.err.print(line(self.desk.say("load.difference", code=code), "yellow"))
                for text in lines:
                    self.desk.err.print(line(f"  {text}"))
        if any(item.outcome in ("failed", "differs") for item in self.outcomes):
            raise typer.Exit(FAILED)

    def _create(self, item: Sourced[CreateFundRequest]) -> Outcome[CreateFundResponse]:
        fund = item.message
        outcome: Outcome[CreateFundResponse] = Outcome(fund.code, localized(fund.name, self.desk.language), "created")
        try:
            outcome.answer = self.desk.client.create_fund(
                fund.code,
                fiscal_year=fund.fiscal_year,
                appropriated_minor=fund.appropriated_minor,
                currency=fund.currency,
                name=fund.name,
                document=fund.document,
                effective_on=fund.effective_on,
                validate_only=self.dry_run,
            )
            if self.dry_run:
                outcome.outcome = "checked"
        except Conflict:
            outcome.outcome = self._compared(fund)
        except Unavailable:
            raise
        except LedgerError as error:
            outcome.fail(item, error)
        return outcome

    def _compared(self, fund: CreateFundRequest) -> str:
        """The outcome for a fund that is there, whose differences are kept. Raises LedgerError."""
        found = self.desk.client.get_fund(fund.code).fund
        wanted, there = _content(fund), _content(found)
        differing = [
            self.desk.say("load.pair", field=self.desk.say(f"field.{name}"), wanted=wanted[name], found=there[name])
            for name in wanted
            if wanted[name] != there[name]
        ]
        if not differing:
            return "unchanged"
        self.differences.append((fund.code, differing))
        return "differs"

    def _told(self) -> Iterator[RenderableType]:
        if not self.outcomes:
            if not self.listed:  # else the first was not answered, and the error says why
                yield line(self.desk.say("load.none"))
            return
        columns = [self.desk.say(key) for key in ("field.code", "field.name", "publish.outcome")]
        rows = [[item.code, item.name, self.desk.say(f"load.{item.outcome}")] for item in self.outcomes]
        yield table(columns, rows)
        kinds = [item.outcome for item in self.outcomes]
        counts = {kind: kinds.count(kind) for kind in ("unchanged", "differs", "failed")}
        created = kinds.count("created") + kinds.count("checked")
        yield line(self.desk.say("load.summary", created=created, **counts))
        if self.forecasts:
            yield line(self.desk.say("load.forecasts"))
        yield from (line(f"  {forecast}") for forecast in self.forecasts)


def _forecasts(package: Package) -> Iterator[str]:
    """The sums that a package knows of itself and nobody enforces, in the currency of its measures."""
    currency = package.measures[0].message.currency
    for forecast in package.forecasts:
        yield f"{forecast.year}: {to_major(forecast.amount_minor, currency)} {currency} {forecast.source}"


def _content(fund: CreateFundRequest | Fund) -> dict[str, str]:
    """What a fund says, as people read it; the document is in the history, and not part of it."""
    return {
        "name": _both(fund.name),
        "year": str(fund.fiscal_year),
        "appropriated": f"{to_major(fund.appropriated_minor, fund.currency)} {fund.currency}",
    }


def _both(name: LocalizedText) -> str:
    return " / ".join(text for text in (name.zh, name.en) if text)
