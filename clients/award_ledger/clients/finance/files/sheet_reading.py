"""A bank's sheet by its column profile: preamble, header, rows, footer. Any other row refuses the file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple

import msgspec

from award_ledger.clients.finance.files.amounts import sheet_minor_of
from award_ledger.clients.finance.files.draft import Declared, Entry, Head, Piece, Tail
from award_ledger.clients.finance.files.leniencies import Leniency
from award_ledger.clients.finance.files.profiles import (
    CURRENCY_WORDS,
    End,
    Expected,
    Order,
    Profile,
    bundled_profiles,
    plain,
)
from award_ledger.clients.finance.files.quarantine import Quarantined, Reason
from award_ledger.clients.finance.files.sheet_days import days_in
from award_ledger.clients.finance.files.sheet_lines import Columns, day_of, line_of, time_of
from award_ledger.clients.finance.files.sheets import Row, Sheet, read_rows
from award_ledger.clients.finance.files.source import Source
from award_ledger.clients.finance.files.statement import Account, Balance, Kind, Line

MOST_PREAMBLE_ROWS = 40


class Header(NamedTuple):
    """The names of columns, and in which rows they stand: `after` is the first one that is none of them."""

    names: tuple[str, ...]
    at: int
    after: int


class Layout(NamedTuple):
    """A sheet taken apart."""

    profile: Profile
    columns: Columns
    preamble: tuple[Row, ...]
    body: tuple[Row, ...]
    footer: tuple[Row, ...]


def read_sheet(source: Source, expected: Expected, forgives: Leniency) -> Iterator[Piece]:
    """One statement for each account and currency in the sheet, lines oldest first. Raises Quarantined."""
    sheet = read_rows(source)
    layout = _layout(sheet, expected, source.path.name)
    _refuse_cut(sheet, layout, forgives)
    told = {name: _preamble(layout, labels) for name, labels in layout.profile.preamble.items()}
    groups: dict[tuple[str, str], list[tuple[Row, Line]]] = {}
    for row in layout.body:
        account, currency = _account_of(row, layout, told, expected)
        line = line_of(
            row, layout.profile, layout.columns, currency, lenient=Reason.RUNNING_BALANCE in forgives.forgives
        )
        groups.setdefault((account, currency), []).append((row, line))
    if not groups:
        account, currency = _account_of(Row(0, ()), layout, told, expected)
        groups[account, currency] = []
    for (account, currency), rows in groups.items():
        if not account:
            raise Quarantined(Reason.ACCOUNT, source.path.name, "the sheet names no account; say which one it is of")
        yield from _statement(account, currency, rows, layout, told, alone=len(groups) == 1)


def _layout(sheet: Sheet, expected: Expected, where: str) -> Layout:
    profile, header = _recognised(sheet.rows[:MOST_PREAMBLE_ROWS], expected, where)
    columns = Columns.of(profile, header.names)
    rest = [row for row in sheet.rows[header.after :] if any(row.cells)]
    end = next((place for place, row in enumerate(rest) if _is_footer(row, profile)), len(rest))
    body, footer = rest[:end], rest[end:]
    for row in footer:
        if not _is_footer(row, profile):
            raise Quarantined(Reason.MALFORMED, f"row {row.number}", "a row after the footer that is no footer")
    return Layout(profile, columns, sheet.rows[: header.at], tuple(body), tuple(footer))


def _recognised(rows: Sequence[Row], expected: Expected, where: str) -> tuple[Profile, Header]:
    """The profile that takes most columns of a header; a tie is nobody's. Two rows are a header only if no row is."""
    every = bundled_profiles() | {profile.profile: profile for profile in expected.own_profiles}
    if expected.profile and expected.profile not in every:
        raise KeyError(expected.profile)
    profiles = [every[expected.profile]] if expected.profile else list(every.values())
    one_row = [Header(row.cells, at, at + 1) for at, row in enumerate(rows)]
    two_rows = [Header(_under(above.cells, row.cells), at, at + 2) for at, (above, row) in enumerate(pairwise(rows))]
    fitting = _fitting(profiles, one_row) or _fitting(profiles, two_rows)
    best = max((known for known, _, _ in fitting), default=0)
    chosen = [(profile, header) for known, profile, header in fitting if known == best]
    if not chosen:
        raise Quarantined(Reason.UNKNOWN_FORMAT, where, "no profile has the columns of this sheet")
    if len(chosen) > 1:
        names = ", ".join(profile.profile for profile, _ in chosen)
        raise Quarantined(Reason.UNKNOWN_FORMAT, where, f"several profiles fit ({names}): say which")
    return chosen[0]


