"""pain.002: file, payment information and transaction, each with its reasons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from award_ledger.clients.finance.files import Quarantined, Reason, StatusLevel, StatusReport, open_bank_file
from tests.clients.finance.reading import refused

Put = Callable[..., Path]

REPORT = """\
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-10-12T09:00:00+08:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>SD-20261012-0001</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
<OrgnlNbOfTxs>2</OrgnlNbOfTxs><OrgnlCtrlSum>1500.51</OrgnlCtrlSum><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId>
<TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>ACCP</TxSts><AcctSvcrRef>MB-1</AcctSvcrRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>E2</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AC01</Cd></Rsn><AddtlInf>账号不存在</AddtlInf></StsRsnInf>
<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">0.01</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>
"""


def report_of(path: Path) -> StatusReport:
    with open_bank_file(path) as bank_file:
        assert bank_file.statements == ()
        [report] = bank_file.status_reports
        return report


def test_each_transaction_has_its_status_its_reason_and_its_payment_information(put: Put) -> None:
    report = report_of(put(REPORT))
    assert (report.original_message_id, report.original_count, report.original_control_sum) == (
        "SD-20261012-0001",
        2,
        "1500.51",
    )
    assert [(row.level, row.status, row.end_to_end_id, row.payment_information_id) for row in report.rows] == [
        (StatusLevel.FILE, "PART", "", ""),
        (StatusLevel.TRANSACTION, "ACCP", "E1", "B1"),
        (StatusLevel.TRANSACTION, "RJCT", "E2", "B1"),
    ]
    rejected = report.rows[2]
    assert (rejected.reasons, rejected.explanation, rejected.amount_minor) == (("AC01",), "账号不存在", 1)


def test_a_rejection_of_the_whole_file_has_no_transactions(put: Put) -> None:
    whole = REPORT[: REPORT.index("<OrgnlPmtInfAndSts>")].replace("PART", "RJCT") + "</CstmrPmtStsRpt></Document>"
    assert [(row.level, row.status) for row in report_of(put(whole)).rows] == [(StatusLevel.FILE, "RJCT")]


@pytest.mark.parametrize("version", range(3, 16))
def test_every_version_in_use_is_read_with_the_parties_as_it_writes_them(put: Put, version: int) -> None:
    party = "<Nm>济南甲公司</Nm>" if version < 9 else "<Pty><Nm>济南甲公司</Nm></Pty>"
    with_party = REPORT.replace("</Amt></OrgnlTxRef>", f"</Amt><Cdtr>{party}</Cdtr></OrgnlTxRef>")
    assert len(report_of(put(with_party.replace("pain.002.001.10", f"pain.002.001.{version:02}"))).rows) == 3


def test_a_report_cut_anywhere_is_an_error(put: Put) -> None:
    raw = REPORT.encode()
    for length in range(0, len(raw) - 1, 17):
        with pytest.raises(Quarantined):
            report_of(put(raw[:length]))


def test_a_report_that_its_schema_does_not_allow_is_refused(put: Put) -> None:
    refused(put(REPORT.replace("<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>", "")), Reason.SCHEMA)
