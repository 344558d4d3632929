"""Create a fund with its first appropriation, and change the appropriation."""

import re
from dataclasses import dataclass

from iso4217 import Currency

from award_ledger.domain.fact import Act
from award_ledger.domain.fund import Fund
from award_ledger.domain.money import bounded, not_negative
from award_ledger.domain.policy_events import (
    AppropriationChanged,
    FundCreated,
)
from award_ledger.domain.refusals import AppropriationTooLow, FundExists, FundYearOver, invalid_field
from award_ledger.domain.terms import LocalizedText
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import created, short

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class CreateFund:
    """A fund belongs to one fiscal year and has one currency."""

    code: str
    name: LocalizedText
    fiscal_year: int
    currency: str
    appropriated_minor: int
    document: str

    def subject(self, ledger: WorkingSet) -> Fund:
        """The fund, created or not."""
        return ledger.fund(self.code)

    def decide(self, ledger: WorkingSet, act: Act) -> FundCreated:
        """Raises FundExists, or what is wrong with the fields."""
        if not _CODE.match(self.code):
            raise invalid_field("code", "must be 1 to 40 letters, digits, '.', '_', '/', '+' or '-'")
        if not 1900 <= self.fiscal_year <= 9999:
            raise invalid_field("fiscal_year", "must be a year")
        short(self.name.zh, "name.zh")
        short(self.name.en, "name.en")
        try:
            Currency(self.currency)
        except ValueError:
            raise invalid_field("currency", f"{self.currency!r} is not an ISO 4217 code") from None
        if self.subject(ledger).version:
            raise FundExists(self.code)
        return FundCreated(
            act=act,
            code=self.code,
            name=self.name,
            fiscal_year=self.fiscal_year,
            currency=self.currency,
            appropriated_minor=not_negative(self.appropriated_minor),
            document=short(self.document, "document"),
        )


@dataclass(frozen=True, slots=True)
class ChangeAppropriation:
    """Never below what is encumbered and expended."""

    code: str
    change_minor: int
    document: str

    def subject(self, ledger: WorkingSet) -> Fund:
        """The fund. Raises FundNotFound."""
        return created(ledger, self.code)

    def decide(self, ledger: WorkingSet, act: Act) -> AppropriationChanged:
        """Raises FundNotFound, FundYearOver or AppropriationTooLow."""
        change = bounded(self.change_minor)
        if not change:
            raise invalid_field("change_minor", "must not be zero")
        fund = self.subject(ledger)
        if fund.closed_on is not None:
            raise FundYearOver(fund.code, fund.fiscal_year, fund.closed_on.isoformat())
        appropriated = bounded(fund.appropriated_minor + change)
        if appropriated < fund.committed_minor:
            raise AppropriationTooLow(appropriated, fund.committed_minor)
        return AppropriationChanged(act=act, change_minor=change, document=short(self.document, "document"))
