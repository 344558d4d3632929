"""What a decision of the model is about, and what stands before it."""

from __future__ import annotations

import unicodedata
from typing import Any, NamedTuple

Case = dict[str, Any]
Holders = list[dict[str, Any]]


class Line(NamedTuple):
    """One check: `verdict` is passed, cut, overridden, noted or refused."""

    id: str
    verdict: str = "passed"
    reason: str = ""


class Standing(NamedTuple):
    """What stands before the decision, as the model found it in the accepted acts."""

    status: str
    barred: bool
    awards: Holders  # every award, with `counted`, `place`, `on`, `enterprise`, `measure` and its claims
    group: str
    fund: dict[str, Any] | None
    owed: dict[str, int]  # under orders to return money, by currency


def compared(text: str) -> str:
    """A reference as it is compared: width, case, spaces and what cannot be seen do not count."""
    seen = (ch for ch in unicodedata.normalize("NFKC", text).upper() if unicodedata.category(ch) not in ("Cc", "Cf"))
    return "".join("".join(seen).split())


def key(names: tuple[str, ...], case: Case) -> tuple[tuple[str, str], ...] | None:
    """The key that the declared facts make; None if one is missing."""
    values = {**case["facts"], "enterprise": case["number"]}
    found = tuple((name, compared(values.get(name, ""))) for name in names)
    return found if all(value for _, value in found) else None
