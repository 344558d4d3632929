"""Banks' sheets by column profile: every sign style, every container and encoding, and what refuses a sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from award_ledger.clients.finance.files import Kind, Reason, Status, open_bank_file
from award_ledger.clients.finance.files.profiles import InvalidProfile, bundled_profiles, load_profile
from tests.clients.finance.reading import lines_of, read, refused
from tests.clients.finance.sheet_samples import (
    BOCOM_ROWS,
    ICBC_ROWS,
    abc_csv,
    bocom_csv,
    ccb_xlsx,
    icbc_csv,
    voucher_csv,
)

Put = Callable[..., Path]
OWN = "37001618800050000001"

GENERAL_LEDGER = """\
profile: {name}
title: {{zh: 单位银行存款日记账, en: a firm's own journal}}
sign: marked
end: footer
marks: {{in: [{money_in}], out: [{money_out}]}}
columns:
  booked_on: [日期]
  mark: [借贷]
  amount: [金额]
  balance: [结余]
required: [booked_on, mark, amount, balance]
preamble: {{account: [账号]}}
footer: [合计]
"""
JOURNAL = """\
账号：,37001618800050000001
日期,借贷,金额,结余
2026-10-13,借,300.00,1300.00
2026-10-14,贷,50.00,1250.00
合计
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_sheet_is_read_whatever_the_encoding(put: Put, encoding: str) -> None:
    assert lines_of(put(icbc_csv(), encoding=encoding))[0].counterparty.name == "济南甲公司"


def test_two_columns_newest_first_come_out_oldest_first_with_proved_balances(put: Put) -> None:
    [(told, lines)] = read(put(icbc_csv()))
    assert told.format == "icbc"
    assert (told.account.number, told.account.masked) == ("3700****0001", True)
    assert [(line.place, line.amount_minor, line.balance_after_minor) for line in lines] == [
        (1, -130_000, 70_000),
        (2, 30_000, 100_000),
    ]
    assert told.opening is not None
    assert told.opening.amount_minor == 200_000
    assert (told.period_from, told.period_to) == (dt.date(2026, 10, 13), dt.date(2026, 10, 14))
    assert (lines[0].free_text, lines[0].code) == ("附言甲", "汇款")


def test_unsigned_amounts_go_where_the_banks_own_word_says(put: Put) -> None:
    [(told, lines)] = read(put(bocom_csv()))
    assert told.account.owner == "山东省财政厅"
    assert [(line.amount_minor, line.bank_serial, line.voucher_number) for line in lines] == [
        (-130_000, "S1", "V1"),
        (30_000, "S2", ""),
    ]


def test_signed_amounts_and_ragged_rows_are_read_and_an_open_end_is_told(put: Put) -> None:
    with open_bank_file(put(abc_csv()), account=OWN) as bank_file:
        [told] = bank_file.statements
        lines = list(bank_file.lines(told))
        assert "does not say where it ends" in bank_file.notices[0]
    assert [line.amount_minor for line in lines] == [-130_000, 30_000, 1]
    assert (lines[0].bank_serial, lines[2].bank_serial, lines[2].counterparty.name) == ("S1", "", "")


def test_a_workbooks_numbers_are_the_decimals_that_were_typed(put: Put) -> None:
    [(told, lines)] = read(put(ccb_xlsx(), "ccb.xlsx"))
    assert told.account.number == OWN
    assert [line.amount_minor for line in lines] == [-130_000, 30_010]
    assert lines[0].value_on == dt.date(2026, 10, 13)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"number": 0.123}, Reason.AMOUNT),
        ({"number": 1e300}, Reason.AMOUNT),
        ({"number": 12345678901234567.0}, Reason.AMOUNT),
        ({"account": 6222021602000000001}, Reason.AMOUNT),
        ({"number": True}, Reason.MALFORMED),
        ({"number": "=1+1"}, Reason.MALFORMED),
        ({"balance": 700.01}, Reason.RUNNING_BALANCE),
        ({"balance": None}, Reason.RUNNING_BALANCE),
        ({"day": "20260230"}, Reason.DATE),
        ({"day": "yesterday"}, Reason.DATE),
        ({"day": None}, Reason.DATE),
    ],
)
def test_a_cell_that_cannot_be_meant_refuses_the_workbook(put: Put, cells: dict[str, object], reason: Reason) -> None:
    refused(put(ccb_xlsx(**cells), "ccb.xlsx"), reason)


def test_the_same_word_means_the_other_way_in_a_firms_journal_and_only_the_balance_proves_it(put: Put) -> None:
    path = put(JOURNAL)
    ours = load_profile(GENERAL_LEDGER.format(name="journal", money_in="借", money_out="贷"), "ours")
    assert [line.amount_minor for line in lines_of(path, own_profiles=(ours,))] == [30_000, -5_000]
    theirs = load_profile(GENERAL_LEDGER.format(name="journal", money_in="贷", money_out="借"), "theirs")
    refused(path, Reason.RUNNING_BALANCE, own_profiles=(theirs,))


