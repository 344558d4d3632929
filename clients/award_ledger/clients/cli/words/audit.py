"""What the auditor's commands say: help, options, labels."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase
from award_ledger.clients.cli.words.inquiries import INQUIRY_COMMANDS, INQUIRY_LABELS, INQUIRY_OPTIONS

AUDIT_COMMANDS = {
    **INQUIRY_COMMANDS,
    "audit": Phrase(
        "Check the ledger without trusting it.\n\nExample: award-ledger audit replay",
        "不依赖账本自身的说法，独立核对账本。\n\n示例：award-ledger audit replay",
    ),
    "audit replay": Phrase(
        "Replay the log from zero and compare with every answer of the ledger.\n\n"
        "Every event is hashed again; every act is held against the rights that the roster gave; every approval, "
        "refusal and correction of money is decided again under the Terms then in force; every "
        "balance of funds, measures and enterprises is compared with what the ledger answers at the same position. "
        "Needs award-ledger[audit].\n\n"
        "Example: award-ledger audit replay --to 1200",
        "从零重放日志，并与账本的各项答复核对。\n\n"
        "逐条重新计算记录的哈希；逐项核对经办人当时的权限；按当时有效的条款重新作出每项批准、不予核准和金额更正的决定；"
        "将资金指标、政策措施、企业的每个数值与账本在同一日志位置的答复核对。需安装 award-ledger[audit]。\n\n"
        "示例：award-ledger audit replay --to 1200",
    ),
    "audit verify": Phrase(
        "Verify a bundle offline, and decide everything in it again.\n\n"
        "Only your own policy is believed. Signatures, quorum, every entry, tile and state, the order of positions, "
        "versions and instants, the checkpoint that you held before, and disclosed values are verified; then every "
        "act is held against the rights that the roster gave, and every approval, refusal and correction of money is "
        "decided again. "
        "Exit code 1 if anything fails. Needs award-ledger[audit].\n\n"
        "Example: award-ledger audit verify 2026.zip --policy policy.txt --held checkpoint",
        "离线核验存证包，并重新作出其中的每项决定。\n\n"
        "只相信您自己的信任策略：核验签名与见证数、每条记录、每个哈希块和每份存储内容、位置与版本及时刻的次序、"
        "与您此前持有的检查点的一致性，以及已披露的内容；然后逐项核对经办人当时的权限，并重新作出每项批准、不予核准和金额更正的决定。"
        "有任何不符时退出码为 1。需安装 award-ledger[audit]。\n\n"
        "示例：award-ledger audit verify 2026.zip --policy policy.txt --held checkpoint",
    ),
    "audit export": Phrase(
        "Export the log as a bundle: a zip file where the name ends with .zip, else a folder.\n\n"
        "What the server sends is verified as it comes. A broken export is taken up again by the same command. "
        "With --position, only those events with their proofs.\n\n"
        "Example: award-ledger audit export 2026.zip --policy policy.txt --as sun@sjt",
        "将日志导出为存证包：文件名以 .zip 结尾的为压缩包，否则为文件夹。\n\n"
        "边接收边核验；中断后重新执行同一命令即可续传。使用 --position 时只导出这些记录及其证明。\n\n"
        "示例：award-ledger audit export 2026.zip --policy policy.txt --as sun@sjt",
    ),
    "audit follow": Phrase(
        "Bring the copy in a folder up to date, proving that the log only grew.\n\n"
        "A log that was rewritten or cut is refused, and the copy stays as it was.\n\n"
        "Example: award-ledger audit follow copy --policy policy.txt --max-age 86400 --as sun@sjt",
        "将文件夹中的副本更新到最新，并证明日志只有增加。\n\n"
        "日志被改写或截短时拒绝更新，副本保持原样。\n\n"
        "示例：award-ledger audit follow copy --policy policy.txt --max-age 86400 --as sun@sjt",
    ),
    "audit receipt": Phrase(
        "Prove that the event of a receipt is in the log.\n\n"
        "The position and the hash are those that the command was answered with.\n\n"
        "Example: award-ledger audit receipt 1200 "
        "3b4051998cb5c218b85611c1e1ae31cdc1982ab476286d893cb5e52ba2871617 --policy policy.txt",
        "证明回执所述的记录在日志之中。\n\n"
        "位置和哈希即办理时答复中的位置和哈希。\n\n"
        "示例：award-ledger audit receipt 1200 "
        "3b4051998cb5c218b85611c1e1ae31cdc1982ab476286d893cb5e52ba2871617 --policy policy.txt",
    ),
    "witness": Phrase(
        "Run a witness: a second body that remembers how far it saw a log.\n\n"
        "Example: award-ledger witness keys witness.audit.example --out witness.key",
        "运行见证人：由另一机构记住所见日志的长度。\n\n"
        "示例：award-ledger witness keys witness.audit.example --out witness.key",
    ),
    "witness keys": Phrase(
        "Make the key of a witness, and say what goes into policies.\n\n"
        "Example: award-ledger witness keys witness.audit.example --out witness.key",
        "生成见证人的密钥，并给出写入信任策略的公钥。\n\n"
        "示例：award-ledger witness keys witness.audit.example --out witness.key",
    ),
    "witness serve": Phrase(
        "Serve a witness over HTTP (C2SP tlog-witness) until it is told to stop.\n\n"
        "It cosigns only what continues the log that it remembers. Put a proxy with TLS in front of it.\n\n"
        "Example: award-ledger witness serve --key witness.key --logs logs.txt --records records",
        "以 HTTP 提供见证服务（C2SP tlog-witness），直至收到停止信号。\n\n"
        "只签署与其所记日志相延续的检查点。请在其前面设置带 TLS 的代理。\n\n"
        "示例：award-ledger witness serve --key witness.key --logs logs.txt --records records",
    ),
}
"""Help by path."""

AUDIT_OPTIONS = {
    **INQUIRY_OPTIONS,
    "audit replay:to": Phrase(
        "Compare at this position (default: the end of the log).", "核对到该位置（默认至日志末尾）。"
    ),
    "bundle": Phrase("The bundle: a zip file or a folder.", "存证包：压缩包或文件夹。"),
    "policy": Phrase(
        "Whose checkpoints you believe, and which witnesses must have seen them (C2SP tlog-policy).",
        "信任策略：相信谁的检查点，须由哪些见证人见证（C2SP tlog-policy）。",
    ),
    "held": Phrase(
        "The checkpoint that you held before: the log must be its continuation.",
        "您此前持有的检查点：日志必须与其相延续。",
    ),
    "max_age": Phrase(
        "Cosignatures older than this do not count (default: any age).", "超过该时长的见证签名不计（默认不限）。"
    ),
    "openings": Phrase(
        "Every sensitive value must be disclosed, or erased by an event.",
        "每项敏感内容均须已披露，或有记录说明已删除。",
    ),
    "decide": Phrase("Decide everything again, or verify the log alone.", "重新作出每项决定，或只核验日志。"),
    "size": Phrase("Export the log of this size (default: the newest).", "导出该长度的日志（默认最新）。"),
    "audit export:position": Phrase(
        "Only the event at this position; may be repeated.", "只导出该位置的记录；可重复填写。"
    ),
    "folder": Phrase("The folder with the copy; made if it is not there.", "副本所在文件夹；没有则建立。"),
    "event_hash": Phrase("Hash of the event, 64 hexadecimal digits.", "记录的哈希，64 位十六进制数。"),
    "proof": Phrase("A proof file, instead of asking the server.", "证明文件，代替向服务器查询。"),
    "save": Phrase("Keep the proof file here.", "将证明文件存到此处。"),
    "witness keys:name": Phrase("Name of the witness, an address without scheme.", "见证人名称，即不带协议的网址。"),
    "out": Phrase("Where the private key goes; a new file.", "私钥存放处，须为新文件。"),
    "key": Phrase("The private key of the witness.", "见证人的私钥文件。"),
    "logs": Phrase(
        "A policy whose log lines say for which logs to cosign.", "信任策略文件，其中 log 行列明所见证的日志。"
    ),
    "records": Phrase("The folder in which it remembers; to be backed up.", "记录所在文件夹，须备份。"),
    "listen": Phrase("Where to listen.", "监听地址。"),
}

AUDIT_LABELS = {
    **INQUIRY_LABELS,
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
    "audit.verifying": Phrase("verifying", "核验"),
    "audit.deciding": Phrase("deciding again", "重新决定"),
    "audit.exporting": Phrase("exporting", "导出"),
    "audit.following": Phrase("following", "更新副本"),
    "audit.origin": Phrase("log", "日志"),
    "audit.size": Phrase("events", "记录数"),
    "audit.root": Phrase("root", "根哈希"),
    "audit.signers": Phrase("signed by", "签名"),
    "audit.held_size": Phrase("continues the checkpoint held at", "延续此前持有的检查点"),
    "audit.verified": Phrase("events verified", "已核验的记录"),
    "audit.selected": Phrase("events proved", "已证明的记录"),
    "audit.openings": Phrase("sensitive values", "敏感内容"),
    "audit.opened": Phrase(
        "{opened} of {of} disclosed and verified, {erased} erased",
        "共 {of} 项，已披露并核验 {opened} 项，已删除 {erased} 项",
    ),
    "audit.timestamps": Phrase("time stamps", "时间戳"),
    "audit.stamped": Phrase("{size:,} events at {at} by {authority}", "{at} 由 {authority} 加盖，日志 {size:,} 条"),
    "audit.anchors": Phrase(
        "time stamps, not verified: the policy names no authority", "时间戳（信任策略未列时间戳机构，未核验）"
    ),
    "audit.holds": Phrase("The log holds.", "日志完整无误。"),
    "audit.fails": Phrase("{count} check(s) failed.", "{count} 项核验不符。"),
    "audit.check": Phrase("check", "核验项"),
    "audit.finding": Phrase("finding", "发现"),
    "audit.check.format": Phrase("format", "格式"),
    "audit.check.signature": Phrase("signature", "签名"),
    "audit.check.quorum": Phrase("witnesses", "见证"),
    "audit.check.proof": Phrase("proof", "证明"),
    "audit.check.bundle": Phrase("files", "文件"),
    "audit.check.tree": Phrase("tree", "哈希树"),
    "audit.check.place": Phrase("order", "次序"),
    "audit.check.state": Phrase("content", "内容"),
    "audit.check.timestamp": Phrase("time stamp", "时间戳"),
    "audit.check.opening": Phrase("sensitive value", "敏感内容"),
    "audit.exported": Phrase("Exported and verified: {bundle}", "已导出并核验：{bundle}"),
    "audit.followed": Phrase(
        "The copy had {old} events and has {new}; the log only grew.", "副本由 {old} 条增至 {new} 条，日志只有增加。"
    ),
    "audit.proved": Phrase("The event at position {position} is in the log.", "位置 {position} 的记录在日志之中。"),
    "audit.hash": Phrase("a hash has 64 hexadecimal digits", "哈希应为 64 位十六进制数"),
    "audit.too_large": Phrase("{path} has more than {most} bytes", "{path} 超过 {most} 字节"),
    "witness.vkey": Phrase("key for policies", "写入信任策略的公钥"),
    "witness.made": Phrase("The private key is in {path}; keep it from everybody.", "私钥已存入 {path}，请妥善保管。"),
    "witness.address": Phrase("an address is HOST:PORT", "地址应为 主机:端口"),
    "witness.serving": Phrase("Witness on port {port}: {vkey}", "见证服务端口 {port}：{vkey}"),
    "witness.failed": Phrase("The witness cannot serve: {problem}", "见证服务无法启动：{problem}"),
}
