"""What each command does, with an example, by its path."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase, joined
from award_ledger.clients.cli.words.audit import AUDIT_COMMANDS
from award_ledger.clients.cli.words.bank_answers import ANSWER_COMMANDS
from award_ledger.clients.cli.words.columns import COLUMNS
from award_ledger.clients.cli.words.command_help import command as _command
from award_ledger.clients.cli.words.finance import FINANCE_COMMANDS
from award_ledger.clients.cli.words.identity import IDENTITY_COMMANDS
from award_ledger.clients.cli.words.money import MONEY_COMMANDS
from award_ledger.clients.cli.words.receivables import RECEIVABLE_COMMANDS
from award_ledger.clients.cli.words.rights import RIGHTS_COMMANDS
from award_ledger.clients.cli.words.simulation import SIMULATION_COMMANDS

_ANYWHERE = Phrase(
    "--server, --as, --profile, --lang, --json and --timeout may stand anywhere in a command.",
    "--server、--as、--profile、--lang、--json、--timeout 可写在命令的任何位置。",
)
_EXIT_CODES = Phrase(
    "Exit codes: 0 done; 1 the ledger said no, or some rows failed; 2 the command cannot be meant; "
    "3 no answer: run the same command again; 130 interrupted.",
    "退出码：0 已办理；1 账本不予办理或有行失败；2 命令有误；3 未得到答复，请重新执行同一命令；130 已中断。",
)
_UNCHANGED = Phrase(
    "What is in force already is left alone. If anything in a file is wrong, nothing is published.",
    "已生效且无变化的不再发布；文件中有任何错误时，一项也不发布。",
)
_LOADED = Phrase(
    "A fund that is there with the same content is unchanged; one with other content is reported and left as it is. "
    "If anything in a file is wrong, nothing is created.",
    "已有且内容一致的不再建立；内容不一致的予以列明，不作改动；文件中有任何错误时，一项也不建立。",
)
_LINES = Phrase("With --json, one document a line.", "使用 --json 时，每行一份文档。")


_CHECKED = Phrase(
    "The ledger checks every limit. A refusal is recorded with its calculation and shown in full; the application "
    "stays open.",
    "账本核查每项限额；不予核准时记录并完整显示核算过程，申报仍待决定。",
)
_CORRECTED = Phrase(
    "--amount for an award, a settlement, a return, a clawback, a write-off or an appropriation (0: it should not have "
    "been recorded); --name for a name; --asked with --fact, --money and --evidence for all that an open application "
    "says, --applied-on for its date; --payee-name, --payee-account and --payee-bank for where its money goes, while "
    "nothing was paid or is under way (the same by another person completes it); --result for a stage result and "
    "--ground for a revocation, or --amount 0 where there should be none: what the wrong one did is undone. What is "
    "corrected keeps its own day: caps, quotas and funds of its year change. A higher amount of an award must pass its "
    "own Terms; where they need two people, the same command by another completes it.",
    "--amount 更正奖补、到账、退回、追回、核销或额度的金额（0 表示本不应记录）；--name 更正名称；"
    "--asked 与 --fact、--money、--evidence 一并更正待决定申报的全部内容，--applied-on 更正申报日期；"
    "--payee-name、--payee-account、--payee-bank 更正收款账户（限尚未支付且无付款在途，由另一人填写相同账户后生效）；"
    "--result 更正阶段结果，--ground 更正撤销事由，本不应有的填 --amount 0，原结果或撤销的影响随之恢复。"
    "更正后仍按原记录日期计算，影响当年的限额、名额与资金。"
    "调高奖补金额须符合其所依据的条款；条款要求两人办理的，由另一人执行同一命令后生效。",
)
_AGAIN = Phrase(
    "Each row's outcome goes to a file beside it, FILE.result.csv. After a break run it again, as the same person: "
    "what was done for a row is never done twice, whatever its place in the file.",
    "逐行结果写入同一文件夹下的 原文件名.result.csv。中断后由同一人重新执行即可：已办理的行不会重复办理，"
    "与行的次序无关。",
)


_RULES = {
    "": _command(
        "The ledger of public awards, for the departments that decide.",
        "公共奖补账本：供主管部门使用。",
        "status --server localhost:50051 --as zhang@kjt",
        _ANYWHERE,
        _EXIT_CODES,
    ),
    "measures": _command(
        "Measures and their Terms: publish, read, suspend, close.",
        "政策措施及其条款：发布、查看、暂停、结束。",
        "measures list --status open",
    ),
    "measures publish": _command(
        "Publish the Terms of measures from files, or from the catalogue.",
        "发布政策措施的条款：来自文件，或随产品附带的政策文件。",
        "measures publish --catalogue shandong-2025-49 --dry-run",
        _UNCHANGED,
    ),
    "measures list": _command("List measures by code.", "按代码列出政策措施。", "measures list --department kjt"),
    "measures show": _command(
        "Show a measure: its rules in plain words, the readings chosen, use of its quotas, what was granted.",
        "查看政策措施：以通俗语句写明的规则、采用的解释、名额使用、批准情况。",
        "measures show A06-1",
        Phrase(
            "With --catalogue or --package no ledger is asked: one measure as the package has it, or without a "
            "MEASURE the whole package as a page of Markdown.",
            "加 --catalogue 或 --package 时不查询账本：显示文件中的一项政策措施；"
            "不填政策措施的，以 Markdown 输出整份文件。",
        ),
    ),
    "measures suspend": _command(
        "Stop approvals under a measure until it is reopened.",
        "暂停批准，直至恢复。",
        Phrase("measures suspend A06-1 --reason 'audit under way'", "measures suspend A06-1 --reason 审计核查"),
    ),
    "measures reopen": _command(
        "Open a suspended or closed measure again.",
        "恢复已暂停或已结束的政策措施。",
        Phrase("measures reopen A06-1 --reason 'audit done'", "measures reopen A06-1 --reason 核查完毕"),
    ),
    "measures close": _command(
        "End applications and approvals under a measure.",
        "结束受理和批准。",
        Phrase("measures close A06-1 --reason 'the policy has ended'", "measures close A06-1 --reason 政策到期"),
    ),
    "funds": _command(
        "Funds: appropriations of a fiscal year, and what became of them.",
        "资金指标：财政年度额度及使用情况。",
        "funds list --year 2025",
    ),
    "funds create": _command(
        "Create a fund with its first appropriation.",
        "建立资金指标及首次额度。",
        "funds create A06-1/2025 --year 2025 --amount 30000000.00",
    ),
    "funds change": _command(
        "Raise or lower the appropriation of a fund.",
        "追加或调减额度。",
        "funds change A06-1/2025 --by -5000000.00 --document 鲁财预〔2025〕8号",
    ),
    "funds load": _command(
        "Create the funds that a package lists; an act of finance, apart from publishing.",
        "建立文件中列出的资金指标；由财政办理，与发布分开。",
        "funds load --catalogue shandong-2025-49 --dry-run",
        _LOADED,
    ),
    "funds list": _command("List funds by code.", "按代码列出资金指标。", "funds list --year 2025"),
    "funds show": _command("Show one fund.", "查看一项资金指标。", "funds show A06-1/2025"),
}

_CASES = {
    "enterprises": _command(
        "Enterprises: the legal persons that apply.",
        "企业：申报的法人。",
        "enterprises show {uscc}",
    ),
    "enterprises register": _command(
        "Register a legal person.",
        "登记企业。",
        Phrase(
            "enterprises register {uscc} 'Jinan Example Technology Co., Ltd'",
            "enterprises register {uscc} 济南示例科技有限公司",
        ),
    ),
    "enterprises show": _command(
        "Show an enterprise with its applications and awards.",
        "查看企业及其申报和奖补。",
        "enterprises show {uscc} --as-of 2025-06-30",
    ),
    "enterprises rename": _command(
        "Record a change of name.",
        "登记更名。",
        Phrase(
            "enterprises rename {uscc} 'New Example Technology Co., Ltd' --on 2025-07-01",
            "enterprises rename {uscc} 济南新示例科技有限公司 --on 2025-07-01",
        ),
    ),
    "enterprises bar": _command(
        "Bar an enterprise from approvals.",
        "限制企业享受政策。",
        Phrase("enterprises bar {uscc} --reason 'serious breach of trust'", "enterprises bar {uscc} --reason 严重失信"),
    ),
    "enterprises reinstate": _command(
        "Lift the bar.",
        "解除限制。",
        Phrase(
            "enterprises reinstate {uscc} --reason 'credit restored'", "enterprises reinstate {uscc} --reason 信用修复"
        ),
    ),
    "enterprises link": _command(
        "Record that an enterprise belongs to a group of linked enterprises.",
        "登记企业属于关联组。",
        Phrase(
            "enterprises link {uscc} 'Example Group' --on 2025-01-01",
            "enterprises link {uscc} 示例集团 --on 2025-01-01",
        ),
    ),
    "enterprises unlink": _command(
        "Record that an enterprise left its group.",
        "登记企业退出关联组。",
        "enterprises unlink {uscc} --on 2025-12-31",
    ),
    "apply": _command(
        "Record what an enterprise asks for, with its facts and evidence.",
        "登记企业的申报及其事实和凭证。",
        "apply {uscc} A06-1 --amount 50000.00 --money settled=1000000.00 --contract HT-2025-001",
    ),
    "review": _command(
        "Consent as the second person: to an amount, and to overrides.",
        "作为第二人复核：同意金额及特批事项。",
        Phrase(
            "review {uscc} 12 --up-to 1000000.00 --override quota.A07-1 --reason 'passed by the experts'",
            "review {uscc} 12 --up-to 1000000.00 --override quota.A07-1 --reason 专家评审通过",
        ),
    ),
    "approve": _command(
        "Approve an application under the Terms in force.",
        "按现行条款批准申报。",
        "approve {uscc} 12 --amount 50000.00",
        _CHECKED,
    ),
    "pro-rata": _command(
        "Approve the open applications of a measure as one decision, cut by one ratio if the fund does not suffice.",
        "将某项政策措施的待定申报作为一批整体批准；资金不足时按同一比例核减。",
        Phrase(
            "pro-rata A06-1 --reason 'the fund of 2025 does not suffice' --dry-run",
            "pro-rata A06-1 --reason 2025年度资金不足，按比例核减 --dry-run",
        ),
        Phrase(
            "All are approved, or none: an application that the Terms refuse is named, and nothing is recorded. "
            "To repeat after no answer, give the same --request-id and applications, or the same --as-of.",
            "整批一并批准，否则一项也不批准：条款不予核准的申报会被指明，不作任何记录。"
            "未得到答复而重新执行时，请使用相同的 --request-id，以及相同的申报编号或 --as-of。",
        ),
    ),
    "refuse": _command(
        "Refuse an application; final.",
        "退回申报，不可恢复。",
        Phrase("refuse {uscc} 12 --reason 'false documents'", "refuse {uscc} 12 --reason 材料不实"),
    ),
    "withdraw": _command(
        "Record that the applicant took an application back.",
        "登记企业撤回申报。",
        Phrase("withdraw {uscc} 12 --reason 'asked by the enterprise'", "withdraw {uscc} 12 --reason 企业申请撤回"),
    ),
    "stage-result": _command(
        "Record the certified result of a staged award: releases a stage, cancels the rest, or orders all back.",
        "登记分阶段奖补的验收结果：拨付下一阶段、不再拨付或全部追回。",
        "stage-result {uscc} 34 优秀 --document 鲁工信数字〔2026〕3号",
    ),
    "revoke": _command(
        "Cancel what is not yet paid of an award.",
        "撤销奖补中尚未拨付的部分。",
        Phrase(
            "revoke {uscc} 34 --ground breach --reason 'left the province'",
            "revoke {uscc} 34 --ground breach --reason 迁出本省",
        ),
    ),
    "objections": _command(
        "Objections to an award: while one is open or upheld, no payment can be instructed.",
        "对奖补的异议、举报、投诉：待答复或成立的，不得下达付款指令。",
        Phrase(
            "objections raise {uscc} 34 --kind tip-off --file XF-2025-018 --subject 'the project is not there'",
            "objections raise {uscc} 34 --kind tip-off --file 信访〔2025〕18号 --subject 项目不实",
        ),
    ),
    "objections raise": _command(
        "Record an objection; it stops payment until it is dismissed. The ledger never holds who raised it.",
        "登记异议、举报或投诉；答复不成立之前暂停拨付。账本不记录提出人。",
        Phrase(
            "objections raise {uscc} 34 --kind tip-off --file XF-2025-018 --subject 'the project is not there'",
            "objections raise {uscc} 34 --kind tip-off --file 信访〔2025〕18号 --subject 项目不实",
        ),
    ),
    "objections answer": _command(
        "Record what was found; who decided the award may not. A later answer takes the place of the one before.",
        "登记答复，批准人不得办理；以最后一次答复为准，此前的答复保留在记录中。",
        Phrase(
            "objections answer {uscc} 34 1 --outcome dismissed --reason 'found on site as described'",
            "objections answer {uscc} 34 1 --outcome dismissed --reason 现场核查属实",
        ),
    ),
    "correct": _command(
        "Correct an entry that is wrong, by its position; history keeps both.",
        "更正有误的记录（按日志位置）；原记录与更正均保留。",
        Phrase(
            "correct 34 --amount 40000.00 --reason 'typed wrongly'", "correct 34 --amount 40000.00 --reason 录入有误"
        ),
        _CORRECTED,
    ),
    "import": _command(
        "Register, submit and (with --approve) approve the rows of a CSV file.",
        "批量导入 CSV 文件：登记企业、登记申报，并可（--approve）批准。",
        "import applications.csv --approve",
        COLUMNS,
        _AGAIN,
    ),
}

_QUESTIONS = {
    "headroom": _command(
        "Say what an enterprise could still get under a measure, and what binds.",
        "查询企业在某项政策措施下还可获得多少，以及受哪些限制。",
        "headroom {uscc} A06-1 --money settled=1000000.00",
    ),
    "applications": _command("Read applications.", "查看申报。", "applications list A06-1 --status open"),
    "applications list": _command(
        "List the applications of a measure, or of an enterprise (--enterprise), oldest first.",
        "列出一项政策措施或一家企业（--enterprise）的申报，按时间先后。",
        "applications list A06-1 --status open",
    ),
    "applications show": _command("Show one application.", "查看一项申报。", "applications show {uscc} 12"),
    "applications erase": _command(
        "Erase for good what an application told of its payee or contact. The first call proposes; the same by another "
        "person erases. The log keeps its commitments, and every proof stays valid.",
        "永久删除一项申报所填的收款信息或联系人。首次执行为提请，由另一人执行同一命令后删除；日志中的承诺值保留，全部证明依然有效。",
        Phrase(
            "applications erase {uscc} 12 --about contact --legal-basis 'Personal Information Protection Law, art. 47'",
            "applications erase {uscc} 12 --about contact --legal-basis 个人信息保护法第四十七条",
        ),
    ),
    "awards": _command("Read awards.", "查看奖补。", "awards list A06-1"),
    "awards list": _command(
        "List the awards of a measure, or of an enterprise (--enterprise), oldest first.",
        "列出一项政策措施或一家企业（--enterprise）的奖补，按时间先后。",
        "awards list A06-1",
    ),
    "awards show": _command(
        "Show one award: instalments, payments, clawbacks, and why it was approved.",
        "查看一项奖补：拨付、付款、追回及批准依据。",
        "awards show {uscc} 34",
    ),
    "history": _command(
        "The recorded events of an enterprise, a measure, a fund, a contract.",
        "企业、政策措施、资金指标、合同等的全部记录。",
        "history enterprise {uscc}",
    ),
    "history enterprise": _command(
        "List the events of an enterprise.", "列出企业的记录。", "history enterprise {uscc} --newest-first"
    ),
    "history measure": _command("List the events of a measure.", "列出政策措施的记录。", "history measure A06-1"),
    "history fund": _command("List the events of a fund.", "列出资金指标的记录。", "history fund A06-1/2025"),
    "history contract": _command(
        "List the events that a contract backs.", "列出与合同有关的记录。", "history contract HT-2025-001"
    ),
    "history evidence": _command(
        "List the events that a piece of evidence backs.",
        "列出与凭证有关的记录。",
        "history evidence invoice 044001900111",
    ),
    "history group": _command(
        "List the events of a group of linked enterprises.",
        "列出关联组的记录。",
        Phrase("history group 'Example Group'", "history group 示例集团"),
    ),
    "history event": _command(
        "Show one event with all that is stored.", "查看一条记录的全部内容。", "history event 1200"
    ),
    "follow": _command(
        "Show every event after a position, and go on as new ones come.",
        "从某位置起显示全部记录，并持续显示新记录。",
        "follow --after 1200 --json",
        _LINES,
    ),
    "status": _command(
        "Say which ledger answers, and how far its log has come.",
        "查看所连接的账本及其日志长度。",
        "status",
    ),
}

COMMANDS = joined(
    _RULES,
    _CASES,
    MONEY_COMMANDS,
    _QUESTIONS,
    AUDIT_COMMANDS,
    SIMULATION_COMMANDS,
    FINANCE_COMMANDS,
    ANSWER_COMMANDS,
    RECEIVABLE_COMMANDS,
    RIGHTS_COMMANDS,
    IDENTITY_COMMANDS,
)
"""Help by path; the program itself has the empty one."""
