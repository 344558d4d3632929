"""The certificate of an account's day: balances, the raw files by their hashes, and every line in exactly one class.

`certificate_check` checks it again offline, from the raw files alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from award_ledger.v1.bank_lines_pb2 import Allocation, AllocationKind, BankLine, LineClass
from award_ledger.v1.bank_lines_pb2 import Statement as ImportedStatement

KIND = "award-ledger/account-day/v1"
RULES = "matching/1"
"""The six passes, and what of them is posted by one person."""


def certificate(
    account: str,
    currency: str,
    day: dt.date,
    position: int,
    statements: Iterable[ImportedStatement],
    lines: Sequence[BankLine],
    decided_by: Mapping[int, Sequence[str]],
) -> dict[str, Any]:
    """What the ledger says of a day, as of a position; its last field is the hash of the others.

    `decided_by`: who decided, by the position of the match.
    """
    told = [_line(line, decided_by) for line in lines]
    document: dict[str, Any] = {
        "kind": KIND,
        "rules": RULES,
        "account": account,
        "currency": currency,
        "day": day.isoformat(),
        "position": position,
        "statements": [{name: getattr(statement, name) for name in _STATEMENT} for statement in statements],
        "lines": told,
        "totals": totals(told),
    }
    return {**document, "sha256": digest(document)}


_STATEMENT = (
    "statement_key",
    "content_sha256",
    "source_sha256",
    "format",
    "statement_id",
    "sequence",
    "period_from",
    "period_to",
    "opening_minor",
    "closing_minor",
    "position",
)


def _line(line: BankLine, decided_by: Mapping[int, Sequence[str]]) -> dict[str, Any]:
    return {
        "key": line.key,
        "amount_minor": line.amount_minor,
        "class": LineClass.Name(line.line_class).removeprefix("LINE_CLASS_").lower(),
        "basis": line.basis,
        "matched_at": line.matched_at,
        "decided_by": list(decided_by[line.matched_at]) if line.matched_at else [],
        "allocations": [_allocation(part) for part in line.allocations] if line.matched_at else [],
    }


def _allocation(part: Allocation) -> dict[str, Any]:
    kind = AllocationKind.Name(part.kind).removeprefix("ALLOCATION_KIND_").lower()
    named = part.reference or (f"{part.award_id}/{part.clawback}" if part.award_id else "")
    return {"kind": kind, "amount_minor": part.amount_minor, "reference": named}


def totals(lines: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Of the lines of each class: how many, and minor units in and out."""
    found: dict[str, dict[str, int]] = {}
    for line in lines:
        total = found.setdefault(line["class"], {"count": 0, "in_minor": 0, "out_minor": 0})
        total["count"] += 1
        total["in_minor"] += max(line["amount_minor"], 0)
        total["out_minor"] += max(-line["amount_minor"], 0)
    return dict(sorted(found.items()))


def digest(document: dict[str, Any]) -> str:
    """SHA-256 over all but the hash itself, as canonical JSON."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def written(document: dict[str, Any]) -> str:
    """As text for people and programs."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
