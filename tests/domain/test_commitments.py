"""Commitments are found wherever they stand in a fact, by the paths that verifiers find them by in the stored bytes."""

from __future__ import annotations

from award_ledger.clients.verification.openings import commitments_in
from award_ledger.domain.commitments import commitments_of
from award_ledger.domain.events import ALL_EVENTS
from tests.golden.reading import golden


def test_every_commitment_of_every_kind_of_fact_is_found_as_a_verifier_finds_it() -> None:
    seen = set()
    for line in golden():
        found = commitments_of(line.event().fact)
        assert found == commitments_in(line.state), line.position
        seen |= {(line.topic, path.partition("[")[0].partition(".")[0]) for path in found}
    assert {("enterprise.application_submitted.v1", part) for part in ("payee", "contact")} <= seen
    assert ("bank_account.statement_imported.v1", "lines") in seen
    assert {line.topic for line in golden()} == {kind.TOPIC for kind in ALL_EVENTS}
