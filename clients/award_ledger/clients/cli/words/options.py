"""What arguments and options mean, by the name of the parameter; `command:parameter` where one means its own."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase, joined
from award_ledger.clients.cli.words.audit import AUDIT_OPTIONS
from award_ledger.clients.cli.words.bank_answers import ANSWER_OPTIONS
from award_ledger.clients.cli.words.finance import FINANCE_METAVARS, FINANCE_OPTIONS
from award_ledger.clients.cli.words.identity import IDENTITY_OPTIONS
from award_ledger.clients.cli.words.receivables import RECEIVABLE_METAVARS, RECEIVABLE_OPTIONS
from award_ledger.clients.cli.words.rights import RIGHTS_OPTIONS
from award_ledger.clients.cli.words.simulation import SIMULATION_METAVARS, SIMULATION_OPTIONS

_COMMON = {
    "enterprise": Phrase(
        "Number of the enterprise: a unified social credit code, or scheme:number (pt.nif:501964843).",
        "企业代码：统一社会信用代码，或 类型:代码（pt.nif:501964843）。",
    ),
    "application": Phrase(
        "The application: its number, its UUID, or the first 6 letters of it.",
        "申报：编号、UUID，或 UUID 的前 6 位以上。",
    ),
    "award": Phrase(
        "The award: its number, its UUID, or the first 6 letters of it.", "奖补：编号、UUID，或 UUID 的前 6 位以上。"
    ),
    "measure": Phrase("Code of the measure (A06-1).", "政策措施代码（A06-1）。"),
    "fund": Phrase("Code of the fund (A06-1/2025).", "资金指标代码（A06-1/2025）。"),
    "amount": Phrase("Amount in major units (5000000.00).", "金额，以元等主币单位填写（5000000.00）。"),
    "reason": Phrase("Why; goes into the record.", "理由，写入记录。"),
    "document": Phrase("Number of the document that says so.", "依据文件的文号。"),
    "reference": Phrase("The reference itself.", "编号。"),
    "on": Phrase("Date of effect in law (default: today).", "生效日期（默认当天）。"),
    "dry_run": Phrase("Decide and answer, but record nothing.", "只试算并答复，不作记录。"),
    "etag": Phrase("Only if nothing has changed since this etag was read.", "仅当读取该 etag 之后没有变动时才办理。"),
    "request_id": Phrase(
        "UUID of the request, to repeat one that got no answer (default: a new one).",
        "请求号（UUID），用于重复未得到答复的请求（默认新建）。",
    ),
    "as_of": Phrase(
        "Answer for this point: a position, a day (its end) or an instant (default: now).",
        "查询的时点：日志位置、日期（当日终了）或时刻（默认现在）。",
    ),
    "min_position": Phrase("Wait until the log has reached this position.", "等待日志到达该位置后再答复。"),
    "fact": Phrase("A declared fact; may be repeated.", "申报事实；可重复填写。"),
    "money": Phrase(
        "A declared amount in major units: settled=12.50 is the fact settled_minor; may be repeated.",
        "申报的金额，按主币单位：settled=12.50 即事实 settled_minor；可重复填写。",
    ),
    "limit": Phrase("At most this many events.", "最多显示的记录数。"),
    "newest_first": Phrase("Newest first.", "最新的在前。"),
    "status": Phrase("Only those in this status.", "只列此状态的。"),
    "instalment": Phrase("Number of the instalment; may be left out if there is one.", "期次；只有一期时可不填。"),
    "clawback": Phrase("Number of the clawback; may be left out if there is one.", "追回序号；只有一项时可不填。"),
    "objection": Phrase("Number of the objection; may be left out if there is one.", "异议序号；只有一项时可不填。"),
    "attempt": Phrase("Attempt to pay (default: the latest).", "第几次付款（默认最近一次）。"),
    "ground": Phrase("revocation, overpayment or breach.", "事由：revocation 撤销、overpayment 多付、breach 违规。"),
    "override": Phrase(
        "A check that may be passed (quota.A07-1); may be repeated.", "可特批的核查项（quota.A07-1）；可重复填写。"
    ),
    "name": Phrase("Name of the enterprise.", "企业名称。"),
    "group": Phrase("Name of the group of linked enterprises.", "关联组名称。"),
    "year": Phrase("Fiscal year.", "财政年度。"),
}

_PARTICULAR = {
    "server": Phrase("Address of the ledger.", "账本地址。"),
    "principal": Phrase(
        "Who you are, as a development server takes it (zhang@kjt).", "操作人（开发模式），如 zhang@kjt。"
    ),
    "lang": Phrase("Language (default: of the locale).", "语言（默认随系统）。"),
    "json": Phrase("Answer in one JSON document.", "以一份 JSON 文档答复。"),
    "timeout": Phrase("Seconds for each call.", "每次请求的时限（秒）。"),
    "help": Phrase("Show this help and exit.", "显示本帮助后退出。"),
    "show_version": Phrase("Show the version and exit.", "显示版本后退出。"),
    "install_completion": Phrase("Install completion for the current shell.", "为当前 shell 安装命令补全。"),
    "show_completion": Phrase(
        "Show completion for the current shell, to copy it or customize the installation.",
        "显示当前 shell 的命令补全脚本。",
    ),
    "files": Phrase("Package folders, or files of measures.", "政策文件夹，或政策措施文件。"),
    "catalogue": Phrase(
        "A package that ships with the product (shandong-2025-49).", "随产品附带的政策文件（shandong-2025-49）。"
    ),
    "package": Phrase("A package folder, or a file of measures.", "政策文件夹，或政策措施文件。"),
    "both_languages": Phrase("The page in Chinese and English.", "页面为中英文对照。"),
    "only": Phrase("Only this measure; may be repeated.", "只发布该政策措施；可重复填写。"),
    "department": Phrase("Only those that this department leads (kjt).", "只列该部门牵头的（kjt）。"),
    "currency": Phrase("ISO 4217 currency.", "ISO 4217 币种。"),
    "name_zh": Phrase("Chinese name.", "中文名称。"),
    "name_en": Phrase("English name.", "英文名称。"),
    "by": Phrase("What is added, in major units; negative: taken away.", "追加的金额；负数为调减。"),
    "evidence": Phrase(
        "A reference (invoice=044001900111); may be repeated.", "凭证（invoice=044001900111）；可重复填写。"
    ),
    "contract": Phrase("Number of a contract; may be repeated.", "合同编号；可重复填写。"),
    "payee_name": Phrase("Holder of the account to be paid.", "收款户名。"),
    "payee_account": Phrase(
        "Account to be paid; - asks for it without showing it.", "收款账号；填 - 则另行输入且不显示。"
    ),
    "payee_bank": Phrase("Bank of that account.", "开户银行。"),
    "contact_name": Phrase("Person to be asked.", "联系人。"),
    "contact_telephone": Phrase("Telephone of that person.", "联系电话。"),
    "contact_email": Phrase("Electronic mail of that person.", "联系人电子邮箱。"),
    "applications erase:about": Phrase(
        "What to erase: where the money went (payee) or whom to ask (contact).",
        "删除收款信息（payee）或联系人（contact）。",
    ),
    "legal_basis": Phrase(
        "On what legal basis; stays in the log, and both people give the same.", "法律依据；记入日志，两人所填须一致。"
    ),
    "applied_on": Phrase("Date of the application (default: today).", "申报日期（默认当天）。"),
    "up_to": Phrase("Consent up to this amount, in major units.", "同意的金额上限。"),
    "decided_rate": Phrase(
        "Decide a rate of the declared base (0.05, 5% or 1/20).", "按申报基数的比例决定（0.05、5% 或 1/20）。"
    ),
    "approve:amount": Phrase("Decide this amount (default: what was asked).", "决定的金额（默认按申报金额）。"),
    "pro-rata:application": Phrase(
        "Number of an application, in the order to be decided (default: all that are open); may be repeated.",
        "申报编号，按决定的次序填写（默认全部待定申报）；可重复填写。",
    ),
    "at_most": Phrase(
        "Spread at most this (default: all that the fund leaves).", "最多安排的金额（默认资金指标的全部余额）。"
    ),
    "approve:override": Phrase(
        "Pass a check, with the reason; a reviewer must have named it too; may be repeated.",
        "特批某核查项并说明理由；须经复核人同意；可重复填写。",
    ),
    "approve:instalment": Phrase(
        "How it is paid, part by part (default: at once); may be repeated.",
        "分期拨付计划（默认一次付清）；可重复填写。",
    ),
    "apply:amount": Phrase("Amount asked, in major units; 0 where no money moves.", "申报金额；不涉及资金的填 0。"),
    "result": Phrase("The result, as the Terms name it.", "结果，按条款列明的名称填写。"),
    "pay settle:reference": Phrase("The bank's reference.", "银行流水号。"),
    "pay return:reference": Phrase("The bank's reference.", "银行流水号。"),
    "clawback receive:reference": Phrase("The bank's reference.", "银行流水号。"),
    "objections raise:kind": Phrase(
        "objection, tip-off or complaint.", "类别：objection 异议、tip-off 举报、complaint 投诉。"
    ),
    "file_reference": Phrase(
        "The file in which the department keeps it; never who raised it.", "部门留存的案卷编号；不得填写提出人。"
    ),
    "subject": Phrase(
        "What it is about; never who raised it, nor what would give them away.",
        "内容；不得写明提出人或可据以识别提出人的信息。",
    ),
    "outcome": Phrase("dismissed or upheld.", "结论：dismissed 不成立、upheld 成立。"),
    "history evidence:kind": Phrase("Kind of evidence (invoice).", "凭证类型（invoice）。"),
    "position": Phrase("Position in the log.", "日志位置。"),
    "correct:position": Phrase("Position of the entry that is wrong.", "有误记录的日志位置。"),
    "correct:amount": Phrase("The right amount, in major units.", "正确的金额。"),
    "correct:name": Phrase("The right name.", "正确的名称。"),
    "correct:applied_on": Phrase("The right date of an application.", "正确的申报日期。"),
    "correct:result": Phrase("The right stage result.", "正确的阶段结果。"),
    "correct:ground": Phrase(
        "The right ground of a revocation: revocation, overpayment or breach.",
        "撤销的正确事由：revocation 撤销、overpayment 多付、breach 违规。",
    ),
    "correct:asked": Phrase("What the application should have asked, in major units.", "申报应有的金额。"),
    "after": Phrase("Start after this position.", "从该位置之后开始。"),
    "follow:to": Phrase("Stop at this position (default: never).", "到该位置为止（默认不停）。"),
    "wait": Phrase("Wait for new events, or end with the last one.", "等待新记录，或显示完即结束。"),
    "file": Phrase("The CSV file.", "CSV 文件。"),
    "approve": Phrase("Approve each application too.", "同时批准每项申报。"),
    "result_file": Phrase(
        "Where the outcome of each row goes (default: FILE.result.csv).", "逐行结果文件（默认为 原文件名.result.csv）。"
    ),
    "check": Phrase(
        "Only check the file and report rows that are wrong; records nothing.", "只检查文件并报告有误的行，不作记录。"
    ),
    "encoding": Phrase(
        "Encoding of the file (default: UTF-8, else GB 18030).", "文件编码（默认 UTF-8，否则 GB 18030）。"
    ),
    "batch_rows": Phrase("Rows sent at once.", "每批提交的行数。"),
    "approval_round": Phrase(
        "Ask again for approvals that were refused before: a number not used yet.",
        "对此前不予核准的行重新申请核准：填未用过的轮次。",
    ),
}

OPTIONS = joined(
    _COMMON,
    _PARTICULAR,
    AUDIT_OPTIONS,
    SIMULATION_OPTIONS,
    RIGHTS_OPTIONS,
    IDENTITY_OPTIONS,
    FINANCE_OPTIONS,
    ANSWER_OPTIONS,
    RECEIVABLE_OPTIONS,
)

_METAVARS = {
    "ENTERPRISE": Phrase("ENTERPRISE", "企业"),
    "APPLICATION": Phrase("APPLICATION", "申报"),
    "AWARD": Phrase("AWARD", "奖补"),
    "MEASURE": Phrase("MEASURE", "政策措施"),
    "FUND": Phrase("FUND", "资金指标"),
    "AMOUNT": Phrase("AMOUNT", "金额"),
    "AMOUNT[@DATE]": Phrase("AMOUNT[@DATE]", "金额[@日期]"),
    "TEXT": Phrase("TEXT", "文字"),
    "NAME": Phrase("NAME", "名称"),
    "NAME=VALUE": Phrase("NAME=VALUE", "名称=值"),
    "NAME=AMOUNT": Phrase("NAME=AMOUNT", "名称=金额"),
    "KIND": Phrase("KIND", "类型"),
    "KIND=REFERENCE": Phrase("KIND=REFERENCE", "类型=编号"),
    "REFERENCE": Phrase("REFERENCE", "编号"),
    "CHECK": Phrase("CHECK", "核查项"),
    "VERDICT": Phrase("VERDICT", "结论"),
    "CHECK=REASON": Phrase("CHECK=REASON", "核查项=理由"),
    "DATE": Phrase("DATE", "日期"),
    "POINT": Phrase("POINT", "时点"),
    "POSITION": Phrase("POSITION", "位置"),
    "NUMBER": Phrase("NUMBER", "数字"),
    "YEAR": Phrase("YEAR", "年度"),
    "RATE": Phrase("RATE", "比例"),
    "RESULT": Phrase("RESULT", "结果"),
    "GROUP": Phrase("GROUP", "关联组"),
    "GROUND": Phrase("GROUND", "事由"),
    "STATUS": Phrase("STATUS", "状态"),
    "CODE": Phrase("CODE", "代码"),
    "CURRENCY": Phrase("CURRENCY", "币种"),
    "INSTALMENT": Phrase("INSTALMENT", "期次"),
    "OBJECTION": Phrase("OBJECTION", "异议"),
    "OUTCOME": Phrase("OUTCOME", "结论"),
    "CLAWBACK": Phrase("CLAWBACK", "追回"),
    "FILE": Phrase("FILE", "文件"),
    "HOST:PORT": Phrase("HOST:PORT", "主机:端口"),
    "NAME@DEPARTMENT": Phrase("NAME@DEPARTMENT", "姓名拼音@部门"),
    "SECONDS": Phrase("SECONDS", "秒"),
    "PROFILE": Phrase("PROFILE", "身份配置"),
    "BUNDLE": Phrase("BUNDLE", "存证包"),
    "FOLDER": Phrase("FOLDER", "文件夹"),
    "HASH": Phrase("HASH", "哈希"),
    "ROLE": Phrase("ROLE", "角色"),
    "ACT": Phrase("ACT", "事项"),
}

METAVARS = joined(_METAVARS, SIMULATION_METAVARS, FINANCE_METAVARS, RECEIVABLE_METAVARS)

PANEL_NAMES = {
    "rules": Phrase("Rules and funds", "规则与资金"),
    "cases": Phrase("Cases", "办理"),
    "money": Phrase("Money", "拨付与追回"),
    "questions": Phrase("Questions", "查询"),
    "rights": Phrase("Rights", "权限"),
    "identity": Phrase("Who you are", "身份"),
}

HELP_WORDS = {
    "usage": Phrase("Usage: ", "用法："),
    "options": Phrase("[OPTIONS]", "[选项]"),
    "subcommand": Phrase("COMMAND ...", "命令 ..."),
    "arguments": Phrase("Arguments", "参数"),
    "options_heading": Phrase("Options", "选项"),
    "commands": Phrase("Commands", "命令"),
    "default": Phrase("[default: {value}]", "[默认：{value}]"),
    "variable": Phrase("[variable: {name}]", "[环境变量：{name}]"),
    "required": Phrase("[required]", "[必填]"),
}
