"""Questions of auditors at a terminal: tables, one JSON document, CSV; pages are written as they come."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import Any, cast

import grpc
import pytest

from award_ledger.v1.applications_pb2 import ListApplicationsResponse
from award_ledger.v1.awards_pb2 import ListAwardsResponse, Override
from award_ledger.v1.common_pb2 import Check, CheckUnit, Verdict
from award_ledger.v1.funds_pb2 import ListFundsResponse
from award_ledger.v1.history_pb2 import ListEventsResponse
from award_ledger.v1.inquiries_pb2 import (
    Basis,
    Entry,
    GetStateResponse,
    ListAwardTimelineResponse,
    ListEvidenceUsesResponse,
    ListLimitDecisionsResponse,
    ListOfficerDecisionsResponse,
    ListOverridesResponse,
    ListRefusalsResponse,
)
from award_ledger.v1.measures_pb2 import ListMeasuresResponse
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger, in_turn, refusing
from tests.clients.running import Run

pytestmark = pytest.mark.usefixtures("known")

QUESTIONS: dict[str, tuple[tuple[str, ...], Any]] = {
    "ListAwardTimeline": (("timeline", canned.USCC, canned.AWARD_ID), ListAwardTimelineResponse),
    "ListOverrides": (("overrides",), ListOverridesResponse),
    "ListOfficerDecisions": (("officer", "li@kjt"), ListOfficerDecisionsResponse),
    "ListEvidenceUses": (("contract", "HT-1"), ListEvidenceUsesResponse),
    "ListLimitDecisions": (("limit", "cap.lifetime"), ListLimitDecisionsResponse),
    "ListRefusals": (("refusals",), ListRefusalsResponse),
}


def entry(position: int = 34, **changes: Any) -> Entry:
    kept: dict[str, Any] = {
        "position": position,
        "recorded_at": canned.RECORDED,
        "effective_on": "2025-06-28",
        "topic": "enterprise.award_approved.v1",
        "principal": "li@kjt",
        "second_principal": "wang@kjt",
        "enterprise": canned.NUMBER,
        "enterprise_name": canned.NAME,
        "measure_code": "A06-1",
        "currency": "CNY",
        "amount_minor": 123_456_700,
        "overrides": [Override(check_id="quota.A06-1", reason="30家左右")],
        "checks": [
            Check(
                id="cap.lifetime",
                verdict=Verdict.VERDICT_CUT,
                unit=CheckUnit.CHECK_UNIT_MINOR,
                limit=500_000_000,
                left=123_456_700,
            )
        ],
        "binding": ["cap.lifetime"],
        "basis": Basis(terms_version=2, instrument=canned.terms().instrument),
    }
    return Entry(**{**kept, **changes})


def rows(out: str) -> list[list[str]]:
    assert out.startswith("\ufeff")
    return list(csv.reader(io.StringIO(out[1:])))


@pytest.mark.parametrize("method", QUESTIONS)
def test_every_question_is_answered_page_by_page_as_table_json_and_csv(
    ledger: FakeLedger, run: Run, method: str
) -> None:
    command, response = QUESTIONS[method]
    for option in ("", "--json", "--csv"):
        first = response(entries=[entry(34), entry(36)], next_page_token="more", position=99)
        last = response(entries=[entry(40)], position=99)
        ledger.answers[method] = in_turn(first, response(next_page_token="on", position=99), last)
        ran = run("audit", *command, *filter(None, [option]), width=200)
        assert ran.code == 0, ran.err
        if option == "--json":
            told = json.loads(ran.out)
            assert ([item["position"] for item in told["entries"]], told["position"]) == (["34", "36", "40"], "99")
        elif option == "--csv":
            heading, *cells = rows(ran.out)
            assert [row[0] for row in cells] == ["34", "36", "40"]
            assert cells[0][heading.index("amount")] == "1234567.00"
        else:
            assert ran.out.count("1,234,567.00") >= 3
        assert [request.page_token for request in ledger.asked(method)[-3:]] == ["", "more", "on"]


@pytest.mark.parametrize("option", ["", "--json", "--csv"])
def test_a_page_is_written_before_the_next_is_asked_for(ledger: FakeLedger, run: Run, option: str) -> None:
    written: list[str] = []

    def last(_request: Any, _context: grpc.ServicerContext) -> ListRefusalsResponse:
        written.append(cast(io.StringIO, sys.stdout).getvalue())
        return ListRefusalsResponse(entries=[entry(36, enterprise_name="第二页")])

    ledger.answers["ListRefusals"] = in_turn(ListRefusalsResponse(entries=[entry(34)], next_page_token="more"), last)
    ran = run("audit", "refusals", *filter(None, [option]), width=200)
    assert ("34" in written[0], "36" in ran.out) == (True, True)


def test_an_empty_list_is_said_to_be_empty(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ListRefusals"] = ListRefusalsResponse(position=7)
    assert "没有可显示的内容" in run("audit", "refusals", lang="zh").out
    assert json.loads(run("audit", "refusals", "--json").out) == {"entries": [], "position": "7"}
    assert len(rows(run("audit", "refusals", "--csv").out)) == 1


def test_a_timeline_shows_both_times_both_people_the_words_and_corrections_beside(ledger: FakeLedger, run: Run) -> None:
    correction = entry(50, topic="enterprise.award_corrected.v1", corrects=34, stood_minor=123_456_700, reason="有误")
    told = [entry(34, corrections=[correction], corrected_by=50), entry(40, topic="enterprise.payment_settled.v1")]
    ledger.answers["ListAwardTimeline"] = ListAwardTimelineResponse(entries=told, position=50)
    out = run("audit", "timeline", canned.USCC, canned.AWARD_ID, lang="zh", width=200).out
    for said in ("2025-06-30", "09:15:00", "2025-06-28", "li@kjt", "wang@kjt", "└ 50", "更正 34", "由 50 更正", "有误"):
        assert said in out, said
    assert out.index("└ 50") < out.index("到账")
    assert out.replace("\n", "").count("鲁政办字〔2025〕49号") == 1  # said again only where it changes
    heading, *cells = rows(run("audit", "timeline", canned.USCC, canned.AWARD_ID, "--csv").out)
    assert [row[0] for row in cells] == ["34", "50", "40"]
    assert cells[1][heading.index("corrects")] == "34"
    assert all(row[heading.index("words")].startswith("给予不超过") for row in cells)


def test_what_is_asked_reaches_the_ledger(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ListLimitDecisions"] = ListLimitDecisionsResponse()
    ledger.answers["ListOverrides"] = ListOverridesResponse()
    ledger.answers["ListOfficerDecisions"] = ListOfficerDecisionsResponse()
    ledger.answers["ListEvidenceUses"] = ListEvidenceUsesResponse()
    selecting = ("--measure", "A06-1", "--enterprise", canned.USCC, "--from", "2025-01-01", "--to", "2025-12-31")
    run("audit", "limit", "cap", "--verdict", "needs_override", "--binding-only", *selecting, "--as-of", "40")
    (asked,) = ledger.asked("ListLimitDecisions")
    assert (asked.check, asked.verdict, asked.binding_only) == ("cap", Verdict.VERDICT_NEEDS_OVERRIDE, True)
    wanted = asked.selection
    assert (wanted.measure_code, wanted.enterprise.number) == ("A06-1", canned.USCC)
    assert (wanted.effective_from, wanted.effective_to, asked.as_of.position) == ("2025-01-01", "2025-12-31", 40)
    run("audit", "overrides", "--check", "quota", "--taken-only")
    assert (ledger.asked("ListOverrides")[0].check, ledger.asked("ListOverrides")[0].taken_only) == ("quota", True)
    run("audit", "officer", "li@kjt", "--all-acts")
    assert ledger.asked("ListOfficerDecisions")[0].all_acts
    run("audit", "evidence", "invoice", "FP-1")
    assert ledger.asked("ListEvidenceUses")[0].evidence.kind == "invoice"
    assert run("audit", "refusals", "--from", "1.1.2025").code == 2


def test_a_state_says_what_was_known_and_about_which_day(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["GetState"] = GetStateResponse(
        fund=canned.FUND, position=40, known_at=canned.RECORDED, about="2025-12-31", left_out=3
    )
    asked = ("audit", "state", "fund", "A06-1/2025", "--about", "2025-12-31", "--as-of", "2026-03-01")
    out = run(*asked, width=120).out
    assert "40  2025-06-30 09:15:00 +08:00" in out
    assert "2025-12-31" in out
    request = ledger.asked("GetState")[0]
    assert (request.about, request.fund_code, request.as_of.HasField("instant")) == ("2025-12-31", "A06-1/2025", True)
    assert json.loads(run(*asked, "--json").out)["left_out"] == "3"
    pairs = dict(rows(run(*asked, "--csv").out)[1:])
    assert (pairs["fund.available_minor"], pairs["left_out"]) == (str(canned.FUND.available_minor), "3")
    ledger.answers["GetState"] = GetStateResponse(measure=canned.measure().measure, position=40)
    assert "鲁政办字〔2025〕49号" in run("audit", "state", "measure", "A06-1", width=120).out
    ledger.answers["GetState"] = GetStateResponse(enterprise=canned.enterprise(), position=40)
    assert canned.NAME in run("audit", "state", "enterprise", canned.USCC, width=120).out


def test_a_day_about_which_nothing_is_known_is_explained(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["GetState"] = refusing(grpc.StatusCode.OUT_OF_RANGE, "NOT_YET_EFFECTIVE")
    ran = run("audit", "state", "fund", "A06-1/2025", "--about", "2024-12-31", lang="zh")
    assert (ran.code, "至该日均未生效" in ran.err) == (1, True)


def test_every_list_is_shown_as_csv_that_a_spreadsheet_does_not_run(ledger: FakeLedger, run: Run) -> None:
    evil = canned.award()
    evil.measure_code = "=1+1"
    ledger.answers.update(
        ListAwards=in_turn(
            ListAwardsResponse(awards=[evil], next_page_token="more"), ListAwardsResponse(awards=[evil])
        ),
        ListApplications=ListApplicationsResponse(applications=[canned.application()]),
        ListFunds=ListFundsResponse(funds=[canned.FUND]),
        ListMeasures=ListMeasuresResponse(measures=[canned.measure().measure]),
        ListEvents=ListEventsResponse(events=[canned.event(n, "measure.closed.v1", reason="x") for n in (1, 2)]),
    )
    heading, *awards = rows(run("awards", "list", "A06-1", "--csv").out)
    assert len(awards) == 2
    assert (awards[0][heading.index("measure")], awards[0][heading.index("approved")]) == ("'=1+1", "50000.00")
    lists = (("applications", "list", "A06-1"), ("funds", "list"), ("measures", "list"), ("history", "fund", "F"))
    for command in lists:
        assert len(rows(run(*command, "--csv").out)) >= 2
    assert len(rows(run("history", "contract", "HT-1", "--limit", "1", "--csv").out)) == 2
    ran = run("awards", "list", "A06-1", "--csv", "--json")
    assert (ran.code, ran.out) == (2, "")
