"""Whatever fails, in whatever order: no client is told what the model would not say, and every request settles.

A failure names its seed: `python -m tests.faults.simulation SEED` runs it again, the same to the byte.
"""

from __future__ import annotations

import os

import pytest

from tests.faults.simulation import Simulation

SEEDS, PARTS = 400, 4
LONG = int(os.environ.get("AWARD_LEDGER_SOAK_SEEDS", "5000"))


def failures(seeds: range, trouble: float = 0.15) -> dict[int, list[str]]:
    """By seed: what the checker finds."""
    found = {seed: Simulation(seed, trouble).run() for seed in seeds}
    return {seed: findings for seed, findings in found.items() if findings}


@pytest.mark.parametrize("part", range(PARTS))
def test_every_seed_tells_the_truth_and_settles(part: int) -> None:
    assert failures(range(part, SEEDS, PARTS)) == {}


def test_a_seed_gives_the_same_bytes_again() -> None:
    first, second = Simulation(11), Simulation(11)
    assert first.run() == second.run() == []
    assert first.history.moments == second.history.moments
    assert first.log.stored() == second.log.stored()


def test_the_seeds_meet_every_fault_and_every_kind_of_answer() -> None:
    simulations = [Simulation(seed) for seed in range(40)]
    for simulation in simulations:
        assert simulation.run() == []
    moments = [moment for simulation in simulations for moment in simulation.history.moments]
    assert {moment.what for moment in moments} == {"invoked", "acknowledged", "refused", "failed", "unknown"}
    reasons = {moment.answer.reason for moment in moments if moment.answer is not None}
    assert {
        "",
        "CAP_EXCEEDED",
        "QUOTA_EXCEEDED",
        "FUND_EXHAUSTED",
        "KEY_IN_USE",
        "EVIDENCE_IN_USE",
        "APPLICATION_NOT_OPEN",
    } <= reasons
    assert any(moment.answer is not None and moment.answer.repeated for moment in moments)
    faults = {fault for simulation in simulations for fault in simulation.met}
    assert len(faults) == 5


@pytest.mark.soak
@pytest.mark.parametrize("trouble", [0.05, 0.15, 0.4])
def test_thousands_of_seeds_tell_the_truth_and_settle(trouble: float) -> None:
    assert failures(range(10_000, 10_000 + LONG), trouble) == {}
