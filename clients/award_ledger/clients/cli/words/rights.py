"""What the command line says about rights: commands, options, refusals, roles."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase

RIGHTS_REASONS: dict[str, tuple[str, str, str, str]] = {
    "ROLE_REQUIRED": (
        "You hold no role that may do this.",
        "您没有办理此事项的角色。",
        "let somebody with one of the roles below do it, or ask an administrator for the role",
        "请由具有下列角色的人员办理，或向管理员申请该角色",
    ),
    "DEPARTMENT_NOT_LEAD": (
        "Your department does not lead this measure.",
        "您所在部门不是该政策措施的牵头部门。",
        "let one of the departments below decide",
        "请由下列牵头部门决定",
    ),
    "ROLE_HELD": (
        "The role is held on some of those days already.",
        "该角色在相应日期已经授予。",
        "nothing is to be done; to change its days, revoke it and grant it anew",
        "无需办理；如需改变期限，请先撤回再授予",
    ),
    "ROLE_NOT_HELD": (
        "The role is not held, then or later.",
        "自该日起并未持有该角色。",
        "look at the roles that are held: award-ledger roles list",
        "查看现有角色：award-ledger roles list",
    ),
    "LAST_ADMINISTRATOR": (
        "Nobody would be left who could grant a role.",
        "撤回后将无人可以授予角色。",
        "make somebody else an administrator first",
        "请先授予他人管理员角色",
    ),
    "TERMS_NEED_TWO": (
        "Terms need two people already.",
        "发布条款已须两人办理。",
        "nothing is to be done",
        "无需办理",
    ),
    "ROSTER_OPEN": (
        "The roster is open already.",
        "名册已经启用。",
        "let one of its administrators grant roles",
        "请由管理员授予角色",
    ),
    "ROSTER_NOT_OPEN": (
        "The ledger has no roster yet.",
        "账本尚未启用名册。",
        "ask those who run the ledger to open it: award-ledger-server open-roster",
        "请账本运维人员启用名册：award-ledger-server open-roster",
    ),
}
"""What is the matter and what to do, each in English and Chinese, by reason."""


def _command(en: str, zh: str, example: str, detail: Phrase | None = None) -> Phrase:
    more = (f"\n\n{detail.en}", f"\n\n{detail.zh}") if detail else ("", "")
    return Phrase(f"{en}{more[0]}\n\nExample: award-ledger {example}", f"{zh}{more[1]}\n\n示例：award-ledger {example}")


RIGHTS_COMMANDS: dict[str, Phrase] = {
    "roles": _command(
        "Who may do what: grant, revoke, look up.", "权限：授予、撤回、查询角色。", "roles list --department kjt"
    ),
    "roles grant": _command(
        "Grant a role to a person.",
        "授予角色。",
        "roles grant li@kjt officer kjt --reason '人事任命' --as zhao@bgt",
        Phrase(
            "Officers, reviewers and finance act for one department; the other roles are for the whole ledger. Nobody "
            "grants to themselves, and an auditor holds no other role.",
            "经办、复核、财务角色须注明部门，其余角色适用于整个账本。不得给自己授予角色；审计人员不得兼任其他角色。",
        ),
    ),
    "roles revoke": _command(
        "Revoke a role: at once, or from a day that is still to come.",
        "撤回角色：立即生效，或自将来某日起生效。",
        "roles revoke li@kjt officer kjt --reason '调离' --as zhao@bgt",
    ),
    "roles two-for-terms": _command(
        "Rule that Terms are published by two people from now on.",
        "规定今后发布条款须两人办理。",
        "roles two-for-terms --reason '内控要求' --as zhao@bgt",
        Phrase(
            "One administrator proposes it, another completes it by the same command. It is never lowered again.",
            "由一名管理员提出，另一名管理员以同一命令完成。规定后不得放宽。",
        ),
    ),
    "roles list": _command(
        "List who holds which role, since when, and who granted it.",
        "列出角色、持有人、起止日期和授予人。",
        "roles list --department kjt --on 2025-05-03",
    ),
    "roles holders": _command(
        "Say who may do an act, or could on a day.",
        "查询何人可以（或在某日曾可以）办理某事项。",
        "roles holders ApproveAward A06-1 --on 2025-05-03",
        Phrase(
            "The act is a method of the contract: ApproveAward, ReviewApplication, InstructPayment, PublishTerms, …",
            "事项以接口方法表示：ApproveAward、ReviewApplication、InstructPayment、PublishTerms 等。",
        ),
    ),
    "applications payee": _command(
        "Show where the money of an application would go; masked for those who need not know.",
        "查看申报的收款账户；无需知悉者只能看到掩码。",
        "applications payee 91370100MA3C0K8U27 12 --as qian@czt",
    ),
    "measures review": _command(
        "Consent to Terms that another person is to publish.",
        "复核将由他人发布的条款。",
        "measures review --catalogue shandong-2025-49 --only A06-1 --reason '已核对' --as zhao@bgt",
        Phrase(
            "The consent is for these very Terms as the next version of the measure.",
            "复核只对该内容作为下一版本有效。",
        ),
    ),
}
"""Help by path."""

RIGHTS_OPTIONS: dict[str, Phrase] = {
    "holder": Phrase("The person, as the ledger knows them (li@kjt).", "人员，按账本中的名称填写（li@kjt）。"),
    "role": Phrase(
        "officer, reviewer, finance, auditor, administrator or witness.",
        "角色：officer 经办、reviewer 复核、finance 财务、auditor 审计、administrator 管理员、witness 见证。",
    ),
    "of_department": Phrase(
        "Code of the department (kjt); for officers, reviewers and finance.",
        "部门代码（kjt）；经办、复核、财务角色必填。",
    ),
    "until": Phrase("Last day of the role (default: no end).", "角色的最后一日（默认无期限）。"),
    "act": Phrase("The act, as the contract names it (ApproveAward).", "事项，按接口方法填写（ApproveAward）。"),
    "roles grant:on": Phrase("First day of the role (default: today).", "角色的第一日（默认当天）。"),
    "roles revoke:on": Phrase(
        "First day without the role (default: today, at once).", "不再持有角色的第一日（默认当天，立即生效）。"
    ),
    "roles list:on": Phrase("Only those in force on this day.", "只列该日有效的。"),
    "roles list:holder": Phrase("Only of this person.", "只列此人的。"),
    "roles list:role": Phrase("Only of this role.", "只列此角色的。"),
    "roles list:of_department": Phrase("Only of this department.", "只列此部门的。"),
    "roles holders:on": Phrase(
        "Whoever could at some moment of this day (default: whoever can now).",
        "该日任何时刻曾可以办理的人员（默认现在可以办理的）。",
    ),
    "roles holders:measure": Phrase(
        "The measure it would be about; left out: of none.", "所涉政策措施；不填则不涉及政策措施。"
    ),
}
"""Help of parameters."""

RIGHTS_NAMES: dict[str, Phrase] = {
    "topic.roster.opened.v1": Phrase("roster opened", "启用名册"),
    "topic.roster.role_granted.v1": Phrase("role granted", "授予角色"),
    "topic.roster.role_revoked.v1": Phrase("role revoked", "撤回角色"),
    "topic.roster.terms_reviewed.v1": Phrase("Terms reviewed", "复核条款"),
    "topic.roster.terms_by_two_proposed.v1": Phrase("two people for Terms proposed", "提出条款须两人办理"),
    "topic.roster.terms_by_two_required.v1": Phrase("Terms need two people", "条款须两人办理"),
    "roles.terms_by_two": Phrase("Terms need two people from now on.", "自此发布条款须两人办理。"),
    "roles.terms_by_two_proposed": Phrase(
        "Proposed: another administrator completes it by the same command.", "已提出，须由另一名管理员以同一命令完成。"
    ),
    "role.ROLE_OFFICER": Phrase("officer", "经办"),
    "role.ROLE_REVIEWER": Phrase("reviewer", "复核"),
    "role.ROLE_FINANCE": Phrase("finance", "财务"),
    "role.ROLE_AUDITOR": Phrase("auditor", "审计"),
    "role.ROLE_ADMINISTRATOR": Phrase("administrator", "管理员"),
    "role.ROLE_WITNESS": Phrase("witness", "见证"),
    "field.holder": Phrase("principal", "人员"),
    "field.role": Phrase("role", "角色"),
    "field.since": Phrase("from", "起始日"),
    "field.until": Phrase("to", "截止日"),
    "field.granted_by": Phrase("granted by (at)", "授予人（记录）"),
    "field.revoked": Phrase("revoked from, by (at)", "撤回日、撤回人（记录）"),
    "field.account_name": Phrase("account holder", "户名"),
    "field.account_number": Phrase("account", "账号"),
    "field.bank": Phrase("bank", "开户行"),
    "roles.leads": Phrase("Lead departments: {departments}", "牵头部门：{departments}"),
    "roles.not_open": Phrase(
        "The ledger had no roster then: it did not say itself who may do what.",
        "当时账本尚未启用名册，账本本身未记载权限。",
    ),
    "usage.review": Phrase("give files or folders, or --catalogue NAME", "请填文件或文件夹，或 --catalogue 名称"),
    "payee.masked": Phrase("Masked: your roles need no more.", "已掩码：您的角色无需知悉全部内容。"),
    "payee.none": Phrase("The application names no payee.", "申报未填写收款账户。"),
    "terms_review.version": Phrase("{code}: consent to version {version}", "{code}：同意第 {version} 版"),
}
"""Labels and words of the contract."""
