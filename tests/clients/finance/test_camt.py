"""camt.052 to 054: what is read, and every trap that real files have set."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from award_ledger.clients.finance.files import Direction, Kind, Reason, Status, open_bank_file
from award_ledger.clients.finance.files.schemas import has_schema
from tests.clients.finance.camt_samples import OWN, Booking, balance, document, entry, statement
from tests.clients.finance.reading import lines_of, read, refused

Put = Callable[..., Path]

VERSIONS = [f"camt.05{kind}.001.{version:02}" for kind in (2, 3, 4) for version in range(2, 15)]


def whole(*bookings: Booking, opening: str = "1000.00", closing: str, summary: str = "") -> str:
    return "".join(document(statement([entry(each) for each in bookings], opening, closing, summary=summary)))


def with_details(details: str, yuan: str = "-300.00", closing: str = "700.00") -> str:
    return whole(Booking(yuan, serial="L1", details=details), closing=closing)


def transaction(yuan: str, end_to_end_id: str = "E1", mark: str = "DBIT", currency: str = "CNY", more: str = "") -> str:
    return (
        f"<TxDtls><Refs><EndToEndId>{end_to_end_id}</EndToEndId></Refs>"
        f'<Amt Ccy="{currency}">{yuan}</Amt><CdtDbtInd>{mark}</CdtDbtInd>{more}</TxDtls>'
    )


def test_a_statement_says_whose_it_is_and_a_line_what_moved(put: Put) -> None:
    path = put(whole(Booking("-300.00", serial="L1", end_to_end_id="AL26-00001234-02R1-86"), closing="700.00"))
    [(told, [line])] = read(path)
    assert (told.kind, told.account.number, told.account.owner) == (Kind.STATEMENT, OWN, "山东省财政厅")
    assert (told.sequence, told.currency, told.period_from) == ("7", "CNY", dt.date(2026, 10, 13))
    assert (line.amount_minor, line.direction, line.status) == (-30_000, Direction.OUT, Status.BOOKED)
    assert (line.end_to_end_id, line.payment_information_id) == ("AL26-00001234-02R1-86", "B1")
    assert (line.counterparty.name, line.counterparty.account) == ("济南甲公司", "6222021602000000001")
    assert (line.counterparty.bank, line.code) == ("ICBKCNBJSDG", "PMNT/ICDT/ESCT")
    assert line.key == "serial:L1:2026-10-13:-30000"
    assert line.parts == ()


@pytest.mark.parametrize("message", VERSIONS)
def test_every_version_of_every_message_has_its_own_schema(message: str) -> None:
    assert has_schema(message)


def test_a_message_without_a_schema_is_no_known_format(put: Put) -> None:
    told = refused(put(whole(closing="1000.00").replace("001.08", "001.99")), Reason.UNKNOWN_FORMAT)
    assert "camt.053.001.99" in told


def test_what_the_schema_does_not_allow_is_refused(put: Put) -> None:
    good = whole(Booking("-300.00", serial="L1"), closing="700.00")
    without = good.replace("<CreDtTm>2026-10-14T09:00:00+08:00</CreDtTm>", "")
    assert "GrpHdr" in refused(put(without), Reason.SCHEMA)
    swapped = re.sub(r"(<BookgDt>.*?</BookgDt>)(<ValDt>.*?</ValDt>)", r"\2\1", good)
    assert "BookgDt" in refused(put(swapped), Reason.SCHEMA)


@pytest.mark.parametrize(
    "amount", ["-300.00", "NaN", "3e2", "1,300.00", "INF", "0x10", "300.001", "", "٣", "10000000000000.01"]
)
def test_an_amount_that_is_no_plain_decimal_of_its_currency_is_refused(put: Put, amount: str) -> None:
    good = whole(Booking("-300.00", serial="L1"), closing="700.00")
    refused(put(good.replace(">300.00<", f">{amount}<")), Reason.AMOUNT)


def test_an_amount_may_have_fewer_or_more_zeros_than_its_currency_has_decimals(put: Put) -> None:
    path = put(
        whole(Booking("-300.5000", serial="L1", details=""), closing="699.5").replace("<NtryDtls></NtryDtls>", "")
    )
    assert lines_of(path)[0].amount_minor == -30_050


def test_the_thirtieth_of_february_is_refused(put: Put) -> None:
    good = whole(Booking("-300.00", serial="L1", day="2026-02-30"), closing="700.00")
    assert "2026-02-30" in refused(put(good), Reason.DATE)


def test_a_booking_on_no_day_is_refused(put: Put) -> None:
    good = whole(Booking("-300.00"), closing="700.00").replace("<BookgDt><Dt>2026-10-13</Dt></BookgDt>", "")
    assert lines_of(put(good))[0].value_on == dt.date(2026, 10, 13)
    assert "on no day" in refused(put(good.replace("<ValDt><Dt>2026-10-13</Dt></ValDt>", "")), Reason.DATE)


def test_a_pending_entry_moves_no_balance_and_has_another_key_than_its_booking(put: Put) -> None:
    pending, booked = Booking("-300.00", serial="L1", status="PDNG"), Booking("-300.00", serial="L1")
    first, second = lines_of(put(whole(pending, booked, closing="700.00")))
    assert (first.status, second.status) == (Status.PENDING, Status.BOOKED)
    assert first.key == f"pending:{second.key}"


def test_a_reversal_goes_where_its_own_mark_says_and_is_not_turned_round(put: Put) -> None:
    line = lines_of(put(whole(Booking("+300.00", serial="L1", reversal="true"), closing="1300.00")))[0]
    assert (line.amount_minor, line.direction, line.reversal) == (30_000, Direction.IN, True)


def test_an_id_that_is_not_provided_is_none(put: Put) -> None:
    line = lines_of(put(whole(Booking("-300.00", serial="L1"), closing="700.00")))[0]
    assert line.end_to_end_id == ""


def test_opening_and_booked_must_be_closing(put: Put) -> None:
    finding = refused(put(whole(Booking("-300.00", serial="L1"), closing="700.01")), Reason.BALANCE)
    assert "700.00, closing 700.01" in finding


def test_a_statement_without_its_balances_proves_nothing(put: Put) -> None:
    path = put("".join(document(statement([], balances=balance("CLAV", "5.00")))))
    assert "no booked opening balance" in refused(path, Reason.BALANCE)


def test_the_balance_before_may_stand_for_the_opening_one_and_others_change_nothing(put: Put) -> None:
    kinds = [balance("PRCD", "1000.00"), balance("CLAV", "1.00"), balance("FWAV", "2.00"), balance("CLBD", "700.00")]
    path = put("".join(document(statement([entry(Booking("-300.00", serial="L1"))], balances="".join(kinds)))))
    [(told, _)] = read(path)
    assert [found.code for found in told.balances] == ["PRCD", "CLAV", "FWAV", "CLBD"]
    assert told.opening is not None
    assert told.opening.code == "PRCD"


def test_an_overdrawn_account_has_negative_balances(put: Put) -> None:
    path = put(whole(Booking("-300.00", serial="L1"), opening="-50.00", closing="-350.00"))
    [(told, _)] = read(path)
    assert told.closing is not None
    assert told.closing.amount_minor == -35_000


def test_a_batch_booked_as_one_line_tells_which_batch_and_has_no_parts(put: Put) -> None:
    batch = "<Btch><PmtInfId>B7</PmtInfId><NbOfTxs>20</NbOfTxs><TtlAmt Ccy='CNY'>300.00</TtlAmt></Btch>"
    line = lines_of(put(with_details(batch)))[0]
    assert line.batch is not None
    assert (line.batch.payment_information_id, line.batch.count, line.batch.control_sum_minor) == ("B7", 20, 30_000)
    assert line.parts == ()


def test_a_batch_with_its_parts_moves_its_money_once(put: Put) -> None:
    batch = "<Btch><PmtInfId>B7</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>"
    path = put(with_details(batch + transaction("100.00", "E1") + transaction("200.00", "E2")))
    [(told, [line])] = read(path)
    assert [(part.end_to_end_id, part.amount_minor) for part in line.parts] == [("E1", -10_000), ("E2", -20_000)]
    assert (line.amount_minor, told.totals.booked_out_minor, line.end_to_end_id) == (-30_000, 30_000, "")


def test_parts_that_do_not_add_up_to_their_line_refuse_the_file(put: Put) -> None:
    path = put(with_details(transaction("100.00") + transaction("199.99", "E2")))
    assert "-299.99 of parts, line of -300.00" in refused(path, Reason.PARTS)


def test_a_single_transaction_of_another_amount_than_its_entry_refuses_the_file(put: Put) -> None:
    refused(put(with_details(transaction("299.99"))), Reason.PARTS)


def test_fewer_transactions_than_the_batch_says_refuse_the_file(put: Put) -> None:
    batch = "<Btch><NbOfTxs>3</NbOfTxs></Btch>"
    path = put(with_details(batch + transaction("100.00") + transaction("200.00", "E2")))
    assert "2 transactions in a batch of 3" in refused(path, Reason.PARTS)


def test_parts_that_are_no_sum_of_their_batch_refuse_the_file(put: Put) -> None:
    batch = "<Btch><NbOfTxs>2</NbOfTxs><TtlAmt Ccy='CNY'>301.00</TtlAmt></Btch>"
    refused(put(with_details(batch + transaction("100.00") + transaction("200.00", "E2"))), Reason.PARTS)


def test_a_correction_inside_a_batch_counts_by_its_own_direction(put: Put) -> None:
    path = put(with_details(transaction("350.00") + transaction("50.00", "E2", mark="CRDT")))
    assert [part.amount_minor for part in lines_of(path)[0].parts] == [-35_000, 5_000]


def test_a_charge_inside_the_line_explains_the_difference_to_its_parts(put: Put) -> None:
    fee = '<Amt Ccy="CNY">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd>'
    charge = f"<Chrgs><Rcrd>{fee}</Rcrd></Chrgs>"
    line = lines_of(put(with_details(transaction("295.00", more=charge))))[0]
    assert [(fee.amount_minor, fee.included) for fee in line.charges] == [(-500, True)]
    refused(put(with_details(transaction("295.00", more=charge.replace("true", "false")))), Reason.PARTS)


def test_an_amount_in_another_currency_under_an_entry_is_told_and_never_summed(put: Put) -> None:
    line = lines_of(put(with_details(transaction("41.20", currency="USD"))))[0]
    assert line.amount_minor == -30_000
    assert [(other.amount, other.currency) for other in line.other_amounts] == [("41.20", "USD")]


def test_a_zero_where_a_bank_must_write_an_amount_says_nothing(put: Put) -> None:
    assert lines_of(put(with_details(transaction("0"))))[0].amount_minor == -30_000


def test_a_line_of_zero_is_a_line(put: Put) -> None:
    line = lines_of(put(whole(Booking("-0.00", serial="L1"), closing="1000.00")))[0]
    assert (line.amount_minor, line.direction) == (0, Direction.OUT)


def test_a_line_in_another_currency_than_the_account_refuses_the_file(put: Put) -> None:
    path = put(whole(Booking("-300.00", serial="L1", currency="USD"), closing="700.00"))
    assert "USD on an account in CNY" in refused(path, Reason.CURRENCY)


def test_a_return_names_the_payee_and_the_reason_even_if_we_stand_there_as_debtor(put: Put) -> None:
    details = transaction(
        "300.00",
        "AL26-00001234-02R1-86",
        mark="CRDT",
        more="<RltdPties><Dbtr><Pty><Nm>山东省财政厅</Nm></Pty></Dbtr>"
        f"<DbtrAcct><Id><Othr><Id>{OWN}</Id></Othr></Id></DbtrAcct>"
        "<Cdtr><Pty><Nm>济南甲公司</Nm></Pty></Cdtr></RltdPties>"
        "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>账户已销户</AddtlInf></RtrInf>",
    )
    line = lines_of(put(with_details(details, "+300.00", "1300.00")))[0]
    assert (line.counterparty.name, line.reason) == ("济南甲公司", "AC04 账户已销户")


def test_several_statements_of_one_account_must_chain(put: Put) -> None:
    def file(second_opening: str) -> str:
        first = statement([entry(Booking("-300.00", serial="L1"))], "1000.00", "700.00", sequence=7)
        second = statement([], second_opening, second_opening, sequence=8, day="2026-10-14")
        return "".join(document(first, second))

    assert [told.sequence for told, _ in read(put(file("700.00")))] == ["7", "8"]
    assert "opens at 699.00, the one before closed at 700.00" in refused(put(file("699.00")), Reason.CHAIN)


def test_a_number_left_out_between_two_statements_is_told_and_not_refused(put: Put) -> None:
    first = statement([], "1000.00", "1000.00", sequence=7)
    second = statement([], "5.00", "5.00", sequence=9, day="2026-10-15")
    with open_bank_file(put("".join(document(first, second)))) as bank_file:
        assert bank_file.notices == ("statement 2: number 7 page 1 then number 9 page 1",)


@pytest.mark.parametrize(
    ("summary", "holds"),
    [
        ("<TtlNtries><NbOfNtries>2</NbOfNtries><Sum>500.00</Sum></TtlNtries>", True),
        ("<TtlNtries><NbOfNtries>3</NbOfNtries></TtlNtries>", False),
        ("<TtlNtries><Sum>500.01</Sum></TtlNtries>", False),
        ("<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>200.00</Sum></TtlCdtNtries>", True),
        ("<TtlCdtNtries><NbOfNtries>2</NbOfNtries></TtlCdtNtries>", False),
        ("<TtlDbtNtries><Sum>299.00</Sum></TtlDbtNtries>", False),
    ],
)
def test_the_banks_own_counts_and_sums_must_be_those_of_its_lines(put: Put, summary: str, holds: bool) -> None:
    bookings = (Booking("-300.00", serial="L1"), Booking("+200.00", serial="L2"))
    path = put(whole(*bookings, closing="900.00", summary=f"<TxsSummry>{summary}</TxsSummry>"))
    if holds:
        assert len(lines_of(path)) == 2
    else:
        refused(path, Reason.TOTALS)


def test_two_real_payments_of_equal_content_are_two_lines_and_the_same_two_in_any_file(put: Put) -> None:
    twice = [Booking("-10.00"), Booking("-10.00"), Booking("-10.00", name="青岛乙公司")]
    keys = [line.key for line in lines_of(put(whole(*twice, closing="970.00")))]
    assert len(set(keys)) == 3
    assert keys[1] == f"{keys[0]}#2"
    again = [line.key for line in lines_of(put(whole(*reversed(twice), opening="5.00", closing="-25.00")))]
    assert set(again) == set(keys)


def test_a_fee_with_the_serial_of_its_payment_is_another_line(put: Put) -> None:
    payment, fee = Booking("-300", serial="L1"), Booking("-5", serial="L1")
    assert len({line.key for line in lines_of(put(whole(payment, fee, closing="695")))}) == 2


def test_the_key_of_a_statement_is_the_same_in_any_file_and_its_content_tells_a_conflict(put: Put) -> None:
    good = whole(Booking("-300.00", serial="L1"), closing="700.00")
    [(first, _)] = read(put(good))
    [(again, _)] = read(put(good.replace("M-1", "M-2"), "again.xml"))
    [(other, _)] = read(put(good.replace("济南甲公司", "济南丙公司"), "other.xml"))
    assert first.key == again.key == other.key
    assert first.content_sha256 == again.content_sha256 != other.content_sha256
    assert first.source_sha256 != again.source_sha256


def test_the_expected_account_and_currency_are_looked_at(put: Put) -> None:
    path = put(whole(closing="1000.00"))
    assert lines_of(path, account=OWN, currency="CNY") == []
    refused(path, Reason.ACCOUNT, account="37001618800050000002")
    refused(path, Reason.CURRENCY, currency="EUR")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_xml_is_read_in_the_encoding_that_it_declares(put: Put, encoding: str) -> None:
    good = whole(Booking("-300.00", serial="L1"), closing="700.00").replace("UTF-8", encoding)
    assert lines_of(put(good, encoding=encoding))[0].counterparty.name == "济南甲公司"


def test_the_entities_that_every_xml_file_has_are_read(put: Put) -> None:
    path = put(whole(Booking("-300.00", serial="L1", name="A &amp; B &lt;&#x4E2D;&#22269;&gt;"), closing="700.00"))
    assert lines_of(path)[0].counterparty.name == "A & B <中国>"


def test_progress_is_told_in_bytes_of_the_whole_file(put: Put) -> None:
    path, seen = put(whole(closing="1000.00")), []
    read(path, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)
