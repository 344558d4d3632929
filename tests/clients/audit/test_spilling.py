"""A fold that moves what it does not need to disk has the same state, and decides the same, as one that does not."""

from __future__ import annotations

from typing import Any

import pytest

from award_ledger.clients.audit.spilling import SpillingLedger
from award_ledger.domain.encoding import encode_snapshot
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.working_set import Ledger
from tests.golden.reading import golden


@pytest.mark.parametrize("most", [0, 1, 5, 1_000])
def test_the_state_is_the_same_at_every_position(most: int) -> None:
    plain, spilling = Ledger(), SpillingLedger(most)
    for line in golden():
        plain.apply(line.event())
        spilling.apply(line.event())
        assert len(spilling.aggregates) <= most
        if line.position % 40 == 0 or line.position == len(golden()):
            for key, found in plain.aggregates.items():
                again: Any = spilling.find(type(found), key)  # type: ignore[type-var]
                assert encode_snapshot(again) == encode_snapshot(found)


def test_enterprises_on_disk_are_among_those_that_were_awarded() -> None:
    plain, spilling = Ledger(), SpillingLedger(1)
    for line in golden():
        plain.apply(line.event())
        spilling.apply(line.event())
    measures = {
        award.measure
        for found in plain.aggregates.values()
        if isinstance(found, Enterprise)
        for award in found.awards.values()
    }
    assert len(measures) > 3
    for measure in measures:
        assert set(spilling.awarded(measure)) == set(plain.awarded(measure))


def test_what_nothing_has_touched_leaves_nothing_behind() -> None:
    spilling = SpillingLedger(1)
    for line in golden()[:20]:
        spilling.measure("no such measure")
        spilling.apply(line.event())
    assert not spilling.measure("no such measure").position
