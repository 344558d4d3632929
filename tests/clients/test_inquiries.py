"""What the client asks on behalf of auditors, as the server sees it."""

from __future__ import annotations

from award_ledger.clients.department import LedgerClient
from award_ledger.clients.department.inquiries import ABOUT_TIMEOUT_S
from award_ledger.v1.inquiries_pb2 import GetStateResponse
from tests.clients.fake_ledger import FakeLedger


def test_a_state_about_a_day_is_waited_for_longer_than_one_that_is_known(
    ledger: FakeLedger, client: LedgerClient
) -> None:
    ledger.answers["GetState"] = GetStateResponse()
    client.get_state(fund_code="F")
    client.get_state(fund_code="F", about="2025-12-31")
    client.get_state(fund_code="F", about="2025-12-31", timeout_s=3)
    known, about, chosen = (call.deadline_s or 0 for call in ledger.calls)
    assert known < 20 < ABOUT_TIMEOUT_S - 20 < about
    assert chosen < 20
