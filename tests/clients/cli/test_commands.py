"""The commands: what they ask of the ledger, and what a person or a program gets to read."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from award_ledger.v1 import awards_pb2, clawbacks_pb2, enterprises_pb2, funds_pb2, objections_pb2, payments_pb2
from award_ledger.v1.applications_pb2 import (
    ListApplicationsResponse,
    RefuseApplicationResponse,
    ReviewApplicationResponse,
    SubmitApplicationResponse,
    WithdrawApplicationResponse,
)
from award_ledger.v1.awards_pb2 import ApproveAwardResponse
from award_ledger.v1.common_pb2 import Verdict
from award_ledger.v1.enterprises_pb2 import GetEnterpriseResponse, GetHeadroomResponse
from award_ledger.v1.history_pb2 import (
    GetHeadResponse,
    ListEventsResponse,
)
from award_ledger.v1.measures_pb2 import CloseMeasureResponse, ListMeasuresResponse, MeasureStatus
from award_ledger.v1.terms_pb2 import Ground
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger, in_turn
from tests.clients.running import Run

pytestmark = pytest.mark.usefixtures("known")


def test_applying_sends_exact_minor_units_and_facts(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["SubmitApplication"] = SubmitApplicationResponse(
        application=canned.application(), receipt=canned.receipt(12)
    )
    ran = run(
        *("apply", canned.USCC, "A06-1", "--amount", "50,000.00", "--money", "settled=1000000", "--fact", "x=a=b"),
        *("--contract", "HT-2025-001", "--evidence", "invoice=044", "--applied-on", "2025-06-01"),
        *("--payee-name", "示例", "--payee-account", "62", "--payee-bank", "工行"),
    )
    assert ran.code == 0
    request = ledger.asked("SubmitApplication")[0]
    assert request.asked_minor == 5_000_000
    assert dict(request.facts) == {"settled_minor": "100000000", "x": "a=b"}
    assert [(item.kind, item.reference) for item in request.evidence] == [
        ("invoice", "044"),
        ("contract", "HT-2025-001"),
    ]
    assert (request.payee.account_number, request.applied_on) == ("62", "2025-06-01")
    assert "Recorded at position 12 (2025-06-30 09:15:00 +08:00)." in ran.out
    assert "50,000.00 CNY" in ran.out


def test_amounts_have_the_decimals_of_the_measures_currency(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["GetMeasure"] = canned.measure(currency="JPY")
    assert run("apply", canned.USCC, "A06-1", "--amount", "1.5").code == 2
    ledger.answers["SubmitApplication"] = SubmitApplicationResponse(
        application=canned.application(), receipt=canned.receipt()
    )
    ran = run("apply", canned.USCC, "A06-1", "--amount", "1500")
    assert ledger.asked("SubmitApplication")[0].asked_minor == 1_500
    assert "5,000,000 JPY" in ran.out


def test_an_approval_shows_what_was_cut(ledger: FakeLedger, run: Run) -> None:
    assessment = canned.refused_assessment()
    assessment.granted_minor = 20_000_000
    assessment.checks[2].verdict = Verdict.VERDICT_CUT
    ledger.answers["ApproveAward"] = ApproveAwardResponse(
        award=canned.award(), assessment=assessment, receipt=canned.receipt(34, repeated=True)
    )
    ran = run(
        *("approve", canned.USCC, canned.APPLICATION_ID[:8], "--rate", "5%", "--override", "quota.A06-1=专家评审"),
        *("--instalment", "100000@2025-07-10", "--instalment", "100000.00", "--on", "2025-06-30", "--etag", "e1"),
    )
    assert ran.code == 0
    request = ledger.asked("ApproveAward")[0]
    assert (request.decided_rate, request.effective_on, request.etag) == ("0.05", "2025-06-30", "e1")
    assert [(item.check_id, item.reason) for item in request.overrides] == [("quota.A06-1", "专家评审")]
    assert [(item.amount_minor, item.due_on) for item in request.instalments] == [
        (10_000_000, "2025-07-10"),
        (10_000_000, ""),
    ]
    assert "Cut to what fits: 200,000.00 CNY of the 500,000.00 CNY asked." in ran.out
    assert "Recorded before, at position 34" in ran.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["measures", "list"],
        ["measures", "show", "A06-1"],
        ["funds", "show", "A06-1/2025"],
        ["enterprises", "show", canned.USCC],
        ["applications", "show", canned.USCC, "12"],
        ["awards", "show", canned.USCC, "34"],
        ["status"],
        ["history", "enterprise", canned.USCC],
        ["headroom", canned.USCC, "A06-1"],
    ],
)
def test_json_is_one_document_and_nothing_else(ledger: FakeLedger, run: Run, arguments: list[str]) -> None:
    ledger.answers.update(
        ListMeasures=in_turn(
            ListMeasuresResponse(measures=[canned.measure("A06-1").measure], next_page_token="t"),
            ListMeasuresResponse(measures=[canned.measure("A07-1").measure], position=9),
        ),
        GetHead=GetHeadResponse(position=41, recorded_at=canned.RECORDED, ledger_id="x"),
        ListEvents=ListEventsResponse(events=[canned.event(1, "enterprise.registered.v1", name=canned.NAME)]),
        GetHeadroom=GetHeadroomResponse(assessment=canned.refused_assessment(), currency="CNY"),
    )
    ran = run(*arguments, "--json", lang="zh", width=40)
    assert (ran.code, ran.err) == (0, "")
    document = json.loads(ran.out)
    if arguments[:2] == ["measures", "list"]:
        assert [measure["code"] for measure in document["measures"]] == ["A06-1", "A07-1"]
        assert document["measures"][0]["terms"]["caps"][0]["limit_minor"] == "500000000"
        assert document["next_page_token"] == ""


def test_statuses_and_departments_filter_the_list(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ListMeasures"] = ListMeasuresResponse()
    ran = run("measures", "list", "--status", "needs-rule", "--department", "kjt", "--as-of", "17", lang="zh")
    assert ran.out == "没有可显示的内容。\n"
    request = ledger.asked("ListMeasures")[0]
    assert request.status == MeasureStatus.MEASURE_STATUS_NEEDS_RULE
    assert (request.department, request.as_of.position) == ("kjt", 17)


def test_the_singular_of_a_group_is_understood(ledger: FakeLedger, run: Run) -> None:
    assert run("fund", "show", "A06-1/2025").code == 0
    assert run("measure", "show", "A06-1").code == 0


def test_as_of_a_day_means_its_end_in_china(ledger: FakeLedger, run: Run) -> None:
    run("enterprises", "show", canned.USCC, "--as-of", "2025-06-30")
    run("enterprises", "show", canned.USCC, "--as-of", "2025-06-30T12:00:00+08:00")
    run("enterprises", "show", canned.USCC, "--as-of", "2025-06-30T12:00")
    end, zoned, local = (request.as_of.instant for request in ledger.asked("GetEnterprise"))
    assert end.ToJsonString() == "2025-06-30T15:59:59.999999Z"
    assert zoned == local
    assert zoned.ToJsonString() == "2025-06-30T04:00:00Z"


def test_a_dry_run_says_that_nothing_was_recorded(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["CreateFund"] = funds_pb2.CreateFundResponse(fund=canned.FUND)
    ran = run("funds", "create", "A06-1/2025", "--year", "2025", "--amount", "30,000,000", "--dry-run", lang="zh")
    assert "试算：未作记录。" in ran.out
    assert ledger.asked("CreateFund")[0].validate_only
    assert ledger.asked("CreateFund")[0].appropriated_minor == 3_000_000_000


def test_an_appropriation_is_lowered_by_a_negative_amount(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ChangeAppropriation"] = funds_pb2.ChangeAppropriationResponse(
        fund=canned.FUND, receipt=canned.receipt()
    )
    assert run("funds", "change", "A06-1/2025", "--by", "-5,000,000.00", "--document", "X").code == 0
    assert ledger.asked("ChangeAppropriation")[0].change_minor == -500_000_000


def test_every_act_reaches_its_method(ledger: FakeLedger, run: Run) -> None:
    receipt, enterprise, award = canned.receipt(), canned.enterprise(), canned.award()
    application, instalment = canned.application(), canned.award().instalments[0]
    clawback = clawbacks_pb2.Clawback(number=1, ground=Ground.GROUND_BREACH, ordered_minor=100)
    owing = canned.award()
    owing.clawbacks.append(clawback)
    objection = owing.objections.add(number=1, kind=objections_pb2.OBJECTION_KIND_TIP_OFF)
    ledger.answers.update(
        GetEnterprise=GetEnterpriseResponse(
            enterprise=enterprises_pb2.Enterprise(awards=[owing], applications=[application])
        ),
        RenameEnterprise=enterprises_pb2.RenameEnterpriseResponse(enterprise=enterprise, receipt=receipt),
        ReinstateEnterprise=enterprises_pb2.ReinstateEnterpriseResponse(enterprise=enterprise, receipt=receipt),
        LinkEnterprise=enterprises_pb2.LinkEnterpriseResponse(enterprise=enterprise, receipt=receipt),
        UnlinkEnterprise=enterprises_pb2.UnlinkEnterpriseResponse(enterprise=enterprise, receipt=receipt),
        CloseMeasure=CloseMeasureResponse(measure=canned.measure().measure, receipt=receipt),
        ReviewApplication=ReviewApplicationResponse(application=application, receipt=receipt),
        RefuseApplication=RefuseApplicationResponse(application=application, receipt=receipt),
        WithdrawApplication=WithdrawApplicationResponse(application=application, receipt=receipt),
        ListApplications=ListApplicationsResponse(applications=[application]),
        ListAwards=awards_pb2.ListAwardsResponse(awards=[award]),
        RevokeAward=awards_pb2.RevokeAwardResponse(award=award, receipt=receipt),
        RecordStageResult=awards_pb2.RecordStageResultResponse(award=award, receipt=receipt),
        InstructPayment=payments_pb2.InstructPaymentResponse(instalment=instalment, receipt=receipt),
        RecordSettlement=payments_pb2.RecordSettlementResponse(instalment=instalment, receipt=receipt),
        RecordRejection=payments_pb2.RecordRejectionResponse(instalment=instalment, receipt=receipt),
        RecordReturn=payments_pb2.RecordReturnResponse(instalment=instalment, receipt=receipt),
        OrderClawback=clawbacks_pb2.OrderClawbackResponse(clawback=clawback, receipt=receipt),
        RecordRecovery=clawbacks_pb2.RecordRecoveryResponse(clawback=clawback, receipt=receipt),
        WriteOffClawback=clawbacks_pb2.WriteOffClawbackResponse(clawback=clawback, receipt=receipt),
        CancelClawback=clawbacks_pb2.CancelClawbackResponse(clawback=clawback, receipt=receipt),
        SetOffClawback=clawbacks_pb2.SetOffClawbackResponse(instalment=instalment, clawback=clawback, receipt=receipt),
        RaiseObjection=objections_pb2.RaiseObjectionResponse(objection=objection, receipt=receipt),
        AnswerObjection=objections_pb2.AnswerObjectionResponse(objection=objection, receipt=receipt),
    )
    reason, amount = ("--reason", "why"), ("--amount", "1.00")
    case = (canned.USCC, "34")
    for command in (
        ("enterprises", "rename", canned.USCC, "新"),
        ("enterprises", "reinstate", canned.USCC, *reason),
        ("enterprises", "link", canned.USCC, "集团"),
        ("enterprises", "unlink", canned.USCC),
        ("measures", "close", "A06-1", *reason),
        ("review", canned.USCC, "12", "--up-to", "1", "--override", "quota.A06-1", *reason),
        ("refuse", canned.USCC, "12", *reason),
        ("withdraw", canned.USCC, "12"),
        ("applications", "list", "A06-1", "--status", "open"),
        ("applications", "list", "--enterprise", canned.USCC),
        ("awards", "list", "A06-1"),
        ("awards", "list", "A06-1", "--enterprise", canned.USCC),
        ("revoke", *case, "--ground", "breach", *reason),
        ("stage-result", *case, "优秀"),
        ("pay", "instruct", *case),
        ("pay", "settle", *case, "1", *amount, "--reference", "R", "--attempt", "2"),
        ("pay", "reject", *case, *reason),
        ("pay", "return", *case, *amount),
        ("clawback", "order", *case, *amount, "--ground", "overpayment", *reason),
        ("clawback", "receive", *case, *amount),
        ("clawback", "write-off", *case, "1", *amount, *reason),
        ("clawback", "cancel", *case, *reason),
        ("clawback", "set-off", *case),
        ("objections", "raise", *case, "--kind", "tip-off", "--file", "F-1", "--subject", "matter"),
        ("objections", "answer", *case, "--outcome", "upheld", *reason),
    ):
        ran = run(*command)
        assert (ran.code, ran.err) == (0, ""), command
    asked = {call.method for call in ledger.calls}
    assert set(ledger.answers) - {"GetApplication", "GetAward", "GetFund"} <= asked
    settled = ledger.asked("RecordSettlement")[0]
    assert (settled.payment.instalment, settled.payment.attempt, settled.amount_minor) == (1, 2, 100)
    assert ledger.asked("RecordRecovery")[0].clawback.clawback == 1
    assert ledger.asked("SetOffClawback")[0].instalment == 1
    [raised], [answered] = ledger.asked("RaiseObjection"), ledger.asked("AnswerObjection")
    assert (raised.kind, raised.file_reference, raised.subject) == (2, "F-1", "matter")
    assert (answered.objection, answered.outcome, answered.reason) == (1, 2, "why")
    assert ledger.asked("RevokeAward")[0].ground == Ground.GROUND_BREACH
    assert ledger.asked("ReviewApplication")[0].overrides == ["quota.A06-1"]


def test_a_payment_of_one_of_several_instalments_must_say_which(ledger: FakeLedger, run: Run) -> None:
    award = canned.award()
    award.instalments.add(number=2)
    ledger.answers["GetEnterprise"] = GetEnterpriseResponse(enterprise=enterprises_pb2.Enterprise(awards=[award]))
    ran = run("pay", "instruct", canned.USCC, "34", lang="zh")
    assert ran.code == 2
    assert "该奖补有 2 期拨付" in ran.err
    assert ledger.asked("InstructPayment") == []


def test_names_cannot_steer_the_terminal(ledger: FakeLedger, run: Run) -> None:
    enterprise = canned.enterprise()
    enterprise.name = "\x1b[2J[red]无害\u202e[/red]"
    ledger.answers["GetEnterprise"] = GetEnterpriseResponse(enterprise=enterprise)
    ran = run("enterprises", "show", canned.USCC)
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert "[red]无害" in ran.out


def test_global_options_may_stand_anywhere(ledger: FakeLedger, run: Run) -> None:
    assert json.loads(run("funds", "show", "--json", "A06-1/2025").out)["fund"]["code"] == "A06-1/2025"
    assert "额度" in run("funds", "--lang=zh", "show", "A06-1/2025").out


def test_the_environment_gives_what_is_not_typed(
    ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    from award_ledger.clients.cli import main

    monkeypatch.setenv("AWARD_LEDGER_SERVER", ledger.target)
    monkeypatch.setenv("AWARD_LEDGER_PRINCIPAL", "li@czt")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert main(["funds", "show", "A06-1/2025"]) == 0
    assert "额度" in capsys.readouterr().out
    assert ledger.calls[-1].metadata["x-award-ledger-principal"] == "li@czt"
    monkeypatch.setenv("AWARD_LEDGER_LANG", "en")
    assert main(["funds", "show", "A06-1/2025"]) == 0
    assert "appropriated" in capsys.readouterr().out


def test_no_command_shows_the_help(run: Run) -> None:
    ran = run()
    assert ran.code == 2
    assert "measures" in ran.out
    assert run("measures", lang="zh").code == 2


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out.startswith("award-ledger")


def test_an_interrupt_is_exit_code_130(ledger: FakeLedger, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("award_ledger.clients.department.LedgerClient.get_head", interrupted)
    assert run("status").code == 130


@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
def test_an_old_terminal_gets_json_in_utf8_and_tables_as_well_as_it_can(ledger: FakeLedger, encoding: str) -> None:
    def piped(*arguments: str) -> bytes:
        command = [sys.executable, "-m", "award_ledger.clients.cli", "--server", ledger.target, *arguments]
        environment = {**os.environ, "PYTHONIOENCODING": encoding, "AWARD_LEDGER_LANG": "zh"}
        return subprocess.run(command, env=environment, capture_output=True, check=True).stdout

    document = json.loads(piped("funds", "show", "A06-1/2025", "--json"))
    assert document["fund"]["name"]["zh"] == "算力券资金"
    assert "30,000,000.00" in piped("funds", "show", "A06-1/2025").decode(encoding)
