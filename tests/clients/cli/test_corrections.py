"""Corrections on the command line: amounts in the currency of the entry, and both entries in the history."""

from __future__ import annotations

import grpc
import pytest

from award_ledger.v1.awards_pb2 import AwardStatus
from award_ledger.v1.corrections_pb2 import CorrectEntryResponse
from award_ledger.v1.history_pb2 import GetEventResponse, ListEventsResponse
from award_ledger.v1.terms_pb2 import Ground
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger, refusing
from tests.clients.running import Run

pytestmark = pytest.mark.usefixtures("known")

APPROVED = "enterprise.award_approved.v1"


@pytest.fixture(autouse=True)
def entry(ledger: FakeLedger) -> None:
    event = canned.event(34, APPROVED, award_id="w", measure="A06-1", amount_minor=5_000_000)
    ledger.answers["GetEvent"] = GetEventResponse(event=event, currency="CNY")
    ledger.answers["CorrectEntry"] = CorrectEntryResponse(award=canned.award(), receipt=canned.receipt(40))


def test_an_amount_is_sent_in_minor_units_of_the_entrys_currency(ledger: FakeLedger, run: Run) -> None:
    ran = run("correct", "34", "--amount", "40,000.00", "--reason", "录入有误", "--on", "2026-02-01")
    assert ran.code == 0
    request = ledger.asked("CorrectEntry")[0]
    assert (request.position, request.amount_minor, request.reason) == (34, 4_000_000, "录入有误")
    assert request.effective_on == "2026-02-01"
    assert "Recorded at position 40" in ran.out


def test_an_amount_may_be_nothing_or_less(ledger: FakeLedger, run: Run) -> None:
    for typed, minor in (("0", 0), ("-1.50", -150)):
        assert run("correct", "34", f"--amount={typed}", "--reason", "x").code == 0
        request = ledger.asked("CorrectEntry")[-1]
        assert (request.WhichOneof("right"), request.amount_minor) == ("amount_minor", minor)


def test_a_name_and_an_application_are_sent_whole(ledger: FakeLedger, run: Run) -> None:
    run("correct", "3", "--name", "正名", "--reason", "x")
    assert ledger.asked("CorrectEntry")[0].name == "正名"
    run(
        *("correct", "12", "--asked", "300", "--fact", "field=AI", "--money", "settled=20"),
        *("--evidence", "contract=C-1", "--reason", "x"),
    )
    said = ledger.asked("CorrectEntry")[1].application
    assert (said.asked_minor, dict(said.facts)) == (30_000, {"field": "AI", "settled_minor": "2000"})
    assert [(ref.kind, ref.reference) for ref in said.evidence] == [("contract", "C-1")]


def test_a_result_a_ground_a_date_and_a_payee_are_sent_as_such(ledger: FakeLedger, run: Run) -> None:
    payee = ("--payee-name", "示例企业", "--payee-account", "6222020200998877665", "--payee-bank", "102100099996")
    for given in (("--result", "good"), ("--ground", "breach"), ("--applied-on", "2025-05-30"), payee):
        assert run("correct", "34", *given, "--reason", "x").code == 0
    sent = ledger.asked("CorrectEntry")
    assert [request.WhichOneof("right") for request in sent] == ["result", "ground", "application_date", "payee"]
    assert (sent[0].result, sent[1].ground, sent[2].application_date) == ("good", Ground.GROUND_BREACH, "2025-05-30")
    assert (sent[3].payee.account_name, sent[3].payee.account_number) == ("示例企业", "6222020200998877665")


def test_a_payee_that_waits_for_a_second_person_says_so_in_both_languages(ledger: FakeLedger, run: Run) -> None:
    application = canned.application()
    application.payee_proposed_by = "li@kjt"
    ledger.answers["CorrectEntry"] = CorrectEntryResponse(application=application, receipt=canned.receipt(40))
    for lang, words in (("en", "li@kjt has named another payee"), ("zh", "li@kjt 提请更正收款账户")):
        assert words in run("correct", "12", "--payee-account", "1", "--reason", "x", lang=lang).out


