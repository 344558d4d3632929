"""Every method × every role × own and other department: who may, who may not, and nobody without a name."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest

from award_ledger.server.rpc.rights import BY_SHORT_NAME, DECIDED_BY_WRITER, RIGHTS, authority_of
from tests.rights import (
    DENIALS,
    OTHER,
    OWN,
    ROLES,
    WITH_DEPARTMENT,
    guarded,
    person,
    prepared,
    requests,
    said,
    staffed,
)
from tests.served import METHODS, Served
from tests.server.transparency.serving import SealedLedgers

READ = "officer reviewer finance auditor administrator"
PUBLIC = f"{READ} witness"

WHO: dict[str, str] = {
    "PublishTerms": "administrator",
    "ReviewTerms": "administrator",
    "SuspendMeasure": "officer= administrator",
    "ReopenMeasure": "officer= administrator",
    "CloseMeasure": "officer= administrator",
    "GetMeasure": PUBLIC,
    "ListMeasures": PUBLIC,
    "CreateFund": "finance",
    "ChangeAppropriation": "finance",
    "CloseFundYear": "finance",
    "GetFund": READ,
    "ListFunds": READ,
    "RegisterEnterprise": "officer",
    "BatchRegisterEnterprises": "officer",
    "RenameEnterprise": "officer",
    "BarEnterprise": "officer",
    "ReinstateEnterprise": "officer",
    "LinkEnterprise": "officer",
    "UnlinkEnterprise": "officer",
    "GetEnterprise": READ,
    "GetHeadroom": READ,
    "SubmitApplication": "officer=",
    "BatchSubmitApplications": "officer=",
    "WithdrawApplication": "officer=",
    "ReviewApplication": "reviewer=",
    "RefuseApplication": "officer=",
    "GetApplication": READ,
    "ListApplications": READ,
    "GetPayee": READ,
    "ApproveAward": "officer=",
    "BatchApproveAwards": "officer=",
    "ApproveProRata": "officer=",
    "RecordStageResult": "officer=",
    "RevokeAward": "officer=",
    "GetAward": READ,
    "ListAwards": READ,
    "InstructPayment": "finance=",
    "RecordSettlement": "finance=",
    "RecordRejection": "finance=",
    "RecordReturn": "finance=",
    "OrderClawback": "officer=",
    "RecordRecovery": "finance=",
    "SetOffClawback": "finance=",
    "WriteOffClawback": "officer= finance=",
    "CancelClawback": "officer=",
    "DraftPaymentRun": "finance",
    "ApprovePaymentRun": "finance",
    "CancelPaymentRun": "finance",
    "RecordRunSent": "finance",
    "GetPaymentRun": "finance auditor",
    "ListPaymentRuns": READ,
    "ListPayable": READ,
    "OpenBankAccount": "finance",
    "ImportStatement": "finance",
    "RecordEvidence": "finance",
    "ListAttempts": READ,
    "ProposeMatches": "finance auditor",
    "PostMatches": "finance",
    "MatchLine": "finance",
    "UnmatchLine": "finance",
    "WriteOffReceivable": "finance",
    "IssueVouchers": "finance",
    "GetAccountStatus": READ,
    "ListBankAccounts": READ,
    "ListStatements": READ,
    "ListBankLines": "finance auditor",
    "RaiseObjection": "officer reviewer",
    "AnswerObjection": "officer= reviewer=",
    "ErasePersonalData": "officer= reviewer=",
    "CorrectEntry": "officer=",  # of an award; finance corrects what finance records: `test_rights`
    "ListEvents": READ,
    "GetEvent": READ,
    "FollowEvents": READ,
    "GetState": READ,
    "ListAwardTimeline": READ,
    "ListOverrides": READ,
    "ListOfficerDecisions": READ,
    "ListEvidenceUses": READ,
    "ListLimitDecisions": READ,
    "ListRefusals": READ,
    "GetHead": PUBLIC,
    "GetCheckpoint": PUBLIC,
    "GetInclusionProof": PUBLIC,
    "GetConsistencyProof": PUBLIC,
    "GetTile": PUBLIC,
    "GetEntryBundle": READ,
    "StreamEntryBundles": READ,
    "GetProofFile": PUBLIC,
    "RotateLogKeys": "administrator",
    "GrantRole": "administrator",
    "RevokeRole": "administrator",
    "RequireSecondPersonForTerms": "administrator",
    "ListRoles": READ,
    "ListHolders": READ,
}
"""Roles by method; with `=` only for a department that leads the measure. Written apart from the server's table."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A staffed ledger on which nothing but dry runs happens."""
    folder = tmp_path_factory.mktemp("rights")
    url = f"sqlite:///{folder}/ledger.sqlite3"
    with guarded(url, transparency=SealedLedgers(url, folder)) as running:
        staffed(running)
        prepared(running)
        yield running


def test_every_method_of_every_service_has_its_rule_and_no_rule_lacks_its_method() -> None:
    served = {f"/{method.containing_service.full_name}/{method.name}" for method in METHODS.values()}
    assert RIGHTS.keys() == served
    assert len(BY_SHORT_NAME) == len(RIGHTS)
    assert {authority.method for authority in RIGHTS.values()} == WHO.keys()
    assert [method for method, authority in RIGHTS.items() if not authority.rule.roles] == []


def test_the_writer_is_asked_about_every_method_that_records_something() -> None:
    writing = {
        f"/{method.containing_service.full_name}/{method.name}"
        for method in METHODS.values()
        if {"request_id", "requests"} & set(method.input_type.fields_by_name)
    }
    assert writing == DECIDED_BY_WRITER


def test_a_method_that_nobody_wrote_a_rule_for_admits_nobody() -> None:
    assert authority_of("/award_ledger.v1.AwardService/ForgiveEverything").rule.roles == frozenset()


@pytest.mark.parametrize("method", sorted(WHO))
def test_who_may_call_it_and_who_is_denied(served: Served, method: str) -> None:
    request, head = requests(served)[method], served.head()
    expected, found = {}, {}
    for role in ROLES:
        for department in (OWN, OTHER) if role in WITH_DEPARTMENT else ("",):
            allowed = role in WHO[method].split() or (f"{role}=" in WHO[method].split() and department == OWN)
            expected[person(role, department)] = allowed
            refusal = said(served.caller(person(role, department)), request)
            found[person(role, department)] = refusal is None or refusal.reason not in DENIALS
            if refusal is not None:
                assert refusal.code not in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN), refusal
    assert found == expected
    stranger = said(served.caller("stranger@kjt"), request)
    assert stranger is not None
    assert (stranger.code, stranger.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")
    nameless = said(served.caller(""), request)
    assert nameless is not None
    assert (nameless.code, nameless.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    assert served.head() == head, "neither a dry run nor a denial leaves an event"
