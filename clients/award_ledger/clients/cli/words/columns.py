"""The columns of an import file, in the words of its help."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase

COLUMNS = Phrase(
    "Columns, in any order: enterprise, measure, asked; and where needed name (registers the enterprise), "
    "applied_on, evidence:KIND (several references separated by ;), fact:NAME, money:NAME (in major units), "
    "payee_name, payee_account, payee_bank, contact_name, contact_telephone, contact_email; and for approvals "
    "approve_amount or rate, decided_on. "
    "contract, invoice, project and product stand for evidence:contract and so on. "
    "Chinese headings work too: 企业代码, 政策措施, 申报金额, 企业名称, 申报日期, 凭证:…, 事实:…, 金额:…, "
    "合同, 发票, 项目, 产品, 收款户名, 收款账号, 开户银行, 联系人, 联系电话, 电子邮箱, 批准金额, 核定比例, 决定日期.",
    "列（次序不限）：企业代码、政策措施、申报金额；按需填写 企业名称（同时登记企业）、申报日期、"
    "凭证:类型（多个编号以 ; 分隔）、事实:名称、金额:名称（主币单位）、收款户名、收款账号、开户银行、"
    "联系人、联系电话、电子邮箱；"
    "批准时可填 批准金额 或 核定比例、决定日期。合同、发票、项目、产品 即 凭证:contract 等。"
    "也可用英文列名：enterprise, measure, asked, name, applied_on, evidence:…, fact:…, money:…, "
    "contract, invoice, project, product, payee_name, payee_account, payee_bank, contact_name, contact_telephone, "
    "contact_email, approve_amount, rate, decided_on。",
)
