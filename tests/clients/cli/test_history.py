"""The log on the screen: events in words, with amounts in the currency that they have."""

from __future__ import annotations

import json

import grpc
import pytest

from award_ledger.v1.history_pb2 import (
    FollowEventsResponse,
    GetEventResponse,
    ListEventsResponse,
)
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger
from tests.clients.running import Run

pytestmark = pytest.mark.usefixtures("known")


def test_history_shows_amounts_of_payments_in_the_currency_of_their_award(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ListEvents"] = ListEventsResponse(
        events=[
            canned.event(40, "enterprise.payment_instructed.v1", award_id="w", instalment=1, amount_minor=5_000_000),
            canned.event(34, "enterprise.award_approved.v1", award_id="w", measure="A06-1", amount_minor=5_000_000),
            canned.event(20, "enterprise.something_new.v9", amount_minor=5_000_000),
        ]
    )
    ran = run("history", "enterprise", canned.USCC, "--newest-first", lang="zh", width=120)
    lines = [line for line in ran.out.splitlines() if "金额" in line]
    assert "50,000.00 CNY" in lines[0]
    assert "50,000.00 CNY" in lines[1]
    assert "5,000,000 （最小货币单位）" in lines[2]  # a currency that is not known is not guessed
    assert "enterprise.something_new.v9" in ran.out.replace("\n", "")
    assert ledger.asked("ListEvents")[0].newest_first


def test_a_corrected_ruling_name_or_day_says_what_is_right_and_what_stood(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ListEvents"] = ListEventsResponse(
        events=[
            canned.event(50, "enterprise.stage_result_corrected.v1", said="", stood="bad"),
            canned.event(51, "enterprise.revocation_corrected.v1", said="breach", stood="revocation"),
            canned.event(52, "enterprise.name_corrected.v1", name="New", stood="Old"),
            canned.event(53, "enterprise.application_date_corrected.v1", applied_on="2025-07-01", stood="2025-07-02"),
        ]
    )
    shown = run("history", "enterprise", canned.USCC, width=200).out
    for text in ("none, instead of bad", "breach, instead of revocation", "New, instead of Old", "2025-07-01, instead"):
        assert text in shown
    assert "违规, 原为 撤销" in run("history", "enterprise", canned.USCC, lang="zh", width=200).out


def test_an_event_of_a_fund_whose_creation_is_not_shown_is_in_its_currency(ledger: FakeLedger, run: Run) -> None:
    changed = [canned.event(at, "fund.appropriation_changed.v1", change_minor=100_000) for at in (77, 78)]
    ledger.answers["ListEvents"] = ListEventsResponse(events=changed)
    ledger.answers["GetEvent"] = GetEventResponse(event=changed[0], currency="CNY")
    ran = run("history", "fund", "A06-1/2025", width=200)
    assert ran.out.count("1,000.00 CNY") == 2
    assert len(ledger.asked("GetEvent")) == 1


def test_history_stops_at_its_limit_and_says_so(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ListEvents"] = ListEventsResponse(
        events=[canned.event(n, "measure.closed.v1", reason="x") for n in (1, 2)], next_page_token="more"
    )
    ran = run("history", "measure", "A06-1", "--limit", "2")
    assert "--limit" in ran.out
    assert len(ledger.asked("ListEvents")) == 1
    assert ledger.asked("ListEvents")[0].page_size == 2
    assert run("history", "contract", "HT-1").code == 0
    assert ledger.asked("ListEvents")[-1].subject.evidence.kind == "contract"


def test_an_event_is_shown_whole(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["GetEvent"] = GetEventResponse(event=canned.event(7, "measure.closed.v1", reason="政策到期"))
    ran = run("history", "event", "7", lang="zh")
    assert '"reason": "政策到期"' in ran.out
    assert "02" * 32 in ran.out


def test_follow_as_json_is_one_document_a_line(ledger: FakeLedger, run: Run) -> None:
    def stream(request: object, context: grpc.ServicerContext) -> object:
        return iter([FollowEventsResponse(events=[canned.event(1, "measure.closed.v1"), canned.event(2, "x.y.v1")])])

    ledger.answers["FollowEvents"] = stream
    ran = run("follow", "--no-wait", "--json")
    assert [json.loads(line)["position"] for line in ran.out.splitlines()] == ["1", "2"]
    assert "closed" in run("follow", "--to", "2").out