@pytest.mark.parametrize("given", [(), ("--amount", "1", "--name", "x"), ("--name", "x", "--asked", "1")])
def test_one_thing_is_right_and_no_more(ledger: FakeLedger, run: Run, given: tuple[str, ...]) -> None:
    ran = run("correct", "34", "--reason", "x", *given, lang="zh")
    assert (ran.code, ledger.asked("CorrectEntry")) == (2, [])
    assert "须填且只填一项" in ran.err


def test_a_raise_that_waits_for_a_second_person_says_so(ledger: FakeLedger, run: Run) -> None:
    award = canned.award()
    award.raise_proposed_by, award.raise_proposed_minor = "li@kjt", 6_000_000
    ledger.answers["CorrectEntry"] = CorrectEntryResponse(award=award, receipt=canned.receipt(40))
    assert "li@kjt proposes a higher amount" in run("correct", "34", "--amount", "60000", "--reason", "x").out


def test_a_void_award_is_shown_as_such_in_both_languages(ledger: FakeLedger, run: Run) -> None:
    award = canned.award()
    award.status = AwardStatus.AWARD_STATUS_VOID
    ledger.answers["CorrectEntry"] = CorrectEntryResponse(award=award, receipt=canned.receipt(40))
    for lang, word in (("en", "void"), ("zh", "已更正为无")):
        assert word in run("correct", "34", "--amount", "0", "--reason", "x", lang=lang).out


def test_an_amount_of_an_entry_that_has_none_is_for_the_ledger_to_refuse(ledger: FakeLedger, run: Run) -> None:
    published = canned.event(1, "measure.terms_published.v1", version=1)
    ledger.answers["GetEvent"] = GetEventResponse(event=published)
    instead = {"position": "1", "topic": published.topic, "instead": "publish a new version of the Terms"}
    ledger.answers["CorrectEntry"] = refusing(
        grpc.StatusCode.FAILED_PRECONDITION, "ENTRY_NOT_CORRECTABLE", metadata=instead
    )
    for given in ("--amount", "--asked"):
        ran = run("correct", "1", given, "5", "--reason", "x")
        assert ran.code == 1
        assert "publish a new version of the Terms" in ran.err


def test_a_refused_correction_says_its_numbers_in_major_units_and_that_nothing_is_recorded(
    ledger: FakeLedger, run: Run
) -> None:
    numbers = {"position": "34", "amount_minor": "0", "stood_minor": "5000000", "least_minor": "4500000"}
    ledger.answers["CorrectEntry"] = refusing(
        grpc.StatusCode.FAILED_PRECONDITION, "CORRECTION_IMPOSSIBLE", metadata=numbers
    )
    ran = run("correct", "34", "--amount", "0", "--reason", "x", lang="zh")
    assert ran.code == 1
    for word in ("最少", "45,000.00 CNY", "现为"):
        assert word in ran.err
    assert "不予核准已记录" not in ran.err


def test_history_shows_what_corrects_what(ledger: FakeLedger, run: Run) -> None:
    wrong = canned.event(34, APPROVED, award_id="w", measure="A06-1", amount_minor=5_000_000)
    wrong.corrected_by = 40
    right = canned.event(
        40, "enterprise.award_corrected.v1", award_id="w", measure="A06-1", amount_minor=4, stood_minor=5_000_000
    )
    right.corrects = 34
    ledger.answers["ListEvents"] = ListEventsResponse(events=[wrong, right])
    shown = run("history", "enterprise", canned.USCC, width=200).out
    assert "corrected by 40" in shown
    assert "corrects 34" in shown
    assert "instead of 50,000.00 CNY" in shown
    ledger.answers["GetEvent"] = GetEventResponse(event=wrong)
    assert "已由 40 更正" in run("history", "event", "34", lang="zh").out
