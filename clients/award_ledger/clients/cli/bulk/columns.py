"""Headings of an import file: which column holds what, in either language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ALIASES = {
    "企业代码": "enterprise",
    "统一社会信用代码": "enterprise",
    "政策措施": "measure",
    "申报金额": "asked",
    "企业名称": "name",
    "申报日期": "applied_on",
    "收款户名": "payee_name",
    "收款账号": "payee_account",
    "开户银行": "payee_bank",
    "联系人": "contact_name",
    "联系电话": "contact_telephone",
    "电子邮箱": "contact_email",
    "批准金额": "approve_amount",
    "核定比例": "rate",
    "决定日期": "decided_on",
    "合同": "evidence:contract",
    "发票": "evidence:invoice",
    "项目": "evidence:project",
    "产品": "evidence:product",
    "contract": "evidence:contract",
    "invoice": "evidence:invoice",
    "project": "evidence:project",
    "product": "evidence:product",
}
"""Other headings for columns, in their normal form."""

PREFIX_ALIASES = {"凭证": "evidence", "事实": "fact", "金额": "money"}
PREFIXES = ("evidence", "fact", "money")

REQUIRED = ("enterprise", "measure", "asked")
KNOWN = (
    *REQUIRED,
    "name",
    "applied_on",
    "payee_name",
    "payee_account",
    "payee_bank",
    "contact_name",
    "contact_telephone",
    "contact_email",
    "approve_amount",
    "rate",
    "decided_on",
)


class FileProblem(Exception):
    """The file as a whole cannot be imported. `key` names the phrase that says why, `values` fill it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key}: {values}")
        self.key = key
        self.values = values


@dataclass(frozen=True)
class Columns:
    """The columns of a file in order, by their names here; those to be ignored are empty."""

    names: tuple[str, ...]


def read_heading(cells: Sequence[str]) -> Columns:
    """The columns that a heading names; raises FileProblem for missing, unknown and repeated ones.

    A heading that begins with # is ignored, and so are columns without a heading.
    """
    names = tuple(_name(cell) for cell in cells)
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise FileProblem("import.missing_columns", columns=", ".join(missing))
    unknown = [cell for cell, name in zip(cells, names, strict=True) if name and not _is_known(name)]
    if unknown:
        raise FileProblem("import.unknown_columns", columns=", ".join(unknown))
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise FileProblem("import.repeated_columns", columns=", ".join(repeated))
    return Columns(names)


def _name(cell: str) -> str:
    text = cell.strip().lstrip("\ufeff").replace("：", ":")
    if not text or text.startswith("#"):
        return ""
    prefix, colon, rest = text.partition(":")
    if colon:
        known = PREFIX_ALIASES.get(prefix.strip(), prefix.strip().lower())
        return f"{known}:{rest.strip()}"
    return ALIASES.get(text) or ALIASES.get(text.lower()) or text.lower()


def _is_known(name: str) -> bool:
    prefix, colon, rest = name.partition(":")
    return bool(rest) and prefix in PREFIXES if colon else name in KNOWN
