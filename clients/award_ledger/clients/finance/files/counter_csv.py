"""The same instruction as a table for a bank counter: what a clerk uploads or types, and a last row to compare."""

from __future__ import annotations

import csv
import io

from award_ledger.clients.finance.files.amounts import plain_text_of
from award_ledger.clients.finance.files.instruction import Instruction, InvalidInstruction, refuse_invalid, remittance

COLUMNS = (
    "序号",
    "付款人名称",
    "付款账号",
    "收款人名称",
    "收款账号",
    "收款行联行号",
    "收款行名称",
    "金额",
    "币种",
    "附言",
    "端到端编号",
)
VOUCHER = "支付凭证号"
"""A last column, where the treasury has issued a voucher for any of the payments."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def counter_csv(instruction: Instruction, encoding: str = "gb18030") -> bytes:
    """The file, in the encoding of the counter's program. Raises InvalidInstruction, and then nothing is written.

    A cell that a spreadsheet would compute is refused, not altered: an altered name or account is another payee.
    """
    refuse_invalid(instruction)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    columns = (*COLUMNS, VOUCHER) if any(payment.voucher for payment in instruction.payments) else COLUMNS
    writer.writerow(columns)
    for place, payment in enumerate(instruction.payments, start=1):
        cells = (
            str(place),
            instruction.payer.name,
            instruction.payer.account,
            payment.payee_name,
            payment.payee_account,
            payment.payee_bank.cnaps or payment.payee_bank.bic,
            payment.payee_bank.name,
            plain_text_of(payment.amount_minor, instruction.currency),
            instruction.currency,
            remittance(payment),
            payment.end_to_end_id,
            payment.voucher,
        )[: len(columns)]
        for name, cell in zip(columns, cells, strict=True):
            if cell.startswith(_FORMULA):
                raise InvalidInstruction(f"payment {place}: {name} {cell[:60]!r} would be a formula in a spreadsheet")
        writer.writerow(cells)
    total = plain_text_of(instruction.control_sum_minor(), instruction.currency)
    summary = ["合计", f"共{len(instruction.payments)}笔", *[""] * (len(columns) - 2)]
    summary[COLUMNS.index("金额")], summary[COLUMNS.index("币种")] = total, instruction.currency
    writer.writerow(summary)
    try:
        return text.getvalue().encode(encoding)
    except UnicodeEncodeError as error:
        raise InvalidInstruction(f"{encoding} has no {error.object[error.start : error.end]!r}") from None
