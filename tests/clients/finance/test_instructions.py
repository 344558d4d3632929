"""What goes out: pain.001.001.09 and the counter's table, the same bytes for the same instruction, or nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from award_ledger.clients.finance.files import (
    Bank,
    Instruction,
    InvalidInstruction,
    Payer,
    Payment,
    counter_csv,
    pain001,
)
from award_ledger.clients.finance.files.schemas import schema_of

NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
PAYMENT = Payment(
    end_to_end_id="AL26-00001234-02R1-86",
    amount_minor=150_050,
    payee_name="济南甲公司 <&>",
    payee_account="6222021602000000001",
    payee_bank=Bank(cnaps="102451000010", name="中国工商银行济南分行"),
    free_text="技术改造补助",
)
INSTRUCTION = Instruction(
    message_id="SD-20261012-0001",
    payment_information_id="B1",
    created_at=dt.datetime(2026, 10, 12, 9, tzinfo=dt.UTC),
    execution_on=dt.date(2026, 10, 13),
    initiator="山东省财政厅",
    payer=Payer("山东省财政厅", "37001618800050000001", Bank(cnaps="105451000018")),
    currency="CNY",
    payments=(PAYMENT, msgspec.structs.replace(PAYMENT, end_to_end_id="AL26-00001235-01R1-02", amount_minor=1)),
)


def changed(**fields: Any) -> Instruction:
    return msgspec.structs.replace(INSTRUCTION, **fields)


def with_payment(**fields: Any) -> Instruction:
    return changed(payments=(msgspec.structs.replace(PAYMENT, **fields),))


def test_the_file_is_valid_by_the_published_schema_and_says_what_was_instructed() -> None:
    document = etree.fromstring(pain001(INSTRUCTION))
    schema_of("pain.001.001.09").assertValid(document)

    def texts(path: str) -> list[str]:
        return [str(element.text) for element in document.iterfind(f".//{path}", NS)]

    assert (texts("p:NbOfTxs"), texts("p:CtrlSum")) == (["2", "2"], ["1500.51", "1500.51"])
    assert texts("p:BtchBookg") == ["false"]
    assert texts("p:EndToEndId") == ["AL26-00001234-02R1-86", "AL26-00001235-01R1-02"]
    assert texts("p:InstdAmt") == ["1500.50", "0.01"]
    assert texts("p:CdtrAgt//p:ClrSysId/p:Cd") == ["CNAPS", "CNAPS"]
    assert texts("p:CdtrAgt//p:MmbId") == ["102451000010", "102451000010"]
    assert texts("p:Cdtr/p:Nm")[0] == "济南甲公司 <&>"
    assert texts("p:CdtrAcct//p:Othr/p:Id")[0] == "6222021602000000001"
    assert texts("p:Ustrd")[0] == "技术改造补助 AL26-00001234-02R1-86"


def test_the_same_instruction_is_the_same_bytes() -> None:
    assert pain001(INSTRUCTION) == pain001(changed())
    assert counter_csv(INSTRUCTION) == counter_csv(changed())


def test_an_id_that_the_text_already_has_is_not_written_twice() -> None:
    written = pain001(with_payment(free_text="补助 AL26-00001234-02R1-86")).decode()
    assert "<Ustrd>补助 AL26-00001234-02R1-86</Ustrd>" in written


@pytest.mark.parametrize(
    "invalid",
    [
        changed(payments=()),
        changed(currency="XXX"),
        changed(message_id="x" * 36),
        changed(message_id="补助"),
        changed(message_id=""),
        changed(payment_information_id=" B1"),
        changed(payer=Payer("山东省财政厅", "37001618800050000001", Bank())),
        changed(payments=(PAYMENT, PAYMENT)),
        with_payment(amount_minor=0),
        with_payment(amount_minor=-1),
        with_payment(amount_minor=10**15 + 1),
        with_payment(end_to_end_id=""),
        with_payment(payee_name=""),
        with_payment(payee_name="x" * 141),
        with_payment(payee_name="甲\u202e公司"),
        with_payment(payee_name="甲\n公司"),
        with_payment(payee_name="甲\ud800"),
        with_payment(payee_account="6222****0001"),
        with_payment(payee_account="6" * 35),
        with_payment(payee_bank=Bank(cnaps="123")),
        with_payment(payee_bank=Bank(bic="nobic")),
        with_payment(free_text="补" * 140),
    ],
)
def test_what_would_have_to_be_cut_or_replaced_is_refused(invalid: Instruction) -> None:
    for write in (pain001, counter_csv):
        with pytest.raises(InvalidInstruction):
            write(invalid)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(name=st.text(min_size=1, max_size=150), text=st.text(max_size=150), amount=st.integers(-5, 10**16))
def test_whatever_is_given_is_a_valid_file_or_a_refusal(name: str, text: str, amount: int) -> None:
    instruction = with_payment(payee_name=name, free_text=text, amount_minor=amount)
    try:
        written = pain001(instruction)
    except InvalidInstruction:
        return
    found = etree.fromstring(written).findtext(".//p:Cdtr/p:Nm", namespaces=NS)
    assert found == name


def test_the_counters_table_has_every_payment_and_a_row_to_compare() -> None:
    rows = list(csv.reader(io.StringIO(counter_csv(INSTRUCTION).decode("gb18030"))))
    assert rows[0][:3] == ["序号", "付款人名称", "付款账号"]
    assert rows[1][3:] == [
        "济南甲公司 <&>",
        "6222021602000000001",
        "102451000010",
        "中国工商银行济南分行",
        "1500.50",
        "CNY",
        "技术改造补助 AL26-00001234-02R1-86",
        "AL26-00001234-02R1-86",
    ]
    assert (rows[-1][:2], rows[-1][7]) == (["合计", "共2笔"], "1500.51")


def test_the_counters_table_has_the_treasurys_vouchers_where_there_are_any() -> None:
    first, second = INSTRUCTION.payments
    payments = (msgspec.structs.replace(first, voucher="ZF2026000001"), second)
    rows = list(csv.reader(io.StringIO(counter_csv(changed(payments=payments)).decode("gb18030"))))
    assert [row[-1] for row in rows] == ["支付凭证号", "ZF2026000001", "", ""]
    assert pain001(changed(payments=payments)) == pain001(INSTRUCTION)


@pytest.mark.parametrize("begin", ["=", "+", "-", "@"])
def test_a_name_that_a_spreadsheet_would_compute_is_refused_and_not_altered(begin: str) -> None:
    with pytest.raises(InvalidInstruction, match="formula"):
        counter_csv(with_payment(payee_name=f"{begin}HYPERLINK(1)"))


def test_a_character_that_the_counters_encoding_lacks_is_refused() -> None:
    with pytest.raises(InvalidInstruction, match="gbk has no"):
        counter_csv(with_payment(payee_name="㐀㐁公司𠀀"), "gbk")


def test_a_currency_without_decimals_has_none() -> None:
    assert b'<InstdAmt Ccy="JPY">150050</InstdAmt>' in pain001(changed(currency="JPY"))
