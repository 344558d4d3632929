"""Rights on the command line: what is sent, and what is shown in both languages."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest

from award_ledger.v1 import roster_pb2 as pb
from award_ledger.v1.applications_pb2 import GetPayeeResponse
from award_ledger.v1.common_pb2 import Payee
from award_ledger.v1.measures_pb2 import ReviewTermsResponse
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger, refusing
from tests.clients.running import Run

GRANT = pb.RoleGrant(
    principal="li@kjt",
    role=pb.ROLE_OFFICER,
    department="kjt",
    effective_from="2025-05-01",
    granted_by="zhao@bgt",
    granted_at=7,
)


def test_a_role_is_granted_with_its_days_reason_and_document(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["GrantRole"] = pb.GrantRoleResponse(grant=GRANT, receipt=canned.receipt(7))
    ran = run(
        *("roles", "grant", "li@kjt", "officer", "kjt", "--reason", "任职", "--document", "鲁科人〔2025〕3号"),
        *("--on", "2025-05-01", "--until", "2025-12-31"),
        lang="zh",
    )
    assert ran.code == 0
    [asked] = ledger.asked("GrantRole")
    assert (asked.principal, asked.role, asked.department) == ("li@kjt", pb.ROLE_OFFICER, "kjt")
    assert (asked.reason, asked.document) == ("任职", "鲁科人〔2025〕3号")
    assert (asked.effective_on, asked.effective_to) == ("2025-05-01", "2025-12-31")
    assert "经办" in ran.out


def test_a_role_of_the_whole_ledger_names_no_department(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["RevokeRole"] = pb.RevokeRoleResponse(grant=GRANT, receipt=canned.receipt(8))
    assert run("roles", "revoke", "he@sjt", "auditor", "--reason", "调离").code == 0
    [asked] = ledger.asked("RevokeRole")
    assert (asked.principal, asked.role, asked.department) == ("he@sjt", pb.ROLE_AUDITOR, "")


def test_who_could_approve_on_a_day_is_asked_and_shown(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ListHolders"] = pb.ListHoldersResponse(grants=[GRANT], lead_departments=["kjt"], roster_open=True)
    ran = run("roles", "holders", "ApproveAward", "A06-1", "--on", "2025-05-03")
    [asked] = ledger.asked("ListHolders")
    assert (asked.method, asked.measure_code, asked.on) == ("ApproveAward", "A06-1", "2025-05-03")
    for shown in ("Lead departments: kjt", "li@kjt", "officer kjt", "2025-05-01", "zhao@bgt (7)"):
        assert shown in ran.out


@pytest.mark.parametrize(
    ("answer", "said"),
    [(pb.ListHoldersResponse(), "had no roster then"), (pb.ListHoldersResponse(roster_open=True), "nothing to show")],
)
def test_nobody_and_no_roster_are_told_apart(
    ledger: FakeLedger, run: Run, answer: pb.ListHoldersResponse, said: str
) -> None:
    ledger.answers["ListHolders"] = answer
    assert said in run("roles", "holders", "ApproveAward").out.lower()


def test_grants_are_listed_by_person_role_and_department(ledger: FakeLedger, run: Run) -> None:
    ended = pb.RoleGrant()
    ended.CopyFrom(GRANT)
    ended.revoked_from, ended.revoked_by, ended.revoked_at = "2025-06-01", "sun@bgt", 9
    ledger.answers["ListRoles"] = pb.ListRolesResponse(grants=[ended], etag="3")
    ran = run("roles", "list", "--principal", "li@kjt", "--role", "officer", "--department", "kjt")
    [asked] = ledger.asked("ListRoles")
    assert (asked.principal, asked.role, asked.department) == ("li@kjt", pb.ROLE_OFFICER, "kjt")
    for shown in ("li@kjt", "2025-06-01 sun@bgt (9)"):
        assert shown in ran.out


@pytest.mark.usefixtures("known")
def test_a_payee_is_shown_and_a_mask_says_that_it_is_one(ledger: FakeLedger, run: Run) -> None:
    payee = Payee(account_name="****", account_number="****3445", bank="****")
    ledger.answers["GetPayee"] = GetPayeeResponse(payee=payee, masked=True)
    ran = run("applications", "payee", "91370100MA3C0K8U27", canned.application().application_id)
    assert "****3445" in ran.out
    assert "Masked" in ran.out
    ledger.answers["GetPayee"] = GetPayeeResponse()
    assert "no payee" in run("applications", "payee", "91370100MA3C0K8U27", canned.application().application_id).out


def test_terms_of_a_package_are_consented_to_one_by_one(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["ReviewTerms"] = ReviewTermsResponse(version=2, receipt=canned.receipt(8))
    ran = run(
        *("measures", "review", "--catalogue", "shandong-2025-49", "--only", "A06-1", "--only", "A07-1"),
        *("--reason", "已核对"),
    )
    assert ran.code == 0
    assert [(asked.terms.measure_code, asked.reason) for asked in ledger.asked("ReviewTerms")] == [
        ("A06-1", "已核对"),
        ("A07-1", "已核对"),
    ]
    assert "A06-1: consent to version 2" in ran.out


def test_the_rule_that_terms_need_two_is_proposed_and_completed(ledger: FakeLedger, run: Run) -> None:
    for in_force, said in ((False, "another administrator completes it"), (True, "need two people from now on")):
        ledger.answers["RequireSecondPersonForTerms"] = pb.RequireSecondPersonForTermsResponse(
            in_force=in_force, receipt=canned.receipt(8)
        )
        assert said in run("roles", "two-for-terms", "--reason", "r").out
    assert [asked.reason for asked in ledger.asked("RequireSecondPersonForTerms")] == ["r", "r"]


def test_a_measure_that_no_package_has_is_not_consented_to(ledger: FakeLedger, run: Run, tmp_path: Path) -> None:
    ran = run("measures", "review", "--catalogue", "shandong-2025-49", "--only", "X", "--reason", "r")
    assert (ran.code, ledger.asked("ReviewTerms")) == (2, [])


@pytest.mark.parametrize(("lang", "said"), [("en", "does not lead this measure"), ("zh", "不是该政策措施的牵头部门")])
def test_a_denial_says_whose_it_is(ledger: FakeLedger, run: Run, lang: str, said: str) -> None:
    ledger.answers["SuspendMeasure"] = refusing(
        grpc.StatusCode.PERMISSION_DENIED, "DEPARTMENT_NOT_LEAD", metadata={"leads": "kjt, czt"}
    )
    ran = run("measures", "suspend", "A06-1", "--reason", "x", lang=lang)
    assert ran.code == 1
    assert said in ran.err
    assert "kjt, czt" in ran.err
