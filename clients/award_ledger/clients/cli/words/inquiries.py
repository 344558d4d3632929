"""What the questions of auditors say: help, options, labels."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase


def _question(en: str, zh: str, example: str, more_en: str = "", more_zh: str = "") -> Phrase:
    example = f"award-ledger audit {example} --as sun@sjt"
    return Phrase(
        "\n\n".join(filter(None, (en, more_en, f"Example: {example}"))),
        "\n\n".join(filter(None, (zh, more_zh, f"示例：{example}"))),
    )


_DAYS_EN = (
    "--as-of is what the ledger had recorded; --about counts only what has effect in law by that day. A correction "
    "counts from the day of what it corrects, and nothing of an award before its decision. Amounts were reckoned on "
    "what stood when they were recorded, and stay so."
)
_DAYS_ZH = (
    "--as-of 指账本当时已记录的内容；--about 只计至该日已生效的事项。更正自被更正事项之日起计，"
    "奖补的各项事实不早于批准之日。各项金额以记录时的情况核算，不因查询而改变。"
)
_LONG_EN = (
    "Where neither --enterprise nor --measure is given, the whole log is walked: some seconds for a million events."
)
_LONG_ZH = "未指定 --enterprise 或 --measure 时须遍历整个日志：百万条记录约需数秒。"

INQUIRY_COMMANDS = {
    "audit state": _question(
        "Say what was known at one point about one day of law.",
        "查询某一时点所知的某一日期的情况。",
        "state fund A06-1/2025 --as-of 2026-03-01 --about 2025-12-31",
        _DAYS_EN,
        _DAYS_ZH,
    ),
    "audit state enterprise": _question(
        "Say what was known about an enterprise, with the newest of its applications and awards.",
        "查询当时所知的企业情况，含最近的申报和奖补。",
        "state enterprise 91370100MA3C0K8U27 --as-of 2026-03-01 --about 2025-12-31",
        _DAYS_EN,
        _DAYS_ZH,
    ),
    "audit state measure": _question(
        "Say what was known about a measure: its Terms, the use of its quotas, what was granted.",
        "查询当时所知的政策措施情况：条款、名额使用和批准情况。",
        "state measure A06-1 --about 2025-12-31",
        _DAYS_EN,
        _DAYS_ZH,
    ),
    "audit state fund": _question(
        "Say what was known about a fund. Its balances add up about any day.",
        "查询当时所知的资金指标情况；任何日期的余额均平衡。",
        "state fund A06-1/2025 --as-of 2026-03-01 --about 2025-12-31",
        "Less than nothing available means: promised before the appropriation had effect. " + _DAYS_EN,
        "可用额为负，即承诺早于额度生效。" + _DAYS_ZH,
    ),
    "audit timeline": _question(
        "Tell all that happened to an award: who, when, why, and under which words of the law.",
        "列出一项奖补的全部经过：何人、何时、为何、依据哪段原文。",
        "timeline 91370100MA3C0K8U27 1201",
        "Both times are shown: when it was recorded, and since when it is in force. "
        "Corrections stand below what they correct.",
        "同时列出记录时间和生效日期；更正列在被更正事项之下。",
    ),
    "audit overrides": _question(
        "List every override: consents, overrides taken, and those that did not help.",
        "列出全部特批：同意、已采用和未起作用的。",
        "overrides --check quota --from 2025-01-01 --to 2025-12-31 --csv",
        _LONG_EN,
        _LONG_ZH,
    ),
    "audit officer": _question(
        "List what one person decided, alone or as the second person.",
        "列出一人作出的全部决定，含作为第二人的。",
        "officer li@kjt --measure A06-1",
        "Unless --enterprise is given, the whole log is walked: some seconds for a million events.",
        "未指定 --enterprise 时须遍历整个日志：百万条记录约需数秒。",
    ),
    "audit contract": _question(
        "List all that touches a contract: each application that names it, and what became of that.",
        "列出与一份合同有关的全部事项：每项列有该合同的申报及其结果。",
        "contract HT-2025-001",
        "Refused, open and withdrawn applications are found too; `history contract` knows only awards.",
        "未予核准、待决定和已撤回的申报也会列出；`history contract` 只含奖补。",
    ),
    "audit evidence": _question(
        "List all that touches a piece of evidence: each application that names it, and what became of that.",
        "列出与一份凭证有关的全部事项：每项列有该凭证的申报及其结果。",
        "evidence invoice FP-8812",
    ),
    "audit limit": _question(
        "List the decisions whose explanation names a limit, with its numbers then.",
        "列出说明中提到某项限额的决定，附当时的数值。",
        "limit cap.lifetime --verdict cut --measure A06-1",
        _LONG_EN,
        _LONG_ZH,
    ),
    "audit refusals": _question(
        "List the refusals on record: those of the Terms, and those of departments.",
        "列出已记录的不予核准：依条款的和部门作出的。",
        "refusals --check cap --from 2025-01-01 --csv",
        _LONG_EN,
        _LONG_ZH,
    ),
}
"""Help by path."""

INQUIRY_OPTIONS = {
    "csv": Phrase(
        "Answer in CSV for spreadsheets: UTF-8 with a byte order mark.",
        "以 CSV 答复，供表格软件使用：UTF-8，带字节顺序标记。",
    ),
    "about": Phrase(
        "Count only what has effect by this day of law (default: everything that was known).",
        "只计至该日已生效的事项（默认为当时所知的全部）。",
    ),
    "effective_from": Phrase("With a day in law from this one on.", "生效日期不早于该日的。"),
    "effective_to": Phrase("With a day in law up to this one.", "生效日期不晚于该日的。"),
    "taken_only": Phrase("Only those that took effect.", "只列已采用的。"),
    "officer": Phrase("Who, as the ledger names them.", "何人，按账本中的名称。"),
    "all_acts": Phrase("All that they recorded, not decisions alone.", "所记录的全部事项，不限于决定。"),
    "binding_only": Phrase("Only where it binds: nothing allows less.", "只列由其决定限额的。"),
    "verdict": Phrase(
        "Only where it came out so: passed, failed, needs_override, overridden, cut or noted.",
        "只列结论如此的：passed、failed、needs_override、overridden、cut 或 noted。",
    ),
    "audit evidence:kind": Phrase("Kind of evidence (invoice).", "凭证类型（invoice）。"),
    "audit limit:check": Phrase(
        "Name of the limit (cap.lifetime), or of its kind (cap).", "限额名称（cap.lifetime）或类型（cap）。"
    ),
    "audit overrides:check": Phrase(
        "Only of this check (quota.A07-1), or of this kind (quota).", "只列该核查项（quota.A07-1）或该类型（quota）的。"
    ),
    "audit refusals:check": Phrase(
        "Only those against which this check stood (cap.lifetime), or one of this kind (cap).",
        "只列因该核查项（cap.lifetime）或该类型（cap）而不予核准的。",
    ),
    **{
        f"audit {command}:measure": Phrase("Only under this measure.", "只列该政策措施的。")
        for command in ("overrides", "officer", "limit", "refusals")
    },
    **{
        f"audit {command}:enterprise": Phrase("Only of this enterprise.", "只列该企业的。")
        for command in ("overrides", "officer", "limit", "refusals")
    },
}

INQUIRY_LABELS = {
    "usage.csv_or_json": Phrase("either --csv or --json", "--csv 与 --json 只能选一"),
    "field.known_at": Phrase("known at", "所知时点"),
    "field.about": Phrase("about", "所问日期"),
    "field.left_out": Phrase("in force later", "其后生效的记录"),
    "field.before_correction": Phrase("stood", "更正前"),
    "field.detail": Phrase("detail", "细项"),
    "field.reference": Phrase("reference", "编号"),
    "field.checks": Phrase("checks", "核查"),
    "field.corrects": Phrase("corrects", "更正的位置"),
    "field.corrected_by": Phrase("corrected by", "被更正于"),
    "field.instalment_no": Phrase("instalment no.", "期次"),
    "field.attempt_no": Phrase("payment no.", "付款次序"),
    "field.clawback_no": Phrase("clawback no.", "追回序号"),
    "field.objection_no": Phrase("objection no.", "异议序号"),
}
