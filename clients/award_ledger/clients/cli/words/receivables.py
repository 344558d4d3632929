"""What is said of receivables of our bank accounts, and of the treasury's vouchers."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase

RECEIVABLE_NAMES = {
    "topic.bank_account.receivable_write_off_proposed.v1": Phrase("receivable's write-off proposed", "提请核销应收"),
    "topic.bank_account.receivable_written_off.v1": Phrase("receivable written off", "核销应收"),
    "topic.bank_account.vouchers_issued.v1": Phrase("vouchers issued", "登记支付凭证号"),
}

RECEIVABLE_REASONS = {
    "RECEIVABLE_NOT_FOUND": (
        Phrase("The account has no such receivable.", "该账户没有此应收。"),
        Phrase("see `award-ledger finance status`", "用 award-ledger finance status 查看应收编号"),
    ),
    "VOUCHER_CONFLICT": (
        Phrase(
            "The voucher cannot be recorded for this payment; nothing was recorded.",
            "该凭证号不能记于此笔付款，整批未作记录。",
        ),
        Phrase("compare with the treasury's list", "与国库支付凭证清单核对"),
    ),
}

RECEIVABLE_COMMANDS = {
    "finance write-off": Phrase(
        "Write off what will not be received of a receivable; the same command by another person completes it.\n\n"
        "With --back, what was written off is owed again, by two people too.\n\n"
        "Example: award-ledger finance write-off 37001616808050009999 RV-28-1-4F3BE0 --amount 4.00 "
        "--reason 'payee dissolved' --as zhou@czt",
        "核销无法收回的应收（全部或部分）；由另一人执行同一命令后生效。\n\n"
        "加 --back 则恢复已核销的金额，同样须两人办理。\n\n"
        "示例：award-ledger finance write-off 37001616808050009999 RV-28-1-4F3BE0 --amount 4.00 "
        "--reason 收款人注销 --as zhou@czt",
    ),
    "finance vouchers": Phrase(
        "Record which vouchers the treasury issued for payments: a line that names only one is then matched by it.\n\n"
        "From a sheet with a column of voucher numbers, where each row also has the id of its payment; or one by one. "
        "A run's table for a bank counter carries the numbers that are recorded before it is sent.\n\n"
        "Example: award-ledger finance vouchers 37001616808050009999 issued.xlsx --as qian@czt",
        "登记国库为各笔付款开具的支付凭证号：只写凭证号的银行明细即可据此勾对。\n\n"
        "可取自表格（有凭证号一列，且每行含付款编号），也可逐笔填写。发送前登记的凭证号会写入柜台用表格。\n\n"
        "示例：award-ledger finance vouchers 37001616808050009999 凭证清单.xlsx --as qian@czt",
    ),
}

RECEIVABLE_OPTIONS = {
    "receivable": Phrase("The receivable (finance status lists them).", "应收编号（finance status 可查看）。"),
    "back": Phrase("Take back what was written off.", "恢复已核销的金额。"),
    "voucher": Phrase(
        "A payment's id and its voucher number; may be repeated.", "付款编号及其支付凭证号；可重复填写。"
    ),
    "finance vouchers:file": Phrase("Sheet of vouchers (CSV, XLS or XLSX).", "支付凭证清单（CSV、XLS 或 XLSX）。"),
}

RECEIVABLE_METAVARS = {
    "RECEIVABLE": Phrase("RECEIVABLE", "应收编号"),
    "ID=NUMBER": Phrase("ID=NUMBER", "付款编号=凭证号"),
}

RECEIVABLE_LABELS = {
    "finance.written_off": Phrase(
        "Receivable {reference}: received {received}, written off {written_off}, outstanding {left}",
        "应收 {reference}：已收 {received}，已核销 {written_off}，未收 {left}",
    ),
    "finance.write_off_proposed": Phrase(
        "{person} proposes to write off {amount}; another person completes it",
        "{person} 提请核销 {amount}，待另一人确认",
    ),
    "finance.vouchers": Phrase(
        "{issued} voucher(s) recorded; {left} row(s) name no single payment of ours.",
        "已登记支付凭证号 {issued} 个；{left} 行未写明唯一的付款编号。",
    ),
    "finance.column.voucher": Phrase("voucher", "支付凭证号"),
    "usage.voucher": Phrase("{text} is not ID=NUMBER.", "{text} 不是 付款编号=凭证号 的形式。"),
    "usage.no_vouchers": Phrase("Neither a sheet nor --voucher names a voucher.", "表格和 --voucher 均未写明凭证号。"),
    "field.receivable": Phrase("receivable", "应收编号"),
    "field.end_to_end_id": Phrase("end-to-end id", "付款编号"),
}
