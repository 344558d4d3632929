"""What the command line says in tables, lines and questions: labels, statuses, sentences."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase, joined
from award_ledger.clients.cli.words.audit import AUDIT_LABELS
from award_ledger.clients.cli.words.bank_answers import ANSWER_LABELS
from award_ledger.clients.cli.words.bank_files import FINDING_LABELS
from award_ledger.clients.cli.words.finance import FINANCE_LABELS
from award_ledger.clients.cli.words.identity import IDENTITY_LABELS
from award_ledger.clients.cli.words.names import NAMES
from award_ledger.clients.cli.words.receivables import RECEIVABLE_LABELS
from award_ledger.clients.cli.words.sentences import SENTENCES
from award_ledger.clients.cli.words.simulation import SIMULATION_LABELS

_FIELDS = {
    "admissible": Phrase("admissible", "可批准"),
    "amount": Phrase("amount", "金额"),
    "application": Phrase("application", "申报"),
    "applied_on": Phrase("applied on", "申报日期"),
    "appropriated": Phrase("appropriated", "额度"),
    "approved": Phrase("approved", "批准金额"),
    "in_full": Phrase("in full", "足额金额"),
    "article": Phrase("article", "条款"),
    "asked": Phrase("asked", "申报金额"),
    "asked_for": Phrase("asked for", "所查时点"),
    "attempt": Phrase("payment", "付款"),
    "available": Phrase("available", "可用"),
    "award": Phrase("award", "奖补"),
    "award_id": Phrase("award", "奖补"),
    "awards": Phrase("awards", "奖补数"),
    "because": Phrase("because", "原因"),
    "binding": Phrase("binding", "起限制作用"),
    "by": Phrase("by", "经办"),
    "cancelled": Phrase("cancelled", "已取消"),
    "clawback": Phrase("no.", "序号"),
    "code": Phrase("code", "代码"),
    "committed": Phrase("committed", "已承诺和已支付"),
    "content": Phrase("content", "内容"),
    "correction": Phrase("correction", "更正"),
    "count": Phrase("count", "数量"),
    "counted": Phrase("counts against caps", "计入限额"),
    "currency": Phrase("currency", "币种"),
    "decided_on": Phrase("decided on", "决定日期"),
    "departments": Phrase("departments", "牵头部门"),
    "due_on": Phrase("from", "起付日期"),
    "effective_on": Phrase("in force", "生效日期"),
    "encumbered": Phrase("encumbered", "已承诺"),
    "enterprise": Phrase("enterprise", "企业"),
    "essentials": Phrase("essentials", "要点"),
    "evidence": Phrase("evidence", "凭证"),
    "expended": Phrase("expended", "已支付"),
    "facts": Phrase("facts", "申报事实"),
    "former_names": Phrase("former names", "曾用名"),
    "file": Phrase("file", "案卷"),
    "found": Phrase("found", "查得"),
    "fund": Phrase("fund", "资金指标"),
    "granted": Phrase("granted", "批准"),
    "ground": Phrase("ground", "事由"),
    "group": Phrase("group", "关联组"),
    "hash": Phrase("hash", "哈希"),
    "head": Phrase("log position", "日志位置"),
    "instalment": Phrase("instalment", "期次"),
    "instrument": Phrase("instrument", "文件依据"),
    "kind": Phrase("kind", "性质"),
    "kind_of_objection": Phrase("kind", "类别"),
    "instead": Phrase("instead", "应改为"),
    "least": Phrase("at least", "最少"),
    "ledger": Phrase("ledger", "账本"),
    "measure": Phrase("measure", "政策措施"),
    "most": Phrase("at most", "最多"),
    "name": Phrase("name", "名称"),
    "number": Phrase("number", "编号"),
    "objection": Phrase("no.", "序号"),
    "ordered": Phrase("ordered", "应追回"),
    "ordered_on": Phrase("ordered on", "决定日期"),
    "outstanding": Phrase("still owed", "未收回"),
    "overrides": Phrase("overrides", "特批"),
    "paid": Phrase("paid", "已拨付"),
    "payable_on": Phrase("payable from", "可拨付日期"),
    "position": Phrase("position", "位置"),
    "principal": Phrase("you are", "操作人"),
    "question": Phrase("open question", "待明确"),
    "quota": Phrase("pool", "名额池"),
    "quote": Phrase("words", "原文"),
    "rate": Phrase("rate", "比例"),
    "raised_on": Phrase("on", "日期"),
    "reading": Phrase("reading", "采用的解释"),
    "reason": Phrase("reason", "理由"),
    "received": Phrase("received", "已收回"),
    "recorded_at": Phrase("recorded", "记录时间"),
    "recovered": Phrase("recovered", "已追回"),
    "refused_approvals": Phrase("refusals", "不予核准次数"),
    "leads": Phrase("led by", "牵头部门"),
    "method": Phrase("call", "调用"),
    "on": Phrase("on", "日期"),
    "remedy": Phrase("what to do", "办法"),
    "roles": Phrase("roles that may", "可办理的角色"),
    "request_id": Phrase("request id", "请求号"),
    "rule": Phrase("rule", "规则"),
    "second": Phrase("second person", "第二人"),
    "set_off": Phrase("set off", "抵扣"),
    "server": Phrase("server", "服务器"),
    "stage_result": Phrase("result", "阶段结果"),
    "status": Phrase("status", "状态"),
    "stood": Phrase("stands as", "现为"),
    "stream": Phrase("stream", "所属记录"),
    "subject": Phrase("subject", "内容"),
    "topic": Phrase("kind of entry", "记录类别"),
    "up_to": Phrase("up to", "同意上限"),
    "used_places": Phrase("used", "已用"),
    "version": Phrase("version", "版本"),
    "what": Phrase("what", "事项"),
    "why": Phrase("why", "原因"),
    "words": Phrase("rests on", "依据"),
    "written_off": Phrase("written off", "已核销"),
    "year": Phrase("year", "年度"),
}

_SENTENCES = {
    "recorded": Phrase("Recorded at position {position} ({moment}).", "已记录，位置 {position}（{moment}）。"),
    "recorded.before": Phrase(
        "Recorded before, at position {position} ({moment}); this is the first answer again.",
        "此前已记录，位置 {position}（{moment}）；以下为首次答复。",
    ),
    "recorded.dry_run": Phrase("Dry run: nothing was recorded.", "试算：未作记录。"),
    "none": Phrase("Nothing to show.", "没有可显示的内容。"),
    "more": Phrase("More follow: raise --limit.", "后面还有：请加大 --limit。"),
    "granted.cut": Phrase(
        "Cut to what fits: {granted} of the {asked} asked.", "按限额核减：申报 {asked}，批准 {granted}。"
    ),
    "pro_rata.cut": Phrase(
        "{available} of fund {fund} for {full}: {granted} granted, all cut by the same ratio.",
        "资金指标 {fund} 可安排 {available}，全额需 {full}：按同一比例核减，共批准 {granted}。",
    ),
    "pro_rata.full": Phrase(
        "{available} of fund {fund} suffice for {full}: all granted in full.",
        "资金指标 {fund} 可安排 {available}，足以支付全额 {full}：全部足额批准。",
    ),
    "headroom": Phrase("Could still be granted: {amount}", "还可批准：{amount}"),
    "headroom.unlimited": Phrase("No limit is known from what was declared.", "按已申报的事实，没有已知的限额。"),
    "unlimited": Phrase("no limit is known", "没有已知的限额"),
    "headroom.none": Phrase("Nothing can be granted as things stand.", "按现有情况不能批准。"),
    "heading.applications": Phrase("Applications", "申报"),
    "heading.awards": Phrase("Awards", "奖补"),
    "heading.clawbacks": Phrase("Clawbacks", "追回"),
    "field.personal_data": Phrase("told in confidence", "保密信息"),
    "personal_data.kept": Phrase("kept, sealed", "已加密保存"),
    "personal_data.erased": Phrase("erased at position {position}", "已删除（位置 {position}）"),
    "personal_data.proposed": Phrase(
        "erasure proposed by {principal}; it waits for a second person", "{principal} 提请删除，待第二人确认"
    ),
    "heading.instalments": Phrase("Instalments", "拨付"),
    "heading.interpretations": Phrase("Readings of the text", "对原文的解释"),
    "heading.objections": Phrase("Objections", "异议、举报、投诉"),
    "heading.quotas": Phrase("Quotas", "名额"),
    "heading.review": Phrase("Review", "复核"),
    "heading.rules": Phrase("Rules", "规则"),
    "heading.years": Phrase("Granted, by year", "各年度批准情况"),
    "clawback.proposed": Phrase(
        "No. {number}: {principal} proposes to write off {amount}; it waits for a second person.",
        "第 {number} 项：{principal} 提请核销 {amount}，待第二人确认。",
    ),
    "clawback.set_off": Phrase(
        "{amount} set off against the order on award {award}; still owed: {outstanding}.",
        "抵扣 {amount}（奖补 {award} 的追回）；仍未收回 {outstanding}。",
    ),
    "list.separator": Phrase(", ", "、"),
    # What was typed.
    "amount.currency": Phrase(
        "{currency!r} is no ISO 4217 currency with minor units", "“{currency}”不是 ISO 4217 币种"
    ),
    "amount.malformed": Phrase(
        "{text!r} is not an amount; write it like 5000000.00 or 5,000,000.00",
        "“{text}”不是金额；请写作 5000000.00 或 5,000,000.00",
    ),
    "amount.decimals": Phrase(
        "{text}: {currency} has {exponent} decimal places", "{text}：{currency} 的小数位数为 {exponent}"
    ),
    "amount.negative": Phrase("{text}: an amount may not be negative here", "{text}：此处金额不能为负"),
    "amount.too_large": Phrase(
        "{text} is more than the ledger holds ({limit})", "{text} 超出账本可记录的范围（{limit}）"
    ),
    "amount.rate": Phrase(
        "{text!r} is not a rate; write it like 0.05, 5% or 1/20", "“{text}”不是比例；请写作 0.05、5% 或 1/20"
    ),
    "usage.amount_and_rate": Phrase("give an amount or a rate, not both", "金额和比例只能填一项"),
    "usage.pair": Phrase("{text!r} is not of the form NAME=VALUE", "“{text}”应写作 名称=值"),
    "usage.whose": Phrase("name a measure, or an --enterprise", "请填写政策措施，或用 --enterprise 指定企业"),
    "usage.instalment": Phrase(
        "{text!r} is not of the form AMOUNT or AMOUNT@YYYY-MM-DD", "“{text}”应写作 金额 或 金额@YYYY-MM-DD"
    ),
    "usage.date": Phrase("{text!r} is not a date; write it like 2025-06-30", "“{text}”不是日期；请写作 2025-06-30"),
    "usage.point": Phrase(
        "{text!r} is not a point of the log: a position (1200), a day (2025-06-30: its end) or an instant",
        "“{text}”不是时点：请填日志位置（1200）、日期（2025-06-30，指当日终了）或时刻",
    ),
    "usage.principal": Phrase(
        "{principal!r} is not of the form name@department in plain letters, like zhang@kjt",
        "“{principal}”应写作 姓名拼音@部门，如 zhang@kjt",
    ),
    "usage.application.unknown": Phrase(
        "the enterprise has no application {reference!r}: give its number, or its UUID or the first 6 letters of it",
        "该企业没有申报“{reference}”：请填编号、UUID 或 UUID 的前 6 位以上",
    ),
    "usage.application.none_open": Phrase(
        "measure {measure} has no open application at that point",
        "政策措施 {measure} 在该时点没有待定申报",
    ),
    "usage.application.not_open": Phrase(
        "measure {measure} has no open application {reference}",
        "政策措施 {measure} 没有编号为 {reference} 的待定申报",
    ),
    "usage.application.ambiguous": Phrase(
        "several applications of the enterprise are meant by {reference!r}: give the whole UUID",
        "“{reference}”对应该企业的多项申报：请填完整 UUID",
    ),
    "usage.award.unknown": Phrase(
        "the enterprise has no award {reference!r}: give its number, or its UUID or the first 6 letters of it",
        "该企业没有奖补“{reference}”：请填编号、UUID 或 UUID 的前 6 位以上",
    ),
    "usage.award.ambiguous": Phrase(
        "several awards of the enterprise are meant by {reference!r}: give the whole UUID",
        "“{reference}”对应该企业的多项奖补：请填完整 UUID",
    ),
    "usage.which_instalment": Phrase(
        "the award has {count} instalments: say which", "该奖补有 {count} 期拨付：请填写期次"
    ),
    "usage.which_clawback": Phrase("the award has {count} clawbacks: say which", "该奖补有 {count} 项追回：请填写序号"),
    "usage.which_objection": Phrase(
        "there are {count} objections to the award: say which", "该奖补有 {count} 项异议：请填写序号"
    ),
    "usage.publish": Phrase("give files or folders, or --catalogue NAME", "请填文件或文件夹，或 --catalogue 名称"),
    "usage.no_file": Phrase("there is no file {path}", "没有文件 {path}"),
    "usage.catalogue": Phrase("there is no catalogue {name!r}; there are: {names}", "没有“{name}”；现有：{names}"),
    "usage.only": Phrase("the package has no measure {code!r}", "文件中没有政策措施“{code}”"),
    "usage.right": Phrase(
        "give one of --amount, --name, --asked, --applied-on, --payee-name with the account, --result and --ground",
        "--amount、--name、--asked、--applied-on、收款账户（--payee-name 等）、--result、--ground 须填且只填一项",
    ),
    "correct.payee_proposed": Phrase(
        "{principal} has named another payee; it waits for a second person to name the same.",
        "{principal} 提请更正收款账户，待第二人填写相同账户后生效。",
    ),
    "correct.proposed": Phrase(
        "{principal} proposes a higher amount; it waits for a second person.",
        "{principal} 提请调高金额，待第二人确认。",
    ),
    "event.corrected_by": Phrase("corrected by {position}", "已由 {position} 更正"),
    "event.corrects": Phrase("corrects {position}", "更正 {position}"),
    "usage.heading": Phrase("This cannot be meant: ", "命令有误："),
    "usage.help": Phrase("See `{command} --help`.", "参见 `{command} --help`。"),
    "usage.missing": Phrase("{name} is missing", "缺少 {name}"),
    "usage.no_such_option": Phrase("there is no option {name}", "没有选项 {name}"),
    "usage.bad_value": Phrase("{name}: {text}", "{name} 的取值不正确：{text}"),
    "prompt.account": Phrase("Account number", "收款账号"),
    # Failures.
    "failure.what_to_do": Phrase("What to do: {todo}.", "办法：{todo}。"),
    "failure.recorded": Phrase("The refusal is recorded at position {position}.", "不予核准已记录，位置 {position}。"),
    "failure.repeated": Phrase(
        "This request was refused before, at position {position}; this is that refusal again.",
        "该请求此前已不予核准（位置 {position}），此处为原答复，未重复记录。",
    ),
    "failure.reason": Phrase("reason", "原因代码"),
    "failure.message": Phrase("message", "说明"),
    "failure.interrupted": Phrase("Interrupted.", "已中断。"),
    "failure.file": Phrase("{path} cannot be read: {problem}", "无法读取 {path}：{problem}"),
    "failure.write": Phrase("{path} cannot be written: {problem}", "无法写入 {path}：{problem}"),
    "failure.path": Phrase("{path}: {problem}", "{path}：{problem}"),
    "failure.FileExistsError": Phrase("{path} is there already.", "{path} 已存在。"),
    "failure.FileNotFoundError": Phrase("There is no {path}, or no such folder.", "没有 {path}，或没有该文件夹。"),
    "failure.PermissionError": Phrase("{path} may not be used by you.", "您无权使用 {path}。"),
    # Publishing.
    "publish.invalid": Phrase("{count} thing(s) are wrong; nothing was published.", "有 {count} 处错误，未发布。"),
    "publish.published": Phrase("published", "已发布"),
    "publish.unchanged": Phrase("unchanged", "无变化"),
    "publish.checked": Phrase("would be published", "可发布"),
    "publish.failed": Phrase("failed", "失败"),
    "publish.summary": Phrase(
        "{published} published, {unchanged} unchanged, {failed} failed.",
        "发布 {published} 项，无变化 {unchanged} 项，失败 {failed} 项。",
    ),
    "publish.outcome": Phrase("outcome", "结果"),
    # Showing packages.
    "show.invalid": Phrase("{count} thing(s) are wrong; nothing is shown.", "有 {count} 处错误，未显示。"),
    "show.later": Phrase("Later version, not published with the package", "后续版本，不随文件发布"),
    "usage.show_point": Phrase(
        "a package has no history: --on, --as-of and --min-position ask the ledger",
        "政策文件没有历史：--on、--as-of 和 --min-position 用于查询账本",
    ),
    "usage.show_both": Phrase(
        "it is for the page of a whole package: --catalogue NAME --both-languages",
        "用于整份政策文件的页面：--catalogue 名称 --both-languages",
    ),
    "load.invalid": Phrase("{count} thing(s) are wrong; nothing was loaded.", "有 {count} 处错误，未建立。"),
    "load.none": Phrase("There are no funds in it.", "文件中没有资金指标。"),
    "load.created": Phrase("created", "已建立"),
    "load.unchanged": Phrase("unchanged", "无变化"),
    "load.checked": Phrase("would be created", "可建立"),
    "load.differs": Phrase("differs", "不一致"),
    "load.failed": Phrase("failed", "失败"),
    "load.difference": Phrase(
        "{code} is in the ledger with other content and was left as it is:",
        "账本中已有 {code}，内容不一致，未作改动：",
    ),
    "load.pair": Phrase(
        "{field}: in the file {wanted}, in the ledger {found}", "{field}：文件为 {wanted}，账本为 {found}"
    ),
    "load.summary": Phrase(
        "{created} created, {unchanged} unchanged, {differs} different, {failed} failed.",
        "建立 {created} 项，无变化 {unchanged} 项，不一致 {differs} 项，失败 {failed} 项。",
    ),
    "load.forecasts": Phrase("Forecasts, for information: they stop nothing.", "预计资金，仅供参考，不作控制："),
}

_IMPORT = {
    "import.missing_columns": Phrase("the file lacks the column(s) {columns}", "文件缺少列：{columns}"),
    "import.unknown_columns": Phrase(
        "unknown column(s) {columns}: see --help for the names, or begin a heading with # to leave it out",
        "无法识别的列：{columns}。列名见 --help；不需导入的列请在列名前加 #",
    ),
    "import.repeated_columns": Phrase("the column(s) {columns} occur twice", "列重复：{columns}"),
    "import.unknown_encoding": Phrase("there is no encoding {encoding!r}", "没有编码“{encoding}”"),
    "import.undecodable": Phrase(
        "the file is in none of {encodings}: say which with --encoding",
        "文件编码不是 {encodings}：请用 --encoding 指明",
    ),
    "import.malformed": Phrase(
        "from line {line} on this is no CSV ({problem}); nothing was sent",
        "从第 {line} 行起不是有效的 CSV（{problem}），未提交任何内容",
    ),
    "import.empty": Phrase("the file is empty", "文件为空"),
    "import.same_file": Phrase("the result would overwrite the file itself", "结果文件不能与原文件相同"),
    "import.not_sent": Phrase("not sent", "未提交"),
    "import.result": Phrase("Row by row: {path}", "逐行结果：{path}"),
    "row.cells": Phrase("{found} cells where the heading has {expected}", "有 {found} 列，标题为 {expected} 列"),
    "row.too_long": Phrase("longer than {limit} characters", "超过 {limit} 个字符"),
    "row.control": Phrase("{column}: contains a control character or a line break", "{column}：含有控制字符或换行"),
    "row.empty": Phrase("{column} is empty", "{column} 为空"),
    "row.cell": Phrase("{column}: {problem}", "{column}：{problem}"),
    "outcome.approved": Phrase("approved", "已批准"),
    "outcome.submitted": Phrase("submitted", "已登记申报"),
    "outcome.checked": Phrase("well-formed", "检查无误"),
    "outcome.refused": Phrase("approval refused", "不予核准"),
    "outcome.failed": Phrase("failed", "未办理"),
    "outcome.invalid": Phrase("wrong in the file", "文件内容有误"),
    "outcome.unanswered": Phrase("no answer", "未得到答复"),
    "result.line": Phrase("line", "行号"),
    "result.enterprise": Phrase("enterprise", "企业代码"),
    "result.measure": Phrase("measure", "政策措施"),
    "result.outcome": Phrase("outcome", "结果"),
    "result.application": Phrase("application", "申报"),
    "result.award": Phrase("award", "奖补"),
    "result.asked": Phrase("asked", "申报金额"),
    "result.approved": Phrase("approved", "批准金额"),
    "result.admissible": Phrase("admissible", "可批准金额"),
    "result.currency": Phrase("currency", "币种"),
    "result.reason": Phrase("reason", "原因代码"),
    "result.message": Phrase("message", "说明"),
    "result.binding": Phrase("binding", "起限制作用"),
    "result.position": Phrase("position", "日志位置"),
    "result.repeated": Phrase("done before", "此前已办理"),
    "result.yes": Phrase("yes", "是"),
}

LABELS = joined(
    {f"field.{name}": phrase for name, phrase in _FIELDS.items()},
    _SENTENCES,
    _IMPORT,
    AUDIT_LABELS,
    SIMULATION_LABELS,
    FINANCE_LABELS,
    ANSWER_LABELS,
    FINDING_LABELS,
    RECEIVABLE_LABELS,
    IDENTITY_LABELS,
    NAMES,
    SENTENCES,
)
"""Every label and sentence, by its key."""
