"""Each bank's profile reads an export of that bank, and reads none the wrong way round."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import msgspec
import openpyxl
import pytest

from award_ledger.clients.finance.files import Kind, Reason
from award_ledger.clients.finance.files.end_to_end_ids import found_in
from award_ledger.clients.finance.files.profiles import Marks, Profile, Sign, bundled_profiles
from award_ledger.clients.finance.sending import line_message
from tests.clients.finance.bank_exports import EXPORTS, OWN, PAID, Export, table
from tests.clients.finance.reading import read, refused

Put = Callable[..., Path]

STATEMENTS = sorted(name for name, profile in bundled_profiles().items() if profile.kind is Kind.STATEMENT)


def workbook(export: Export) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in export.rows():
        sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def newest_first(export: Export) -> Export:
    return export._replace(out=export.back, back=export.out)


def the_other_way(profile: Profile) -> Profile:
    """The profile of somebody who takes the bank's 借方 for an enterprise's: out is in, and in is out."""
    marks = Marks(money_in=profile.marks.money_out, money_out=profile.marks.money_in)
    turned = {"in": "out", "out": "in"}
    columns = {turned.get(field, field): names for field, names in profile.columns.items()}
    return msgspec.structs.replace(profile, marks=marks, columns=columns)


def sign_turned(row: tuple[str, ...], header: tuple[str, ...]) -> tuple[str, ...]:
    at = next(place for place, name in enumerate(header) if name.startswith("交易金额"))
    turned = row[at].replace("-", "+") if row[at].startswith("-") else row[at].replace("+", "-")
    return (*row[:at], turned, *row[at + 1 :])


def test_every_profile_of_a_statement_has_an_export_here() -> None:
    assert sorted(EXPORTS) == STATEMENTS


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize("form", ["gb18030", "utf-8-sig", "utf-16", "padded", "workbook", "newest first"])
def test_an_export_is_read_whole_whatever_its_form(put: Put, name: str, form: str) -> None:
    export = newest_first(EXPORTS[name]) if form == "newest first" else EXPORTS[name]
    if form == "workbook":
        path = put(workbook(export), "export.xlsx")
    else:
        encoding = form if form.startswith(("gb", "utf")) else "gb18030"
        path = put(table(export.rows(), padded=form == "padded"), "export.csv", encoding=encoding)
    [(told, lines)] = read(path, account=OWN)
    assert (told.format, told.account.number, told.currency) == (name, OWN, "CNY")
    assert [(line.amount_minor, line.balance_after_minor, line.booked_on) for line in lines] == [
        (-130_000, 70_000, dt.date(2026, 10, 13)),
        (30_000, 100_000, dt.date(2026, 10, 14)),
    ]
    assert told.opening is not None
    assert told.opening.amount_minor == 200_000
    assert [line.counterparty.name for line in lines] == ["济南甲公司", "济南甲公司"]
    if any("山东省财政厅" in cell for row in export.head for cell in row):
        assert told.account.owner == "山东省财政厅"


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_id_of_a_payment_is_found_in_whichever_column_the_bank_puts_our_text(put: Put, name: str) -> None:
    [(_, lines)] = read(put(table(EXPORTS[name].rows())), account=OWN)
    assert [found_in(line_message(line).particulars.text) for line in lines] == [(PAID,), (PAID,)]


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_running_balance_refuses_an_export_that_is_read_the_wrong_way_round(put: Put, name: str) -> None:
    profile, export = bundled_profiles()[name], EXPORTS[name]
    if profile.sign is Sign.SIGNED:
        out, back = (sign_turned(row, export.header) for row in (export.out, export.back))
        refused(put(table(export._replace(out=out, back=back).rows())), Reason.RUNNING_BALANCE, account=OWN)
    else:
        turned = (the_other_way(profile),)
        refused(put(table(export.rows())), Reason.RUNNING_BALANCE, account=OWN, own_profiles=turned)


@pytest.mark.parametrize("name", STATEMENTS)
def test_an_export_without_one_of_its_lines_is_refused_where_the_bank_says_totals(put: Put, name: str) -> None:
    profile, export = bundled_profiles()[name], EXPORTS[name]
    rows = [row for row in export.rows() if row is not export.back]
    if "total_in" in profile.preamble or (profile.totals is not None and len(export.foot[0]) > 1):
        refused(put(table(rows)), Reason.TOTALS, account=OWN)
    else:
        assert name in ("abc", "ccb", "ccb-corporate"), "these say no totals; the next statement shows what lacks"


def test_a_table_of_tabs_is_one_still(put: Put) -> None:
    rows = "\n".join("\t".join(row) for row in EXPORTS["spdb"].rows())
    [(_, lines)] = read(put(rows + "\n"), account=OWN)
    assert [line.amount_minor for line in lines] == [-130_000, 30_000]