def test_two_profiles_that_fit_equally_need_a_word_from_the_person(put: Put) -> None:
    path = put(JOURNAL)
    one = load_profile(GENERAL_LEDGER.format(name="one", money_in="借", money_out="贷"), "one")
    two = load_profile(GENERAL_LEDGER.format(name="two", money_in="贷", money_out="借"), "two")
    assert "one, two" in refused(path, Reason.UNKNOWN_FORMAT, own_profiles=(one, two))
    assert len(lines_of(path, own_profiles=(one, two), profile="one")) == 2


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (bocom_csv(rows=(BOCOM_ROWS[0].replace("700.00", "700.01"), BOCOM_ROWS[1])), Reason.RUNNING_BALANCE),
        (bocom_csv(rows=(BOCOM_ROWS[0],)), Reason.TOTALS),
        (bocom_csv(footer="合计,,1600.01,,共2笔,,,\r\n"), Reason.TOTALS),
        (bocom_csv(footer="合计,,1600.00,,共3笔,,,\r\n"), Reason.TOTALS),
        (bocom_csv(footer=""), Reason.TRUNCATED),
        (bocom_csv(footer="合计,,1600.00,,,,,\r\n20261014 09:00:00,借,1.00,999.00,S3,,x,y\r\n"), Reason.MALFORMED),
        (bocom_csv(rows=(BOCOM_ROWS[0].replace("借", "?"),)), Reason.DIRECTION),
        (bocom_csv(rows=(BOCOM_ROWS[0].replace("1300.00", "-1300.00"),)), Reason.AMOUNT),
        (bocom_csv(rows=(BOCOM_ROWS[0].replace("1300.00", '"13,00.00"'),)), Reason.AMOUNT),
        (bocom_csv(rows=(BOCOM_ROWS[0].replace("1300.00", "1.3e3"),)), Reason.AMOUNT),
        (bocom_csv(rows=("注：以上为测试",)), Reason.AMOUNT),
        (icbc_csv(footer='人民币合计,,,,,"301.00","1,300.00",\r\n'), Reason.TOTALS),
        (icbc_csv(rows=()), Reason.BALANCE),
        (abc_csv() + "20261015,,转账,-1.00,999", Reason.TRUNCATED),
    ],
)
def test_a_sheet_that_contradicts_itself_is_refused(put: Put, broken: str, reason: Reason) -> None:
    told = {} if "卡号" in broken or "账号：" in broken else {"account": OWN}
    refused(put(broken), reason, **told)


def test_money_in_and_out_in_one_row_is_refused(put: Put) -> None:
    both = ICBC_ROWS[0].replace('" \\t","1,000', '"5.00 \\t","1,000')
    rows = tuple(both if '"300.00' in row else row for row in ICBC_ROWS)
    text = icbc_csv(rows=rows).replace('"300.00 \t"," \t"', '"300.00 \t","5.00 \t"')
    refused(put(text), Reason.DIRECTION)


def test_a_sheet_that_names_no_account_takes_the_one_that_is_expected(put: Put) -> None:
    refused(put(abc_csv()), Reason.ACCOUNT)
    [(told, _)] = read(put(abc_csv()), account=OWN)
    assert told.account.number == OWN


def test_a_masked_account_must_fit_the_expected_one(put: Put) -> None:
    assert len(lines_of(put(icbc_csv()), account="3700161880000001")) == 2
    refused(put(icbc_csv()), Reason.ACCOUNT, account="3700161880000002")


def test_a_header_of_two_rows_is_read_where_no_row_is_one(put: Put) -> None:
    above = "账号,交易时间,发生额/元,,余额,对方户名,对方开户机构,交易流水号"
    rows = f"{OWN},20261013 09:00:00,1300.00,,700.00,甲,某行,1\n{OWN},20261014 09:00:00,,300.00,1000.00,甲,某行,2\n"
    [(told, lines)] = read(put(f"活期账户明细\n{above}\n,,借方,贷方,,,,\n{rows}", "ccb.csv"))
    assert (told.format, [line.amount_minor for line in lines]) == ("ccb-corporate", [-130_000, 30_000])
    refused(put(f"{above}\n,,付方,收方,,,,\n{rows}", "other.csv"), Reason.UNKNOWN_FORMAT)


