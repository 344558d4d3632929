"""What has grown beyond a message is answered in parts, to callers that take 4 MiB, as gRPC does by itself."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from award_ledger.clients.department import LedgerClient
from award_ledger.clients.department.calling import pages
from award_ledger.v1.applications_pb2 import BatchSubmitApplicationsRequest, ListApplicationsRequest
from award_ledger.v1.awards_pb2 import InstalmentPlan, ListAwardsRequest
from award_ledger.v1.enterprises_pb2 import GetEnterpriseRequest, RenameEnterpriseRequest
from award_ledger.v1.history_pb2 import FollowEventsRequest, ListEventsRequest, Subject
from award_ledger.v1.terms_pb2 import AmountRule, UpTo
from tests import samples
from tests.served import OFFICER, Served

MESSAGE_BYTES = 4 * 1024 * 1024
APPLICATIONS, AWARDS, INSTALMENTS = 120, 103, 60


def facts(count: int) -> dict[str, str]:
    """As long as each may be: 6 kB of UTF-8."""
    return {f"plan {i}": "绿" * 2_000 for i in range(count)}


@pytest.fixture
def grown(prepared: Served) -> Served:
    """An enterprise with applications of 6 MB, and more awards than are shown with it."""
    terms = samples.publish(
        code="M-2",
        amounts=[AmountRule(up_to=UpTo(ceiling_minor=INSTALMENTS))],
        caps=[],
        funds=[],
        evidence=[],
    )
    prepared.officer.do(terms)
    plan = [InstalmentPlan(amount_minor=1)] * INSTALMENTS
    for _ in range(AWARDS):
        application = samples.applied(prepared.officer, measure_code="M-2", asked_minor=INSTALMENTS)
        prepared.officer.do(samples.approve(application, instalments=plan))
    for _ in range(2):
        rows = [samples.submit(facts=facts(8)) for _ in range(APPLICATIONS // 2)]
        for row in rows:
            row.request_id = str(uuid4())
        prepared.officer.do(BatchSubmitApplicationsRequest(requests=rows))
    return prepared


def listed(served: Served, request: Any, field: str) -> list[Any]:
    """Every entry of every page, none of them larger than callers take."""
    found: list[Any] = []
    while True:
        page = served.officer.do(request)
        assert page.ByteSize() < MESSAGE_BYTES
        found += getattr(page, field)
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


def test_an_enterprise_with_more_than_a_message_holds_is_read_in_full(grown: Served) -> None:
    answer = grown.officer.do(GetEnterpriseRequest(number=samples.number()))
    shown = answer.enterprise
    assert answer.ByteSize() < MESSAGE_BYTES
    assert (shown.application_count, shown.award_count) == (APPLICATIONS + AWARDS, AWARDS)
    assert 0 < len(shown.awards) < AWARDS
    assert 0 < len(shown.applications) < 100  # fewer than are shown of smaller ones

    applications = listed(grown, ListApplicationsRequest(enterprise=samples.number(), page_size=1_000), "applications")
    awards = listed(grown, ListAwardsRequest(enterprise=samples.number(), page_size=1_000), "awards")
    assert (len(applications), len(awards)) == (APPLICATIONS + AWARDS, AWARDS)
    assert sum(item.ByteSize() for item in applications) > MESSAGE_BYTES
    assert list(shown.applications) == applications[-len(shown.applications) :]
    assert list(shown.awards) == awards[-len(shown.awards) :]

    with LedgerClient(f"127.0.0.1:{grown.port}", principal=OFFICER) as client:
        whole = client.whole_enterprise(samples.number()).enterprise
        assert list(whole.applications) == applications
        assert list(whole.awards) == awards
        by_page = [item for page in pages(client.list_awards, enterprise=samples.number()) for item in page.awards]
        assert by_page == awards

    # So is the answer to a write.
    renamed = grown.officer.do(RenameEnterpriseRequest(number=samples.number(), name="新名称"))
    assert renamed.enterprise.award_count == AWARDS


def test_events_as_large_as_they_may_be_are_listed_and_followed(prepared: Served) -> None:
    for _ in range(9):
        prepared.officer.do(samples.submit(facts=facts(100)))
    request = ListEventsRequest(subject=Subject(enterprise=samples.number()), page_size=1_000)
    assert [event.position for event in listed(prepared, request, "events")] == list(range(3, 13))
    messages = list(prepared.officer.do(FollowEventsRequest()))
    assert [event.position for message in messages for event in message.events] == list(range(1, 13))
    assert max(message.ByteSize() for message in messages) < MESSAGE_BYTES
