"""The fingerprint of a statement stands in the log: who knows its other fields must not try names against it."""

from __future__ import annotations

from award_ledger.server.rpc.fingerprint import fingerprint
from award_ledger.v1.bank_lines_pb2 import BankLine, LineParticulars
from award_ledger.v1.finance_pb2 import ImportStatementRequest


def imported(amount: int, name: str) -> str:
    told = BankLine(key="a", amount_minor=amount, particulars=LineParticulars(name=name, text=name))
    return fingerprint(ImportStatementRequest(account="1", lines=[told]))


def test_what_the_bank_tells_of_the_other_side_is_not_in_the_fingerprint() -> None:
    assert imported(5, "甲公司") == imported(5, "乙公司")


def test_everything_else_of_a_line_is() -> None:
    assert imported(5, "甲公司") != imported(6, "甲公司")
