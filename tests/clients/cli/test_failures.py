"""What a person or a program gets to read when the ledger says no, does not answer, or is not asked at all."""

from __future__ import annotations

import json
import re

import grpc
import pytest
from google.rpc import error_details_pb2

from award_ledger.v1 import enterprises_pb2
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger, refusing
from tests.clients.running import Run

pytestmark = pytest.mark.usefixtures("known")


def flat(text: str) -> str:
    """A text as it was before it was wrapped."""
    return " ".join(text.split())


def test_a_refused_approval_is_explained_in_chinese(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ApproveAward"] = refusing(
        grpc.StatusCode.FAILED_PRECONDITION,
        "CAP_EXCEEDED",
        metadata={"position": "77"},
        details=(canned.refused_assessment(),),
    )
    ran = run("approve", canned.USCC, "12", "--amount", "500000.00", lang="zh")
    assert ran.code == 1
    assert ran.out == ""
    assert "超过累计限额。" in ran.err
    assert "不予核准已记录，位置 77。" in ran.err
    row = next(line for line in ran.err.splitlines() if "4,800,000.00" in line)
    assert re.split(r"\s{2,}", row.strip()) == [
        "累计限额 lifetime",
        "5,000,000.00",
        "4,800,000.00",
        "500,000.00",
        "200,000.00",
        "不通过 ◄",
    ]
    assert "每个企业奖补总额最高500万元" in ran.err
    assert "金额不超过累计上限的余额" in ran.err
    assert "须特批" in ran.err
    assert ledger.asked("ApproveAward")[0].application_id == canned.APPLICATION_ID


def test_a_refused_approval_is_explained_in_english(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ApproveAward"] = refusing(
        grpc.StatusCode.FAILED_PRECONDITION, "CAP_EXCEEDED", details=(canned.refused_assessment(),)
    )
    ran = run("approve", canned.USCC, "12", width=120)
    assert "A cap across awards is exceeded." in ran.err
    assert "What to do: approve at most what is admissible." in ran.err
    assert "needs override" in ran.err
    assert not ledger.asked("ApproveAward")[0].HasField("decision")


def test_a_refusal_as_json_is_one_document_on_stderr(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ApproveAward"] = refusing(
        grpc.StatusCode.FAILED_PRECONDITION, "CAP_EXCEEDED", details=(canned.refused_assessment(),)
    )
    ran = run("approve", canned.USCC, "12", "--json")
    assert (ran.code, ran.out) == (1, "")
    document = json.loads(ran.err)
    assert document["reason"] == "CAP_EXCEEDED"
    assert document["assessment"]["admissible_minor"] == "20000000"
    assert document["request_id"] == ledger.asked("ApproveAward")[0].request_id


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["funds", "create", "F", "--year", "2025", "--amount", "12.345"], "CNY has 2 decimal places"),
        (["funds", "create", "F", "--year", "2025", "--amount", "-1"], "may not be negative"),
        (["funds", "create", "F", "--year", "2025", "--amount", "1", "--currency", "QQQ"], "no ISO 4217 currency"),
        (["funds", "create", "F", "--year", "9" * 20, "--amount", "1"], "--year"),
        (["funds", "create", "F", "--year", "2025"], "--amount is missing"),
        (["apply", "N", "A06-1", "--amount", "10000000000000000"], "more than the ledger holds"),
        (["apply", "N", "A06-1", "--fact", "settled"], "NAME=VALUE"),
        (["apply", "N", "A06-1", "--applied-on", "2025-02-30"], "is not a date"),
        (["approve", canned.USCC, "12", "--amount", "1", "--rate", "0.1"], "not both"),
        (["approve", canned.USCC, "12", "--rate", "5e-2"], "is not a rate"),
        (["approve", canned.USCC, "12", "--instalment", "5@"], "AMOUNT@YYYY-MM-DD"),
        (["approve", canned.USCC, "99"], "no application '99'"),
        (["approve", canned.USCC, "0b"], "no application '0b'"),
        (["awards", "show", canned.USCC, "12"], "no award '12'"),
        (["measures", "show", "A06-1", "--as-of", "yesterday"], "is not a point of the log"),
        (["measures", "show", "A06-1", "--as-of", "9" * 30], "is not a point of the log"),
        (["measures", "show", "A06-1", "--on", "20250630"], "is not a date"),
        (["measures", "list", "--status", "asleep"], "--status"),
        (["measures", "list", "--nonsense"], "there is no option --nonsense"),
        (["measures", "unheard-of"], "unheard-of"),
        (["approve"], "ENTERPRISE is missing"),
        (["history", "event", "0"], "POSITION"),
        (["revoke", canned.USCC, "34", "--reason", "x", "--ground", "whim"], "--ground"),
        (["applications", "list"], "--enterprise"),
        (["awards", "list"], "--enterprise"),
        (["measures", "publish"], "--catalogue"),
        (["measures", "publish", "/nowhere/at/all.yaml"], "no file"),
        (["measures", "publish", "--catalogue", "utopia"], "shandong-2025-49"),
        (["import", "/nowhere/at/all.csv"], "cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    ledger: FakeLedger, run: Run, arguments: list[str], said: str
) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert said in flat(ran.err)
    assert {call.method for call in ledger.calls} <= {"GetMeasure", "GetEnterprise"}


