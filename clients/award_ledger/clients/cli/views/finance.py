"""Bank accounts, their lines and runs of payments on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial

from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk
from award_ledger.clients.cli.money import plain_major, to_major
from award_ledger.clients.cli.tables import fields, line, number_of, table
from award_ledger.clients.cli.words.reasons import REASONS
from award_ledger.v1.bank_lines_pb2 import Absence, Allocation, AllocationKind, BankLine, LineClass, Receivable
from award_ledger.v1.finance_pb2 import AccountStatus, DayTotals, Proposal
from award_ledger.v1.payment_runs_pb2 import PayableInstalment, PaymentRun, PaymentRunStatus

Cell = str | int | Decimal
Rows = tuple[list[str], list[list[Cell]]]
"""Columns and rows of a table for a spreadsheet."""

CONTENT = "content:"
_SHOWN, _WHOLE = len(CONTENT) + 12, len(CONTENT) + 64
"""Characters of a key by content: those that are shown, and its hash; `#2` and so on may follow."""


def status_view(desk: Desk, status: AccountStatus) -> Iterator[RenderableType]:
    """Control totals, exceptions by kind and age, and what is missing."""
    amounts = ("closing_minor", "ledger_minor", "explained_in_minor", "explained_out_minor")
    yield fields(
        [
            (desk.say("finance.account"), f"{status.account} {status.name} {status.bank}".strip()),
            (desk.say("finance.on"), status.on),
            (desk.say("finance.closing_on"), status.closing_on),
            *((desk.say(f"finance.{name}"), _money(getattr(status, name), status.currency)) for name in amounts),
            (desk.say("finance.counts"), f"{status.statement_count} / {status.line_count}"),
        ]
    )
    columns = ("kind", "upto_1", "upto_5", "upto_30", "older", "earlier_year", "sum")
    rows = [
        [
            desk.say(f"finance.ageing.{aged.kind}"),
            *(str(getattr(aged, f"{name}_count")) for name in columns[1:-1]),
            _money(aged.amount_minor, status.currency),
        ]
        for aged in status.ageing
    ]
    yield table([desk.say(f"finance.column.{name}") for name in columns], rows, right="123456")
    if status.days:
        yield _day_table(desk, status)
    for absence in status.absences:
        yield line(desk.say("finance.missing", what=_absence(desk, absence, status.currency)), "yellow")
    for owed in status.receivables:
        left = _money(_outstanding(owed), status.currency)
        yield line(desk.say("finance.receivable", reference=owed.reference, left=left, reason=owed.reason))
        yield from receivable_line(desk, owed, status.currency)


_DAY = ("day", "opening", "in_count", "in", "out_count", "out", "closing", "bank_closing", "open_count")


def _day_table(desk: Desk, status: AccountStatus) -> RenderableType:
    """With the counts beside their sums, and `=` where the bank says what the lines say."""
    rows = []
    for told in status.days:
        amounts = (told.opening_minor, told.in_minor, told.out_minor, told.closing_minor)
        opening, in_, out, closing = (to_major(minor, status.currency) for minor in amounts)
        bank = to_major(told.bank_closing_minor, status.currency) if told.HasField("bank_closing_minor") else ""
        counted = [f"{in_} ({told.in_count})", f"{out} ({told.out_count})"]
        rows.append([told.day, opening, *counted, closing, "=" if bank == closing else bank, str(told.open_count)])
    columns = ("day", "opening", "in", "out", "closing", "bank_closing", "open_count")
    return table([desk.say(f"finance.column.{name}") for name in columns], rows, right="123456")


def _day_cells(told: DayTotals, amount: Callable[[int], Cell]) -> list[Cell]:
    closing = amount(told.bank_closing_minor) if told.HasField("bank_closing_minor") else ""
    moved: list[Cell] = [told.in_count, amount(told.in_minor), told.out_count, amount(told.out_minor)]
    return [told.day, amount(told.opening_minor), *moved, amount(told.closing_minor), closing, told.open_count]


def day_rows(desk: Desk, every: Iterable[AccountStatus]) -> Rows:
    """Columns and rows for a spreadsheet: control totals by account and day."""
    rows = [
        [status.account, *_day_cells(told, partial(_decimal, currency=status.currency))]
        for status in every
        for told in status.days
    ]
    return [desk.say(f"finance.column.{name}") for name in ("account", *_DAY)], rows


_ACCOUNT = ("account", "currency", "closing", "by_lines", "open", "missing_count")
_OPEN = frozenset(("in_transit", "unexplained", "suspense", "awaiting_reissue", "contradicted", "reported"))


def accounts_rows(desk: Desk, every: Iterable[AccountStatus]) -> Rows:
    """Columns and rows for a spreadsheet: one for each account, its balances and its exceptions by kind."""
    rows: list[list[Cell]] = []
    kinds: list[str] = []
    for status in every:
        kinds = kinds or [aged.kind for aged in status.ageing]
        amounts = [_decimal(aged.amount_minor, status.currency) for aged in status.ageing]
        balances = [_decimal(minor, status.currency) for minor in (status.closing_minor, status.ledger_minor)]
        rows.append([status.account, status.currency, *balances, *amounts, len(status.absences)])
    names = [*(desk.say(f"finance.column.{name}") for name in _ACCOUNT[:4])]
    names += [desk.say(f"finance.ageing.{kind}").strip() for kind in kinds]
    return [*names, desk.say("finance.column.missing_count")], rows


def accounts_table(desk: Desk, every: Iterable[AccountStatus]) -> RenderableType:
    """All accounts, one a row: balances, what is open, how much is missing."""
    rows = []
    for status in every:
        count = sum(
            aged.upto_1_count + aged.upto_5_count + aged.upto_30_count + aged.older_count
            for aged in status.ageing
            if aged.kind in _OPEN
        )
        balances = [to_major(minor, status.currency) for minor in (status.closing_minor, status.ledger_minor)]
        rows.append([status.account, status.currency, *balances, str(count), str(len(status.absences))])
    return table([desk.say(f"finance.column.{name}") for name in _ACCOUNT], rows, right="2345")


def receivable_line(desk: Desk, owed: Receivable, currency: str) -> Iterator[RenderableType]:
    """Who says that it should be written off, while another person has not said so."""
    if owed.write_off_proposed_by:
        amount = _money(owed.write_off_proposed_minor, currency)
        yield line(desk.say("finance.write_off_proposed", person=owed.write_off_proposed_by, amount=amount), "yellow")


def _outstanding(owed: Receivable) -> int:
    return owed.amount_minor - owed.received_minor - owed.written_off_minor


def _absence(desk: Desk, absence: Absence, currency: str) -> str:
    amounts = {name: to_major(getattr(absence, f"{name}_minor"), currency) for name in ("amount", "next")}
    told = {name: getattr(absence, name) for name in ("since", "until", "reference", "count")}
    return desk.say(f"finance.absence.{absence.kind}", **amounts, **told)


def status_rows(desk: Desk, status: AccountStatus) -> Rows:
    """Columns and rows for a spreadsheet: control totals, exceptions by kind and age, receivables, what is missing."""
    counts = ("upto_1", "upto_5", "upto_30", "older", "earlier_year")
    rows: list[list[Cell]] = [
        [desk.say(f"finance.{name}"), "", "", "", "", "", _decimal(getattr(status, name), status.currency)]
        for name in ("closing_minor", "ledger_minor", "explained_in_minor", "explained_out_minor")
    ]
    for aged in status.ageing:
        ages = [int(getattr(aged, f"{name}_count")) for name in counts]
        rows.append([desk.say(f"finance.ageing.{aged.kind}"), *ages, _decimal(aged.amount_minor, status.currency)])
    for owed in status.receivables:
        told = f"{desk.say('finance.ageing.receivable')} {owed.reference} {owed.reason}"
        rows.append([told, "", "", "", "", "", _decimal(_outstanding(owed), status.currency)])
    absences = [_absence(desk, absence, status.currency) for absence in status.absences]
    rows += [[desk.say("finance.missing", what=absence), "", "", "", "", "", ""] for absence in absences]
    return [desk.say(f"finance.column.{name}") for name in ("kind", *counts, "sum")], rows


def line_rows(desk: Desk, lines: Iterable[BankLine], currency: str) -> Rows:
    """Columns and rows for a spreadsheet, one for each line."""
    columns = ("key", "booked_on", "amount", "other_side", "class", "what")
    rows: list[list[Cell]] = [
        [
            told.key,
            told.booked_on,
            _decimal(told.amount_minor, currency),
            f"{told.particulars.name} {told.particulars.text}".strip(),
            desk.name("line_class", LineClass.Name(told.line_class)),
            _parts(desk, told.allocations, currency),
        ]
        for told in lines
    ]
    return [desk.say(f"finance.column.{name}") for name in columns], rows


def _decimal(minor: int, currency: str) -> Decimal:
    return Decimal(plain_major(minor, currency))


def short_key(key: str) -> str:
    """The key of a line without a serial, short enough for a row of a table; commands take it for the whole."""
    return f"{key[:_SHOWN]}{key[_WHOLE:]}" if key.startswith(CONTENT) and len(key) >= _WHOLE else key


def line_table(desk: Desk, lines: Iterable[BankLine], currency: str) -> RenderableType:
    """Lines, one a row."""
    columns = ("key", "booked_on", "amount", "other_side", "class", "what")
    rows = [
        [
            short_key(told.key),
            told.booked_on,
            to_major(told.amount_minor, currency),
            f"{told.particulars.name} {told.particulars.text}".strip(),
            _class(desk, told),
            _parts(desk, told.allocations, currency),
        ]
        for told in lines
    ]
    return table([desk.say(f"finance.column.{name}") for name in columns], rows, right="2")


def _class(desk: Desk, told: BankLine) -> str:
    """Its class, and who waits for a second person."""
    kind = desk.name("line_class", LineClass.Name(told.line_class))
    if not told.proposed_by:
        return kind
    waits = "finance.proposed_otherwise" if told.matched_at else "finance.proposed_by"
    return desk.say(waits, kind=kind, person=told.proposed_by)


def proposal_table(desk: Desk, proposals: Sequence[Proposal], currency: str) -> RenderableType:
    """What could explain lines that nobody has posted, with how many explanations are possible and why not."""
    columns = ("key", "booked_on", "amount", "possible", "explanation", "note")
    rows = []
    for proposal in proposals:
        ways = [
            f"{desk.say(f'finance.step.{way.step}')}: {_parts(desk, way.allocations, currency)}"
            for way in proposal.explanations
        ]
        claimed_by = ", ".join(map(short_key, proposal.claimed_by))
        rivals = desk.say("finance.rivals", lines=claimed_by) if claimed_by else ""
        rows.append(
            [
                short_key(proposal.line.key),
                proposal.line.booked_on,
                to_major(proposal.line.amount_minor, currency),
                str(proposal.possible),
                "\n".join(ways),
                "\n".join(note for note in (proposal.note, rivals) if note),
            ]
        )
    return table([desk.say(f"finance.column.{name}") for name in columns], rows, right="23")


def run_table(desk: Desk, runs: Iterable[PaymentRun]) -> RenderableType:
    """Runs, one a row."""
    columns = ("code", "account", "execute_on", "status", "sum")
    rows = [
        [run.code, run.account, run.execute_on, _status(desk, run), _money(run.amount_minor, run.currency)]
        for run in runs
    ]
    return table([desk.say(f"finance.column.{name}") for name in columns], rows, right="4")


def payable_table(desk: Desk, instalments: Iterable[PayableInstalment], currency: str) -> RenderableType:
    """What is due, one instalment a row, and why it cannot be paid where it cannot."""
    columns = ("enterprise", "award", "instalment", "due_on", "amount", "why")
    rows = [
        [
            number_of(one.pays.enterprise),
            str(one.award_number),
            str(one.pays.instalment),
            one.due_on,
            to_major(one.amount_minor, currency),
            REASONS[one.reason].what.say(desk.language) if one.reason in REASONS else one.message,
        ]
        for one in instalments
    ]
    return table([desk.say(f"finance.column.{name}") for name in columns], rows, right="124")


def run_view(desk: Desk, run: PaymentRun) -> Iterator[RenderableType]:
    """One run with its payments."""
    yield fields(
        [
            (desk.say("finance.column.code"), run.code),
            (desk.say("finance.account"), f"{run.account} {run.account_name} {run.bank}".strip()),
            (desk.say("finance.column.execute_on"), run.execute_on),
            (desk.say("finance.column.status"), _status(desk, run)),
            (desk.say("finance.drafted_by"), run.drafted_by),
            (desk.say("finance.approved_by"), run.approved_by),
            (desk.say("finance.column.sum"), _money(run.amount_minor, run.currency)),
            (desk.say("finance.file"), f"{run.format} {run.file_sha256}".strip()),
        ]
    )
    columns = ["enterprise", "name", "award", "instalment", "amount", "end_to_end_id"]
    rows = [
        [
            number_of(payment.pays.enterprise),
            payment.name,
            str(payment.permit.position),
            str(payment.pays.instalment),
            to_major(payment.amount_minor, run.currency),
            payment.end_to_end_id,
        ]
        for payment in run.payments
    ]
    if any(payment.voucher for payment in run.payments):
        columns.append("voucher")
        rows = [[*row, payment.voucher] for row, payment in zip(rows, run.payments, strict=True)]
    yield table([desk.say(f"finance.column.{name}") for name in columns], rows, right="234")


def _parts(desk: Desk, parts: Iterable[Allocation], currency: str) -> str:
    told = []
    for part in parts:
        kind = desk.name("allocation_kind", AllocationKind.Name(part.kind))
        named = part.reference or (f"{part.award_id[:8]}/{part.clawback}" if part.award_id else "")
        told.append(f"{kind} {to_major(part.amount_minor, currency)} {named}".strip())
    return ", ".join(told)


def _status(desk: Desk, run: PaymentRun) -> str:
    return desk.name("payment_run_status", PaymentRunStatus.Name(run.status))


def _money(minor: int, currency: str) -> str:
    return f"{to_major(minor, currency)} {currency}"
