"""pain.002: what the bank says it will do with an instruction file. A status is news; only a statement settles."""

from __future__ import annotations

import datetime as dt

import msgspec

from award_ledger.clients.finance.files import camt_parties as read
from award_ledger.clients.finance.files.amounts import minor_of, whole_number
from award_ledger.clients.finance.files.camt_parties import Node
from award_ledger.clients.finance.files.quarantine import Quarantined, Reason
from award_ledger.clients.finance.files.source import Source
from award_ledger.clients.finance.files.status_report import StatusLevel, StatusReport, StatusRow
from award_ledger.clients.finance.files.xml_reading import elements

_LEVELS = ("OrgnlGrpInfAndSts", "OrgnlPmtInfAndSts", "TxInfAndSts")


def read_pain002(source: Source, message: str) -> StatusReport:
    """One report, its rows from the widest to the narrowest of each payment information. Raises Quarantined."""
    header: Node | None = None
    original: Node | None = None
    rows: list[StatusRow] = []
    transactions: list[StatusRow] = []
    for event, element in elements(source, message, ("GrpHdr", *_LEVELS)):
        node = Node(element)
        if event == "start":
            continue
        match node.name():
            case "GrpHdr":
                header = node
            case "OrgnlGrpInfAndSts":
                original = node
                rows += _rows(node, StatusLevel.FILE, "")
            case "TxInfAndSts":
                transactions.append(_transaction(node, len(rows) + len(transactions) + 1))
                element.clear(keep_tail=True)
            case "OrgnlPmtInfAndSts":
                rows += _rows(node, StatusLevel.PAYMENT_INFORMATION, node.text("OrgnlPmtInfId"))
                rows += [
                    msgspec.structs.replace(row, payment_information_id=node.text("OrgnlPmtInfId"))
                    for row in transactions
                ]
                transactions = []
                element.clear(keep_tail=True)
    if header is None or original is None:
        raise Quarantined(Reason.MALFORMED, source.path.name, "no group header, or no original message named")
    return StatusReport(
        source_sha256=source.sha256,
        format=message,
        message_id=header.text("MsgId"),
        created_at=_instant(header.text("CreDtTm")),
        original_message_id=original.text("OrgnlMsgId"),
        original_message_kind=original.text("OrgnlMsgNmId"),
        original_count=whole_number(original.text("OrgnlNbOfTxs")),
        original_control_sum=original.text("OrgnlCtrlSum"),
        rows=tuple(rows),
    )


def _rows(node: Node, level: StatusLevel, payment_information_id: str) -> list[StatusRow]:
    """The status of a whole file or payment information, where it has one at all."""
    status = node.text("GrpSts", "PmtInfSts")
    reasons, explanation = _reasons(node)
    if not (status or reasons or explanation):
        return []
    return [
        StatusRow(
            level=level,
            status=status,
            payment_information_id=payment_information_id,
            reasons=reasons,
            explanation=explanation,
        )
    ]


def _transaction(node: Node, place: int) -> StatusRow:
    reasons, explanation = _reasons(node)
    amount = node.one("OrgnlTxRef/Amt/InstdAmt")
    currency = "" if amount is None else str(amount.element.get("Ccy", ""))
    return StatusRow(
        level=StatusLevel.TRANSACTION,
        status=node.text("TxSts"),
        instruction_id=read.reference(node.text("OrgnlInstrId")),
        end_to_end_id=read.reference(node.text("OrgnlEndToEndId")),
        amount_minor=None if amount is None else minor_of(amount.text("."), currency, f"status {place}"),
        currency=currency,
        reasons=reasons,
        explanation=explanation,
        bank_reference=read.reference(node.text("AcctSvcrRef", "ClrSysRef")),
    )


def _reasons(node: Node) -> tuple[tuple[str, ...], str]:
    codes, texts = [], []
    for information in node.all("StsRsnInf"):
        if code := information.text("Rsn/Cd", "Rsn/Prtry"):
            codes.append(code)
        texts += [text for info in information.all("AddtlInf") if (text := info.text("."))]
    return tuple(codes), " ".join(texts)


def _instant(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
