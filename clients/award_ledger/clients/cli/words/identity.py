"""What is said of who calls: reasons, commands and options."""

from __future__ import annotations

from award_ledger.clients.cli.words.reason import SAFE_EN, SAFE_ZH, Reason, reason

IDENTITY_REASONS: dict[str, Reason] = {
    "UNAUTHENTICATED": reason(
        "The ledger does not know who is calling.",
        "账本无法确认操作人身份。",
        "name a profile that holds your certificate or token: --profile, or AWARD_LEDGER_PROFILE; then "
        "`award-ledger login` if it is for tokens",
        "用 --profile 或 AWARD_LEDGER_PROFILE 指定含有证书或令牌的身份配置；使用令牌的先执行 award-ledger login",
    ),
    "TOKEN_EXPIRED": reason(
        "Your token has expired.", "令牌已过期。", "log in again: award-ledger login", "请重新登录：award-ledger login"
    ),
    "TOKEN_REFUSED": reason(
        "The ledger does not accept your token.",
        "账本不接受该令牌。",
        "log in again with a token made for this ledger: award-ledger login; is the clock of this computer right?",
        "请用为本账本签发的令牌重新登录：award-ledger login；并核对本机时钟",
    ),
    "CERTIFICATE_REFUSED": reason(
        "The ledger does not accept your certificate.",
        "账本不接受该证书。",
        "ask those who issue certificates in your department for a new one",
        "请向本部门证书管理人员申请新证书",
    ),
    "PRINCIPAL_UNKNOWN": reason(
        "It is proven who you are, but the ledger knows nobody by that.",
        "身份已核实，但账本中没有对应的操作人。",
        "ask those who run the ledger to enter what is named below in the identity file",
        "请账本运维人员将下列名称登记到身份文件",
    ),
    "CREDENTIALS_DISAGREE": reason(
        "Certificate, token and name of this call are of different people.",
        "证书、令牌与所填操作人不是同一人。",
        "leave --as and AWARD_LEDGER_PRINCIPAL out, and use a profile whose certificate and token are yours",
        "不要填写 --as 和 AWARD_LEDGER_PRINCIPAL，并使用证书与令牌均属本人的身份配置",
    ),
    "ISSUER_UNREACHABLE": reason(
        "The ledger cannot verify your token now; nothing was done.",
        "账本暂时无法核验令牌，未办理。",
        SAFE_EN,
        SAFE_ZH,
    ),
    "CALLER_LIMIT_REACHED": reason(
        "You ask more of the ledger than one caller may; nothing was done.",
        "请求过于频繁或同时过多，未办理。",
        f"wait a moment, then {SAFE_EN}",
        f"请稍候，然后{SAFE_ZH}",
    ),
}