def test_usage_errors_speak_chinese(run: Run) -> None:
    assert "命令有误：缺少 企业" in run("approve", lang="zh").err
    assert "没有选项 --foo" in run("status", "--foo", lang="zh").err
    assert "“1e6”不是金额" in run("apply", "N", "A06-1", "--amount", "1e6", lang="zh").err


def test_a_principal_that_cannot_be_sent_is_a_usage_error(run: Run) -> None:
    ran = run("status", "--as", "张三@科技厅", lang="zh")
    assert ran.code == 2
    assert "姓名拼音@部门" in ran.err


def test_nobody_at_the_address_is_exit_code_3(run: Run) -> None:
    ran = run("status", "--server", "127.0.0.1:1", "--timeout", "0.2", lang="zh")
    assert ran.code == 3
    assert "无法连接账本 127.0.0.1:1" in ran.err
    assert "--server" in ran.err


def test_an_unanswered_write_shows_its_request_id(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["BarEnterprise"] = refusing(grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
    ran = run("enterprises", "bar", canned.USCC, "--reason", "x", "--timeout", "0.2")
    assert ran.code == 3
    assert ledger.asked("BarEnterprise")[0].request_id in ran.err
    assert "nothing is ever done twice" in flat(ran.err)
    ledger.answers["BarEnterprise"] = enterprises_pb2.BarEnterpriseResponse(
        enterprise=canned.enterprise(), receipt=canned.receipt()
    )
    again = ledger.asked("BarEnterprise")[0].request_id
    assert run("enterprises", "bar", canned.USCC, "--reason", "x", "--request-id", again).code == 0
    assert {request.request_id for request in ledger.asked("BarEnterprise")} == {again}


def test_a_refusal_given_again_says_so_in_words_and_in_json(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ApproveAward"] = refusing(
        grpc.StatusCode.FAILED_PRECONDITION,
        "CAP_EXCEEDED",
        metadata={"position": "9", "repeated": "true"},
        details=(canned.refused_assessment(),),
    )
    approve = ("approve", canned.USCC, canned.APPLICATION_ID)
    assert "refused before, at position 9; this is that refusal again" in flat(run(*approve).err)
    assert "位置 9" in run(*approve, lang="zh").err
    told = json.loads(run(*approve, "--json").err)
    assert (told["repeated"], "repeated" in told["metadata"]) == (True, False)


def test_wrong_fields_are_named(ledger: FakeLedger, run: Run) -> None:
    violation = error_details_pb2.BadRequest.FieldViolation(field="name", description="must not be empty")
    ledger.answers["RegisterEnterprise"] = refusing(
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_FIELD",
        details=(error_details_pb2.BadRequest(field_violations=[violation]),),
    )
    ran = run("enterprises", "register", canned.USCC, "")
    assert ran.code == 1
    assert re.search(r"name\s+must not be empty", ran.err)


def test_numbers_of_a_refusal_are_in_major_units(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["RecordSettlement"] = refusing(
        grpc.StatusCode.FAILED_PRECONDITION,
        "AMOUNT_EXCEEDS_OUTSTANDING",
        metadata={"amount_minor": "6000000", "outstanding_minor": "5000000"},
    )
    ran = run("pay", "settle", canned.USCC, "34", "--amount", "60000", lang="zh")
    assert ledger.asked("RecordSettlement")[0].amount_minor == 6_000_000
    assert re.search(r"未收回\s+50,000.00 CNY", ran.err)


def test_an_answer_that_is_not_the_ledgers_is_shown_as_it_came(ledger: FakeLedger, run: Run) -> None:
    ran = run("history", "event", "7")
    assert ran.code == 1
    assert "UNIMPLEMENTED" in ran.err


def test_a_point_that_cannot_be_answered_for_is_not_called_an_amount(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["GetHead"] = refusing(
        grpc.StatusCode.OUT_OF_RANGE, "POINT_NOT_AVAILABLE", metadata={"asked": "position 9999", "head": "79"}
    )
    ran = run("status", lang="zh")
    assert re.search(r"所查时点\s+position 9999", ran.err)
    assert "申报金额" not in ran.err
