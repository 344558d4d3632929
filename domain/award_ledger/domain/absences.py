"""What should be there and is not: a statement, a number of their sequence, an answer, a line, any word of a bank."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from award_ledger.domain.bank_account import BankAccount, Statement
from award_ledger.domain.reported import unseen

AbsenceKind = Literal["statement", "number", "difference", "answer", "line", "silence"]

SILENT_DAYS = 5
"""After the last statement; a bank that has sent nothing since then is silent."""

_MOST_NUMBERS = 20
"""Of one gap in a sequence that are named."""


class Absence(Struct, frozen=True, kw_only=True):
    """One item. `statement`: between the days of two, which closed with `amount_minor` and opens with `next_minor`.

    `number`: `reference`, of the year of `since`. `difference`: `amount_minor` of the closing balance of `since` that
    neither lines nor those gaps explain. `answer`: to the run `reference` by `since`, of `count` payments and their
    sum. `line`: `reference`, reported for `since`. `silence`: since the day. Minor units.
    """

    kind: AbsenceKind
    since: date
    until: date | None = None
    reference: str = ""
    count: int = 0
    amount_minor: int = 0
    next_minor: int = 0

    @property
    def text(self) -> str:
        """In English, for whoever reads no fields."""
        match self.kind:
            case "statement":
                closed = f"closed with {self.amount_minor}, opens with {self.next_minor}"
                return f"between {self.since} and {self.until}: {closed}"
            case "number":
                return f"statement number {self.reference} of {self.since.year}"
            case "difference":
                return f"{self.amount_minor} of the balance of {self.since} that no line explains"
            case "answer":
                return f"no answer to {self.reference} by {self.since}: {self.count} payment(s), {self.amount_minor}"
            case "line":
                told = f"{self.reference} of {self.amount_minor}, reported for {self.since}"
                return f"{told}: its statement does not have it"
            case "silence":
                return f"silent since {self.since}"


def latest(statements: Sequence[Statement]) -> Statement:
    """Of statements in order, the one that goes on the longest: another may lie within its days."""
    return max(reversed(statements), key=lambda statement: statement.period_to)


def absences(account: BankAccount, statements: Sequence[Statement], on: date) -> Iterator[Absence]:
    """On a day; the statements of the account in order."""
    proved = [statement for statement in statements if not statement.receipts]
    between = [absence for before, after in pairwise(proved) for absence in _between(before, after)]
    yield from between
    yield from _difference(account, proved, between)
    if statements and (on - latest(statements).period_to).days > SILENT_DAYS:
        yield Absence(kind="silence", since=latest(statements).period_to)
    yield from _unheard(account, on)
    yield from _only_reported(account, statements)


def _between(before: Statement, after: Statement) -> Iterator[Absence]:
    overlap = after.period_from <= before.period_to
    if after.opening_minor != before.closing_minor and not overlap:
        yield Absence(
            kind="statement",
            since=before.period_to,
            until=after.period_from,
            amount_minor=before.closing_minor,
            next_minor=after.opening_minor,
        )
    numbers = before.sequence, after.sequence
    if all(number.isdecimal() for number in numbers) and before.period_to.year == after.period_from.year:
        for number in range(int(numbers[0]) + 1, min(int(numbers[1]), int(numbers[0]) + _MOST_NUMBERS)):
            yield Absence(kind="number", since=after.period_from, reference=str(number))


def _difference(account: BankAccount, statements: Sequence[Statement], between: list[Absence]) -> Iterator[Absence]:
    """Statements whose days overlap need not follow each other; the lines of all of them must still add up."""
    if not statements:
        return
    moved = sum(line.said.amount_minor for line in account.lines.values())
    gaps = sum(absence.next_minor - absence.amount_minor for absence in between)
    last = latest(statements)
    rest = last.closing_minor - statements[0].opening_minor - moved - gaps
    if rest:
        yield Absence(kind="difference", since=last.period_to, amount_minor=rest)


def _unheard(account: BankAccount, on: date) -> Iterator[Absence]:
    """Files on which a bank is silent."""
    runs: dict[tuple[str, date], list[int]] = {}
    for payment in account.payments.values():
        if payment.answer_by is not None and payment.state(on) == "unknown":
            runs.setdefault((payment.run, payment.answer_by), []).append(payment.open_minor)
    for (run, answer_by), amounts in sorted(runs.items()):
        yield Absence(kind="answer", since=answer_by, reference=run, count=len(amounts), amount_minor=sum(amounts))


def _only_reported(account: BankAccount, statements: Sequence[Statement]) -> Iterator[Absence]:
    """Lines that were reported for a day of which there is a statement, and that it does not have."""
    for key, told in unseen(account):
        if any(statement.period_from <= told.booked_on <= statement.period_to for statement in statements):
            yield Absence(kind="line", since=told.booked_on, reference=key, amount_minor=told.amount_minor)
