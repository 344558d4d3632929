"""What is said of a bank's answers: states of attempts, what a file gave, what is still open."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase

ANSWER_NAMES = {
    "topic.bank_account.evidence_recorded.v1": Phrase("bank's answer recorded", "登记银行回执"),
    "topic.enterprise.payment_rejection_proposed.v1": Phrase("rejection proposed", "提请登记拒付"),
    "attempt_state.ATTEMPT_STATE_UNSPECIFIED": Phrase("not said", "未写明"),
    "attempt_state.ATTEMPT_STATE_INSTRUCTED": Phrase("instructed", "已指令"),
    "attempt_state.ATTEMPT_STATE_SENT": Phrase("sent", "已发送"),
    "attempt_state.ATTEMPT_STATE_ACCEPTED": Phrase("accepted by the bank", "银行已受理"),
    "attempt_state.ATTEMPT_STATE_UNKNOWN": Phrase("unknown", "结果不明"),
    "attempt_state.ATTEMPT_STATE_REPORTED": Phrase("reported booked", "银行报已入账"),
    "attempt_state.ATTEMPT_STATE_SETTLED": Phrase("settled", "已到账"),
    "attempt_state.ATTEMPT_STATE_PARTLY_SETTLED": Phrase("partly settled", "部分到账"),
    "attempt_state.ATTEMPT_STATE_RETURNED": Phrase("returned", "已退回"),
    "attempt_state.ATTEMPT_STATE_FAILED": Phrase("rejected", "被拒付"),
}

ANSWER_REASONS = {
    "STATEMENT_REQUIRED": (
        Phrase(
            "The payment is from an account of ours: a line of its statement says what became of it.",
            "该笔付款经本单位账户支付：是否到账或退回须以对账单明细为准，不得手工登记。",
        ),
        Phrase(
            "import the statement, then match its line: finance match, finance assign",
            "导入对账单后勾对其明细：finance match、finance assign",
        ),
    ),
    "PAYEE_MISSING": (
        Phrase(
            "The award's application names no payee, so nobody approved an account.",
            "该奖补的申报未写明收款账户，因而无人核准过账户。",
        ),
        Phrase("correct the application's payee, by two people", "由两人更正申报的收款账户"),
    ),
    "VOUCHERS_EXIST": (
        Phrase("All these vouchers were recorded before.", "这些凭证号均已登记。"),
        Phrase("nothing is to be done", "无须再办"),
    ),
    "STATUS_REPORT_MISMATCH": (
        Phrase(
            "The status report speaks of something that is not in the run, or of another amount.",
            "状态回执所述内容不属于该批次，或金额不符。",
        ),
        Phrase("ask the bank what its file answers", "向银行核实该回执所答复的是哪份文件"),
    ),
}

ANSWER_COMMANDS = {
    "finance attempts": Phrase(
        "List the attempts to pay through an account and where each stands.\n\n"
        "Unknown is what the bank did not answer in time: it is never paid again by itself. "
        "It ends by the bank's own file, or by two people: pay reject.\n\n"
        "Example: award-ledger finance attempts 37001616808050009999 --state unknown",
        "列出经该账户的各次付款及其状态。\n\n"
        "结果不明指银行逾期未答复：绝不自动重付；须凭银行文件了结，或由两人以 pay reject 决定。\n\n"
        "示例：award-ledger finance attempts 37001616808050009999 --state unknown",
    ),
}

ANSWER_OPTIONS = {
    "finance attempts:state": Phrase("Only attempts in this state.", "只列处于此状态的付款。"),
    "finance attempts:on": Phrase(
        "Day for which states are reckoned (default: that of --as-of, or today).",
        "状态计算日（默认 --as-of 当日或当天）。",
    ),
    "finance status:account": Phrase(
        "Number of our bank account; without one, all accounts.", "本单位银行账号；不填则列全部账户。"
    ),
    "finance status:days": Phrase(
        "Of how many days up to then control totals are shown.", "列出截至当日多少天的逐日控制数。"
    ),
    "answer_by": Phrase(
        "Last day for the bank's answer (default: three days after sending).", "银行答复期限（默认发送后三日）。"
    ),
}

ANSWER_LABELS = {
    "finance.outcome.answered": Phrase(
        "{file}: status report {statement} recorded, {answers} payment(s) answered, {rejected} rejected",
        "{file}：状态回执 {statement} 已登记，涉及付款 {answers} 笔，其中拒付 {rejected} 笔",
    ),
    "finance.outcome.reported": Phrase(
        "{file}: {statement} recorded as evidence, {lines} line(s); only a statement settles",
        "{file}：{statement} 已登记为佐证，明细 {lines} 笔；仅对账单可作到账依据",
    ),
    "finance.absence.statement": Phrase(
        "between {since} and {until}: closed with {amount}, opens with {next}",
        "{since} 至 {until} 之间：期末 {amount}，下一期初 {next}",
    ),
    "finance.absence.number": Phrase(
        "statement number {reference}, before {since}", "{since} 之前的第 {reference} 号对账单"
    ),
    "finance.absence.difference": Phrase(
        "what explains {amount} of the balance of {since}", "{since} 余额中 {amount} 的来由"
    ),
    "finance.absence.answer": Phrase(
        "the bank's answer to {reference}, due by {since}: {count} payment(s), {amount}",
        "银行对 {reference} 的答复，期限 {since}：{count} 笔，{amount}",
    ),
    "finance.absence.line": Phrase(
        "line {reference} of {amount}, reported for {since}: its statement does not have it",
        "明细 {reference}（{amount}），曾报 {since} 入账，当日对账单中没有",
    ),
    "finance.absence.silence": Phrase("any statement since {since}", "{since} 之后的任何对账单"),
    "finance.ageing.unanswered": Phrase("  of it sent, not answered", "  其中已发送未答复"),
    "finance.ageing.unknown": Phrase("  of it unknown", "  其中结果不明"),
    "finance.ageing.contradicted": Phrase("rejected, yet its money shown", "称拒付却见资金"),
    "finance.ageing.reported": Phrase("reported, on no statement", "报已入账未见对账单"),
    "finance.column.sent_on": Phrase("sent", "发送日期"),
    "finance.column.answer_by": Phrase("answer by", "答复期限"),
    "finance.column.answer": Phrase("the bank's word", "银行答复"),
    "finance.column.day": Phrase("day", "日期"),
    "finance.column.opening": Phrase("opening", "期初"),
    "finance.column.in_count": Phrase("lines in", "收入笔数"),
    "finance.column.in": Phrase("in", "收入"),
    "finance.column.out_count": Phrase("lines out", "支出笔数"),
    "finance.column.out": Phrase("out", "支出"),
    "finance.column.closing": Phrase("closing", "期末"),
    "finance.column.bank_closing": Phrase("bank says", "银行期末"),
    "finance.column.open_count": Phrase("open lines", "未了笔数"),
    "finance.column.currency": Phrase("currency", "币种"),
    "finance.column.by_lines": Phrase("by the lines", "按明细推算"),
    "finance.column.open": Phrase("open items", "未了事项"),
    "finance.column.missing_count": Phrase("missing", "缺失"),
    "finance.contradicted": Phrase("contradicted", "相互矛盾"),
    "payment.rejection_proposed": Phrase(
        "rejection proposed by {principal}; another person completes it", "{principal} 提请登记拒付，待另一人确认"
    ),
}
