"""Writing pain.001.001.09, checked by its published schema before anybody sees it.

`BtchBookg` is false: each payment is to be its own line of the statement. Charges are the payer's (`DEBT`): an award
arrives whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from lxml import etree

from award_ledger.clients.finance.files.amounts import plain_text_of
from award_ledger.clients.finance.files.instruction import (
    Bank,
    Instruction,
    InvalidInstruction,
    Payment,
    refuse_invalid,
    remittance,
)
from award_ledger.clients.finance.files.schemas import schema_of

MESSAGE = "pain.001.001.09"
_NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{MESSAGE}"

Tree = Mapping[str, "Tree | str"]


def pain001(instruction: Instruction) -> bytes:
    """The file. The same instruction is the same bytes. Raises InvalidInstruction, and then nothing is written."""
    refuse_invalid(instruction)
    document = etree.Element(f"{{{_NAMESPACE}}}Document", nsmap={None: _NAMESPACE})
    initiation = _add(document, "CstmrCdtTrfInitn")
    count = str(len(instruction.payments))
    total = plain_text_of(instruction.control_sum_minor(), instruction.currency)
    _fill(
        _add(initiation, "GrpHdr"),
        {
            "MsgId": instruction.message_id,
            "CreDtTm": _instant(instruction.created_at),
            "NbOfTxs": count,
            "CtrlSum": total,
            "InitgPty": {"Nm": instruction.initiator},
        },
    )
    information = _add(initiation, "PmtInf")
    _fill(
        information,
        {
            "PmtInfId": instruction.payment_information_id,
            "PmtMtd": "TRF",
            "BtchBookg": "false",
            "NbOfTxs": count,
            "CtrlSum": total,
            "ReqdExctnDt": {"Dt": instruction.execution_on.isoformat()},
            "Dbtr": {"Nm": instruction.payer.name},
            "DbtrAcct": {"Id": {"Othr": {"Id": instruction.payer.account}}, "Ccy": instruction.currency},
            "DbtrAgt": _agent(instruction.payer.bank),
            "ChrgBr": "DEBT",
        },
    )
    for payment in instruction.payments:
        _transaction(_add(information, "CdtTrfTxInf"), payment, instruction.currency)
    schema = schema_of(MESSAGE)
    if not schema.validate(document):
        raise InvalidInstruction(f"{MESSAGE} does not allow it: {schema.error_log.last_error}")
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")


def _instant(created_at: dt.datetime) -> str:
    return created_at.isoformat(timespec="seconds")


def _transaction(parent: etree._Element, payment: Payment, currency: str) -> None:
    ids = {"InstrId": payment.instruction_id or payment.end_to_end_id, "EndToEndId": payment.end_to_end_id}
    _fill(_add(parent, "PmtId"), ids)
    amount = _add(_add(parent, "Amt"), "InstdAmt")
    amount.set("Ccy", currency)
    amount.text = plain_text_of(payment.amount_minor, currency)
    if payment.payee_bank != Bank():
        _fill(_add(parent, "CdtrAgt"), _agent(payment.payee_bank))
    _fill(
        parent,
        {
            "Cdtr": {"Nm": payment.payee_name},
            "CdtrAcct": {"Id": {"Othr": {"Id": payment.payee_account}}},
            "RmtInf": {"Ustrd": remittance(payment)},
        },
    )


def _agent(bank: Bank) -> Tree:
    parts: dict[str, Tree | str] = {}
    if bank.bic:
        parts["BICFI"] = bank.bic
    if bank.cnaps:
        parts["ClrSysMmbId"] = {"ClrSysId": {"Cd": "CNAPS"}, "MmbId": bank.cnaps}
    if bank.name:
        parts["Nm"] = bank.name
    return {"FinInstnId": parts}


def _add(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}")


def _fill(parent: etree._Element, tree: Tree) -> None:
    for name, content in tree.items():
        child = _add(parent, name)
        if isinstance(content, str):
            child.text = content
        else:
            _fill(child, content)
