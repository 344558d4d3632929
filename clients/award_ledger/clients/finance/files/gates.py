"""The gates that a statement passes before a line of it counts: pure functions that name what they find, with numbers.

Each is the bank's own arithmetic, so a finding means that the file is broken, cut, or read by the wrong profile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from award_ledger.clients.finance.files.amounts import plain_text_of, whole_number
from award_ledger.clients.finance.files.draft import BatchCount, Declared, Entry, Head, Tail
from award_ledger.clients.finance.files.quarantine import Reason
from award_ledger.clients.finance.files.statement import Charge, Direction, Kind, Line, Statement, Status, Totals


class Finding(msgspec.Struct, frozen=True):
    """One broken rule. `where`: a statement, an entry, a row; `finding`: with numbers."""

    reason: Reason
    where: str
    finding: str


def counted(totals: Totals, line: Line) -> Totals:
    """The totals with one more line. A reversal counts by its own direction, like any other line."""
    booked = line.status is Status.BOOKED
    came, went = (line.amount_minor, 0) if line.direction is Direction.IN else (0, -line.amount_minor)
    return Totals(
        lines=totals.lines + 1,
        lines_in=totals.lines_in + (line.direction is Direction.IN),
        in_minor=totals.in_minor + came,
        out_minor=totals.out_minor + went,
        booked=totals.booked + booked,
        booked_in=totals.booked_in + (booked and line.direction is Direction.IN),
        booked_in_minor=totals.booked_in_minor + came * booked,
        booked_out_minor=totals.booked_out_minor + went * booked,
    )


def of_entry(entry: Entry, head: Head) -> Iterator[Finding]:
    """Currency, day and parts of one line."""
    if entry.currency != head.currency:
        text = f"an amount in {entry.currency or 'no currency'} on an account in {head.currency or 'no currency'}"
        yield Finding(Reason.CURRENCY, entry.where, text)
    line, dated = entry.line, head.kind is not Kind.STATEMENT and head.period_to is not None
    if line.status is Status.BOOKED and (line.booked_on or line.value_on) is None and not dated:
        yield Finding(Reason.DATE, entry.where, "booked, on no day")
    yield from _of_parts(entry)


def _of_parts(entry: Entry) -> Iterator[Finding]:
    for group in entry.batches:
        found, said = len(group.found), group.declared_count
        if found and said is not None and found != said:
            yield Finding(Reason.PARTS, entry.where, f"{found} transactions in a batch of {said}")
        yield from _of_batch_sum(group, entry)
    amounts = [amount for group in entry.batches for amount in group.found]
    if not amounts or any(amount is None for amount in amounts):
        return
    total = sum(amount for amount in amounts if amount is not None)
    line = entry.line
    fees = _included(line.charges) + sum(_included(part.charges) for part in line.parts)
    if line.amount_minor not in {total, total + fees}:
        money = f"{_money(total, entry.currency)} of parts, line of {_money(line.amount_minor, entry.currency)}"
        yield Finding(Reason.PARTS, entry.where, money)


def _included(charges: Sequence[Charge]) -> int:
    """Fees that are inside the line's amount, signed as the account feels them."""
    return sum(charge.amount_minor for charge in charges if charge.included)


def _of_batch_sum(group: BatchCount, entry: Entry) -> Iterator[Finding]:
    amounts = [amount for amount in group.found if amount is not None]
    if group.declared_sum_minor is None or len(amounts) < len(group.found) or not amounts:
        return
    total = abs(sum(amounts))
    if total != group.declared_sum_minor:
        said = _money(group.declared_sum_minor, entry.currency)
        yield Finding(
            Reason.PARTS, entry.where, f"transactions of {_money(total, entry.currency)} in a batch of {said}"
        )


def of_statement(statement: Statement, tail: Tail, where: str) -> Iterator[Finding]:
    """One currency, opening + booked = closing, and the bank's own totals."""
    others = {balance.currency for balance in statement.balances} - {statement.currency}
    if others:
        text = f"balances in {', '.join(sorted(others))} on an account in {statement.currency}"
        yield Finding(Reason.CURRENCY, where, text)
        return
    yield from _of_balances(statement, where)
    yield from _of_declared(tail.declared, statement, where)


