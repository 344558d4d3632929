"""What an enterprise owes under orders to return money, whichever measures they were given under."""

from typing import NamedTuple

from award_ledger.domain.award import Award, Clawback
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.working_set import WorkingSet


class Owed(NamedTuple):
    """An order under which something is outstanding, and its award."""

    award: Award
    clawback: Clawback


def outstanding(enterprise: Enterprise, working_set: WorkingSet) -> dict[str, int]:
    """The sum of each currency, minor units; a currency in which nothing is owed is not there."""
    sums: dict[str, int] = {}
    for owed in _orders(enterprise):
        currency = currency_of(owed.award, working_set)
        sums[currency] = sums.get(currency, 0) + owed.clawback.outstanding_minor
    return sums


def oldest(enterprise: Enterprise, currency: str, working_set: WorkingSet) -> Owed | None:
    """The order in a currency that is set off first: by its day, then by the number of its award."""
    orders = [owed for owed in _orders(enterprise) if currency_of(owed.award, working_set) == currency]
    return min(
        orders, key=lambda owed: (owed.clawback.ordered_on, owed.award.number, owed.clawback.number), default=None
    )


def in_words(sums: dict[str, int]) -> str:
    """`CNY 600, EUR 100`, minor units."""
    return ", ".join(f"{currency} {amount}" for currency, amount in sorted(sums.items()))


def currency_of(award: Award, working_set: WorkingSet) -> str:
    """No version of a measure changes its currency."""
    return working_set.measure(award.measure).terms.currency


def _orders(enterprise: Enterprise) -> list[Owed]:
    return [
        Owed(award, clawback)
        for award in enterprise.awards.values()
        for clawback in award.clawbacks
        if clawback.outstanding_minor
    ]
