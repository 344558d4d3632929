"""What is said of who calls: reasons, commands and options."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase
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

IDENTITY_COMMANDS = {
    "login": Phrase(
        "Get a token for a profile, and keep it in a file that no other account can read.\n\n"
        "Where the profile names an issuer and a client_id, this shows an address and a code to confirm in a browser. "
        "Otherwise it asks for a token, or reads one from standard input.\n\n"
        "Example: award-ledger login --profile kjt",
        "为身份配置取得令牌，并保存在其他账户无法读取的文件中。\n\n"
        "身份配置填有 issuer 和 client_id 的，显示网址和验证码，在浏览器中确认；"
        "否则输入令牌，或从标准输入读取。\n\n"
        "示例：award-ledger login --profile kjt",
    ),
    "logout": Phrase(
        "Delete the token of a profile from this computer.\n\nExample: award-ledger logout --profile kjt",
        "从本机删除身份配置的令牌。\n\n示例：award-ledger logout --profile kjt",
    ),
}
"""Help by path."""

IDENTITY_OPTIONS = {
    "profile": Phrase(
        "Which ledger, and who you are: a profile of your profiles file.",
        "身份配置：所连接的账本和操作人身份。",
    ),
}

IDENTITY_LABELS = {
    "profile.no_file": Phrase(
        "there is no file of profiles at {path}; ask those who run the ledger for one, "
        "or name it by AWARD_LEDGER_PROFILES",
        "没有身份配置文件 {path}；请向账本运维人员索取，或用 AWARD_LEDGER_PROFILES 指定",
    ),
    "profile.none": Phrase(
        "{path} names no default profile: name one by --profile or AWARD_LEDGER_PROFILE",
        "{path} 未指定默认身份配置：请用 --profile 或 AWARD_LEDGER_PROFILE 指定",
    ),
    "profile.unreadable": Phrase("{path} cannot be read as TOML: {problem}", "{path} 无法按 TOML 读取：{problem}"),
    "profile.unknown": Phrase(
        "there is no profile {name!r} in {path}; there are: {known}", "{path} 中没有身份配置“{name}”；现有：{known}"
    ),
    "profile.wrong": Phrase(
        "profile {name!r} in {path}: {setting} is missing, misspelt or not what belongs there",
        "{path} 中的身份配置“{name}”：{setting} 缺失、拼写有误或内容不对",
    ),
    "profile.file": Phrase(
        "{path}, named in the profile, cannot be read: {problem}", "身份配置所指 {path} 无法读取：{problem}"
    ),
    "profile.open": Phrase(
        "{path} is open to other accounts (mode {mode}): run `chmod 600` on it; whoever has read it can be you",
        "{path} 可被其他账户读取（权限 {mode}）：请执行 chmod 600；读过它的人可以冒用您的身份",
    ),
    "profile.no_token": Phrase(
        "you are not logged in: run `award-ledger login --profile {name}`",
        "尚未登录：请执行 award-ledger login --profile {name}",
    ),
    "profile.plaintext": Phrase(
        "{server} is not on this computer, so the connection must be encrypted: take `plaintext` out of the profile",
        "{server} 不在本机，连接必须加密：请从身份配置中删除 plaintext",
    ),
    "profile.two_servers": Phrase(
        "profile {name!r} is for {other}, not for {server}: leave --server and AWARD_LEDGER_SERVER out",
        "身份配置“{name}”用于 {other}，而非 {server}：请不要填写 --server 和 AWARD_LEDGER_SERVER",
    ),
    "login.which": Phrase(
        "name the profile: --profile, or AWARD_LEDGER_PROFILE", "请用 --profile 或 AWARD_LEDGER_PROFILE 指定身份配置"
    ),
    "login.no_token": Phrase(
        "that is no token (a JWT: three parts with dots between); nothing was kept",
        "这不是令牌（JWT，由点号分隔的三段）；未作保存",
    ),
    "login.expired": Phrase("that token has expired already; nothing was kept", "该令牌已过期；未作保存"),
    "login.done": Phrase("logged in: {name}, until {until}", "已登录：{name}，有效期至 {until}"),
    "login.gone": Phrase("logged out: {name}", "已退出登录：{name}"),
    "login.invite": Phrase(
        "open {address} in a browser and confirm the code {code}", "请在浏览器中打开 {address} 并确认验证码 {code}"
    ),
    "login.failed": Phrase(
        "{issuer} gave no token: {problem}; try again, or ask those who run it",
        "{issuer} 未签发令牌：{problem}；请重试，或联系其运维人员",
    ),
    "prompt.token": Phrase("Token", "令牌"),
}
