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
        "No format or profile fits: say --bank-profile, or write a profile for this bank.",
        "没有相符的格式或模板：请用 --bank-profile 指明，或为该银行新写一个模板。",
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

FINDING_LABELS: dict[str, Phrase] = {
    "finance.finding.kind": Phrase("a document of kind {kind}, rules {rules}", "文件种类为 {kind}，规则为 {rules}"),
    "finance.finding.digest": Phrase(
        "the certificate's own hash is not that of its content", "证明自带的哈希与其内容不符"
    ),
    "finance.finding.totals": Phrase("the totals are not those of the lines", "合计与各笔明细不符"),
    "finance.finding.twice": Phrase("a line is told twice", "有明细列了两次"),
    "finance.finding.allocated": Phrase(
        "line {line} of {amount_minor} has {allocated_minor} allocated",
        "明细 {line} 为 {amount_minor}，分配 {allocated_minor}",
    ),
    "finance.finding.line_class": Phrase(
        "line {line} is told as {line_class}, which its parts do not bear out",
        "明细 {line} 归为 {line_class}，与其各部分不符",
    ),
    "finance.finding.wrong_way": Phrase(
        "line {line}: a {part} is money the other way", "明细 {line}：{part} 与收支方向不符"
    ),
    "finance.finding.undecided": Phrase(
        "line {line} is explained by nothing, yet somebody decided it", "明细 {line} 未作说明，却有经办记录"
    ),
    "finance.finding.basis": Phrase(
        "line {line} is explained by {basis}, which is no step of the rules", "明细 {line} 的依据 {basis} 不在规则之内"
    ),
    "finance.finding.people": Phrase(
        "line {line}, explained by {basis}: decided by {people}; by hand it takes two, otherwise one",
        "明细 {line}（依据 {basis}）经办人为 {people}；手工须两人，其余一人",
    ),
    "finance.finding.later": Phrase(
        "line {line} was explained after position {position}, of which the certificate is",
        "明细 {line} 的说明晚于证明所据的位置 {position}",
    ),
    "finance.finding.strange_file": Phrase("{file}: no file of this certificate", "{file}：不是此证明所据的文件"),
    "finance.finding.no_statement": Phrase("{file}: no statement {key}", "{file}：其中没有对账单 {key}"),
    "finance.finding.no_file": Phrase("the file with SHA-256 {sha256} is not here", "缺少 SHA-256 为 {sha256} 的文件"),
    "finance.finding.statement": Phrase(
        "statement {statement}: {name} is {in_file} in the file, {told} in the certificate",
        "对账单 {statement}：{name} 在文件中为 {in_file}，在证明中为 {told}",
    ),
    "finance.finding.left_out": Phrase(
        "line {line} of {amount_minor} is left out", "明细 {line}（{amount_minor}）被漏列"
    ),
    "finance.finding.in_no_file": Phrase("line {line} is in no file on that day", "文件中当日没有明细 {line}"),
    "finance.finding.amount": Phrase(
        "line {line} is {in_file_minor} in the file, {told_minor} in the certificate",
        "明细 {line} 在文件中为 {in_file_minor}，在证明中为 {told_minor}",
    ),
    "finance.finding.not_said": Phrase(
        "line {line} does not say by {basis} what it is said to be", "明细 {line} 本身并未以 {basis} 表明其归属"
    ),
}
"""What `finance verify` finds."""
