"""One row of a bank's sheet as a line, by the columns that its profile names."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple, Self

from award_ledger.clients.finance.files.amounts import plain_text_of, sheet_minor_of
from award_ledger.clients.finance.files.profiles import Profile, Sign, plain
from award_ledger.clients.finance.files.quarantine import Quarantined, Reason
from award_ledger.clients.finance.files.sheet_days import sheet_day
from award_ledger.clients.finance.files.sheets import Row
from award_ledger.clients.finance.files.statement import (
    Charge,
    Direction,
    Kind,
    Line,
    OtherAmount,
    Party,
    Status,
)


class Columns(NamedTuple):
    """Where each field of a line stands in this sheet."""

    at: dict[str, int]
    references: dict[str, int]
    width: int
    known: int
    """How many columns of the sheet the profile knows: the better of two fitting profiles knows more."""
    absent: frozenset[str]

    @classmethod
    def of(cls, profile: Profile, header: tuple[str, ...]) -> Self:
        """By the first of each field's names that the header has; a name that stands twice is not taken."""
        names = [plain(cell) for cell in header]
        at = {}
        for field, candidates in profile.columns.items():
            found = next((plain(name) for name in candidates if names.count(plain(name)) == 1), None)
            if found is not None:
                at[field] = names.index(found)
        references = {
            name: names.index(plain(column)) for name, column in profile.references.items() if plain(column) in names
        }
        width = max((place + 1 for place, name in enumerate(names) if name), default=0)
        known = len(set(at.values()) | set(references.values()))
        return cls(at, references, width, known, frozenset(profile.absent))

    @classmethod
    def fits(cls, profile: Profile, header: tuple[str, ...]) -> bool:
        """Whether this row is a header that the profile recognises."""
        return set(profile.required) <= set(cls.of(profile, header).at)

    def text(self, row: Row, field: str) -> str:
        """The cell, or nothing where the column, the cell or its value is absent; rows may be ragged."""
        return self._cell(row, self.at.get(field))

    def reference(self, row: Row, name: str) -> str:
        """The same, of a reference."""
        return self._cell(row, self.references.get(name))

    def _cell(self, row: Row, place: int | None) -> str:
        if place is None or place >= len(row.cells) or row.cells[place] in self.absent:
            return ""
        return row.cells[place]


def line_of(row: Row, profile: Profile, columns: Columns, currency: str, *, lenient: bool) -> Line:
    """A line without key and place. `lenient`: an unreadable running balance is none. Raises Quarantined."""
    where = f"row {row.number}"
    direction, minor = _movement(row, profile, columns, currency, where)
    status = Status.BOOKED
    others: tuple[OtherAmount, ...] = ()
    if profile.kind is Kind.VOUCHERS:
        status, minor, others = _voucher(row, profile, columns, currency, minor, where)
    booked_on = columns.text(row, "booked_on")
    if not booked_on and status is Status.BOOKED:
        raise Quarantined(Reason.DATE, where, "no day of booking")
    value_on = columns.text(row, "value_on")
    return Line(
        key="",
        place=0,
        amount_minor=-minor if direction is Direction.OUT else minor,
        direction=direction,
        status=status,
        booked_on=sheet_day(booked_on, where) if booked_on else None,
        value_on=sheet_day(value_on, where) if value_on else None,
        bank_serial=_serial(columns.text(row, "bank_serial")),
        voucher_number=columns.text(row, "voucher_number"),
        end_to_end_id=columns.text(row, "end_to_end_id"),
        counterparty=_counterparty(row, columns, direction),
        free_text=columns.text(row, "free_text"),
        references=tuple(f"{name}={text}" for name in profile.references if (text := columns.reference(row, name))),
        code=columns.text(row, "code"),
        reason=columns.text(row, "reason"),
        charges=_charges(row, columns, currency, where),
        other_amounts=others,
        balance_after_minor=_balance(row, columns, currency, where, lenient=lenient),
    )


def _counterparty(row: Row, columns: Columns, direction: Direction) -> Party:
    """As the sheet names it; where it names payer and payee instead, the one of the two who is not us."""
    other = "payee" if direction is Direction.OUT else "payer"
    return Party(
        name=columns.text(row, "counterparty_name") or columns.text(row, f"{other}_name"),
        account=columns.text(row, "counterparty_account") or columns.text(row, f"{other}_account"),
        bank=columns.text(row, "counterparty_bank") or columns.text(row, f"{other}_bank"),
    )


def time_of(row: Row, columns: Columns) -> str:
    """What orders lines of one day, where the sheet has it."""
    return columns.text(row, "booked_at").replace(":", "").rjust(6, "0") if columns.text(row, "booked_at") else ""


def _serial(text: str) -> str:
    """`0000000000` is a bank's way to write none."""
    return "" if not text.strip("0") else text


