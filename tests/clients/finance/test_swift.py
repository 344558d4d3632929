"""MT940 and MT942: signs, pages, texts, and what ends a message."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from award_ledger.clients.finance.files import Direction, Kind, Party, Reason
from tests.clients.finance.reading import lines_of, read, refused
from tests.clients.finance.swift_samples import LINE, mt940

Put = Callable[..., Path]

MT942 = """\
:20:INTERIM1
:25:37001618800050000001
:28C:8/1
:34F:CNYC0,
:13D:2610131200+0800
:61:2610131013C300,NTRFNONREF//L9
:86:TUI KUAN
:90D:0CNY0,
:90C:1CNY300,
-
"""


def test_a_line_is_read_with_its_serial_and_its_structured_text(put: Put) -> None:
    [(told, [line])] = read(put(mt940()))
    assert (told.format, told.kind, told.sequence, told.page) == ("MT940", Kind.STATEMENT, "7", 1)
    assert (line.amount_minor, line.direction, line.bank_serial) == (-30_000, Direction.OUT, "L1")
    assert (line.end_to_end_id, line.free_text) == ("AL26-00001234-02R1-86", "JISHU GAIZAO")
    assert line.counterparty == Party("JINAN JIA GONGSI", "6222021602000000001", "ICBKCNBJSDG")
    assert line.code == "NTRF 166 UEBERWEISUNG"


@pytest.mark.parametrize(
    ("mark", "closing", "moved", "reversal"),
    [
        ("D", "700,", -30_000, False),
        ("C", "1300,", 30_000, False),
        ("RC", "700,", -30_000, True),
        ("RD", "1300,", 30_000, True),
    ],
)
def test_a_reversed_credit_is_money_out_and_a_reversed_debit_money_in(
    put: Put, mark: str, closing: str, moved: int, reversal: bool
) -> None:
    line = lines_of(put(mt940(f":61:2610131013{mark}300,NTRFNONREF//L1", closing=f"C261013CNY{closing}")))[0]
    assert (line.amount_minor, line.reversal) == (moved, reversal)


def test_several_messages_in_one_file_keep_their_own_balances(put: Put) -> None:
    second = mt940(":61:2610141014D1,NTRFNONREF//L2", opening="C261014CNY700,", closing="C261014CNY699,", number="8/1")
    found = read(put(mt940() + second))
    assert [(told.opening and told.opening.amount_minor) for told, _ in found] == [100_000, 70_000]
    assert [(told.closing and told.closing.amount_minor) for told, _ in found] == [70_000, 69_900]


def test_pages_of_one_statement_chain_and_equal_lines_on_two_pages_are_two(put: Put) -> None:
    same = ":61:2610131013D10,NTRFNONREF"
    first = mt940(same, closing="C261013CNY990,", number="7/1").replace(":62F:", ":62M:")
    second = mt940(same, opening="C261013CNY990,", closing="C261013CNY980,", number="7/2").replace(":60F:", ":60M:")
    (page, [one]), (last, [other]) = read(put(first + second))
    assert (page.page, page.last_page, last.page, last.last_page) == (1, False, 2, True)
    assert other.key == f"{one.key}#2"
    refused(put(first + second.replace("CNY990,", "CNY989,").replace("CNY980,", "CNY979,")), Reason.CHAIN)


def test_the_entry_day_takes_the_year_that_is_nearest_to_the_value_day(put: Put) -> None:
    line = lines_of(put(mt940(":61:2701011231D300,NTRFNONREF//L1")))[0]
    assert (line.value_on, line.booked_on) == (dt.date(2027, 1, 1), dt.date(2026, 12, 31))


def test_an_interim_report_is_a_report_with_its_own_sums(put: Put) -> None:
    [(told, [line])] = read(put(MT942))
    assert (told.format, told.kind, told.opening, line.amount_minor) == ("MT942", Kind.REPORT, None, 30_000)
    refused(put(MT942.replace(":90C:1", ":90C:2")), Reason.TOTALS)
    refused(put(MT942.replace("CNY300,\n-", "CNY301,\n-")), Reason.TOTALS)


def test_envelopes_around_the_messages_are_passed_over(put: Put) -> None:
    block = "{1:F01ICBKCNBJ0000000000}{2:O940}{4:\r\n" + mt940().replace("\n-\n", "\n-}{5:}\n").replace("\n", "\r\n")
    assert len(lines_of(put(block))) == 1
    assert len(lines_of(put(f"ICBKCNBJ\n940\nICBKCNBJ\n{mt940()}"))) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_chinese_texts_are_read_whatever_the_encoding(put: Put, encoding: str) -> None:
    line = lines_of(put(mt940(":61:2610131013D300,NTRFNONREF//L1\n:86:技术改造补助"), encoding=encoding))[0]
    assert line.free_text == "技术改造补助"


def test_slashed_code_words_are_read(put: Put) -> None:
    details = ":61:2610131013D300,NTRFEREF//L1\n:86:/EREF/AL26-00001234-02R1-86//NAME/JINAN JIA/REMI/USTD//JISHU/"
    line = lines_of(put(mt940(details)))[0]
    assert (line.end_to_end_id, line.counterparty.name, line.free_text) == (
        "AL26-00001234-02R1-86",
        "JINAN JIA",
        "JISHU",
    )


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (mt940().replace("\n-\n", "\n"), Reason.TRUNCATED),
        (mt940().replace(":62F:C261013CNY700,\n", ""), Reason.TRUNCATED),
        (mt940(closing="C261013CNY701,"), Reason.BALANCE),
        (mt940(LINE.replace("D300,", "D300.00")), Reason.MALFORMED),
        (mt940(LINE.replace("D300,", "D-300,")), Reason.MALFORMED),
        (mt940(LINE.replace("D300,", "D300,001")), Reason.AMOUNT),
        (mt940(LINE.replace("261013", "260230", 1)), Reason.DATE),
        (mt940(LINE.replace("2610131013", "2610130230", 1)), Reason.DATE),
        (mt940(LINE.replace("D300,", "DK300,")), Reason.CURRENCY),
        (mt940(closing="C261013USD700,"), Reason.CURRENCY),
        (mt940(opening="C261013XXX1000,"), Reason.CURRENCY),
        (mt940().replace(":28C:7/1", ":28C:seven"), Reason.MALFORMED),
        (mt940().replace(":25:37001618800050000001", ":25:"), Reason.ACCOUNT),
        (mt940().replace(":64:", ":99:"), Reason.MALFORMED),
        (mt940().replace(":60F:C261013CNY1000,\n", ""), Reason.BALANCE),
        (mt940() + ":61:2610131013D300,NTRFNONREF//L1\n", Reason.MALFORMED),
    ],
)
def test_a_broken_message_refuses_the_file(put: Put, broken: str, reason: Reason) -> None:
    refused(put(broken), reason)


def test_a_file_without_end_marks_is_read_only_by_its_own_leniency(put: Put) -> None:
    path = put(mt940().replace("\n-\n", "\n"))
    assert len(lines_of(path, leniency="open-end")) == 1
    refused(path, Reason.TRUNCATED, leniency="unproved-balances")