def _fitting(profiles: Sequence[Profile], headers: Sequence[Header]) -> list[tuple[int, Profile, Header]]:
    """Of each profile the first header that it recognises, with how many of its columns it knows."""
    found = []
    for profile in profiles:
        header = next((header for header in headers if Columns.fits(profile, header.names)), None)
        if header is not None:
            found.append((Columns.of(profile, header.names).known, profile, header))
    return found


def _under(above: Sequence[str], below: Sequence[str]) -> tuple[str, ...]:
    """The names of a header of two rows: a cell over several (发生额/元) stands before each of them (借方, 贷方)."""
    names, over = [], ""
    for upper, lower in zip_longest(above, below, fillvalue=""):
        over = upper or (over if lower else "")
        names.append(f"{over}{lower}")
    return tuple(names)


def _is_footer(row: Row, profile: Profile) -> bool:
    first = next((cell for cell in row.cells if cell), "")
    return any(re.search(pattern, plain(first)) for pattern in profile.footer)


def _refuse_cut(sheet: Sheet, layout: Layout, forgives: Leniency) -> None:
    if Reason.TRUNCATED in forgives.forgives:
        return
    if layout.profile.end is End.FOOTER:
        if not layout.footer:
            raise Quarantined(Reason.TRUNCATED, "the end", f"no footer, which {layout.profile.profile} always has")
        return
    if not sheet.ended and layout.body and len(layout.body[-1].cells) < layout.columns.width:
        row = layout.body[-1]
        finding = f"the last row has {len(row.cells)} of {layout.columns.width} columns and no line end"
        raise Quarantined(Reason.TRUNCATED, f"row {row.number}", finding)


def _preamble(layout: Layout, labels: Sequence[str]) -> str:
    """The value beside a label, or behind it in the same cell; rows of the footer are looked at too."""
    wanted = {plain(label) for label in labels}
    for row in (*layout.preamble, *layout.footer):
        for place, cell in enumerate(row.cells):
            label, colon, value = cell.replace("：", ":").partition(":")
            if plain(label) not in wanted:
                continue
            if colon and value.strip():
                return value.strip()
            if following := next((text for text in row.cells[place + 1 :] if text), ""):
                return following
    return ""


def _account_of(row: Row, layout: Layout, told: dict[str, str], expected: Expected) -> tuple[str, str]:
    account = layout.columns.text(row, "account") or told.get("account", "").split(" ")[0] or expected.account
    word = layout.columns.text(row, "currency") or told.get("currency", "")
    currency = CURRENCY_WORDS.get(plain(word), word) or expected.currency or layout.profile.currency
    return account, currency


