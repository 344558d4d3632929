"""What the commands of finance say: topics, reasons, help, labels."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase

FINANCE_NAMES = {
    "topic.fund.year_closed.v1": Phrase("fiscal year closed", "年终结账"),
    "line_class.LINE_CLASS_UNSPECIFIED": Phrase("not said", "未写明"),
    "line_class.LINE_CLASS_IMPORTED": Phrase("unexplained", "未勾对"),
    "line_class.LINE_CLASS_PROPOSED": Phrase("proposed", "待第二人"),
    "line_class.LINE_CLASS_MATCHED": Phrase("matched", "已勾对"),
    "line_class.LINE_CLASS_SUSPENSE": Phrase("in suspense", "暂挂"),
    "line_class.LINE_CLASS_OWN_TRANSFER": Phrase("own transfer", "内部划转"),
    "line_class.LINE_CLASS_FEE": Phrase("bank charge", "银行手续费"),
    "allocation_kind.ALLOCATION_KIND_UNSPECIFIED": Phrase("not said", "未写明"),
    "allocation_kind.ALLOCATION_KIND_SETTLEMENT": Phrase("settlement", "拨付到账"),
    "allocation_kind.ALLOCATION_KIND_RETURN": Phrase("return", "退回"),
    "allocation_kind.ALLOCATION_KIND_RECOVERY": Phrase("recovery", "追回"),
    "allocation_kind.ALLOCATION_KIND_FEE": Phrase("charge", "手续费"),
    "allocation_kind.ALLOCATION_KIND_OWN_TRANSFER": Phrase("own transfer", "内部划转"),
    "allocation_kind.ALLOCATION_KIND_SUSPENSE": Phrase("suspense", "暂挂"),
    "allocation_kind.ALLOCATION_KIND_RECEIVABLE": Phrase("receivable", "应收"),
    "allocation_kind.ALLOCATION_KIND_RECEIVABLE_RECEIPT": Phrase("receipt", "收回应收"),
    "payment_run_status.PAYMENT_RUN_STATUS_UNSPECIFIED": Phrase("not said", "未写明"),
    "payment_run_status.PAYMENT_RUN_STATUS_DRAFTED": Phrase("drafted", "待批准"),
    "payment_run_status.PAYMENT_RUN_STATUS_APPROVED": Phrase("approved", "已批准"),
    "payment_run_status.PAYMENT_RUN_STATUS_SENT": Phrase("sent", "已发送"),
    "payment_run_status.PAYMENT_RUN_STATUS_CANCELLED": Phrase("given up", "已作废"),
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
    "FUND_YEAR_OPEN": (
        Phrase("The fiscal year of the fund cannot be closed yet.", "该资金指标的财政年度尚不能结账。"),
        Phrase("see why above; explain open lines by finance match", "见上述原因；未勾对的明细用 finance match 处理"),
    ),
    "FUND_YEAR_OVER": (
        Phrase("The fiscal year of the fund was closed.", "该资金指标的财政年度已结账。"),
        Phrase("use the fund of the year", "使用当年的资金指标"),
    ),
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


def _command(en: str, zh: str, example: str) -> Phrase:
    return Phrase(f"{en}\n\nExample: award-ledger {example}", f"{zh}\n\n示例：award-ledger {example}")


FINANCE_COMMANDS = {
    "finance": _command(
        "Bank accounts: pay in runs, import statements, explain every line once, say how an account stands.",
        "银行账户：批次付款、导入对账单、逐笔勾对、查看账户情况。",
        "finance status 37001616808050009999",
    ),
    "finance open": _command(
        "Keep a bank account of ours from now on.",
        "为本单位的银行账户建立档案。",
        "finance open 37001616808050009999 --name 省级专户 --bank '102451000013 某银行济南分行' --as qian@czt",
    ),
    "finance import": _command(
        "Import what banks say: statements (camt.053, MT940, banks' own sheets by column profile), "
        "and before them status reports (pain.002), reports of a running day "
        "(camt.052, MT942) and notifications (camt.054).\n\n"
        "A file that is broken or hostile is quarantined whole, with the "
        "reason. Importing again, or overlapping, changes "
        "nothing. Only a statement settles; a status report's rejections "
        "make their payments fail. Exit code 1 if anything "
        "was refused. Needs award-ledger[finance].",
        "导入银行文件：对账单（camt.053、MT940，以及按列格式说明读取的各银行表格），"
        "及其之前的状态回执（pain.002）、日间报告（camt.052、MT942）和到账通知（camt.054）。\n\n"
        "文件残缺或有害的，整份隔离并写明原因；重复导入或期间重叠不会改变任何内容。"
        "仅对账单可作到账依据；状态回执中的拒付使相应付款失败。"
        "有任何文件或对账单被拒时退出码为 1。需安装 award-ledger[finance]。",
        "finance import 20250901.xml --as qian@czt",
    ),
    "finance match": _command(
        "Say what could explain each line that nothing explains yet; --post posts what is exact and without rival.\n\n"
        "Posted by one person is only a line that names a payment by its "
        "id, a voucher or a whole run, to the last minor "
        "unit. Everything else is a proposal: two people decide it by finance assign.",
        "列出未勾对的明细可能是什么；--post 将分毫不差且无其他可能的自动勾对。\n\n"
        "一人可办的只有以付款编号、凭证号或整个批次分毫不差指明付款的明细；"
        "其余均为建议，由两人用 finance assign 决定。",
        "finance match 37001616808050009999 --post --as qian@czt",
    ),
    "finance assign": _command(
        "Say by hand what a line is, to the last minor unit; the same command by another person completes it.\n\n"
        "Kinds: settlement, return (with the end-to-end id), recovery "
        "(ENTERPRISE/AWARD/ORDER), fee, own-transfer, suspense, "
        "receivable, receivable-receipt (with the receivable). Nobody of the two instructed the payment.",
        "手工写明一笔明细是什么，须分毫不差；由另一人执行同一命令后生效。\n\n"
        "种类：settlement 拨付到账、return 退回（付款编号）、recovery 追回（企业/奖补/序号）、fee 手续费、"
        "own-transfer 内部划转、suspense 暂挂、receivable 应收、receivable-receipt "
        "收回应收（应收编号）。两人均不得为付款指令人。",
        "finance assign 37001616808050009999 serial:77 --as-part fee:5.00 --reason 回单 --as zhou@czt",
    ),
    "finance unmatch": _command(
        "Take back what a line was said to be; the same command by another "
        "person completes it. What was posted to awards "
        "is corrected to nothing.",
        "撤销一笔明细的勾对；由另一人执行同一命令后生效。已记入奖补的内容更正为零。",
        "finance unmatch 37001616808050009999 serial:77 --reason 错配 --as zhou@czt",
    ),
    "finance lines": _command(
        "List the lines of an account.", "列出账户的明细。", "finance lines 37001616808050009999 --class suspense"
    ),
    "finance status": _command(
        "Show how an account stands, or stood: control totals, also by day, exceptions by kind and age, "
        "what is missing. Without an account, one row for each.\n\n"
        "With --as-of, what was believed then.",
        "查看账户现在或当时的情况：控制数（含逐日）、按种类和账龄列出的未达事项、缺失的对账单；不填账号则每户一行。\n\n"
        "使用 --as-of 查看当时的认识。",
        "finance status 37001616808050009999 --as-of 2025-12-31",
    ),
    "finance day": _command(
        "Show an account's day: its statements and every line in exactly "
        "one class; --certificate writes the certificate.",
        "查看账户某日：当日对账单，每笔明细恰属一类；--certificate 写出当日证明。",
        "finance day 37001616808050009999 2025-09-01 --certificate day.json",
    ),
    "finance verify": _command(
        "Check a day's certificate again, offline, from the bank's own files. Exit code 1 if anything differs.",
        "离线用银行原始文件复核当日证明；有任何不符时退出码为 1。",
        "finance verify day.json 20250901.xml",
    ),
    "finance journal": _command(
        "Write the ledger as a journal, for beancount (bean-check proves it) or hledger.\n\n"
        "Three sets that balance by themselves: accrual, budget cash, encumbrance. Bank balances are asserted from "
        "statements. Profiles: general, paying_unit, or a file of your own. Needs award-ledger[finance].",
        "将账本写成日记账，供 beancount（以 bean-check 验证）或 hledger 使用。\n\n"
        "三套各自平衡的账：财务会计、预算会计、指标；银行余额以对账单断言。"
        "科目方案：general、paying_unit，或自备文件。需安装 award-ledger[finance]。",
        "finance journal 2025.beancount --journal-profile paying_unit",
    ),
    "finance close-year": _command(
        "Close the fiscal year of a fund.\n\n"
        "What nobody was promised lapses, or is carried into a fund of a "
        "later year; what was promised stays to be paid. "
        "Refused while the year is not over, or bank lines of it are "
        "unexplained. Money that comes back in a later year "
        "stays expended in its own.",
        "资金指标年终结账。\n\n"
        "未承诺的额度失效，或结转至以后年度的资金指标；已承诺的仍待拨付。年度未终了或当年有银行明细未勾对的，不予办理。"
        "以后年度退回的资金，仍计入原年度支出。",
        "finance close-year A06-1/2025 --carry-into A06-1/2026 --document 鲁财预〔2026〕3号 --as qian@czt",
    ),
    "finance run": _command(
        "Runs of payments: drafted by one person, approved by another, sent as one file.",
        "付款批次：一人拟定，另一人批准，以一份文件发送。",
        "finance run list",
    ),
    "finance run payable": _command(
        "List what is due under a measure, and why a run of yours could not pay it where it could not.",
        "列出某项政策措施到期的各期；您不得付款的，注明缘由。",
        "finance run payable 37001616808050009999 A06-1 --as qian@czt",
    ),
    "finance run draft": _command(
        "Draft a run: instalments by name (--pay), or all of a measure that you may pay (--measure), at most 2000; "
        "what is left out is listed with its reason.",
        "拟定付款批次：逐项指定（--pay），或某项政策措施全部可付的（--measure），至多 2000 笔；未列入的逐笔注明缘由。",
        "finance run draft R-2025-9 37001616808050009999 --execute-on 2025-09-10 --measure A06-1 --as qian@czt",
    ),
    "finance run approve": _command(
        "Approve a draft of somebody else: all its payments are instructed, or none.",
        "批准他人拟定的批次：全部下达付款指令，或一笔也不下达。",
        "finance run approve R-2025-9 --as sun@czt",
    ),
    "finance run cancel": _command(
        "Give a draft up.", "作废拟定的批次。", "finance run cancel R-2025-9 --reason 账户有误 --as qian@czt"
    ),
    "finance run send": _command(
        "Write the file of an approved run, pain.001.001.09 or a table for "
        "a counter, and record its hash. The same run is "
        "the same file. Needs award-ledger[finance].",
        "写出已批准批次的文件（pain.001.001.09，或柜台用表格）并记录其哈希；"
        "同一批次总是同一文件。需安装 award-ledger[finance]。",
        "finance run send R-2025-9 R-2025-9.xml --as qian@czt",
    ),
    "finance run show": _command("Show a run.", "查看付款批次。", "finance run show R-2025-9"),
    "finance run list": _command("List runs.", "列出付款批次。", "finance run list"),
}

_BANK_PROFILE = Phrase(
    "Column profile of a bank's sheet, where more than one fits; or a .yaml file of your own.",
    "银行表格的列格式说明（不止一种适用时），或自备的 .yaml 文件。",
)

FINANCE_OPTIONS = {
    "account": Phrase("Number of our bank account.", "本单位银行账号。"),
    "bank": Phrase(
        "Bank: its CNAPS number (12 digits), its name, or both.", "开户银行：联行号（12位）、名称，或两者。"
    ),
    "finance open:name": Phrase("Name of the account's holder.", "账户户名。"),
    "line_key": Phrase("Key of the line (finance lines shows it).", "明细标识（finance lines 可查看）。"),
    "part": Phrase(
        "What the line is, or a part of it: fee:5.00, settlement:100.00:AL25-…; may be repeated.",
        "该明细或其一部分是什么：fee:5.00、settlement:100.00:AL25-…；可重复填写。",
    ),
    "post": Phrase("Post what is exact and without rival.", "将分毫不差且无其他可能的自动勾对。"),
    "of_day": Phrase("Day of booking.", "记账日期。"),
    "line_class": Phrase("Only lines of this class.", "只列此类明细。"),
    "finance status:on": Phrase(
        "Day for which ages are reckoned (default: that of --as-of, or today).",
        "账龄计算日（默认 --as-of 当日或当天）。",
    ),
    "certificate": Phrase("Write the certificate to this file.", "将证明写入该文件。"),
    "finance verify:certificate": Phrase("The certificate.", "证明文件。"),
    "finance verify:files": Phrase("The bank's own files of that day.", "当日的银行原始文件。"),
    "finance import:files": Phrase("Bank files.", "银行文件。"),
    "finance import:account": Phrase(
        "The account expected; needed where the file does not say it.", "应属的账号；文件未写明账号时须填写。"
    ),
    "finance import:profile": _BANK_PROFILE,
    "finance verify:profile": _BANK_PROFILE,
    "leniency": Phrase("Named leniency under which a quarantined file is read.", "对被隔离文件适用的放宽规则名称。"),
    "file_format": Phrase("Which program is to read it.", "供哪种程序读取。"),
    "finance journal:file": Phrase("The journal.", "日记账文件。"),
    "finance journal:profile": Phrase("Where things are posted (default: general).", "科目方案（默认 general）。"),
    "finance journal:to": Phrase("Up to this position of the log (default: all).", "截至该日志位置（默认全部）。"),
    "carry_into": Phrase("Fund of a later year that gets what lapses.", "承接失效额度的以后年度资金指标。"),
    "to": Phrase("Also as a table in this new file, .csv or .xlsx.", "同时写成表格文件（.csv 或 .xlsx），须尚不存在。"),
    "code": Phrase("Code of the run.", "批次编号。"),
    "execute_on": Phrase("Day on which the bank is to pay.", "要求银行付款的日期。"),
    "pay": Phrase("An instalment that is to be paid; may be repeated.", "要付的一期；可重复填写。"),
    "finance run draft:measure": Phrase(
        "All instalments of this measure that you may pay.", "该政策措施全部可付的各期。"
    ),
    "counter": Phrase("A table for a bank counter instead of pain.001.", "写柜台用表格，而非 pain.001。"),
    "text": Phrase("Free text of each payment, before its id.", "每笔付款的附言，写在编号之前。"),
    "finance run send:file": Phrase("The file, which must not be there yet.", "文件，须尚不存在。"),
}

FINANCE_LABELS = {
    "finance.proposed": Phrase(
        "{lines} line(s) unexplained; {automatic} exact and without rival; {posted} posted.",
        "未勾对 {lines} 笔；分毫不差且无其他可能 {automatic} 笔；已勾对 {posted} 笔。",
    ),
    "finance.extra": Phrase(
        "This needs more than is installed: pip install 'award-ledger[finance]'.",
        "尚未安装所需组件：pip install 'award-ledger[finance]'。",
    ),
    "finance.unknown_profile": Phrase(
        "There is no profile or leniency {name}.", "没有名为 {name} 的列格式说明或放宽规则。"
    ),
    "finance.no_certificate": Phrase("{file} is no certificate of a day.", "{file} 不是当日证明。"),
    "finance.holds": Phrase("The certificate holds.", "证明属实。"),
    "finance.fails": Phrase("The certificate does not hold:", "证明不实："),
    "finance.certified": Phrase("Certificate: {file}, SHA-256 {sha256}", "证明：{file}，SHA-256 {sha256}"),
    "finance.statement": Phrase("Statement {id}: {opening} → {closing}", "对账单 {id}：{opening} → {closing}"),
    "finance.outcome.imported": Phrase(
        "{file}: statement {statement} imported, {lines} line(s), {new_lines} new",
        "{file}：对账单 {statement} 已导入，明细 {lines} 笔，新增 {new_lines} 笔",
    ),
    "finance.outcome.unchanged": Phrase(
        "{file}: statement {statement} was imported before; nothing has changed",
        "{file}：对账单 {statement} 此前已导入，未作改动",
    ),
    "finance.outcome.evidence": Phrase(
        "{file}: {statement} is evidence, not a statement between two balances; not imported",
        "{file}：{statement} 仅作佐证，并非有期初期末余额的对账单，未导入",
    ),
    "finance.outcome.voucher_failed": Phrase(
        "{file}: voucher {statement} was not paid: {reason}", "{file}：支付凭证 {statement} 未支付成功：{reason}"
    ),
    "finance.outcome.held_back": Phrase(
        "{file}: statement {statement} not imported, because another one of this file is refused",
        "{file}：对账单 {statement} 未导入，因同一文件中另有对账单被拒",
    ),
    "finance.outcome.quarantined": Phrase(
        "{file}: quarantined, {reason}. {words} {finding}", "{file}：整份隔离，{reason}。{words}{finding}"
    ),
    "finance.outcome.refused": Phrase(
        "{file}: statement {statement} refused, {reason}: {finding}",
        "{file}：对账单 {statement} 被拒，{reason}：{finding}",
    ),
    "finance.nothing_to_pay": Phrase(
        "Nothing is due that you could pay; {left} instalment(s) cannot be paid: finance run payable says why.",
        "没有您可付的到期款项；不可付的有 {left} 期，finance run payable 可查看缘由。",
    ),
    "finance.left_out": Phrase("Left out of the run: {count}", "未列入批次：{count} 期"),
    "finance.column.why": Phrase("why not", "不可付缘由"),
    "finance.column.due_on": Phrase("due on", "起付日期"),
    "finance.no_file": Phrase("The file cannot be written: {why}", "无法写出文件：{why}"),
    "finance.sent_otherwise": Phrase(
        "Another file of this run went to the bank: SHA-256 {sha256}", "该批次已以另一文件发送银行：SHA-256 {sha256}"
    ),
    "finance.written_again": Phrase("{file} is the file that was sent.", "{file} 即已发送的文件。"),
    "finance.year_closed": Phrase(
        "Lapsed {lapsed}, of it carried {carried}; still to be paid {encumbered}.",
        "失效 {lapsed}，其中结转 {carried}；仍待拨付 {encumbered}。",
    ),
    "field.closed_on": Phrase("year closed on", "结账日期"),
    "field.account": Phrase("account", "账户"),
    "field.allocated": Phrase("allocated", "已认定"),
    "field.booked": Phrase("booked", "发生额"),
    "field.closing": Phrase("closing", "期末余额"),
    "field.fiscal_year": Phrase("fiscal year", "财政年度"),
    "field.line": Phrase("line", "明细"),
    "field.opening": Phrase("opening", "期初余额"),
    "field.state": Phrase("state", "状态"),
    "finance.journal": Phrase("Journal up to position {position}: {file}", "截至日志位置 {position} 的日记账：{file}"),
    "finance.no_table": Phrase("{file} ends neither with .csv nor with .xlsx.", "{file} 的扩展名须为 .csv 或 .xlsx。"),
    "finance.file_exists": Phrase("{file} is there already.", "{file} 已存在。"),
    "usage.part": Phrase("{text} is not KIND:AMOUNT[:REFERENCE].", "{text} 不是 种类:金额[:编号] 的形式。"),
    "usage.pay": Phrase("{text} is not ENTERPRISE/AWARD[/INSTALMENT].", "{text} 不是 企业/奖补[/期次] 的形式。"),
    "finance.account": Phrase("account", "账户"),
    "finance.on": Phrase("on", "截至"),
    "finance.closing_on": Phrase("last statement", "最近对账单"),
    "finance.closing_minor": Phrase("bank balance", "银行余额"),
    "finance.ledger_minor": Phrase("by the lines", "按明细推算"),
    "finance.explained_in_minor": Phrase("explained, in", "已勾对收入"),
    "finance.explained_out_minor": Phrase("explained, out", "已勾对支出"),
    "finance.counts": Phrase("statements / lines", "对账单 / 明细"),
    "finance.drafted_by": Phrase("drafted by", "拟定人"),
    "finance.approved_by": Phrase("approved by", "批准人"),
    "finance.file": Phrase("file", "文件"),
    "finance.missing": Phrase("Missing: {what}", "缺失：{what}"),
    "finance.receivable": Phrase("Receivable {reference}: {left}, {reason}", "应收 {reference}：{left}，{reason}"),
    "finance.proposed_by": Phrase("{kind}, said by {person}", "{kind}，{person} 提出"),
    "finance.proposed_otherwise": Phrase("{kind}; {person} says otherwise", "{kind}；{person} 提出变更"),
    "finance.several_lines": Phrase("Several lines are {shown}: {lines}", "{shown} 对应多笔明细：{lines}"),
    "finance.rivals": Phrase("claimed too by {lines}", "另有明细可作同一解释：{lines}"),
    "finance.ageing.in_transit": Phrase("instructed, not seen", "已指令未达"),
    "finance.ageing.unexplained": Phrase("seen, not explained", "已入账未勾对"),
    "finance.ageing.suspense": Phrase("in suspense", "暂挂"),
    "finance.ageing.awaiting_reissue": Phrase("returned, not reissued", "退回未重付"),
    "finance.ageing.receivable": Phrase("receivable", "应收"),
    "finance.ageing.clawback": Phrase("to be returned", "待追回"),
    "finance.step.id": Phrase("by its id", "付款编号"),
    "finance.step.reference": Phrase("by voucher", "凭证号"),
    "finance.step.batch": Phrase("whole run", "整个批次"),
    "finance.step.text": Phrase("id in the text", "附言中的编号"),
    "finance.step.party": Phrase("name and amount", "户名与金额"),
    "finance.step.subset": Phrase("sum of several", "多笔之和"),
    "finance.column.kind": Phrase("kind", "种类"),
    "finance.column.upto_1": Phrase("0–1 d", "0–1日"),
    "finance.column.upto_5": Phrase("2–5 d", "2–5日"),
    "finance.column.upto_30": Phrase("6–30 d", "6–30日"),
    "finance.column.older": Phrase("> 30 d", ">30日"),
    "finance.column.earlier_year": Phrase("earlier year", "跨年"),
    "finance.column.sum": Phrase("sum", "合计"),
    "finance.column.key": Phrase("line", "明细"),
    "finance.column.booked_on": Phrase("booked", "记账日期"),
    "finance.column.amount": Phrase("amount", "金额"),
    "finance.column.other_side": Phrase("other side", "对方"),
    "finance.column.class": Phrase("class", "类别"),
    "finance.column.what": Phrase("what it is", "是什么"),
    "finance.column.possible": Phrase("possible", "可能数"),
    "finance.column.explanation": Phrase("explanation", "解释"),
    "finance.column.note": Phrase("note", "说明"),
    "finance.column.code": Phrase("run", "批次"),
    "finance.column.account": Phrase("account", "账户"),
    "finance.column.execute_on": Phrase("pay on", "付款日期"),
    "finance.column.status": Phrase("status", "状态"),
    "finance.column.enterprise": Phrase("enterprise", "企业"),
    "finance.column.name": Phrase("name", "名称"),
    "finance.column.award": Phrase("award", "奖补"),
    "finance.column.instalment": Phrase("instalment", "期次"),
    "finance.column.end_to_end_id": Phrase("end-to-end id", "付款编号"),
}

FINANCE_METAVARS = {
    "ACCOUNT": Phrase("ACCOUNT", "账号"),
    "LINE": Phrase("LINE", "明细"),
    "CERTIFICATE": Phrase("CERTIFICATE", "证明"),
    "KIND:AMOUNT[:REFERENCE]": Phrase("KIND:AMOUNT[:REFERENCE]", "种类:金额[:编号]"),
    "ENTERPRISE/AWARD[/INSTALMENT]": Phrase("ENTERPRISE/AWARD[/INSTALMENT]", "企业/奖补[/期次]"),
}
