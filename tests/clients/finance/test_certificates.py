"""The certificate of a day: whatever of it is changed, with a new hash, the bank's own file and the rules find it."""

from __future__ import annotations

import datetime as dt
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from award_ledger.clients.cli.words.bank_files import FINDING_LABELS
from award_ledger.clients.demo.bank_statement import Entry, camt053
from award_ledger.clients.finance import certificate_check
from award_ledger.clients.finance.certificate import certificate, digest, totals
from award_ledger.clients.finance.certificate_check import findings
from award_ledger.clients.finance.files import open_bank_file
from award_ledger.clients.finance.sending import statement_messages
from award_ledger.v1 import bank_lines_pb2 as pb

ACCOUNT, DAY = "37001616808050009999", dt.date(2025, 8, 1)
FIRST, OTHER = "AL25-00000005-01R1-20", "AL25-00000008-01R1-83"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "day.xml"
    entries = [Entry(-300, FIRST), Entry(-200, OTHER), Entry(-5), Entry(77)]
    path.write_text(camt053(ACCOUNT, DAY, 1, 100_000, entries), "utf-8")
    return path


@pytest.fixture
def document(file: Path) -> dict[str, Any]:
    """One line matched by its id, one by hand, a charge, and one that nobody explained."""
    with open_bank_file(file, account=ACCOUNT) as bank_file:
        [statement] = bank_file.statements
        [message] = statement_messages(bank_file, statement, ACCOUNT)
    lines = [pb.BankLine(key=line.key, amount_minor=line.amount_minor) for line in message.lines]
    told: list[tuple[Any, int, str, str, int, Any]] = [
        (pb.ALLOCATION_KIND_SETTLEMENT, 300, FIRST, "id", 7, pb.LINE_CLASS_MATCHED),
        (pb.ALLOCATION_KIND_SETTLEMENT, 200, OTHER, "hand", 8, pb.LINE_CLASS_MATCHED),
        (pb.ALLOCATION_KIND_FEE, 5, "", "hand", 9, pb.LINE_CLASS_FEE),
    ]
    for line, (kind, amount, reference, basis, position, line_class) in zip(lines, told, strict=False):
        line.allocations.append(pb.Allocation(kind=kind, amount_minor=amount, reference=reference))
        line.basis, line.matched_at, line.line_class = basis, position, line_class
    lines[3].line_class = pb.LINE_CLASS_IMPORTED
    decided = {7: ["qian"], 8: ["wu", "zhou"], 9: ["wu", "zhou"]}
    return certificate(ACCOUNT, "CNY", DAY, 9, [message.statement], lines, decided)


def made_anew(document: dict[str, Any]) -> dict[str, Any]:
    """With totals and hash of its own: whoever changes a certificate can do that."""
    document["totals"] = totals(document["lines"])
    document["sha256"] = digest({name: value for name, value in document.items() if name != "sha256"})
    return document


def test_a_certificate_holds_against_the_file_of_the_bank(document: dict[str, Any], file: Path) -> None:
    assert findings(document, [file]) == []
    assert made_anew(deepcopy(document)) == document


def other_amount(document: dict[str, Any]) -> None:
    document["lines"][0]["amount_minor"] = -301
    document["lines"][0]["allocations"][0]["amount_minor"] = 301


def of_no_one(document: dict[str, Any]) -> None:
    document["lines"][2]["decided_by"] = []


def a_line_more(document: dict[str, Any]) -> None:
    document["lines"].append({**document["lines"][3], "key": "serial:99"})


CHANGES: list[tuple[str, Any]] = [
    ("amount", other_amount),
    ("allocated", lambda told: told["lines"][0]["allocations"][0].update(amount_minor=299)),
    ("not_said", lambda told: told["lines"][0]["allocations"][0].update(reference=OTHER)),
    ("not_said", lambda told: told["lines"][2].update(basis="id", decided_by=["qian"])),
    ("line_class", lambda told: told["lines"][0].update({"class": "fee"})),
    ("line_class", lambda told: told["lines"][3].update({"class": "matched"})),
    ("wrong_way", lambda told: told["lines"][0]["allocations"][0].update(kind="return")),
    ("people", lambda told: told["lines"][1].update(decided_by=["wu"])),
    ("people", lambda told: told["lines"][1].update(decided_by=["wu", "wu"])),
    ("people", of_no_one),
    ("basis", lambda told: told["lines"][1].update(basis="party")),
    ("undecided", lambda told: told["lines"][3].update(decided_by=["wu"])),
    ("later", lambda told: told.update(position=6)),
    ("left_out", lambda told: told["lines"].pop()),
    ("in_no_file", a_line_more),
    ("in_no_file", lambda told: told.update(day="2025-08-02")),
    ("twice", lambda told: told["lines"].append(dict(told["lines"][3]))),
    ("no_file", lambda told: told["statements"][0].update(source_sha256="0" * 64)),
    ("strange_file", lambda told: told["statements"][0].update(source_sha256="0" * 64)),
    ("no_statement", lambda told: told["statements"][0].update(statement_key="0" * 64)),
    ("kind", lambda told: told.update(rules="matching/0")),
    *(
        ("statement", lambda told, name=name, value=value: told["statements"][0].update({name: value}))
        for name, value in {
            "opening_minor": 1,
            "closing_minor": 1,
            "period_from": "2025-07-31",
            "period_to": "2025-08-02",
            "statement_id": "X",
            "sequence": "2",
            "format": "MT940",
            "content_sha256": "0" * 64,
        }.items()
    ),
]


@pytest.mark.parametrize(("what", "change"), CHANGES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_planted_change_is_found_although_the_hash_was_made_anew(
    document: dict[str, Any], file: Path, what: str, change: Any
) -> None:
    change(document)
    assert what in {finding.what for finding in findings(made_anew(document), [file])}


def test_a_change_under_the_old_hash_is_found_by_it(document: dict[str, Any], file: Path) -> None:
    document["lines"][1]["decided_by"] = ["wu", "sun"]
    document["totals"]["fee"]["count"] = 2
    assert {finding.what for finding in findings(document, [file])} == {"digest", "totals"}


def test_every_finding_has_words_in_both_languages_that_take_its_values() -> None:
    source = Path(certificate_check.__file__).read_text("utf-8")
    named = set(re.findall(r'Finding\("(\w+)"', source))
    assert {f"finance.finding.{what}" for what in named} == set(FINDING_LABELS)
    assert all(phrase.en and phrase.zh for phrase in FINDING_LABELS.values())
