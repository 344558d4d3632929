"""What the commands of finance say: topics, reasons, help, labels."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase

FINANCE_NAMES = {
    "topic.bank_account.opened.v1": Phrase("bank account opened", "开立账户档案"),
    "topic.bank_account.statement_imported.v1": Phrase("statement imported", "导入对账单"),
    "topic.bank_account.line_match_proposed.v1": Phrase("match proposed", "提请勾对"),
    "topic.bank_account.lines_matched.v1": Phrase("lines matched", "勾对"),
    "topic.bank_account.line_unmatch_proposed.v1": Phrase("undoing a match proposed", "提请撤销勾对"),
    "topic.bank_account.line_unmatched.v1": Phrase("match undone", "撤销勾对"),
    "topic.payment_run.drafted.v1": Phrase("payment run drafted", "拟定付款批次"),
    "topic.payment_run.approved.v1": Phrase("payment run approved", "批准付款批次"),
    "topic.payment_run.cancelled.v1": Phrase("payment run cancelled", "作废付款批次"),
    "topic.payment_run.sent.v1": Phrase("payment run sent", "发送付款批次"),
}

FINANCE_REASONS = {
    "BANK_ACCOUNT_NOT_FOUND": (
        Phrase("The ledger keeps no such bank account.", "账本中没有该银行账户。"),
        Phrase(
            "check the number, or open it: award-ledger finance open", "核对账号，或先执行 award-ledger finance open"
        ),
    ),
    "BANK_ACCOUNT_EXISTS": (
        Phrase("The bank account is kept already.", "该银行账户已有档案。"),
        Phrase("go on with it", "直接使用即可"),
    ),
    "STATEMENT_EXISTS": (
        Phrase("This statement was imported before; nothing has changed.", "该对账单此前已导入，未作任何改动。"),
        Phrase("nothing", "无需处理"),
    ),
    "STATEMENT_CONFLICT": (
        Phrase(
            "The same statement or line was imported with another content; what was imported is never overwritten.",
            "同一对账单或明细此前以不同内容导入；已导入的内容不会被覆盖。",
        ),
        Phrase("ask the bank which is right", "向银行核实以何者为准"),
    ),
    "STATEMENT_UNBALANCED": (
        Phrase("Opening balance and lines are not the closing balance.", "期初余额加明细与期末余额不符。"),
        Phrase("get the whole statement from the bank", "向银行取得完整的对账单"),
    ),
    "BANK_LINE_NOT_FOUND": (
        Phrase("The account has no such line.", "该账户没有这条明细。"),
        Phrase("check the key: award-ledger finance lines", "用 award-ledger finance lines 核对明细标识"),
    ),
    "BANK_LINE_STATE": (
        Phrase("The line is not in a state for this.", "该明细的状态不允许此操作。"),
        Phrase("look at it again: award-ledger finance lines", "用 award-ledger finance lines 重新查看"),
    ),
    "MATCH_NOT_EXACT": (
        Phrase(
            "The match is not exact to the last minor unit, or something else could explain the line.",
            "勾对未做到分毫不差，或另有其他可能的解释。",
        ),
        Phrase("match it by hand, with a second person", "由两人手工勾对"),
    ),
    "PAYMENT_RUN_NOT_FOUND": (
        Phrase("There is no such payment run.", "没有该付款批次。"),
        Phrase("check the code: award-ledger finance run list", "用 award-ledger finance run list 核对批次编号"),
    ),
    "PAYMENT_RUN_EXISTS": (
        Phrase("There is a payment run with this code.", "该付款批次编号已被使用。"),
        Phrase("take another code", "换一个编号"),
    ),
    "PAYMENT_RUN_STATE": (
        Phrase("The payment run is not in a state for this.", "该付款批次的状态不允许此操作。"),
        Phrase("look at it: award-ledger finance run show", "用 award-ledger finance run show 查看"),
    ),
}
