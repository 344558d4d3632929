"""A batch from the command line: which applications are meant, and what a person reads."""

from __future__ import annotations

import json

import pytest

from award_ledger.v1.applications_pb2 import APPLICATION_STATUS_OPEN, ListApplicationsResponse
from award_ledger.v1.awards_pb2 import ApproveProRataResponse, ProRataShare
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger
from tests.clients.running import Run

pytestmark = pytest.mark.usefixtures("known")


@pytest.fixture(autouse=True)
def answers(ledger: FakeLedger) -> None:
    applications = [canned.application(), canned.application()]
    for number, application in enumerate(applications, start=12):
        application.number, application.application_id = number, f"application-{number}"
    ledger.answers["ListApplications"] = ListApplicationsResponse(applications=applications, position=40)
    award = canned.award()
    ledger.answers["ApproveProRata"] = ApproveProRataResponse(
        available_minor=3_000_000,
        full_minor=9_000_000,
        granted_minor=2_999_999,
        currency="CNY",
        fund_code="A06-1/2025",
        shares=[ProRataShare(application_id="application-12", full_minor=9_000_000, award=award)],
        receipt=canned.receipt(41),
    )


def test_all_open_applications_are_decided_in_their_order(ledger: FakeLedger, run: Run) -> None:
    ran = run("pro-rata", "A06-1", "--reason", "short", "--at-most", "30000.00", "--as-of", "40", "--dry-run")
    assert ran.code == 0, ran.err
    assert ledger.asked("ListApplications")[0].status == APPLICATION_STATUS_OPEN
    assert ledger.asked("ListApplications")[0].as_of.position == 40
    request = ledger.asked("ApproveProRata")[0]
    assert [row.application_id for row in request.rows] == ["application-12", "application-13"]
    assert (request.at_most_minor, request.reason, request.validate_only) == (3_000_000, "short", True)
    assert "30,000.00 CNY of fund A06-1/2025 for 90,000.00 CNY: 29,999.99 CNY granted" in ran.out


def test_applications_are_named_by_their_numbers_and_decided_in_that_order(ledger: FakeLedger, run: Run) -> None:
    ran = run("pro-rata", "A06-1", "--reason", "r", "--application", "13", "--application", "12", "--json")
    request = ledger.asked("ApproveProRata")[0]
    assert [row.application_id for row in request.rows] == ["application-13", "application-12"]
    assert not request.HasField("at_most_minor")
    assert json.loads(ran.out)["full_minor"] == "9000000"


@pytest.mark.parametrize("options", [("--application", "99"), ("--at-most", "1.234"), ("--as-of", "soon")])
def test_what_cannot_be_meant_is_not_sent(ledger: FakeLedger, run: Run, options: tuple[str, str]) -> None:
    assert run("pro-rata", "A06-1", "--reason", "r", *options).code == 2
    assert ledger.asked("ApproveProRata") == []


def test_a_measure_without_open_applications_is_said_to_have_none(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ListApplications"] = ListApplicationsResponse(position=40)
    ran = run("pro-rata", "A06-1", "--reason", "r")
    assert (ran.code, "no open application" in ran.err) == (2, True)
