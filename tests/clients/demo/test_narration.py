"""The demonstration believes nothing: what does not come out as the story says is a disagreement."""

from __future__ import annotations

from io import StringIO

import grpc
import pytest
from rich.console import Console
from stdnum.cn import uscc

from award_ledger.clients.demo.enterprises import COMPUTE, CROWD
from award_ledger.clients.demo.narration import Disagreement, Narration, shown, yuan
from award_ledger.clients.errors import LedgerError


@pytest.fixture
def out() -> StringIO:
    return StringIO()


@pytest.fixture
def narration(out: StringIO) -> Narration:
    return Narration("localhost:1", "en", Console(file=out, width=100))


def fails_with(reason: str) -> object:
    raise LedgerError(grpc.StatusCode.FAILED_PRECONDITION, reason)


def test_a_value_that_is_not_the_expected_one_is_a_disagreement(narration: Narration) -> None:
    narration.expect("granted", 1, 1)
    with pytest.raises(Disagreement, match="granted: expected 2, found 1"):
        narration.expect("granted", 1, 2)


def test_a_no_is_told_with_its_reason(narration: Narration, out: StringIO) -> None:
    narration.denied("FUND_EXISTS", lambda: fails_with("FUND_EXISTS"))
    assert "✘ FUND_EXISTS" in out.getvalue()


def test_a_yes_where_a_no_must_come_is_a_disagreement(narration: Narration) -> None:
    with pytest.raises(Disagreement, match="expected FUND_EXISTS, and it was done"):
        narration.denied("FUND_EXISTS", lambda: None)


def test_another_reason_is_a_disagreement(narration: Narration) -> None:
    with pytest.raises(Disagreement, match="reason: expected FUND_EXISTS, found FUND_NOT_FOUND"):
        narration.denied("FUND_EXISTS", lambda: fails_with("FUND_NOT_FOUND"))


def test_amounts_are_read_and_shown_exactly() -> None:
    assert yuan("617283.94") == 61_728_394
    assert shown(61_728_394) == "617,283.94 CNY"


def test_every_invented_number_passes_its_check_digit() -> None:
    numbers = [firm.number for firm in (COMPUTE, *CROWD)]
    assert [number for number in numbers if not uscc.is_valid(number)] == []
    assert len(set(numbers)) == len(numbers)
