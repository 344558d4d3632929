"""Control totals of a bank account by day: what people compare with the bank's own page, before any exception."""

from datetime import date, timedelta

from msgspec import Struct

from award_ledger.domain.account_status import in_order
from award_ledger.domain.bank_account import BankAccount


class DayTotals(Struct):
    """Minor units; `closing_minor` by the lines, `bank_minor` what a statement that ends on the day says.

    `open_count` lines are not explained yet, or by suspense alone.
    """

    day: date
    opening_minor: int = 0
    in_count: int = 0
    in_minor: int = 0
    out_count: int = 0
    out_minor: int = 0
    open_count: int = 0
    bank_minor: int | None = None

    @property
    def closing_minor(self) -> int:
        """What the lines make of what it opened with."""
        return self.opening_minor + self.in_minor - self.out_minor


def day_totals(account: BankAccount, on: date, days: int) -> list[DayTotals]:
    """Of the last so many days up to one, those that have lines or the end of a statement; the first day first."""
    statements = in_order(account.statements.values())
    since = on - timedelta(days=days - 1)
    balance = statements[0].opening_minor if statements else 0
    found: dict[date, DayTotals] = {}
    for line in account.lines.values():
        amount, day = line.said.amount_minor, line.said.booked_on
        if day < since:
            balance += amount
        elif day <= on:
            totals = found.setdefault(day, DayTotals(day))
            totals.in_count += amount > 0
            totals.in_minor += max(amount, 0)
            totals.out_count += amount < 0
            totals.out_minor += max(-amount, 0)
            totals.open_count += line.open
    for statement in statements:
        if since <= statement.period_to <= on and not statement.receipts:
            found.setdefault(statement.period_to, DayTotals(statement.period_to)).bank_minor = statement.closing_minor
    ordered = [found[day] for day in sorted(found)]
    for totals in ordered:
        totals.opening_minor = balance
        balance = totals.closing_minor
    return ordered
