"""What the auditor's commands say: help, options, labels."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase

AUDIT_COMMANDS = {
    "audit": Phrase(
        "Check the ledger without trusting it.\n\nExample: award-ledger audit replay",
        "不依赖账本自身的说法，独立核对账本。\n\n示例：award-ledger audit replay",
    ),
    "audit replay": Phrase(
        "Replay the log from zero and compare with every answer of the ledger.\n\n"
        "Every event is hashed again; every approval and refusal is decided again under the Terms then in force; every "
        "balance of funds, measures and enterprises is compared with what the ledger answers at the same position. "
        "Needs award-ledger[audit].\n\n"
        "Example: award-ledger audit replay --to 1200",
        "从零重放日志，并与账本的各项答复核对。\n\n"
        "逐条重新计算记录的哈希；按当时有效的条款重新作出每项批准和不予核准的决定；"
        "将资金指标、政策措施、企业的每个数值与账本在同一日志位置的答复核对。需安装 award-ledger[audit]。\n\n"
        "示例：award-ledger audit replay --to 1200",
    ),
}
"""Help by path."""

AUDIT_OPTIONS = {
    "audit replay:to": Phrase(
        "Compare at this position (default: the end of the log).", "核对到该位置（默认至日志末尾）。"
    ),
}

AUDIT_LABELS = {
    "audit.extra": Phrase(
        "this command needs `pip install 'award-ledger[audit]'`", "该命令需要 `pip install 'award-ledger[audit]'`"
    ),
    "audit.position": Phrase(
        "position {position} is not in the log, which ends at {head}", "日志至位置 {head} 为止，没有位置 {position}"
    ),
    "audit.agrees": Phrase("Everything agrees.", "全部一致。"),
    "audit.differs": Phrase("{count} value(s) differ.", "{count} 个数值不一致。"),
    "audit.events": Phrase("events hashed and folded", "重放的记录"),
    "audit.decisions": Phrase("decisions taken again", "重新作出的决定"),
    "audit.funds": Phrase("funds", "资金指标"),
    "audit.measures": Phrase("measures", "政策措施"),
    "audit.enterprises": Phrase("enterprises", "企业"),
    "audit.values": Phrase("values compared", "核对的数值"),
    "audit.subject": Phrase("of", "对象"),
    "audit.field": Phrase("value", "数值"),
    "audit.replayed": Phrase("replayed", "重放所得"),
    "audit.given": Phrase("given", "账本所给"),
}
