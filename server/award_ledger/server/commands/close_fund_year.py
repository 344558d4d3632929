"""Close the fiscal year of a fund: what nobody was promised lapses or is carried; the rest stays to be paid."""

from collections.abc import Iterator
from dataclasses import dataclass

from award_ledger.domain.fact import Act
from award_ledger.domain.fund import Fund
from award_ledger.domain.policy_events import AppropriationChanged, FundYearClosed
from award_ledger.domain.refusals import CurrencyMismatch, FundYearOpen, FundYearOver, invalid_field
from award_ledger.domain.windows import fiscal_year
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import created, needed, short


@dataclass(frozen=True, slots=True)
class CloseFundYear:
    """Closed again, what has become available since lapses too: a receipt that has effect in the old year.

    `into` empty: nothing is carried. Later returns and receipts keep to the rule that they have always had: money that
    comes back in another fiscal year than the fund's stays expended there.
    """

    code: str
    into: str
    document: str

    def subject(self, ledger: WorkingSet) -> Fund:
        """The fund. Raises FundNotFound."""
        return created(ledger, self.code)

    def decide(self, ledger: WorkingSet, act: Act) -> FundYearClosed:
        """Raises FundNotFound, InvalidFields, FundYearOpen, FundYearOver or CurrencyMismatch, in this order."""
        fund = self.subject(ledger)
        document = short(needed(self.document, "document"), "document")
        if fiscal_year(act.effective_on) <= fund.fiscal_year:
            raise FundYearOpen(fund.code, fund.fiscal_year, "it is not over")
        if fund.closed_on is not None and not fund.available_minor:
            raise FundYearOver(fund.code, fund.fiscal_year, fund.closed_on.isoformat())
        open_lines = _unexplained(ledger, fund)
        if open_lines:
            raise FundYearOpen(fund.code, fund.fiscal_year, f"{open_lines} bank line(s) of it are not explained")
        if self.into:
            self._check_into(ledger, fund)
        return FundYearClosed(
            act=act,
            code=fund.code,
            lapsed_minor=fund.available_minor,
            encumbered_minor=fund.encumbered_minor,
            document=document,
            carried_minor=fund.available_minor if self.into else 0,
            into=self.into,
        )

    def following(
        self, ledger: WorkingSet, act: Act, fact: FundYearClosed
    ) -> Iterator[tuple[Fund, AppropriationChanged]]:
        """The appropriation of what is carried."""
        if fact.carried_minor:
            change = AppropriationChanged(act=act, change_minor=fact.carried_minor, document=fact.document)
            yield ledger.fund(fact.into), change

    def _check_into(self, ledger: WorkingSet, fund: Fund) -> None:
        into = created(ledger, self.into)
        if into.currency != fund.currency:
            raise CurrencyMismatch(into.currency, fund.currency)
        if into.fiscal_year <= fund.fiscal_year:
            raise invalid_field("carry_into", "must be a fund of a later fiscal year")
        if into.closed_on is not None:
            raise FundYearOver(into.code, into.fiscal_year, into.closed_on.isoformat())


def _unexplained(ledger: WorkingSet, fund: Fund) -> int:
    """Lines of the fund's currency, up to the end of its year, of which nobody has said what they are."""
    accounts = [ledger.bank_account(number) for number in ledger.directory("bank_accounts").codes]
    return sum(
        not line.explained
        for account in accounts
        if account.currency == fund.currency
        for line in account.lines.values()
        if fiscal_year(line.said.booked_on) <= fund.fiscal_year
    )
