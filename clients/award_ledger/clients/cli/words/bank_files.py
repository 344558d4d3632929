"""Why a bank file is quarantined, for each reason of the file library, and what a person can do about it."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase

FILE_REASONS: dict[str, Phrase] = {
    "too_large": Phrase(
        "The file is larger than any bank's own: ask the bank for it in parts.",
        "文件过大，超出银行文件的正常范围：请银行分批提供。",
    ),
    "empty": Phrase("The file is empty.", "文件是空的。"),
    "unknown_format": Phrase(
        "No format or profile fits: say --profile, or write a profile for this bank.",
        "没有相符的格式或模板：请用 --profile 指明，或为该银行新写一个模板。",
    ),
    "unknown_encoding": Phrase("The file is no text in any known encoding.", "文件编码无法识别。"),
    "doctype": Phrase(
        "The file brings its own document type, as attacks do and banks do not.",
        "文件自带文档类型定义（DOCTYPE），银行文件不会这样，疑为攻击。",
    ),
    "truncated": Phrase("The file is cut off: download it again.", "文件不完整，末尾缺失：请重新下载。"),
    "malformed": Phrase("The file does not keep to its format.", "文件不符合其格式。"),
    "schema": Phrase(
        "The file breaks the published schema of its message.", "文件不符合其报文已公布的结构定义（XSD）。"
    ),
    "amount": Phrase("An amount cannot be read exactly.", "有金额无法准确识别。"),
    "currency": Phrase("A currency is unknown, or not that of the account.", "币种不存在，或与账户币种不一致。"),
    "date": Phrase("A date is missing or is no day of the calendar.", "日期缺失，或不是日历上的日子。"),
    "account": Phrase(
        "The account is not named, or is not the expected one: say --account.",
        "文件未写明账号，或与预期账号不符：请用 --account 指明。",
    ),
    "direction": Phrase("A line does not say which way money went.", "有明细无法判断收支方向。"),
    "running_balance": Phrase(
        "The running balances do not follow from the amounts: a line is missing, or the profile reads them wrongly.",
        "逐笔余额与金额不符：可能缺少明细，或模板收支方向有误。",
    ),
    "balance": Phrase(
        "Opening balance and booked lines do not give the closing balance.", "期初余额加减已入账明细不等于期末余额。"
    ),
    "chain": Phrase(
        "A statement does not open where the one before it closed.", "对账单期初余额与上一张的期末余额不衔接。"
    ),
    "totals": Phrase("The file's own totals are not those of its lines.", "文件自带的合计与明细不符。"),
    "parts": Phrase(
        "The parts of a line do not add up to it, or are not as many as said.",
        "批量入账的分项与总额或笔数不符。",
    ),
}
