"""What a bank says happened on an account: statements, their lines, and the parts of a line.

Amounts are integers of minor units of the account's currency, signed as the account feels them: more than zero is
money in. Dates are the bank's own days. A text that the file does not have is empty; a number or a date is None.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """How much a file can prove, weakest first. Only a statement settles."""

    NOTIFICATION = "notification"
    """camt.054: single movements, no balances."""
    REPORT = "report"
    """camt.052, MT942: the day so far."""
    STATEMENT = "statement"
    """camt.053, MT940, a bank's own sheet: booked movements between two balances."""
    VOUCHERS = "vouchers"
    """Treasury payment vouchers with the paying bank's answers: no balances, and the receipt of each voucher."""


class Direction(StrEnum):
    """Which way money went, kept apart from the sign because an amount may be zero."""

    IN = "in"
    OUT = "out"


class Status(StrEnum):
    """Only booked lines move money; the others are news."""

    BOOKED = "booked"
    PENDING = "pending"
    FUTURE = "future"
    INFORMATION = "information"
    FAILED = "failed"
    """A treasury voucher that the bank did not pay; `reason` says why."""


class Account(msgspec.Struct, frozen=True):
    """Ours. `masked`: the file hides digits (`1234****9876`), so it names the account only for whoever knows it."""

    number: str
    masked: bool = False
    owner: str = ""
    bank: str = ""


class Party(msgspec.Struct, frozen=True):
    """The other side, as far as the bank names it; its account may be masked."""

    name: str = ""
    account: str = ""
    bank: str = ""


class Balance(msgspec.Struct, frozen=True):
    """`code`: the four letters of ISO 20022 (OPBD, PRCD, CLBD, ITBD, …), whatever the format was."""

    code: str
    amount_minor: int
    currency: str
    on: dt.date | None = None


class Batch(msgspec.Struct, frozen=True):
    """Many of our instructions booked as one amount: which, how many, and their sum, where the bank says so."""

    message_id: str = ""
    payment_information_id: str = ""
    count: int | None = None
    control_sum_minor: int | None = None


class Charge(msgspec.Struct, frozen=True):
    """A fee under a line, in `currency`. `included`: it is already inside the line's amount (None: not said)."""

    amount_minor: int
    currency: str
    included: bool | None = None
    kind: str = ""


class OtherAmount(msgspec.Struct, frozen=True):
    """An amount under a line that is not the account's money: instructed or exchanged, perhaps in another currency.

    `amount`: exactly the text of the file; it is information, never summed. `rate`: text too.
    """

    role: str
    amount: str
    currency: str
    rate: str = ""


class Part(msgspec.Struct, frozen=True):
    """One of several transactions inside a line. `amount_minor`: None where the bank gives none in its currency."""

    amount_minor: int | None
    end_to_end_id: str = ""
    payment_information_id: str = ""
    instruction_id: str = ""
    bank_serial: str = ""
    counterparty: Party = Party()
    free_text: str = ""
    reason: str = ""
    references: tuple[str, ...] = ()
    charges: tuple[Charge, ...] = ()
    other_amounts: tuple[OtherAmount, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One movement: the only level at which money lives. Parts explain it and never add to it.

    Where the bank gives exactly one transaction, its ids, counterparty and texts are the line's and `parts` is empty.
    """

    key: str
    """Identity within the account, the same in every file that has the line: `serial:…`, or `content:…` where the bank
    gives none; `#2` at its end is the second of equals."""
    place: int
    """Which of the statement's lines, from 1, in the order of the file."""
    amount_minor: int
    direction: Direction
    status: Status
    booked_on: dt.date | None = None
    value_on: dt.date | None = None
    reversal: bool = False
    """The bank takes back an earlier line. The direction is already this line's own."""
    bank_serial: str = ""
    """流水号, AcctSvcrRef: the bank's own number of the booking."""
    voucher_number: str = ""
    """凭证号, 支付令编号: a number that was ours or the treasury's before the bank's."""
    end_to_end_id: str = ""
    """Empty where the bank says NOTPROVIDED or says nothing."""
    payment_information_id: str = ""
    instruction_id: str = ""
    counterparty: Party = Party()
    free_text: str = ""
    """附言, remittance information, additional information: joined by a space, in the order of the file."""
    references: tuple[str, ...] = ()
    """Every other reference, as `name=value`."""
    code: str = ""
    """Bank transaction code: `PMNT/ICDT/ESCT`, SWIFT's `NTRF`, or the bank's own summary word (摘要)."""
    reason: str = ""
    """Why it came back: ISO's code (`AC04`) or the bank's words."""
    batch: Batch | None = None
    charges: tuple[Charge, ...] = ()
    other_amounts: tuple[OtherAmount, ...] = ()
    parts: tuple[Part, ...] = ()
    balance_after_minor: int | None = None
    """The running balance, where the file gives one on each line."""


class Totals(msgspec.Struct, frozen=True):
    """Counted while reading, never taken from the file."""

    lines: int = 0
    lines_in: int = 0
    in_minor: int = 0
    out_minor: int = 0
    booked: int = 0
    booked_in: int = 0
    booked_in_minor: int = 0
    booked_out_minor: int = 0
    """Sums are without sign; what is not `booked` or `in` is the difference."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One statement, report, notification or voucher list; a file may hold several. Its lines are streamed apart."""

    key: str
    """SHA-256 over account, id, sequence, page, period and balances: one statement has one key in any file."""
    content_sha256: str
    """SHA-256 over all lines. The same key with another content is a conflict, never an overwrite."""
    source_sha256: str
    """Of the file's bytes."""
    place: int
    """Which of the file's statements, from 1."""
    format: str
    """`camt.053.001.08`, `MT940`, or the name of the column profile."""
    kind: Kind
    account: Account
    currency: str
    statement_id: str = ""
    sequence: str = ""
    """As given: a number that should go up by one. Empty where the format has none."""
    page: int = 1
    last_page: bool = True
    copy: str = ""
    """`COPY`, `DUPL` or `CODU` where the bank marks a repetition."""
    period_from: dt.date | None = None
    period_to: dt.date | None = None
    opening: Balance | None = None
    """Booked: OPBD, PRCD, or the intermediate one of a later page."""
    closing: Balance | None = None
    balances: tuple[Balance, ...] = ()
    """Every balance of the file, in its order."""
    totals: Totals = Totals()
