"""What every reader hands over: a statement's head, its lines, and then what the file itself counted."""

from __future__ import annotations

import datetime as dt

import msgspec

from award_ledger.clients.finance.files.statement import Account, Balance, Kind, Line


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as it is announced; the fields are those of `Statement`."""

    format: str
    kind: Kind
    account: Account
    currency: str
    statement_id: str = ""
    sequence: str = ""
    page: int = 1
    last_page: bool = True
    copy: str = ""
    period_from: dt.date | None = None
    period_to: dt.date | None = None


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """The file's own totals, in minor units without sign; None where it says nothing."""

    lines: int | None = None
    lines_in: int | None = None
    lines_out: int | None = None
    sum_minor: int | None = None
    sum_in_minor: int | None = None
    sum_out_minor: int | None = None
    summed_minor: int | None = None
    """What `sum_minor` is to equal where it is no sum of the lines: what vouchers asked for, not what was paid."""


class Tail(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a statement, after all its lines."""

    opening: Balance | None = None
    closing: Balance | None = None
    balances: tuple[Balance, ...] = ()
    declared: Declared = Declared()
    open_end: bool = False
    """The format does not say where it ends, so only the next statement can show that nothing is missing."""


class BatchCount(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch says of its transactions, without sign, and what was found of them; for the gate that counts."""

    declared_count: int | None = None
    declared_sum_minor: int | None = None
    found: tuple[int | None, ...] = ()
    """Amount of each transaction, None where it has none in the account's currency."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line before it has its key, with where it stands in the file and what is to be checked in it."""

    line: Line
    where: str
    currency: str
    batches: tuple[BatchCount, ...] = ()
    """One for each group of transactions, also where there is only one transaction and the line has no parts."""


Piece = Head | Entry | Tail
"""A reader yields a Head, its Entries, its Tail; again for each statement."""
