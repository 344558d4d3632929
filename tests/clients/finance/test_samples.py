"""Real files of banks and of others' test suites: which are taken, and why the inconsistent ones are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from award_ledger.clients.finance.files import Reason, open_bank_file
from tests.clients.finance.reading import lines_of, read, refused

Sample = Callable[[str], Path]

TAKEN = {
    "betterplace_sepa_mt9401.sta": [26, 97],
    "business_sample_camt.052.001.04.xml": [1, 2],
    "business_sample_camt.053.001.04.xml": [1, 3],
    "camt053.v2.multi.statement.xml": [2, 2],
    "citi_mt940.txt": [1, 5],
    "mock-bank/camt.053.001.08.08.xml": [1, 3],
    "mock-bank/camt.053.001.08.20.xml": [1, 1],
    "mock-bank/camt.054.001.08.01.xml": [1, 1],
    "mock-bank/camt.054.001.08.02.xml": [1, 3],
}
REFUSED = {
    "abc_debit.csv": (Reason.RUNNING_BALANCE, "11000.00 -10.00 is not 11000.00"),
    "camt052.v6.Amt-zero.xml": (Reason.CURRENCY, "SEK on an account in CHF"),
    "camt053.v8.xml": (Reason.CURRENCY, "balances in CHF, JPY, SEK on an account in EUR"),
    "camt054.v4.xml": (Reason.PARTS, "3 transactions in a batch of 2"),
    "ccb_debit.xls": (Reason.RUNNING_BALANCE, "2140.13 -515.02 is not 1579.11"),
    "icbc_debit_v2.csv": (Reason.AMOUNT, "'xx,yyyy.zz' is no amount"),
    "jejik_abnamro.sta": (Reason.BALANCE, "= 2914.84, closing 876.84"),
    "mock-bank/pacs.004.001.09.01.xml": (Reason.UNKNOWN_FORMAT, "pacs.004.001.09"),
    "mock-bank/pain.001.001.09.sent.xml": (Reason.UNKNOWN_FORMAT, "pain.001.001.09"),
}
FORGIVEN = {
    "abc_debit.csv": 5,
    "camt054.v4.xml": 1,
    "ccb_debit.xls": 6,
    "icbc_debit_v2.csv": 11,
    "jejik_abnamro.sta": 10,
}


def account_of(name: str) -> str:
    return "6228480000000000001" if name.startswith("abc") else ""  # the sheet names none


@pytest.mark.parametrize("name", TAKEN)
def test_a_consistent_sample_is_taken_whole(sample: Sample, name: str) -> None:
    found = read(sample(name))
    assert [len(found), sum(len(lines) for _, lines in found)] == TAKEN[name]


@pytest.mark.parametrize("name", REFUSED)
def test_an_inconsistent_sample_is_refused_with_its_numbers(sample: Sample, name: str) -> None:
    reason, words = REFUSED[name]
    assert words in refused(sample(name), reason, account=account_of(name))


@pytest.mark.parametrize("name", FORGIVEN)
def test_an_inconsistent_sample_may_be_read_by_a_named_leniency_that_keeps_what_it_forgave(
    sample: Sample, name: str
) -> None:
    with open_bank_file(sample(name), leniency="unproved-balances", account=account_of(name)) as bank_file:
        assert sum(told.totals.lines for told in bank_file.statements) == FORGIVEN[name]
        assert bank_file.forgiven


def test_the_simulated_chain_tells_the_return_of_the_payment_that_it_booked(sample: Sample) -> None:
    booked = lines_of(sample("mock-bank/camt.053.001.08.08.xml"))
    [returned] = lines_of(sample("mock-bank/camt.053.001.08.20.xml"))
    [payment] = [line for line in booked if line.end_to_end_id == returned.end_to_end_id]
    assert (payment.amount_minor, returned.amount_minor) == (-150_050, 150_050)
    assert (returned.reason, returned.code) == ("AC04", "PMNT/ICDT/RRTN")
    assert returned.counterparty == payment.counterparty


def test_the_simulated_banks_answer_is_read(sample: Sample) -> None:
    with open_bank_file(sample("mock-bank/pain.002.001.10.01.xml")) as bank_file:
        [report] = bank_file.status_reports
    assert [row.status for row in report.rows] == ["ACCP"] * 5


def test_a_reversed_credit_of_a_real_file_is_money_out(sample: Sample) -> None:
    first = read(sample("betterplace_sepa_mt9401.sta"))[0][1]
    [reversed_credit] = [line for line in first if line.reversal]
    assert reversed_credit.amount_minor == -20_488
