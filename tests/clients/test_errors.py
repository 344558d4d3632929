"""The ledger's no becomes exceptions of the right family that carry everything the ledger said."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2

from award_ledger.clients import errors
from award_ledger.clients.department import LedgerClient
from award_ledger.v1.awards_pb2 import ApproveAwardRequest, ApproveAwardResponse, ApproveAwardResult
from award_ledger.v1.awards_pb2 import BatchApproveAwardsResponse as Batch
from award_ledger.v1.common_pb2 import RowError
from award_ledger.v1.errors_pb2 import ErrorReason
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger, refusing

ALL_REASONS = [errors.reason_name(value) for value in ErrorReason.values() if value]


@pytest.mark.parametrize("reason", ALL_REASONS)
def test_every_reason_of_the_contract_belongs_to_a_family(reason: str) -> None:
    family = errors.family_of(grpc.StatusCode.UNKNOWN, reason, assessed=False)
    assert family is not errors.LedgerError


def test_no_family_lists_a_reason_that_the_contract_lacks() -> None:
    listed = [reason for reasons in errors._FAMILIES.values() for reason in reasons]
    assert sorted(listed) == sorted(ALL_REASONS)


def test_a_refused_approval_carries_its_calculation(ledger: FakeLedger, client: LedgerClient) -> None:
    ledger.answers["ApproveAward"] = refusing(
        grpc.StatusCode.FAILED_PRECONDITION,
        "CAP_EXCEEDED",
        "refused by cap.lifetime",
        metadata={"check": "cap.lifetime", "position": "77"},
        details=(canned.refused_assessment(),),
    )
    with pytest.raises(errors.ApprovalRefused) as caught:
        client.approve_award(canned.USCC, canned.APPLICATION_ID, amount_minor=50_000_000)
    error = caught.value
    assert (error.reason, error.position) == ("CAP_EXCEEDED", 77)
    assert (error.admissible_minor, error.binding) == (20_000_000, ("cap.lifetime",))
    assert error.assessment == canned.refused_assessment()
    assert error.request_id == ledger.asked("ApproveAward")[0].request_id
    assert str(error) == "CAP_EXCEEDED: refused by cap.lifetime (check=cap.lifetime, position=77)"


def test_a_malformed_request_names_its_fields(ledger: FakeLedger, client: LedgerClient) -> None:
    violation = error_details_pb2.BadRequest.FieldViolation(field="name", description="is empty")
    ledger.answers["RegisterEnterprise"] = refusing(
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_FIELD",
        details=(error_details_pb2.BadRequest(field_violations=[violation]),),
    )
    with pytest.raises(errors.InvalidRequest) as caught:
        client.register_enterprise(canned.USCC, "")
    assert caught.value.violations == [("name", "is empty")]


def test_a_position_that_an_error_names_is_not_where_a_refusal_is_recorded(
    ledger: FakeLedger, client: LedgerClient
) -> None:
    ledger.answers["GetEvent"] = refusing(
        grpc.StatusCode.NOT_FOUND, "EVENT_NOT_FOUND", metadata={"position": "62", "head": "59"}
    )
    with pytest.raises(errors.NotFound) as caught:
        client.get_event(62)
    assert (caught.value.position, caught.value.metadata["position"]) == (0, "62")


def test_what_stands_against_a_call_is_kept_apart(ledger: FakeLedger, client: LedgerClient) -> None:
    unmet = error_details_pb2.PreconditionFailure.Violation(
        type="AWARD_STATE", subject="award 7", description="is revoked"
    )
    ledger.answers["InstructPayment"] = refusing(
        grpc.StatusCode.FAILED_PRECONDITION,
        "AWARD_STATE",
        details=(error_details_pb2.PreconditionFailure(violations=[unmet]),),
    )
    with pytest.raises(errors.WrongState) as caught:
        client.instruct_payment(canned.USCC, canned.AWARD_ID)
    assert caught.value.unmet == [("award 7", "is revoked")]
    assert caught.value.violations == []


def test_a_prefixed_reason_means_the_same(ledger: FakeLedger, client: LedgerClient) -> None:
    ledger.answers["GetFund"] = refusing(grpc.StatusCode.NOT_FOUND, "ERROR_REASON_FUND_NOT_FOUND")
    with pytest.raises(errors.NotFound) as caught:
        client.get_fund("X")
    assert caught.value.reason == "FUND_NOT_FOUND"


def test_a_reason_from_a_newer_server_falls_back_on_the_code(ledger: FakeLedger, client: LedgerClient) -> None:
    ledger.answers["GetFund"] = refusing(grpc.StatusCode.ABORTED, "SOMETHING_NEW")
    with pytest.raises(errors.Conflict) as caught:
        client.get_fund("X")
    assert caught.value.reason == "SOMETHING_NEW"


def test_an_answer_of_another_domain_has_no_reason_of_the_ledger(ledger: FakeLedger, client: LedgerClient) -> None:
    def abort(_: object, context: grpc.ServicerContext) -> None:
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "blocked by the proxy")

    ledger.answers["GetFund"] = abort
    with pytest.raises(errors.NotPermitted) as caught:
        client.get_fund("X")
    assert (caught.value.reason, caught.value.message) == ("", "blocked by the proxy")


def test_damaged_details_leave_the_status(ledger: FakeLedger, client: LedgerClient) -> None:
    def abort(_: object, context: grpc.ServicerContext) -> None:
        context.set_trailing_metadata((("grpc-status-details-bin", b"\xff\xff\xff"),))
        context.abort(grpc.StatusCode.NOT_FOUND, "gone")

    ledger.answers["GetFund"] = abort
    with pytest.raises(errors.NotFound, match="gone"):
        client.get_fund("X")


def test_a_detail_whose_bytes_are_damaged_leaves_the_status(ledger: FakeLedger, client: LedgerClient) -> None:
    broken = Any(type_url="type.googleapis.com/award_ledger.v1.Assessment", value=b"\x0a\xff")

    def abort(_: object, context: grpc.ServicerContext) -> None:
        from google.rpc import status_pb2

        status = status_pb2.Status(code=9, message="no", details=[broken])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "no")

    ledger.answers["GetFund"] = abort
    with pytest.raises(errors.WrongState, match="no"):
        client.get_fund("X")


def test_the_server_may_ask_for_time(ledger: FakeLedger, client: LedgerClient) -> None:
    retry = error_details_pb2.RetryInfo(retry_delay=Duration(seconds=100))
    ledger.answers["GetHead"] = refusing(grpc.StatusCode.UNAVAILABLE, "OVERLOADED", details=(retry,))
    with pytest.raises(errors.Unavailable) as caught:
        client.get_head()
    assert caught.value.retry_after_s == 100
    assert len(ledger.calls) == 1  # there is no time for another attempt


def test_a_failed_row_is_the_exception_of_the_single_call(ledger: FakeLedger, client: LedgerClient) -> None:
    failed = RowError(
        code=9,
        reason=ErrorReason.ERROR_REASON_CAP_EXCEEDED,
        message="no",
        metadata={"check": "cap.lifetime"},
        violations=["amount_minor: too: much"],
        assessment=canned.refused_assessment(),
        position=5,
    )
    good = ApproveAwardResponse(award=canned.award(), receipt=canned.receipt())
    ledger.answers["BatchApproveAwards"] = Batch(
        results=[ApproveAwardResult(error=failed), ApproveAwardResult(response=good)]
    )
    rows = [ApproveAwardRequest(request_id="r1"), ApproveAwardRequest()]
    refused, approved = client.batch_approve_awards(rows)
    assert isinstance(refused, errors.ApprovalRefused)
    assert refused.code is grpc.StatusCode.FAILED_PRECONDITION
    assert refused.violations == [("amount_minor", "too: much")]
    assert (refused.position, refused.request_id, refused.metadata["check"]) == (5, "r1", "cap.lifetime")
    assert approved == good


def test_a_row_error_without_anything_is_still_an_exception() -> None:
    error = errors.from_row_error(RowError())
    assert type(error) is errors.LedgerError
    assert error.code is grpc.StatusCode.UNKNOWN


def test_rows_and_results_that_do_not_pair_are_an_error(ledger: FakeLedger, client: LedgerClient) -> None:
    ledger.answers["BatchApproveAwards"] = Batch()
    with pytest.raises(errors.LedgerError, match="0 results for 1 rows"):
        client.batch_approve_awards([ApproveAwardRequest()])
