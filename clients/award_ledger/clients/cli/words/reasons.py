"""Why the ledger says no, and what to do: two phrases for each reason of the contract (`ErrorReason`)."""

from __future__ import annotations

from award_ledger.clients.cli.words.bank_answers import ANSWER_REASONS
from award_ledger.clients.cli.words.finance import FINANCE_REASONS
from award_ledger.clients.cli.words.identity import IDENTITY_REASONS
from award_ledger.clients.cli.words.reason import SAFE_EN as _SAFE_EN
from award_ledger.clients.cli.words.reason import SAFE_ZH as _SAFE_ZH
from award_ledger.clients.cli.words.reason import Reason
from award_ledger.clients.cli.words.reason import reason as _reason
from award_ledger.clients.cli.words.receivables import RECEIVABLE_REASONS
from award_ledger.clients.cli.words.rights import RIGHTS_REASONS

REASONS: dict[str, Reason] = {
    # The request itself.
    "INVALID_FIELD": _reason(
        "A field is missing or malformed.", "有字段缺失或格式不对。", "correct the fields named below", "改正下列字段"
    ),
    "REQUEST_ID_REQUIRED": _reason(
        "The request id is not a UUID.", "请求号不是 UUID。", "leave --request-id out", "不要填写 --request-id"
    ),
    "REQUEST_ID_REUSED": _reason(
        "This request id stands for another request.",
        "该请求号已用于另一项内容不同的请求。",
        "leave --request-id out to make a new request, or repeat the first one exactly",
        "如为新请求，不要填写 --request-id；如为重复请求，内容须与首次完全一致",
    ),
    "DEADLINE_REQUIRED": _reason("The call carried no deadline.", "请求没有时限。", "set --timeout", "设置 --timeout"),
    "ETAG_MISMATCH": _reason(
        "It has changed since you read it.",
        "在您读取之后，内容已有变动。",
        "look at it again, then decide again",
        "请重新查看后再作决定",
    ),
    "MESSAGE_TOO_LARGE": _reason("The request is too large.", "请求过大。", "send less at once", "分次办理"),
    "BATCH_TOO_LARGE": _reason(
        "The batch has too many rows.", "一次提交的行数过多。", "send fewer rows at once", "分批提交"
    ),
    "AMOUNT_NOT_POSITIVE": _reason(
        "The amount is zero or negative.", "金额为零或负数。", "give an amount above zero", "金额须大于零"
    ),
    "AMOUNT_TOO_LARGE": _reason(
        "The amount is larger than the ledger holds.",
        "金额超出账本可记录的范围。",
        "check the amount and its decimal point",
        "核对金额和小数点",
    ),
    "ENTERPRISE_NUMBER_INVALID": _reason(
        "The enterprise's number fails its check digit.",
        "企业代码校验不通过。",
        "check the number against the business licence",
        "对照营业执照核对统一社会信用代码",
    ),
    "ENTERPRISE_SCHEME_UNKNOWN": _reason(
        "The ledger knows no such scheme of numbers.",
        "没有这种代码类型。",
        "write the number alone for a unified social credit code, or as scheme:number (pt.nif:501964843)",
        "统一社会信用代码直接填写；其他代码写作“类型:代码”，如 pt.nif:501964843",
    ),
    "CURRENCY_MISMATCH": _reason(
        "The currency is unknown, or not that of the measure or fund.",
        "币种不存在，或与政策措施、资金指标的币种不一致。",
        "use the currency of the measure",
        "使用该政策措施的币种",
    ),
    # Who calls.
    **IDENTITY_REASONS,
    "SECOND_PERSON_REQUIRED": _reason(
        "This needs a second person.",
        "此事须由第二人参与。",
        "have a colleague run `award-ledger review`, or the same command again (a write-off, what a bank line is)",
        "请另一位同事执行 award-ledger review；核销及银行明细的认定、撤销，则由其再次执行同一命令",
    ),
    "SEGREGATION_OF_DUTIES": _reason(
        "One person may not do both: who decides an award neither pays it nor answers objections to it.",
        "同一人不得兼办：批准人不得办理拨付，也不得答复对该奖补的异议。",
        "have a colleague do it",
        "请其他人办理",
    ),
    # What is not there, or is there already.
    "ENTERPRISE_NOT_FOUND": _reason(
        "The enterprise is not registered.",
        "企业尚未登记。",
        "check the number, or register it: award-ledger enterprises register NUMBER NAME",
        "核对代码，或先登记：award-ledger enterprises register 代码 名称",
    ),
    "ENTERPRISE_EXISTS": _reason(
        "The enterprise is registered already.",
        "企业已经登记。",
        "nothing needs to be done; see it with: award-ledger enterprises show NUMBER",
        "无需再次登记；查看：award-ledger enterprises show 代码",
    ),
    "MEASURE_NOT_FOUND": _reason(
        "There is no such measure.",
        "没有这项政策措施。",
        "see the codes with: award-ledger measures list",
        "查看代码：award-ledger measures list",
    ),
    "FUND_NOT_FOUND": _reason(
        "There is no such fund.",
        "没有这项资金指标。",
        "see the codes with: award-ledger funds list",
        "查看代码：award-ledger funds list",
    ),
    "FUND_EXISTS": _reason(
        "The fund exists already.",
        "资金指标已经建立。",
        "change its appropriation with: award-ledger funds change CODE --by AMOUNT",
        "调整额度：award-ledger funds change 代码 --by 金额",
    ),
    "APPLICATION_NOT_FOUND": _reason(
        "The enterprise has no such application.",
        "该企业没有这项申报。",
        "see its applications with: award-ledger enterprises show NUMBER",
        "查看其申报：award-ledger enterprises show 代码",
    ),
    "AWARD_NOT_FOUND": _reason(
        "The enterprise has no such award.",
        "该企业没有这项奖补。",
        "see its awards with: award-ledger enterprises show NUMBER",
        "查看其奖补：award-ledger enterprises show 代码",
    ),
    "PAYMENT_NOT_FOUND": _reason(
        "The award has no such instalment or payment.",
        "该奖补没有这一期拨付或这次付款。",
        "see its instalments with: award-ledger awards show ENTERPRISE AWARD",
        "查看各期拨付：award-ledger awards show 企业 奖补",
    ),
    "CLAWBACK_NOT_FOUND": _reason(
        "The award has no such clawback.",
        "该奖补没有这项追回。",
        "see its clawbacks with: award-ledger awards show ENTERPRISE AWARD",
        "查看各项追回：award-ledger awards show 企业 奖补",
    ),
    "OBJECTION_NOT_FOUND": _reason(
        "There is no such objection to the award.",
        "该奖补没有这项异议。",
        "see them with: award-ledger awards show ENTERPRISE AWARD",
        "查看各项异议：award-ledger awards show 企业 奖补",
    ),
    "EVENT_NOT_FOUND": _reason(
        "The log has no such event.",
        "日志中没有这条记录。",
        "see how far the log has come with: award-ledger status",
        "查看日志长度：award-ledger status",
    ),
    # The Terms.
    "ENTERPRISE_BARRED": _reason(
        "The enterprise is barred.",
        "企业已被限制享受政策。",
        "lift the bar first, if it is right to: award-ledger enterprises reinstate NUMBER",
        "如应解除限制，先执行：award-ledger enterprises reinstate 代码",
    ),
    "CLAWBACK_OUTSTANDING": _reason(
        "The enterprise still owes money under orders to return it.",
        "企业尚有追回款未结清。",
        "see what is owed, and go on once it is repaid: award-ledger enterprises show NUMBER",
        "查看欠款，结清后再办理：award-ledger enterprises show 代码",
    ),
    "MEASURE_NEEDS_RULE": _reason(
        "The text of this measure names no amount yet.",
        "该政策措施的文件尚未载明金额。",
        "publish Terms with an amount first: award-ledger measures publish FILE",
        "先发布载明金额的条款：award-ledger measures publish 文件",
    ),
    "MEASURE_SUSPENDED": _reason(
        "The measure is suspended.",
        "该政策措施已暂停。",
        "wait until it is reopened",
        "待其恢复后再办理",
    ),
    "MEASURE_CLOSED": _reason("The measure is closed.", "该政策措施已结束。", "it takes no more cases", "不再受理"),
    "OUTSIDE_VALIDITY": _reason(
        "The date is outside the validity of the Terms.",
        "日期不在条款有效期内。",
        "check the date, or publish Terms that cover it",
        "核对日期，或发布涵盖该日期的条款",
    ),
    "FACT_MISSING": _reason(
        "A declared fact that a rule needs is missing or malformed.",
        "缺少规则所需的申报事实，或其格式不对。",
        "apply again with --fact NAME=VALUE (or --money NAME=AMOUNT)",
        "重新申报并填写 --fact 名称=值（金额用 --money 名称=金额）",
    ),
    "REQUIREMENT_NOT_MET": _reason(
        "A declared fact is not among those that the Terms allow.",
        "申报事实不在条款允许的范围内。",
        "check the fact against the Terms: award-ledger measures show CODE",
        "对照条款核对：award-ledger measures show 代码",
    ),
    "THRESHOLD_NOT_MET": _reason(
        "A declared number does not reach the threshold.",
        "申报数值未达到门槛。",
        "check the number against the Terms: award-ledger measures show CODE",
        "对照条款核对：award-ledger measures show 代码",
    ),
    "EVIDENCE_MISSING": _reason(
        "A required kind of evidence is missing.",
        "缺少必需的凭证。",
        "apply again with --evidence KIND=REFERENCE",
        "重新申报并填写 --evidence 类型=编号",
    ),
    "EVIDENCE_IN_USE": _reason(
        "The evidence backs another live award.",
        "该凭证已用于另一项有效奖补。",
        "see which: award-ledger history evidence KIND REFERENCE",
        "查看使用情况：award-ledger history evidence 类型 编号",
    ),
    "KEY_IN_USE": _reason(
        "Another live award holds the one place for this key.",
        "同一对象的唯一名额已被另一项有效奖补占用。",
        "see the table below for the award that holds it",
        "占用名额的奖补见下表",
    ),
    "AMOUNT_NOT_FIXED": _reason(
        "The Terms fix the amount, and this is another one.",
        "条款规定了固定金额，所报金额与之不符。",
        "approve exactly the fixed amount",
        "按固定金额批准",
    ),
    "CEILING_EXCEEDED": _reason(
        "The amount is above the ceiling of an award.",
        "金额超过单项上限。",
        "approve at most what is admissible",
        "按不超过可批准金额办理",
    ),
    "RATE_EXCEEDED": _reason(
        "The rate is above that of the Terms.",
        "比例超过条款规定的比例。",
        "decide at most the rate of the Terms",
        "按不超过条款规定的比例办理",
    ),
    "CAP_EXCEEDED": _reason(
        "A cap across awards is exceeded.",
        "超过累计限额。",
        "approve at most what is admissible",
        "按不超过可批准金额办理",
    ),
    "QUOTA_EXCEEDED": _reason(
        "The quota of awards is used up.",
        "名额已用完。",
        "where the table says an override is possible, have a colleague review, then approve with --override",
        "如下表注明可特批，请同事先复核，再用 --override 批准",
    ),
    "FUND_EXHAUSTED": _reason(
        "The fund has not enough available.",
        "资金指标可用额度不足。",
        "approve less, or have the appropriation raised: award-ledger funds change CODE --by AMOUNT",
        "减少金额，或追加额度：award-ledger funds change 代码 --by 金额",
    ),
    "FUND_NOT_SET": _reason(
        "No fund is set for the fiscal year of the decision.",
        "决定所属财政年度没有资金指标。",
        "create the fund that the Terms name: award-ledger funds create CODE --year YEAR --amount AMOUNT",
        "先建立条款指定的资金指标：award-ledger funds create 代码 --year 年度 --amount 金额",
    ),
    # What has happened before.
    "APPLICATION_NOT_OPEN": _reason(
        "The application is not open: it was approved, refused or withdrawn.",
        "申报已办结：已批准、已退回或已撤回。",
        "see it with: award-ledger applications show ENTERPRISE APPLICATION",
        "查看：award-ledger applications show 企业 申报",
    ),
    "AWARD_STATE": _reason(
        "The award is not in a state for this.",
        "奖补当前状态不允许此操作。",
        "see it with: award-ledger awards show ENTERPRISE AWARD",
        "查看：award-ledger awards show 企业 奖补",
    ),
    "INSTALMENT_NOT_PAYABLE": _reason(
        "The instalment is not payable now.",
        "该期现在不可拨付。",
        "see from which day and on which result: award-ledger awards show ENTERPRISE AWARD",
        "查看可拨付日期和条件：award-ledger awards show 企业 奖补",
    ),
    "OBJECTION_OPEN": _reason(
        "An objection to the award waits for its answer, or was upheld.",
        "该奖补有待答复或已成立的异议、举报、投诉。",
        "have it answered by a colleague: award-ledger objections answer ENTERPRISE AWARD",
        "由其他人答复：award-ledger objections answer 企业 奖补",
    ),
    "SET_OFF_REQUIRED": _reason(
        "The enterprise still owes money, which is set off first.",
        "企业尚有追回款未结清，须先抵扣。",
        "set the instalment off first: award-ledger clawback set-off ENTERPRISE AWARD",
        "先抵扣：award-ledger clawback set-off 企业 奖补",
    ),
    "PAYMENT_STATE": _reason(
        "The payment is not in a state for this.",
        "付款当前状态不允许此操作。",
        "see it with: award-ledger awards show ENTERPRISE AWARD",
        "查看：award-ledger awards show 企业 奖补",
    ),
    "AMOUNT_EXCEEDS_OUTSTANDING": _reason(
        "The amount is more than what is outstanding.",
        "金额超过未结金额。",
        "record at most what is outstanding",
        "按不超过未结金额登记",
    ),
    "CLAWBACK_STATE": _reason(
        "The clawback is not in a state for this.",
        "追回当前状态不允许此操作。",
        "see it with: award-ledger awards show ENTERPRISE AWARD",
        "查看：award-ledger awards show 企业 奖补",
    ),
    "STAGE_UNKNOWN": _reason(
        "The award's Terms know no such result.",
        "该奖补的条款没有这种结果。",
        "use a result that the Terms name: award-ledger measures show CODE",
        "使用条款列明的结果：award-ledger measures show 代码",
    ),
    "APPROPRIATION_TOO_LOW": _reason(
        "The appropriation cannot fall below what is promised and paid.",
        "额度不能低于已承诺和已支付的金额。",
        "take away less: award-ledger funds show CODE",
        "减少调减金额；查看：award-ledger funds show 代码",
    ),
    "SHARE_TOO_SMALL": _reason(
        "The fund leaves so little that a share would be less than one minor unit.",
        "可安排的资金过少，某项申报所得不足最小货币单位。",
        "see what the fund leaves: award-ledger funds show CODE; or leave applications out",
        "查看资金余额：award-ledger funds show 代码；或减少本批申报",
    ),
    "ENTRY_NOT_CORRECTABLE": _reason(
        "An entry of this kind is not corrected.",
        "此类记录不作更正。",
        "do what is named instead; see the entry with: award-ledger history event POSITION",
        "按提示改用相应办法；查看记录：award-ledger history event 位置",
    ),
    "CORRECTION_IMPOSSIBLE": _reason(
        "The entry cannot have been that, in view of what has followed.",
        "从后续记录看，该记录不可能是此金额。",
        "keep within the bounds that are named, or correct what followed first",
        "在所列范围内更正，或先更正后续记录",
    ),
    "MEASURE_STATUS": _reason(
        "The measure is in that status already.",
        "该政策措施已处于此状态。",
        "see it with: award-ledger measures show CODE",
        "查看：award-ledger measures show 代码",
    ),
    "ENTERPRISE_STATUS": _reason(
        "The enterprise is in that status already, or in another group.",
        "企业已处于此状态，或属于另一关联组。",
        "see it with: award-ledger enterprises show NUMBER",
        "查看：award-ledger enterprises show 代码",
    ),
    # Points of the log.
    "POINT_NOT_AVAILABLE": _reason(
        "The ledger cannot answer for that point.",
        "账本无法回答该时点的情况。",
        "ask for a point that the log has reached: award-ledger status",
        "请查询日志已到达的时点：award-ledger status",
    ),
    "POSITION_NOT_REACHED": _reason(
        "The log has not reached that position yet.",
        "日志尚未到达该位置。",
        "try again in a moment",
        "请稍后再试",
    ),
    "NOT_YET_EFFECTIVE": _reason(
        "It was known at that point, but nothing of it has effect by that day.",
        "当时已有记录，但至该日均未生效。",
        "ask about a later day: --about; or about none, to see all that was known",
        "请查询更晚的日期（--about）；不指定日期则可看到当时已知的全部内容",
    ),
    "PAGE_TOKEN_INVALID": _reason(
        "The page does not belong to this list.", "分页标记不属于该列表。", "start the list again", "重新查询"
    ),
    # The transparency log.
    "NOT_PUBLISHED": _reason(
        "No signed checkpoint covers this yet.",
        "尚无已签名的检查点涵盖此项。",
        "try again in a moment",
        "请稍后再试",
    ),
    "TRANSPARENCY_OFF": _reason(
        "This server publishes no transparency log.",
        "此服务器未启用透明日志。",
        "ask those who run the ledger for a server that does",
        "请向账本运维人员索取启用透明日志的服务器",
    ),
    "LOG_KEYS_NOT_CURRENT": _reason(
        "The log's keys until now are others.",
        "日志现用密钥与所列不符。",
        "name the current keys: award-ledger-server signer-keys shows them",
        "请列出现用密钥：award-ledger-server signer-keys 可查看",
    ),
    "LOG_KEY_NOT_SIGNING": _reason(
        "A key does not sign the newest checkpoint; old and new keys both must before they change.",
        "有密钥尚未签署最新检查点；更换前新旧密钥须同时签署。",
        "give the signer both keys and try again after the next checkpoint",
        "请让签名进程同时持有新旧密钥，待下一检查点后重试",
    ),
    # Bank accounts and payment runs.
    **{
        name: Reason(what, todo)
        for name, (what, todo) in {**FINANCE_REASONS, **ANSWER_REASONS, **RECEIVABLE_REASONS}.items()
    },
    "PERSONAL_DATA_NOT_HELD": _reason(
        "The application holds nothing of that: it was never told, or it has been erased.",
        "该申报没有此项信息：未曾填报，或已删除。",
        "look at the application: award-ledger applications show",
        "请查看该申报：award-ledger applications show",
    ),
    "PERSONAL_DATA_NEEDED": _reason(
        "The payee is needed until the application is decided and everything is paid ({open_minor} minor units open).",
        "申报未决定或款项未付清前仍需收款信息（未付 {open_minor}，最小货币单位）。",
        "erase it once nothing is to be paid any more",
        "请待款项全部付清后再删除",
    ),
    **{name: _reason(*words) for name, words in RIGHTS_REASONS.items()},
    # Availability.
    "OVERLOADED": _reason("The ledger is busy; nothing was done.", "账本繁忙，未办理。", _SAFE_EN, _SAFE_ZH),
    "STORE_UNAVAILABLE": _reason(
        "The ledger's database failed; if it was done is unknown.", "账本数据库故障，是否办理未知。", _SAFE_EN, _SAFE_ZH
    ),
    "SHUTTING_DOWN": _reason(
        "The ledger is shutting down; nothing was done.", "账本正在停机，未办理。", _SAFE_EN, _SAFE_ZH
    ),
    "EVENT_UNREADABLE": _reason(
        "The server is older than its ledger; nothing was done.", "服务器版本过旧，未办理。", _SAFE_EN, _SAFE_ZH
    ),
    "DEADLINE_EXCEEDED": _reason("The answer did not come in time.", "未能在时限内得到答复。", _SAFE_EN, _SAFE_ZH),
}

NO_CONNECTION = _reason(
    "The ledger at {server} does not answer.",
    "无法连接账本 {server}。",
    "check the address (--server or AWARD_LEDGER_SERVER) and that the ledger runs, then run the command again",
    "核对地址（--server 或 AWARD_LEDGER_SERVER）并确认账本正在运行，然后重新执行",
)

NO_SECURE_CONNECTION = _reason(
    "The ledger at {server} does not answer, or one of you does not trust the other.",
    "无法连接账本 {server}，或双方证书未获信任。",
    "check the profile: its server, its authorities_file (of the server's certificate), and that your own "
    "certificate is of an authority that the ledger takes and has not expired; then run the command again",
    "核对身份配置中的 server、authorities_file（服务器证书的签发机构），"
    "并确认本人证书由账本认可的机构签发且未过期，然后重新执行",
)

UNKNOWN = _reason(
    "The ledger could not do this.",
    "账本未能办理。",
    "tell those who run the ledger what is shown here",
    "请将此处显示的内容告知账本运维人员",
)
