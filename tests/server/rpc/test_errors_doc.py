"""docs/errors.md says of every reason of the contract what the code does: its codes, its numbers, in one row each."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

import pytest

from award_ledger.domain import refusals
from award_ledger.domain.explanation import remedy
from award_ledger.server.rpc.errors import TROUBLES, code_of, failure
from tests.server.rpc.test_errors import KINDS, REASONS, ROOT, TRANSPORT, example

OF_THE_CHECK = "of the check"
ROW = re.compile(r"\| `([A-Z_]+)` \| ([A-Z_, ]+) \| .+ \| ([^|]+) \| [^|]+ \|")
ROWS = {
    match[1]: (set(match[2].split(", ")), match[3])
    for match in map(ROW.fullmatch, (ROOT / "docs" / "errors.md").read_text("utf-8").splitlines())
    if match
}


def checks() -> set[str]:
    """Reasons that a check of an assessment can have."""
    return {reason for reason in REASONS if remedy(reason).en}


def codes() -> dict[str, set[str]]:
    """The codes under which each reason is answered."""
    found: dict[str, set[str]] = {reason: {"FAILED_PRECONDITION"} for reason in checks()}
    for kind in KINDS:
        if not issubclass(kind, refusals.ApprovalRefused):
            found.setdefault(example(kind).reason, set()).add(code_of(kind).name)
    for trouble in TROUBLES.values():
        found.setdefault(trouble.reason, set()).add(trouble.code.name)
    return found


def test_every_reason_has_one_row() -> None:
    assert ROWS.keys() == REASONS
    text = (ROOT / "docs" / "errors.md").read_text("utf-8")
    assert [
        name for name, times in Counter(re.findall(r"^\| `([A-Z_]+)`", text, re.MULTILINE)).items() if times > 1
    ] == []


@pytest.mark.parametrize("reason", sorted(REASONS - TRANSPORT))
def test_its_codes_are_those_that_callers_get(reason: str) -> None:
    assert ROWS[reason][0] == codes()[reason]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not issubclass(kind, refusals.ApprovalRefused)])
def test_its_numbers_are_those_that_callers_get(kind: type[refusals.Refused]) -> None:
    refusal = example(kind)
    assert set(re.findall(r"`(\w+)`", ROWS[refusal.reason][1])) == refusal.numbers().keys()


@pytest.mark.parametrize("reason", sorted(checks() - {"SECOND_PERSON_REQUIRED"}))
def test_the_numbers_of_a_check_are_explained_once(reason: str) -> None:
    assert ROWS[reason][1].startswith(OF_THE_CHECK)


def test_the_numbers_that_every_check_gives_are_listed() -> None:
    section = (ROOT / "docs" / "errors.md").read_text("utf-8").partition("## The Terms refuse")[2].partition("|")[0]
    kind = next(kind for kind in KINDS if issubclass(kind, refusals.ApprovalRefused))
    numbers = set(failure(example(kind)).numbers) | {"found"}
    assert set(re.findall(r"`(\w+)`", section)) == numbers
    assert dataclasses.is_dataclass(kind)