def _statement(
    account: str,
    currency: str,
    rows: list[tuple[Row, Line]],
    layout: Layout,
    told: dict[str, str],
    *,
    alone: bool,
) -> Iterator[Piece]:
    profile = layout.profile
    rows = _oldest_first(rows, profile.order, layout.columns)
    days = [line.booked_on for _, line in rows if line.booked_on]
    period = days_in(told.get("period", "")) or days_in(f"{told.get('period_from', '')} {told.get('period_to', '')}")
    start, end = (period[0], period[-1]) if period else (min(days, default=None), max(days, default=None))
    owner, bank = told.get("owner", ""), told.get("bank", "")
    yield Head(
        format=profile.profile,
        kind=profile.kind,
        account=Account(number=account, masked="*" in account, owner=owner, bank=bank),
        currency=currency,
        period_from=start,
        period_to=end,
    )
    for place, (row, line) in enumerate(rows, start=1):
        yield Entry(line=_placed(line, place), where=f"row {row.number}", currency=currency)
    opening, closing = _balances(rows, currency, told, start, end)
    yield Tail(
        opening=opening,
        closing=closing,
        balances=tuple(balance for balance in (opening, closing) if balance),
        declared=_declared(layout, currency, told) if alone else Declared(),
        open_end=profile.end is End.OPEN and profile.kind is Kind.STATEMENT and not told.get("closing"),
    )


def _placed(line: Line, place: int) -> Line:
    return msgspec.structs.replace(line, place=place)


def _oldest_first(rows: list[tuple[Row, Line]], order: Order, columns: Columns) -> list[tuple[Row, Line]]:
    """Days say which way the sheet runs, then times; a sheet of one moment runs as its profile says."""
    moments = [(day_of(line), time_of(row, columns)) for row, line in rows]
    ups = sum(one < other for one, other in pairwise(moments))
    downs = sum(one > other for one, other in pairwise(moments))
    newest_first = downs > ups if downs != ups else order is Order.NEWEST_FIRST
    return rows[::-1] if newest_first else rows


def _balances(
    rows: list[tuple[Row, Line]],
    currency: str,
    told: dict[str, str],
    start: dt.date | None,
    end: dt.date | None,
) -> tuple[Balance | None, Balance | None]:
    """As the sheet declares them, else from the first and the last running balance."""
    opening = sheet_minor_of(told["opening"], currency, "opening balance") if told.get("opening") else None
    closing = sheet_minor_of(told["closing"], currency, "closing balance") if told.get("closing") else None
    if rows and opening is None and (after := rows[0][1].balance_after_minor) is not None:
        opening = after - rows[0][1].amount_minor
    if rows and closing is None:
        closing = rows[-1][1].balance_after_minor
    return (
        None if opening is None else Balance(code="OPBD", amount_minor=opening, currency=currency, on=start),
        None if closing is None else Balance(code="CLBD", amount_minor=closing, currency=currency, on=end),
    )


def _declared(layout: Layout, currency: str, told: dict[str, str]) -> Declared:
    """Counts and sums that the sheet states in labels or in its row of totals."""
    totals = layout.profile.totals
    count, came, went = told.get("count", ""), told.get("total_in", ""), told.get("total_out", "")
    total = ""
    for row in layout.footer:
        first = next((cell for cell in row.cells if cell), "")
        if totals is None or re.search(totals.row, plain(first)) is None:
            continue
        came = came or layout.columns.text(row, "in")
        went = went or layout.columns.text(row, "out") or layout.columns.text(row, "actual")
        total = total or layout.columns.text(row, "amount")
        found = re.search(totals.count, " ".join(row.cells)) if totals.count else None
        count = count or (found.group(1) if found else "")
    lines = re.search(r"[0-9]{1,15}", count)
    return Declared(
        lines=int(lines.group()) if lines else None,
        sum_minor=sheet_minor_of(total, currency, "total") if total else None,
        sum_in_minor=sheet_minor_of(came, currency, "total in") if came else None,
        sum_out_minor=sheet_minor_of(went, currency, "total out") if went else None,
        summed_minor=_asked(layout, currency) if layout.profile.kind is Kind.VOUCHERS else None,
    )


def _asked(layout: Layout, currency: str) -> int:
    """What all vouchers asked for, whatever was paid of it."""
    amounts = (layout.columns.text(row, "amount") for row in layout.body)
    return sum(sheet_minor_of(amount, currency, "amount") for amount in amounts)
