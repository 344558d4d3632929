"""Checking the certificate of an account's day again: offline, from the bank's own files and the rules alone.

With no ledger and no trust in whoever made it. What only the ledger knows, of which award a payment is, is not found
out here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from award_ledger.clients.finance.certificate import KIND, RULES, digest, totals
from award_ledger.clients.finance.files.end_to_end_ids import found_in
from award_ledger.clients.finance.files.opening import BankFile, open_bank_file
from award_ledger.clients.finance.files.statement import Line, Statement, Status
from award_ledger.clients.finance.sending import period, proved

_ONLY_OUT = frozenset(("settlement", "receivable"))
_ONLY_IN = frozenset(("return", "recovery", "receivable_receipt"))
_BY_ONE_PERSON = frozenset(("id", "reference", "batch"))


class Finding(NamedTuple):
    """What does not hold; `told` are its values, those that end in `_minor` in minor units of the account."""

    what: str
    told: dict[str, Any]


def findings(document: dict[str, Any], files: Sequence[Path], **reading: Any) -> list[Finding]:
    """What of a certificate its raw files and the rules do not bear out; nothing, if all holds.

    `reading`: the profile and the leniency under which the files were imported, as for `open_bank_file`.

    Raises Quarantined for a file that is none, KeyError, TypeError or ValueError for a document that is no certificate.
    """
    found = list(_of_itself(document))
    seen: dict[str, Line] = {}
    missing = {told["source_sha256"] for told in document["statements"]}
    for path in files:
        with open_bank_file(path, account=document["account"], currency=document["currency"], **reading) as bank_file:
            if bank_file.sha256 not in missing:
                found.append(Finding("strange_file", {"file": path.name}))
                continue
            missing.discard(bank_file.sha256)
            by_key = {statement.key: statement for statement in bank_file.statements}
            for told in document["statements"]:
                if told["source_sha256"] != bank_file.sha256:
                    continue
                statement = by_key.get(told["statement_key"])
                if statement is None:
                    found.append(Finding("no_statement", {"file": path.name, "key": told["statement_key"]}))
                    continue
                found += _of_statement(told, statement, bank_file)
                seen |= {line.key: line for line in bank_file.lines(statement) if line.status is Status.BOOKED}
    found += [Finding("no_file", {"sha256": sha256}) for sha256 in sorted(missing)]
    return found + list(_of_lines(document, seen))


def _of_itself(document: dict[str, Any]) -> Iterator[Finding]:
    if (document["kind"], document["rules"]) != (KIND, RULES):
        yield Finding("kind", {"kind": document["kind"], "rules": document["rules"]})
    if document["sha256"] != digest({name: value for name, value in document.items() if name != "sha256"}):
        yield Finding("digest", {})
    if document["totals"] != totals(document["lines"]):
        yield Finding("totals", {})
    keys = [line["key"] for line in document["lines"]]
    if len(set(keys)) != len(keys):
        yield Finding("twice", {})
    for line in document["lines"]:
        yield from _of_match(line, document["position"])


def _of_match(line: dict[str, Any], position: int) -> Iterator[Finding]:
    """The parts are the line, on its side; its class follows from them; as many people as it takes decided."""
    about, parts = {"line": line["key"]}, line["allocations"]
    allocated = sum(part["amount_minor"] for part in parts)
    if any(part["amount_minor"] <= 0 for part in parts) or (parts and allocated != abs(line["amount_minor"])):
        yield Finding("allocated", {**about, "amount_minor": line["amount_minor"], "allocated_minor": allocated})
    of_nothing = {"matched"} if not line["amount_minor"] else set[str]()  # of no money: there is nothing to explain
    if line["class"] not in _classes({part["kind"] for part in parts}) | of_nothing:
        yield Finding("line_class", {**about, "line_class": line["class"]})
    wrong_way = _ONLY_IN if line["amount_minor"] < 0 else _ONLY_OUT
    for part in parts:
        if part["kind"] in wrong_way:
            yield Finding("wrong_way", {**about, "part": part["kind"]})
    people = set(line["decided_by"])
    if not parts:
        if people or line["basis"] or line["matched_at"]:
            yield Finding("undecided", about)
    elif line["basis"] not in {*_BY_ONE_PERSON, "hand"}:
        yield Finding("basis", {**about, "basis": line["basis"]})
    elif len(people) != (2 if line["basis"] == "hand" else 1):
        yield Finding("people", {**about, "basis": line["basis"], "people": ", ".join(sorted(people)) or "-"})
    if line["matched_at"] > position:
        yield Finding("later", {**about, "position": position})


def _classes(kinds: set[str]) -> set[str]:
    """The class of a line of these parts; a line that nobody explained may be proposed."""
    if not kinds:
        return {"imported", "proposed"}
    if "suspense" in kinds:
        return {"suspense"}
    return kinds if kinds in ({"own_transfer"}, {"fee"}) else {"matched"}


def _of_statement(told: dict[str, Any], statement: Statement, bank_file: BankFile) -> Iterator[Finding]:
    first, last = period(bank_file, statement)
    opening_minor, closing_minor = proved(statement) or (None, None)
    shown: dict[str, Any] = {
        "content_sha256": statement.content_sha256,
        "format": statement.format,
        "statement_id": statement.statement_id,
        "sequence": statement.sequence,
        "period_from": first.isoformat(),
        "period_to": last.isoformat(),
        "opening_minor": opening_minor,
        "closing_minor": closing_minor,
    }
    for name, value in shown.items():
        if told[name] != value:
            about = {"statement": statement.statement_id or statement.place, "name": name}
            yield Finding("statement", {**about, "in_file": value, "told": told[name]})


def _of_lines(document: dict[str, Any], seen: dict[str, Line]) -> Iterator[Finding]:
    """Every booked line of the day is told once with its amount, nothing else is, and what it is stands in the file."""
    day = dt.date.fromisoformat(document["day"])
    of_day = {key: line for key, line in seen.items() if (line.booked_on or line.value_on) == day}
    told = {line["key"]: line for line in document["lines"]}
    for key, line in of_day.items():
        if key not in told:
            yield Finding("left_out", {"line": key, "amount_minor": line.amount_minor})
            continue
        if told[key]["amount_minor"] != line.amount_minor:
            amounts = {"in_file_minor": line.amount_minor, "told_minor": told[key]["amount_minor"]}
            yield Finding("amount", {"line": key, **amounts})
        if not _says_so(line, told[key]):
            yield Finding("not_said", {"line": key, "basis": told[key]["basis"]})
    for key in told:
        if key not in of_day:
            yield Finding("in_no_file", {"line": key})


def _says_so(line: Line, told: dict[str, Any]) -> bool:
    """Does the bank's line itself name what one person said it is? A voucher's number is known to the ledger alone."""
    parts, basis = told["allocations"], told["basis"]
    if basis not in _BY_ONE_PERSON:
        return True
    if basis == "batch":
        return bool(line.payment_information_id or line.batch) and all(part["kind"] == "settlement" for part in parts)
    if len(parts) != 1 or parts[0]["kind"] not in ("settlement", "return"):
        return False
    if basis == "id":
        return bool(parts[0]["reference"] == line.end_to_end_id)
    return bool(line.voucher_number) or parts[0]["reference"] in found_in(line.bank_serial)