def _of_balances(statement: Statement, where: str) -> Iterator[Finding]:
    opening, closing, totals = statement.opening, statement.closing, statement.totals
    if opening is None or closing is None:
        if statement.kind is Kind.STATEMENT:
            missing = "opening" if opening is None else "closing"
            yield Finding(Reason.BALANCE, where, f"no booked {missing} balance, so its lines prove nothing")
        return
    expected = opening.amount_minor + totals.booked_in_minor - totals.booked_out_minor
    if expected != closing.amount_minor:
        yield Finding(
            Reason.BALANCE,
            where,
            f"opening {_money(opening.amount_minor, statement.currency)}"
            f" + in {_money(totals.booked_in_minor, statement.currency)}"
            f" - out {_money(totals.booked_out_minor, statement.currency)}"
            f" = {_money(expected, statement.currency)}, closing {_money(closing.amount_minor, statement.currency)}",
        )


def _of_declared(declared: Declared, statement: Statement, where: str) -> Iterator[Finding]:
    """A bank counts all lines or the booked ones only; either is right, anything else is not."""
    totals = statement.totals
    booked_out = totals.booked - totals.booked_in
    rules = (
        ("lines", declared.lines, {totals.lines, totals.booked}, False),
        ("lines in", declared.lines_in, {totals.lines_in, totals.booked_in}, False),
        ("lines out", declared.lines_out, {totals.lines - totals.lines_in, booked_out}, False),
        (
            "sum",
            declared.sum_minor,
            {totals.in_minor + totals.out_minor, totals.booked_in_minor + totals.booked_out_minor}
            if declared.summed_minor is None
            else {declared.summed_minor},
            True,
        ),
        ("sum in", declared.sum_in_minor, {totals.in_minor, totals.booked_in_minor}, True),
        ("sum out", declared.sum_out_minor, {totals.out_minor, totals.booked_out_minor}, True),
    )
    for name, said, found, is_money in rules:
        if said is None or said in found:
            continue
        texts = [_money(each, statement.currency) if is_money else str(each) for each in (said, *sorted(found))]
        yield Finding(
            Reason.TOTALS, where, f"{name}: the file says {texts[0]}, its lines give {' or '.join(texts[1:])}"
        )


def running_balance(before_minor: int | None, line: Line, currency: str, where: str) -> Iterator[Finding]:
    """Balance before + amount = balance after, for files that give one on each line."""
    after = line.balance_after_minor
    if before_minor is None or after is None or line.status is not Status.BOOKED:
        return
    if before_minor + line.amount_minor != after:
        text = (
            f"{_money(before_minor, currency)} {_money(line.amount_minor, currency, sign=True)}"
            f" is not {_money(after, currency)}"
        )
        yield Finding(Reason.RUNNING_BALANCE, where, text)


def follows(previous: Statement, this: Statement) -> Iterator[Finding]:
    """For two neighbours of one account: this one opens where the previous one closed.

    In one file it refuses the file; between files it is an item to be asked about. A repetition follows itself, and
    reports of a running day all begin where the day began.
    """
    if this.kind is not Kind.STATEMENT or this.key == previous.key:
        return
    where = f"statement {this.place}"
    closing, opening = previous.closing, this.opening
    if closing is not None and opening is not None and closing.amount_minor != opening.amount_minor:
        text = (
            f"it opens at {_money(opening.amount_minor, this.currency)},"
            f" the one before closed at {_money(closing.amount_minor, this.currency)}"
        )
        yield Finding(Reason.CHAIN, where, text)


def sequence_gap(previous: Statement, this: Statement) -> str:
    """What is missing between two neighbours by their numbers, or nothing. An item, not a refusal: days come apart.

    A year may begin again at 1. Pages of one number go up by one.
    """
    before, now = whole_number(previous.sequence), whole_number(this.sequence)
    if before is None or now is None:
        return ""
    if now == before:
        return "" if this.page in {previous.page, previous.page + 1} else f"page {previous.page} then page {this.page}"
    if now == before + 1 and previous.last_page and this.page == 1:
        return ""
    if now == 1 and _later_year(previous, this):
        return ""
    return f"number {before} page {previous.page} then number {now} page {this.page}"


def _later_year(previous: Statement, this: Statement) -> bool:
    years = [statement.period_to.year if statement.period_to else 0 for statement in (previous, this)]
    return years[1] > years[0] > 0


def _money(minor: int, currency: str, *, sign: bool = False) -> str:
    text = plain_text_of(minor, currency)
    return f"+{text}" if sign and minor >= 0 else text
