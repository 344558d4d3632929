"""Statements of a bank file as messages for the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import chain, islice
from uuid import NAMESPACE_URL, uuid5

from award_ledger.clients.finance.files.opening import BankFile
from award_ledger.clients.finance.files.statement import Kind, Line, Statement, Status
from award_ledger.v1 import bank_lines_pb2 as pb
from award_ledger.v1.finance_pb2 import ImportStatementRequest

LINES_A_MESSAGE = 2_000
_LONGEST_WORDS = 200
"""Of a code and a reason, which are the bank's words for people to read: the ledger keeps their beginning."""
_REQUESTS = uuid5(NAMESPACE_URL, "https://award-ledger.invalid/statements")


def proved(statement: Statement) -> tuple[int, int] | None:
    """With what it opens and closes, minor units: booked movements between two balances, or what the treasury's
    receipts prove to be paid. None for what is not imported: reports and notifications prove nothing."""
    if statement.kind is Kind.VOUCHERS and statement.totals.booked:
        return 0, statement.totals.booked_in_minor - statement.totals.booked_out_minor
    if statement.kind is Kind.STATEMENT and statement.opening is not None and statement.closing is not None:
        return statement.opening.amount_minor, statement.closing.amount_minor
    return None


def statement_messages(
    bank_file: BankFile, statement: Statement, account: str, *, validate_only: bool = False
) -> Iterator[ImportStatementRequest]:
    """The first says what it is. The request id follows from the statement and how it was read: whoever sends it again
    asks the same.

    Raises ValueError for a statement that proves nothing.
    """
    balances = proved(statement)
    if balances is None:
        raise ValueError("a statement without balances proves nothing")
    first, last = period(bank_file, statement)
    lines = (line_message(line) for line in bank_file.lines(statement) if line.status is Status.BOOKED)
    read = f"{statement.source_sha256} {statement.key} {statement.content_sha256} {statement.format}"
    head = ImportStatementRequest(
        request_id=str(uuid5(_REQUESTS, f"{account} {read} {validate_only}")),
        validate_only=validate_only,
        account=account,
        currency=statement.currency,
        statement=pb.Statement(
            statement_key=statement.key,
            content_sha256=statement.content_sha256,
            source_sha256=statement.source_sha256,
            format=statement.format,
            statement_id=statement.statement_id,
            sequence=statement.sequence,
            period_from=first.isoformat(),
            period_to=last.isoformat(),
            opening_minor=balances[0],
            closing_minor=balances[1],
            receipts=statement.kind is Kind.VOUCHERS,
        ),
        lines=islice(lines, LINES_A_MESSAGE),
    )
    yield head
    while some := list(islice(lines, LINES_A_MESSAGE)):
        yield ImportStatementRequest(lines=some)


def period(bank_file: BankFile, statement: Statement) -> tuple[dt.date, dt.date]:
    """First and last day, as the bank says it; else from the day of its lines and of its closing balance."""
    closing = statement.closing.on if statement.closing is not None else None
    booked = [line.booked_on for line in bank_file.lines(statement) if line.booked_on is not None]
    last = statement.period_to or closing or max(booked, default=None)
    first = statement.period_from or min(booked, default=last)
    if first is None or last is None:
        raise ValueError("a statement without any day")
    return min(first, last), last


def line_message(line: Line) -> pb.BankLine:
    """A line as the bank tells it."""
    day = line.booked_on or line.value_on
    # What we write as free text comes back as 附言 at one bank and as 用途 at another, which is a reference.
    batch, texts = line.batch, [line.free_text, *line.references]
    texts += [f"{part.end_to_end_id} {part.free_text}" for part in line.parts]
    of_batch = batch.payment_information_id if batch is not None else ""
    return pb.BankLine(
        key=line.key,
        amount_minor=line.amount_minor,
        booked_on=day.isoformat() if day is not None else "",
        value_on=line.value_on.isoformat() if line.value_on is not None else "",
        end_to_end_id=line.end_to_end_id,
        serial=line.bank_serial,
        voucher=line.voucher_number,
        payment_information_id=line.payment_information_id or of_batch,
        batch_count=(batch.count or 0) if batch is not None else 0,
        code=line.code[:_LONGEST_WORDS],
        reason=line.reason[:_LONGEST_WORDS],
        particulars=pb.LineParticulars(
            name=line.counterparty.name, account=line.counterparty.account, text=" ".join(chain(texts))
        ),
    )
