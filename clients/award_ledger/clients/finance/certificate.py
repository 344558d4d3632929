"""The certificate of an account's day: balances, the raw files by their hashes, and every line in exactly one class.

It is checked again offline, from the raw files alone: with no ledger and no trust in whoever made it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from award_ledger.clients.finance.files.opening import open_bank_file
from award_ledger.clients.finance.files.statement import Line, Statement, Status
from award_ledger.clients.finance.sending import proved
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
        "totals": _totals(told),
    }
    return {**document, "sha256": _digest(document)}


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


def _totals(lines: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = {}
    for line in lines:
        total = totals.setdefault(line["class"], {"count": 0, "in_minor": 0, "out_minor": 0})
        total["count"] += 1
        total["in_minor"] += max(line["amount_minor"], 0)
        total["out_minor"] += max(-line["amount_minor"], 0)
    return dict(sorted(totals.items()))


def _digest(document: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def written(document: dict[str, Any]) -> str:
    """As text for people and programs."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def findings(document: dict[str, Any], files: Sequence[Path], **reading: Any) -> list[str]:
    """What of a certificate its raw files do not bear out; nothing, if all holds.

    `reading`: the profile and the leniency under which the files were imported, as for `open_bank_file`.

    Raises Quarantined for a file that is none, KeyError or TypeError for a document that is no certificate.
    """
    found = list(_of_itself(document))
    seen: dict[str, Line] = {}
    missing = {told["source_sha256"] for told in document["statements"]}
    for path in files:
        with open_bank_file(path, account=document["account"], currency=document["currency"], **reading) as bank_file:
            if bank_file.sha256 not in missing:
                found.append(f"{path.name}: no file of this certificate")
                continue
            missing.discard(bank_file.sha256)
            by_key = {statement.key: statement for statement in bank_file.statements}
            for told in document["statements"]:
                if told["source_sha256"] != bank_file.sha256:
                    continue
                statement = by_key.get(told["statement_key"])
                if statement is None:
                    found.append(f"{path.name}: no statement {told['statement_key']}")
                    continue
                found += _of_statement(told, statement)
                seen |= {line.key: line for line in bank_file.lines(statement) if line.status is Status.BOOKED}
    found += [f"the file with SHA-256 {sha256} is not here" for sha256 in sorted(missing)]
    return found + _of_lines(document, seen)


def _of_itself(document: dict[str, Any]) -> Iterable[str]:
    if document["kind"] != KIND:
        yield f"a document of kind {document['kind']!r}"
    if document["sha256"] != _digest({name: value for name, value in document.items() if name != "sha256"}):
        yield "the certificate's own hash is not that of its content"
    if document["totals"] != _totals(document["lines"]):
        yield "the totals are not those of the lines"
    keys = [line["key"] for line in document["lines"]]
    if len(set(keys)) != len(keys):
        yield "a line is in two classes"
    for line in document["lines"]:
        allocated = sum(part["amount_minor"] for part in line["allocations"])
        explained = line["class"] not in ("imported", "proposed")
        if allocated != (abs(line["amount_minor"]) if explained else 0):
            yield f"line {line['key']} of {line['amount_minor']} is {line['class']} with {allocated} allocated"
        people = line.get("decided_by", ())
        if line["basis"] == "hand" and len(set(people)) == 1:
            yield f"line {line['key']} was explained by hand, by {people[0]} alone"


def _of_statement(told: dict[str, Any], statement: Statement) -> Iterable[str]:
    if statement.content_sha256 != told["content_sha256"]:
        yield f"statement {statement.statement_id}: its lines are others"
    balances = proved(statement) or (None, None)
    for name, minor in zip(("opening_minor", "closing_minor"), balances, strict=True):
        if minor != told[name]:
            yield f"statement {statement.statement_id}: {name} is {minor}, not {told[name]}"


def _of_lines(document: dict[str, Any], seen: dict[str, Line]) -> list[str]:
    """Every booked line of the day is told once with its amount, and nothing else is."""
    day = dt.date.fromisoformat(document["day"])
    of_day = {key: line for key, line in seen.items() if (line.booked_on or line.value_on) == day}
    told = {line["key"]: line["amount_minor"] for line in document["lines"]}
    found = [f"line {key} of {line.amount_minor} is left out" for key, line in of_day.items() if key not in told]
    found += [f"line {key} is in no file" for key in told if key not in of_day]
    return found + [
        f"line {key} is {line.amount_minor} in the file, {told[key]} in the certificate"
        for key, line in of_day.items()
        if key in told and told[key] != line.amount_minor
    ]
