"""An enterprise with more than is shown at once: the client asks for the rest, page by page, at the same position."""

from __future__ import annotations

from typing import Any

from award_ledger.clients.department import LedgerClient
from award_ledger.v1.applications_pb2 import Application, ListApplicationsResponse
from award_ledger.v1.awards_pb2 import Award, ListAwardsResponse
from award_ledger.v1.enterprises_pb2 import Enterprise, GetEnterpriseResponse
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger


def shown(counted: int) -> GetEnterpriseResponse:
    newest = Enterprise(
        applications=[Application(number=9)],
        awards=[Award(number=8)],
        application_count=counted,
        award_count=counted,
    )
    return GetEnterpriseResponse(enterprise=newest, position=12)


def test_what_is_not_shown_is_listed_at_the_position_of_the_answer(ledger: FakeLedger, client: LedgerClient) -> None:
    def applications(request: Any, _: Any) -> ListApplicationsResponse:
        last = request.page_token == "next"
        return ListApplicationsResponse(
            applications=[Application(number=9 if last else 5)], next_page_token="" if last else "next"
        )

    ledger.answers |= {
        "GetEnterprise": shown(2),
        "ListApplications": applications,
        "ListAwards": ListAwardsResponse(awards=[Award(number=7), Award(number=8)]),
    }
    whole = client.whole_enterprise(canned.USCC, min_position=3).enterprise
    assert [item.number for item in whole.applications] == [5, 9]
    assert [item.number for item in whole.awards] == [7, 8]
    asked = [*ledger.asked("ListApplications"), *ledger.asked("ListAwards")]
    assert {request.as_of.position for request in asked} == {12}
    assert {request.enterprise.number for request in asked} == {canned.USCC}
    assert ledger.asked("GetEnterprise")[0].min_position == 3


def test_what_is_all_there_is_not_asked_for_again(ledger: FakeLedger, client: LedgerClient) -> None:
    ledger.answers["GetEnterprise"] = shown(1)
    assert len(client.whole_enterprise(canned.USCC).enterprise.awards) == 1
    ledger.answers["GetEnterprise"] = shown(0)  # from a server that does not count yet
    assert len(client.whole_enterprise(canned.USCC).enterprise.awards) == 1
    assert {call.method for call in ledger.calls} == {"GetEnterprise"}