def test_vouchers_tell_what_was_paid_what_failed_and_what_is_open(put: Put) -> None:
    [(told, lines)] = read(put(voucher_csv()))
    assert (told.kind, told.opening, told.totals.booked) == (Kind.VOUCHERS, None, 2)
    assert [(line.voucher_number, line.status, line.amount_minor) for line in lines] == [
        ("ZF2026000001", Status.BOOKED, -130_000),
        ("ZF2026000002", Status.FAILED, -50_000),
        ("ZF2026000003", Status.PENDING, -20_000),
        ("ZF2026000004", Status.BOOKED, -9_900),
    ]
    assert lines[1].reason == "账户名称不符"
    assert [(other.role, other.amount) for other in lines[3].other_amounts] == [("instructed", "100.00")]


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        ("500.00,0.00,,,支付失败", "500.00,500.00,2026-10-13,S2,支付失败", Reason.DIRECTION),
        ("1300.00,1300.00,2026-10-13", "1300.00,,2026-10-13", Reason.AMOUNT),
        ("1300.00,1300.00,2026-10-13", "1300.00,1300.00,", Reason.DATE),
        ("共4笔", "共5笔", Reason.TOTALS),
        ("2100.00", "2100.01", Reason.TOTALS),
    ],
)
def test_a_voucher_list_that_contradicts_itself_is_refused(put: Put, was: str, becomes: str, reason: Reason) -> None:
    refused(put(voucher_csv().replace(was, becomes, 1)), reason)


def test_where_payer_and_payee_are_named_the_other_one_is_the_counterparty(put: Put) -> None:
    header = "交易日期,交易金额,交易后余额,交易货币,交易流水号,付款人名称,付款人账号,收款人名称,收款人账号"
    rows = (
        "20261013,-300.00,700.00,CNY,S1,山东省财政厅,1,济南甲公司,2",
        "20261014,300.00,1000.00,CNY,S2,济南甲公司,2,山东省财政厅,1",
    )
    out, back = lines_of(put(f"查询账号,{OWN}\n{header}\n" + "".join(f"{row}\n" for row in rows)))
    assert (out.counterparty.name, back.counterparty.name) == ("济南甲公司", "济南甲公司")


def test_equal_rows_of_a_sheet_are_told_apart_by_their_running_balance_in_any_export(put: Put) -> None:
    row = "20261013,,转账,-10.00,{balance},济南甲公司,0000,,"
    first = [row.format(balance="990.00"), row.format(balance="980.00")]
    early = lines_of(put(abc_csv(*first)), account=OWN)
    late = lines_of(put(abc_csv(first[1], row.format(balance="970.00"))), account=OWN)
    assert early[1].key == late[0].key
    assert len({line.key for line in (*early, *late)}) == 3


def test_every_bank_and_the_treasury_have_a_profile() -> None:
    assert {"icbc", "abc", "ccb", "boc", "bocom", "spdb", "treasury-vouchers"} <= set(bundled_profiles())


@pytest.mark.parametrize("name", sorted(bundled_profiles()))
def test_a_profile_reads_a_sheet_of_its_own_columns(put: Put, name: str) -> None:
    profile = bundled_profiles()[name]
    header = {field: profile.columns[field][0] for field in profile.columns}
    cells = {
        "booked_on": "2026-10-13",
        "amount": "-10.00",
        "out": "10.00",
        "in": "",
        "balance": "990.00",
        "actual": "10.00",
    }
    if profile.sign != "signed":
        cells["amount"] = "10.00"
    cells |= {
        "mark": profile.marks.money_out[0] if profile.marks.money_out else "",
        "currency": "人民币",
        "account": OWN,
    }
    cells |= {"value_on": "", "booked_at": "", "charge": "", "reason": ""}
    row = ",".join(cells.get(field, f"x-{field}") for field in header)
    footer = "以上数据仅供参考\n" if name == "ccb" else "合计\n"
    quoted = ",".join(f'"{title}"' for title in header.values())
    path = put(f"{quoted}\n{row}\n{footer if profile.end == 'footer' else ''}")
    [line] = lines_of(path, account=OWN)
    assert (line.amount_minor, line.booked_on) == (-1_000, dt.date(2026, 10, 13))


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("balance: [结余]", "", "only a running balance proves a direction"),
        ("out: [贷]", "out: []", "marked needs the words"),
        ("mark: [借贷]", "marc: [借贷]", "no such fields of a line"),
        ("footer: [合计]", "", "patterns of the footer"),
        ("sign: marked", "sign: guessed", "Invalid enum value"),
        ("end: footer", "", "missing required field"),
    ],
)
def test_a_profile_that_cannot_be_meant_is_refused_by_name(was: str, becomes: str, problem: str) -> None:
    text = GENERAL_LEDGER.format(name="journal", money_in="借", money_out="贷").replace(was, becomes)
    with pytest.raises(InvalidProfile, match=f"mine.yaml.*{problem}"):
        load_profile(text, "mine.yaml")


def test_a_profile_or_a_leniency_that_there_is_not_is_an_error_of_the_caller(put: Put) -> None:
    for options in ({"profile": "none"}, {"leniency": "none"}):
        with pytest.raises(KeyError, match="none"):
            read(put(JOURNAL), **options)
