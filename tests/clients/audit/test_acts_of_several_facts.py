"""What follows the first fact of an act must follow from it: all of it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from award_ledger.clients.audit.replay import Replay, replay
from award_ledger.clients.demo.server_process import RunningServer
from award_ledger.clients.department import LedgerClient
from award_ledger.v1.awards_pb2 import ProRataRow
from award_ledger.v1.history_pb2 import Event
from award_ledger.v1.terms_pb2 import WINDOW_KIND_LIFETIME, Quota, Window
from tests import samples
from tests.clients.audit.liar import Change, Liar, rehashed

ADOPTED = "enterprise.award_adopted.v1"


@pytest.fixture(scope="module")
def spread(server: RunningServer) -> int:
    """Two awards of a batch that is cut, and a quota that comes later. The position of the batch's decision."""
    quota = Quota(count=5, window=Window(kind=WINDOW_KIND_LIFETIME))
    with LedgerClient(server.address, principal="li@kjt") as officer:
        officer.create_fund(samples.FUND, fiscal_year=2025, appropriated_minor=samples.FUND_MINOR)
        officer.publish_terms(samples.terms())
        rows = []
        for serial in (1, 2):
            firm = samples.number(serial)
            officer.register_enterprise(firm, "示例企业")
            evidence = [("contract", f"HT-{serial}")]
            answer = officer.submit_application(firm, samples.MEASURE, 400, evidence=evidence, applied_on=samples.DAY)
            rows.append(ProRataRow(enterprise=firm, application_id=answer.application.application_id))
        batch = officer.approve_pro_rata(samples.MEASURE, rows, "资金不足", at_most_minor=500, effective_on=samples.DAY)
        published = officer.publish_terms(samples.terms(quotas=[quota]))
        assert published.adopted_awards == 2
        return batch.receipt.position


@pytest.fixture
def told(server: RunningServer, spread: int) -> Callable[[Change], Replay]:
    """Replays the log through a change."""

    def of(change: Change) -> Replay:
        with Liar(server.address, change) as client:
            return replay(client)

    return of


def test_an_honest_ledger_agrees_at_every_position_also_between_the_facts_of_an_act(
    server: RunningServer, spread: int
) -> None:
    with LedgerClient(server.address, principal="auditor@sjt") as auditor:
        for position in range(spread, spread + 6):
            assert replay(auditor, upto=position).differences == ()
        assert auditor.get_head().position == spread + 5


def test_an_act_that_lacks_its_last_fact_at_the_end_of_the_log_is_found(
    told: Callable[[Change], Replay], spread: int
) -> None:
    outcome = told(lambda event: None if event.position == spread + 5 else event)
    assert any(difference.replayed == f"{ADOPTED} of the act before" for difference in outcome.differences)


def test_an_award_of_a_batch_that_is_kept_back_is_found(told: Callable[[Change], Replay], spread: int) -> None:
    def keep_back(event: Event) -> Event | None:
        if event.position == spread + 2:
            return None
        event.position -= event.position > spread + 2
        return rehashed(event)

    missing = "enterprise.award_approved.v1 of the act before"
    assert any(difference.replayed == missing for difference in told(keep_back).differences)


def test_a_share_that_is_not_the_ratio_s_is_found(told: Callable[[Change], Replay], spread: int) -> None:
    def favour(event: Event) -> Event:
        if event.position == spread:
            event.state = event.state.replace(b'"share_minor":250', b'"share_minor":251', 1)
        return rehashed(event)

    fields = {difference.field for difference in told(favour).differences if difference.position == spread}
    assert fields == {"shares[0].share_minor"}


def test_an_adoption_that_nothing_published_brought_about_is_found(
    told: Callable[[Change], Replay], spread: int
) -> None:
    def detach(event: Event) -> Event:
        if event.position == spread + 5:
            act = event.state.index(b'"request_id":"') + len(b'"request_id":"')
            event.state = event.state[:act] + str(uuid4()).encode() + event.state[act + 36 :]
        return rehashed(event)

    found = [difference for difference in told(detach).differences if difference.given == ADOPTED]
    assert [(difference.position, difference.replayed) for difference in found] == [
        (spread + 5, "a publication of Terms before it")
    ]
