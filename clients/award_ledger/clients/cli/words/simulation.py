"""What `award-ledger simulate` says: help, options, labels."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase

SIMULATION_COMMANDS = {
    "simulate": Phrase(
        "Try Terms on published awards, or on everything that a ledger has recorded.\n\n"
        "With --awards, the rows of a CSV file (ref_no, recipient_id, amount_raw, granted_on; also currency, "
        "recipient_name, and columns named like facts of the Terms) become applications and approvals at a real "
        "server, in order of granted_on and ref_no. The server is one of its own on a temporary file, "
        "unless --into names another development server. Rows without an exact amount are skipped with the reason.\n\n"
        "With --against-history, every decision in the log of the ledger at --server is taken again as if the measure "
        "had had other Terms all along; nothing is written. It lists who would have been granted more, less, nothing, "
        "or something instead of nothing. Needs award-ledger[audit].\n\n"
        "Each row's outcome goes to a CSV file in the current folder, or to --result. "
        "Again: award-ledger simulate --against-history --measure A06-1 --terms new.yaml\n\n"
        "Example: award-ledger simulate --measure cap.yaml --awards awards.csv --scheme pt.nif",
        "以已公布的奖补，或账本的全部历史，试算条款。\n\n"
        "使用 --awards 时，CSV 文件（ref_no、recipient_id、amount_raw、granted_on；可另有 currency、recipient_name，"
        "以及与条款所列事实同名的列）逐行作为申报和批准提交给真实的服务器，按 granted_on、ref_no 的次序办理。"
        "服务器为临时文件上的专用服务器；用 --into 可指定其他开发服务器。"
        "金额不确切的行予以跳过并说明原因。\n\n"
        "使用 --against-history 时，假设该政策措施自始即采用另一条款，将 --server 所指账本日志中的每项决定重新作出，"
        "不作任何记录；列出会多得、少得、得不到或由不予核准变为核准的申报。需安装 award-ledger[audit]。\n\n"
        "逐行结果写入当前文件夹的 CSV 文件，或 --result 指定的文件。"
        "另例：award-ledger simulate --against-history --measure A06-1 --terms new.yaml\n\n"
        "示例：award-ledger simulate --measure cap.yaml --awards awards.csv --scheme pt.nif",
    ),
}
"""Help by path."""

SIMULATION_OPTIONS = {
    "simulate:measure": Phrase(
        "With --awards: the file of one measure. With --against-history: the code of the measure.",
        "使用 --awards 时：一项政策措施的文件；使用 --against-history 时：政策措施代码。",
    ),
    "simulate:awards": Phrase("The CSV file of published awards.", "已公布奖补的 CSV 文件。"),
    "simulate:scheme": Phrase(
        "Scheme of recipient_id (pt.nif); numbers that fail its check are kept under the scheme other.",
        "recipient_id 的代码类型（pt.nif）；未通过校验的代码归入 other。",
    ),
    "simulate:decimal_mark": Phrase(
        "What stands before decimals: point (1,234.56) or comma (1.234,56).",
        "小数点写法：point（1,234.56）或 comma（1.234,56）。",
    ),
    "simulate:into": Phrase(
        "Send the rows to this development server, which keeps them, instead of a temporary one.",
        "提交到该开发服务器（其账本将留存记录），而不用临时服务器。",
    ),
    "simulate:against_history": Phrase(
        "Decide the history of the ledger again under other Terms.", "按另一条款重新决定账本的历史。"
    ),
    "simulate:terms": Phrase(
        "With --against-history: the file of the other Terms.", "使用 --against-history 时：另一条款的文件。"
    ),
    "simulate:to": Phrase(
        "With --against-history: up to this position (default: the end of the log).",
        "使用 --against-history 时：到该位置为止（默认至日志末尾）。",
    ),
    "simulate:result_file": Phrase(
        "Where the outcome of each row goes (default: NAME.simulated.csv in the current folder).",
        "逐行结果文件（默认为当前文件夹中的 文件名.simulated.csv）。",
    ),
}

SIMULATION_METAVARS = {
    "FILE|CODE": Phrase("FILE|CODE", "文件|代码"),
    "SCHEME": Phrase("SCHEME", "代码类型"),
}

_SKIPPED = {
    "CELLS": Phrase("{found} cells where the heading has {expected}", "有 {found} 列，标题为 {expected} 列"),
    "TOO_LONG": Phrase("longer than {limit} characters", "超过 {limit} 个字符"),
    "CONTROL_CHARACTER": Phrase(
        "{column}: contains a control character or a line break", "{column}：含有控制字符或换行"
    ),
    "REFERENCE_MISSING": Phrase("ref_no is empty", "ref_no 为空"),
    "REFERENCE_REPEATED": Phrase("ref_no stands in line {line} already", "ref_no 已见于第 {line} 行"),
    "RECIPIENT_MISSING": Phrase("recipient_id is empty", "recipient_id 为空"),
    "CURRENCY_DIFFERS": Phrase(
        "in {found}, the measure is in {currency}", "币种为 {found}，政策措施的币种为 {currency}"
    ),
    "CURRENCY_UNKNOWN": Phrase("the currency of {text!r} has no minor unit", "“{text}”的币种没有最小单位"),
    "AMOUNT_MISSING": Phrase("amount_raw is empty", "amount_raw 为空"),
    "AMOUNT_NOT_EXACT": Phrase("{text!r} is a range, not an exact amount", "“{text}”为区间，不是确切金额"),
    "AMOUNT_MALFORMED": Phrase("{text!r} is no amount", "“{text}”不是金额"),
    "AMOUNT_AMBIGUOUS": Phrase(
        "{text!r} may be thousands or decimals: see --decimal-mark",
        "“{text}”可能是千分位，也可能是小数：见 --decimal-mark",
    ),
    "AMOUNT_DECIMALS": Phrase("{text!r} has more decimals than the currency", "“{text}”的小数位数超过币种的规定"),
    "AMOUNT_TOO_LARGE": Phrase("{text!r} is more than the ledger holds", "“{text}”超过账本可记录的上限"),
    "AMOUNT_NEGATIVE": Phrase("{text!r} is negative", "“{text}”为负数"),
    "AMOUNT_ZERO": Phrase("{text!r} is nothing", "“{text}”为零"),
    "DATE_MISSING": Phrase("granted_on is empty", "granted_on 为空"),
    "DATE_MALFORMED": Phrase("{text!r} is no day YYYY-MM-DD", "“{text}”不是 YYYY-MM-DD 的日期"),
}
"""Why a row is skipped, by the reason in the result file."""

SIMULATION_LABELS = {
    "simulate.one_kind": Phrase(
        "say what to try the Terms on: either --awards FILE or --against-history",
        "请说明试算对象：--awards 文件 或 --against-history，二者择一",
    ),
    "simulate.of_history": Phrase(
        "--terms and --to go with --against-history", "--terms 与 --to 仅用于 --against-history"
    ),
    "simulate.one_measure": Phrase(
        "{path} must hold one measure; it holds {codes}", "{path} 须只含一项政策措施，现含 {codes}"
    ),
    "simulate.no_folder": Phrase("{path} cannot be written: no such folder", "无法写入 {path}：没有该文件夹"),
    "simulate.scheme": Phrase(
        "{scheme} is no scheme of legal persons that the ledger knows; nothing was sent",
        "{scheme} 不是账本认识的法人代码类型，未提交任何内容",
    ),
    "simulate.other_terms": Phrase(
        "that ledger has other Terms for {code} in force; give the measure another code",
        "该账本中 {code} 已有其他条款生效；请为政策措施另取代码",
    ),
    "simulate.server": Phrase("the temporary server failed: {problem}", "临时服务器出错：{problem}"),
    "simulate.full": Phrase("in full", "全额批准"),
    "simulate.cut": Phrase("cut", "核减批准"),
    "simulate.refused": Phrase("refused", "不予核准"),
    "simulate.skipped": Phrase("skipped", "跳过"),
    "simulate.error": Phrase("failed", "出错"),
    "simulate.outcome": Phrase("outcome", "结果"),
    "simulate.rows": Phrase("rows", "行数"),
    "simulate.decided": Phrase("decided", "已决定"),
    "simulate.enterprises": Phrase("enterprises", "企业数"),
    "simulate.under_other": Phrase("of these under no checked scheme", "其中代码未经校验的"),
    "simulate.top": Phrase("most to one enterprise", "单个企业最多"),
    "simulate.other_code": Phrase(
        "{path} holds Terms of {found}, not of {code}", "{path} 中为 {found} 的条款，不是 {code} 的"
    ),
    "simulate.unsound": Phrase("{count} thing(s) are wrong in the Terms.", "条款中有 {count} 处错误。"),
    "simulate.broken_log": Phrase(
        "the log is not sound, see `award-ledger audit replay`: {problem}",
        "日志有误，见 `award-ledger audit replay`：{problem}",
    ),
    "simulate.not_comparable": Phrase("these Terms cannot be compared: {problem}", "无法比较：{problem}"),
    "simulate.more": Phrase("more", "多得"),
    "simulate.less": Phrase("less", "少得"),
    "simulate.nothing": Phrase("nothing", "得不到"),
    "simulate.something": Phrase("something", "转为核准"),
    "simulate.same": Phrase("the same", "不变"),
    "simulate.applications": Phrase("applications", "申报数"),
    "simulate.changed": Phrase("changed", "结果不同"),
    "simulate.recorded": Phrase("recorded", "实际"),
    "simulate.otherwise": Phrase("otherwise", "按该条款"),
    "simulate.change": Phrase("change", "差额"),
    "simulate.fund_available": Phrase("what would be left of funds", "资金指标余额"),
    "simulate.shown": Phrase(
        "The first {shown} of {count} applications that would have fared otherwise.",
        "结果不同的申报共 {count} 项，以上为前 {shown} 项。",
    ),
    "simulate.no_change": Phrase("Nobody would have fared otherwise.", "结果均无不同。"),
    **{f"simulate.{reason}": phrase for reason, phrase in _SKIPPED.items()},
}