def _movement(row: Row, profile: Profile, columns: Columns, currency: str, where: str) -> tuple[Direction, int]:
    """Direction and amount without sign, by the profile's way to say it."""
    match profile.sign:
        case Sign.TWO_COLUMNS:
            return _of_two_columns(row, columns, currency, where)
        case Sign.MARKED:
            return _of_mark(row, profile, columns, currency, where)
        case Sign.SIGNED:
            minor = _amount(row, columns, "amount", currency, where)
            minus = columns.text(row, "amount").startswith("-")
            return (Direction.OUT if minus else Direction.IN), abs(minor)
        case Sign.OUT:
            minor = _amount(row, columns, "amount", currency, where)
            if minor < 0:
                raise Quarantined(Reason.AMOUNT, where, "a negative amount in a column that is always money out")
            return Direction.OUT, minor


def _of_two_columns(row: Row, columns: Columns, currency: str, where: str) -> tuple[Direction, int]:
    """One is filled; the other is empty or zero. Both zero is a line of zero: money in. A minus takes back (红字)."""
    sums = {
        direction: sheet_minor_of(text, currency, where) if (text := columns.text(row, field)) else None
        for direction, field in ((Direction.IN, "in"), (Direction.OUT, "out"))
    }
    moved = [(direction, minor) for direction, minor in sums.items() if minor]
    if len(moved) > 1:
        raise Quarantined(Reason.DIRECTION, where, "money in and money out in one row")
    if not moved:
        if all(minor is None for minor in sums.values()):
            raise Quarantined(Reason.AMOUNT, where, "no amount")
        return next(direction for direction, minor in sums.items() if minor is not None), 0
    direction, minor = moved[0]
    if minor < 0:
        return (Direction.OUT if direction is Direction.IN else Direction.IN), -minor
    return direction, minor


def _of_mark(row: Row, profile: Profile, columns: Columns, currency: str, where: str) -> tuple[Direction, int]:
    mark = plain(columns.text(row, "mark"))
    minor = _amount(row, columns, "amount", currency, where)
    if minor < 0:
        raise Quarantined(Reason.AMOUNT, where, f"a sign on an amount that is marked {mark!r}")
    if mark in profile.marks.money_in:
        return Direction.IN, minor
    if mark in profile.marks.money_out:
        return Direction.OUT, minor
    raise Quarantined(Reason.DIRECTION, where, f"{mark!r} says neither in nor out")


def _amount(row: Row, columns: Columns, field: str, currency: str, where: str) -> int:
    text = columns.text(row, field)
    if not text:
        raise Quarantined(Reason.AMOUNT, where, "no amount")
    return sheet_minor_of(text, currency, where)


def _balance(row: Row, columns: Columns, currency: str, where: str, *, lenient: bool) -> int | None:
    if "balance" not in columns.at:
        return None
    text = columns.text(row, "balance")
    if not text and not lenient:
        raise Quarantined(Reason.RUNNING_BALANCE, where, "no balance, so nothing proves the direction")
    try:
        return sheet_minor_of(text, currency, f"{where}, balance")
    except Quarantined:
        if lenient:
            return None
        raise


def _charges(row: Row, columns: Columns, currency: str, where: str) -> tuple[Charge, ...]:
    text = columns.text(row, "charge")
    minor = sheet_minor_of(text, currency, f"{where}, charge") if text else 0
    return (Charge(amount_minor=-abs(minor), currency=currency),) if minor else ()


def _voucher(
    row: Row, profile: Profile, columns: Columns, currency: str, asked_minor: int, where: str
) -> tuple[Status, int, tuple[OtherAmount, ...]]:
    """What the paying bank answered to a treasury voucher: paid (perhaps less), failed, or nothing yet."""
    word, actual = columns.text(row, "status"), columns.text(row, "actual")
    actual_minor = sheet_minor_of(actual, currency, f"{where}, actual amount") if actual else 0
    failed = word in profile.failed_words or (bool(columns.text(row, "reason")) and not actual_minor)
    paid = word in profile.paid_words or actual_minor > 0
    if failed and actual_minor:
        raise Quarantined(
            Reason.DIRECTION, where, f"it failed ({word or columns.text(row, 'reason')}), and {actual} was paid"
        )
    if failed:
        return Status.FAILED, asked_minor, ()
    if not paid:
        return Status.PENDING, asked_minor, ()
    if not actual_minor:
        raise Quarantined(Reason.AMOUNT, where, "paid, without the actual amount")
    if actual_minor == asked_minor:
        return Status.BOOKED, actual_minor, ()
    asked = OtherAmount(role="instructed", amount=plain_text_of(asked_minor, currency), currency=currency)
    return Status.BOOKED, actual_minor, (asked,)


def day_of(line: Line) -> dt.date:
    """For ordering; a line without a day comes last."""
    return line.booked_on or dt.date.max
