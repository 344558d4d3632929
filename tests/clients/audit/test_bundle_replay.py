"""A bundle is decided again as a served ledger is: an honest one agrees, and a forged decision is found."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from uuid import UUID

import pytest

from award_ledger.clients.audit import differences
from award_ledger.clients.audit.replay import Replay, replay_bundle
from award_ledger.clients.trail.bundle_writing import open_writing
from award_ledger.clients.trail.export import Export
from award_ledger.clients.verification.bundle_check import verify_bundle
from award_ledger.clients.verification.bundles import open_bundle
from award_ledger.clients.verification.entries import parse_entry
from award_ledger.clients.verification.policies import parse_policy
from tests.benchmarks.audit_log import Line, tell
from tests.clients.trail.fake_log import POLICY, FakeLog, entry, golden_log
from tests.golden.reading import golden

APPROVED, REFUSED = "enterprise.award_approved.v1", "enterprise.approval_refused.v1"


def replayed(log: FakeLog, folder: Path) -> Replay:
    """The outcome for a bundle that verifies: whoever holds the keys may sign anything."""
    writing = open_writing(folder / "bundle.zip")
    Export(log, writing, POLICY, lambda _done, _total: None).whole()
    writing.close()
    with open_bundle(folder / "bundle.zip") as bundle:
        assert verify_bundle(bundle, parse_policy(POLICY)).findings == ()
        return replay_bundle(bundle, log.size)


@cache
def lines() -> tuple[Line, ...]:
    return tuple(tell(80))


def told() -> FakeLog:
    """A log of awards in full and cut, and of refusals."""
    return FakeLog([line.entry for line in lines()], [line.state for line in lines()])


def forged(log: FakeLog, topic: str, old: bytes, new: bytes) -> FakeLog:
    """The same with another state in the first event of a topic that has these bytes, signed as if it were so."""
    for index, state in enumerate(log.stored):
        place = parse_entry(log.entries[index])
        if place.topic == topic and old in state:
            log.stored[index] = state.replace(old, new)
            aggregate = UUID(bytes=place.aggregate_id)
            where = (place.position, aggregate, place.aggregate_version, topic, place.recorded_at_us)
            log.entries[index] = entry(*where, log.stored[index])
            return log
    raise AssertionError(f"no {topic} has {old!r}")


def test_an_honest_bundle_agrees(tmp_path: Path) -> None:
    outcome = replayed(told(), tmp_path)
    assert (outcome.differences, outcome.events) == ((), 80)
    assert outcome.decisions > 20
    assert any(parse_entry(line.entry).topic == REFUSED for line in lines())


@pytest.fixture
def every_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """The golden log differs in many rights, which would push out what comes late in it."""
    monkeypatch.setattr(differences, "MAX_DIFFERENCES", 10_000)


@pytest.mark.usefixtures("every_difference")
def test_a_bundle_with_every_kind_of_event_can_be_folded(tmp_path: Path) -> None:
    outcome = replayed(golden_log(), tmp_path)
    assert outcome.events == len(golden())
    # Its first lines are older than adoption: new limits found the awards of before by nothing but these Terms.
    # And its last ones are told by people who hold no role in the roster that one of them opens.
    assert {found.replayed for found in outcome.differences if found.field != "right"} <= {
        "enterprise.award_adopted.v1 of the act before"
    }


@pytest.mark.parametrize(
    ("topic", "old", "new"),
    [
        (APPROVED, b'"amount_minor":', b'"amount_minor":1'),
        (APPROVED, b'"granted_minor":', b'"granted_minor":1'),
        (REFUSED, b'"asked_minor":', b'"asked_minor":1'),
        ("enterprise.application_submitted.v1", b'shandong":"yes"', b'shandong":"no"'),
    ],
)
def test_a_decision_that_the_terms_do_not_give_is_found_although_the_log_was_signed(
    tmp_path: Path, topic: str, old: bytes, new: bytes
) -> None:
    assert not replayed(forged(told(), topic, old, new), tmp_path).agrees


@pytest.mark.parametrize(
    "topic",
    [
        *(f"enterprise.{kind}_corrected.v1" for kind in ("award", "payment", "clawback", "set_off")),
        *("enterprise.stage_result_corrected.v1", "enterprise.revocation_corrected.v1"),
        "fund.appropriation_corrected.v1",
    ],
)
@pytest.mark.usefixtures("every_difference")
def test_a_correction_that_takes_back_another_amount_is_found(tmp_path: Path, topic: str) -> None:
    outcome = replayed(forged(golden_log(), topic, b'"stood_minor":', b'"stood_minor":1'), tmp_path)
    found = next(found for found in outcome.differences if found.subject.startswith("correction of the entry"))
    assert found.field == "stood_minor"


@pytest.mark.usefixtures("every_difference")
def test_a_correction_of_what_is_no_entry_is_found(tmp_path: Path) -> None:
    topic = "enterprise.payment_corrected.v1"
    outcome = replayed(forged(golden_log(), topic, b'"corrects":', b'"corrects":99999'), tmp_path)
    found = next(found for found in outcome.differences if found.subject.startswith("correction of the entry"))
    assert (found.field, found.replayed) == ("decision", "no such entry")


def test_a_state_that_nobody_can_read_ends_the_replay_with_a_finding(tmp_path: Path) -> None:
    outcome = replayed(forged(told(), APPROVED, b'"act":{', b'"act":['), tmp_path)
    assert "cannot be folded" in outcome.differences[-1].replayed
